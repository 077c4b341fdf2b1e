"""``T.nnet``: activations of neural networks, and the costs that training minimises."""

from __future__ import annotations

from typing import Any

from ..core.axes import as_tensor_variable, normalize_axes, restore_axes, size_of, sizes_of
from ..core.elementwise import cast
from ..core.graph import Variable
from ..core.table import abs_, expm1, log, lt, minimum, sgn, sigmoid, switch
from ..ops.functions import clip, softplus
from ..ops.functions import relu as positive_part
from ..ops.indexing import getitem
from ..ops.nnet import LogSoftmax, Softmax
from .creation import arange
from .elementwise import as_real
from .reductions import Axis
from .reductions import sum as sum_of
from .shapes import shape_padleft, specify_shape

__all__ = [
    "binary_crossentropy",
    "categorical_crossentropy",
    "crossentropy_softmax_1hot",
    "elu",
    "hard_sigmoid",
    "logsoftmax",
    "relu",
    "selu",
    "sigmoid",
    "sigmoid_binary_crossentropy",
    "softmax",
    "softplus",
    "softsign",
    "ultra_fast_sigmoid",
]


# ---- Activations -------------------------------------------------------------------------------


def softmax(c: Any, axis: Axis = None) -> Variable:
    """exp(c) / sum(exp(c)): positive, with sum 1 along the axes; never overflows.

    Parameters
    ----------
    c : tensor
        At least one dimension; integers are cast to float.
    axis : int or sequence of int, optional
        By default the last. Then a *vector* is taken as one row, as Theano does: the result is
        a matrix of shape (1, n). With an axis given, the shape stays.

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
    """c - log(sum(exp(c))), the logarithm of `softmax`, whose parameters it takes.

    It is exact also where the softmax is too small for a float.

    Examples
    --------
    >>> logsoftmax([[1000.0, 0.0]]).eval()
    array([[    0., -1000.]])
    """
    return _softmax(LogSoftmax, c, axis)


def _softmax(op: type[Softmax], c: Any, axis: Axis) -> Variable:
    c = _as_float(c)
    if c.type.ndim == 0:
        raise ValueError(f"{op.name} takes at least one dimension; got the scalar {c}")
    if axis is None:
        c, axis = shape_padleft(c) if c.type.ndim == 1 else c, -1
    return op(normalize_axes(axis, c.type.ndim))(c)


def _as_float(x: Any) -> Variable:
    x = as_tensor_variable(x)
    return x if x.type.is_float else cast(x, "floatX")


def hard_sigmoid(x: Any) -> Variable:
    """A sigmoid of three straight pieces: 0.2·x + 0.5, clipped to between 0 and 1."""
    return clip(as_real(x) * 0.2 + 0.5, 0.0, 1.0)


def ultra_fast_sigmoid(x: Any) -> Variable:
    """A sigmoid of rational and straight pieces, within 0.03 of the true one.

    (z + 1) / 2, where z is about tanh(h), h = x/2: 1.5·h / (1 + |h|) up to |h| = 1.7, then
    linear, and constant from |h| = 3. Theano's approximation, with Theano's numbers.
    """
    h = clip(as_real(x) * 0.5, -3.0, 3.0)
    size = abs_(h)
    line = 0.935409070603099 + 0.0458812946797165 * (size - 1.7)
    return 0.5 * (switch(lt(size, 1.7), 1.5 * h / (1 + size), sgn(h) * line) + 1)


def softsign(x: Any) -> Variable:
    """x / (1 + |x|)."""
    x = as_real(x)
    return x / (1 + abs_(x))


def relu(x: Any, alpha: Any = 0) -> Variable:
    """x where it is positive, alpha·x where it is negative.

    Parameters
    ----------
    x : tensor
    alpha : number or tensor
        The slope below 0; a tensor broadcasts with x.

    Notes
    -----
    The derivative at 0 is Theano's, the mean of those on both sides: 0.5 for ``alpha=0``.

    Examples
    --------
    >>> relu([-2.0, 3.0]).eval(), relu([-2.0, 3.0], alpha=0.1).eval()
    (array([0., 3.]), array([-0.2,  3. ]))
    """
    x = as_real(x)
    if isinstance(alpha, (int, float)) and alpha == 0:
        return positive_part(x)
    return positive_part(x) - alpha * positive_part(-x)


def elu(x: Any, alpha: Any = 1) -> Variable:
    """x where it is positive, alpha·(exp(x) − 1) elsewhere.

    Examples
    --------
    >>> elu([-1000.0, 1000.0]).eval()
    array([  -1., 1000.])
    """
    x = as_real(x)
    return switch(x > 0, x, alpha * expm1(minimum(x, 0)))


def selu(x: Any) -> Variable:
    """`elu`, scaled so that activations tend to mean 0 and variance 1.

    References
    ----------
    Klambauer et al., *Self-Normalizing Neural Networks*, 2017.
    """
    return 1.0507009873554804934193349852946 * elu(x, 1.6732632423543772848170429916717)


# ---- Costs -------------------------------------------------------------------------------------


def crossentropy_softmax_1hot(x: Any, y_idx: Any) -> tuple[Variable, Variable]:
    """How improbable the softmax of each row of x finds the label of that row.

    Parameters
    ----------
    x : matrix, or vector for one row
    y_idx : int vector
        The label of each row: the number of a column.

    Returns
    -------
    cost : vector
        -log(softmax(x)[i, y_idx[i]]) for each row i, exact also for tiny probabilities.
    probabilities : matrix
        softmax(x)

    Raises
    ------
    TypeError
        If x or y_idx is not of those dimensions, or y_idx not of integers.

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
    """The cross-entropy of the true distribution and the one used to code it.

    Parameters
    ----------
    coding_dist : tensor
        Its last axis is the distribution.
    true_dist : tensor
        Either a distribution along the last axis, too; or, with one dimension less, integers:
        the number of what happened.

    Returns
    -------
    Variable
        With one dimension less than coding_dist: -sum(true_dist · log(coding_dist)) over the
        last axis, or -log(coding_dist) at the number.

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
    coding, true = _as_float(coding_dist), as_tensor_variable(true_dist)
    if true.type.ndim == coding.type.ndim:
        return -sum_of(_in_dtype_of(coding, true) * log(coding), axis=-1)
    return -log(_picked("categorical_crossentropy", coding, true))


def _picked(function: str, p: Variable, labels: Variable) -> Variable:
    """Along the last axis of p, the element that the label numbers."""
    if labels.type.ndim != p.type.ndim - 1 or labels.type.numpy_dtype.kind not in "iu":
        raise TypeError(
            f"{function} takes integer labels with one dimension less than the distributions' "
            f"{p.type.ndim}; got {labels} of {labels.type}"
        )
    axes = range(labels.type.ndim)
    # Otherwise indexing would broadcast a single label to all distributions.
    labels = specify_shape(labels, sizes_of(p)[:-1])
    places = [
        restore_axes(arange(size_of(p, axis)), [a for a in axes if a != axis], len(axes))
        for axis in axes
    ]
    return getitem(p, (*places, labels))


def binary_crossentropy(output: Any, target: Any) -> Variable:
    """-(target · log(output) + (1 − target) · log(1 − output)), for each element.

    Parameters
    ----------
    output : float tensor
        Probabilities of 1.
    target : tensor
        1 or 0, or between.

    Examples
    --------
    >>> binary_crossentropy([0.5, 0.75], [0, 1]).eval()
    array([0.69314718, 0.28768207])
    """
    output = _as_float(output)
    target = _in_dtype_of(output, target)
    return -(target * log(output) + (1 - target) * log(1 - output))


def sigmoid_binary_crossentropy(output: Any, target: Any) -> Variable:
    """`binary_crossentropy` of the sigmoid of output, exact also where that is close to 0 or 1.

    target · softplus(−output) + (1 − target) · softplus(output), for each element.

    Examples
    --------
    >>> sigmoid_binary_crossentropy([0.0, -1000.0], [0, 1]).eval()
    array([6.93147181e-01, 1.00000000e+03])
    """
    output = _as_float(output)
    target = _in_dtype_of(output, target)
    return target * softplus(-output) + (1 - target) * softplus(output)


def _in_dtype_of(x: Variable, target: Any) -> Variable:
    """The target; in the dtype of x if it is of integers, which else would widen float32."""
    target = as_tensor_variable(target)
    return target if target.type.is_float else cast(target, x.type.dtype)
