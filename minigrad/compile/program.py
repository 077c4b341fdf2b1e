"""A program that computes a graph: it is compiled, run, and explains its errors."""

from __future__ import annotations

import linecache
import weakref
from collections import ChainMap, deque
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from types import CodeType
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ..core.graph import Constant, Variable
from ..protocol.axes import SIZE_ADVICE, check_sizes
from ..protocol.errors import explained
from .checks import Refuse
from .plan import Plan
from .printer import Printer

if TYPE_CHECKING:
    from .inspect.profile import Profile

# Programs are numbered: two of one name are two files to Python, also if one is gone.
_NUMBERS = count()
# The files of programs that are gone. They leave the cache of lines when the next program is made, not
# at once: a program may be freed at any time, also while Python walks through that cache.
_GONE: deque[str] = deque()


class Instances:
    """A program as functions, each with buffers of its own.

    Nothing here refers to itself, so that the buffers are freed as soon as the program is dropped.
    """

    def __init__(self, code: CodeType, printer: Printer, **more_names: Any) -> None:
        self._code = code
        self.shown = {"__name__": printer.name, "__loader__": _Loader(printer)}
        self._globals = {**printer.globals, **self.shown, **more_names}
        self._functions = printer.functions
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

    def free(self) -> None:
        """Drop the instances that are idle, with their buffers."""
        self._idle.clear()

    def new(self) -> Callable[..., tuple[Any, ...]]:
        """Another instance."""
        namespace = dict(self._globals)
        exec(self._code, namespace)
        functions: list[Any] = [namespace.pop(name) for name in self._functions]
        return functions[-1]


class Recycler(Protocol):
    """Lends a program the arrays that it writes some of its outputs into."""

    def take(self) -> Sequence[Any]:
        """Return an array for each of those outputs."""

    def keep(self, values: list[Any]) -> None:
        """Keep the values of inputs that nobody else refers to, for another call."""


class Program:
    """Computes a plan's outputs from the values of its inputs.

    `run` goes from the inputs' values, and the arrays that the recycler lends, to the tuple of the
    outputs'. Each is an array of its own: it shares no memory with inputs, constants or other outputs.
    """

    def __init__(self, plan: Plan, recycler: Recycler | None = None, filled: bool = False) -> None:
        self.recycler = recycler
        self.printed = printer = Printer(plan, filled)
        self._filename = f"minigrad {printer.name} {next(_NUMBERS)}"
        # With optimize=0 the assertions stay, even under python -O: they are the size checks.
        code = compile(printer.code, self._filename, "exec", optimize=0)
        instances = Instances(code, printer)
        # Warnings show a line if it is to be found here: see `_Loader`.
        while _GONE:
            linecache.cache.pop(_GONE.popleft(), None)
        linecache.lazycache(self._filename, instances.shown)
        weakref.finalize(self, _GONE.append, self._filename).atexit = False
        self.run = instances.run if printer.slot_of else instances.new()
        self.free = instances.free

    def profile(self, values: Sequence[Any], n_calls: int) -> Profile:
        """The time of each statement in a call: the median of so many calls on the values."""
        lines = self.printed.commented
        statements = [i for i, line in enumerate(self.printed.lines) if line.is_statement]
        timed = list(lines)
        for number in statements:
            # No name of the program begins with an underscore.
            indent = lines[number][: -len(lines[number].lstrip())]
            timed[number] += f"\n{indent}_lap({number})"
        from .inspect.profile import Laps, Profile, Row  # only profiles need it

        laps = Laps()
        code = compile("\n".join(timed), self._filename, "exec")
        run = Instances(code, self.printed, _lap=laps).new()
        values = [*values, *(self.recycler.take() if self.recycler else ())]
        calls = []
        for _ in range(n_calls):
            laps.start()
            run(*values)
            calls.append(laps.seconds)
        ran = [number for number in statements if number in calls[0]]
        medians = [float(np.median([seconds.get(i, 0.0) for seconds in calls])) for i in ran]
        return Profile([Row(t, lines[i].strip()) for t, i in zip(medians, ran, strict=True)])

    def explain(self, error: Exception) -> Exception:
        """The error, with the operation and the line of the statement that raised it."""
        from traceback import walk_tb  # only errors need it

        entries = list(walk_tb(error.__traceback__))
        own = [entry for entry in entries if entry[0].f_code.co_filename == self._filename]
        node = self.printed.nodes.get(own[-1][1]) if own else None
        if node is None:
            return error
        (frame, line), innermost = own[-1], own[-1] is entries[-1]
        names = ChainMap(frame.f_locals, frame.f_globals)
        if any(
            not isinstance(v, Constant) and self.printed.names.get(v) not in names
            for v in node.inputs
        ):
            # A check of sizes, for a node that the rewrites have removed.
            check = self.printed.code.splitlines()[line - 1].strip().removeprefix("assert ")
            error = ValueError(f"{node.op}: sizes differ: it must be that {check}; {SIZE_ADVICE}")
            return explained(error, node, None)
        inputs = [self._value(variable, names) for variable in node.inputs]
        op = node.op
        if isinstance(op, Refuse):
            node, inputs = op.node, op.stand_ins(inputs)
        if innermost and isinstance(error, AssertionError):
            try:
                check_sizes(node, inputs)
            except ValueError as size_error:
                # A traceback would keep this frame, and the frame the error.
                error = size_error.with_traceback(None)
        return explained(error, node, inputs)

    def _value(self, variable: Variable, names: Mapping[str, Any]) -> Any:
        if isinstance(variable, Constant):
            return variable.data
        return names[self.printed.names[variable]]


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
        lines = printer.commented
        for number, node in printer.nodes.items():
            # NumPy warns of what these make of wrong numbers.
            if node.op.takes_out and node.outputs[0].type.is_float and "#" in lines[number - 1]:
                lines[number - 1] += "; if NaN: mode='NanGuardMode' tells where it begins"
        return "\n".join(lines) + "\n"
