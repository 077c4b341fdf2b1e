"""What a gradient check found, as data and as a table to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class GradientError(AssertionError):
    """A gradient is wrong, or nothing can be said about it.

    Attributes
    ----------
    report : Report or None
        All that was compared before.
    """

    def __init__(self, message: str, report: Report | None = None) -> None:
        super().__init__(message)
        self.report = report


@dataclass(frozen=True)
class Entry:
    """One comparison of a gradient with a numerical derivative.

    Attributes
    ----------
    where : str
        The element, as in ``W[2, 0]``, or the direction.
    analytic, numeric : float
        The derivative according to the gradient, and according to the function's values.
    bound : float
        How far apart these may be: the error of the numerical derivative and of rounding.
    kind : str
        Of the slope: see `minigrad.testing.slopes.Slope`.
    verdict : {'agrees', 'differs', 'unclear'}
    """

    where: str
    analytic: float
    numeric: float
    bound: float
    kind: str
    verdict: str

    @property
    def difference(self) -> float:
        return abs(self.analytic - self.numeric)


class Report:
    """What a gradient check compared.

    Parameters
    ----------
    entries : sequence of Entry
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = list(entries)

    @property
    def kinks(self) -> list[Entry]:
        """Where the function has no derivative: kinks, jumps, and edges of where it is defined."""
        return [entry for entry in self.entries if entry.kind in ("kink", "jump", "edge")]

    @property
    def wrong(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.verdict == "differs"]

    @property
    def unclear(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.verdict == "unclear"]

    def worst(self, count: int = 5) -> list[Entry]:
        """The entries that are furthest from agreement, measured by their bounds."""

        def badness(entry: Entry) -> tuple[int, float]:
            rank = ("agrees", "unclear", "differs").index(entry.verdict)
            ratio = entry.difference / entry.bound if entry.bound else entry.difference
            return rank, ratio if ratio == ratio else 0.0

        return sorted(self.entries, key=badness, reverse=True)[:count]

    def table(self, count: int = 5) -> str:
        """The worst entries, one a line."""
        rows = [("where", "gradient", "numerical", "difference", "at most", "")]
        for e in self.worst(count):
            note = e.verdict if e.kind == "smooth" else f"{e.verdict}, {e.kind}"
            numbers = (f"{e.analytic:.10g}", f"{e.numeric:.10g}")
            rows.append((e.where, *numbers, f"{e.difference:.2g}", f"{e.bound:.2g}", note))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(cell.ljust(w) if i in (0, 5) else cell.rjust(w) for i, (cell, w) in cells)
            for cells in (list(enumerate(zip(row, widths, strict=True))) for row in rows)
        ]
        return "\n".join(line.rstrip() for line in lines)

    def __str__(self) -> str:
        return f"{self!r}\n{self.table()}"

    def __repr__(self) -> str:
        counts = {
            "agree": len(self.entries) - len(self.wrong) - len(self.unclear),
            "differ": len(self.wrong),
            "are unclear": len(self.unclear),
        }
        text = ", ".join(f"{n} {what}" for what, n in counts.items() if n) or "nothing to compare"
        kinks = f" ({len(self.kinks)} at kinks)" if self.kinks else ""
        return f"<Report: derivatives: {text}{kinks}>"
