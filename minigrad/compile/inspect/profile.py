"""Where a program spends its time, statement by statement."""

from __future__ import annotations

from time import perf_counter
from typing import NamedTuple


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
    """A statement of a program, and how many seconds it takes."""

    seconds: float
    statement: str


class Profile:
    """The time that each statement of a program takes; print it to see it as a table.

    Each statement is timed by itself, with a look at the clock after it, so that short ones seem to
    take a little longer than they do in a program that runs on.

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
        """How long all statements take together."""
        return sum(row.seconds for row in self.rows)

    def __str__(self) -> str:
        total = self.seconds or 1.0
        lines = [f"{'µs':>12}  {'share':>6}  statement"]
        for seconds, statement in self.rows:
            lines.append(f"{seconds * 1e6:12.2f}  {seconds / total:6.1%}  {statement}")
        lines.append(f"{self.seconds * 1e6:12.2f}  {1:6.0%}  together")
        return "\n".join(lines)

    __repr__ = __str__
