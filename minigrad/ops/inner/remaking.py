"""Make a loop anew: with more of what its steps compute, or less; of two loops one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ...core.axes import Alloc, as_tensor_variable, dimshuffle, sizes_of
from ...core.credit import credited_to
from ...core.graph import Apply, Variable, toposort
from ...core.types import constant
from ...protocol.closed import ClosedGraph
from ...protocol.op import Merge, Readers
from ...protocol.walks import clone_replace, graph_inputs, made_by
from ..indexing import Subtensor, as_pattern
from ..joining import Join
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
    loop = op.with_graph(
        closed_graph,
        n_sequences=len(all_rows),
        states=range(n_kept),
        lasts=[kept.index(k) for k in changed],
        outs=range(n_kept, n_kept + n_histories),
        until=None if op.until is None else n_kept + n_histories,
    )
    inputs = node.inputs[0], *all_rows.values(), *[first[k] for k in kept], *others
    made = credited_to(node.made_at, loop.make_node, *inputs).outputs
    values = dict(zip(changed, made, strict=False)) | {k: first[k] for k in fixed}
    return Remade(values, dict(zip(histories, made[len(changed) :], strict=True)))


def before_each_step(after: Variable, first: Variable, backwards: bool) -> Variable:
    """Return a state before each step, from the state after each."""
    first = _as_row(first)
    return Join(0)(after, first)[1:] if backwards else Join(0)(first, after)[:-1]


def _as_row(x: Variable) -> Variable:
    """Return an array of which x is the one element."""
    return dimshuffle(x, ["x", *range(x.type.ndim)])


def as_read(node: Apply, readers: Readers) -> dict[Variable, Variable]:
    """Return what to put for outputs that are read: see `Op.as_read`.

    Where nothing but x[-1] is read of the history x of a state, that is its last value. Another
    result of which no more is read becomes a state.
    """
    op: Any = node.op
    made_before = node.outputs
    lasts = dict(zip(made_before, op.lasts, strict=False))
    histories = dict(zip(made_before[len(lasts) :], op.outs, strict=True))
    at_the_end = {
        y: j
        for y, j in histories.items()
        if not op.backwards and readers[y] and all(n and _is_last(n, y) for n in readers[y])
    }
    node = _with_states(node, [j for j in at_the_end.values() if j not in op.states])
    op = node.op
    outputs = op.graph.outputs
    from_the_end = {y: op.states.index(j) for y, j in at_the_end.items() if j in op.states}
    read = {y: k for y, k in lasts.items() if readers[y]}
    kept = {y: outputs[j] for y, j in histories.items() if readers[y] and y not in from_the_end}
    wanted = list(dict.fromkeys([*read.values(), *from_the_end.values()]))
    needed = _needed(op, wanted, kept.values())
    if len(read) + len(kept) == len(made_before) and len(needed) == len(op.states):
        return {}
    made = remade(node, sorted(needed), wanted, kept.values())
    replaced = {y: made.lasts[k] for y, k in read.items()}
    replaced |= {y: made.histories[v] for y, v in kept.items()}
    for y, k in from_the_end.items():
        # One row if there has been a step, else none: which is refused as before.
        row = _as_row(made.lasts[k])
        pattern, indices = as_pattern(row, slice(None, node.inputs[0]))
        row = Subtensor(pattern)(row, *indices)
        for reader in filter(None, readers[y]):
            replaced[reader.out] = reader.op(row, *reader.inputs[1:])
    return replaced


def _with_states(node: Apply, results: Sequence[int]) -> Apply:
    """Return the node with states that are these outputs of the graph, and that no step reads.

    What they are before the first step has their shape, so it must be known outside.
    """
    op: Any = node.op
    inside = op.shapes_inside([(*sizes_of(v),) for v in node.inputs[1:]]) if results else {}
    first = {
        j: Alloc()(constant(0, dtype=v.type.dtype), *map(as_tensor_variable, inside[v]))
        for j in results
        if None not in inside[v := op.graph.outputs[j]]
    }
    if not first:
        return node
    graph = op.graph
    (rows, before, same), (sequences, values, rest) = map(op.parts, (graph.inputs, node.inputs[1:]))
    new = [graph.outputs[j].type() for j in first]
    loop = op.with_graph(
        ClosedGraph([*rows, *before, *new, *same], graph.outputs), states=[*op.states, *first]
    )
    inputs = node.inputs[0], *sequences, *values, *first.values(), *rest
    return credited_to(node.made_at, loop.make_node, *inputs)


def _needed(op: Scan, lasts: Iterable[int], histories: Iterable[Variable]) -> set[int]:
    """Return the states that these last values and histories depend on."""
    outputs, (_, states, _) = op.graph.outputs, op.parts(op.graph.inputs)
    results = [*histories] + ([] if op.until is None else [outputs[op.until]])
    needed, more = set(lasts), {-1}
    while more:
        wanted = [*results, *[outputs[op.states[k]] for k in needed]]
        used = {v for n in toposort(wanted, stop_at=op.graph.inputs) for v in n.inputs} | {*wanted}
        more = {k for k, v in enumerate(states) if v in used} - needed
        needed |= more
    return needed


def _is_last(node: Apply, history: Variable) -> bool:
    """Return whether the node takes the last element of the history, and nothing else of it."""
    taken = made_by(node.out, Subtensor) if node.nout == 1 else None
    return (
        taken is not None
        and taken.inputs.count(history) == 1
        and (taken.inputs[0] is history and taken.op.pattern[0] == -1)
    )


def as_one(one: Apply, other: Apply, merge: Merge) -> dict[Variable, Variable]:
    """Return what to put for the outputs of two loops, if their steps are the same."""
    a: Any = one.op
    b: Any = other.op
    if _manner(a) != _manner(b):
        return {}
    n = len(a.graph.outputs)
    both = merge([*a.graph.outputs, *b.graph.on(a.graph.inputs)])
    mine, theirs = both[:n], both[n:]
    pairs = [*zip(a.states, b.states, strict=True)]
    pairs += [] if a.until is None else [(a.until, b.until)]
    if any(mine[i] is not theirs[j] for i, j in pairs):
        return {}
    lasts = list(dict.fromkeys([*a.lasts, *b.lasts]))
    outs = list(dict.fromkeys([*[mine[j] for j in a.outs], *[theirs[j] for j in b.outs]]))
    loop = a.with_graph(
        ClosedGraph(a.graph.inputs, both), lasts=lasts, outs=[both.index(v) for v in outs]
    )
    made = credited_to(one.made_at, loop.make_node, *one.inputs).outputs
    last = dict(zip(lasts, made, strict=False))
    history = dict(zip(outs, made[len(lasts) :], strict=True))
    replaced: dict[Variable, Variable] = {}
    for node, results in ((one, mine), (other, theirs)):
        new = [*[last[k] for k in node.op.lasts], *[history[results[j]] for j in node.op.outs]]
        replaced.update(zip(node.outputs, new, strict=True))
    return replaced


def _manner(op: Scan) -> Any:
    """Return what must be equal of two loops whose steps are."""
    return op.n_sequences, len(op.states), op.until is None, op.backwards, op.truncate
