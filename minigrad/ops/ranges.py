"""Numbers in a row: ranges, and the indices that repeat entries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core.axes import Size, size_of, sum_axes
from ..core.graph import Apply, Constant, Gradients, NumPyOp, Variable, Variables
from ..core.table import maximum
from ..core.types import TensorType, check_dtype, constant
from ..protocol.op import Names, Use, with_numbers
from ..protocol.walks import known_integer, made_by


class ARange(NumPyOp):
    """start, start + step, …, up to but without stop."""

    __props__ = ("dtype",)
    storage = "new"

    def make_node(self, start: Variable, stop: Variable, step: Variable) -> Apply:
        bounds = [start, stop, step]
        for bound in bounds:
            if bound.type.ndim:
                raise TypeError(f"arange takes scalars; got {bound} of {bound.type}")
        known = [number for number in map(known_integer, bounds) if number is not None]
        length = len(range(*known)) if len(known) == 3 else None
        return Apply(self, bounds, [TensorType(self.dtype, (length,))()])

    def compute(self, start: Any, stop: Any, step: Any) -> Any:
        return np.arange(start, stop, step, dtype=np.dtype(self.dtype))

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        dtype = use(self.dtype, np.dtype(self.dtype))
        return f"{use('arange', np.arange)}({_bounds(node, inputs)}, dtype={dtype})"

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        return f"arange({_bounds(node, inputs)})"

    def infer_shape(self, node: Apply, input_shapes: Any) -> Any:
        stop = node.inputs[1]
        if not _counts(node):
            return [node.out.type.shape]
        if made_by(stop, Size):
            return [(stop,)]
        return [(maximum(stop, 0),)] if stop.type.dtype == "int64" else [(None,)]

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        if check_dtype(self.dtype).kind != "f":
            return [None, None, None]
        g = output_grads[0]
        numbers = numbered(size_of(g, 0), self.dtype)
        return [sum_axes(g, [0]), None, sum_axes(g * numbers, [0])]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        return [[True], [False], [True]]


def numbered(n: Variable, dtype: str = "int64") -> Variable:
    """Return 0, …, n − 1."""
    zero, one = (constant(number, dtype="int64") for number in (0, 1))
    return ARange(dtype)(zero, n, one)


def _counts(node: Apply) -> bool:
    """Return whether the range starts with 0 and goes in steps of 1."""
    start, _, step = map(known_integer, node.inputs)
    return (start, step) == (0, 1)


def _bounds(node: Apply, inputs: Names) -> str:
    """Return the bounds as arguments of `numpy.arange`; the end alone where that is enough."""
    texts = with_numbers(node.inputs, inputs)
    return texts[1] if _counts(node) else ", ".join(texts)


class RepeatedIndices(NumPyOp):
    """0, …, count − 1, the number i repeated repeats[i] times."""

    __props__ = ()
    n_differentiable = 0
    storage = "new"

    def make_node(self, repeats: Variable, count: Variable) -> Apply:
        if repeats.type.ndim != 1 or repeats.type.numpy_dtype.kind not in "iu":
            raise TypeError(f"repeat: repeats must be an int or an int vector; got {repeats.type}")
        (length,) = repeats.type.shape
        if isinstance(count, Constant) and length not in (None, 1, int(count.data)):
            raise ValueError(f"repeat: {length} numbers for {int(count.data)} entries")
        return Apply(self, [repeats, count], [TensorType("int64", (None,))()])

    def compute(self, repeats: Any, count: Any) -> Any:
        if len(repeats) not in (1, count):
            raise ValueError(f"repeat: {len(repeats)} numbers for {count} entries")
        return np.repeat(np.arange(count), repeats)
