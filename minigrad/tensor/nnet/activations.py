"""Activations of neural networks."""

from __future__ import annotations

from typing import Any

from ...core.graph import Variable
from ...core.table import abs_, expm1, lt, minimum, sgn, switch
from ...ops import functions
from ...ops.counting import normalize_axes
from ...ops.functions import clip
from ...ops.softmax import LogSoftmax, Normalization, Softmax
from ..elementwise import as_float, as_real
from ..reductions import Axis
from ..shapes import shape_padleft


def softmax(c: Any, axis: Axis = None) -> Variable:
    """exp(c) / Σ exp(c): positive, with sum 1 along the axes, without overflow.

    Parameters
    ----------
    c : tensor
        It has at least one dimension; integers are cast to ``config.floatX``.
    axis : int or sequence of int, optional
        By default the last; then a *vector* counts as one row, as in Theano, and the result is
        a matrix of shape (1, n). If an axis is given, the result has the shape of c.

    Returns
    -------
    Variable
        It has the dtype of c. Derivative: y · (g − Σ g · y), where y is the result.

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
    """c − log(Σ exp(c)), the logarithm of `softmax`; parameters as in `softmax`.

    It is accurate even where the softmax is too small for a float.

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
    The derivative at 0 is the mean of those on both sides, as in Theano: 0.5 for ``alpha=0``.

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
