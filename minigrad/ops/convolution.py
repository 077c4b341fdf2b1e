"""Correlations of images with filters, with strides, dilation and groups, and zeros around images.

The sum of y[b, o, p] · x[b, c, strides · p + dilation · k] · w[o, c, k] is linear in each of images x,
filters w and results y. Each of its three derivatives is an op here, so theirs are these ops again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core.axes import sizes_of
from ..core.graph import Apply, Gradients, NumPyOp, Variable, Variables
from ..core.types import TensorType
from ..protocol.axes import Axes
from ..protocol.op import Names, Use, with_numbers
from ..protocol.walks import known_integer
from .windows import checked_counts, correlate, correlate_filters, correlate_inputs, count_windows

Shape = Sequence[Any]


class _Trilinear(NumPyOp):
    """One of the sum's three derivatives, from the other two factors and the sizes of its images.

    Images have as many axes as there are strides. Their channels, and the filters, are in so many
    groups, of which each meets one.
    """

    __props__ = ("strides", "dilation", "groups")
    n_differentiable = 2
    storage = "new"
    takes_out = True
    is_analytic = True

    function: Any  # of the two, of the sizes if they are needed, and of the properties
    factors: str  # the two: of x, w and y
    result: str  # the third

    def shapes(self, a: Shape, b: Shape, *sizes: Any) -> dict[str, Shape]:
        """Return the shapes of x, w and y from those of the inputs; sizes may be unknown: None."""
        raise NotImplementedError

    def make_node(self, a: Variable, b: Variable, *sizes: Variable) -> Apply:
        known = map(known_integer, sizes)
        shape = self.shapes(a.type.shape, b.type.shape, *known)[self.result]
        # That a size turns out to be 1 does not make the result broadcast.
        shape = [*shape[:2], *[None if size == 1 else size for size in shape[2:]]]
        dtype = np.result_type(a.type.numpy_dtype, b.type.numpy_dtype)
        return Apply(self, [a, b, *sizes], [TensorType(dtype, shape)()])

    def compute(self, *inputs: Any, out: Any = None) -> Any:
        a, b, *sizes = inputs
        given = [sizes] if sizes else []
        return self.function(a, b, *given, self.strides, self.dilation, self.groups, out=out)

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        name = use(self.function.__name__, self.function)
        return self._call(name, node, inputs, [str(self.strides), str(self.dilation)])

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        told = {"strides": self.strides, "dilation": self.dilation}
        options = [f"{name}={value}" for name, value in told.items() if set(value) != {1}]
        return self._call(self.function.__name__, node, inputs, options)

    def _call(self, name: str, node: Apply, inputs: Names, options: Sequence[str]) -> str:
        a, b, *sizes = with_numbers(node.inputs, inputs)
        given = [f"({', '.join(sizes)})"] if sizes else []
        groups = [f"groups={self.groups}"] if self.groups > 1 else []
        return f"{name}({', '.join([a, b, *given, *options, *groups])})"

    def infer_shape(self, node: Apply, input_shapes: Sequence[Shape]) -> Sequence[tuple[Any, ...]]:
        sizes = [v if (n := known_integer(v)) is None else n for v in node.inputs[2:]]
        return [tuple(self.shapes(*input_shapes[:2], *sizes)[self.result])]

    def axes(self, node: Apply) -> Axes:
        channel = "c" if self.groups == 1 else None
        rest = [None] * len(self.strides)
        labels = {"x": ["b", channel, *rest], "w": ["o", channel, *rest], "y": ["b", "o", *rest]}
        result = labels.pop(self.result)
        n_sizes = len(node.inputs) - 2
        if n_sizes:
            result = [*result[:2], *range(n_sizes)]
        whole = [*range(n_sizes), *["o"] * (self.groups > 1)]
        sizes = {axis: 2 + axis for axis in range(n_sizes)}
        return Axes([*labels.values(), *[()] * n_sizes], [result], whole, sizes)

    def may_refuse(self, node: Apply) -> bool:
        return True

    def refuse(self, node: Apply, inputs: list[Any]) -> None:
        a, b, *sizes = inputs
        shapes = self.shapes(a.shape, b.shape, *map(int, sizes))
        y = shapes.pop("y") if self.result != "y" else None
        checked_counts(shapes["x"], shapes["w"], self.strides, self.dilation, self.groups, y)

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        by_name = {**dict(zip(self.factors, inputs, strict=False)), self.result: output_grads[0]}
        found: list[Variable | None] = []
        for factor in self.factors:
            op = _DERIVATIVES[factor](self.strides, self.dilation, self.groups)
            sizes = [] if factor == "y" else sizes_of(by_name[factor])[2:]
            found.append(op(*[by_name[name] for name in op.factors], *sizes))
        return found + [None] * len(inputs[2:])


class Correlate(_Trilinear):
    """y[b, o, p] = Σ x[b, c, strides · p + dilation · k] · w[o, c, k] over c and k."""

    function = staticmethod(correlate)
    factors, result = "xw", "y"

    def shapes(self, a: Shape, b: Shape, *sizes: Any) -> dict[str, Shape]:
        counts = [
            None if None in (size, k) else count_windows([size], [k], [s], [d])[0]
            for size, k, s, d in zip(a[2:], b[2:], self.strides, self.dilation, strict=True)
        ]
        return {"x": a, "w": b, "y": [a[0], b[0], *counts]}


class CorrelateInputs(_Trilinear):
    """x[b, c, i] = Σ w[o, c, k] · y[b, o, p] over o, k and p where strides · p + dilation · k = i."""

    function = staticmethod(correlate_inputs)
    factors, result = "wy", "x"

    def shapes(self, a: Shape, b: Shape, *sizes: Any) -> dict[str, Shape]:
        channels = a[1] if None is a[1] or self.groups == 1 else self.groups * a[1]
        return {"x": [b[0], channels, *sizes], "w": a, "y": b}


class CorrelateFilters(_Trilinear):
    """w[o, c, k] = Σ x[b, c, strides · p + dilation · k] · y[b, o, p] over b and p."""

    function = staticmethod(correlate_filters)
    factors, result = "xy", "w"

    def shapes(self, a: Shape, b: Shape, *sizes: Any) -> dict[str, Shape]:
        channels = a[1] if None is a[1] or self.groups == 1 else a[1] // self.groups
        return {"x": a, "w": [b[1], channels, *sizes], "y": b}


_DERIVATIVES = {op.result: op for op in (Correlate, CorrelateInputs, CorrelateFilters)}


class _Border(NumPyOp):
    """x with zeros before and after it along some axes, or without what is there.

    How many, the other inputs say: two for each axis.
    """

    __props__ = ("along",)  # from 0
    n_differentiable = 1
    is_analytic = True

    name: str
    sign: int  # of what the sizes grow by

    def make_node(self, x: Variable, *widths: Variable) -> Apply:
        sizes = self._sizes(x.type.shape, [*map(known_integer, widths)])
        shape = [None if axis in self.along and n == 1 else n for axis, n in enumerate(sizes)]
        return Apply(self, [x, *widths], [x.type.clone(shape=shape)()])

    def _sizes(self, shape: Shape, widths: Sequence[Any]) -> list[Any]:
        sizes = [*shape]
        for axis, before, after in zip(self.along, widths[::2], widths[1::2], strict=True):
            is_known = None not in (sizes[axis], before, after)
            sizes[axis] = sizes[axis] + self.sign * (before + after) if is_known else None
        return sizes

    def _inside(self, sizes: Sequence[int], widths: Sequence[Any]) -> tuple[Any, ...]:
        """Return the index of what is inside the border, of those sizes along all axes."""
        index = [slice(None)] * len(sizes)
        for axis, before in zip(self.along, widths[::2], strict=True):
            index[axis] = slice(int(before), int(before) + sizes[axis])
        return tuple(index)

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        name = use("_".join([self.name, *map(str, self.along)]), self.compute)
        return f"{name}({', '.join(with_numbers(node.inputs, inputs))})"

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        x, *widths = with_numbers(node.inputs, inputs)
        pairs = zip(self.along, widths[::2], widths[1::2], strict=True)
        return f"{self.name}({x}, {{{', '.join(f'{axis}: ({n}, {m})' for axis, n, m in pairs)}}})"

    def axes(self, node: Apply) -> Axes:
        labels = [None if a in self.along else a for a in range(node.out.type.ndim)]
        return Axes([labels, *[()] * len(node.inputs[1:])], [labels])

    def infer_shape(self, node: Apply, input_shapes: Sequence[Shape]) -> Sequence[tuple[Any, ...]]:
        return [tuple(self._sizes(input_shapes[0], node.inputs[1:]))]


class Pad(_Border):
    """x with zeros before and after it along some axes."""

    storage = "new"
    takes_out = True
    name = "pad"
    sign = 1

    def compute(self, *inputs: Any, out: Any = None) -> Any:
        x, *widths = inputs
        if out is None:
            out = np.empty(self._sizes(x.shape, [*map(int, widths)]), x.dtype)
        out.fill(0)
        out[self._inside(x.shape, widths)] = x
        return out

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        _, *widths = inputs
        return [Trim(self.along)(output_grads[0], *widths), *[None] * len(widths)]


class Trim(_Border):
    """x without so much before and after it along some axes."""

    storage = "view"
    view_map = {0: [0]}
    is_view = True
    name = "trim"
    sign = -1

    def compute(self, x: Any, *widths: Any) -> Any:
        return x[self._inside(self._sizes(x.shape, [*map(int, widths)]), widths)]

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        _, *widths = inputs
        return [Pad(self.along)(output_grads[0], *widths), *[None] * len(widths)]
