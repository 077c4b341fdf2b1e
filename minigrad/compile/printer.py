"""A graph printed as a straight-line Python program that calls NumPy, one statement a node."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..core.graph import Apply, Constant, Variable, ancestors, toposort
from ..protocol.closed import ClosedGraph
from .buffers import NOWHERE, Buffer, Place
from .checks import LostChecks
from .inspect.comments import Comments
from .memory import Memory
from .names import identifier
from .sizes import Check, Sizes, written


class PrintedLine(NamedTuple):
    """A line of a program, and the node that it computes, or checks the sizes for."""

    text: str
    node: Apply | None = None
    computes: bool = False


class Printer:
    """Writes the program's source, and collects what the names in it stand for.

    Attributes
    ----------
    name : str
        That of the program.
    globals : dict of str to object
        What the program calls by name, but for the buffers.
    names : dict of Variable to str
    buffers : dict of str to Buffer
    slot_sizes, new_bytes
        See `Placement`.
    """

    def __init__(
        self,
        name: str,
        graph: ClosedGraph,
        place: Place | None,
        given: Sequence[Variable],
        lost: LostChecks,
    ) -> None:
        self.globals: dict[str, Any] = {}
        self.names: dict[Variable, str] = {}
        self.inputs, self.outputs = inputs, outputs = graph.inputs, graph.outputs
        self._taken: dict[str, int] = {}  # each name, and the last number given to others of it
        self._used: dict[tuple[str, Any], str] = {}
        self._order = toposort([*outputs, *lost.others])
        self._memory = Memory(self._order, inputs, outputs, given)
        placed = NOWHERE if place is None else place(self._order, self._memory)
        self.slot_sizes = placed.slot_sizes
        self.new_bytes = placed.new_bytes
        self._buffer_of = placed.of
        self._plans_buffers = place is not None
        self._buffer_names: dict[Buffer, str] = {}
        self.name = self._new_name(name)
        self._name_variables()
        self._given_names = {v: self._new_name(f"b{i}_given") for i, v in enumerate(given)}
        self._lines = self._print(lost.of_inputs)

    def _name_variables(self) -> None:
        """Reserve the users' names first; other variables get a name when they are first printed."""
        named = [v for v in ancestors(self.outputs) if v.name and not isinstance(v, Constant)]
        for variable in [*self.inputs, *named]:
            if variable not in self.names:
                self.names[variable] = self._new_name(variable.name or "input")

    def _new_name(self, text: str) -> str:
        base = identifier(text)
        return self._numbered(base) if base in self._taken else self._take(base)

    def _numbered(self, base: str) -> str:
        """The base with the first number that makes it new."""
        name = base
        while name == base or name in self._taken:
            self._taken[base] = self._taken.get(base, 0) + 1
            name = f"{base}_{self._taken[base]}"
        return self._take(name)

    def _take(self, name: str) -> str:
        self._taken.setdefault(name, 0)
        return name

    def use(self, name: str, value: Any) -> str:
        """What the value is called in the program: see `Op.expression`."""
        # Equal values of a type are one: a bound method, say, is a new object each time. Arrays
        # are not.
        key = (name, id(value) if isinstance(value, np.ndarray) else (type(value), value))
        if key not in self._used:
            self._used[key] = self._new_name(name)
            self.globals[self._used[key]] = value
        return self._used[key]

    @property
    def buffers(self) -> dict[str, Buffer]:
        """The buffers, by their names in the program."""
        return {name: buffer for buffer, name in self._buffer_names.items()}

    @property
    def code(self) -> str:
        """The program as it runs."""
        return "".join(line.text + "\n" for line in self._lines)

    @property
    def source(self) -> str:
        """The program as people read it: with a comment to each statement."""
        comments = Comments(self.names, self._buffer_of if self._plans_buffers else None)
        return "".join(
            (comments.added_to(text, node) if node is not None and computes else text) + "\n"
            for text, node, computes in self._lines
        )

    @property
    def nodes(self) -> dict[int, Apply]:
        """The node that each line, counted from 1, computes or checks."""
        return {i: line.node for i, line in enumerate(self._lines, 1) if line.node is not None}

    def _print(self, lost_checks: Sequence[tuple[Apply, Check]]) -> list[PrintedLine]:
        sizes = Sizes()
        views: list[PrintedLine] = []
        lines: list[PrintedLine] = []
        for node in self._order:
            names = self._names_of(node.inputs)
            for (i, axis), (j, other_axis), _ in sizes.unchecked(node):
                sides = f"{names[i]}.shape[{axis}] == {names[j]}.shape[{other_axis}]"
                lines.append(PrintedLine(f"    assert {sides}", node, False))
            if self._is_lasting_view(node):
                names[0] = self._buffer_name(self._buffer_of[node.inputs[0]])
                views.append(PrintedLine(self._statement(node, names), node, True))
                continue
            lines.append(PrintedLine("    " + self._statement(node, names), node, True))
            dropped = [self.names[v] for v in self._memory.dropped_after(node) if self._is_new(v)]
            if dropped:
                lines.append(PrintedLine(f"    del {', '.join(dropped)}"))
        for node, check in lost_checks:
            left, right = (written(side, self.names) for side in check.sides)
            lines.append(PrintedLine(f"    assert {left} == {right}", node, False))
        parameters = [*[self.names[v] for v in self.inputs], *self._given_names.values()]
        results = self._results()
        return [
            *views,
            PrintedLine(f"def {self.name}({', '.join(parameters)}):"),
            *lines,
            PrintedLine(f"    return ({', '.join(results)}{',' * (len(results) == 1)})"),
        ]

    def _is_lasting_view(self, node: Apply) -> bool:
        """Whether the node is but another look at a buffer, which need be taken only once.

        To take elements at the places that an array says is to copy them.
        """
        x, *numbers = node.inputs or (None,)
        return (
            x is not None
            and x in self._buffer_of
            and self._memory.origins(x) == {x}
            and node.outputs[0].type.ndim > 0  # a single element would be a copy
            and node.op.is_view
            and all(map(_is_whole_number, numbers))
        )

    def _is_new(self, variable: Variable) -> bool:
        """Whether the memory of the variable's value may be given back when nothing needs it."""
        return any(
            origin.owner is not None and origin not in self._buffer_of
            for origin in self._memory.origins(variable)
        )

    def _statement(self, node: Apply, names: Sequence[str]) -> str:
        text = node.op.expression(node, names, self.use)
        out = self._written_into(node)
        if out is not None:
            text = f"{text[:-1]}, out={out})"
        for variable in node.outputs:
            if variable not in self.names:
                self.names[variable] = self._numbered(
                    identifier(str(node.op).split("{")[0].lower())
                )
        targets = ", ".join(self.names[variable] for variable in node.outputs)
        return f"{targets} = {text}"

    def _written_into(self, node: Apply) -> str | None:
        """The name of the array that the node's result is written into; None for a new one."""
        overwritten = self._memory.to_overwrite(node)
        if overwritten is not None:
            return self.names[overwritten]
        if node.outputs[0] in self._given_names:
            return self._given_names[node.outputs[0]]
        buffer = self._buffer_of.get(node.outputs[0])
        return None if buffer is None else self._buffer_name(buffer)

    def _buffer_name(self, buffer: Buffer) -> str:
        if buffer not in self._buffer_names:
            self._buffer_names[buffer] = self._new_name(f"b{buffer.slot}")
        return self._buffer_names[buffer]

    def _names_of(self, variables: Sequence[Variable]) -> list[str]:
        """What the variables are called that one statement is about."""
        are_scalars = not any(variable.type.ndim for variable in variables)
        return [
            self.use(_constant_name(variable), _known_value(variable, are_scalars))
            if isinstance(variable, Constant)
            else self.names[variable]
            for variable in variables
        ]

    def _results(self) -> list[str]:
        """The outputs, copied where they would share memory with something that others hold."""
        results = []
        for variable, must_copy in zip(
            self.outputs, self._memory.must_copy(self.outputs), strict=True
        ):
            (name,) = self._names_of([variable])
            if must_copy:
                name = f"{self.use('array', np.array)}({name})"
            elif not variable.type.ndim:
                # NumPy makes scalars of what has no dimensions; ours are arrays.
                name = f"{self.use('asarray', np.asarray)}({name})"
            results.append(name)
        return results


def _is_whole_number(variable: Variable) -> bool:
    """Whether it is a constant that is written as a number; a truth value is an index of arrays."""
    return (
        isinstance(variable, Constant)
        and not variable.type.ndim
        and variable.type.numpy_dtype.kind in "iu"
    )


def _known_value(constant: Constant, among_scalars: bool) -> Any:
    """The constant as NumPy computes fastest with it: beside arrays an array, else a number."""
    return constant.data[()] if among_scalars and constant.type.is_float else constant.data


def _constant_name(constant: Constant) -> str:
    """What to call a constant: ``c_0_9`` for 0.9."""
    if constant.name:
        return identifier(constant.name)
    if constant.data.size != 1:
        return "constant"
    return identifier(f"c_{constant.data.item():g}".replace("c_-", "c_minus_"))
