"""Pass over graphs with choices: what only one branch of a choice needs is computed if it is chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..core.credit import credited_to
from ..core.graph import Apply, Constant, Variable, toposort
from ..protocol.closed import ClosedGraph
from ..protocol.walks import clone_node, clone_replace


def with_lazy_branches(outputs: Sequence[Variable]) -> list[Variable]:
    """Return the outputs, whose choices compute what they choose, and nothing of the rest."""
    outputs, order = list(outputs), toposort(outputs)
    if not any(node.op.alternatives for node in order):
        return outputs
    graph = _Graph(outputs, order)
    # A choice that is part of a branch of a later one goes there with all that it needs.
    for node in order:
        if node.op.alternatives:
            graph.move_into_branches(node)
        else:
            graph.follow(node)
    return [graph.new.get(v, v) for v in outputs]


class _Graph:
    """The graph, from which nodes move into branches; `new` has what variables have become."""

    def __init__(self, outputs: Sequence[Variable], order: Sequence[Apply]) -> None:
        self.new: dict[Variable, Variable] = {}
        self._numbers = {node: i for i, node in enumerate(order)}
        self._inputs = {node: node.inputs for node in order}
        self._uses = Counter([v for node in order for v in node.inputs] + [*outputs])

    def follow(self, node: Apply) -> None:
        """Make the node anew if its inputs have become others."""
        inputs = [self.new.get(v, v) for v in node.inputs]
        if inputs != node.inputs:
            self.new.update(zip(node.outputs, clone_node(node, inputs).outputs, strict=True))

    def move_into_branches(self, choice: Apply) -> None:
        """Replace the choice by one that computes itself what only one of its branches needs."""
        graphs, needed, moved = [], [], [choice]
        for places in choice.op.alternatives:
            branch = [choice.inputs[place] for place in places]
            nodes = self._alone(branch)
            made = {v for node in nodes for v in node.outputs}
            used = dict.fromkeys([*[v for n in nodes for v in self._inputs[n]], *branch])
            needed.append([v for v in used if v not in made and not isinstance(v, Constant)])
            outside = [self.new.get(v, v) for v in needed[-1]]
            stand_ins = {v: v.type(v.name) for v in outside}
            results = clone_replace([self.new.get(v, v) for v in branch], stand_ins)
            graphs.append(ClosedGraph(stand_ins.values(), results))
            moved += nodes
        numbers = {v: i for i, v in enumerate(dict.fromkeys([v for vs in needed for v in vs]))}
        op = choice.op.with_branches(graphs, [[numbers[v] for v in vs] for vs in needed])
        chosen = {place for places in choice.op.alternatives for place in places}
        inputs = [v for place, v in enumerate(choice.inputs) if place not in chosen] + [*numbers]
        for node in moved:
            self._uses.subtract(self._inputs.pop(node))
        self._uses.update(inputs)
        self._inputs[choice] = inputs
        outside = [self.new.get(v, v) for v in inputs]
        made_anew = credited_to(choice.made_at, op.make_node, *outside).outputs
        self.new.update(zip(choice.outputs, made_anew, strict=True))

    def _alone(self, branch: Sequence[Variable]) -> list[Apply]:
        """Return the nodes that nothing but this branch of a choice needs, in order."""
        uses = Counter[Variable]()  # by the branch and the nodes found
        found: list[Apply] = []
        waiting = [*branch]
        while waiting:
            v = waiting.pop()
            uses[v] += 1
            node = v.owner
            if node is not None and all(uses[y] == self._uses[y] for y in node.outputs):
                found.append(node)
                waiting += self._inputs[node]
        return sorted(found, key=self._numbers.__getitem__)
