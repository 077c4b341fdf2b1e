"""The findings of a gradient check, as data and as a table to read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


class GradientError(AssertionError):
    """Raised if a gradient is wrong, or cannot be judged.

    Attributes
    ----------
    report : Report or None
        The comparisons made before.
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
        The largest difference allowed: the errors of the numerical derivative and of rounding.
    kind : str
        The kind of the slope: see `minigrad.testing.judge.slopes.Slope`.
    verdict : {'agrees', 'differs', 'unclear'}
    is_direction : bool
        Whether several elements were moved together.
    """

    where: str
    analytic: float
    numeric: float
    bound: float
    kind: str
    verdict: str
    is_direction: bool = False

    @property
    def difference(self) -> float:
        return abs(self.analytic - self.numeric)


class Report:
    """The comparisons that a gradient check made.

    Parameters
    ----------
    entries : sequence of Entry
    left_out : int
        The number of chosen elements that were not compared, since there were too few calls.
    """

    def __init__(self, entries: Sequence[Entry], left_out: int = 0) -> None:
        self.entries = list(entries)
        self.left_out = left_out

    @property
    def kinks(self) -> list[Entry]:
        """The places without a derivative: kinks, jumps, and edges of where the function is defined.

        It contains directions only if it contains no element.
        """
        found = [entry for entry in self.entries if entry.kind in ("kink", "jump", "spike", "edge")]
        return [entry for entry in found if not entry.is_direction] or found

    @property
    def is_wrong_only_together(self) -> bool:
        """Whether each derivative by itself is possible at the kinks of f, but not all together."""
        has_kinks = any(e.kind == "kink" and not e.is_direction for e in self.entries)
        return has_kinks and bool(self.wrong) and all(e.is_direction for e in self.wrong)

    @property
    def wrong(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.verdict == "differs"]

    @property
    def unclear(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.verdict == "unclear"]

    def worst(self, count: int = 5) -> list[Entry]:
        """The entries that are furthest from agreement, in units of their bounds.

        Elements come before directions.
        """

        def badness(entry: Entry) -> tuple[int, bool, float]:
            rank = ("agrees", "unclear", "differs").index(entry.verdict)
            ratio = entry.difference / entry.bound if entry.bound else entry.difference
            return rank, not entry.is_direction, ratio if ratio == ratio else math.inf

        return sorted(self.entries, key=badness, reverse=True)[:count]

    def table(self, count: int = 5) -> str:
        """The worst entries, one on each line."""
        rows = [("where", "gradient", "numerical", "difference", "at most", "")]
        for e in self.worst(count):
            note = e.verdict if e.kind == "smooth" else f"{e.verdict}, {e.kind}"
            numbers = (f"{e.analytic:.10g}", f"{e.numeric:.10g}")
            rows.append((e.where, *numbers, f"{e.difference:.2g}", f"{e.bound:.2g}", note))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        line = "  ".join(f"{{:{side}{w}}}" for side, w in zip("<>>>><", widths, strict=True))
        return "\n".join(line.format(*row).rstrip() for row in rows)

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
        left_out = f"; {self.left_out} left out" if self.left_out else ""
        return f"<Report: derivatives: {text}{kinks}{left_out}>"
