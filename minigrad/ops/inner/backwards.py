"""Backpropagation through time: the derivative of a loop is a loop that runs the other way.

Its states are the derivatives by the states of the other loop, and sums over the steps of the
derivatives by what is the same in all of them. Its sequences are the derivatives by histories, and
what the steps of the other loop have computed.

Werbos, "Backpropagation through time: what it does and how to do it" (1990).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from ...core.axes import Alloc, DimShuffle, Size, sizes_of, zeros_like
from ...core.backprop import backpropagate, connected
from ...core.graph import Apply, Constant, Variable, toposort
from ...core.table import add, ge, minimum, switch
from ...core.types import constant
from ...protocol.closed import ClosedGraph
from ...protocol.walks import clone_replace, made_by
from ..functions import tensor_copy
from ..indexing import IncSubtensor, as_pattern
from ..shape import Shape, as_type
from ..undefined import NullType, of_type_if_defined
from .closing import closed
from .remaking import before_each_step
from .scan import Scan

# What is computed anew rather than kept from the other loop: it takes no time, or is but a view.
_CHEAP = (Alloc, DimShuffle, Size, Shape)


def derivatives(
    op: Scan, inputs: Sequence[Variable], outputs: Sequence[Variable], grads: Sequence[Variable]
) -> list[Variable | None]:
    """Return the derivatives by a loop's inputs, given those by its outputs."""
    return _Backwards(op, inputs, outputs, grads).derivatives()


class _Backwards:
    """The derivative of one application of a loop."""

    def __init__(
        self, op: Scan, inputs: Sequence[Variable], outputs: Sequence[Variable], grads: Any
    ) -> None:
        self._op = op
        self._inputs = list(inputs)
        self._n = inputs[0]
        self._sequences, self._first, self._rest = op.parts(inputs[1:])
        self._rows, self._states, self._same = op.parts(op.graph.inputs)
        n_lasts = len(op.lasts)
        self._histories = dict(zip(op.outs, outputs[n_lasts:], strict=True))
        self._by_last = {
            k: g for k, g in zip(op.lasts, grads[:n_lasts], strict=True) if _matters(g)
        }
        self._by_history = [
            (j, g) for j, g in zip(op.outs, grads[n_lasts:], strict=True) if _matters(g)
        ]

    def derivatives(self) -> list[Variable | None]:
        """Return the derivatives by the inputs."""
        op, graph = self._op, self._op.graph
        through = self._states_with_derivatives()
        by_state = {k: self._states[k].type(_d(self._states[k])) for k in through}
        by_row = [graph.outputs[j].type(_d(graph.outputs[j])) for j, _ in self._by_history]
        # A result may depend on another: so derivatives by both are given as those by copies.
        totals: dict[int, Variable] = {}
        for j, g in [
            *zip([j for j, _ in self._by_history], by_row, strict=True),
            *[(op.states[k], g) for k, g in by_state.items()],
        ]:
            totals[j] = add(totals[j], g) if j in totals else g
        known = {
            tensor_copy(graph.outputs[j]): as_type(g, graph.outputs[j].type)
            for j, g in totals.items()
        }
        wanted = [v for v in graph.inputs if v.type.is_float]
        reached = connected(known, wanted)
        undefined: dict[Variable, str] = {}
        adapt = partial(of_type_if_defined, undefined)
        found = backpropagate(known, reached, adapt=adapt)
        without = connected(undefined, wanted)
        by_sequence = {s: found[v] for s, v in enumerate(self._rows) if v in found}
        by_same = {i: found[v] for i, v in enumerate(self._same) if v in found}
        new_by_state = [found.get(self._states[k], zeros_like(g)) for k, g in by_state.items()]
        sums = {i: self._same[i].type(_d(self._same[i])) for i in by_same}
        new_sums = [add(sums[i], g) for i, g in by_same.items()]
        results = [*new_by_state, *new_sums, *by_sequence.values()]
        # What the steps of the other loop have computed.
        results, kept = self._without_the_other_loop(results)
        rows = [*by_row, *kept]
        outer_rows = [g for _, g in self._by_history] + self._kept_histories(kept)
        states = [*by_state.values(), *sums.values()]
        first = [
            as_type(self._by_last[k], g.type) if k in self._by_last else zeros_like(self._first[k])
            for k, g in by_state.items()
        ]
        first += [zeros_like(self._rest[i]) for i in by_same]
        window, n = self._window()
        step, rest = closed([*rows, *states], results)
        loop = Scan(
            step,
            n_sequences=len(rows),
            states=range(len(states)),
            lasts=range(len(states)),
            outs=range(len(states), len(results)),
            backwards=not op.backwards,
            name=op.name and f"{op.name}_backwards",
        )
        cut = [x[window] if window else x for x in outer_rows]
        made = loop.make_node(n, *cut, *first, *rest).outputs
        lasts, histories = made[: len(states)], made[len(states) :]
        answer: list[Variable | None] = [None] * len(self._inputs)
        for s, g in zip(by_sequence, histories, strict=True):
            answer[1 + s] = _placed(g, self._sequences[s], window) if window else g
        for k, g in zip(by_state, lasts, strict=False):
            answer[1 + len(self._rows) + k] = self._of_first(g)
        for i, g in zip(by_same, lasts[len(by_state) :], strict=True):
            answer[1 + len(self._rows) + len(self._states) + i] = g
        for i in self._leading_to(without):
            answer[1 + i] = NullType(next(iter(undefined.values())))()
        return answer

    def _leading_to(self, variables: set[Variable]) -> set[int]:
        """Return the numbers of the graph's inputs that are these, or make states that are."""
        op = self._op
        found = {i for i, v in enumerate(op.graph.inputs) if v in variables}
        return found.union(*[op.connections.get(i, ()) for i in found])

    def _states_with_derivatives(self) -> list[int]:
        """Return the states by which, before some step, there may be a derivative."""
        op = self._op
        wanted = {-1 - j for j, _ in self._by_history} | {op.n_sequences + k for k in self._by_last}
        return [
            k
            for k, v in enumerate(self._states)
            if v.type.is_float and any(op.n_sequences + k in op.connections[key] for key in wanted)
        ]

    def _without_the_other_loop(
        self, results: list[Variable]
    ) -> tuple[list[Variable], list[Variable]]:
        """Return the results, and what they use of a step of the other loop, as its values.

        Nothing is computed twice but what takes no time.
        """
        op = self._op
        inside = {v for node in op.graph.nodes for v in node.outputs}
        shapes = op.shapes_inside([tuple(sizes_of(v)) for v in self._inputs[1:]])
        changing = self._changing()
        # Sizes that are known outside.
        replaced: dict[Variable, Variable] = {}
        for node in toposort(results):
            if isinstance(node.op, Size):
                v = node.inputs[0]
                size = shapes[v][node.op.axis] if v in shapes else None
                if size is not None:
                    known = constant(size, dtype="int64") if isinstance(size, int) else size
                    replaced[node.out] = as_type(known, node.out.type)
        results = clone_replace(results, replaced)
        # What is the same in all steps is what it is outside.
        kept: dict[Variable, None] = {}
        looked_at: set[Apply] = set()
        waiting = results[::-1]
        while waiting:
            v = waiting.pop()
            if v in self._rows or v in self._states:
                kept[v] = None
            elif v in inside and v in changing and made_by(v, *_CHEAP) is None:
                kept[v] = None
            elif v.owner is not None and v.owner not in looked_at:
                looked_at.add(v.owner)
                waiting += v.owner.inputs[::-1]
        variables = {v: v.type(v.name) for v in kept}
        outside = dict(zip(self._same, self._rest, strict=True))
        self._kept = dict(zip(variables.values(), variables, strict=True))
        return clone_replace(results, {**variables, **outside}), [*variables.values()]

    def _changing(self) -> set[Variable]:
        """Return what may be another in each step."""
        found = {*self._rows, *self._states}
        for node in self._op.graph.nodes:
            if not found.isdisjoint(node.inputs):
                found.update(node.outputs)
        return found

    def _kept_histories(self, kept: Sequence[Variable]) -> list[Variable]:
        """Return the values in all steps of what is kept of the other loop."""
        op, graph = self._op, self._op.graph
        wanted = [self._kept[v] for v in kept]
        computed = []  # in a step
        for v in wanted:
            if v in self._states:
                computed.append(graph.outputs[op.states[self._states.index(v)]])
            elif v not in self._rows:
                computed.append(v)
        missing = [
            v
            for v in dict.fromkeys(computed)
            if v not in graph.outputs or graph.outputs.index(v) not in self._histories
        ]
        if op.until is not None and not (self._histories or missing):
            missing = [graph.outputs[op.until]]
        history = {graph.outputs[j]: x for j, x in self._histories.items()}
        if missing:
            # The same loop, of which more is kept.
            all_outputs = [*graph.outputs, *missing]
            more = op.with_graph(
                ClosedGraph(graph.inputs, all_outputs),
                outs=[*op.outs, *[all_outputs.index(v) for v in missing]],
            )
            made = more.make_node(*self._inputs).outputs[len(op.lasts) :]
            again = [*[graph.outputs[j] for j in op.outs], *missing]
            history = dict(zip(again, made, strict=True))
        self._lengths = next(iter(history.values()), None)
        result = []
        for v in wanted:
            if v in self._rows:
                result.append(self._sequences[self._rows.index(v)])
            elif v in self._states:
                k = self._states.index(v)
                after, first = history[graph.outputs[op.states[k]]], as_type(self._first[k], v.type)
                result.append(before_each_step(after, first, op.backwards))
            else:
                result.append(history[v])
        return result

    def _window(self) -> tuple[Any, Variable]:
        """Return the slice of the steps that derivatives pass, None for all, and their number."""
        op = self._op
        if op.until is None and op.truncate == -1:
            self._all = None
            return None, self._n
        done = self._n
        if op.until is not None:
            assert self._lengths is not None
            done = Size(0)(self._lengths)
        self._all = None
        if op.truncate == -1:
            return slice(0, done), done
        n = minimum(done, constant(op.truncate, dtype="int64"))
        self._all = ge(n, done)
        return slice(done - n, done), n  # only loops that people write are truncated

    def _of_first(self, g: Variable) -> Variable:
        """Return the derivative by a state's first value: 0 if derivatives do not go back so far."""
        return g if self._all is None else switch(self._all, g, zeros_like(g))


def _matters(g: Variable) -> bool:
    """Return whether a derivative may be other than zero."""
    if not g.type.is_float:
        return False
    value = g.owner.inputs[0] if made_by(g, Alloc) and g.owner is not None else g
    return not (isinstance(value, Constant) and not value.data.any())


def _d(v: Variable) -> str | None:
    """Return what to call the derivative by v."""
    return f"d{v.name}" if v.name else None


def _placed(g: Variable, x: Variable, window: slice) -> Variable:
    """Return g in the window of zeros in the shape of x."""
    pattern, indices = as_pattern(x, window)
    return IncSubtensor(pattern, set_instead_of_inc=True)(zeros_like(x), g, *indices)
