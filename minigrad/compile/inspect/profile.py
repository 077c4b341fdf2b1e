"""The time that a program spends, statement by statement."""

from __future__ import annotations

import atexit
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any, NamedTuple, TextIO
from weakref import WeakSet


class Laps:
    """A clock that is called after each statement, and adds up the `seconds` that it took."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Begin anew."""
        self.seconds: dict[int, float] = {}
        self._last = perf_counter()

    def __call__(self, number: int) -> None:
        now = perf_counter()
        self.seconds[number] = self.seconds.get(number, 0.0) + now - self._last
        self._last = perf_counter()


class Row(NamedTuple):
    """A statement of a program, and the seconds that it takes."""

    seconds: float
    statement: str


class Profile:
    """The time that each statement of a program takes; print it to see it as a table.

    Each statement is timed by itself. Reading the clock takes time, so short statements seem to
    take a little longer than they do otherwise.

    Attributes
    ----------
    rows : list of Row
        In the order of the program. A statement ends with a comment: the expression that it
        computes, and the line that asked for it.
    """

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows

    @property
    def seconds(self) -> float:
        """The time of all statements together."""
        return sum(row.seconds for row in self.rows)

    def __str__(self) -> str:
        total = self.seconds or 1.0
        lines = [f"{'µs':>12}  {'share':>6}  statement"]
        for seconds, statement in self.rows:
            lines.append(f"{seconds * 1e6:12.2f}  {seconds / total:6.1%}  {statement}")
        lines.append(f"{self.seconds * 1e6:12.2f}  {1:6.0%}  together")
        return "\n".join(lines)

    __repr__ = __str__


class Calls:
    """The calls of a function that measures them; see `compile.compiled.ProfiledFunction`.

    Attributes
    ----------
    count : int
    seconds : float
        Their time together.
    """

    def __init__(self, name: str, measure: Callable[..., Profile]) -> None:
        self._name = name
        self._measure = measure
        self._last: tuple[Any, Any] | None = None
        self.count = 0
        self.seconds = 0.0
        _CALLS.add(self)

    def add(self, seconds: float, args: Any, kwargs: Any) -> None:
        """Count a call, which had these arguments."""
        self.count += 1
        self.seconds += seconds
        self._last = args, kwargs

    def __call__(self, /, *args: Any, **kwargs: Any) -> Profile:
        """Measure each statement on these arguments, like the method `profile` of other functions."""
        return self._measure(*args, **kwargs)

    def summary(self, file: TextIO | None = None, n_ops_to_print: int = 20) -> None:
        """Print the time of the calls, and of each statement with the arguments of the last call.

        It prints to stderr by default. `n_ops_to_print` is Theano's, and ignored.
        """
        file = sys.stderr if file is None else file
        mean = self.seconds / self.count if self.count else 0.0
        print(
            f"{self._name}: {self.count} calls in {self.seconds:.3g} s, "
            f"{mean * 1e6:.4g} µs a call; of these:",
            file=file,
        )
        if self._last is not None:
            args, kwargs = self._last
            print(self._measure(*args, n_calls=10, **kwargs), file=file)


_CALLS: WeakSet[Calls] = WeakSet()


@atexit.register
def _summaries() -> None:
    for calls in list(_CALLS):
        if calls.count:
            calls.summary()
