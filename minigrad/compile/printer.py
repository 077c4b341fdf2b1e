"""A plan printed as a straight-line Python program that calls NumPy: the source, and a map of lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..core.graph import Apply, Constant, Variable
from ..protocol.op import in_tuple
from ..protocol.walks import ancestors
from .buffers import NOWHERE, Buffer, fill_with_nan, room
from .inspect.comments import Comments
from .inspect.definitions import definitions
from .names import Scope, identifier
from .plan import Plan, Step
from .sizes import written

_INDENT = "    "


class PrintedLine(NamedTuple):
    """A line of a program, and the node that it computes, or checks the sizes for."""

    text: str
    node: Apply | None = None
    computes: bool = False

    @property
    def is_statement(self) -> bool:
        """Whether it computes something, or drops something, within a function."""
        return self.node is not None and self.text[0] == " " and self.text[-1] != ":"

    def indented(self) -> PrintedLine:
        """The line, one level further in."""
        return self._replace(text=_INDENT + self.text)


class Printer:
    """Prints a plan, those of inner graphs first, and collects what the names in it stand for."""

    def __init__(self, plan: Plan, filled: bool = False) -> None:
        self.plan = plan
        self.filled = filled  # whether buffers are filled with NaN before each call
        self.globals: dict[str, Any] = {}  # what the program calls by name, but does not define
        self.names: dict[Variable, str] = {}
        self.functions: list[str] = []  # the names of the functions; the program's own is the last
        self.scope = Scope(taken=["numpy"])
        self._used: dict[tuple[str, Any], str] = {}
        self.slot_of: dict[Variable, int] = {}  # the number of the slot that a result is in
        self._n_slots = 0
        self.name, self.lines = self.function(plan)

    def use(self, name: str, value: Any) -> str:
        """The name of the value in the program: see `Op.expression`."""
        # Equal values of one type get one name: a bound method, say, is a new object each time. Equal
        # arrays do not.
        key = (name, id(value) if isinstance(value, np.ndarray) else (type(value), value))
        if key not in self._used:
            self._used[key] = self.scope.new(name)
            self.globals[self._used[key]] = value
        return self._used[key]

    @property
    def code(self) -> str:
        """The program as it runs."""
        return "".join(line.text + "\n" for line in self.lines)

    @property
    def commented(self) -> list[str]:
        """The lines of the program, with a comment to each statement."""
        has_buffers = self.plan.placed is not NOWHERE
        comments = Comments(self.names, self.slot_of if has_buffers else None)
        return [
            comments.added_to(text, node) if node is not None and computes else text
            for text, node, computes in self.lines
        ]

    @property
    def source_lines(self) -> list[tuple[str, Apply | None]]:
        """The lines that people read, imports first, and the node that each line is about."""
        lines = zip(self.commented, [line.node for line in self.lines], strict=True)
        return [*[(text, None) for text in definitions(self.globals)], *lines]

    @property
    def source(self) -> str:
        """The program as people read it."""
        return "".join(text + "\n" for text, _ in self.source_lines)

    @property
    def nodes(self) -> dict[int, Apply]:
        """The node that each line, counted from 1, computes or checks."""
        return {i: line.node for i, line in enumerate(self.lines, 1) if line.node is not None}

    def function(self, plan: Plan) -> tuple[str, list[PrintedLine]]:
        """The name of a function that runs the plan, and the lines that define it and its buffers."""
        name = self.scope.new(plan.name)
        first, sizes = self._n_slots, plan.placed.slot_sizes
        self._n_slots += len(sizes)
        self.slot_of.update((v, first + buffer.slot) for v, buffer in plan.placed.of.items())
        body = _Body(self, plan, first)
        slots = [self.scope.new(f"slot_{first + i}") for i, _ in enumerate(sizes)]
        more = ", filled=True" if self.filled else ""
        rooms = [
            PrintedLine(f"{slot} = {self.use('room', room)}({size}{more})")
            for slot, size in zip(slots, sizes, strict=True)
        ]
        fill = []
        if slots and self.filled:
            function = self.use("fill_with_nan", fill_with_nan)
            fill = [PrintedLine(f"{function}([{', '.join(slots)}])")]
        self.functions.append(name)
        return name, [*body.before, *rooms, *body.arrays(slots), *body.function(name, fill)]


class _Body:
    """The lines of one function."""

    def __init__(self, printer: Printer, plan: Plan, first_slot: int) -> None:
        self._printer = printer
        self._plan = plan
        self._first_slot = first_slot
        self._names = printer.names
        self.scope = printer.scope.function()
        self.before: list[PrintedLine] = []  # the functions that it calls
        self._inner: list[str] = []
        self._views: list[PrintedLine] = []
        self._own: dict[Buffer, str] = {}  # the names of the arrays that outlive a call
        # The users' names first; other variables get a name when they are first printed.
        graph = plan.graph
        named = [v for v in ancestors(graph.outputs) if v.name and not isinstance(v, Constant)]
        for variable in dict.fromkeys([*graph.inputs, *named]):
            self._names[variable] = self.scope.new(variable.name or "input")
        self._lent = {v: self.scope.new(f"b{i}_given") for i, v in enumerate(plan.lent)}
        self._lines: list[PrintedLine] = []
        for step in plan.steps:
            self._print(step)
        for node, check in plan.checks:
            left, right = (written(side, self._names) for side in check.sides)
            self._lines.append(PrintedLine(f"assert {left} == {right}", node))
        results = self._results()
        self._lines.append(PrintedLine(f"return ({in_tuple(results)})"))

    def function(self, name: str, first: Sequence[PrintedLine] = ()) -> list[PrintedLine]:
        """The lines, after `first`, as a function of that name. Arrays that are lent are optional."""
        parameters = [self._names[v] for v in self._plan.graph.inputs]
        parameters += [f"{lent}=None" for lent in self._lent.values()]
        # Inner functions are default values: looked up by name, they would make a reference cycle.
        parameters += ["*"] * bool(self._inner) + [f"{name}={name}" for name in self._inner]
        header = PrintedLine(f"def {name}({', '.join(parameters)}):")
        return [header, *[line.indented() for line in (*first, *self._lines)]]

    def arrays(self, slots: Sequence[str]) -> list[PrintedLine]:
        """The lines that make the buffers, in these slots, and their lasting views."""
        lines = []
        for buffer, name in self._own.items():
            array, dtype = (
                self._use("ndarray", np.ndarray),
                self._use(buffer.dtype.name, buffer.dtype),
            )
            lines.append(f"{name} = {array}({buffer.shape}, {dtype}, {slots[buffer.slot]})")
        return [*map(PrintedLine, lines), *self._views]

    def _print(self, step: Step) -> None:
        node = step.node
        names = self._names_of(node.inputs)
        for (i, axis), (j, other_axis), _ in step.checks:
            sides = f"{names[i]}.shape[{axis}] == {names[j]}.shape[{other_axis}]"
            self._lines.append(PrintedLine(f"assert {sides}", node))
        if step.is_lasting:
            buffer = self._plan.placed.of[node.inputs[0]]
            names[0] = self._own_name(buffer)
        functions = [self._printer.function(plan) for plan in step.inner]
        inner = [name for name, _ in functions]
        self._inner += inner
        self.before += [line for _, lines in functions for line in lines]
        outputs = self._new_names(node, self._printer.scope if step.is_lasting else self.scope)
        texts = list(node.op.statements(node, names, outputs, self._use, inner))
        if step.into is not None:
            texts[-1] = f"{texts[-1][:-1]}, out={self._written_into(step.into)})"
        lines = self._views if step.is_lasting else self._lines
        # The comment stands beside the only line, or where a loop or choice begins.
        told = next((i for i, text in enumerate(texts) if text.endswith(":")), 0)
        lines += [PrintedLine(text, node, i == told) for i, text in enumerate(texts)]
        if step.dropped:
            dropped = ", ".join(self._names[v] for v in step.dropped)
            lines.append(PrintedLine(f"del {dropped}", node))

    def _new_names(self, node: Apply, scope: Scope) -> list[str]:
        for variable in node.outputs:
            if variable not in self._names:
                base = identifier(str(node.op).split("{")[0].lower())
                self._names[variable] = scope.numbered(base)
        return [self._names[variable] for variable in node.outputs]

    def _use(self, name: str, *value: Any) -> str:
        return self._printer.use(name, *value) if value else self.scope.new(name)

    def _written_into(self, place: Variable | Buffer) -> str:
        """The name of the array that a result is written into."""
        if isinstance(place, Buffer):
            return self._own_name(place)
        return self._lent.get(place) or self._names[place]

    def _own_name(self, buffer: Buffer) -> str:
        if buffer not in self._own:
            self._own[buffer] = self._printer.scope.new(f"b{self._first_slot + buffer.slot}")
        return self._own[buffer]

    def _names_of(self, variables: Sequence[Variable]) -> list[str]:
        """The names of the variables that one statement is about."""
        are_scalars = not any(variable.type.ndim for variable in variables)
        return [
            self._constant(variable, are_scalars)
            if isinstance(variable, Constant)
            else self._names[variable]
            for variable in variables
        ]

    def _constant(self, constant: Constant, among_scalars: bool) -> str:
        # NumPy computes fastest with an array beside arrays, else with a number.
        as_number = among_scalars and constant.type.is_float
        return self._use(
            _constant_name(constant), constant.data[()] if as_number else constant.data
        )

    def _results(self) -> list[str]:
        """The outputs, copied where they would share memory with something that others hold."""
        results = []
        for variable, must_copy in zip(self._plan.graph.outputs, self._plan.copied, strict=True):
            (name,) = self._names_of([variable])
            if must_copy:
                name = f"{self._use('array', np.array)}({name})"
            elif not variable.type.ndim:
                # NumPy's functions return scalars where ours return arrays of no dimensions.
                name = f"{self._use('asarray', np.asarray)}({name})"
            results.append(name)
        return results


def _constant_name(constant: Constant) -> str:
    """The name of a constant: ``c_0_9`` for 0.9."""
    if constant.name:
        return identifier(constant.name)
    if constant.data.size != 1:
        return "constant"
    return identifier(f"c_{constant.data.item():g}".replace("c_-", "c_minus_"))
