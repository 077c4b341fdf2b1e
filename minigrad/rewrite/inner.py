"""Rewrite operations that hold graphs: what they hold, several as one, and without what is unread.

The last two are passes and no rules, because all users of a result decide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..core.graph import Apply, Op, Variable, toposort
from ..protocol.closed import ClosedGraph
from ..protocol.walks import replaced_throughout
from .engine import Replacement, Rewriter, Rule, Step, rule
from .known import keeps_types


def improving_inner(improve: Callable[[ClosedGraph], Sequence[Variable]], key: str) -> Rule:
    """Return the rule that graphs in operations can be written better: as `improve` does."""

    def better(graph: ClosedGraph) -> ClosedGraph:
        if key in graph.improved:
            return graph
        graph.improved.add(key)
        result = ClosedGraph(graph.inputs, improve(graph))
        result.improved.add(key)
        is_better = result != graph
        return result if is_better and keeps_types(graph.outputs, result.outputs) else graph

    @rule("what an operation holds can be computed better", Op)
    def better_inside(node: Apply, rewriter: Rewriter) -> Replacement:
        if not node.op.inner:
            return None
        graphs = tuple(map(better, node.op.inner))
        if graphs == tuple(node.op.inner):
            return None
        op = node.op.with_inner(graphs)
        return None if op is node.op else op.make_node(*node.inputs).outputs

    return better_inside


def _holding_graphs(outputs: Sequence[Variable]) -> list[Apply]:
    return [node for node in toposort(outputs) if node.op.inner]


def with_merged(outputs: Sequence[Variable], steps: list[Step] | None = None) -> list[Variable]:
    """Return the outputs, in which loops over the same values that take the same steps are one.

    A derivative repeats the loop that it is of, to keep more of what its steps compute. What is
    replaced is added to the steps.
    """
    outputs = list(outputs)
    while replaced := _mergers(_holding_graphs(outputs)):
        if steps is not None:
            steps += [Step("loops of the same steps are one", *pair) for pair in replaced.items()]
        outputs = replaced_throughout(outputs, replaced)
    return outputs


def _mergers(nodes: Sequence[Apply]) -> Mapping[Variable, Variable]:
    """Return what to put for the outputs of pairs that can be one; nothing if none can."""
    groups: dict[Any, list[Apply]] = {}
    found: dict[Variable, Variable] = {}
    for node in nodes:
        group = groups.setdefault((type(node.op), *node.inputs), [])
        for other in group:
            replaced = node.op.merged_with(other, node, Rewriter(()).final)
            if replaced and keeps_types([*replaced], [*replaced.values()]):
                found |= replaced
                group.remove(other)
                break
        else:
            group.append(node)
    return found


def without_the_unread(outputs: Sequence[Variable]) -> list[Variable]:
    """Return the outputs, for which operations compute and keep only what somebody reads."""
    order = toposort(outputs)
    holding = [node for node in order if node.op.inner]
    if not holding:
        return list(outputs)
    readers = _Readers(outputs, order)
    replaced: dict[Variable, Variable] = {}
    # What a later one no longer reads, an earlier one need not make.
    for node in reversed(holding):
        of_outputs = {y: [*readers.of[y]] for y in node.outputs}
        new = node.op.as_read(node, of_outputs) if any(of_outputs.values()) else {}
        if new and keeps_types([*new], [*new.values()]):
            readers.replace(new)
            replaced |= new
    return replaced_throughout(outputs, replaced)


class _Readers:
    """The nodes that read each variable, while some are replaced; None stands for the caller."""

    def __init__(self, outputs: Sequence[Variable], order: Sequence[Apply]) -> None:
        self.of: defaultdict[Variable, dict[Apply | None, None]] = defaultdict(dict)
        self._nodes: set[Apply] = set()
        for node in order:
            self._add(node)
        for y in outputs:
            self.of[y][None] = None

    def _add(self, node: Apply) -> None:
        self._nodes.add(node)
        for v in node.inputs:
            self.of[v][node] = None

    def replace(self, new: Mapping[Variable, Variable]) -> None:
        """Let the readers of variables read others, and leave out what nobody reads then."""
        for old, v in new.items():
            self.of[v].update(self.of.pop(old, {}))
        waiting = [v.owner for v in new.values()]
        while waiting:
            node = waiting.pop()
            if node is not None and node not in self._nodes:
                self._add(node)
                waiting += [v.owner for v in node.inputs]
        waiting = [v.owner for v in new]
        while waiting:
            node = waiting.pop()
            if node in self._nodes and not any(self.of[y] for y in node.outputs):
                self._nodes.remove(node)
                for v in node.inputs:
                    self.of[v].pop(node, None)
                waiting += [v.owner for v in node.inputs]
