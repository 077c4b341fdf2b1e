"""A closed graph: expressions together with their inputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..core.evaluate import evaluate
from ..core.graph import Apply, Constant, Variable, toposort
from .walks import ancestors, clone_replace, copy_into


class ClosedGraph:
    """A function as a graph: outputs, and the inputs whose values they are computed from.

    All other variables on which the outputs depend have values: constants and shared variables.
    Two are equal if they have the same structure: the same steps, of the same inputs.
    """

    __slots__ = ("_hash", "_structure", "improved", "inputs", "outputs")

    def __init__(self, inputs: Iterable[Variable], outputs: Iterable[Variable]) -> None:
        self.inputs = tuple(inputs)
        self.outputs = tuple(outputs)
        self.improved: set[str] = set()  # in which ways it is as good as can be
        self._structure: Any = None
        self._hash: int | None = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ClosedGraph):
            return NotImplemented
        return self is other or self.structure == other.structure

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(self.structure)
        return self._hash

    @property
    def structure(self) -> Any:
        """The structure of the graph, equal for graphs that are the same function.

        Constants are compared by their values, other leaves by identity.
        """
        if self._structure is None:
            number: dict[Variable, Any] = {v: i for i, v in enumerate(self.inputs)}
            steps = []
            for node in self.nodes:
                steps.append((node.op, *[_entry(v, number) for v in node.inputs]))
                for v in node.outputs:
                    number[v] = len(number)
            types = tuple([v.type for v in self.inputs])
            results = tuple([_entry(v, number) for v in self.outputs])
            self._structure = types, tuple(steps), results
        return self._structure

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
        """All variables: inputs, outputs, and those in between."""
        return {*ancestors(self.outputs, stop_at=self.inputs), *self.inputs}

    def on(self, inputs: Sequence[Variable]) -> list[Variable]:
        """Return the outputs as expressions of other inputs, of the same types."""
        return clone_replace(self.outputs, dict(zip(self.inputs, inputs, strict=True)))

    def compute(self, values: Sequence[Any]) -> list[Any]:
        """Return the outputs' values for these of the inputs, as the interpreter finds them."""
        return evaluate(self.outputs, dict(zip(self.inputs, values, strict=True)))

    def copy(self) -> ClosedGraph:
        """Return the same function with new variables."""
        new: dict[Variable, Variable] = {v: v.type(v.name) for v in self.inputs}
        copy_into(new, self.outputs)
        inputs = [new[v] for v in self.inputs]
        return ClosedGraph(inputs, [new.get(v, v) for v in self.outputs])

    def __reduce__(self) -> Any:
        return ClosedGraph, (self.inputs, self.outputs)

    def __repr__(self) -> str:
        return f"{', '.join(map(str, self.inputs))} -> {', '.join(map(str, self.outputs))}"


def all_nodes(outputs: Sequence[Variable]) -> Iterator[Apply]:
    """The nodes of the outputs, and those within them."""
    waiting = [toposort(outputs)]
    while waiting:
        for node in waiting.pop():
            yield node
            waiting += [graph.nodes for graph in node.op.inner]


def _entry(v: Variable, number: Mapping[Variable, Any]) -> Any:
    """The number of a variable; without one, what is equal for equal constants, or itself."""
    if v in number:
        return number[v]
    return (v.type, v.data.tobytes()) if isinstance(v, Constant) else v
