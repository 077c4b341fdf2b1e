"""The shapes of what is not computed: the results of a step, where a loop has none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...core.axes import Size
from ...core.evaluate import evaluate
from ...core.graph import Apply, Constant, Variable, perform
from ...core.types import constant
from ...protocol.axes import completed, infer_shapes
from ...protocol.closed import ClosedGraph
from ...protocol.walks import clone_node, graph_inputs
from ..shape import Shape

Sizes = tuple[int | None, ...]


def shapes_without_values(
    graph: ClosedGraph, shapes: Sequence[tuple[int, ...]], values: Sequence[Any]
) -> list[Sizes]:
    """Return the shapes of a graph's outputs, from those of its inputs and the values of the last.

    None stands for a size that depends on other values, and is not told by zeros.
    """
    new: dict[Variable, Variable] = {}
    known: dict[Variable, Sizes] = {}
    unknown = [None] * (len(shapes) - len(values))
    for v, shape, value in zip(graph.inputs, shapes, [*unknown, *values], strict=True):
        is_number = value is not None and not shape
        of_shape = v.type.clone(shape=shape)
        new[v] = constant(value, dtype=v.type.dtype) if is_number else of_shape(v.name)
        known[new[v]] = shape
    for node in graph.nodes:
        clone = clone_node(node, [new.get(v, v) for v in node.inputs])
        of_inputs = [completed(shape_of(v, known), v) for v in clone.inputs]
        inferred = infer_shapes(clone, of_inputs)
        if inferred is None:
            inferred = _shapes_for_zeros(clone, [shape_of(v, known) for v in clone.inputs])
        for j, y in enumerate(clone.outputs):
            sizes = y.type.shape if inferred is None else inferred[j]
            pairs = zip(y.type.shape, sizes, strict=True)
            known[y] = tuple([_number(size) if now is None else now for now, size in pairs])
            new[node.outputs[j]] = _constant_if_known(y, known)
    return [shape_of(new.get(v, v), known) for v in graph.outputs]


def _shapes_for_zeros(node: Apply, shapes: Sequence[Sizes]) -> list[Sizes] | None:
    """Return the shapes of the results for zeros of these shapes; None if it refuses them.

    Ops that say nothing of sizes, such as a function of the user's, are not called for this.
    """
    if any(None in shape for shape in shapes) or not node.op.tells_sizes:
        return None
    zeros = [
        v.data if isinstance(v, Constant) else np.zeros([n or 0 for n in shape], v.type.dtype)
        for v, shape in zip(node.inputs, shapes, strict=True)
    ]
    try:
        with np.errstate(all="ignore"):
            return [result.shape for result in perform(node, zeros)]
    except Exception:  # zeros may be out of its domain
        return None


def shape_of(v: Variable, known: Mapping[Variable, Sizes]) -> Sizes:
    """Return the shape of v: what is known of it, else what its type tells."""
    return known.get(v, v.type.shape)


def _number(size: Any) -> int | None:
    """Return a size as a number, if it is one or made of numbers."""
    if not isinstance(size, Variable):
        return size
    if not all(isinstance(v, Constant) for v in graph_inputs([size])):
        return None
    return int(evaluate([size], {})[0])


def _constant_if_known(y: Variable, known: dict[Variable, Sizes]) -> Variable:
    """Return a constant for sizes, and for whole numbers that are made of them, if they are known."""
    node = y.owner
    if node is None or y.type.numpy_dtype.kind not in "iu":
        return y
    value = None
    if isinstance(node.op, Size):
        value = shape_of(node.inputs[0], known)[node.op.axis]
    elif isinstance(node.op, Shape):
        shape = shape_of(node.inputs[0], known)
        value = None if None in shape else shape
    elif all(isinstance(v, Constant) for v in node.inputs):
        (value,) = evaluate([y], {})
    return y if value is None else constant(value, dtype=y.type.dtype)
