"""The programs of a function: one for any shapes, and others planned for shapes that recur."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from ..compile.checks import LostChecks, not_done_by, refusals
from ..compile.program import Program
from ..compile.sizes import value_of
from ..core.graph import Variable
from ..core.sharing import SharedVariable
from .layout import read_by_columns
from .recycling import new_values
from .rows import in_row_blocks
from .specialise import improve_for_sizes, with_known_sizes

# A plan takes some milliseconds to make, and memory for its buffers: worth it for shapes that
# recur, not for ever new ones. What is computed for the same values must not depend on what was
# computed before, so a function plans for the first shapes that it meets, and then no more.
_MOST_PLANS = 16

_SHAPE = attrgetter("shape")
Shapes = tuple[tuple[int, ...], ...]


class Plans:
    """Chooses the program to run for the values it is to be run on.

    Parameters
    ----------
    name : str
    inputs, outputs : sequences of Variable
    lost : LostChecks
        What is checked, too.
    targets : sequence
        What the last outputs are the new values of.
    most : int
        For how many different shapes to plan.
    filled : bool
        As for a `Program`.
    """

    def __init__(
        self,
        name: str,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        lost: LostChecks,
        targets: Sequence[Any] = (),
        most: int = _MOST_PLANS,
        filled: bool = False,
    ) -> None:
        self._name = name
        self._inputs = inputs
        self._outputs = outputs
        self._targets = targets
        self._most = most
        self._filled = filled
        self._lost = lost
        # What the program for any sizes checks by computing it, a plan may know without.
        self._checks = [*lost.others, *refusals(outputs)]
        self._general: Program | None = None
        self._planned: dict[Shapes, Program] = {}
        # One attribute, so that another thread never sees half of it.
        self._last: tuple[Shapes, Program] | None = None

    @property
    def general(self) -> Program:
        """The program for any shapes."""
        # Not a cached_property, which before Python 3.12 holds a lock that a fork does not renew.
        if self._general is None:
            self._general = Program(self._name, self._inputs, self._outputs, self._lost)
        return self._general

    @property
    def latest(self) -> Program:
        """The program that was planned last, if one was."""
        return next(reversed(self._planned.values()), None) or self.general

    def program_for(self, values: Sequence[Any]) -> Program:
        """The program to run for values of these shapes."""
        shapes = tuple(map(_SHAPE, values))
        last = self._last
        if last is not None and shapes == last[0]:
            return last[1]
        program = self._planned.get(shapes) or self._new_program(shapes)
        self._last = shapes, program
        return program

    def _new_program(self, shapes: Shapes) -> Program:
        if len(self._planned) >= self._most:
            return self.general
        program = self._planned[shapes] = self._plan(shapes) or self.general
        return program

    def _plan(self, shapes: Shapes) -> Program | None:
        """A program for these shapes; None if there is no better one than that for any."""
        shape_of = dict(zip(self._inputs, shapes, strict=True))
        try:
            for _, check in self._lost.of_inputs:
                if value_of(check.sides[0], shape_of) != value_of(check.sides[1], shape_of):
                    return None
            inputs, variables = with_known_sizes(
                self._inputs, [*self._outputs, *self._checks], shapes
            )
            count = len(self._outputs)
            outputs, checks = variables[:count], variables[count:]
            outputs = in_row_blocks(self._name, inputs, outputs, self._filled)
            variables = improve_for_sizes(inputs, [*outputs, *checks])
            outputs = variables[:count]
            checks = not_done_by(outputs, variables[count:])
        except Exception:
            # The sizes do not fit, or an op will not have them: the general program can tell.
            return None
        by_columns = read_by_columns(outputs)
        for known, variable in zip(inputs, self._inputs, strict=True):
            if known in by_columns and isinstance(variable, SharedVariable):
                variable.keep_by_columns()
        updates = outputs[len(outputs) - len(self._targets) :]
        recycled = new_values(self._inputs, self._targets, updates)
        return Program(
            self._name,
            inputs,
            outputs,
            LostChecks(others=checks),
            plans_buffers=True,
            new_values=recycled,
            filled=self._filled,
        )
