"""Pass over graphs with choices: what only one branch of a choice needs is computed if it is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.credit import credited_to
from ..core.graph import Apply, Constant, Variable, toposort
from ..ops.inner.ifelse import Branches, IfElse
from ..protocol.closed import ClosedGraph
from ..protocol.walks import clone_replace


def with_lazy_branches(outputs: Sequence[Variable]) -> list[Variable]:
    """Return the outputs, whose choices compute what they choose, and nothing of the rest."""
    outputs = list(outputs)
    # A choice that is part of a branch of a later one goes there with all that it needs.
    while choice := next((n for n in toposort(outputs) if isinstance(n.op, IfElse)), None):
        outputs = _with_branches(outputs, choice)
    return outputs


def _with_branches(outputs: list[Variable], choice: Apply) -> list[Variable]:
    n = choice.op.n
    order = toposort(outputs)
    condition, *values = choice.inputs
    branches = values[:n], values[n:]
    graphs, needed = [], []
    for i, branch in enumerate(branches):
        nodes = _alone(order, outputs, choice, i)
        made = [v for node in nodes for v in node.outputs]
        inside = set(made)
        given = [
            v
            for v in dict.fromkeys([*[x for node in nodes for x in node.inputs], *branch])
            if v not in inside and not isinstance(v, Constant)
        ]
        new = {v: v.type(v.name) for v in given}
        graphs.append(ClosedGraph(new.values(), clone_replace(branch, new)))
        needed.append(given)
    inputs = list(dict.fromkeys([*needed[0], *needed[1]]))
    places = [[inputs.index(v) for v in given] for given in needed]
    op = Branches(graphs[0], graphs[1], places, choice.op.name)
    made = credited_to(choice.made_at, op.make_node, condition, *inputs).outputs
    return clone_replace(outputs, dict(zip(choice.outputs, made, strict=True)))


def _alone(
    order: Sequence[Apply], outputs: Sequence[Variable], choice: Apply, branch: int
) -> list[Apply]:
    """Return the nodes that nothing but this branch of the choice needs, in order."""
    n = choice.op.n
    users: dict[Variable, list[tuple[Apply, int]]] = {}
    for node in order:
        for place, v in enumerate(node.inputs):
            users.setdefault(v, []).append((node, place))
    kept = set(outputs)
    places = range(1, 1 + n) if branch == 0 else range(1 + n, 1 + 2 * n)
    found: set[Apply] = set()
    for node in reversed(order):
        if kept.isdisjoint(node.outputs) and all(
            user in found or (user is choice and place in places)
            for v in node.outputs
            for user, place in users.get(v, ())
        ):
            found.add(node)
    return [node for node in order if node in found]
