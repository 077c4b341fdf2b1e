"""Elements by their number and by their index along each axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core.elementwise import broadcast_shape
from ..core.graph import Apply, NumPyOp, Variable
from ..core.types import TensorType
from ..protocol.axes import Axes, broadcasting
from ..protocol.op import SeveralOutputs


def _checked(what: str, variables: tuple[Variable, ...]) -> list[Variable]:
    """Return the variables; a TypeError unless they are of integers."""
    for v in variables:
        if v.type.numpy_dtype.kind not in "iu":
            raise TypeError(f"{what} takes integers; got {v} of {v.type}")
    return list(variables)


class UnravelIndex(SeveralOutputs):
    """The index along each axis of the elements with these numbers, in a shape of the other inputs."""

    __props__ = ("order",)
    n_differentiable = 0
    storage = "new"

    def make_node(self, numbers: Variable, *sizes: Variable) -> Apply:
        type = numbers.type.clone(dtype="int64")
        return Apply(self, _checked("unravel_index", (numbers, *sizes)), [type() for _ in sizes])

    def compute(self, numbers: Any, *sizes: Any) -> Sequence[Any]:
        found = np.unravel_index(np.asarray(numbers, "int64"), tuple(map(int, sizes)), self.order)
        return [np.array(index) for index in found]  # NumPy's are views of one array

    def axes(self, node: Apply) -> Axes:
        axes = range(node.inputs[0].type.ndim)
        n = len(node.outputs)
        return Axes([axes, *[()] * n], [axes] * n)


class RavelMultiIndex(NumPyOp):
    """The numbers of elements, from the first half of the inputs, indices, and the rest, sizes."""

    __props__ = ("mode", "order")
    n_differentiable = 0
    storage = "new"

    def make_node(self, *inputs: Variable) -> Apply:
        indices = inputs[: len(inputs) // 2]
        shape = broadcast_shape([index.type.shape for index in indices])
        return Apply(self, _checked("ravel_multi_index", inputs), [TensorType("int64", shape)()])

    def compute(self, *inputs: Any) -> Any:
        n = len(inputs) // 2
        indices = [np.asarray(index, "int64") for index in inputs[:n]]
        sizes = tuple(map(int, inputs[n:]))
        return np.ravel_multi_index(indices, sizes, mode=self.mode, order=self.order)

    def axes(self, node: Apply) -> Axes:
        n = len(node.inputs) // 2
        told = broadcasting(*[index.type.shape for index in node.inputs[:n]])
        return Axes([*told.inputs, *[()] * n], told.outputs)
