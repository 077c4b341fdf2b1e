"""Rules that write out, in functions of elements and sums, what NumPy has a function of its own for."""

from __future__ import annotations

import numpy as np

from ..core.axes import dimshuffle, restore_axes, sum_axes
from ..core.elementwise import cast
from ..core.graph import Variable
from ..core.table import eq, exp, isnan, log, log1p, maximum, switch
from ..core.types import constant
from ..ops.reduction import ArgReduction, Reduction
from ..ops.softmax import LogSoftmax, Softmax
from ..protocol.walks import Applied
from ..rewrite.engine import Replacement, Rewriter, rule


@rule("softmax is a quotient of exponentials", Softmax)
def _softmax(node: Applied[Softmax], rewriter: Rewriter) -> Replacement:
    (x,) = node.inputs
    if not _is_expanded(x):
        return None
    e = exp(_below_0(x, node.op.axis))
    return [e / _kept(sum_axes(e, node.op.axis), node.op.axis, x)]


@rule("log(softmax(x)) is x less the logarithm of a sum of exponentials", LogSoftmax)
def _logsoftmax(node: Applied[LogSoftmax], rewriter: Rewriter) -> Replacement:
    (x,) = node.inputs
    if not _is_expanded(x):
        return None
    z = _below_0(x, node.op.axis)
    return [cast(z - _kept(_log_of_sum(z, node.op.axis), node.op.axis, x), x.type.dtype)]


@rule("log(sum(exp(x))) is that of what is left without the largest x", Reduction)
def _logsumexp(node: Applied[Reduction], rewriter: Rewriter) -> Replacement:
    (x,) = node.inputs
    if node.op.name != "logsumexp" or not _is_expanded(x):
        return None
    largest = Reduction("max", node.op.axis)(x)
    shift = switch(eq(largest - largest, 0), largest, 0)  # an infinite one would make NaN
    z = x - _kept(shift, node.op.axis, x)
    return [cast(_log_of_sum(z, node.op.axis) + shift, x.type.dtype)]


@rule("the place of the largest is the first of those that are as large", ArgReduction)
def _argmax(node: Applied[ArgReduction], rewriter: Rewriter) -> Replacement:
    (x,) = node.inputs
    if len(node.op.axis) != 1 or not x.type.is_float or not _is_expanded(x):
        return None
    (axis,) = node.op.axis
    size = x.type.shape[axis]
    extreme = Reduction(node.op.name[3:], node.op.axis)(x)
    is_it = eq(x, _kept(extreme, node.op.axis, x)) | isnan(x)
    order = [0 if a == axis else "x" for a in range(x.type.ndim)]
    places = dimshuffle(constant(np.arange(size, dtype="int64")), order)
    return [Reduction("min", node.op.axis)(switch(is_it, places, constant(size, dtype="int64")))]


def _is_expanded(x: Variable) -> bool:
    """Whether there is C for what functions of x are made of; of no numbers, none is the largest."""
    return x.type.dtype != "float16" and all(x.type.shape)  # known, and not 0


def _below_0(x: Variable, axis: tuple[int, ...]) -> Variable:
    return x - _kept(Reduction("max", axis)(x), axis, x)


def _log_of_sum(z: Variable, axis: tuple[int, ...]) -> Variable:
    """log(Σ exp(z)) if the largest z is 0, exact to the last digit even if it is tiny.

    The largest are counted, and only the others added up: beside 1 they would be rounded away.
    """
    is_largest = eq(z, 0)
    count = sum_axes(cast(is_largest, "float64"), axis)
    others = sum_axes(cast(switch(is_largest, 0, exp(z)), "float64"), axis)
    near = log(count) + log1p(others / maximum(count, 1))
    return switch(eq(count, 0), log(others), near)


def _kept(y: Variable, axis: tuple[int, ...], x: Variable) -> Variable:
    return restore_axes(y, axis, x.type.ndim)


EXPANSIONS = (_softmax, _logsoftmax, _logsumexp, _argmax)
