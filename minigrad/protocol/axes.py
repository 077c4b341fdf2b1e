"""Relate the axes of an op's inputs and outputs: one description, by labels as in einsum.

This module derives shapes and sizes that must be equal from it, and checks them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from ..core import graph
from ..core.axes import Size
from ..core.elementwise import Shape
from ..core.graph import Apply, Op, Variable
from .errors import names_of
from .walks import number_if_known

Label = Any  # hashable

SIZE_ADVICE = (
    "a size of 1 broadcasts only if the type says so: see T.addbroadcast, T.row, T.col, and "
    "shared(..., broadcastable=...)"
)


class Axes:
    """Labels for the axes of an op's inputs and outputs; a product of matrices is ``ik,kj->ij``.

    Axes with one label have one size. The op can be computed in parts along a label: with the
    inputs cut into parts along it, each part gives a part of each output that has the label, and
    a term of the sum that is each output that lacks it. An input that lacks the label is the same
    for all parts.

    Parameters
    ----------
    inputs, outputs : sequence of sequence of labels
        A label for each axis of each: anything hashable, such as the letters of a string. None is
        an axis about which nothing is said, or one that is known to have size 1 and broadcasts.
    whole : collection of labels
        Along these the op cannot be computed in parts: they say only that sizes are equal.
    sizes : mapping of label to int
        The numbers of the inputs that give the size along a label. They are integer scalars,
        and are replaced by the size of a part where the op computes only a part.

    Attributes
    ----------
    equal : list of tuple of int
        The pairs of axes that have the same label: see `Op.equal_sizes`.
    ndims : list of int
        The number of labelled axes, for each input and then for each output.

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
        self.ndims = [*map(len, self.inputs), *map(len, self.outputs)]
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
                    self._size(label, node, input_shapes) if known is None else known
                    for label, known in zip(labels, output.type.shape, strict=True)
                ]
            )
            for labels, output in zip(self.outputs, node.outputs, strict=True)
        ]

    def _size(self, label: Label, node: Apply, input_shapes: Sequence[tuple[Any, ...]]) -> Any:
        if label in self.sizes:
            return number_if_known(node.inputs[self.sizes[label]])
        if label in self._places:
            i, axis = self._places[label]
            return input_shapes[i][axis]
        return None


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


def axes_of(node: Apply) -> Axes | None:
    """The `Axes` of the node's op; None if it has none."""
    axes = node.op.axes(node)
    if axes is not None:
        # Compiling asks this several times of each node, so it looks for a misfit at one go.
        if axes.ndims != [v.type.ndim for v in (*node.inputs, *node.outputs)]:
            raise ValueError(
                _misfit(node.op, "input", axes.inputs, node.inputs)
                or _misfit(node.op, "output", axes.outputs, node.outputs)
            )
    return axes


def _misfit(
    op: Op, kind: str, told: Sequence[tuple[Label, ...]], variables: Sequence[Variable]
) -> str | None:
    """An error message if there is not one label for each axis of each variable."""
    if len(told) != len(variables):
        return f"{op}: axes tells the labels of {len(told)} {kind}s, but there are {len(variables)}"
    labels = [*map(len, told)]
    i = next((i for i, v in enumerate(variables) if labels[i] != v.type.ndim), None)
    if i is None:
        return None
    name = f" ({variables[i].name})" if variables[i].name else ""
    return (
        f"{op}: axes has {labels[i]} labels, {told[i]}, for {kind} {i}{name}, "
        f"whose number of axes is {variables[i].type.ndim}"
    )


def completed(shape: Sequence[Any], v: Variable) -> tuple[Any, ...]:
    """Return the shape of v, where expressions of v stand for the sizes that are None."""
    return tuple([Size(a)(v) if size is None else size for a, size in enumerate(shape)])


def infer_shapes(
    node: Apply, input_shapes: Sequence[tuple[Any, ...]]
) -> Sequence[tuple[Any, ...]] | None:
    """Return the shapes of the node's outputs that its op infers; None if it infers none."""
    shapes = node.op.infer_shape(node, input_shapes)
    if shapes is None:
        return None
    expected = [output.type.ndim for output in node.outputs]
    if [len(s) if isinstance(s, (list, tuple)) else None for s in shapes] != expected:
        raise ValueError(
            f"infer_shape of {node.op} returned {shapes!r}; it must return, for each output, "
            f"a tuple of sizes, here {' and '.join(map(str, expected)) or 'none'} of them"
        )
    return shapes


def check_sizes(node: Apply, inputs: Sequence[Any]) -> None:
    """Raise a ValueError if sizes of the inputs' values differ that must be equal."""
    for i, axis, j, other_axis in node.op.equal_sizes(node):
        size, other_size = inputs[i].shape[axis], inputs[j].shape[other_axis]
        if size != other_size:
            names = names_of(node.inputs)
            message = (
                f"{node.op}: sizes differ: {names[i]} has {size} along axis {axis}, "
                f"{names[j]} has {other_size} along axis {other_axis}"
            )
            if 1 in (size, other_size):
                message += f"; {SIZE_ADVICE}"
            raise ValueError(message)


graph.check_sizes = check_sizes
