"""A closed graph: expressions together with the inputs that they are expressions of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..core.graph import Apply, Variable, toposort
from .walks import ancestors, clone_replace


class ClosedGraph:
    """A function as a graph: outputs, and the inputs whose values they are computed from.

    Whatever else the outputs depend on has a value: a constant, a shared variable.
    """

    __slots__ = ("inputs", "outputs")

    def __init__(self, inputs: Iterable[Variable], outputs: Iterable[Variable]) -> None:
        self.inputs = tuple(inputs)
        self.outputs = tuple(outputs)

    @property
    def nodes(self) -> list[Apply]:
        """The nodes that compute the outputs, each after those it depends on."""
        return toposort(self.outputs, stop_at=self.inputs)

    def toposort(self) -> list[Apply]:
        """The nodes, in Theano's words."""
        return self.nodes

    @property
    def apply_nodes(self) -> set[Apply]:
        """The nodes as a set."""
        return set(self.nodes)

    @property
    def variables(self) -> set[Variable]:
        """All variables: inputs, outputs, and what is in between."""
        return {*ancestors(self.outputs, stop_at=self.inputs), *self.inputs}

    def on(self, inputs: Sequence[Variable]) -> list[Variable]:
        """Return the outputs as expressions of other inputs, of the same types."""
        return clone_replace(self.outputs, dict(zip(self.inputs, inputs, strict=True)))

    def __repr__(self) -> str:
        return f"{', '.join(map(str, self.inputs))} -> {', '.join(map(str, self.outputs))}"
