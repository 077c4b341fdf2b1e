"""Pass over graphs with choices: what only one branch of a choice needs is computed if it is chosen."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..core.credit import credited_to
from ..core.graph import Apply, Constant, Variable, toposort
from ..protocol.closed import ClosedGraph
from ..protocol.walks import clone_replace


def with_lazy_branches(outputs: Sequence[Variable]) -> list[Variable]:
    """Return the outputs, whose choices compute what they choose, and nothing of the rest."""
    outputs = list(outputs)
    # A choice that is part of a branch of a later one goes there with all that it needs.
    while choice := next((n for n in toposort(outputs) if n.op.alternatives), None):
        outputs = _with_branches(outputs, choice)
    return outputs


def _with_branches(outputs: list[Variable], choice: Apply) -> list[Variable]:
    order = toposort(outputs)
    graphs, needed = [], []
    for places in choice.op.alternatives:
        nodes = _alone(order, outputs, choice, places)
        made = {v for node in nodes for v in node.outputs}
        branch = [choice.inputs[place] for place in places]
        used = dict.fromkeys([*[x for node in nodes for x in node.inputs], *branch])
        new = {v: v.type(v.name) for v in used if v not in made and not isinstance(v, Constant)}
        graphs.append(ClosedGraph(new.values(), clone_replace(branch, new)))
        needed.append([*new])
    inputs = list(dict.fromkeys([v for variables in needed for v in variables]))
    op = choice.op.with_branches(graphs, [[*map(inputs.index, variables)] for variables in needed])
    chosen = {place for places in choice.op.alternatives for place in places}
    first = [v for place, v in enumerate(choice.inputs) if place not in chosen]
    made_anew = credited_to(choice.made_at, op.make_node, *first, *inputs).outputs
    return clone_replace(outputs, dict(zip(choice.outputs, made_anew, strict=True)))


def _alone(
    order: Sequence[Apply], outputs: Sequence[Variable], choice: Apply, places: Collection[int]
) -> list[Apply]:
    """Return the nodes that nothing but these inputs of the choice needs, in order."""
    users: dict[Variable, list[tuple[Apply, int]]] = {}
    for node in order:
        for place, v in enumerate(node.inputs):
            users.setdefault(v, []).append((node, place))
    kept = set(outputs)
    found: set[Apply] = set()
    for node in reversed(order):
        if kept.isdisjoint(node.outputs) and all(
            user in found or (user is choice and place in places)
            for v in node.outputs
            for user, place in users.get(v, ())
        ):
            found.add(node)
    return [node for node in order if node in found]
