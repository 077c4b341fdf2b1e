"""The ops of the core: their methods of `protocol.op`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from ..core.axes import ACCUMULATORS, Alloc, DimShuffle, Size, Sum, check_filling, dimshuffle
from ..core.elementwise import Cast, Elementwise, Switch
from ..core.graph import Apply, Constant, Variable
from ..core.operators import extend
from .axes import Axes, broadcasting
from .kernels import numpy_cast, numpy_sum
from .op import InAllSteps, Names, Use, in_tuple
from .walks import made_by


@extend(DimShuffle)
class _DimShuffle:
    storage = "view"
    moves = slice(1)
    view_map = {0: [0]}
    is_view = True
    is_analytic = True

    def expression(self: Any, node: Apply, inputs: Names, use: Use) -> str:
        ndim = node.inputs[0].type.ndim
        order, index = [*self.kept, *self._dropped(ndim)], self._index(ndim)
        text = inputs[0]
        if order != sorted(order):
            text += ".T" if order == [*reversed(range(ndim))] else f".transpose{tuple(order)}"
        if any(entry != slice(None) for entry in index):
            text += f"[{', '.join(':' if entry == slice(None) else str(entry) for entry in index)}]"
        return text

    def formula(self: Any, node: Apply, inputs: Sequence[str]) -> str:
        if self.kept != sorted(self.kept):
            return self.expression(node, inputs, lambda name, value: name)
        order: list[int | str] = list(self.new_order)
        key = ["None" if axis == "x" else ":" for axis in order]
        for axis in self._dropped(node.inputs[0].type.ndim):
            at = next((i for i, a in enumerate(order) if a != "x" and int(a) > axis), len(order))
            order.insert(at, axis)
            key.insert(at, "0")
        while key[-1:] == [":"]:
            key.pop()
        return f"{inputs[0]}[{', '.join(key)}]"

    def axes(self: Any, node: Apply) -> Axes:
        kept = [axis if axis in self.kept else None for axis in range(node.inputs[0].type.ndim)]
        return Axes([kept], [[None if axis == "x" else axis for axis in self.new_order]])

    def at_once(self: Any, node: Apply, inputs: InAllSteps) -> Variable:
        ((x, _),) = inputs
        return dimshuffle(x, [0, *[o if o == "x" else o + 1 for o in self.new_order]])

    def __str__(self: Any) -> str:
        return f"DimShuffle{{{','.join(map(str, self.new_order))}}}"


@extend(Alloc)
class _Alloc:
    storage = "new"
    moves = slice(1)

    def expression(self: Any, node: Apply, inputs: Names, use: Use) -> str:
        value, *sizes = inputs
        if not node.inputs[0].type.ndim:
            dtype = node.inputs[0].type.numpy_dtype
            shape = f"({in_tuple(sizes)})"
            return f"{use('full', np.full)}({shape}, {value}, {use(dtype.name, dtype)})"
        known = node.inputs[0].type.shape
        return f"{use('alloc', numpy_alloc)}({', '.join(inputs)}, known={known})"

    def may_refuse(self: Any, node: Apply) -> bool:
        value, *sizes = node.inputs
        known = (isinstance(s, Constant) or made_by(s, Size) for s in sizes)
        return not (set(value.type.shape) <= {1} and all(known))

    def refuse(self: Any, node: Apply, inputs: list[Any]) -> None:
        value, *sizes = inputs
        np.broadcast_to(np.empty(()), sizes)  # none is negative
        check_filling(value, sizes, node.inputs[0].type.shape)

    def formula(self: Any, node: Apply, inputs: Sequence[str]) -> str:
        return f"alloc({', '.join(inputs)})" if len(inputs) > 1 else inputs[0]

    def axes(self: Any, node: Apply) -> Axes:
        axes = range(node.out.type.ndim)
        labels = broadcasting(node.inputs[0].type.shape, node.out.type.shape).inputs[0]
        return Axes([labels, *[()] * len(axes)], [axes], sizes={axis: 1 + axis for axis in axes})


def numpy_alloc(value: Any, *sizes: Any, known: Sequence[int | None]) -> Any:
    """The value repeated to these sizes, but only along axes that are known to have size 1."""
    check_filling(value, sizes, known)
    return np.full(sizes, value, dtype=value.dtype)


def axis_argument(axis: tuple[int, ...], node: Apply) -> str:
    """The axes of a reduction as it is usually written."""
    if len(axis) == node.inputs[0].type.ndim:
        return "axis=None"
    return f"axis={axis[0] if len(axis) == 1 else axis}"


@extend(Sum)
class _Sum:
    storage = "new"
    takes_out = True
    is_analytic = True

    def expression(self: Any, node: Apply, inputs: Names, use: Use) -> str:
        is_narrow = node.inputs[0].type.dtype in ACCUMULATORS
        name = use("sum", numpy_sum if is_narrow else np.add.reduce)
        return f"{name}({inputs[0]}, {axis_argument(self.axis, node)})"

    def formula(self: Any, node: Apply, inputs: Sequence[str]) -> str:
        return reduction_formula("sum", self.axis, node, inputs)

    def axes(self: Any, node: Apply) -> Axes:
        axes = range(node.inputs[0].type.ndim)
        return Axes([axes], [[axis for axis in axes if axis not in self.axis]])

    def at_once(self: Any, node: Apply, inputs: InAllSteps) -> Variable:
        return Sum(tuple(axis + 1 for axis in self.axis))(inputs[0][0])

    def __str__(self: Any) -> str:
        return f"Sum{{{','.join(map(str, self.axis))}}}"


def reduction_formula(name: str, axis: tuple[int, ...], node: Apply, inputs: Sequence[str]) -> str:
    """A reduction as it is usually written."""
    where = f", {axis_argument(axis, node)}" if node.out.type.ndim else ""
    return f"{name}({inputs[0]}{where})"


@extend(Size)
class _Size:
    storage = "new"
    is_analytic = True

    def expression(self: Any, node: Apply, inputs: Names, use: Use) -> str:
        return f"{use('int64', np.int64)}({self.formula(node, inputs)})"

    def formula(self: Any, node: Apply, inputs: Sequence[str]) -> str:
        return f"{inputs[0]}.shape[{self.axis}]"

    def axes(self: Any, node: Apply) -> Axes:
        return Axes([[None] * node.inputs[0].type.ndim], [()])


@lru_cache
def _takes_out(function: Callable[..., Any]) -> bool:
    """Whether the function writes its result into an array, or an input, passed as ``out=``."""
    code = getattr(function, "__code__", None)
    if code is None:
        return isinstance(function, np.ufunc)
    return "out" in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


@extend(Elementwise)
class _Elementwise:
    storage = "new"
    takes_out = in_place = property(lambda self: _takes_out(self.function))

    def expression(self: Any, node: Apply, inputs: Names, use: Use) -> str:
        are_single = all(x.type.is_float and not x.type.ndim for x in node.inputs)
        if self.function in _ARITHMETIC and are_single:
            # With operators NumPy computes single floats in a tenth of the time. Not integers:
            # there it warns where they wrap.
            return self.formula(node, inputs)
        return f"{use(self.name, self.function)}({', '.join(inputs)})"

    def axes(self: Any, node: Apply) -> Axes:
        return broadcasting(*[variable.type.shape for variable in node.inputs])

    def at_once(self: Any, node: Apply, inputs: InAllSteps) -> Variable:
        ndim = node.out.type.ndim
        return self.make_node(*[aligned(x, ndim) if all_ else x for x, all_ in inputs]).out


def aligned(x: Variable, ndim: int) -> Variable:
    """Return x with axes after the first, so that the elements of steps have so many."""
    missing = ndim - (x.type.ndim - 1)
    return dimshuffle(x, [0, *["x"] * missing, *range(1, x.type.ndim)])


_ARITHMETIC = (np.add, np.subtract, np.multiply, np.true_divide, np.negative)


@extend(Switch)
class _Switch:
    moves = slice(1, 3)


@extend(Cast)
class _Cast:
    takes_out = True
    in_place = False

    def formula(self: Any, node: Apply, inputs: Sequence[str]) -> str:
        return f"{inputs[0]}.astype({self.dtype})"

    def expression(self: Any, node: Apply, inputs: Names, use: Use) -> str:
        dtype = use(self.dtype, node.out.type.numpy_dtype.type)
        if not node.out.type.ndim and node.out.type.is_float:
            return f"{dtype}({inputs[0]})"
        return f"{use('cast', numpy_cast)}({inputs[0]}, {dtype})"
