"""``T.nnet``: activations of neural networks, and the costs that training minimises."""

from __future__ import annotations

from typing import Any

from ..core.axes import as_tensor_variable, sizes_of
from ..core.graph import Variable
from ..core.table import abs_, expm1, log, lt, minimum, sgn, switch
from ..ops import functions
from ..ops.counting import normalize_axes
from ..ops.functions import clip, sigmoid, softplus
from ..ops.indexing import getitem
from ..ops.softmax import LogSoftmax, Normalization, Softmax
from .creation import ogrid
from .elementwise import as_float, as_real
from .reductions import Axis
from .reductions import sum as sum_of
from .shapes import shape_padleft, specify_shape

# fmt: off
__all__ = [  # noqa: RUF022  # activations, then costs
    "elu", "hard_sigmoid", "logsoftmax", "relu", "selu", "sigmoid", "softmax", "softplus", "softsign",
    "ultra_fast_sigmoid",
    "binary_crossentropy", "categorical_crossentropy", "crossentropy_softmax_1hot",
    "sigmoid_binary_crossentropy",
]
# fmt: on


# ---- Activations -------------------------------------------------------------------------------


def softmax(c: Any, axis: Axis = None) -> Variable:
    """exp(c) / Σ exp(c): positive, with sum 1 along the axes, without overflow.

    Parameters
    ----------
    c : tensor
        At least one dimension; integers are cast to ``config.floatX``.
    axis : int or sequence of int, optional
        By default the last. Then a *vector* is taken as one row, as in Theano: the result is a
        matrix of shape (1, n). With an axis given, the shape stays.

    Returns
    -------
    Variable
        The dtype is that of c. Derivative: y · (g − Σ g · y), where y is the result.

    Raises
    ------
    ValueError
        If c is a scalar.
    numpy.exceptions.AxisError
        If c has no such axis.

    Examples
    --------
    >>> softmax([[0.0, 0.0], [1000.0, 0.0]]).eval()
    array([[0.5, 0.5],
           [1. , 0. ]])
    >>> softmax([0.0, 0.0]).eval(), softmax([0.0, 0.0], axis=0).eval()
    (array([[0.5, 0.5]]), array([0.5, 0.5]))
    """
    return _softmax(Softmax, c, axis)


def logsoftmax(c: Any, axis: Axis = None) -> Variable:
    """c − log(Σ exp(c)), the logarithm of `softmax`; parameters as there.

    It is exact even where the softmax is too small for a float.

    >>> logsoftmax([[1000.0, 0.0]]).eval()
    array([[    0., -1000.]])
    """
    return _softmax(LogSoftmax, c, axis)


def _softmax(op: type[Normalization], c: Any, axis: Axis) -> Variable:
    c = as_float(c, "floatX")
    if c.type.ndim == 0:
        raise ValueError(f"{op.name} takes at least one dimension; got the scalar {c}")
    if axis is None:
        c, axis = shape_padleft(c) if c.type.ndim == 1 else c, -1
    return op(normalize_axes(axis, c.type.ndim))(c)


def hard_sigmoid(x: Any) -> Variable:
    """0.2 · x + 0.5, clipped to between 0 and 1: a sigmoid of three straight pieces.

    >>> hard_sigmoid([-5.0, 0.0, 1.0]).eval()
    array([0. , 0.5, 0.7])
    """
    return clip(as_real(x) * 0.2 + 0.5, 0.0, 1.0)


def ultra_fast_sigmoid(x: Any) -> Variable:
    """(z + 1) / 2, where z is about tanh(x / 2): within 0.03 of a sigmoid.

    With h = x / 2, z is 1.5 · h / (1 + |h|) up to |h| = 1.7, then linear, and constant from
    |h| = 3 on. The approximation and its numbers are Theano's.

    >>> ultra_fast_sigmoid([0.0, 2.0]).eval()
    array([0.5  , 0.875])
    """
    h = clip(as_real(x) * 0.5, -3.0, 3.0)
    size = abs_(h)
    line = 0.935409070603099 + 0.0458812946797165 * (size - 1.7)
    return 0.5 * (switch(lt(size, 1.7), 1.5 * h / (1 + size), sgn(h) * line) + 1)


def softsign(x: Any) -> Variable:
    """x / (1 + |x|).

    >>> softsign([-1.0, 3.0]).eval()
    array([-0.5 ,  0.75])
    """
    x = as_real(x)
    return x / (1 + abs_(x))


def relu(x: Any, alpha: Any = 0) -> Variable:
    """x where x > 0, alpha · x where x < 0.

    Parameters
    ----------
    x : tensor
    alpha : number or tensor
        The slope below 0; a tensor broadcasts with x.

    Notes
    -----
    The derivative at 0 is, as in Theano, the mean of those on both sides: 0.5 for ``alpha=0``.

    Examples
    --------
    >>> relu([-2.0, 3.0]).eval(), relu([-2.0, 3.0], alpha=0.1).eval()
    (array([0., 3.]), array([-0.2,  3. ]))
    """
    x = as_real(x)
    if isinstance(alpha, (int, float)) and alpha == 0:
        return functions.relu(x)
    return functions.relu(x) - alpha * functions.relu(-x)


def elu(x: Any, alpha: Any = 1) -> Variable:
    """x where x > 0, alpha · (exp(x) − 1) elsewhere.

    >>> elu([-1000.0, 1000.0]).eval()
    array([  -1., 1000.])
    """
    x = as_real(x)
    return switch(x > 0, x, alpha * expm1(minimum(x, 0)))


def selu(x: Any) -> Variable:
    """1.0507 · elu(x, 1.6733): activations tend to mean 0 and variance 1.

    References
    ----------
    Klambauer et al., *Self-Normalizing Neural Networks*, 2017.

    Examples
    --------
    >>> selu([-1.0, 1.0]).eval()
    array([-1.11133074,  1.05070099])
    """
    return 1.0507009873554804934193349852946 * elu(x, 1.6732632423543772848170429916717)


# ---- Costs -------------------------------------------------------------------------------------


def crossentropy_softmax_1hot(x: Any, y_idx: Any) -> tuple[Variable, Variable]:
    """-log(softmax(x)[i, y_idx[i]]) for each row i, and softmax(x).

    Parameters
    ----------
    x : matrix, or vector for one row
    y_idx : int vector
        The label of each row, the number of a column.

    Returns
    -------
    cost : vector
        Exact even for tiny probabilities.
    probabilities : matrix

    Raises
    ------
    TypeError
        If x or y_idx has other dimensions, or y_idx is not of integers.

    Examples
    --------
    >>> cost, probabilities = crossentropy_softmax_1hot([[0.0, 0.0]], [1])
    >>> cost.eval(), probabilities.eval()
    (array([0.69314718]), array([[0.5, 0.5]]))
    """
    x, labels = as_tensor_variable(x), as_tensor_variable(y_idx)
    if x.type.ndim not in (1, 2):
        raise TypeError(f"crossentropy_softmax_1hot takes a matrix; got {x} of {x.type}")
    return -_picked("crossentropy_softmax_1hot", logsoftmax(x), labels), softmax(x)


def categorical_crossentropy(coding_dist: Any, true_dist: Any) -> Variable:
    """-Σ true_dist · log(coding_dist) along the last axis, the cross-entropy of distributions.

    Parameters
    ----------
    coding_dist : tensor
        Its last axis is the distribution.
    true_dist : tensor
        A distribution along the last axis, too; or, with one dimension less, integers that number
        what happened: then the result is -log(coding_dist) there.

    Returns
    -------
    Variable
        Without the last axis of coding_dist.

    Raises
    ------
    TypeError
        If true_dist has another number of dimensions, or one less but is not of integers.

    Examples
    --------
    >>> categorical_crossentropy([[0.5, 0.5]], [[0.0, 1.0]]).eval()
    array([0.69314718])
    >>> categorical_crossentropy([[0.5, 0.5]], [1]).eval()
    array([0.69314718])
    """
    coding, true = as_float(coding_dist, "floatX"), as_tensor_variable(true_dist)
    if true.type.ndim == coding.type.ndim:
        return -sum_of(as_float(true, coding.type.dtype) * log(coding), axis=-1)
    return -log(_picked("categorical_crossentropy", coding, true))


def _picked(function: str, p: Variable, labels: Variable) -> Variable:
    """Return p[..., label], for each label its own distribution in the last axis of p."""
    if labels.type.ndim != p.type.ndim - 1 or labels.type.numpy_dtype.kind not in "iu":
        raise TypeError(
            f"{function} takes integer labels with one dimension less than the distributions' "
            f"{p.type.ndim}; got {labels} of {labels.type}"
        )
    sizes = sizes_of(p)[:-1]
    # Otherwise indexing would broadcast a single label to all distributions.
    labels = specify_shape(labels, sizes)
    return getitem(p, (*ogrid[tuple(map(slice, sizes))], labels))


def binary_crossentropy(output: Any, target: Any) -> Variable:
    """-(target · log(output) + (1 − target) · log(1 − output)), for each element.

    Parameters
    ----------
    output : float tensor
        The probabilities of 1.
    target : tensor
        1, 0 or between; integers are cast to the dtype of output.

    Examples
    --------
    >>> binary_crossentropy([0.5, 0.75], [0, 1]).eval()
    array([0.69314718, 0.28768207])
    """
    output = as_float(output, "floatX")
    target = as_float(target, output.type.dtype)
    return -(target * log(output) + (1 - target) * log(1 - output))


def sigmoid_binary_crossentropy(output: Any, target: Any) -> Variable:
    """target · softplus(−output) + (1 − target) · softplus(output), for each element.

    It is the `binary_crossentropy` of sigmoid(output), exact even where that is close to 0 or 1.

    >>> sigmoid_binary_crossentropy([0.0, -1000.0], [0, 1]).eval()
    array([6.93147181e-01, 1.00000000e+03])
    """
    output = as_float(output, "floatX")
    target = as_float(target, output.type.dtype)
    return target * softplus(-output) + (1 - target) * softplus(output)
