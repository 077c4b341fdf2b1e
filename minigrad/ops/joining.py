"""Tensors one after the other along an axis, and cut apart again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core import axes
from ..core.axes import as_tensor_variable, dimshuffle, size_of
from ..core.graph import Apply, Gradients, NumPyOp, Variable, Variables
from ..core.types import TensorType
from ..protocol.axes import Axes
from ..protocol.op import InAllSteps, Names, SeveralOutputs, Use
from ..protocol.walks import known_integer
from .counting import normalize_axis


class Join(NumPyOp):
    """The inputs one after the other along an axis."""

    __props__ = ("axis",)
    storage = "new"
    moves = slice(None)
    is_analytic = True

    def make_node(self, *tensors: Variable) -> Apply:
        shapes = [tensor.type.shape for tensor in tensors]
        if len({len(shape) for shape in shapes}) > 1:
            raise ValueError(
                "join: the tensors must have the same number of dimensions; got "
                + ", ".join(f"{tensor} of {tensor.type}" for tensor in tensors)
            )
        along = [shape[self.axis] for shape in shapes]
        shape = [
            _common_size(sizes, axis)
            for axis, sizes in enumerate(zip(*shapes, strict=True))
            if axis != self.axis
        ]
        shape.insert(self.axis, None if None in along else sum(along))
        dtype = np.result_type(*[tensor.type.numpy_dtype for tensor in tensors])
        return Apply(self, tensors, [TensorType(dtype, shape)()])

    def compute(self, *tensors: Any) -> Any:
        return np.concatenate(tensors, axis=self.axis)

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        return f"{use('concatenate', np.concatenate)}([{', '.join(inputs)}], axis={self.axis})"

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        return f"concatenate([{', '.join(inputs)}], axis={self.axis})"

    def infer_shape(self, node: Apply, input_shapes: Any) -> Any:
        shape = list(input_shapes[0])
        for other in input_shapes[1:]:
            shape[self.axis] = shape[self.axis] + other[self.axis]
        return [tuple(shape)]

    def axes(self, node: Apply) -> Axes:
        labels = [None if axis == self.axis else axis for axis in range(node.out.type.ndim)]
        return Axes([labels] * len(node.inputs), [labels])

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        if len(inputs) == 1:
            return output_grads
        return Split(self.axis, len(inputs)).parts(
            output_grads[0], [size_of(x, self.axis) for x in inputs]
        )

    def at_once(self, node: Apply, inputs: InAllSteps) -> Variable | None:
        if not all(changes for _, changes in inputs):
            return None
        return Join(self.axis + 1)(*[x for x, _ in inputs])


def _common_size(sizes: Sequence[int | None], axis: int) -> int | None:
    """Return the known size of the tensors along an axis, None if there is none."""
    known = {size for size in sizes if size is not None}
    if len(known) > 1:
        raise ValueError(f"join: the tensors differ in size along axis {axis}: {sorted(known)}")
    return known.pop() if known else None


class Split(SeveralOutputs):
    """x cut along an axis into pieces, whose lengths are the other inputs."""

    __props__ = ("axis", "count")
    n_differentiable = 1
    storage = "view"
    moves = slice(1)

    def __init__(self, axis: int, count: int) -> None:
        self.axis = axis
        self.count = count
        self.view_map = {i: [0] for i in range(count)}

    def make_node(self, x: Variable, *lengths: Variable) -> Apply:
        outputs = []
        for length in lengths:
            shape = list(x.type.shape)
            shape[self.axis] = known = known_integer(length)
            if known is not None and known < 0:
                raise ValueError(f"split of {x}: a length must be at least 0; got {known}")
            outputs.append(x.type.clone(shape=shape)())
        return Apply(self, [x, *lengths], outputs)

    def parts(self, x: Variable, lengths: Sequence[Variable]) -> list[Variable]:
        """Return the pieces, as a list even if there is only one."""
        return self.make_node(x, *lengths).outputs

    def compute(self, x: Any, *lengths: Any) -> Sequence[Any]:
        if min(lengths) < 0 or sum(lengths) != x.shape[self.axis]:
            raise ValueError(
                f"split: the lengths {[int(n) for n in lengths]} do not add up to size "
                f"{x.shape[self.axis]} of axis {self.axis}"
            )
        return tuple(np.split(x, np.cumsum(lengths[:-1], dtype=int), axis=self.axis))

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        text = f"{use('split', self.compute)}({', '.join(inputs)})"
        return text if self.count > 1 else f"{text}[0]"

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        x, *lengths = inputs
        return f"split({x}, [{', '.join(lengths)}], axis={self.axis})"

    def may_refuse(self, node: Apply) -> bool:
        return True

    def axes(self, node: Apply) -> Axes:
        parts = [f"part {i}" for i in range(self.count)]
        x, *outputs = (
            [label if axis == self.axis else axis for axis in range(node.inputs[0].type.ndim)]
            for label in (None, *parts)
        )
        sizes = {part: 1 + i for i, part in enumerate(parts)}
        return Axes([x, *[()] * self.count], outputs, whole=parts, sizes=sizes)

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        return [Join(self.axis)(*output_grads), *[None] * self.count]


def stack(*tensors: Any, axis: int = 0) -> Variable:
    """The tensors one after the other along a new axis.

    Parameters
    ----------
    *tensors : list of tensors of the same shape
        Or, as in old Theano, the tensors themselves.
    axis : int
        The place of the new axis.

    Raises
    ------
    ValueError
        If there are none, or their shapes differ.

    Examples
    --------
    >>> stack([[1, 2], [3, 4]], axis=1).eval()
    array([[1, 3],
           [2, 4]])
    """
    if len(tensors) == 2 and isinstance(tensors[0], (list, tuple)) and isinstance(tensors[1], int):
        axis = tensors[1]
        tensors = tensors[:1]
    parts = tensors[0] if len(tensors) == 1 else tensors
    variables = [as_tensor_variable(part) for part in parts]
    if not variables:
        raise ValueError("stack takes at least one tensor")
    place = normalize_axis(axis, variables[0].type.ndim + 1)
    orders = [[*range(place), "x", *range(place, v.type.ndim)] for v in variables]
    return Join(place)(*map(dimshuffle, variables, orders))


def holds_variable(x: Any) -> bool:
    """Whether x is a variable, or a nested list with one in it."""
    if isinstance(x, (list, tuple)):
        return any(map(holds_variable, x))
    return isinstance(x, Variable)


axes.stacked = lambda values: stack(values) if holds_variable(values) else values
