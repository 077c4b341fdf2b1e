"""The programs of a function: one for any shapes, and others planned for shapes that recur."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

from ..graph import Variable
from ..rewrite import read_by_columns, specialise
from ..shared import SharedVariable
from .program import Program
from .recycling import new_values
from .sizes import Entry

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
    asked : sequence of Variable
        See `Program`.
    targets : sequence
        What the last outputs are the new values of.
    most : int
        For how many different shapes to plan.

    Attributes
    ----------
    general : Program
        The program for any shapes.
    """

    def __init__(
        self,
        name: str,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        asked: Sequence[Variable],
        targets: Sequence[Any] = (),
        most: int = _MOST_PLANS,
    ) -> None:
        self._name = name
        self._inputs = inputs
        self._outputs = outputs
        self._targets = targets
        self._most = most
        self.general = Program(name, inputs, outputs, asked=asked)
        self._planned: dict[Shapes, Program] = {}
        # One attribute, so that another thread never sees half of it.
        self._last: tuple[Shapes | None, Program] = None, self.general

    @property
    def latest(self) -> Program:
        """The program that was planned last, if one was."""
        return next(reversed(self._planned.values()), self.general)

    def program_for(self, values: Sequence[Any]) -> Program:
        """The program to run for values of these shapes."""
        shapes = tuple(map(_SHAPE, values))
        last_shapes, program = self._last
        if shapes == last_shapes:
            return program
        program = self._planned.get(shapes) or self._new_program(shapes)
        self._last = shapes, program
        return program

    def _new_program(self, shapes: Shapes) -> Program:
        if len(self._planned) < self._most:
            self._planned[shapes] = self._plan(shapes) or self.general
        return self._planned.get(shapes, self.general)

    def _plan(self, shapes: Shapes) -> Program | None:
        """A program for these shapes; None if there is no better one than that for any."""
        shape_of = dict(zip(self._inputs, shapes, strict=True))
        try:
            if not all(
                _size(a, shape_of) == _size(b, shape_of) for a, b in self.general.lost_checks
            ):
                return None
            inputs, outputs = specialise(self._inputs, self._outputs, shapes)
        except Exception:
            # The sizes do not fit, or an op will not have them: the general program can tell.
            return None
        by_columns = read_by_columns(outputs)
        for known, variable in zip(inputs, self._inputs, strict=True):
            if known in by_columns and isinstance(variable, SharedVariable):
                variable.keep_by_columns()
        updates = outputs[len(outputs) - len(self._targets) :]
        recycled = new_values(self._inputs, self._targets, updates)
        return Program(self._name, inputs, outputs, plans_buffers=True, new_values=recycled)


def _size(entry: Entry, shape_of: Mapping[Variable, tuple[int, ...]]) -> int:
    """The value of a size that is a number, or that of an input."""
    if isinstance(entry, int):
        return entry
    (variable,) = entry.owner.inputs  # type: ignore[union-attr]  # it is a Size
    return shape_of[variable][entry.owner.op.axis]  # type: ignore[union-attr]  # likewise
