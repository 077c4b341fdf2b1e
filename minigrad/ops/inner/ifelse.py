"""A choice between whole graphs, of which only the chosen one is computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...core.axes import as_tensor_variable, zeros_like
from ...core.graph import Apply, Gradients, Variable, Variables
from ...core.table import neq, switch
from ...core.types import TensorType
from ...protocol.closed import ClosedGraph
from ...protocol.op import Names, SeveralOutputs, Use, in_tuple
from ...protocol.walks import number_if_known
from ..shape import sizes_in_common, unbroadcast


class IfElse(SeveralOutputs):
    """The first `n` values after the condition if it is true, else the other `n`.

    Before a program is made, nodes that only one side needs become part of the choice: see
    `Branches`.
    """

    __props__ = ("n", "name")
    storage = "view"

    def __init__(self, n: int, name: str | None = None) -> None:
        self.n = n
        self.name = name
        self.view_map = {i: [1 + i, 1 + n + i] for i in range(n)}
        self.alternatives = range(1, 1 + n), range(1 + n, 1 + 2 * n)

    def with_branches(
        self, branches: Sequence[ClosedGraph], places: Sequence[Sequence[int]]
    ) -> Branches:
        then, other = branches
        return Branches(then, other, places, self.name)

    def make_node(self, condition: Any, *values: Any) -> Apply:
        condition = as_tensor_variable(condition)
        pairs = [*zip(values[: self.n], values[self.n :], strict=True)]
        shapes = [sizes_in_common(x.type, y.type) for x, y in pairs]
        inputs = [
            unbroadcast(x, *[axis for axis, size in enumerate(shape) if size != 1])
            for x, shape in zip(values, [*shapes, *shapes], strict=True)
        ]
        types = [x.type.clone(shape=shape) for (x, _), shape in zip(pairs, shapes, strict=True)]
        return Apply(self, [condition, *inputs], [type() for type in types])

    def compute(self, condition: Any, *values: Any) -> Sequence[Any]:
        return values[: self.n] if condition else values[self.n :]

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        condition, *values = inputs
        then, other = (", ".join(names) for names in (values[: self.n], values[self.n :]))
        if self.n > 1:
            then, other = f"({then})", f"({other})"
        return f"{then} if {condition} else {other}"

    def infer_shape(self, node: Apply, input_shapes: Sequence[tuple[Any, ...]]) -> Any:
        _, *shapes = input_shapes
        pairs = zip(shapes[: self.n], shapes[self.n :], strict=True)
        return [
            tuple([_either(node.inputs[0], a, b) for a, b in zip(then, other, strict=True)])
            for then, other in pairs
        ]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        places = [-1, *range(self.n), *range(self.n)]
        return [[place == i for i in range(self.n)] for place in places]

    def L_op(self, inputs: Variables, outputs: Variables, output_grads: Variables) -> Gradients:
        condition, *values = inputs
        then = [*output_grads, *[zeros_like(v) for v in values[self.n :]]]
        other = [*[zeros_like(v) for v in values[: self.n]], *output_grads]
        made = IfElse(2 * self.n, self.name).make_node(condition, *then, *other)
        return [None, *made.outputs]

    def __str__(self) -> str:
        return _with_name(self.name)


def _with_name(name: str | None) -> str:
    """Return what to call a choice of that name."""
    return f"ifelse_{name}" if name else "ifelse"


def _either(condition: Variable, a: Any, b: Any) -> Any:
    """Return the size that the chosen value has; None if it is not known."""
    if a is None or b is None:
        return None
    one, other = number_if_known(a), number_if_known(b)
    if one is other or one == other:
        return one
    return switch(neq(condition, 0), a, b)


class Branches(SeveralOutputs):
    """A choice with a graph for each side: the first is computed if the condition is true.

    Parameters
    ----------
    then, other : ClosedGraph
    places : pair of sequences of int
        For each graph the places of its inputs among those of the op, the condition left out.
    name : str, optional
    """

    __props__ = ("inner", "_places")
    storage = "new"

    def __init__(
        self,
        then: ClosedGraph,
        other: ClosedGraph,
        places: Sequence[Sequence[int]],
        name: str | None = None,
    ) -> None:
        self.inner = (then, other)
        self._places = tuple(map(tuple, places))
        self.name = name

    def with_inner(self, inner: Sequence[ClosedGraph]) -> Branches:
        then, other = inner
        return Branches(then, other, self._places, self.name)

    def make_node(self, condition: Variable, *inputs: Variable) -> Apply:
        op = self._for_types([v.type for v in inputs])
        then, other = op.inner
        pairs = zip(then.outputs, other.outputs, strict=True)
        types = [x.type.clone(shape=sizes_in_common(x.type, y.type)) for x, y in pairs]
        return Apply(op, [condition, *inputs], [type() for type in types])

    def _for_types(self, types: Sequence[TensorType]) -> Branches:
        """Return the choice for inputs of these types: the graphs know the sizes that they know."""
        graphs = []
        for graph, places in zip(self.inner, self._places, strict=True):
            wanted = [types[place] for place in places]
            if wanted != [v.type for v in graph.inputs]:
                new = [type(v.name) for type, v in zip(wanted, graph.inputs, strict=True)]
                graph = ClosedGraph(new, graph.on(new))
            graphs.append(graph)
        return self if tuple(graphs) == self.inner else self.with_inner(graphs)

    def compute(self, condition: Any, *values: Any) -> Sequence[Any]:
        i = 0 if condition else 1
        return self.inner[i].compute([values[place] for place in self._places[i]])

    def statements(
        self, node: Apply, inputs: Names, outputs: Names, use: Use, inner: Names
    ) -> list[str]:
        """An if that calls the function of the chosen graph."""
        condition, *values = inputs
        calls = [
            f"    {in_tuple(outputs)} = {name}({', '.join([values[place] for place in places])})"
            for name, places in zip(inner, self._places, strict=True)
        ]
        return [f"if {condition}:", calls[0], "else:", calls[1]]

    def __str__(self) -> str:
        return _with_name(self.name)
