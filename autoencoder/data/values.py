"""Checks of the numbers of a table: finite, in float64, and within float32's range."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

# Half of float32's range, so that the difference of two values stays within it too.
LARGEST = float(np.finfo(np.float32).max) / 2

# Fewer whole numbers are in order by chance.
MANY_ROWS = 10
# How many names are listed.
_LISTED = 8
# Numbers drawn at random are all different with a probability of at most exp(-10).
_SURE = 10.0

# Among about how many rows different numbers are counted.
_COUNTED = 1000


def as_float64(
    table: np.ndarray,
    source: str,
    names: Sequence[str] | None = None,
    origins: np.ndarray | None = None,
    *,
    may_miss: bool = False,
) -> np.ndarray:
    """The table as float64, or a ValueError that says what is wrong with its numbers.

    Parameters
    ----------
    table : array of numbers, of shape (n_samples, n_columns)
    source : str
        Where it came from, for messages.
    names : sequence of str, optional
        What the columns are called; by default they are numbered.
    origins : array of int, optional
        The rows' numbers where they came from, if others were left out.
    may_miss : bool
        Whether a number may be NaN.

    Raises
    ------
    ValueError
        If a number is not finite, or too large for float32.

    Warns
    -----
    UserWarning
        If most of a column's different numbers are the same in float64.
    """
    finite = np.isfinite(table) | (np.isnan(table) if may_miss else False)
    if not finite.all():
        row, column = np.unravel_index(finite.argmin(), table.shape)
        there = row if origins is None else origins[row]
        raise ValueError(
            f"{source}: expected finite numbers, got {table[row, column]} in row {there}, column "
            f"{called(int(column), names)} ({np.sum(~finite)} such values in all); drop or fill "
            "them first"
        )
    # Compared in float64: in float16 the limit itself would be infinite. A number of a wider type
    # may become infinite here, and is too large then.
    with np.errstate(over="ignore"):
        converted = table.astype(np.float64)
    sizes = np.fmax.reduce(np.abs(converted), axis=0, initial=0.0)  # which passes over NaN
    if sizes.max() > LARGEST:
        raise ValueError(
            f"{source}: expected numbers up to {LARGEST:.2g}, because training data is float32, got "
            f"one of size {sizes.max():.2g} in column {called(int(sizes.argmax()), names)}; divide "
            "that column by a constant first"
        )
    if table.dtype != converted.dtype:
        warn_of_merged(table, converted, names)
    return converted


def called(column: int, names: Sequence[str] | None) -> str:
    """The name of a column in a message.

    Examples
    --------
    >>> called(1, None), called(1, ["height", "width"])
    ('1', "'width'")
    """
    return str(column) if names is None else repr(str(names[column]))


def listed(names: Sequence[object]) -> str:
    """The first names, and how many more there are.

    Examples
    --------
    >>> listed(range(10))
    '0, 1, 2, 3, 4, 5, 6, 7 and 2 more'
    """
    some = ", ".join(str(name) for name in names[:_LISTED])
    return some if len(names) <= _LISTED else f"{some} and {len(names) - _LISTED} more"


def in_shell(names: Sequence[str]) -> str:
    """The names as an option takes them.

    Examples
    --------
    >>> in_shell(["row", "row no"])
    'row "row no"'
    """
    return " ".join(f'"{name}"' if " " in name else name for name in names)


def hint_at_row_numbers(X: np.ndarray, names: Sequence[str]) -> str:
    """A hint at columns that look like numbers of rows; empty if none does.

    Examples
    --------
    >>> shuffled = np.random.RandomState(0).permutation(100)
    >>> hint_at_row_numbers(np.column_stack([shuffled, shuffled // 2]), ["id", "pair"])[:23]
    'id holds whole numbers '
    """
    found = [names[i] for i, column in enumerate(X.T) if _numbers_rows(column)]
    if not found:
        return ""
    hold, them, they = ("holds", "it", "it") if len(found) == 1 else ("hold", "them", "they")
    return (
        f"{listed(found)} {hold} whole numbers that go one way from row to row, or are all "
        f"different, as those that only name rows do; if {they} should not be learned, leave {them} "
        f"out (--drop {in_shell(found)})"
    )


def _numbers_rows(column: np.ndarray) -> bool:
    """Whether a column holds whole numbers in order, or all different where chance has them recur.

    Each of the n (n - 1) / 2 pairs of n numbers from a range of r is equal with a probability of at
    least 1 / r: so measurements, which need no order, nearly never differ all if that is large.
    """
    n = len(column)
    if n < MANY_ROWS or not (column % 1 == 0).all():
        return False
    steps = np.diff(column)
    if (steps > 0).all() or (steps < 0).all():
        return True
    pairs_per_value = n * (n - 1) / 2 / (np.ptp(column) + 1)
    return bool(pairs_per_value > _SURE) and len(np.unique(column)) == n


def warn_of_merged(
    before: np.ndarray, after: np.ndarray, names: Sequence[str] | None = None
) -> None:
    """Warn, as the caller of the caller, if most of a column's different numbers became one.

    Parameters
    ----------
    before, after : arrays of shape (n_samples, n_columns)
        The same numbers, the second of them rounded to another dtype.
    names : sequence of str, optional
        What the columns are called; by default they are numbered.
    """
    step = max(1, len(before) // _COUNTED)
    for column in range(before.shape[1]):
        n_before = len(np.unique(before[::step, column]))
        n_after = len(np.unique(after[::step, column]))
        if n_after < n_before / 2:
            warnings.warn(
                f"column {called(column, names)}: {n_before} different numbers become {n_after} in "
                f"{after.dtype}, because they are too close together beside the column's size or "
                "range; subtract what they have in common, or take out those that lie far away",
                stacklevel=4,
            )
