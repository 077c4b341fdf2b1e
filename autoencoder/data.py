"""The data: two noisy donuts, and tables read from ``.npy`` files.

A table is a matrix of numbers with one sample a row: the features first, the class in the
last column.
"""

from __future__ import annotations

import os
import stat
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from .files import open_for_reading
from .npy import Header, first_line, read_data, read_header

DONUT_RADII = (5.0, 10.0)

# Half of float32's range, so that the difference of two values stays within it too.
LARGEST = float(np.finfo(np.float32).max) / 2

# Among about how many rows different numbers are counted.
_COUNTED = 1000


def make_donuts(
    n_samples: int = 9000, random_state: int | np.random.RandomState | None = 0
) -> np.ndarray:
    """Two donuts, one around the other, whose first column comes three times, twice with noise.

    A sample has a radius r ~ N(5, 1) on the inner donut, N(10, 1) on the outer one, and an angle
    a ~ U(0, 2π). Its columns are::

        0: x = r cos(a)    1: y = r sin(a)    2: x · U(0.9, 1.1)    3: x · U(0.9, 1.1)    4: class

    So three of the four features tell nearly the same story, and two hidden units are enough.
    Stretching x by up to 10 % gives columns 2 and 3 noise that grows with |x|: over both donuts
    its standard deviation is 0.32 and its kurtosis 3.9, though a uniform number alone has 1.8.

    Parameters
    ----------
    n_samples : int
        Number of rows, at least 1. The first half is the inner donut, class 0; the rest is the
        outer donut, class 1.
    random_state : int, RandomState or None
        The seed. A seed gives the same bits on every platform: the values are rounded to six
        decimals, far above the last bits in which one platform's cosine differs from another's.

    Returns
    -------
    array of shape (n_samples, 5), float64, columns contiguous

    Raises
    ------
    ValueError
        If `n_samples` is less than 1.

    Examples
    --------
    >>> donuts = make_donuts(6)
    >>> donuts.shape
    (6, 5)
    >>> donuts[:, 4]
    array([0., 0., 0., 1., 1., 1.])
    """
    if n_samples < 1:
        raise ValueError(f"make_donuts: n_samples must be at least 1; got {n_samples}")
    if isinstance(random_state, np.random.RandomState):
        rng = random_state
    else:
        rng = np.random.RandomState(random_state)
    n_inner = n_samples // 2
    label = np.repeat([0.0, 1.0], [n_inner, n_samples - n_inner])
    radius = np.where(label == 0, *DONUT_RADII) + rng.randn(n_samples)
    angle = rng.uniform(0, 2 * np.pi, n_samples)
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    stretch_2, stretch_3 = rng.uniform(0.9, 1.1, (2, n_samples))
    return np.round([x, y, x * stretch_2, x * stretch_3, label], 6).T


def load_donuts(path: str | os.PathLike[str] | None = None) -> np.ndarray:
    """The donuts: 9000 generated rows, or a table of the same layout from a file.

    Parameters
    ----------
    path : path, optional
        A ``.npy`` file, or a pipe, holding a table: features first, the class in the last column.
        Without it the table is ``make_donuts()``, the same wherever the package is installed.

    Returns
    -------
    array of shape (n_samples, n_features + 1), float64

    Raises
    ------
    OSError
        If the file cannot be opened.
    ValueError
        If it is not a ``.npy`` file, or its array is not a matrix of finite numbers, within
        float32's range, with at least one row and two columns. Pickled objects are never read.

    Warns
    -----
    UserWarning
        If most of a column's different numbers are the same in float64.

    Examples
    --------
    >>> load_donuts().shape
    (9000, 5)
    """
    if path is None:
        return make_donuts()
    name = os.fsdecode(path)
    with open_for_reading(path) as file:
        status = os.fstat(file.fileno())
        # Only an ordinary file tells its size; a pipe has what comes.
        size = status.st_size if stat.S_ISREG(status.st_mode) else None
        with _complaining_of(name):
            header = read_header(file, size)
        _check_declared(header, name)
        with _complaining_of(name):
            table = read_data(file, header)
    return _check_values(table, name)


@contextmanager
def _complaining_of(name: str) -> Iterator[None]:
    """Whatever reading raises becomes a ValueError that names the file."""
    try:
        yield
    except Exception as error:
        raise ValueError(
            f"{name}: expected a complete .npy file of numbers, but {first_line(error)}; "
            "write it again with numpy.save(path, table)"
        ) from error


def _check_declared(header: Header, name: str) -> None:
    """Raise a ValueError unless the header declares a table."""
    dtype, shape = header.dtype, header.shape
    if dtype.kind not in "biuf":
        raise ValueError(
            f"{name}: expected columns of numbers, got dtype {dtype}; "
            "convert or drop the columns that are not numbers"
        )
    if len(shape) != 2:
        raise ValueError(
            f"{name}: expected 2 dimensions (rows are samples, the last column is the class), "
            f"got {len(shape)} (shape {shape}); reshape it first"
        )
    if shape[0] < 1:
        raise ValueError(
            f"{name}: expected at least one row, got none (shape {shape}); "
            "check how the file was made"
        )
    if shape[1] < 2:
        raise ValueError(
            f"{name}: expected at least one feature column and the class column, "
            f"got shape {shape}; add a last column for the class (zeros will do)"
        )


def _check_values(table: np.ndarray, name: str) -> np.ndarray:
    """The table as float64, or a ValueError that says what is wrong with its numbers."""
    finite = np.isfinite(table)
    if not finite.all():
        row, column = np.unravel_index(finite.argmin(), table.shape)
        raise ValueError(
            f"{name}: expected finite numbers, got {table[row, column]} in row {row}, column "
            f"{column} ({np.sum(~finite)} such values in all); drop or fill them first"
        )
    # Compared in float64: in float16 the limit itself would be infinite. A number of a wider type
    # may become infinite here, and is too large then.
    with np.errstate(over="ignore"):
        converted = table.astype(np.float64)
    largest = np.abs(converted).max()
    if largest > LARGEST:
        raise ValueError(
            f"{name}: expected numbers up to {LARGEST:.2g}, because training data is float32, got "
            f"one of size {largest:.2g}; divide that column by a constant first"
        )
    if table.dtype != converted.dtype:
        warn_of_merged(table, converted)
    return converted


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
            name = column if names is None else repr(names[column])
            warnings.warn(
                f"column {name}: {n_before} different numbers become {n_after} in {after.dtype}, "
                "because they are too close together beside the column's size or range; subtract "
                "what they have in common, or take out those that lie far away",
                stacklevel=4,
            )
