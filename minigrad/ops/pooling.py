"""Largest elements and sums of windows along an axis, of which pooling is made.

Window i has the elements i · stride − pad + j of x for 0 ≤ j < length, as far as x has them. The
largest element of a rectangle is the largest of those of its rows: so what pools along two axes pools
along one after the other. Where several elements are the largest, each has the whole derivative.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core.axes import size_of
from ..core.graph import Apply, Gradients, NumPyOp, Variable, Variables
from ..protocol.axes import Axes
from ..protocol.op import Names, Use, with_numbers
from ..protocol.walks import known_integer
from .windows import (
    add_to_windows,
    add_where_largest,
    largest_of_windows,
    sum_of_windows,
    sum_where_largest,
)


class _OfWindows(NumPyOp):
    """A NumPy function of tensors and of numbers: length, stride and pad of windows, and others."""

    __props__ = ("axis",)
    n_differentiable = 1
    storage = "new"
    takes_out = True

    function: Any
    n_tensors: int

    def compute(self, *inputs: Any, out: Any = None) -> Any:
        numbers = map(int, inputs[self.n_tensors :])
        return self.function(*inputs[: self.n_tensors], *numbers, axis=self.axis, out=out)

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        return self._call(use(self.function.__name__, self.function), node, inputs)

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        return self._call(self.function.__name__, node, inputs)

    def _call(self, name: str, node: Apply, inputs: Names) -> str:
        return f"{name}({', '.join(with_numbers(node.inputs, inputs))}, axis={self.axis})"

    def _labels(self, node: Apply, along: Any) -> list[Any]:
        return [along if axis == self.axis else axis for axis in range(node.out.type.ndim)]


class _Sized(_OfWindows):
    """A function of a tensor whose last number is the size of the result along the axis."""

    n_tensors = 1

    def make_node(self, *inputs: Variable) -> Apply:
        x, *_, size = inputs
        shape, known = [*x.type.shape], known_integer(size)
        shape[self.axis] = None if known == 1 else known  # which shall not broadcast
        return Apply(self, inputs, [x.type.clone(shape=shape)()])

    def axes(self, node: Apply) -> Axes:
        x, result = self._labels(node, None), self._labels(node, "size")
        scalars: list[Any] = [()] * len(node.inputs[1:])
        return Axes([x, *scalars], [result], whole=["size"], sizes={"size": len(scalars)})


class LargestOfWindows(_Sized):
    """The largest element of each window."""

    function = staticmethod(largest_of_windows)

    def L_op(self, inputs: Variables, outputs: Variables, output_grads: Variables) -> Gradients:
        x, *window, _ = inputs
        gx = AddWhereLargest(self.axis)(output_grads[0], x, outputs[0], *window)
        return [gx, *[None] * len(inputs[1:])]


class SumOfWindows(_Sized):
    """The sum of the elements of each window."""

    function = staticmethod(sum_of_windows)

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        x, *window, _ = inputs
        gx = AddToWindows(self.axis)(output_grads[0], *window, size_of(x, self.axis))
        return [gx, *[None] * len(inputs[1:])]


class AddToWindows(_Sized):
    """Zeros to which each element of the input is added in all of its window."""

    function = staticmethod(add_to_windows)

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        y, *window, _ = inputs
        gy = SumOfWindows(self.axis)(output_grads[0], *window, size_of(y, self.axis))
        return [gy, *[None] * len(inputs[1:])]


class _WhereLargest(_OfWindows):
    """A function of a tensor, of x, and of the largest elements y of its windows."""

    n_tensors = 3
    takes: str  # which of the two the first tensor is like: x or y
    makes: str

    def make_node(self, *inputs: Variable) -> Apply:
        first, x, y, *_ = inputs
        shape = {"x": x, "y": y}[self.makes].type.shape
        return Apply(self, inputs, [first.type.clone(shape=shape)()])

    def axes(self, node: Apply) -> Axes:
        tensors = [self._labels(node, name) for name in (self.takes, "x", "y")]
        scalars: list[Any] = [()] * len(node.inputs[3:])
        return Axes([*tensors, *scalars], [self._labels(node, self.makes)], whole=["x", "y"])


class AddWhereLargest(_WhereLargest):
    """Zeros to which each element of the first input is added where x has the largest of its window."""

    function = staticmethod(add_where_largest)
    takes, makes = "y", "x"

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        gradient = SumWhereLargest(self.axis)(output_grads[0], *inputs[1:])
        return [gradient, *[None] * len(inputs[1:])]


class SumWhereLargest(_WhereLargest):
    """The sum of the first input's elements where x has the largest of its window."""

    function = staticmethod(sum_where_largest)
    takes, makes = "x", "y"

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        gradient = AddWhereLargest(self.axis)(output_grads[0], *inputs[1:])
        return [gradient, *[None] * len(inputs[1:])]
