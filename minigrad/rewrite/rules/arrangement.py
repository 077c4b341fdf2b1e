"""Rules on how elements are arranged: sizes, repetition, permutations, sums."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.axes import Alloc, DimShuffle, Size, Sum, dimshuffle, restore_axes, zeros_like
from ...core.elementwise import Elementwise, Switch, cast
from ...core.graph import Apply, Constant, Variable
from ...core.table import eq, switch
from ...core.types import constant
from ...ops.inner.ifelse import IfElse
from ...ops.passing import Passing
from ...ops.shape import SpecifyShape
from ...protocol.walks import Applied, known_integer, made_by
from ..engine import Replacement, Rewriter, rule
from ..known import is_single, number_of

_WIDE_FLOATS = ("float32", "float64")  # which hold any number of elements


@rule("the size of a result follows from the sizes of what it is made of", Size)
def _size(node: Applied[Size], rewriter: Rewriter) -> Replacement:
    (x,) = node.inputs
    axis = node.op.axis
    if x.type.shape[axis] is not None:
        return [constant(x.type.shape[axis], dtype="int64")]
    if x.owner is None:
        return None
    shapes = rewriter.inferred_shapes(x.owner)
    size = None if shapes is None else shapes[x.index or 0][axis]
    return None if size is None else [cast(size, "int64")]


@rule("what only changes derivatives is its input", Passing)
def _passing(node: Applied[Passing], rewriter: Rewriter) -> Replacement:
    return [node.inputs[0]]


@rule("what NumPy converts to the dtype of a result can be converted before", Elementwise)
def _of_one_dtype(node: Apply, rewriter: Rewriter) -> Replacement:
    # So forms are found whatever the dtypes were.
    dtype = node.out.type.numpy_dtype
    first = 1 if isinstance(node.op, Switch) else 0  # its condition stays what it is
    if dtype.kind != "f" or all(v.type.numpy_dtype == dtype for v in node.inputs[first:]):
        return None
    if np.result_type(*[v.type.numpy_dtype for v in node.inputs[first:]]) != dtype:
        return None
    converted = [_in_dtype(v, dtype) for v in node.inputs[first:]]
    return [node.op.make_node(*node.inputs[:first], *converted).out]


def _in_dtype(x: Variable, dtype: np.dtype[Any]) -> Variable:
    """Return x cast; a constant at once."""
    if not isinstance(x, Constant):
        return cast(x, dtype)
    result = Constant(x.type.clone(dtype), x.data.astype(dtype), x.name)
    result.written_with = x.written_with
    return result


@rule("a size that is known needs no check", SpecifyShape)
def _known_sizes(node: Applied[SpecifyShape], rewriter: Rewriter) -> Replacement:
    x, *sizes = node.inputs
    known = all(
        rewriter.size(x, axis) is rewriter.final([cast(size, "int64")])[0]
        for axis, size in zip(node.op.along, sizes, strict=True)
    )
    return [x] if known else None


@rule("a permutation of a permutation is one permutation", DimShuffle, needs=[DimShuffle])
def _permutations(node: Applied[DimShuffle], rewriter: Rewriter) -> Replacement:
    inner = made_by(node.inputs[0], DimShuffle)
    if inner is None:
        return None
    order = [i if isinstance(i, str) else inner.op.new_order[i] for i in node.op.new_order]
    return [dimshuffle(inner.inputs[0], order)]


@rule("to repeat nothing changes nothing", Alloc)
def _no_repetition(node: Apply, rewriter: Rewriter) -> Replacement:
    value, *sizes = node.inputs
    if value.type.ndim < len(sizes):
        return None
    if all(rewriter.size(value, axis) is size for axis, size in enumerate(sizes)):
        return [value]
    return None


@rule("a permutation of a repeated value repeats it along other axes", DimShuffle, needs=[Alloc])
def _permuted_repetition(node: Applied[DimShuffle], rewriter: Rewriter) -> Replacement:
    repeated = made_by(node.inputs[0], Alloc)
    if repeated is None:
        return None
    value, *sizes = repeated.inputs
    order, one = node.op.new_order, constant(1, dtype="int64")
    if value.type.ndim:
        value = restore_axes(value, range(len(sizes) - value.type.ndim), len(sizes))
        if any(size != 1 and axis not in order for axis, size in enumerate(value.type.shape)):
            return None  # only the repetition knows that the size of a dropped axis is 1
        value = dimshuffle(value, order)
    return [Alloc()(value, *[one if isinstance(axis, str) else sizes[axis] for axis in order])]


@rule("to sum over axes of size 1 is to leave them out", Sum)
def _sum_of_single(node: Applied[Sum], rewriter: Rewriter) -> Replacement:
    (x,) = node.inputs
    axes = node.op.axis
    if any(x.type.shape[axis] != 1 for axis in axes) or x.type.dtype != node.out.type.dtype:
        return None
    return [dimshuffle(x, [axis for axis in range(x.type.ndim) if axis not in axes])]


@rule("the sum of a repeated value is a multiple of it", Sum, needs=[Alloc])
def _sum_of_repeated(node: Applied[Sum], rewriter: Rewriter) -> Replacement:
    (x,) = node.inputs
    axes = node.op.axis
    repeated = made_by(x, Alloc)
    if repeated is None:
        return None
    value, *sizes = repeated.inputs
    value = restore_axes(value, range(len(sizes) - value.type.ndim), len(sizes))
    if any(value.type.shape[axis] != 1 for axis in axes) or x.type.dtype not in _WIDE_FLOATS:
        return None
    kept = [axis for axis in range(len(sizes)) if axis not in axes]
    times = math.prod((sizes[axis] for axis in axes), start=constant(1, dtype="int64"))
    value = dimshuffle(value, kept)
    # The sum of none is 0, also if the value is infinite or NaN; and their mean is 0 / 0.
    total = switch(eq(times, 0), zeros_like(value), value * cast(times, value.type.dtype))
    return [Alloc()(total, *[sizes[axis] for axis in kept])]


@rule("a choice that is known is made", Switch)
def _known_choice(node: Apply, rewriter: Rewriter) -> Replacement:
    condition, *choices = node.inputs
    truth = number_of(condition)
    chosen = None if truth is None else choices[0 if truth else 1]
    return None if chosen is None or chosen.type != node.out.type else [chosen]


@rule("a choice between a value and itself is the value", Switch)
def _no_choice(node: Apply, rewriter: Rewriter) -> Replacement:
    condition, x, y = node.inputs
    return [x] if x is y and not condition.type.ndim and x.type == node.out.type else None


@rule("a choice of graphs that is known is made", IfElse)
def _known_branch(node: Applied[IfElse], rewriter: Rewriter) -> Replacement:
    truth = number_of(node.inputs[0])
    if truth is None:
        return None
    n = node.op.n
    return node.inputs[1 : 1 + n] if truth else node.inputs[1 + n :]


@rule("a function of a repeated value is a repeated function of it", Elementwise, needs=[Alloc])
def _function_of_repeated(node: Apply, rewriter: Rewriter) -> Replacement:
    repeated = [(v, made) for v in node.inputs if (made := made_by(v, Alloc))]
    if len(repeated) != 1:
        return None
    ((whole, alloc),) = repeated
    value, *sizes = alloc.inputs
    if node.out.type.ndim != len(sizes):
        return None
    if not all(v is whole or is_single(v) for v in node.inputs):
        return None
    inputs = [value if v is whole else v for v in node.inputs]
    return [Alloc()(node.op.make_node(*inputs).out, *sizes)]


def _without_needless_axes(node: Apply, rewriter: Rewriter) -> Replacement:
    inputs = [_without_new_axes_in_front(v) for v in node.inputs]
    if inputs == node.inputs or node.out.type.ndim != max(v.type.ndim for v in inputs):
        return None
    return [node.op.make_node(*inputs).out]


_needless_axes, _needless_axes_of_numbers = (
    rule(fact, Elementwise, needs=[what])(_without_needless_axes)
    for fact, what in (
        ("new axes in front come by broadcasting", DimShuffle),
        ("a number takes on the axes of what it meets", Constant),
    )
)


def _without_new_axes_in_front(x: Variable) -> Variable:
    if isinstance(x, Constant) and x.type.ndim and is_single(x):
        return Constant(x.type.clone(shape=()), x.data.reshape(()), x.name)
    permuted = made_by(x, DimShuffle)
    if permuted is None:
        return x
    (inner,) = permuted.inputs
    order = permuted.op.new_order
    new = len(order) - inner.type.ndim
    return inner if order == (*["x"] * new, *range(inner.type.ndim)) else x


@rule("what broadcasts anyway need not be repeated", Elementwise, needs=[Alloc])
def _needless_repetition(node: Apply, rewriter: Rewriter) -> Replacement:
    for place, variable in enumerate(node.inputs):
        repeated = made_by(variable, Alloc)
        if repeated is None:
            continue
        value, *sizes = repeated.inputs
        others = [*node.inputs[:place], *node.inputs[place + 1 :]]
        keeps_ndim = node.out.type.ndim == max([other.type.ndim for other in others], default=-1)
        if keeps_ndim and _sizes_come_from(others, value, sizes, rewriter):
            new_inputs = [*node.inputs[:place], value, *node.inputs[place + 1 :]]
            return [node.op.make_node(*new_inputs).out]
    return None


def _sizes_come_from(
    others: Sequence[Variable], value: Variable, sizes: Sequence[Variable], rewriter: Rewriter
) -> bool:
    """Whether others have every size to which the value would be repeated."""
    for back in range(1, len(sizes) + 1):
        size = sizes[-back]
        if back <= value.type.ndim and value.type.shape[-back] != 1:
            if known_integer(size) == 1:
                return False  # only the repetition knows that the axis broadcasts
            continue
        if known_integer(size) == 1:
            continue
        if not any(
            back <= other.type.ndim
            and other.type.shape[-back] != 1
            and rewriter.size(other, other.type.ndim - back) is size
            for other in others
        ):
            return False
    return True


DTYPE_RULES = (_of_one_dtype,)
ARRANGEMENT_RULES = (
    _passing,
    _size,
    _known_sizes,
    _permutations,
    _permuted_repetition,
    _no_repetition,
    _sum_of_single,
    _sum_of_repeated,
    _known_choice,
    _no_choice,
    _known_branch,
    _function_of_repeated,
    _needless_axes,
    _needless_axes_of_numbers,
    _needless_repetition,
)
