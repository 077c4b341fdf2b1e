"""The medians and their ratios, as Markdown."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

from contestants import CONTESTANTS, ENGINES, IN_C, MINIGRAD, TRAINERS, Contestant, installed


class Table(NamedTuple):
    """A quantity that is measured, and the unit that it is reported in."""

    title: str
    unit: str
    units_in_one: float  # in a second, or in a byte
    beyond: Contestant | None = None  # whose share is subtracted from the others'


Rows = Mapping[str, Mapping[Contestant, float]]


class Report:
    """Collects measurements and prints them."""

    def __init__(self) -> None:
        self._rows: dict[Table, dict[str, dict[Contestant, float]]] = defaultdict(dict)
        self._load = os.getloadavg()[0]

    def add(self, table: Table, row: str, times: Mapping[Contestant, Sequence[float]]) -> None:
        """Keep the median of each contestant's measurements in that row of the table."""
        medians = {one: median(values) for one, values in times.items()}
        share = medians.pop(table.beyond, 0.0)
        cells = self._rows[table].setdefault(row, {})
        cells.update({one: value - share for one, value in medians.items()})

    def lines(self) -> Iterator[str]:
        for table, rows in self._rows.items():
            yield from medians(table, rows)
            for mine in (MINIGRAD, IN_C):
                if any(mine in row and len(row) > 1 for row in rows.values()):
                    yield from ratios(table, rows, mine)
        if self._rows:
            yield from conditions()
            yield f"The load before was {self._load:.1f}; other work spoils the times."


def medians(table: Table, rows: Rows) -> Iterator[str]:
    cells = {
        title: {one: significant(value * table.units_in_one) for one, value in row.items()}
        for title, row in rows.items()
    }
    yield from markdown(f"{table.title}, {table.unit}", CONTESTANTS, cells)


def ratios(table: Table, rows: Rows, mine: Contestant) -> Iterator[str]:
    """One contestant's medians divided by the others': below 1 it is better."""
    best = "best of " + ", ".join(map(str, ENGINES))
    cells = {}
    for title, row in rows.items():
        if mine in row:
            ratio = {one: row[mine] / value for one, value in row.items() if one != mine}
            engines = [ratio[one] for one in ENGINES if one in ratio]
            ratio |= {best: max(engines)} if engines else {}
            cells[title] = {one: f"{value:.2f}" for one, value in ratio.items()}
    yield from markdown(f"{table.title}: {mine} ÷", [best, *CONTESTANTS], cells)


def markdown(
    corner: str, columns: Sequence[Any], cells: Mapping[str, Mapping[Any, str]]
) -> Iterator[str]:
    """A Markdown table of those columns that have a cell."""
    columns = [column for column in columns if any(column in row for row in cells.values())]
    head = [corner, *map(str, columns)]
    body = [[title, *(row.get(one, "") for one in columns)] for title, row in cells.items()]
    widths = [max(map(len, column)) for column in zip(head, *body, strict=True)]
    rule = ["-" * (width - 1) + ":" for width in widths]
    for line in [head, rule, *body]:
        padded = (cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        yield f"| {' | '.join(padded)} |"
    yield ""


def significant(value: float) -> str:
    """Three digits, without an exponent."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def conditions() -> Iterator[str]:
    """The conditions that the numbers depend on."""
    packages = [one.package for one in TRAINERS if installed(one.package)]
    versions = [f"{package} {importlib.metadata.version(package)}" for package in packages]
    yield f"Python {platform.python_version()}, {', '.join(versions)}; {os.cpu_count()} cores."
