"""The linear maps of broadcasting: permuting and adding axes, repeating, summing.

A vector of shape (3,) that is added to a matrix of shape (2, 3) is repeated. So the derivative by it,
of shape (2, 3), must be summed to (3,): see `undo_broadcasting`. `Alloc` repeats a value along
axes and `Sum` adds up along them; the vjp of each is the other. `Size` tells how often.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .graph import Apply, Constant, Gradients, NumPyOp, Variable, Variables
from .types import TensorType, constant


def stacked(values: Any) -> Any:
    """The list itself; `ops.joining` replaces this by a function that joins variables."""
    return values


def as_tensor_variable(x: Any, name: str | None = None, ndim: int | None = None) -> Variable:
    """x as a variable: variables as they are, numbers as constants.

    The name is for a new constant. Dimensions of size 1 are put in front until there are `ndim`.

    >>> as_tensor_variable([1, 2]).type
    TensorType(int64, (2,))
    """
    if isinstance(x, Apply):
        x = x.out
    if isinstance(x, (list, tuple)):
        x = stacked(x)
    if not isinstance(x, Variable):
        return constant(x, name, ndim)
    if ndim is None or ndim == x.type.ndim:
        return x
    if ndim < x.type.ndim:
        raise ValueError(f"{x} has {x.type.ndim} dimensions, more than the {ndim} asked for")
    return dimshuffle(x, ["x"] * (ndim - x.type.ndim) + list(range(x.type.ndim)))


class DimShuffle(NumPyOp):
    """The axes of the input in another order; ``'x'`` is a new axis of size 1.

    Axes of the input that are not named are dropped; they must be known to have size 1.
    """

    __props__ = ("new_order",)

    def __init__(self, new_order: Sequence[int | str]) -> None:
        self.new_order = tuple(new_order)
        self.kept = [axis for axis in self.new_order if axis != "x"]

    def make_node(self, x: Variable) -> Apply:
        sizes = x.type.shape
        if len(set(self.kept)) < len(self.kept) or not set(self.kept) <= set(range(len(sizes))):
            raise ValueError(
                f"dimshuffle{self.new_order} of {x}: name each of its {len(sizes)} axes at most once"
            )
        for axis in self._dropped(len(sizes)):
            if sizes[axis] != 1:
                raise ValueError(
                    f"dimshuffle{self.new_order} of {x} drops axis {axis}, which is not known to "
                    "have size 1; take x[..., 0], sum over it, or say T.addbroadcast(x, axis)"
                )
        shape = [1 if isinstance(axis, str) else sizes[axis] for axis in self.new_order]
        return Apply(self, [x], [x.type.clone(shape=shape)()])

    def _dropped(self, ndim: int) -> list[int]:
        return [axis for axis in range(ndim) if axis not in self.kept]

    def compute(self, x: Any) -> Any:
        return x.transpose(*self.kept, *self._dropped(x.ndim))[self._index(x.ndim)]

    def _index(self, ndim: int) -> tuple[Any, ...]:
        """The index to apply to the permuted input, whose dropped axes are last."""
        index = [None if axis == "x" else slice(None) for axis in self.new_order]
        return (*index, *[0] * len(self._dropped(ndim)))

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        places = range(inputs[0].type.ndim)
        back = [self.new_order.index(axis) if axis in self.kept else "x" for axis in places]
        return [dimshuffle(output_grads[0], back)]


class Alloc(NumPyOp):
    """The first input, repeated to the shape that the other inputs, whole numbers, give."""

    __props__ = ()
    n_differentiable = 1

    def make_node(self, value: Variable, *sizes: Variable) -> Apply:
        if value.type.ndim > len(sizes):
            raise ValueError(f"alloc: {value} has more than the {len(sizes)} dimensions asked for")
        for size in sizes:
            check_whole("alloc: a size", size)
        shape = [int(s.data) if isinstance(s, Constant) else None for s in sizes]
        return Apply(self, [value, *sizes], [value.type.clone(shape=shape)()])

    def perform(self, node: Apply, inputs: list[Any], output_storage: list[list[Any]]) -> None:
        value, *sizes = inputs
        check_filling(value, sizes, node.inputs[0].type.shape)
        output_storage[0][0] = np.full(sizes, value, dtype=value.dtype)

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        return [undo_broadcasting(output_grads[0], inputs[0]), *[None] * len(inputs[1:])]


def check_whole(what: str, x: Variable) -> None:
    """Raise a TypeError unless x, which the message calls `what`, is a whole number."""
    if x.type.ndim or x.type.numpy_dtype.kind not in "iu":
        raise TypeError(f"{what} must be a whole number; got {x} of {x.type}")


def check_filling(value: Any, sizes: Sequence[Any], known: Sequence[int | None]) -> None:
    """Raise a ValueError unless the value fills the shape: only sizes known to be 1 are repeated."""
    for axis, size in enumerate(value.shape, start=-value.ndim):
        if known[axis] != 1 and size != sizes[axis]:
            raise ValueError(f"sizes differ: {value.shape} cannot fill {tuple(map(int, sizes))}")


def total_dtype(dtype: np.dtype[Any]) -> Any:
    """The dtype of a sum or product; as in NumPy, small integers and bool give 64 bits."""
    return {"b": "int64", "i": "int64", "u": "uint64"}.get(dtype.kind, dtype)


# In what narrow floats are added up, as Theano's ``acc_dtype``.
ACCUMULATORS = {"float16": "float32", "float32": "float64"}


class Sum(NumPyOp):
    """The sum over the axes `axis`; float16 and float32 are added up in a wider float."""

    __props__ = ("axis",)

    def make_node(self, x: Variable) -> Apply:
        shape = [size for axis, size in enumerate(x.type.shape) if axis not in self.axis]
        return Apply(self, [x], [TensorType(total_dtype(x.type.numpy_dtype), shape)()])

    def compute(self, x: Any) -> Any:
        total = np.add.reduce(x, axis=self.axis, dtype=ACCUMULATORS.get(x.dtype.name))
        return total.astype(x.dtype) if x.dtype.name in ACCUMULATORS else total

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        x = inputs[0]
        return [Alloc()(restore_axes(output_grads[0], self.axis, x.type.ndim), *sizes_of(x))]


class Size(NumPyOp):
    """The size of the input along one axis, int64."""

    __props__ = ("axis",)
    n_differentiable = 0
    result = TensorType("int64", ())

    def make_node(self, x: Variable) -> Apply:
        return Apply(self, [x], [self.result()])

    def compute(self, x: Any) -> Any:
        return np.int64(x.shape[self.axis])


def dimshuffle(x: Any, *order: Any) -> Variable:
    """The axes of x in another order: each is the number of an axis of x, or ``'x'``, a new one.

    An axis that is not named is dropped; it must be known to have size 1.

    >>> dimshuffle([1, 2], 0, "x").type
    TensorType(int64, (2, 1))
    """
    x = as_tensor_variable(x)
    if len(order) == 1 and not isinstance(order[0], str) and np.iterable(order[0]):
        order = tuple(order[0])
    return x if order == tuple(range(x.type.ndim)) else DimShuffle(order)(x)


def size_of(x: Variable, axis: int) -> Variable:
    """The size of x along the axis: a constant where the type knows it."""
    known = x.type.shape[axis]
    return Size(axis)(x) if known is None else noting(x, constant(known, dtype="int64"))


def sizes_of(x: Variable) -> list[Variable]:
    """The size of x along each axis."""
    return [size_of(x, axis) for axis in range(x.type.ndim)]


def sum_axes(x: Variable, axes: Sequence[int]) -> Variable:
    """The sum of x over the axes; x itself if there are no axes and a sum would have its dtype."""
    if not axes and (x.type.is_float or x.type.dtype in ("int64", "uint64")):
        return x
    return Sum(tuple(axes))(x)


def restore_axes(y: Variable, axes: Sequence[int], ndim: int) -> Variable:
    """Put back, with size 1, the axes that a reduction of `ndim` dimensions has dropped."""
    kept = iter(range(y.type.ndim))
    return dimshuffle(y, ["x" if axis in axes else next(kept) for axis in range(ndim)])


def filled_like(x: Any, number: float, dtype: Any = None) -> Variable:
    """The number, repeated to the shape of x; it has x's dtype unless another is given."""
    x = as_tensor_variable(x)
    return Alloc()(noting(x, constant(number, dtype=dtype or x.type.dtype)), *sizes_of(x))


def noting(x: Variable, value: Variable) -> Variable:
    """The value; a constant becomes one that remembers x: see `Constant`."""
    if not isinstance(value, Constant) or isinstance(x, Constant):
        return value
    result = Constant(value.type, value.data, value.name)
    result.written_with = x
    return result


def zeros_like(model: Any, dtype: Any = None) -> Variable:
    """Zeros in the shape of the model, and in its dtype unless another is given."""
    return filled_like(model, 0, dtype)


def ones_like(model: Any, dtype: Any = None) -> Variable:
    """Ones in the shape of the model, and in its dtype unless another is given."""
    return filled_like(model, 1, dtype)


def undo_broadcasting(g: Variable, x: Variable) -> Variable:
    """g summed over the axes along which x was repeated to get g's shape.

    These are the axes that x lacks, and those whose size is known from x's *type* to be 1: no other
    axis is ever repeated (see `types`). For x of shape (1, 3) and g of shape (5, 2, 3), the sum
    over axes 0 and 1 has shape (3,); the axis of size 1 then comes back.
    """
    if g.type.shape == x.type.shape:
        return g
    extra = g.type.ndim - x.type.ndim
    repeated = [
        extra + axis
        for axis, size in enumerate(x.type.shape)
        if size == 1 and g.type.shape[extra + axis] != 1
    ]
    total = sum_axes(g, [*range(extra), *repeated])
    return restore_axes(total, [axis - extra for axis in repeated], x.type.ndim)
