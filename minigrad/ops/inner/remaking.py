"""Make a loop anew: of some of its states and results, with more of what its steps compute, or less."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ...core.credit import credited_to
from ...core.graph import Apply, Variable
from ...protocol.walks import clone_replace, graph_inputs
from .closing import closed
from .scan import Scan


class Remade(NamedTuple):
    """A loop in place of another: what it makes, by the variables in the other's graph."""

    lasts: Mapping[int, Variable]  # by the number of the state
    histories: Mapping[Variable, Variable]  # by the variable in the graph

    def outputs(self, node: Apply) -> list[Variable]:
        """Return what stands for the outputs of the other's node."""
        graph = node.op.graph
        return [
            *[self.lasts[k] for k in node.op.lasts],
            *[self.histories[graph.outputs[j]] for j in node.op.outs],
        ]


def remade(
    node: Apply,
    states: Sequence[int],
    lasts: Iterable[int],
    histories: Iterable[Variable],
    rows: Mapping[Variable, Variable] | None = None,
    replaced: Mapping[Variable, Variable] | None = None,
) -> Remade:
    """Return a loop of some of the states, last values, and histories of variables of the graph.

    More rows of the graph may be given with their sequences, and what they replace in it. What
    turns out to be the same in all steps is computed outside.
    """
    op: Any = node.op
    graph = op.graph
    sequences, first, rest = op.parts(node.inputs[1:])
    inner_rows, inner_states, same = op.parts(graph.inputs)
    lasts, histories = list(lasts), list(dict.fromkeys(histories))
    # A state that no step changes is none.
    fixed = {k for k in states if graph.outputs[op.states[k]] is inner_states[k]}
    outside = dict(zip(same, rest, strict=True)) | {inner_states[k]: first[k] for k in fixed}
    kept = [k for k in states if k not in fixed]
    results = [*[graph.outputs[op.states[k]] for k in kept], *histories]
    results += [] if op.until is None else [graph.outputs[op.until]]
    results = clone_replace(results, {**outside, **(replaced or {})})
    all_rows = dict(zip(inner_rows, sequences, strict=True)) | dict(rows or {})
    used = set(graph_inputs(results, all_rows))
    all_rows = {row: x for row, x in all_rows.items() if row in used}
    closed_graph, others = closed([*all_rows, *[inner_states[k] for k in kept]], results)
    changed = [k for k in lasts if k not in fixed]
    n_kept, n_histories = len(kept), len(histories)
    loop = Scan(
        closed_graph,
        n_sequences=len(all_rows),
        states=range(n_kept),
        lasts=[kept.index(k) for k in changed],
        outs=range(n_kept, n_kept + n_histories),
        until=None if op.until is None else n_kept + n_histories,
        backwards=op.backwards,
        truncate=op.truncate,
        name=op.name,
    )
    inputs = node.inputs[0], *all_rows.values(), *[first[k] for k in kept], *others
    made = credited_to(node.made_at, loop.make_node, *inputs).outputs
    values = dict(zip(changed, made, strict=False)) | {k: first[k] for k in fixed}
    return Remade(values, dict(zip(histories, made[len(changed) :], strict=True)))
