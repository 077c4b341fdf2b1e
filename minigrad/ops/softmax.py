"""Softmax and its logarithm."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.axes import restore_axes, sum_axes
from ..core.elementwise import cast
from ..core.graph import Apply, Gradients, Variable, Variables
from ..core.table import exp
from ..protocol.axes import Axes
from ..protocol.kernels import numpy_sum
from .reduction import AlongAxes, log_of_sum_of_exp, widened_half


def numpy_softmax(x: Any, axis: Any) -> Any:
    """exp(x) / Σ exp(x), the largest x taken out first so that exp cannot overflow."""
    if x.dtype == np.float16:  # in which the sum of many may be infinite
        return numpy_softmax(x.astype(np.float32), axis).astype(np.float16)
    y = x - np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    np.exp(y, out=y)
    return np.true_divide(y, numpy_sum(y, axis=axis, keepdims=True), out=y)


def numpy_logsoftmax(x: Any, axis: Any) -> Any:
    """x − log(Σ exp(x)), the largest x taken out first so that exp cannot overflow."""
    z = x - np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    return np.subtract(z, log_of_sum_of_exp(z, axis), out=z, dtype=z.dtype, casting="same_kind")


class Normalization(AlongAxes):
    """A function that keeps the shape of x, and needs all of it along some axes."""

    __props__ = ("axis",)

    def make_node(self, x: Variable) -> Apply:
        return Apply(self, [x], [x.type()])

    def axes(self, node: Apply) -> Axes:
        axes = range(node.out.type.ndim)
        return Axes([axes], [axes], whole=self.axis)

    def _total(self, x: Variable) -> Variable:
        """Return the sum over the axes, which stay."""
        return restore_axes(sum_axes(x, self.axis), self.axis, x.type.ndim)


class Softmax(Normalization):
    """exp(x) / Σ exp(x), the sum over the axes."""

    function = staticmethod(numpy_softmax)
    name = "softmax"

    def L_op(self, inputs: Variables, outputs: Variables, output_grads: Variables) -> Gradients:
        y, gy = outputs[0], output_grads[0]
        return [gy * y - y * self._total(gy * y)]


class LogSoftmax(Normalization):
    """x − log(Σ exp(x)), the sum over the axes: the logarithm of `Softmax`."""

    function = staticmethod(numpy_logsoftmax)
    name = "logsoftmax"

    def L_op(self, inputs: Variables, outputs: Variables, output_grads: Variables) -> Gradients:
        y, gy = outputs[0], output_grads[0]
        wide = widened_half(gy)
        return [cast(wide - exp(widened_half(y)) * self._total(wide), y.type.dtype)]
