"""Find what does not change from step to step, and close a graph over it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ...core.axes import Alloc
from ...core.graph import Constant, Variable, toposort
from ...protocol.closed import ClosedGraph
from ...protocol.walks import clone_replace, depending, made_by


def closed(
    changing: Sequence[Variable], results: Sequence[Variable]
) -> tuple[ClosedGraph, list[Variable]]:
    """Return results as a graph of what changes, and of what else they use; and this.

    What else they use is computed outside, as far as it does not depend on what changes; but what
    is known of it stays inside: constants, and that an array is filled with one.
    """
    order = toposort(results, stop_at=changing)
    depends = depending(order, changing)
    fixed: set[Variable] = set()  # what consists of constants
    for node in order:
        if all(isinstance(v, Constant) or v in fixed for v in node.inputs):
            fixed.update(node.outputs)
    waiting = [*results[::-1]]
    for node in reversed(order):
        if not depends.isdisjoint(node.outputs):
            waiting += node.inputs[::-1]
    outside: dict[Variable, Variable] = {}
    while waiting:
        v = waiting.pop()
        if v in depends or v in fixed or isinstance(v, Constant):
            continue
        if is_filled_with_a_constant(v):
            waiting += v.owner.inputs[::-1] if v.owner else []
        else:
            outside.setdefault(v, v.type(v.name))
    graph = ClosedGraph([*changing, *outside.values()], clone_replace(results, outside))
    return graph, list(outside)


def inputs_reached(graph: ClosedGraph) -> defaultdict[Variable, set[int]]:
    """Return the inputs, by number, on whose values each variable of a graph depends differentiably."""
    reached: defaultdict[Variable, set[int]] = defaultdict(set)
    reached.update({v: {i} for i, v in enumerate(graph.inputs)})
    for node in graph.nodes:
        pattern = node.op.connection_pattern(node)
        for j, y in enumerate(node.outputs):
            rows = zip(node.inputs, pattern, strict=True)
            reached[y] = set().union(*[reached[x] for x, row in rows if row[j]])
    return reached


def is_filled_with_a_constant(v: Variable) -> bool:
    """Return whether v is a constant, repeated."""
    node = made_by(v, Alloc)
    return node is not None and isinstance(node.inputs[0], Constant)
