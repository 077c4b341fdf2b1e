"""Pickles of graphs of any depth: a list of nodes instead of nodes within nodes.

Importing this module makes pickle and copy use it. Variables that are pickled together, as in
``pickle.dumps([cost, x])``, stay one graph. Loading a pickle can run any code: load only those of
people you trust.
"""

from __future__ import annotations

import copyreg
from collections.abc import Iterable
from operator import attrgetter
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from ..core.credit import Line
from ..core.elementwise import TABLE, Cast, Elementwise
from ..core.graph import Apply, Constant, Op, Variable, toposort
from ..core.operators import extend
from ..core.types import TensorType
from ..protocol.walks import notes_of

# A variable as it is pickled: a leaf as itself, else what makes it and which output it is.
_Entry = Variable | tuple["_Recorded", int]


class _Recorded:
    """A node as it is pickled: the nodes that make its inputs, instead of the inputs.

    While a pickler remembers the record, no other is made for the node, so nodes stay shared.
    """

    def __init__(self, node: Apply) -> None:
        self._node = node

    def output(self, index: int) -> Variable:
        """The output of the recorded node."""
        return self._node.output(index)

    def __reduce__(self) -> Any:
        node = self._node
        outputs = [(output.type, output.name) for output in node.outputs]
        return _restored_node, (node.op, [*map(_entry, node.inputs)], outputs, node.made_at)


_RECORDED: WeakValueDictionary[Apply, _Recorded] = WeakValueDictionary()


def _recorded(node: Apply) -> _Recorded:
    return _RECORDED.setdefault(node, _Recorded(node))


def _entry(variable: Variable) -> _Entry:
    if variable.owner is None or variable.index is None:
        return variable
    return _recorded(variable.owner), variable.index


def _from_entry(entry: Any) -> Variable:
    return entry if isinstance(entry, Variable) else entry[0].output(entry[1])


class Flat(NamedTuple):
    """Variables as they are pickled: the nodes that compute them in order, and a reference to each.

    A pickler that has seen a node's inputs need not go down to them, however deep the graph is.
    """

    nodes: list[_Recorded]
    entries: list[_Entry]

    def variables(self) -> list[Variable]:
        """Return the variables; in between, they may have been pickled."""
        return [*map(_from_entry, self.entries)]


def flattened(variables: Iterable[Variable]) -> Flat:
    """Return the variables as they are pickled."""
    variables = list(variables)
    # The expressions that constants were written with come before the constants, and may have others.
    noted: list[Variable] = []
    order = toposort(variables)
    while new := [v for v in notes_of(v for n in order for v in n.inputs) if v not in noted]:
        noted = [*new, *noted]
        order = toposort([*noted, *variables])
    return Flat([*map(_recorded, order)], [*map(_entry, variables)])


def _restored_variable(flat: Flat) -> Variable:
    return flat.variables()[0]


def _restored_node(
    op: Op, entries: Iterable[Any], outputs: Iterable[tuple[Any, str | None]], line: Line | None
) -> Apply:
    variables = [Variable(type, name=name) for type, name in outputs]
    node = Apply(op, [*map(_from_entry, entries)], variables)
    node.made_at = line
    return node


def _reduced_variable(variable: Variable) -> Any:
    """A leaf is pickled as it is, an expression with the list of its nodes: see `flattened`."""
    if variable.owner is None:
        return object.__reduce_ex__(variable, 2)
    return _restored_variable, (flattened([variable]),)


def _from_table(name: str) -> Elementwise:
    return TABLE[name]


@extend(Elementwise)
class _Elementwise:
    def __reduce__(self: Any) -> Any:
        return _from_table, (self.name,)


@extend(Constant)
class _Constant:
    def __setstate__(self: Any, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.data.flags.writeable = False  # pickles do not tell flags


copyreg.pickle(Variable, _reduced_variable)
copyreg.pickle(Apply, lambda node: (attrgetter("owner"), (node.output(0),)))
copyreg.pickle(TensorType, lambda type: (TensorType, (type.dtype, type.shape)))
copyreg.pickle(Cast, lambda op: (Cast, (op.dtype,)))
