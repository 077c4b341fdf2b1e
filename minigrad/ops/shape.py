"""Shapes: what they are, the same elements in another one, and what is known of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from ..core.axes import DimShuffle, Size, as_tensor_variable, check_whole, dimshuffle, sizes_of
from ..core.elementwise import cast
from ..core.graph import Apply, Constant, Gradients, NumPyOp, Variable, Variables
from ..core.table import int_div, mul
from ..core.types import TensorType, constant
from ..protocol.axes import Axes
from ..protocol.op import InAllSteps, Names, Use, with_numbers
from ..protocol.walks import known_integer, made_by
from .counting import normalize_axes


class Shape(NumPyOp):
    """The sizes of x along its axes, an int64 vector."""

    __props__ = ()
    n_differentiable = 0
    storage = "new"
    is_analytic = True

    def make_node(self, x: Variable) -> Apply:
        return Apply(self, [x], [TensorType("int64", (x.type.ndim,))()])

    def compute(self, x: Any) -> Any:
        return np.array(x.shape, dtype="int64")

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        return f"{use('array', np.array)}({inputs[0]}.shape, {use('int64', np.int64)})"

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        return f"{inputs[0]}.shape"

    def axes(self, node: Apply) -> Axes:
        return Axes([[None] * node.inputs[0].type.ndim], [[None]])


def is_transposed(x: Variable) -> bool:
    """Return whether the matrix x is another one with its axes exchanged."""
    node = made_by(x, DimShuffle)
    return node is not None and node.op.new_order == (1, 0) and node.inputs[0].type.ndim == 2


def transposed(x: Variable) -> Variable:
    """Return the matrix x with its axes exchanged; of a tensor with more, the last two."""
    node = made_by(x, DimShuffle)
    if node is not None and is_transposed(x):
        return node.inputs[0]
    *batch, row, column = range(x.type.ndim)
    return dimshuffle(x, [*batch, column, row])


class Reshape(NumPyOp):
    """The elements of x, in C order, in the shape that the other inputs give."""

    __props__ = ()
    n_differentiable = 1
    storage = "view"
    moves = slice(1)
    is_analytic = True
    view_map = {0: [0]}
    is_view = True

    def make_node(self, x: Variable, *sizes: Variable) -> Apply:
        for size in sizes:
            check_whole("reshape: a size", size)
        known = [*map(known_integer, sizes)]
        if known.count(-1) > 1:
            raise ValueError(f"reshape of {x}: only one size can be -1; got {known}")
        return Apply(self, [x, *sizes], [x.type.clone(shape=_solved(known, x))()])

    def compute(self, x: Any, *sizes: Any) -> Any:
        return x.reshape(sizes)

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        return self.formula(node, with_numbers(node.inputs, inputs))

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        return f"{inputs[0]}.reshape({', '.join(inputs[1:]) or '()'})"

    def may_refuse(self, node: Apply) -> bool:
        return True

    def axes(self, node: Apply) -> Axes:
        x, *sizes = node.inputs
        # An expression may turn out to be -1 when the program runs; a tensor's size cannot.
        given = {
            axis: 1 + axis
            for axis, size in enumerate(sizes)
            if made_by(size, Size) or (isinstance(size, Constant) and size.data != -1)
        }
        # In C order it goes along the first axes, those that stay as they are.
        n_kept = 0
        for axis, size in enumerate(sizes[: x.type.ndim]):
            known = x.type.shape[axis]
            if not _is_size_of(size, x, axis) and (
                known is None or known != node.out.type.shape[axis]
            ):
                break
            n_kept += 1
        kept = range(n_kept)
        of_x = [axis if axis in kept else None for axis in range(x.type.ndim)]
        result = [axis if axis in kept or axis in given else None for axis in range(len(sizes))]
        whole = [axis for axis in given if axis not in kept]
        return Axes([of_x, *[()] * len(sizes)], [result], whole, given)

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        x, *sizes = inputs
        return [Reshape()(output_grads[0], *sizes_of(x)), *[None] * len(sizes)]

    def at_once(self, node: Apply, inputs: InAllSteps) -> Variable | None:
        (x, changes), *sizes = inputs
        if not changes or any(c for _, c in sizes):
            return None
        given = _without_unknown([size for size, _ in sizes], sizes_of(x)[1:], node.out.type)
        return self(x, Size(0)(x), *given)


def _without_unknown(
    sizes: list[Variable], of_x: Sequence[Variable], type: TensorType
) -> list[Variable]:
    """Return the sizes, -1 replaced by what those of x leave for it.

    NumPy could not tell for no rows.
    """
    known = [*map(known_integer, sizes)]
    if -1 not in known:
        return sizes
    axis = known.index(-1)
    others = sizes[:axis] + sizes[axis + 1 :]
    size = type.shape[axis]
    rest = int_div(_product(of_x), _product(others)) if size is None else constant(size)
    return [*sizes[:axis], cast(rest, "int64"), *sizes[axis + 1 :]]


def _product(sizes: Sequence[Variable]) -> Variable:
    one: Variable = constant(1, dtype="int64")
    return reduce(mul, sizes, one)


def _is_size_of(size: Variable, x: Variable, axis: int) -> bool:
    """Return whether it is written as the size of x along the axis."""
    node = made_by(size, Size)
    return node is not None and node.op.axis == axis and node.inputs[0] is x


def _solved(known: list[int | None], x: Variable) -> list[int | None]:
    """Return the sizes, -1 replaced by what the size of x leaves for it, None if that is unknown."""
    if -1 not in known:
        return known
    axis = known.index(-1)
    others = known[:axis] + known[axis + 1 :]
    solved: int | None = None
    if None not in others and None not in x.type.shape:
        rest = math.prod(others)  # type: ignore[arg-type]  # no None among them
        solved = math.prod(x.type.shape) // rest if rest else None
    return [*known[:axis], solved, *known[axis + 1 :]]


class Itself(NumPyOp):
    """x itself: the op checks something of it, or says something."""

    __props__: tuple[str, ...] = ()
    n_differentiable = 1
    storage = "view"
    view_map = {0: [0]}
    along: Sequence[int] = ()  # where it is checked as a whole

    def make_node(self, x: Variable) -> Apply:
        return Apply(self, [x], [x.type()])

    def compute(self, x: Any) -> Any:
        return x

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        return inputs[0]

    def axes(self, node: Apply) -> Axes:
        axes = range(node.out.type.ndim)
        return Axes([axes, *[()] * len(node.inputs[1:])], [axes], whole=self.along)

    def at_once(self, node: Apply, inputs: InAllSteps) -> Variable | None:
        (x, changes), *others = inputs
        if not changes or any(c for _, c in others) or self.__props__ != ("along",):
            return None
        return type(self)(tuple([axis + 1 for axis in self.along]))(x, *[v for v, _ in others])


class SpecifyShape(Itself):
    """x, whose sizes along some axes are checked to be the other inputs."""

    __props__ = ("along",)
    moves = slice(1)
    is_analytic = True

    def make_node(self, x: Variable, *sizes: Variable) -> Apply:
        shape = list(x.type.shape)
        for axis, size in zip(self.along, sizes, strict=True):
            if isinstance(size, Constant):
                shape[axis] = int(size.data)
        if not x.type.accepts_shape(x.type.clone(shape=shape)):
            raise ValueError(
                f"specify_shape: {x} has shape {x.type.shape}, which cannot be {shape}"
            )
        return Apply(self, [x, *sizes], [x.type.clone(shape=shape)()])

    def compute(self, x: Any, *sizes: Any) -> Any:
        for axis, size in zip(self.along, sizes, strict=True):
            if x.shape[axis] != size:
                raise ValueError(
                    f"axis {axis} has size {x.shape[axis]}, not {int(size)} as specified"
                )
        return x

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        name = "specify_" + "_".join(map(str, self.along))
        return f"{use(name, self.compute)}({', '.join(inputs)})"

    def may_refuse(self, node: Apply) -> bool:
        return True

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        return [output_grads[0], *[None] * len(self.along)]


def with_sizes(x: Variable, sizes: Sequence[Variable | int | None]) -> Variable:
    """Return x, whose sizes are checked to be these when the program runs; None is not checked."""
    checked = {
        axis: constant(size, dtype="int64") if isinstance(size, int) else size
        for axis, size in enumerate(sizes)
        if size is not None
    }
    return SpecifyShape(tuple(checked))(x, *checked.values()) if checked else x


class Unbroadcast(Itself):
    """x, which no longer broadcasts along some axes."""

    __props__ = ("along",)
    moves = slice(1)
    is_analytic = True

    def make_node(self, x: Variable) -> Apply:
        shape = [None if axis in self.along else size for axis, size in enumerate(x.type.shape)]
        return Apply(self, [x], [x.type.clone(shape=shape)()])

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        return inputs[0]

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        g = output_grads[0]
        return [with_sizes(g, [1 if a in self.along else None for a in range(g.type.ndim)])]


def sizes_in_common(one: TensorType, other: TensorType) -> list[int | None]:
    """Return what is known of the sizes of something that is of one of the types."""
    return [a if a == b else None for a, b in zip(one.shape, other.shape, strict=True)]


def unbroadcast(x: Any, *axes: int) -> Variable:
    """x, which no longer broadcasts along the axes, though its size there may be 1.

    >>> unbroadcast([[1, 2]], 0).type.broadcastable
    (False, False)
    """
    x = as_tensor_variable(x)
    ones = tuple(a for a in normalize_axes(axes, x.type.ndim) if x.type.shape[a] == 1)
    return Unbroadcast(ones)(x) if ones else x


def as_type(x: Variable, type: TensorType) -> Variable:
    """x in that dtype, with the sizes that the type knows, broadcasting just where it does."""
    x = cast(x, type.dtype)
    if x.type.shape == type.shape:
        return x
    known = zip(x.type.shape, type.shape, strict=True)
    x = with_sizes(x, [size if was is None else None for was, size in known])
    return unbroadcast(x, *[axis for axis, size in enumerate(type.shape) if size != 1])
