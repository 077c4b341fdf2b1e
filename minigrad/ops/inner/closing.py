"""Find what does not change from step to step, and close a graph over it."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.graph import Constant, Variable, toposort
from ...protocol.closed import ClosedGraph
from ...protocol.walks import clone_replace


def closed(
    changing: Sequence[Variable], results: Sequence[Variable]
) -> tuple[ClosedGraph, list[Variable]]:
    """Return results as a graph of what changes, and of what else they use; and this.

    What else they use is computed outside, as far as it does not depend on what changes.
    """
    depends = set(changing)
    fixed: set[Variable] = set()  # what consists of constants stays inside
    order = toposort(results, stop_at=depends)
    for node in order:
        if not depends.isdisjoint(node.inputs):
            depends.update(node.outputs)
        elif all(isinstance(v, Constant) or v in fixed for v in node.inputs):
            fixed.update(node.outputs)
    used = [v for node in order if not depends.isdisjoint(node.outputs) for v in node.inputs]
    outside = {
        v: v.type(v.name)
        for v in [*used, *results]
        if v not in depends and v not in fixed and not isinstance(v, Constant)
    }
    graph = ClosedGraph([*changing, *outside.values()], clone_replace(results, outside))
    return graph, list(outside)
