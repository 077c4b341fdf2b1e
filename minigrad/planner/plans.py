"""The programs of a function: one for any shapes, and one planned for each of its first shapes."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import numpy as np

from ..compile.checks import LostChecks, not_done_by, refusals
from ..compile.plan import make_plan
from ..compile.program import Program
from ..compile.programs import PlannerWarning, Programs
from ..compile.sizes import value_of
from ..core.graph import Variable
from ..protocol.closed import ClosedGraph
from ..protocol.test_values import without_test_values
from .buffers import assign_buffers
from .picking import not_done_by_picks
from .recycling import Recycler, new_values
from .rows import in_row_blocks
from .specialise import improve_for_sizes, with_known_sizes

# A plan takes some milliseconds to make, and memory for its buffers: worth it for shapes that
# recur, not for ever new ones. What is computed for the same values must not depend on what was
# computed before, so a function plans for the first shapes that it meets, and then no more.
_MOST_PLANS = 16

_SHAPE = attrgetter("shape")
Shapes = tuple[tuple[int, ...], ...]


class PlannedPrograms(Programs):
    """Chooses the program that was planned for the shapes of the values; see `Programs`."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # The general program checks these by computing; a plan may know the results without.
        self._checks = [*self._lost.others, *refusals(self._graph.outputs)]
        self._planned: dict[Shapes, Program] = {}
        self._most = _MOST_PLANS
        self._spares: dict[int, np.ndarray] = {}
        # One attribute, so that another thread never sees half of it.
        self._last: tuple[Shapes, Program] | None = None

    @property
    def latest(self) -> Program:
        """The program that was planned last, if one was."""
        return next(reversed(self._planned.values()), None) or self.general

    def program_for(self, values: Sequence[Any]) -> Program:
        """Return the program for values of these shapes, a new one if they are new."""
        shapes = tuple(map(_SHAPE, values))
        last = self._last
        if last is not None and shapes == last[0]:
            return last[1]
        program = self._planned.get(shapes)
        if program is None and len(self._planned) < self._most:
            program = self._planned[shapes] = self._new_program(shapes, values)
        program = program or self.general
        self._last = shapes, program
        return program

    def free(self) -> None:
        """Give back the buffers of all programs that no call is using, and the spare arrays."""
        for program in self._planned.values():
            program.free()
        self._spares.clear()

    @without_test_values
    def _new_program(self, shapes: Shapes, values: Sequence[Any]) -> Program:
        if not self._sizes_of_inputs_agree(shapes):
            return self.general  # which raises the error
        try:
            return self._plan(shapes)
        except Exception as error:
            # If the general program fails, too, an op refuses these sizes: the call raises its error.
            try:
                self.general.run(*values)
            except Exception:
                return self.general
            if self._strict:
                raise
            warnings.warn(
                f"{self._name}: no plan could be made for the shapes {shapes}: "
                f"{type(error).__name__}: {error}; the general program is used, which may be "
                "slower. This is a bug in minigrad or in an Op",
                PlannerWarning,
                stacklevel=5,
            )
            return self.general

    def _sizes_of_inputs_agree(self, shapes: Shapes) -> bool:
        shape_of = dict(zip(self._graph.inputs, shapes, strict=True))
        return all(
            value_of(check.sides[0], shape_of) == value_of(check.sides[1], shape_of)
            for _, check in self._lost.of_inputs
        )

    def _grouped(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable]
    ) -> Sequence[Variable]:
        """The outputs, with nodes grouped into operations that compute them in a better way."""
        return in_row_blocks(inputs, outputs)

    def _plan(self, shapes: Shapes) -> Program:
        """Return a program for these shapes."""
        count = len(self._graph.outputs)
        asked = ClosedGraph(self._graph.inputs, [*self._graph.outputs, *self._checks])
        sized = with_known_sizes(asked, shapes)
        grouped = self._grouped(sized.inputs, sized.outputs[:count])
        graph = improve_for_sizes(ClosedGraph(sized.inputs, [*grouped, *sized.outputs[count:]]))
        outputs = graph.outputs[:count]
        checks = not_done_by_picks(outputs, not_done_by(outputs, graph.outputs[count:]))
        updates = outputs[count - len(self._targets) :]
        recycled = new_values(self._graph.inputs, self._targets, updates)
        plan = make_plan(
            self._name,
            ClosedGraph(graph.inputs, outputs),
            LostChecks(others=checks),
            assign_buffers,
            [value.output for value in recycled],
        )
        recycler = Recycler(recycled, self._spares, self._filled) if recycled else None
        return Program(plan, recycler, self._filled)
