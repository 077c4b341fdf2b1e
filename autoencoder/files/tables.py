"""Writing tables of numbers as CSV."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from io import TextIOWrapper

from .whole import replacing


def write_csv(
    path: str | os.PathLike[str], header: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    """Write a table whole, or leave what was there; every number comes back as it was.

    Parameters
    ----------
    path : path
    header : sequence of str
        The columns' names.
    rows : sequence of sequences of Python's numbers, or text

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    with replacing(path) as file:
        text = TextIOWrapper(file, "utf-8", newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(header)
        # Python writes a float with the digits that it takes to read it back.
        writer.writerows(rows)
        text.detach()
