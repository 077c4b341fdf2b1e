"""Sizes of inputs that must be equal, checked before a node is computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core import graph
from ..core.graph import Apply

SIZE_ADVICE = (
    "a size of 1 broadcasts only if the type says so: see T.addbroadcast, T.row, T.col, and "
    "shared(..., broadcastable=...)"
)


def check_sizes(node: Apply, inputs: Sequence[Any]) -> None:
    """Raise a ValueError if sizes of the inputs' values differ that must be equal."""
    for i, axis, j, other_axis in node.op.equal_sizes(node):
        size, other_size = inputs[i].shape[axis], inputs[j].shape[other_axis]
        if size != other_size:
            x, y = (node.inputs[k].name or f"input {k}" for k in (i, j))
            message = (
                f"{node.op}: sizes differ: {x} has {size} along axis {axis}, "
                f"{y} has {other_size} along axis {other_axis}"
            )
            if 1 in (size, other_size):
                message += f"; {SIZE_ADVICE}"
            raise ValueError(message)


graph.check_sizes = check_sizes
