"""A plan printed as a straight-line Python program that calls NumPy: the source, and a map of lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..core.graph import Apply, Constant, Variable
from ..protocol.walks import ancestors
from .buffers import NOWHERE, Buffer, fill_with_nan, memory
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
        """The line within something."""
        return self._replace(text=_INDENT + self.text)


class Printer:
    """Prints a plan, those of inner graphs first, and collects what the names in it stand for."""

    def __init__(self, plan: Plan, filled: bool = False) -> None:
        self.plan = plan
        self.filled = filled  # whether buffers are filled with NaN before each call
        self.globals: dict[str, Any] = {}  # what the program calls by name, but does not define
        self.names: dict[Variable, str] = {}
        self.inner_names: list[str] = []  # of functions not called by them when the program runs
        self.scope = Scope(taken=["numpy"])
        self._used: dict[tuple[str, Any], str] = {}
        self.buffers: dict[Variable, Buffer] = {}
        self.name = self.scope.new(plan.name)
        body = _Body(self, plan)
        slots, memory_lines, fill = self._slots_of(plan)
        functions = [*body.arrays(slots), *body.function(self.name, fill)]
        self.lines = [*body.before, *memory_lines, *functions]

    def use(self, name: str, value: Any) -> str:
        """What the value is called in the program: see `Op.expression`."""
        # Equal values of a type are one: a bound method, say, is a new object each time. Arrays
        # are not.
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
        is_planned = self.plan.placed is not NOWHERE
        comments = Comments(self.names, self.buffers if is_planned else None)
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

    def inner_functions(self, plans: Sequence[Plan]) -> tuple[list[str], list[PrintedLine]]:
        """The names of functions for the inner plans of an op, and what defines them.

        Plans that differ in nothing but one size of their buffers are printed once.
        """
        bodies = [_Body(self, plan, is_inner=True) for plan in plans]
        sizes = _size_that_differs(*bodies) if len(bodies) == 2 else None
        if sizes:
            return self._maker(plans[0], bodies[0], sizes)
        made = [self._maker(plan, body) for plan, body in zip(plans, bodies, strict=True)]
        return [n for names, _ in made for n in names], [line for _, ls in made for line in ls]

    def _maker(
        self, plan: Plan, body: _Body, sizes: Sequence[int] = ()
    ) -> tuple[list[str], list[PrintedLine]]:
        """A function that makes the plan's function, with buffers of its own, for each of the sizes.

        The first size is that of the plan.
        """
        maker = self.scope.new(f"make_{plan.name}")
        names = [self.scope.new(plan.name)]
        names += [self.scope.new(f"{plan.name}_{size}") for size in sizes[1:]]
        slots, lines, fill = self._slots_of(plan)
        self.inner_names += [maker, *names]
        parameter = body.scope.new("rows") if sizes else ""
        arrays = body.arrays(slots, dict.fromkeys(sizes[:1], parameter))
        function = body.scope.new("block")
        inside = [*arrays, *body.function(function, fill), PrintedLine(f"return {function}")]
        made = ", ".join([f"{maker}({size})" for size in sizes] or [f"{maker}()"])
        return names, [
            *body.before,
            *lines,
            PrintedLine(f"def {maker}({parameter}):"),
            *[line.indented() for line in inside],
            PrintedLine(f"{', '.join(names)} = {made}"),
        ]

    def _slots_of(self, plan: Plan) -> tuple[list[str], list[PrintedLine], list[PrintedLine]]:
        """The names of the memory of a function's buffers; the lines that make it, and fill it anew."""
        names = [self.scope.new(f"slot_{i}") for i, _ in enumerate(plan.placed.slot_sizes)]
        self.buffers.update(plan.placed.of)
        more = ", filled=True" if self.filled else ""
        made = [
            PrintedLine(f"{name} = {self.use('memory', memory)}({size}{more})")
            for name, size in zip(names, plan.placed.slot_sizes, strict=True)
        ]
        if not names or not self.filled:
            return names, made, []
        fill = self.use("fill_with_nan", fill_with_nan)
        return names, made, [PrintedLine(f"{fill}([{', '.join(names)}])")]


def _size_that_differs(one: _Body, other: _Body) -> tuple[int, int] | None:
    """A size of the one, and the other's in its place, if nothing else is different."""
    if one.texts != other.texts:
        return None
    pairs = {
        pair
        for a, b in zip(one.shapes, other.shapes, strict=True)
        for pair in zip(a, b, strict=True)
    }
    different = [(n, m) for n, m in pairs if n != m]
    if len(different) != 1 or any(n == m == different[0][0] for n, m in pairs):
        return None
    return different[0]


class _Body:
    """The lines of one function."""

    def __init__(self, printer: Printer, plan: Plan, is_inner: bool = False) -> None:
        self._printer = printer
        self._is_inner = is_inner
        self._plan = plan
        self._names = printer.names
        self.scope = printer.scope.function()
        self.before: list[PrintedLine] = []  # the functions that it calls
        self._inner: list[str] = []
        self._views: list[PrintedLine] = []
        # The names of the arrays that outlive a call; and of arrays of one number, which an inner
        # function has for itself, too: their sizes may be those of its buffers.
        self._own: dict[Buffer | Constant, str] = {}
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
        self._lines.append(PrintedLine(f"return ({', '.join(results)}{',' * (len(results) == 1)})"))

    def function(self, name: str, first: Sequence[PrintedLine] = ()) -> list[PrintedLine]:
        """The lines, after the first, as a function of that name. What is lent may be left out."""
        parameters = [self._names[v] for v in self._plan.graph.inputs]
        parameters += [f"{lent}=None" for lent in self._lent.values()]
        # As defaults: a function that it called by its name would refer to itself in a circle.
        parameters += ["*"] * bool(self._inner) + [f"{name}={name}" for name in self._inner]
        header = PrintedLine(f"def {name}({', '.join(parameters)}):")
        return [header, *[line.indented() for line in (*first, *self._lines)]]

    def arrays(
        self, slots: Sequence[str], called: Mapping[int, str] | None = None
    ) -> list[PrintedLine]:
        """The lines that make the buffers, in these slots, and look at them.

        Sizes may be called by a name.
        """
        lines = []
        # Buffers first.
        for own, name in sorted(self._own.items(), key=lambda item: isinstance(item[0], Constant)):
            array = own.data if isinstance(own, Constant) else own
            sizes = ", ".join((called or {}).get(n, str(n)) for n in array.shape)
            shape = f"({sizes}{',' * (len(array.shape) == 1)})"
            dtype = self._use(array.dtype.name, array.dtype)
            if isinstance(own, Constant):
                number = self._use("number", own.data.flat[0])
                text = f"{self._use('full', np.full)}({shape}, {number}, {dtype})"
            else:
                text = f"{self._use('ndarray', np.ndarray)}({shape}, {dtype}, {slots[own.slot]})"
            lines.append(PrintedLine(f"{name} = {text}"))
        return [*lines, *self._views]

    @property
    def shapes(self) -> list[Sequence[int]]:
        """The shapes of the arrays that the function has for itself."""
        return [own.data.shape if isinstance(own, Constant) else own.shape for own in self._own]

    @property
    def texts(self) -> list[str]:
        """What is printed, without the sizes of buffers."""
        lines = [*self.before, *self._views, *self.function("")]
        return [line.text for line in lines] + [*self._own.values()]

    def _print(self, step: Step) -> None:
        node = step.node
        names = self._names_of(node.inputs)
        for (i, axis), (j, other_axis), _ in step.checks:
            sides = f"{names[i]}.shape[{axis}] == {names[j]}.shape[{other_axis}]"
            self._lines.append(PrintedLine(f"assert {sides}", node))
        if step.is_lasting:
            buffer = self._plan.placed.of[node.inputs[0]]
            names[0] = self._own_name(buffer, f"b{buffer.slot}")
        inner, before = self._printer.inner_functions(step.inner) if step.inner else ([], [])
        self._inner += inner
        self.before += before
        outputs = self._new_names(node)
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

    def _new_names(self, node: Apply) -> list[str]:
        for variable in node.outputs:
            if variable not in self._names:
                base = identifier(str(node.op).split("{")[0].lower())
                self._names[variable] = self.scope.numbered(base)
        return [self._names[variable] for variable in node.outputs]

    def _use(self, name: str, *value: Any) -> str:
        return self._printer.use(name, *value) if value else self.scope.new(name)

    def _written_into(self, place: Variable | Buffer) -> str:
        """The name of the array that a result is written into."""
        if isinstance(place, Buffer):
            return self._own_name(place, f"b{place.slot}")
        return self._lent.get(place) or self._names[place]

    def _own_name(self, array: Buffer | Constant, text: str) -> str:
        if array not in self._own:
            self._own[array] = self.scope.new(text)
        return self._own[array]

    def _names_of(self, variables: Sequence[Variable]) -> list[str]:
        """What the variables are called that one statement is about."""
        are_scalars = not any(variable.type.ndim for variable in variables)
        return [
            self._constant(variable, are_scalars)
            if isinstance(variable, Constant)
            else self._names[variable]
            for variable in variables
        ]

    def _constant(self, constant: Constant, among_scalars: bool) -> str:
        name, data = _constant_name(constant), constant.data
        is_one_number = data.ndim and data.size and (data == data.flat[0]).all()
        if not self._is_inner or not is_one_number:
            # NumPy computes fastest with an array beside arrays, else with a number.
            as_number = among_scalars and constant.type.is_float
            return self._use(name, data[()] if as_number else data)
        return self._own_name(constant, name)

    def _results(self) -> list[str]:
        """The outputs, copied where they would share memory with something that others hold."""
        results = []
        for variable, must_copy in zip(self._plan.graph.outputs, self._plan.copied, strict=True):
            (name,) = self._names_of([variable])
            if must_copy:
                name = f"{self._use('array', np.array)}({name})"
            elif not variable.type.ndim:
                # NumPy makes scalars of what has no dimensions; ours are arrays.
                name = f"{self._use('asarray', np.asarray)}({name})"
            results.append(name)
        return results


def _constant_name(constant: Constant) -> str:
    """What to call a constant: ``c_0_9`` for 0.9."""
    if constant.name:
        return identifier(constant.name)
    if constant.data.size != 1:
        return "constant"
    return identifier(f"c_{constant.data.item():g}".replace("c_-", "c_minus_"))
