"""What an expression was written with, whatever became of it: so an input counts as used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..core.graph import Constant, Variable
from ..protocol.walks import ancestors, clone_replace


def mentioned(
    outputs: Iterable[Variable], replacements: Mapping[Variable, Variable]
) -> list[Variable]:
    """The ancestors of the outputs, and of what constants among them were written with.

    The replacements have been made in the outputs, and are made in what constants note.
    """
    found: dict[Variable, None] = {}
    new = list(outputs)
    while new:
        more = [v for v in ancestors(new, found) if v not in found]
        found.update(dict.fromkeys(more))
        new = clone_replace(notes_of(more), replacements)
    return list(found)


def notes_of(variables: Iterable[Variable]) -> list[Variable]:
    """What the constants among the variables were written with: see `Constant`."""
    notes = [v.written_with for v in variables if isinstance(v, Constant)]
    return [v for v in dict.fromkeys(notes) if v is not None]
