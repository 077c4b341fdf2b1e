"""Two noisy donuts: generated, or read from a file of the same layout."""

from __future__ import annotations

import os

import numpy as np

from ..files.whole import open_for_reading
from .arrays import read_npy
from .values import as_float64

DONUT_RADII = (5.0, 10.0)


def make_donuts(
    n_samples: int = 9000, random_state: int | np.random.RandomState | None = 0
) -> np.ndarray:
    """Two donuts, one around the other; the first column comes three times, twice with noise.

    A sample has a radius r ~ N(5, 1) on the inner donut, N(10, 1) on the outer one, and an angle
    a ~ U(0, 2π). Its columns are::

        0: x = r cos(a)    1: y = r sin(a)    2: x · U(0.9, 1.1)    3: x · U(0.9, 1.1)    4: class

    So three of the four features are nearly equal, and two hidden units are enough.
    Stretching x by up to 10 % gives columns 2 and 3 noise that grows with |x|: over both donuts
    its standard deviation is 0.32 and its kurtosis 3.9, while that of a uniform number is 1.8.

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
    """The donuts: 9000 generated rows, or a table with the same layout from a file.

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
        If most of a column's distinct numbers become equal in float64.

    Examples
    --------
    >>> load_donuts().shape
    (9000, 5)
    """
    if path is None:
        return make_donuts()
    with open_for_reading(path) as file:
        table = read_npy(file, os.fsdecode(path), least_columns=2)
    return as_float64(table, os.fsdecode(path))
