"""How the axes of an op's inputs and outputs relate, told once, by labels as in einsum."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from ..core.graph import Apply, Constant

Label = Any  # hashable
# What is known of an array's sizes: see `TensorType`.
Shape = tuple[int | None, ...]


class Axes:
    """Labels for the axes of an op's inputs and outputs; a product of matrices is ``ik,kj->ij``.

    Axes of one label have one size. The op goes along a label step by step: from the inputs cut
    into parts along it come the parts of each output that has the label, and what adds up to each
    output that lacks it. An input that lacks the label is the same for all parts.

    Parameters
    ----------
    inputs, outputs : sequence of sequence of labels
        A label for each axis of each: anything hashable, such as the letters of a string. None is
        an axis of which nothing is told, or one that is known to have size 1 and broadcasts.
    whole : collection of labels
        Along these the op goes only as a whole: what is told of them is that sizes are equal.
    sizes : mapping of label to int
        The inputs that give the size along a label, by their numbers. They are integer scalars,
        and replaced by the size of a part where the op is to make but that.

    Attributes
    ----------
    equal : list of tuple of int
        The pairs of axes that have the same label: see `Op.equal_sizes`.

    Examples
    --------
    >>> product = Axes(["ik", "kj"], ["ij"])
    >>> product.equal
    [(0, 1, 1, 0)]
    >>> softmax_of_each_row = Axes(["ij"], ["ij"], whole="j")
    """

    def __init__(
        self,
        inputs: Sequence[Sequence[Label]],
        outputs: Sequence[Sequence[Label]],
        whole: Collection[Label] = (),
        sizes: Mapping[Label, int] | None = None,
    ) -> None:
        self.inputs = [*map(tuple, inputs)]
        self.outputs = [*map(tuple, outputs)]
        self.whole = tuple(whole)
        self.sizes = sizes or {}
        self.equal: list[tuple[int, int, int, int]] = []
        self._places: dict[Label, tuple[int, int]] = {}
        for i, labels in enumerate(self.inputs):
            for axis, label in enumerate(labels):
                if label is None:
                    continue
                first = self._places.setdefault(label, (i, axis))
                if first != (i, axis):
                    self.equal.append((*first, i, axis))

    def shapes(self, node: Apply, input_shapes: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """The shapes of the node's outputs from those of its inputs; None for unknown sizes."""
        return [
            tuple(
                [
                    self._size(label, node, input_shapes, known)
                    for label, known in zip(labels, output.type.shape, strict=True)
                ]
            )
            for labels, output in zip(self.outputs, node.outputs, strict=True)
        ]

    def _size(
        self,
        label: Label,
        node: Apply,
        input_shapes: Sequence[tuple[Any, ...]],
        known: int | None,
    ) -> Any:
        if known is not None:
            return known
        if label in self.sizes:
            size = node.inputs[self.sizes[label]]
            return int(size.data) if isinstance(size, Constant) else size
        if label in self._places:
            i, axis = self._places[label]
            return input_shapes[i][axis]
        return known


@lru_cache(maxsize=1000)
def broadcasting(*shapes: Shape) -> Axes:
    """``ij,j->ij`` for arrays of these shapes: the axes of the output, counted, are the labels."""
    ndim = max(map(len, shapes))
    inputs = [
        [None if size == 1 else axis for axis, size in enumerate(shape, start=ndim - len(shape))]
        for shape in shapes
    ]
    labels = {label for labels in inputs for label in labels}
    return Axes(inputs, [[axis if axis in labels else None for axis in range(ndim)]])
