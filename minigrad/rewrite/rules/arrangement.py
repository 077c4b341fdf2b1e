"""Rules on how elements are arranged: sizes, repetition, permutations, parts, sums."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.axes import (
    Alloc,
    DimShuffle,
    Size,
    Sum,
    as_tensor_variable,
    dimshuffle,
    zeros_like,
)
from ...core.elementwise import FUNCTIONS_OF_ELEMENTS, Switch, cast
from ...core.graph import Apply, Constant, Variable
from ...core.table import eq, switch
from ...core.types import constant
from ...ops.indexing import Subtensor
from ...ops.shape import SpecifyShape
from ..engine import Rewriter, Rule, keeps_types, number_of, rule

Replacement = Sequence[Variable] | None
_ALL = (None, None, None)
_WIDE_FLOATS = ("float32", "float64")  # which hold any number of elements


@rule("the size of a result follows from the sizes of what it is made of", Size)
def _size(node: Apply, rewriter: Rewriter) -> Replacement:
    (x,) = node.inputs
    axis = node.op.axis  # type: ignore[attr-defined]  # the root is a Size
    if x.type.shape[axis] is not None:
        return [constant(x.type.shape[axis], dtype="int64")]
    if x.owner is None:
        return None
    shapes = rewriter.inferred_shapes(x.owner)
    size = None if shapes is None else shapes[x.index or 0][axis]
    return None if size is None else [cast(size, "int64")]


@rule("the part that is all is the whole, perhaps with new axes", Subtensor)
def _whole(node: Apply, rewriter: Rewriter) -> Replacement:
    pattern = node.op.pattern  # type: ignore[attr-defined]  # the root is a Subtensor
    if not all(entry in (None, _ALL) for entry in pattern):
        return None
    axes = iter(range(len(pattern)))
    return [dimshuffle(node.inputs[0], ["x" if e is None else next(axes) for e in pattern])]


def in_shape_of(node: Apply, value: Variable, rewriter: Rewriter) -> Variable:
    """The value, repeated to the shape of the node if the value alone has lost it."""
    shapes = None if keeps_types(node.outputs, [value]) else rewriter.inferred_shapes(node)
    return value if shapes is None else Alloc()(value, *map(as_tensor_variable, shapes[0]))


@rule(
    "what NumPy converts to the dtype of a result can be converted before", *FUNCTIONS_OF_ELEMENTS
)
def _of_one_dtype(node: Apply, rewriter: Rewriter) -> Replacement:
    """The function of operands of one dtype, so that forms are found whatever the dtypes were."""
    dtype = node.out.type.numpy_dtype
    first = 1 if isinstance(node.op, Switch) else 0  # its condition stays what it is
    if dtype.kind != "f" or all(v.type.numpy_dtype == dtype for v in node.inputs[first:]):
        return None
    if np.result_type(*[v.type.numpy_dtype for v in node.inputs[first:]]) != dtype:
        return None
    converted = [_in_dtype(v, dtype) for v in node.inputs[first:]]
    return [node.op.make_node(*node.inputs[:first], *converted).out]


def _in_dtype(x: Variable, dtype: np.dtype[Any]) -> Variable:
    """x cast; a constant at once."""
    if not isinstance(x, Constant):
        return cast(x, dtype)
    result = Constant(x.type.clone(dtype), x.data.astype(dtype), x.name)
    result.written_with = x.written_with
    return result


@rule("a size that is known needs no check", SpecifyShape)
def _known_sizes(node: Apply, rewriter: Rewriter) -> Replacement:
    x, *sizes = node.inputs
    axes = node.op.axes  # type: ignore[attr-defined]  # the root is a SpecifyShape
    known = all(
        rewriter.size(x, axis) is rewriter.final([cast(size, "int64")])[0]
        for axis, size in zip(axes, sizes, strict=True)
    )
    return [x] if known else None


@rule("a permutation of a permutation is one permutation", DimShuffle, needs=[DimShuffle])
def _permutations(node: Apply, rewriter: Rewriter) -> Replacement:
    (x,) = node.inputs
    order = node.op.new_order  # type: ignore[attr-defined]  # the root is a DimShuffle
    if x.owner is None or not isinstance(x.owner.op, DimShuffle):
        return None
    inner = x.owner.op.new_order
    return [dimshuffle(x.owner.inputs[0], [i if i == "x" else inner[i] for i in order])]


@rule("to repeat nothing changes nothing", Alloc)
def _no_repetition(node: Apply, rewriter: Rewriter) -> Replacement:
    value, *sizes = node.inputs
    if value.type.ndim < len(sizes):
        return None
    if all(rewriter.size(value, axis) is size for axis, size in enumerate(sizes)):
        return [value]
    return None


@rule("to sum over axes of size 1 is to leave them out", Sum)
def _sum_of_single(node: Apply, rewriter: Rewriter) -> Replacement:
    (x,) = node.inputs
    axes = node.op.axis  # type: ignore[attr-defined]  # the root is a Sum
    if any(x.type.shape[axis] != 1 for axis in axes) or x.type.dtype != node.out.type.dtype:
        return None
    return [dimshuffle(x, [axis for axis in range(x.type.ndim) if axis not in axes])]


@rule("the sum of a repeated value is a multiple of it", Sum, needs=[Alloc])
def _sum_of_repeated(node: Apply, rewriter: Rewriter) -> Replacement:
    (x,) = node.inputs
    axes = node.op.axis  # type: ignore[attr-defined]  # the root is a Sum
    if x.owner is None or not isinstance(x.owner.op, Alloc):
        return None
    value, *sizes = x.owner.inputs
    value = dimshuffle(value, [*["x"] * (len(sizes) - value.type.ndim), *range(value.type.ndim)])
    if any(value.type.shape[axis] != 1 for axis in axes) or x.type.dtype not in _WIDE_FLOATS:
        return None
    kept = [axis for axis in range(len(sizes)) if axis not in axes]
    times = math.prod((sizes[axis] for axis in axes), start=constant(1, dtype="int64"))
    value = dimshuffle(value, kept)
    # Of none the sum is 0, also if the value is infinite or NaN; and their mean is 0 / 0.
    total = switch(eq(times, 0), zeros_like(value), value * cast(times, value.type.dtype))
    return [Alloc()(total, *[sizes[axis] for axis in kept])]


@rule("a choice that is known is made", Switch)
def _known_choice(node: Apply, rewriter: Rewriter) -> Replacement:
    condition, *choices = node.inputs
    truth = number_of(condition)
    chosen = None if truth is None else choices[0 if truth else 1]
    return None if chosen is None or chosen.type != node.out.type else [chosen]


@rule(
    "a function of a repeated value is a repeated function of it",
    *FUNCTIONS_OF_ELEMENTS,
    needs=[Alloc],
)
def _function_of_repeated(node: Apply, rewriter: Rewriter) -> Replacement:
    repeated = [v for v in node.inputs if v.owner is not None and isinstance(v.owner.op, Alloc)]
    others = [v for v in node.inputs if v not in repeated]
    if len(repeated) != 1 or any(not set(v.type.shape) <= {1} for v in others):
        return None
    value, *sizes = repeated[0].owner.inputs  # type: ignore[union-attr]  # it has an owner
    if node.out.type.ndim != len(sizes):
        return None
    inputs = [value if v is repeated[0] else v for v in node.inputs]
    return [Alloc()(node.op.make_node(*inputs).out, *sizes)]


@rule("new axes in front come by broadcasting", *FUNCTIONS_OF_ELEMENTS, needs=[DimShuffle])
def _needless_axes(node: Apply, rewriter: Rewriter) -> Replacement:
    inputs = [_without_new_axes_in_front(v) for v in node.inputs]
    if inputs == node.inputs or node.out.type.ndim != max(v.type.ndim for v in inputs):
        return None
    return [node.op.make_node(*inputs).out]


def _without_new_axes_in_front(x: Variable) -> Variable:
    if x.owner is None or not isinstance(x.owner.op, DimShuffle):
        return x
    (inner,) = x.owner.inputs
    order = x.owner.op.new_order
    new = len(order) - inner.type.ndim
    return inner if order == (*["x"] * new, *range(inner.type.ndim)) else x


@rule("what broadcasts anyway need not be repeated", *FUNCTIONS_OF_ELEMENTS, needs=[Alloc])
def _needless_repetition(node: Apply, rewriter: Rewriter) -> Replacement:
    for place, repeated in enumerate(node.inputs):
        if repeated.owner is None or not isinstance(repeated.owner.op, Alloc):
            continue
        value, *sizes = repeated.owner.inputs
        others = [*node.inputs[:place], *node.inputs[place + 1 :]]
        if _sizes_come_from(others, value, sizes, node.out.type.ndim, rewriter):
            new_inputs = [*node.inputs[:place], value, *node.inputs[place + 1 :]]
            return [node.op.make_node(*new_inputs).out]
    return None


def _sizes_come_from(
    others: Sequence[Variable],
    value: Variable,
    sizes: Sequence[Variable],
    ndim: int,
    rewriter: Rewriter,
) -> bool:
    """Whether others have every size to which the value would be repeated."""
    for back in range(1, len(sizes) + 1):
        if back <= value.type.ndim and value.type.shape[-back] != 1:
            continue
        size = sizes[-back]
        if not any(
            back <= other.type.ndim
            and (other.type.shape[-back] != 1 or _is_one(size))
            and rewriter.size(other, other.type.ndim - back) is size
            for other in others
        ):
            return False
    return ndim == max(other.type.ndim for other in others) if others else False


def _is_one(size: Variable) -> bool:
    return isinstance(size, Constant) and int(size.data) == 1


def is_zeros(x: Variable) -> bool:
    """Whether every element is known to be 0."""
    value = x.owner.inputs[0] if x.owner is not None and isinstance(x.owner.op, Alloc) else x
    return isinstance(value, Constant) and not value.data.any()


def dtype_rules() -> list[Rule]:
    """The rule on dtypes."""
    return [_of_one_dtype]


def arrangement_rules() -> list[Rule]:
    """The other rules above."""
    return [
        _size,
        _whole,
        _known_sizes,
        _permutations,
        _no_repetition,
        _sum_of_single,
        _sum_of_repeated,
        _known_choice,
        _function_of_repeated,
        _needless_axes,
        _needless_repetition,
    ]
