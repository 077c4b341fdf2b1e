"""Rules that replace softmax and similar ops by functions of elements and sums, which have C."""

from __future__ import annotations

import numpy as np

from ..core.axes import Alloc, DimShuffle, dimshuffle, restore_axes, sum_axes
from ..core.elementwise import Elementwise, cast
from ..core.graph import Variable
from ..core.table import eq, exp, isnan, log1p, switch
from ..core.types import constant
from ..ops.planned import Placed
from ..ops.reduction import ArgReduction, Reduction
from ..ops.softmax import LogSoftmax, Softmax
from ..protocol.walks import AnyOp, Applied, made_by
from ..rewrite.engine import Replacement, Rewriter, rule
from .c import is_number


@rule("exp(log(softmax(x))) is softmax(x)", exp, needs=[LogSoftmax])
def _exp_of_logsoftmax(node: Applied[AnyOp], rewriter: Rewriter) -> Replacement:
    logsoftmax = made_by(node.inputs[0], LogSoftmax)
    return None if logsoftmax is None else [Softmax(logsoftmax.op.axis)(*logsoftmax.inputs)]


@rule("softmax is a quotient of exponentials", Softmax)
def _softmax(node: Applied[Softmax], rewriter: Rewriter) -> Replacement:
    (x,) = node.inputs
    if not _is_expanded(x):
        return None
    z = _below_0(x, node.op.axis)
    count, others = _sums_of_exp(z, node.op.axis)
    return [cast(exp(z) / _kept(count + others, node.op.axis, x), x.type.dtype)]


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
    dtype = f"int{8 * x.type.numpy_dtype.itemsize}"  # as wide as x: they are compared side by side
    indices = dimshuffle(constant(np.arange(size, dtype=dtype)), order)
    first = Reduction("min", node.op.axis)(switch(is_it, indices, constant(size, dtype=dtype)))
    return [cast(first, "int64")]


@rule("beside others of its shape, what is filled with a number is the number", Elementwise, Placed)
def _filled(node: Applied[AnyOp], rewriter: Rewriter) -> Replacement:
    ndim = 0 if isinstance(node.op, Placed) else node.out.type.ndim
    inputs = [_number_filled_in(v, ndim) or v for v in node.inputs]
    if inputs == list(node.inputs):
        return None
    result: Variable = node.op(*inputs)
    return [result] if result.type == node.out.type else None


def _number_filled_in(v: Variable, ndim: int) -> Variable | None:
    """The number that v is filled with, of so many axes."""
    moved = made_by(v, DimShuffle)
    filled = made_by(moved.inputs[0] if moved else v, Alloc)
    if filled is None or not is_number(filled.inputs[0]):
        return None
    return constant(filled.inputs[0].data.reshape([1] * ndim))


def _is_expanded(x: Variable) -> bool:
    """Whether functions of x are expanded: the dtype has C, and the sizes are known, and not 0."""
    return x.type.dtype != "float16" and all(x.type.shape)


def _below_0(x: Variable, axis: tuple[int, ...]) -> Variable:
    return x - _kept(Reduction("max", axis)(x), axis, x)


def _log_of_sum(z: Variable, axis: tuple[int, ...]) -> Variable:
    """log(Σ exp(z)) if the largest z is 0, exact to the last digit even if it is tiny.

    Beside the 1 of the largest z, the others would be rounded away.
    """
    count, others = _sums_of_exp(z, axis)
    return log1p((count - 1) + others)


def _sums_of_exp(z: Variable, axis: tuple[int, ...]) -> tuple[Variable, Variable]:
    """Σ exp(z) in two parts: the number of those that are 1, and the sum of all others."""
    is_largest = eq(z, 0)
    count = sum_axes(cast(is_largest, z.type.dtype), axis)
    return count, sum_axes(switch(is_largest, 0, exp(z)), axis)


def _kept(y: Variable, axis: tuple[int, ...], x: Variable) -> Variable:
    return restore_axes(y, axis, x.type.ndim)


# The rules of each entry find forms that those of the next entry remove.
EXPANSIONS = ((_exp_of_logsoftmax,), (_softmax, _logsoftmax, _logsumexp, _argmax), (_filled,))
