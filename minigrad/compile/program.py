"""A program that computes a graph: it is compiled, run, and explains its errors."""

from __future__ import annotations

import linecache
import weakref
from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import count
from time import perf_counter
from types import CodeType, TracebackType
from typing import Any, Protocol

import numpy as np

from ..core.graph import SIZE_ADVICE, Constant, Variable, check_sizes
from ..protocol.closed import ClosedGraph
from ..protocol.errors import explained
from .buffers import Place, allocate, fill_with_nan
from .checks import LostChecks, Refuse
from .inspect.profile import Profile, Row
from .printer import Printer

# Of programs: two of one name are two files to Python, also if one is gone.
_NUMBERS = count()


class Instances:
    """A program as functions, each with buffers of its own.

    Nothing here refers to itself, so that the buffers are freed as soon as the program is dropped.
    """

    def __init__(
        self,
        code: CodeType,
        printer: Printer,
        more_names: Mapping[str, Any] | None = None,
        filled: bool = False,
    ) -> None:
        self._code = code
        self._name = printer.name
        self.shown = {"__name__": self._name, "__loader__": _Loader(printer)}
        self._globals = {**printer.globals, **self.shown, **(more_names or {})}
        self._slot_sizes = printer.slot_sizes
        self._buffers = printer.buffers
        self._filled = filled
        self._idle: list[Callable[..., tuple[Any, ...]]] = []

    def run(self, *values: Any) -> tuple[Any, ...]:
        """Call an instance that is idle, so that each caller has buffers of their own.

        That may be another thread, or an op that calls the program that runs it.
        """
        try:
            instance = self._idle.pop()
        except IndexError:
            instance = self.new()
        try:
            return instance(*values)
        finally:
            self._idle.append(instance)

    def new(self) -> Callable[..., tuple[Any, ...]]:
        """Another instance."""
        buffers = allocate(self._slot_sizes, self._buffers)
        if self._filled:
            fill_with_nan(buffers.values())
        namespace = {**self._globals, **buffers}
        exec(self._code, namespace)
        function = namespace.pop(self._name)
        return partial(_on_filled, function, [*buffers.values()]) if self._filled else function


def _on_filled(
    function: Callable[..., tuple[Any, ...]], buffers: Sequence[Any], *values: Any
) -> tuple[Any, ...]:
    """The function of the values, which finds nothing of earlier calls in its buffers."""
    fill_with_nan(buffers)
    return function(*values)


class Recycler(Protocol):
    """Lends a program the arrays that it writes some of its outputs into."""

    @property
    def outputs(self) -> Sequence[Variable]:
        """What is written into the arrays."""

    def take(self) -> Sequence[Any]:
        """Return an array for each of the outputs."""

    def keep(self, values: list[Any]) -> None:
        """Keep those of the values of the program's inputs that nobody needs, for another call."""


class Program:
    """Computes the outputs from the values of the inputs.

    Parameters
    ----------
    name : str
    graph : ClosedGraph
    lost : LostChecks
        What is checked, too, for the sake of what was rewritten away.
    place : callable, optional
        Chooses which results are written into arrays that outlive the call. They take memory as
        long as the program lives.
    recycler : Recycler, optional
        Gives the program the arrays that some of the outputs are written into.
    filled : bool
        Whether the arrays that outlive a call are filled with NaN before each: see
        ``config.fill_buffers``.

    Attributes
    ----------
    run : callable
        From the inputs' values, and the arrays for the new values, to the tuple of the outputs'.
        Each is an array of its own: it shares no memory with inputs, constants or other outputs.
    """

    def __init__(
        self,
        name: str,
        graph: ClosedGraph,
        lost: LostChecks = LostChecks(),  # noqa: B008 (it is immutable)
        place: Place | None = None,
        recycler: Recycler | None = None,
        filled: bool = False,
    ) -> None:
        self.recycler = recycler
        printer = Printer(name, graph, place, recycler.outputs if recycler else (), lost)
        self._printer = printer
        self._new_bytes = printer.new_bytes
        self._filename = f"minigrad {printer.name} {next(_NUMBERS)}"
        # With optimize=0 the assertions stay, even under python -O: they are the size checks.
        code = compile(printer.code, self._filename, "exec", optimize=0)
        instances = Instances(code, printer, filled=filled)
        # Warnings show a line if it is to be found here: see `_Loader`.
        linecache.lazycache(self._filename, instances.shown)
        weakref.finalize(self, linecache.cache.pop, self._filename, None).atexit = False
        self.run = instances.run if printer.buffers else instances.new()

    @property
    def source(self) -> str:
        """The program as people read it, after those that its operations run."""
        return "\n".join([*[program.source for program in self._inner], self._printer.source])

    def profile(self, values: Sequence[Any], n_calls: int) -> Profile:
        """How long each statement takes: the median of so many runs on the values."""
        lines = self._printer.source.splitlines()
        start = next(i for i, line in enumerate(lines) if line.startswith("def ")) + 1
        statements = lines[start:-1]
        # No name of the program begins with an underscore.
        timed = [*lines[:start], "    _last = _clock()"]
        for place, statement in enumerate(statements):
            timed += [statement, f"    _spent[{place}].append(_clock() - _last)"]
            timed += ["    _last = _clock()"]
        spent: list[list[float]] = [[] for _ in statements]
        code = compile("\n".join([*timed, lines[-1]]), self._filename, "exec")
        run = Instances(code, self._printer, {"_clock": perf_counter, "_spent": spent}).new()
        values = [*values, *(self.recycler.take() if self.recycler else ())]
        for _ in range(n_calls):
            run(*values)
        medians = [float(np.median(times)) for times in spent]
        return Profile([Row(t, line.strip()) for t, line in zip(medians, statements, strict=True)])

    @property
    def memory(self) -> int:
        """How many bytes the program needs at once, beside its inputs and constants."""
        inner = max((program.memory for program in self._inner), default=0)
        return sum(self._printer.slot_sizes) + self._new_bytes + inner

    @property
    def _inner(self) -> list[Program]:
        """The programs that operations of this one run."""
        nodes = dict.fromkeys(self._printer.nodes.values())
        return [p for node in nodes for p in getattr(node.op, "programs", {}).values()]

    def explain(self, error: Exception) -> Exception:
        """The error with what the statement that raised it was about."""
        entries = _traceback_entries(error)
        passed = {entry.tb_frame.f_code.co_filename for entry in entries}
        for program in self._inner:
            if program._filename in passed:
                return program.explain(error)
        own = [e for e in entries if e.tb_frame.f_code.co_filename == self._filename]
        node = self._printer.nodes.get(own[-1].tb_lineno) if own else None
        if node is None:
            return error
        frame, line, innermost = own[-1].tb_frame, own[-1].tb_lineno, own[-1].tb_next is None
        known = ChainMap(frame.f_locals, frame.f_globals)
        if any(
            not isinstance(v, Constant) and self._printer.names.get(v) not in known
            for v in node.inputs
        ):
            # A check of sizes, of a node that the rewrites made superfluous.
            check = self._printer.code.splitlines()[line - 1].strip().removeprefix("assert ")
            error = ValueError(f"{node.op}: sizes differ: it must be that {check}; {SIZE_ADVICE}")
            return explained(error, node, None)
        inputs = [self._value(variable, known) for variable in node.inputs]
        op = node.op
        if isinstance(op, Refuse):
            node, inputs = op.node, op.stand_ins(inputs)
        if innermost and isinstance(error, AssertionError):
            try:
                check_sizes(node, inputs)
            except ValueError as size_error:
                error = size_error.with_traceback(None)  # which would keep this frame, and it this
        return explained(error, node, inputs)

    def _value(self, variable: Variable, known: Mapping[str, Any]) -> Any:
        if isinstance(variable, Constant):
            return variable.data
        return known[self._printer.names[variable]]


def _traceback_entries(error: Exception) -> list[TracebackType]:
    """Return the entries of the error's traceback, the innermost last."""
    entries, entry = [], error.__traceback__
    while entry is not None:
        entries.append(entry)
        entry = entry.tb_next
    return entries


class _Loader:
    """Gives a program's source to tracebacks, warnings and debuggers, which ask for a module's.

    They look for it in the program's globals and may keep it, so it does not keep the program.
    """

    def __init__(self, printer: Printer) -> None:
        self._printer = weakref.ref(printer)

    def get_source(self, module_name: str) -> str | None:
        """The source, as long as the program lives."""
        printer = self._printer()
        if printer is None:
            return None
        lines = printer.source.splitlines()
        for number, node in printer.nodes.items():
            # NumPy warns of what these make of wrong numbers.
            if node.op.takes_out and node.outputs[0].type.is_float and "#" in lines[number - 1]:
                lines[number - 1] += "; if NaN: mode='NanGuardMode' tells where it begins"
        return "\n".join(lines) + "\n"
