"""Walks over graphs: what outputs depend on, and the same expressions of other inputs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from ..core.credit import credited_to
from ..core.graph import Apply, Variable, toposort
from ..core.operators import extend


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


def clone_node(node: Apply, inputs: Sequence[Variable]) -> Apply:
    """The same operation on other inputs, credited to the same line of the user's program."""
    clone: Apply = credited_to(node.made_at, node.op.make_node, *inputs)
    outputs = clone.outputs
    for old, new in zip(node.outputs, outputs, strict=True):
        new.name = old.name
    clone._unread = outputs
    return clone


@extend(Apply)
class _Apply:
    clone_with_new_inputs = clone_node


def clone_replace(
    outputs: Sequence[Variable], replacements: Mapping[Variable, Variable]
) -> list[Variable]:
    """The outputs with some variables replaced by others wherever they occur.

    Nodes that depend on a replaced variable are made anew, so that types follow from the new
    inputs; all others are shared with the old graph, which is not changed.
    """
    if not replacements:
        return list(outputs)
    new: dict[Variable, Variable] = dict(replacements)
    for node in toposort(outputs, new):
        inputs = [new.get(v, v) for v in node.inputs]
        if inputs != node.inputs:
            clone = clone_node(node, inputs)
            for old_output, new_output in zip(node.outputs, clone.outputs, strict=True):
                new.setdefault(old_output, new_output)
    return [new.get(v, v) for v in outputs]
