"""Walks over graphs, in search of what outputs depend on."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..core.graph import Variable, toposort


def ancestors(outputs: Iterable[Variable], stop_at: Collection[Variable] = ()) -> list[Variable]:
    """The outputs and every variable they depend on, each once, inputs before what uses them.

    With `stop_at`, those variables are included, but not what computes them.
    """
    outputs = list(outputs)
    found: list[Variable] = []
    for node in toposort(outputs, stop_at):
        found += node.inputs
        found += node.outputs
    return list(dict.fromkeys(found + outputs))


def graph_inputs(outputs: Iterable[Variable], stop_at: Collection[Variable] = ()) -> list[Variable]:
    """The variables without an owner that the outputs depend on, constants and shared ones too."""
    given = set(stop_at)
    return [v for v in ancestors(outputs, given) if v.owner is None or v in given]
