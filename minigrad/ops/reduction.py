"""Functions that shorten: sums, means, extremes, along some axes or all."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..core.axes import (
    dimshuffle,
    ones_like,
    restore_axes,
    size_of,
    sizes_of,
    total_dtype,
    zeros_like,
)
from ..core.elementwise import cast, same, truth
from ..core.graph import Apply, Gradients, NumPyOp, Op, Variable, Variables
from ..core.table import eq, exp, switch
from ..core.types import TensorType
from ..protocol.axes import Axes
from ..protocol.core_ops import axis_argument, reduction_formula
from ..protocol.kernels import accumulator, widened
from ..protocol.op import InAllSteps, Names, Use
from .counting import element_count
from .joining import Join
from .shape import Reshape


class AlongAxes(NumPyOp):
    """A NumPy function that goes along some axes of x; unless `axes` tells otherwise, they are gone."""

    storage = "new"

    name: str
    axis: tuple[int, ...]  # sorted, from 0

    function: Any  # of an array and ``axis=``

    def compute(self, x: Any) -> Any:
        return self.function(x, axis=self.axis)

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        name = use(self.name, self.function)
        return f"{name}({inputs[0]}, {axis_argument(self.axis, node)})"

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        return reduction_formula(self.name, self.axis, node, inputs)

    def axes(self, node: Apply) -> Axes:
        axes = range(node.inputs[0].type.ndim)
        return Axes([axes], [[axis for axis in axes if axis not in self.axis]], whole=self.axis)

    def at_once(self, node: Apply, inputs: InAllSteps) -> Variable:
        properties = {name: getattr(self, name) for name in self.__props__ or ()}
        properties["axis"] = tuple(axis + 1 for axis in self.axis)
        return type(self)(**properties)(inputs[0][0])


class Reduction(AlongAxes):
    """A NumPy reduction over several axes, by its name in the table below."""

    __props__ = ("name", "axis")

    function = property(lambda self: REDUCTIONS[self.name][0])

    def make_node(self, x: Variable) -> Apply:
        _, _, dtype = REDUCTIONS[self.name]
        shape = [size for axis, size in enumerate(x.type.shape) if axis not in self.axis]
        return Apply(self, [x], [TensorType(dtype(x.type.numpy_dtype), shape)()])

    def L_op(self, inputs: Variables, outputs: Variables, output_grads: Variables) -> Gradients:
        _, vjp, _ = REDUCTIONS[self.name]
        if vjp is None:
            return [None]
        x = inputs[0]
        y, gy = (restore_axes(v, self.axis, x.type.ndim) for v in (outputs[0], output_grads[0]))
        return [vjp(self.axis, x, y, gy)]

    def may_refuse(self, node: Apply) -> bool:
        return self.name in ("max", "min", "argmax", "argmin")  # of nothing

    def refuse(self, node: Apply, inputs: list[Any]) -> None:
        (x,) = inputs
        self.compute(x[(slice(1),) * x.ndim])  # a single element, or none if there is none

    def __str__(self) -> str:
        return f"{self.name}{{{','.join(map(str, self.axis))}}}"


# Above this the logarithm of a float64 has lost no more than three of its sixteen digits.
_NEARLY_ONE = 1.001


def log_of_sum_of_exp(z: Any, axis: tuple[int, ...]) -> Any:
    """log(Σ exp(z)) if the largest z is 0, exact to the last digit even if it is tiny; axes stay."""
    exponentials = np.asarray(np.exp(z))
    wide = accumulator(z.dtype)
    total = np.sum(exponentials, axis=axis, keepdims=True, dtype=wide)
    if not total.min(initial=2) < _NEARLY_ONE:
        return np.log(total)
    # The largest are counted, and only the others added up: beside 1 they would be rounded away.
    is_largest = np.equal(z, 0)
    np.copyto(exponentials, 0, where=is_largest)
    others = np.sum(exponentials, axis=axis, keepdims=True, dtype=wide)
    count = np.sum(is_largest, axis=axis, keepdims=True, dtype=wide)
    with np.errstate(divide="ignore"):  # without a largest 0, z has infinities or NaN
        return np.where(
            count == 0, np.log(others), np.log(count) + np.log1p(others / np.maximum(count, 1))
        )


def stable_logsumexp(x: Any, axis: tuple[int, ...]) -> Any:
    """log(Σ exp(x)), the largest x taken out so that exp cannot overflow."""
    if x.size == 0:
        with np.errstate(divide="ignore"):
            return np.log(np.sum(x, axis=axis))
    largest = np.max(x, axis=axis, keepdims=True)
    # If all are -inf the sum is 0, with an inf it is infinite; taking these out would be NaN.
    shift = np.where(np.isfinite(largest), largest, 0)
    result = log_of_sum_of_exp(x - shift, axis) + shift
    return np.squeeze(result, axis=axis).astype(x.dtype)


# Where sums of squares are so large or small, squares may be infinite or have lost digits.
_SAFE = (1e-280, 1e300)


def stable_norm(x: Any, axis: Any) -> Any:
    """√(Σ x²), the largest |x| taken out where squares could leave the range."""
    wide = np.dtype("float64")
    with np.errstate(over="ignore"):
        squares = np.sum(np.square(x, dtype=wide), axis=axis)
    if np.logical_and(squares >= _SAFE[0], squares <= _SAFE[1]).all() or not x.size:
        return np.sqrt(squares).astype(x.dtype)
    largest = np.max(np.abs(x), axis=axis, keepdims=True)
    scale = np.where(np.isfinite(largest) & (largest > 0), largest, 1).astype(wide)
    length = np.sqrt(np.sum(np.square(x / scale), axis=axis)) * np.squeeze(scale, axis=axis)
    return length.astype(x.dtype)


def _product_of_others(axis: tuple[int, ...], x: Variable) -> Variable:
    """Return the product of all other elements along the axes, for each x[i]; right for zeros, too."""
    kept = [a for a in range(x.type.ndim) if a not in axis]
    order = [*axis, *kept]
    permuted = dimshuffle(x, order)
    factors = Reshape()(permuted, element_count(x, axis), *[size_of(x, a) for a in kept])
    others = _product_of_those_before(factors) * _product_of_those_before(factors[::-1])[::-1]
    inverse = [order.index(a) for a in range(x.type.ndim)]
    return dimshuffle(Reshape()(others, *sizes_of(permuted)), inverse)


def _product_of_those_before(x: Variable) -> Variable:
    """p[0] = 1, p[i] = p[i−1] · x[i−1]."""
    one, n = ones_like(x[:1]), size_of(x, 0)
    return Recurrence()(Join(0)(one, x[:-1])[:n], Join(0)(one, zeros_like(x[1:])))


class Recurrence(NumPyOp):
    """y[i] = a[i] · y[i−1] + b[i] along the first axis, from y[−1] = 0.

    Its derivative is a recurrence too, so it has derivatives of every order.
    """

    __props__ = ()
    storage = "new"

    def make_node(self, a: Variable, b: Variable) -> Apply:
        return Apply(self, [a, b], [b.type()])

    def compute(self, a: Any, b: Any) -> Any:
        y = np.array(b)
        for i in range(1, len(y)):
            y[i] += a[i] * y[i - 1]
        return y

    def axes(self, node: Apply) -> Axes:
        axes = range(node.out.type.ndim)
        return Axes([axes, axes], [axes], whole=[0])

    def L_op(self, inputs: Variables, outputs: Variables, output_grads: Variables) -> Gradients:
        a, _ = inputs
        # Backwards: gb[i] = gy[i] + a[i+1] · gb[i+1].
        nothing, n = zeros_like(a[:1]), size_of(a, 0)
        next_a = Join(0)(a[1:], nothing)[:n]
        gb = self(next_a[::-1], output_grads[0][::-1])[::-1]
        return [gb * Join(0)(nothing, outputs[0][:-1])[:n], gb]


numpy_prod = widened(np.multiply.reduce)

# name: the NumPy function; its derivative, where y and gy have the lost axes back, with size 1,
# so that they broadcast against x; the dtype of the result.
REDUCTIONS: dict[str, tuple[Callable[..., Any], Callable[..., Any] | None, Callable[..., Any]]] = {
    "max": (np.max, lambda axis, x, y, gy: switch(eq(x, y), gy, 0), same),
    "min": (np.min, lambda axis, x, y, gy: switch(eq(x, y), gy, 0), same),
    "prod": (numpy_prod, lambda axis, x, y, gy: gy * _product_of_others(axis, x), total_dtype),
    "norm": (stable_norm, lambda axis, x, y, gy: gy * (x / y), same),
    "logsumexp": (stable_logsumexp, lambda axis, x, y, gy: gy * exp(x - y), same),
    "all": (np.all, None, truth),
    "any": (np.any, None, truth),
    "argmax": (np.argmax, None, lambda dtype: "int64"),
    "argmin": (np.argmin, None, lambda dtype: "int64"),
}


class ArgReduction(Reduction):
    """The place that NumPy's argmax or argmin finds along the axes, numbered as if they were one."""

    __str__ = Op.__str__

    def compute(self, x: Any) -> Any:
        kept = [axis for axis in range(x.ndim) if axis not in self.axis]
        count = math.prod(x.shape[axis] for axis in self.axis)
        sizes = [x.shape[axis] for axis in kept]
        return self.function(x.transpose(*kept, *self.axis).reshape(*sizes, count), axis=-1)

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        if len(self.axis) in (1, node.inputs[0].type.ndim):
            name = use(self.name, self.function)
            return f"{name}({inputs[0]}, {axis_argument(self.axis, node)})"
        return f"{use(f'{self.name}_{len(self.axis)}d', self.compute)}({inputs[0]})"


numpy_cumsum, numpy_cumprod = widened(np.cumsum), widened(np.cumprod)


class CumSum(NumPyOp):
    """y[i] = x[0] + … + x[i], running sums along an axis."""

    __props__ = ("axis",)
    storage = "new"
    name, function = "cumsum", staticmethod(numpy_cumsum)

    def make_node(self, x: Variable) -> Apply:
        return Apply(self, [x], [x.type.clone(dtype=total_dtype(x.type.numpy_dtype))()])

    def compute(self, x: Any) -> Any:
        return self.function(x, axis=self.axis)

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        return f"{use(self.name, self.function)}({inputs[0]}, axis={self.axis})"

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        return f"{self.name}({inputs[0]}, axis={self.axis})"

    def axes(self, node: Apply) -> Axes:
        axes = range(node.out.type.ndim)
        return Axes([axes], [axes], whole=[self.axis])

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        backwards = (slice(None),) * self.axis + (slice(None, None, -1),)
        return [self(output_grads[0][backwards])[backwards]]


class CumProd(CumSum):
    """y[i] = x[0] · … · x[i], running products along an axis."""

    name, function = "cumprod", staticmethod(numpy_cumprod)

    def L_op(self, inputs: Variables, outputs: Variables, output_grads: Variables) -> Gradients:
        order = [self.axis, *(a for a in range(inputs[0].type.ndim) if a != self.axis)]
        back = [order.index(axis) for axis in range(len(order))]
        x, y, gy = (dimshuffle(v, order) for v in (inputs[0], outputs[0], output_grads[0]))
        # y[i] = x[i] · y[i−1], where y[−1] is 1. Nothing is divided, so that zeros are right, too.
        _, total = Recurrence().L_op([x, x], [y], [gy])
        before = Join(0)(ones_like(y[:1]), y[:-1])[: size_of(y, 0)]
        return [dimshuffle(total * before, back)]


def widened_half(x: Variable) -> Variable:
    """Return x, float16 as float32, which holds sums and counts beyond 65504."""
    return cast(x, "float32") if x.type.dtype == "float16" else x
