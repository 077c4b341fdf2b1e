"""Ask an op for the shapes of its outputs, and check its answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core.graph import Apply


def infer_shapes(
    node: Apply, input_shapes: Sequence[tuple[Any, ...]]
) -> Sequence[tuple[Any, ...]] | None:
    """Return what the node's op infers of the shapes of its outputs; None if nothing."""
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
