"""Walks over graphs: makers of variables, ancestors of outputs, copies with other inputs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import count
from typing import Any, Generic, TypeVar

from ..core.axes import Alloc
from ..core.credit import credited_to
from ..core.graph import Apply, Constant, Op, Variable, toposort
from ..core.operators import extend

AnyOp = TypeVar("AnyOp", bound=Op)


class Applied(Apply, Generic[AnyOp]):
    """A node whose op is known to be of a class. For type checkers: there are only `Apply`s."""

    op: AnyOp


def made_by(x: Variable, *ops: AnyOp | type[AnyOp]) -> Applied[AnyOp] | None:
    """Return the node that makes x if it applies one of these ops, or of these classes of ops."""
    node: Any = x.owner
    if node is not None:
        op = node.op
        for wanted in ops:
            if op is wanted or (isinstance(wanted, type) and isinstance(op, wanted)):
                return node
    return None


def before(x: Variable, *ops: AnyOp | type[AnyOp]) -> Variable:
    """Return the variable from which these ops, each by its first input, have made x."""
    while node := made_by(x, *ops):
        x = node.inputs[0]
    return x


def is_zeros(x: Variable) -> bool:
    """Return whether every element of x is known to be 0."""
    value = before(x, Alloc)
    return isinstance(value, Constant) and not value.data.any()


def known_integer(x: Variable) -> int | None:
    """Return the whole number that x is known to be; None for bool, arrays and everything else."""
    is_known = isinstance(x, Constant) and not x.type.ndim and x.type.numpy_dtype.kind in "iu"
    return int(x.data) if is_known else None


def number_if_known(size: Any) -> Any:
    """Return a size, a number or a variable: as a number if it is known to be one."""
    known = known_integer(size)
    return size if known is None else known


def ancestors(outputs: Iterable[Variable], stop_at: Collection[Variable] = ()) -> list[Variable]:
    """The outputs and every variable they depend on, each once, inputs before their users.

    The variables in `stop_at` are included, but not the nodes that compute them.
    """
    outputs = list(outputs)
    found: list[Variable] = []
    for node in toposort(outputs, stop_at):
        found += node.inputs
        found += node.outputs
    return list(dict.fromkeys(found + outputs))


def depending(nodes: Iterable[Apply], variables: Iterable[Variable]) -> set[Variable]:
    """The variables, and all outputs of the nodes, which are in order, that depend on any of them."""
    found = set(variables)
    for node in nodes:
        if not found.isdisjoint(node.inputs):
            found.update(node.outputs)
    return found


def graph_inputs(outputs: Iterable[Variable], stop_at: Collection[Variable] = ()) -> list[Variable]:
    """The variables without an owner that the outputs depend on, constants and shared ones too."""
    given = set(stop_at)
    return [v for v in ancestors(outputs, given) if v.owner is None or v in given]


def clone_node(node: Apply, inputs: Sequence[Variable]) -> Apply:
    """The same operation on other inputs, credited to the same line of the user's program.

    If the op says nothing of sizes, no more of them are known than before: that its `make_node` gives
    the output the input's type need not mean that the sizes are equal.
    """
    clone: Apply = credited_to(node.made_at, node.op.make_node, *inputs)
    outputs = clone.outputs
    for old, new in zip(node.outputs, outputs, strict=True):
        new.name = old.name
        if new.type != old.type and not node.op.tells_sizes:
            new.type = _as_known_before(old.type, new.type)
    clone._unread = outputs
    return clone


def _as_known_before(old: Any, new: Any) -> Any:
    if old.ndim != new.ndim:
        return new
    sizes = zip(old.shape, new.shape, strict=True)
    return new.clone(shape=[None if was is None else now for was, now in sizes])


@extend(Apply)
class _Apply:
    clone_with_new_inputs = clone_node

    @property
    def nin(self: Any) -> int:
        """The number of inputs."""
        return len(self.inputs)

    def default_output(self: Any) -> Variable:
        """The first output."""
        output: Variable = self.output(0)
        return output


_numbers = count(1)


@extend(Variable)
class _Variable:
    def clone(self: Any) -> Variable:
        """Another variable of the same type and name, which nothing computes."""
        variable: Variable = self.type(self.name)
        return variable

    @cached_property
    def auto_name(self: Any) -> str:
        """A name that no other variable has, "auto_1", "auto_2", …: numbered as they are asked for."""
        return f"auto_{next(_numbers)}"


@extend(Constant)
class _Constant:
    def clone(self: Any) -> Constant:
        """Another constant of the same type, name and value."""
        return Constant(self.type, self.data, self.name)


def copy_into(new: dict[Variable, Variable], outputs: Iterable[Variable]) -> None:
    """Copy all nodes that compute the outputs of what is there: `new` gets what the copies make."""
    for node in toposort(outputs, stop_at=new):
        made = clone_node(node, [new.get(v, v) for v in node.inputs]).outputs
        for old, copy in zip(node.outputs, made, strict=True):
            new.setdefault(old, copy)


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


def replaced_throughout(
    outputs: Sequence[Variable], replacements: Mapping[Variable, Variable]
) -> list[Variable]:
    """The outputs with some variables replaced wherever they occur, also in what replaces others.

    What replaces a variable is not looked for in this itself. All else is as in `clone_replace`.
    """
    if not replacements:
        return list(outputs)
    rest = dict(replacements)
    new: dict[Variable, Variable] = {}
    waiting: list[tuple[Variable, Variable | None]] = [(v, None) for v in outputs]
    while waiting:
        v, by = waiting.pop()
        node = v.owner
        if by is not None:
            new[v] = new[by]
        elif v in new:
            continue
        elif v in rest:
            by = rest.pop(v)
            waiting += [(v, by), (by, None)]
        elif node is None:
            new[v] = v
        elif missing := [x for x in node.inputs if x not in new]:
            waiting += [(v, None), *[(x, None) for x in reversed(missing)]]
        else:
            inputs = [new[x] for x in node.inputs]
            made = node if inputs == node.inputs else clone_node(node, inputs)
            for old_output, new_output in zip(node.outputs, made.outputs, strict=True):
                if old_output not in rest:
                    new.setdefault(old_output, new_output)
    return [new[v] for v in outputs]


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
    """The variables that constants among these were written with: see `Constant`."""
    notes = [v.written_with for v in variables if isinstance(v, Constant)]
    return [v for v in dict.fromkeys(notes) if v is not None]
