"""Rewrite the graphs that operations hold, as all else is rewritten."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..core.graph import Apply, Op, Variable
from ..protocol.closed import ClosedGraph
from .engine import Replacement, Rewriter, Rule, rule
from .known import keeps_types


def improving_inner(improve: Callable[[ClosedGraph], Sequence[Variable]], key: str) -> Rule:
    """Return the rule that graphs in operations can be written better: as `improve` does."""

    def better(graph: ClosedGraph) -> ClosedGraph:
        if key in graph.improved:
            return graph
        graph.improved.add(key)
        result = ClosedGraph(graph.inputs, improve(graph))
        result.improved.add(key)
        is_better = result.structure != graph.structure
        return result if is_better and keeps_types(graph.outputs, result.outputs) else graph

    @rule("what an operation holds can be computed better", Op)
    def better_inside(node: Apply, rewriter: Rewriter) -> Replacement:
        if not node.op.inner:
            return None
        graphs = tuple(map(better, node.op.inner))
        if graphs == tuple(node.op.inner):
            return None
        new: list[Variable] = node.op.with_inner(graphs).make_node(*node.inputs).outputs
        return new

    return better_inside
