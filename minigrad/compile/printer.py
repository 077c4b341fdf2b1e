"""A plan printed as a straight-line Python program that calls NumPy: the source, and a map of lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..core.graph import Apply, Constant, Variable
from ..protocol.walks import ancestors
from .buffers import Buffer, memory
from .inspect.comments import Comments
from .inspect.definitions import definitions
from .names import Names, identifier
from .plan import Plan, Step
from .sizes import written

_INDENT = "    "


class PrintedLine(NamedTuple):
    """A line of a program, and the node that it computes, or checks the sizes for."""

    text: str
    node: Apply | None = None
    computes: bool = False

    def indented(self) -> PrintedLine:
        """The line within something."""
        return self._replace(text=_INDENT + self.text)


class Printer:
    """Prints a plan, those of inner graphs first, and collects what the names in it stand for.

    Attributes
    ----------
    name : str
        The name of the function that is printed last: the plan's.
    globals : dict of str to object
        What the program calls by name, but does not define.
    names : dict of Variable to str
    slots : dict of str to list of str
        For each function that is printed: the names of its memory.
    inner_names : list of str
        The names of functions that are not called by them when the program runs.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.globals: dict[str, Any] = {}
        self.names: dict[Variable, str] = {}
        self.slots: dict[str, list[str]] = {}
        self.inner_names: list[str] = []
        self.scopes = Names(reserved=["numpy"])
        self._used: dict[tuple[str, Any], str] = {}
        self._buffers: dict[Variable, Buffer] = {}
        self.name = self.scopes.module.new(plan.name)
        self._lines = self._module_of(plan, self.name)

    def use(self, name: str, value: Any) -> str:
        """What the value is called in the program: see `Op.expression`."""
        # Equal values of a type are one: a bound method, say, is a new object each time. Arrays
        # are not.
        key = (name, id(value) if isinstance(value, np.ndarray) else (type(value), value))
        if key not in self._used:
            self._used[key] = self.scopes.module.new(name)
            self.globals[self._used[key]] = value
        return self._used[key]

    @property
    def code(self) -> str:
        """The program as it runs."""
        return "".join(line.text + "\n" for line in self._lines)

    @property
    def commented(self) -> list[str]:
        """The lines of the program, with a comment to each statement."""
        comments = Comments(self.names, self._buffers if self.plan.is_placed else None)
        return [
            comments.added_to(text, node) if node is not None and computes else text
            for text, node, computes in self._lines
        ]

    @property
    def source(self) -> str:
        """The program as people read it: what it imports, and then the lines with comments."""
        return "\n".join([*definitions(self.globals), *self.commented]) + "\n"

    @property
    def nodes(self) -> dict[int, Apply]:
        """The node that each line, counted from 1, computes or checks."""
        return {i: line.node for i, line in enumerate(self._lines, 1) if line.node is not None}

    def _module_of(self, plan: Plan, name: str) -> list[PrintedLine]:
        """The plan as a function of that name, after what it needs."""
        body = _Body(self, plan)
        slots = self._slots_of(plan, name)
        return [*body.before, *slots, *body.arrays(self.slots[name]), *body.function(name)]

    def inner_functions(self, plans: Sequence[Plan]) -> tuple[list[str], list[PrintedLine]]:
        """The names of functions for the inner plans of an op, and what defines them.

        Plans that differ in nothing but one size of their buffers are printed once.
        """
        bodies = [_Body(self, plan, is_inner=True) for plan in plans]
        sizes = _size_that_differs(*bodies) if len(bodies) == 2 else None
        if sizes:
            return self._maker(plans[0], bodies[0], sizes)
        names: list[str] = []
        lines: list[PrintedLine] = []
        for plan, body in zip(plans, bodies, strict=True):
            more_names, more_lines = self._maker(plan, body)
            names += more_names
            lines += more_lines
        return names, lines

    def _maker(
        self, plan: Plan, body: _Body, sizes: Sequence[int] = ()
    ) -> tuple[list[str], list[PrintedLine]]:
        """A function that makes the plan's function, with buffers of its own, for each of the sizes.

        The first size is that of the plan.
        """
        maker = self.scopes.module.new(f"make_{plan.name}")
        names = [self.scopes.module.new(plan.name)]
        names += [self.scopes.module.new(f"{plan.name}_{size}") for size in sizes[1:]]
        slots = self._slots_of(plan, names[0])
        self.slots.update(dict.fromkeys(names, self.slots[names[0]]))
        self.inner_names += [maker, *names]
        parameter = body.new_name("rows") if sizes else ""
        arrays = body.arrays(self.slots[names[0]], dict.fromkeys(sizes[:1], parameter))
        function = body.new_name("block")
        inside = [*arrays, *body.function(function), PrintedLine(f"return {function}")]
        made = ", ".join([f"{maker}({size})" for size in sizes] or [f"{maker}()"])
        return names, [
            *body.before,
            *slots,
            PrintedLine(f"def {maker}({parameter}):"),
            *[line.indented() for line in inside],
            PrintedLine(f"{', '.join(names)} = {made}"),
        ]

    def _slots_of(self, plan: Plan, function: str) -> list[PrintedLine]:
        """The lines that make the memory of a function's buffers."""
        names = [self.scopes.module.new(f"slot_{i}") for i, _ in enumerate(plan.slot_sizes)]
        self.slots[function] = names
        self._buffers.update(plan.buffers)
        return [
            PrintedLine(f"{name} = {self.use('memory', memory)}({size})")
            for name, size in zip(names, plan.slot_sizes, strict=True)
        ]


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
    """The lines of one function.

    Attributes
    ----------
    before : list of PrintedLine
        The functions that it calls.
    buffers : dict of Buffer to str
        The names of the arrays that outlive a call.
    constants : dict of Constant to str
        The names of arrays of one number, which an inner function has for itself: their sizes may
        be those of its buffers.
    """

    def __init__(self, printer: Printer, plan: Plan, is_inner: bool = False) -> None:
        self._printer = printer
        self._is_inner = is_inner
        self._plan = plan
        self._names = printer.names
        self._scope = printer.scopes.function()
        self.before: list[PrintedLine] = []
        self._inner: list[str] = []
        self._views: list[PrintedLine] = []
        self.buffers: dict[Buffer, str] = {}
        self.constants: dict[Constant, str] = {}
        self._name_variables()
        self._given = {v: self._scope.new(f"b{i}_given") for i, v in enumerate(plan.given)}
        self._lines: list[PrintedLine] = []
        for step in plan.steps:
            self._print(step)
        for node, check in plan.checks:
            left, right = (written(side, self._names) for side in check.sides)
            self._lines.append(PrintedLine(f"assert {left} == {right}", node))
        results = self._results()
        self._lines.append(PrintedLine(f"return ({', '.join(results)}{',' * (len(results) == 1)})"))

    def function(self, name: str) -> list[PrintedLine]:
        """The lines as a function of that name. What is given may be left out."""
        parameters = [self._names[v] for v in self._plan.graph.inputs]
        parameters += [f"{given}=None" for given in self._given.values()]
        # As defaults: a function that it called by its name would refer to itself in a circle.
        parameters += ["*"] * bool(self._inner) + [f"{name}={name}" for name in self._inner]
        header = PrintedLine(f"def {name}({', '.join(parameters)}):")
        return [header, *[line.indented() for line in self._lines]]

    def arrays(
        self, slots: Sequence[str], called: Mapping[int, str] | None = None
    ) -> list[PrintedLine]:
        """The lines that make the buffers, in these slots, and look at them.

        Sizes may be called by a name.
        """
        called = called or {}

        def kind(shape: Sequence[int], dtype: np.dtype[Any]) -> tuple[str, str]:
            sizes = ", ".join(called.get(n, str(n)) for n in shape)
            return f"({sizes}{',' * (len(shape) == 1)})", self._use(dtype.name, dtype)

        lines = []
        for buffer, name in self.buffers.items():
            shape, dtype = kind(buffer.shape, buffer.dtype)
            ndarray = self._use("ndarray", np.ndarray)
            lines.append(PrintedLine(f"{name} = {ndarray}({shape}, {dtype}, {slots[buffer.slot]})"))
        for constant, name in self.constants.items():
            shape, dtype = kind(constant.data.shape, constant.data.dtype)
            number = self._use("number", constant.data.flat[0])
            full = self._use("full", np.full)
            lines.append(PrintedLine(f"{name} = {full}({shape}, {number}, {dtype})"))
        return [*lines, *self._views]

    @property
    def shapes(self) -> list[Sequence[int]]:
        """The shapes of the arrays that the function has for itself."""
        return [b.shape for b in self.buffers] + [c.data.shape for c in self.constants]

    @property
    def texts(self) -> list[str]:
        """What is printed, without the sizes of buffers."""
        lines = [*self.before, *self._views, *self.function("")]
        return [line.text for line in lines] + [*self.buffers.values(), *self.constants.values()]

    def new_name(self, text: str) -> str:
        """A name that nothing else has here."""
        return self._scope.new(text)

    def _name_variables(self) -> None:
        """Reserve the users' names first; other variables get a name when they are first printed."""
        graph = self._plan.graph
        named = [v for v in ancestors(graph.outputs) if v.name and not isinstance(v, Constant)]
        for variable in dict.fromkeys([*graph.inputs, *named]):
            self._names[variable] = self._scope.new(variable.name or "input")

    def _print(self, step: Step) -> None:
        node = step.node
        names = self._names_of(node.inputs)
        for (i, axis), (j, other_axis), _ in step.checks:
            sides = f"{names[i]}.shape[{axis}] == {names[j]}.shape[{other_axis}]"
            self._lines.append(PrintedLine(f"assert {sides}", node))
        if step.is_lasting:
            names[0] = self._buffer_name(self._plan.buffers[node.inputs[0]])
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
            lines.append(PrintedLine(f"del {', '.join(self._names[v] for v in step.dropped)}"))

    def _new_names(self, node: Apply) -> list[str]:
        for variable in node.outputs:
            if variable not in self._names:
                base = identifier(str(node.op).split("{")[0].lower())
                self._names[variable] = self._scope.numbered(base)
        return [self._names[variable] for variable in node.outputs]

    def _use(self, name: str, *value: Any) -> str:
        return self._printer.use(name, *value) if value else self._scope.new(name)

    def _written_into(self, place: Variable | Buffer) -> str:
        """The name of the array that a result is written into."""
        if isinstance(place, Buffer):
            return self._buffer_name(place)
        return self._given.get(place) or self._names[place]

    def _buffer_name(self, buffer: Buffer) -> str:
        if buffer not in self.buffers:
            self.buffers[buffer] = self._scope.new(f"b{buffer.slot}")
        return self.buffers[buffer]

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
        name = _constant_name(constant)
        if not self._is_inner or not _is_one_number(constant.data):
            return self._use(name, _known_value(constant, among_scalars))
        if constant not in self.constants:
            self.constants[constant] = self._scope.new(name)
        return self.constants[constant]

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


def _is_one_number(data: np.ndarray) -> bool:
    """Whether all elements of an array, not itself a number, are equal."""
    return bool(data.ndim and data.size and (data == data.flat[0]).all())


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
