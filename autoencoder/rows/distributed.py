"""Samples in Dask arrays and dataframes: each worker computes what its partitions add.

The partitions stay where they are. For each step the parameters go to the workers, each computes
the terms of the cost and of its gradient (`blocks.terms`), and their sums come back. They are added
up in the order of the partitions, whichever is ready first. The workers need this package.

With a `distributed.Client` the partitions are kept in the workers' memory as arrays of numbers; what
is lost with a worker is computed again from where it came. Dask's schedulers within one process keep
nothing: there the partitions are computed anew for each step, unless you persist them first.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import dask
import dask.array as da
import numpy as np
from dask.base import get_scheduler
from dask.delayed import Delayed, delayed

from . import blocks

# How many sums one task adds up.
_FAN_IN = 8


class DaskRows:
    """The rows of a Dask array or dataframe.

    Parameters
    ----------
    X : Dask array or dataframe of shape (n_samples, n_features)
    dtype : {'float64', 'float32'}
        What each partition is converted to.

    Raises
    ------
    ValueError, TypeError
        If it is not a matrix of numbers.
    """

    def __init__(self, X: Any, dtype: str) -> None:
        self._matrix = as_array(X)
        self._as_block = partial(as_numbers, dtype=dtype)
        self._names = None if isinstance(X, da.Array) else list(X.columns)
        #: Something of the same width, with the same names.
        self.like = X if self._names is None else X._meta
        self.dtype = dtype

    @cached_property
    def partitions(self) -> Sequence[Delayed]:
        """The rows of each partition, an array in the model's dtype."""
        as_block = _task(self._as_block)
        partitions = [as_block(partition) for partition in self._matrix.to_delayed().ravel()]
        return dask.persist(*partitions) if _on_a_cluster(self._matrix) else partitions

    @cached_property
    def summaries(self) -> Sequence[blocks.Summary]:
        """The summary of each partition, from a look at every row."""
        return dask.compute(*map(_task(blocks.Summary.of), self.partitions))

    @property
    def summary(self) -> blocks.Summary:
        """The summary of all rows, from a look at every one."""
        return blocks.Summary.joined(self.summaries)

    def check(self) -> None:
        """Raise a ValueError unless there are rows, and all numbers are finite."""
        self.summary.check(self.dtype, self._names)

    def batches(self, batch_size: int | None, rng: np.random.RandomState | None) -> Iterator[Batch]:
        """All rows as one batch, or batches of `batch_size` rows, shuffled by `rng` if given.

        They are those of an array in memory with the same generator. Each step is a round trip to the
        workers, so small batches take long.
        """
        ends = np.cumsum([summary.n_rows for summary in self.summaries])
        n_rows = int(ends[-1])
        if batch_size is None or batch_size >= n_rows:
            yield Batch([(partition, slice(None)) for partition in self.partitions], n_rows)
            return
        order = np.arange(n_rows) if rng is None else rng.permutation(n_rows)
        for some in blocks.slices(n_rows, batch_size):
            batch = np.sort(order[some])
            starts = np.searchsorted(batch, [0, *ends])
            pieces = [
                (partition, batch[start:stop] - before)
                for partition, before, (start, stop) in zip(
                    self.partitions, [0, *ends], itertools.pairwise(starts), strict=False
                )
                if start < stop
            ]
            yield Batch(pieces, len(batch))

    def some(self, n: int) -> np.ndarray:
        """About n rows, evenly from all."""
        every = slice(None, None, max(1, self.summary.n_rows // n))
        take = _task(_rows_of)
        return np.concatenate(dask.compute(*(take(p, every) for p in self.partitions)))

    def computed(self, function: blocks.OfRows, n_columns: int | None) -> da.Array:
        """The result of a function of blocks for all rows, once somebody asks for it.

        Parameters
        ----------
        function : callable
            It goes to the workers.
        n_columns : int or None
            How many columns the result has; None if it has one dimension.
        """
        of_block = partial(_of_block, function=function, as_block=self._as_block, names=self._names)
        if n_columns is None:
            meta = np.empty(0, self.dtype)
            return self._matrix.map_blocks(of_block, dtype=self.dtype, drop_axis=1, meta=meta)
        meta = np.empty((0, 0), self.dtype)
        chunks = (self._matrix.chunks[0], (n_columns,))
        return self._matrix.map_blocks(of_block, dtype=self.dtype, chunks=chunks, meta=meta)

    def mean(self, function: blocks.OfRows) -> float:
        """The mean over all rows of a function that has a number for each."""
        return float(self.computed(function, None).mean().compute())


@dataclass(frozen=True)
class Batch:
    """Some rows of each of some partitions, and how many there are in all."""

    pieces: Sequence[tuple[Delayed, np.ndarray | slice]]
    n_rows: int

    def __len__(self) -> int:
        return self.n_rows

    def cost_and_gradients(self, parameters: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The mean cost of the rows, and its gradients by W, bh and bo."""
        sent = delayed(list(parameters), traverse=False, pure=False)
        compute, add = _task(_terms), _task(blocks.added)
        terms = [compute(partition, rows, sent, self.n_rows) for partition, rows in self.pieces]
        while len(terms) > 1:
            terms = [add(terms[few]) for few in blocks.slices(len(terms), _FAN_IN)]
        return terms[0].compute()


def as_array(X: Any) -> da.Array:
    """A Dask array or dataframe as an array, a block of which has all columns.

    Raises
    ------
    TypeError
        If X is another kind of collection.
    ValueError
        If it does not have two dimensions, or holds other things than numbers.
    """
    if not (hasattr(type(X), "to_delayed") and hasattr(type(X), "ndim")):
        raise TypeError(
            f"X must be a Dask array or dataframe; got a {type(X).__name__}: make it one first "
            "(to_dataframe, dask.array.from_delayed)"
        )
    if X.ndim != 2:
        raise ValueError(
            f"Expected 2D array, got {X.ndim}D array instead; X[:, None] or X.to_frame() makes a "
            "single feature a matrix"
        )
    if isinstance(X, da.Array):
        if X.dtype.kind not in "biuf":
            raise ValueError(f"X must hold numbers; got dtype {X.dtype}: convert it first")
        return X.rechunk({1: -1})
    text = [str(name) for name, dtype in X.dtypes.items() if not _is_number(dtype)]
    if text:
        raise ValueError(
            f"X must hold numbers, but these columns do not: {', '.join(text)}; drop them, or "
            "encode them as numbers (OneHotEncoder)"
        )
    meta = np.empty((0, len(X.columns)))
    return X.map_partitions(as_numbers, dtype="float64", meta=meta)


def as_numbers(rows: Any, dtype: str) -> np.ndarray:
    """The rows of an array or a data frame as an array, missing values as NaN."""
    with np.errstate(over="ignore"):  # what overflows is found not to be finite
        if hasattr(rows, "to_numpy"):
            return rows.to_numpy(dtype=dtype, na_value=np.nan)
        return np.asarray(rows, dtype=dtype)


def _is_number(dtype: Any) -> bool:
    from pandas.api.types import is_bool_dtype, is_complex_dtype, is_numeric_dtype

    return (is_numeric_dtype(dtype) and not is_complex_dtype(dtype)) or is_bool_dtype(dtype)


def _task(function: Callable[..., Any]) -> Callable[..., Delayed]:
    """A task of its own each time that it is called, with nothing to pay for finding equal ones."""
    return delayed(function, pure=False)


def _on_a_cluster(X: Any) -> bool:
    """Whether what is computed of X, is so by the workers of a `distributed.Client`."""
    distributed = sys.modules.get("distributed")
    scheduler = getattr(get_scheduler(collections=[X]), "__self__", None)
    return distributed is not None and isinstance(scheduler, distributed.Client)


# What workers do. They import these functions by name.


def _rows_of(block: np.ndarray, rows: slice) -> np.ndarray:
    return block[rows]


def _terms(
    block: np.ndarray, rows: np.ndarray | slice, parameters: Sequence[np.ndarray], n_rows: int
) -> list[np.ndarray]:
    return blocks.terms(block[rows], parameters, n_rows)


def _of_block(
    rows: Any,
    function: blocks.OfRows,
    as_block: Callable[[Any], np.ndarray],
    names: Sequence[str] | None,
) -> np.ndarray:
    block = as_block(rows)
    blocks.check_finite(block, names)
    return function(block)
