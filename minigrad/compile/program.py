"""A graph printed as a straight-line Python program that calls NumPy, one statement a node."""

from __future__ import annotations

import linecache
import re
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..graph import (
    SIZE_ADVICE,
    Apply,
    Constant,
    Line,
    Variable,
    ancestors,
    check_sizes,
    identifier,
    toposort,
)
from ..ops.broadcasting import Size
from .errors import explained
from .memory import Memory
from .sizes import Entry, Sizes

# Comments stand at this column, and longer formulas are broken off.
_COMMENT_COLUMN = 48
_LONGEST_FORMULA = 60


class Program:
    """Computes the outputs from the values of the inputs.

    Parameters
    ----------
    name : str
    inputs, outputs : sequences of Variable
        The outputs depend on no other inputs.
    asked : sequence of Variable
        The outputs before they were rewritten: the sizes that these need to be equal are checked
        too, as far as they are sizes of inputs.

    Attributes
    ----------
    source : str
        What it runs.
    run : callable
        From the inputs' values to the tuple of the outputs'. Each is an array of its own: it
        shares no memory with inputs, constants or other outputs.
    """

    def __init__(
        self,
        name: str,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        asked: Sequence[Variable] = (),
    ) -> None:
        printer = _Printer(name, inputs, outputs)
        self.source = printer.source(asked)
        self.nodes = printer.nodes
        self.names = printer.names
        filename = f"<minigrad {printer.name} {id(self):x}>"
        # With optimize=0 the assertions stay, even under python -O: they are the size checks.
        code = compile(self.source, filename, "exec", optimize=0)
        exec(code, printer.globals)
        self.run: Callable[..., tuple[Any, ...]] = printer.globals[printer.name]
        _show_in_tracebacks(self, filename)

    def explain(self, error: Exception) -> Exception:
        """The error with what the statement that raised it was about."""
        frame, line, innermost = None, 0, False
        traceback = error.__traceback__
        while traceback is not None:
            if traceback.tb_frame.f_code is self.run.__code__:
                frame, line = traceback.tb_frame, traceback.tb_lineno
                innermost = traceback.tb_next is None
            traceback = traceback.tb_next
        node = self.nodes.get(line)
        if frame is None or node is None:
            return error
        if any(
            not isinstance(v, Constant) and self.names.get(v) not in frame.f_locals
            for v in node.inputs
        ):
            # A check of sizes, of a node that the rewrites made superfluous.
            check = self.source.splitlines()[line - 1].strip().removeprefix("assert ")
            error = ValueError(f"{node.op}: sizes differ: it must be that {check}; {SIZE_ADVICE}")
            return explained(error, node, None)
        inputs = [self._value(variable, frame.f_locals) for variable in node.inputs]
        if innermost and isinstance(error, AssertionError):
            try:
                check_sizes(node, inputs)
            except ValueError as size_error:
                error = size_error
        return explained(error, node, inputs)

    def _value(self, variable: Variable, local_values: dict[str, Any]) -> Any:
        if isinstance(variable, Constant):
            return variable.data
        return local_values[self.names[variable]]


def _show_in_tracebacks(program: Program, filename: str) -> None:
    """Let tracebacks and debuggers show the program's lines, as long as it lives."""
    lines = program.source.splitlines(keepends=True)
    linecache.cache[filename] = (len(program.source), None, lines, filename)
    weakref.finalize(program, linecache.cache.pop, filename, None)


class _Printer:
    """Writes the program's source, and collects what the names in it stand for."""

    def __init__(self, name: str, inputs: Sequence[Variable], outputs: Sequence[Variable]) -> None:
        self.globals: dict[str, Any] = {}
        self.names: dict[Variable, str] = {}
        self.nodes: dict[int, Apply] = {}
        self.inputs = inputs
        self.outputs = outputs
        self._taken: dict[str, int] = {}  # each name, and the last number given to others of it
        self._used: dict[tuple[str, Any], str] = {}
        self._formulas: dict[Variable, str] = {}
        self.name = self._new_name(name)
        self._name_variables()

    def _name_variables(self) -> None:
        """Names for what the user has named; what he has not is named when it is met."""
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
        # Equal values are one: a bound method, say, is a new object each time. Arrays are not.
        key = (name, id(value) if isinstance(value, np.ndarray) else value)
        if key not in self._used:
            self._used[key] = self._new_name(name)
            self.globals[self._used[key]] = value
        return self._used[key]

    def source(self, asked: Sequence[Variable]) -> str:
        order = toposort(self.outputs)
        memory = Memory(order, self.inputs, self.outputs)
        sizes = Sizes()
        lines = [f"def {self.name}({', '.join(self.names[v] for v in self.inputs)}):"]
        for node in order:
            names = self._names_of(node.inputs)
            for (i, axis), (j, other_axis), _ in sizes.unchecked(node):
                self.nodes[len(lines) + 1] = node
                sides = f"{names[i]}.shape[{axis}] == {names[j]}.shape[{other_axis}]"
                lines.append(f"    assert {sides}")
            self.nodes[len(lines) + 1] = node
            lines.append(self._statement(node, names, memory.to_overwrite(node)))
            dropped = [self.names[v] for v in memory.dropped_after(node)]
            if dropped:
                lines.append(f"    del {', '.join(dropped)}")
        for node, check in self._lost_checks(sizes, asked):
            self.nodes[len(lines) + 1] = node
            lines.append(f"    assert {check}")
        results = self._results(memory)
        lines.append(f"    return ({', '.join(results)}{',' * (len(results) == 1)})")
        return "\n".join(lines) + "\n"

    def _lost_checks(self, sizes: Sizes, asked: Sequence[Variable]) -> Iterator[tuple[Apply, str]]:
        """What the outputs as they were asked for need to be equal, and the program does not check.

        A derivative may need nothing of a product but its shape; that it fits is checked anyhow.
        """
        for node in toposort(asked, stop_at=self.inputs):
            for check in sizes.unchecked(node):
                texts = [self._size_of_input(side) for side in check.sides]
                if None not in texts:
                    yield node, " == ".join(map(str, texts))

    def _size_of_input(self, size: Entry) -> str | None:
        """The size as the program can write it, if it is a number or that of an input."""
        if isinstance(size, int):
            return str(size)
        if size.owner is None or not isinstance(size.owner.op, Size):
            return None
        (variable,) = size.owner.inputs
        if variable not in self.inputs:
            return None
        return f"{self.names[variable]}.shape[{size.owner.op.axis}]"

    def _statement(self, node: Apply, names: Sequence[str], target: Variable | None) -> str:
        text = node.op.expression(node, names, self.use)
        if target is not None:
            text = f"{text[:-1]}, out={self.names[target]})"
        for variable in node.outputs:
            if variable not in self.names:
                self.names[variable] = self._numbered(
                    identifier(str(node.op).split("{")[0].lower())
                )
        targets = ", ".join(self.names[variable] for variable in node.outputs)
        comment = self._formula(node) + _place(node.made_at)
        return f"    {targets} = {text}".ljust(_COMMENT_COLUMN) + f"  # {comment}"

    def _names_of(self, variables: Sequence[Variable]) -> list[str]:
        return [
            self.use(variable.name and identifier(variable.name) or "constant", variable.data)
            if isinstance(variable, Constant)
            else self.names[variable]
            for variable in variables
        ]

    def _formula(self, node: Apply) -> str:
        """The node in terms of what the user has named, as far as that is short."""
        inputs = [self._formulas.get(v) or self._short_name(v) for v in node.inputs]
        formula = node.op.formula(node, inputs)
        if len(formula) > _LONGEST_FORMULA:
            formula = node.op.formula(node, [self._short_name(v) for v in node.inputs])
        for variable in node.outputs:
            if not variable.name and len(node.outputs) == 1:
                self._formulas[variable] = formula
        return _without_outer_brackets(_one_line(formula))

    def _short_name(self, variable: Variable) -> str:
        if isinstance(variable, Constant):
            if variable.name:
                return identifier(variable.name)
            return str(variable.data) if variable.data.size == 1 else "constant"
        return self.names[variable]

    def _results(self, memory: Memory) -> list[str]:
        """The outputs, copied where they would share memory with something that others hold."""
        results = []
        for variable, must_copy in zip(self.outputs, memory.must_copy(self.outputs), strict=True):
            (name,) = self._names_of([variable])
            if must_copy:
                name = f"{self.use('array', np.array)}({name})"
            elif not variable.type.ndim:
                # NumPy makes scalars of what has no dimensions; ours are arrays.
                name = f"{self.use('asarray', np.asarray)}({name})"
            results.append(name)
        return results


def _place(line: Line | None) -> str:
    return "" if line is None else f"    {_one_line(Path(line.filename).name)}:{line.number}"


def _one_line(text: str) -> str:
    """The text, safe to stand in a comment."""
    return re.sub(r"[^ -~\u00a0-\u2027\u202a-\uffff]", "?", text)


def _without_outer_brackets(text: str) -> str:
    """``(a + b)`` as ``a + b``, but not ``(a + b) * (c + d)``."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for character in text[:-1]:
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return text
    return text[1:-1]
