"""Checks of sizes that the rewrites have removed, but that programs must make.

A derivative may need only the shape of a product or reshape, which is known without computing it.
The program still has to check that the sizes fit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from ..core.axes import sizes_of
from ..core.credit import credited_to
from ..core.graph import Apply, NumPyOp, Variable, toposort
from ..core.types import TensorType
from ..protocol.axes import check_sizes
from ..protocol.op import Names, Use
from ..protocol.walks import ancestors, clone_node, made_by
from ..rewrite import as_needed, improve
from .names import identifier
from .sizes import Check, Sizes, is_of_inputs


class LostChecks(NamedTuple):
    """The checks of nodes that the rewrites have removed."""

    of_inputs: Sequence[tuple[Apply, Check]] = ()  # sizes of inputs that must be equal
    others: Sequence[Variable] = ()  # variables that are computed only to check


class Refuse(NumPyOp):
    """Raises the error that a node would raise for inputs of these sizes. Its result is not used.

    Its inputs are first the values of inputs without a derivative, such as indices; then sizes of
    others.
    """

    __props__ = ("refusing", "types")
    storage = "new"

    def __init__(self, node: Apply) -> None:
        self.node = node
        self.refusing = node.op
        self.types = tuple(v.type for v in node.inputs)
        self._by_value = _known_by_value(node)

    def of_node(self) -> Variable:
        """The result, from the sizes and values of the node's inputs."""
        sizes = [sizes_of(v) for i, v in enumerate(self.node.inputs) if i not in self._by_value]
        return credited_to(self.node.made_at, self, *_parameters(self.node), *chain(*sizes))

    def make_node(self, *inputs: Variable) -> Apply:
        return Apply(self, inputs, [TensorType("bool", ())()])

    def stand_ins(self, inputs: Sequence[Any]) -> list[Any]:
        """Arrays of the sizes of the node's inputs, which take no memory, or their values."""
        values = iter(inputs[: len(self._by_value)])
        sizes = iter(inputs[len(self._by_value) :])
        return [
            next(values)
            if i in self._by_value
            else np.broadcast_to(
                np.zeros((), type.numpy_dtype), [int(next(sizes)) for _ in type.shape]
            )
            for i, type in enumerate(self.types)
        ]

    def is_certain(self, inputs: Sequence[Variable]) -> bool:
        """Whether it can raise nothing, because sizes that must be equal are one variable."""
        if self.refusing.may_refuse(self.node) or self._by_value:
            return False
        sizes = iter(inputs)
        shapes = [[next(sizes) for _ in type.shape] for type in self.types]
        pairs = self.refusing.equal_sizes(self.node)
        return all(shapes[i][a] is shapes[j][b] for i, a, j, b in pairs)

    def key(self, inputs: Sequence[Variable]) -> Any:
        """The key of the refusing node: see `_key`."""
        return _key(self.node, inputs[: len(self._by_value)])

    def compute(self, *inputs: Any) -> Any:
        """False, if nothing is raised."""
        values = self.stand_ins(inputs)
        check_sizes(self.node, values)
        if self.refusing.may_refuse(self.node):
            self.refusing.refuse(self.node, values)
        return np.array(False)

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        return f"{use(f'check_{identifier(str(self))}', self.compute)}({', '.join(inputs)})"

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        return f"whether the sizes fit {self}"

    def __str__(self) -> str:
        return str(self.refusing)


def _known_by_value(node: Apply) -> list[int]:
    """The places of the inputs whose values a check knows, not only their sizes."""
    return [i for i, row in enumerate(node.op.connection_pattern(node)) if not any(row)]


def _parameters(node: Apply) -> list[Variable]:
    return [node.inputs[i] for i in _known_by_value(node)]


def improve_and_check(
    inputs: Sequence[Variable], asked: Sequence[Variable]
) -> tuple[list[Variable], LostChecks]:
    """The requested outputs, rewritten, and the checks to make beside them."""
    variables = ancestors(asked)
    final = dict(zip(variables, improve(variables), strict=True))
    outputs = [final[v] for v in asked]
    sizes = Sizes()
    for node in toposort(outputs):
        sizes.unchecked(node)  # from now on they are checked
    of_inputs: list[tuple[Apply, Check]] = []
    others: list[Variable] = []
    own = set(inputs)
    for lost in _lost(asked, final, set(ancestors(outputs))):
        checks = sizes.unchecked(lost)
        if lost.op.may_refuse(lost) or not all(is_of_inputs(check, own) for check in checks):
            others.append(Refuse(lost).of_node())
        else:
            of_inputs += [(lost, check) for check in checks]
    made = not_done_by(outputs, improve(others))
    used = as_needed([*outputs, *made])
    return used[: len(outputs)], LostChecks(of_inputs, used[len(outputs) :])


def _lost(
    asked: Sequence[Variable], final: Mapping[Variable, Variable], needed: Collection[Variable]
) -> Iterator[Apply]:
    """The nodes that check sizes but are not needed by the outputs, on their final inputs."""
    for node in toposort(asked):
        op = node.op
        if op.may_refuse(node) or op.equal_sizes(node):
            inputs = [final[v] for v in node.inputs]
            kept = [final[v].owner for v in node.outputs if final[v] in needed]
            if not any(n is not None and n.op == op and n.inputs == inputs for n in kept):
                yield clone_node(node, inputs)


def refusals(outputs: Sequence[Variable]) -> list[Variable]:
    """A `Refuse` for each node that may refuse sizes, computed beside the outputs."""
    return [Refuse(n).of_node() for n in toposort(outputs) if n.op.may_refuse(n)]


def not_done_by(outputs: Sequence[Variable], checks: Sequence[Variable]) -> list[Variable]:
    """The checks that no node of the outputs makes when it is computed."""
    nodes = [node for node in toposort(outputs) if node.op.may_refuse(node)]
    done = {_key(node, _parameters(node)) for node in nodes}
    made = [(check, made_by(check, Refuse)) for check in checks]
    return [
        check
        for check, node in made
        if node and not node.op.is_certain(node.inputs) and node.op.key(node.inputs) not in done
    ]


def _key(node: Apply, parameters: Sequence[Variable]) -> Any:
    """A key of what a node refuses: its op, its inputs' dimensions, indices and new sizes."""
    return node.op, tuple(v.type.ndim for v in node.inputs), tuple(parameters)
