"""Expressions of variables that have no value: rewritten without them, or an error."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..core.axes import Size
from ..core.elementwise import cast
from ..core.evaluate import MissingInputError
from ..core.graph import Constant, Variable, toposort
from ..core.sharing import SharedVariable
from ..core.types import constant
from ..protocol.walks import clone_replace, graph_inputs
from ..rewrite import improve
from .sizes import Sizes


def without_missing(
    name: str, given: Collection[Variable], expressions: list[Variable], advice: str
) -> list[Variable]:
    """The expressions, improved if they mention variables that have no value.

    A `MissingInputError` is raised if they still need one.
    """
    if missing := _missing(expressions, given):
        expressions = _improve_without(missing, expressions)
        for variable in _missing(expressions, given):
            raise MissingInputError(
                f"{name}: the outputs or updates depend on {variable} of {variable.type}, which "
                f"has no value; {advice}"
            )
    return expressions


def _missing(expressions: Sequence[Variable], given: Collection[Variable]) -> list[Variable]:
    return [
        v
        for v in graph_inputs(expressions, given)
        if v not in given and not isinstance(v, (Constant, SharedVariable))
    ]


def _improve_without(missing: Collection[Variable], asked: Sequence[Variable]) -> list[Variable]:
    """The expressions rewritten so that they need the missing variables no more, where that can be.

    A size of theirs is that of another variable, if what was asked for needs both to be equal.
    """
    sizes = Sizes()
    for node in toposort(asked):
        sizes.unchecked(node)
    improved = improve(asked)
    replacements = {}
    for node in toposort(improved):
        if isinstance(node.op, Size) and node.inputs[0] in missing:
            for entry in sizes.equal_to(node.inputs[0], node.op.axis):
                size = constant(entry) if isinstance(entry, int) else entry
                if not set(missing).intersection(graph_inputs([size])):
                    replacements[node.out] = cast(size, "int64")
                    break
    return improve(clone_replace(improved, replacements))
