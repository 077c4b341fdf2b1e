"""Passes over graphs with loops: what is computed twice is computed once, what nobody reads is not.

They are no rules, because all users of a loop decide.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from ..core.axes import DimShuffle
from ..core.graph import Apply, Variable, toposort
from ..ops.indexing import Subtensor, as_pattern
from ..ops.inner.remaking import remade
from ..ops.inner.scan import Scan
from ..protocol.closed import ClosedGraph
from ..protocol.walks import clone_replace
from .engine import Rewriter, Step
from .known import keeps_types


def loops_in(outputs: Sequence[Variable]) -> list[Apply]:
    """Return the nodes that are loops, in order."""
    return [node for node in toposort(outputs) if isinstance(node.op, Scan)]


# ---- Loops of the same steps are one -----------------------------------------------------------


def with_merged_loops(
    outputs: Sequence[Variable], steps: list[Step] | None = None
) -> list[Variable]:
    """Return the outputs, in which loops over the same values that take the same steps are one.

    A derivative repeats the loop that it is of, to keep more of what its steps compute. What is
    replaced is added to the steps.
    """
    steps = [] if steps is None else steps
    outputs = list(outputs)
    merged = True
    while merged:
        merged = False
        groups: dict[Any, Apply] = {}
        for node in loops_in(outputs):
            op: Any = node.op
            key = (tuple(node.inputs), op.n_sequences, op.backwards, op.truncate)
            other = groups.setdefault(key, node)
            replaced = {} if other is node else _as_one(other, node)
            if replaced:
                steps += [
                    Step("loops of the same steps are one", *pair) for pair in replaced.items()
                ]
                outputs = clone_replace(outputs, replaced)
                merged = True
                break
    return outputs


def _as_one(one: Apply, other: Apply) -> dict[Variable, Variable]:
    """Return what to put for the outputs of two loops over the same values; nothing if they differ."""
    a: Any = one.op
    b: Any = other.op
    if len(a.states) != len(b.states) or (a.until is None) != (b.until is None):
        return {}
    theirs = b.graph.on(a.graph.inputs)
    both = Rewriter(()).final([*a.graph.outputs, *theirs])
    mine, theirs = both[: len(a.graph.outputs)], both[len(a.graph.outputs) :]
    pairs = [*zip(a.states, b.states, strict=True)]
    pairs += [] if a.until is None else [(a.until, b.until)]
    if any(mine[i] is not theirs[j] for i, j in pairs):
        return {}
    lasts = list(dict.fromkeys([*a.lasts, *b.lasts]))
    outs = list(dict.fromkeys([*[mine[j] for j in a.outs], *[theirs[j] for j in b.outs]]))
    distinct = list(dict.fromkeys([*mine, *theirs]))
    loop = a.with_graph(
        ClosedGraph(a.graph.inputs, distinct),
        states=[distinct.index(mine[j]) for j in a.states],
        lasts=lasts,
        outs=[distinct.index(v) for v in outs],
        until=None if a.until is None else distinct.index(mine[a.until]),
    )
    made = loop.make_node(*one.inputs).outputs
    last, history = (
        dict(zip(lasts, made, strict=False)),
        dict(zip(outs, made[len(lasts) :], strict=True)),
    )
    replaced: dict[Variable, Variable] = {}
    for node, results in ((one, mine), (other, theirs)):
        op: Any = node.op
        new = [*[last[k] for k in op.lasts], *[history[results[j]] for j in op.outs]]
        if not keeps_types(node.outputs, new):
            return {}
        replaced.update(zip(node.outputs, new, strict=True))
    return replaced


# ---- What nobody reads --------------------------------------------------------------------------


def without_the_unread(outputs: Sequence[Variable]) -> list[Variable]:
    """Return the outputs, whose loops compute and keep only what somebody reads."""
    outputs = list(outputs)
    loops = loops_in(outputs)
    if not loops:
        return outputs
    for node in reversed(loops):
        # What a later loop no longer reads, this one need not make.
        outputs = clone_replace(outputs, _read_from_the_end(node, outputs))
    for node in reversed(loops_in(outputs)):
        used = {v for n in toposort(outputs) for v in n.inputs}.union(outputs)
        if used.isdisjoint(node.outputs):
            continue
        outputs = clone_replace(outputs, _smaller(node, used))
    return outputs


def _smaller(node: Apply, used: Collection[Variable]) -> dict[Variable, Variable]:
    """Return what stands for the outputs that are used, if others are not."""
    op: Any = node.op
    graph, n_lasts = op.graph, len(op.lasts)
    _, states, _ = op.parts(graph.inputs)
    lasts = [k for k, y in zip(op.lasts, node.outputs, strict=False) if y in used]
    histories = [
        graph.outputs[j] for j, y in zip(op.outs, node.outputs[n_lasts:], strict=True) if y in used
    ]
    needed = set(lasts)
    results = [*histories] + ([] if op.until is None else [graph.outputs[op.until]])
    while True:
        outputs = [*results, *[graph.outputs[op.states[k]] for k in needed]]
        inner = {v for n in toposort(outputs, stop_at=graph.inputs) for v in n.inputs}
        inner.update(outputs)
        more = {k for k, v in enumerate(states) if v in inner} - needed
        if not more:
            break
        needed |= more
    if len(lasts) + len(histories) == node.nout and len(needed) == len(states):
        return {}
    made = remade(node, sorted(needed), lasts, histories)
    old = [y for y in node.outputs if y in used]
    new = [*[made.lasts[k] for k in lasts], *[made.histories[v] for v in histories]]
    return dict(zip(old, new, strict=True)) if keeps_types(old, new) else {}


def _read_from_the_end(node: Apply, outputs: Sequence[Variable]) -> dict[Variable, Variable]:
    """Return what to put for x[-1] where nothing else of the history x of a state is read."""
    op: Any = node.op
    graph, n_lasts = op.graph, len(op.lasts)
    users: dict[Variable, list[Apply]] = {v: [] for v in node.outputs}
    for n in toposort(outputs):
        for v in n.inputs:
            if v in users:
                users[v].append(n)
    found: dict[Variable, int] = {}  # the history, and the state whose last value is read
    for j, y in zip(op.outs, node.outputs[n_lasts:], strict=True):
        if j in op.states and users[y] and y not in outputs and not op.backwards:
            if all(_is_last(n, y) for n in users[y]):
                found[y] = op.states.index(j)
    if not found:
        return {}
    lasts = dict.fromkeys([*op.lasts, *found.values()])
    histories = [
        graph.outputs[j]
        for j, y in zip(op.outs, node.outputs[n_lasts:], strict=True)
        if y not in found
    ]
    made = remade(node, range(len(op.states)), lasts, histories)
    replaced: dict[Variable, Variable] = {}
    for k, y in zip(op.lasts, node.outputs, strict=False):
        replaced[y] = made.lasts[k]
    for j, y in zip(op.outs, node.outputs[n_lasts:], strict=True):
        if y in found:
            # One row if there has been a step, else none: which is refused as before.
            last = made.lasts[found[y]]
            row = DimShuffle(("x", *range(last.type.ndim)))(last)
            pattern, variables = as_pattern(row, slice(None, node.inputs[0]))
            row = Subtensor(pattern)(row, *variables)
            for n in users[y]:
                replaced[n.out] = n.op(row, *n.inputs[1:])
        else:
            replaced[y] = made.histories[graph.outputs[j]]
    return replaced if keeps_types([*replaced], [*replaced.values()]) else {}


def _is_last(node: Apply, history: Variable) -> bool:
    """Return whether the node takes the last element of the history, and nothing else of it."""
    return (
        isinstance(node.op, Subtensor)
        and node.inputs[0] is history
        and history not in node.inputs[1:]
        and node.op.pattern[0] == -1
    )
