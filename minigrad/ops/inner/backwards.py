"""Backpropagation through time: the derivative of a loop is a loop that runs the other way.

Its states are the derivatives by the states of the other loop, and sums over the steps of the
derivatives by what is the same in all of them. Its sequences are the derivatives by histories, and
what the steps of the other loop have computed.

Werbos, "Backpropagation through time: what it does and how to do it" (1990).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ...core.axes import Alloc, DimShuffle, Size, sizes_of, zeros_like
from ...core.graph import Apply, Variable, toposort
from ...core.table import add, ge, minimum, switch
from ...core.types import constant
from ...protocol.closed import ClosedGraph
from ...protocol.test_values import without_test_values
from ...protocol.walks import clone_replace, depending, is_zeros, made_by
from ..functions import tensor_copy
from ..indexing import IncSubtensor, as_pattern
from ..shape import Shape, as_type
from ..undefined import derivatives_by
from .closing import closed
from .remaking import before_each_step
from .scan import Scan

# What is computed anew rather than kept from the other loop: it takes no time, or is but a view.
_CHEAP = (Alloc, DimShuffle, Size, Shape)


@without_test_values
def derivatives(
    op: Scan, inputs: Sequence[Variable], outputs: Sequence[Variable], grads: Sequence[Variable]
) -> list[Variable | None]:
    """Return the derivatives by a loop's inputs, given those by its outputs."""
    return _Backwards(op, inputs, outputs, grads).derivatives()


class _Step(NamedTuple):
    """A step of the loop that runs the other way."""

    by_state: Mapping[Variable, Variable]  # by the state: the derivative by it after the step
    by_kept: Sequence[Variable]  # the derivatives by rows of histories
    found: Mapping[Variable, Variable]  # the derivatives by what goes into a step
    undefined: Mapping[Variable, Variable]  # what stands for derivatives that are not defined


class _Window(NamedTuple):
    """The steps that derivatives pass."""

    steps: slice | None  # None for all
    n: Variable
    is_all: Variable | None = None  # whether there are no others, if that is not known

    def cut(self, x: Variable) -> Variable:
        """Return the elements of a sequence for these steps."""
        return x if self.steps is None else x[self.steps]

    def placed(self, g: Variable, x: Variable) -> Variable:
        """Return the derivative by a sequence x, given that by its elements for these steps."""
        if self.steps is None:
            return g
        pattern, indices = as_pattern(x, self.steps)
        return IncSubtensor(pattern, set_instead_of_inc=True)(zeros_like(x), g, *indices)

    def of_first(self, g: Variable) -> Variable:
        """Return the derivative by a state's first value: 0 if these steps do not go back so far."""
        return g if self.is_all is None else switch(self.is_all, g, zeros_like(g))


class _Backwards:
    """The derivative of one application of a loop, which is called the other one here."""

    def __init__(
        self, op: Scan, inputs: Sequence[Variable], outputs: Sequence[Variable], grads: Any
    ) -> None:
        graph, n_lasts = op.graph, len(op.lasts)
        self._op = op
        self._inputs = list(inputs)
        self._outside = dict(zip(graph.inputs, inputs[1:], strict=True))
        self._rows, self._states, self._same = op.parts(graph.inputs)
        results = [graph.outputs[j] for j in op.states]
        self._after = dict(zip(self._states, results, strict=True))
        self._kept = [graph.outputs[j] for j in op.outs]
        self._histories = dict(zip(self._kept, outputs[n_lasts:], strict=True))
        by_last = zip([self._states[k] for k in op.lasts], grads[:n_lasts], strict=True)
        self._by_last = {v: g for v, g in by_last if g.type.is_float and not is_zeros(g)}
        by_history = zip(self._kept, grads[n_lasts:], strict=True)
        self._by_history = [(v, g) for v, g in by_history if g.type.is_float and not is_zeros(g)]

    def derivatives(self) -> list[Variable | None]:
        """Return the derivatives by the inputs."""
        step = self._through_a_step()
        rows = [v for v in self._rows if v in step.found]
        same = [v for v in self._same if v in step.found]
        sums = [v.type(_d(v)) for v in same]
        results = [
            *[step.found.get(v, zeros_like(g)) for v, g in step.by_state.items()],
            *[add(total, step.found[v]) for total, v in zip(sums, same, strict=True)],
            *[step.found[v] for v in rows],
        ]
        results, used = self._without_the_other_loop(results)
        histories, any_history = self._histories_of([*used.values()])
        window = self._window(any_history)
        sequences = [*[g for _, g in self._by_history], *histories]
        states = [*step.by_state.values(), *sums]
        first = [
            as_type(self._by_last[v], g.type)
            if v in self._by_last
            else zeros_like(self._outside[v])
            for v, g in step.by_state.items()
        ] + [zeros_like(self._outside[v]) for v in same]
        graph, rest = closed([*step.by_kept, *used, *states], results)
        loop = Scan(
            graph,
            n_sequences=len(sequences),
            states=range(len(states)),
            lasts=range(len(states)),
            outs=range(len(states), len(results)),
            backwards=not self._op.backwards,
            name=self._op.name and f"{self._op.name}_backwards",
        )
        made = loop.make_node(window.n, *map(window.cut, sequences), *first, *rest).outputs
        answer = dict(zip([*step.by_state, *same, *rows], made, strict=True))
        answer.update((v, window.of_first(answer[v])) for v in step.by_state)
        answer.update((v, window.placed(answer[v], self._outside[v])) for v in rows)
        answer.update(step.undefined)
        return [None, *map(answer.get, self._op.graph.inputs)]

    def _through_a_step(self) -> _Step:
        """Return the derivatives by what goes into a step, given those by what comes out."""
        by_state = {v: v.type(_d(v)) for v in self._states_with_derivatives()}
        by_kept = [v.type(_d(v)) for v, _ in self._by_history]
        # A result may depend on another: so derivatives by both are given as those by copies.
        given = {
            tensor_copy(y): as_type(g, y.type)
            for y, g in [
                *zip([y for y, _ in self._by_history], by_kept, strict=True),
                *[(self._after[v], g) for v, g in by_state.items()],
            ]
        }
        wanted = [v for v in self._op.graph.inputs if v.type.is_float]
        found, undefined = derivatives_by(given, wanted)
        return _Step(by_state, by_kept, found, self._leading_to(undefined))

    def _leading_to(self, undefined: Mapping[Variable, Variable]) -> dict[Variable, Variable]:
        """Return what stands for derivatives not defined: also by inputs that make such states."""
        inputs, connections = self._op.graph.inputs, self._op.connections
        numbers = {inputs.index(v): null for v, null in undefined.items()}
        through = {inputs[j]: g for i, g in numbers.items() for j in connections.get(i, ())}
        return {**through, **undefined}

    def _states_with_derivatives(self) -> list[Variable]:
        """Return the states by which, before some step, there may be a derivative."""
        op = self._op
        by_number = {v: op.n_sequences + k for k, v in enumerate(self._states)}
        wanted = {-1 - op.graph.outputs.index(y) for y, _ in self._by_history}
        wanted.update(by_number[v] for v in self._by_last)
        return [
            v
            for v, i in by_number.items()
            if v.type.is_float and any(i in op.connections[key] for key in wanted)
        ]

    def _without_the_other_loop(
        self, results: list[Variable]
    ) -> tuple[list[Variable], dict[Variable, Variable]]:
        """Return the results, and what they use of a step of the other loop, by what stands for it.

        Nothing is computed twice but what takes no time, and what has another shape in each step.
        """
        changing, ragged = self._changing(), self._op.of_changing_shape
        results = self._with_sizes_from_outside(results)
        used: dict[Variable, None] = {}
        looked_at: set[Apply] = set()
        waiting = [*results]
        while waiting:
            v = waiting.pop()
            if v in changing and v not in ragged and made_by(v, *_CHEAP) is None:
                used[v] = None
            elif v.owner is not None and v.owner not in looked_at:
                looked_at.add(v.owner)
                waiting += v.owner.inputs
        new = {v: v.type(v.name) for v in used}
        # What is the same in all steps is what it is outside.
        outside = {v: self._outside[v] for v in self._same}
        stand_ins = dict(zip(new.values(), new, strict=True))
        return clone_replace(results, {**new, **outside}), stand_ins

    def _with_sizes_from_outside(self, results: list[Variable]) -> list[Variable]:
        """Return the results, where sizes that are known outside are computed there."""
        shapes = self._op.shapes_inside([tuple(sizes_of(v)) for v in self._inputs[1:]])
        replaced: dict[Variable, Variable] = {}
        for node in toposort(results):
            if isinstance(node.op, Size) and node.inputs[0] in shapes:
                size = shapes[node.inputs[0]][node.op.axis]
                known = constant(size, dtype="int64") if isinstance(size, int) else size
                if known is not None:
                    replaced[node.out] = as_type(known, node.out.type)
        return clone_replace(results, replaced)

    def _changing(self) -> set[Variable]:
        """Return what may be another in each step."""
        return depending(self._op.graph.nodes, [*self._rows, *self._states])

    def _histories_of(self, wanted: Sequence[Variable]) -> tuple[list[Variable], Variable | None]:
        """Return what variables of a step are in all steps; and some history, as long as all are."""
        op = self._op
        computed = dict.fromkeys([self._after.get(v, v) for v in wanted if v not in self._rows])
        missing = [y for y in computed if y not in self._histories]
        if op.until is not None and not (self._histories or missing):
            missing = [op.graph.outputs[op.until]]
        histories = self._with_more_kept(missing) if missing else self._histories
        found = []
        for v in wanted:
            if v in self._rows:
                found.append(self._outside[v])
            elif v in self._after:
                first = as_type(self._outside[v], v.type)
                found.append(before_each_step(histories[self._after[v]], first, op.backwards))
            else:
                found.append(histories[v])
        return found, next(iter(histories.values()), None)

    def _with_more_kept(self, missing: Sequence[Variable]) -> dict[Variable, Variable]:
        """Return the histories of the same loop, of which more is kept."""
        op = self._op
        outputs = [*op.graph.outputs, *missing]
        outs = [*op.outs, *[outputs.index(v) for v in missing]]
        loop = op.with_graph(ClosedGraph(op.graph.inputs, outputs), outs=outs)
        made = loop.make_node(*self._inputs).outputs[len(op.lasts) :]
        return dict(zip([*self._kept, *missing], made, strict=True))

    def _window(self, any_history: Variable | None) -> _Window:
        """Return the steps that derivatives pass."""
        op, done = self._op, self._inputs[0]
        if op.until is not None:
            assert any_history is not None
            done = Size(0)(any_history)
        if op.truncate != -1:  # only of loops that people write
            n = minimum(done, constant(op.truncate, dtype="int64"))
            return _Window(slice(done - n, done), n, ge(n, done))
        return _Window(None if op.until is None else slice(0, done), done)


def _d(v: Variable) -> str | None:
    """Return what to call the derivative by v."""
    return f"d{v.name}" if v.name else None
