"""Samples as blocks of rows, so that no more than one block of them need be in memory at a time.

A mean over all rows is the sum of the blocks' means, each times the block's share of the rows. The
cost is such a mean, and so is its gradient::

    cost = Σ share · cost(block)          gradient = Σ share · gradient(block)

So one compiled function of a block serves for all, wherever the blocks are: in a file
(`MappedRows`), or in the memory of other machines (`autoencoder.rows.distributed`).
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias, TypeGuard

import numpy as np

import minigrad
import minigrad.tensor as T

from ..network import TiedNetwork

if TYPE_CHECKING:
    from minigrad import Variable

#: Makes one row, or one number, of each row.
OfRows: TypeAlias = Callable[[np.ndarray], np.ndarray]

# Large enough that reading and computing take much longer than a call, small beside any memory.
BLOCK_BYTES = 2**23


def rows_of_a_block(n_columns: int, dtype: np.dtype) -> int:
    """The number of rows in a block of `BLOCK_BYTES`.

    Examples
    --------
    >>> rows_of_a_block(16, np.dtype("float64"))
    65536
    """
    return max(1, BLOCK_BYTES // max(1, n_columns * dtype.itemsize))


def slices(n_rows: int, size: int) -> Iterator[slice]:
    """The rows from 0 to `n_rows`, so many at a time.

    Examples
    --------
    >>> list(slices(5, 2))
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    return (slice(start, min(start + size, n_rows)) for start in range(0, n_rows, size))


@lru_cache
def compiled(method: str, dtype: str) -> Callable[..., np.ndarray]:
    """Compile a method of `TiedNetwork`, such as ``encode``, as a function of X, W, bh and bo.

    It is compiled once in a process for each dtype, however many models are used there.

    Examples
    --------
    >>> encode = compiled("encode", "float64")
    >>> encode(np.zeros((3, 4)), np.zeros((4, 2)), np.zeros(2), np.zeros(4)).shape
    (3, 2)
    """
    X, network, values = _of_any_parameters(dtype)
    return _function(f"{method}_block", X, values, network, getattr(network, method)(X))


@lru_cache
def cost_and_gradients(dtype: str) -> Callable[..., list[np.ndarray]]:
    """Compile the cost of a block and its gradient, as a function of X, W, bh and bo.

    It is compiled once in a process for each dtype, however many models train there.

    Examples
    --------
    >>> f = cost_and_gradients("float64")
    >>> cost, dW, dbh, dbo = f(np.ones((3, 4)), np.zeros((4, 2)), np.zeros(2), np.zeros(4))
    >>> float(cost), dW.shape
    (1.0, (4, 2))
    """
    X, network, values = _of_any_parameters(dtype)
    cost = network.cost(X)
    outputs = [cost, *minigrad.grad(cost, network.parameters)]
    return _function("train_block", X, values, network, outputs)


def of_rows(rows: np.ndarray, method: str, parameters: Sequence[np.ndarray]) -> np.ndarray:
    """The result of a method of `TiedNetwork` with these parameters for the rows."""
    return compiled(method, rows.dtype.name)(rows, *parameters)


def _of_any_parameters(dtype: str) -> tuple[Variable, TiedNetwork, list[Variable]]:
    """Samples, a network, and variables to put in the place of its parameters."""
    network = TiedNetwork.gaussian(1, 1, np.random.RandomState(0), dtype)
    return (
        T.matrix("X", dtype=dtype),
        network,
        [parameter.type(parameter.name) for parameter in network.parameters],
    )


def _function(
    name: str, X: Variable, values: list[Variable], network: TiedNetwork, outputs: Any
) -> Callable[..., Any]:
    givens = list(zip(network.parameters, values, strict=True))
    return minigrad.function(
        [X, *values], outputs, givens=givens, name=name, on_unused_input="ignore"
    )


def terms(block: np.ndarray, parameters: Sequence[np.ndarray], n_rows: int) -> list[np.ndarray]:
    """The terms that a block adds to the cost and to the gradients of all rows, in float64.

    Parameters
    ----------
    block : array of shape (n, n_in)
        Some of the rows; of any number, it is gone through a few megabytes at a time.
    parameters : sequence of arrays
        W, bh and bo.
    n_rows : int
        How many rows there are in all blocks together.

    Examples
    --------
    >>> X, parameters = np.eye(4), [np.ones((4, 1)), np.zeros(1), np.zeros(4)]
    >>> of_blocks = added([terms(X[:3], parameters, 4), terms(X[3:], parameters, 4)])
    >>> all(map(np.allclose, of_blocks, terms(X, parameters, 4)))
    True
    """
    compute = cost_and_gradients(block.dtype.name)
    total = [np.zeros(()), *(np.zeros(p.shape) for p in parameters)]
    # Pieces of one size, so that the function meets few shapes: it makes a program for each.
    for piece in slices(len(block), rows_of_a_block(block.shape[1], block.dtype)):
        rows = block[piece]
        share = len(rows) / n_rows
        for term, mean in zip(total, compute(rows, *parameters), strict=True):
            term += share * mean.astype(np.float64)
    return total


def added(terms: Iterable[list[np.ndarray]]) -> list[np.ndarray]:
    """The sums of what blocks add, in the order given."""
    terms = iter(terms)
    total = [value.copy() for value in next(terms)]
    for more in terms:
        for value, addend in zip(total, more, strict=True):
            value += addend
    return total


class Summary(NamedTuple):
    """Facts that a look at every row tells."""

    n_rows: int
    #: The least and the greatest number of each column.
    low: np.ndarray
    high: np.ndarray
    #: Whether all numbers of each column are finite.
    finite: np.ndarray
    #: The sum for each column.
    sum_of_squares: np.ndarray

    @classmethod
    def of(cls, block: np.ndarray) -> Summary:
        """The summary of one block; it may have no rows."""
        with np.errstate(over="ignore", invalid="ignore"):
            return cls(
                len(block),
                block.min(axis=0, initial=np.inf),
                block.max(axis=0, initial=-np.inf),
                np.isfinite(block).all(axis=0),
                np.einsum("ij,ij->j", block, block, dtype=np.float64),
            )

    @classmethod
    def joined(cls, summaries: Sequence[Summary]) -> Summary:
        """The summary of all blocks together."""
        n_rows, low, high, finite, sum_of_squares = zip(*summaries, strict=True)
        return cls(
            sum(n_rows),
            np.min(low, axis=0),
            np.max(high, axis=0),
            np.all(finite, axis=0),
            np.sum(sum_of_squares, axis=0),
        )

    @property
    def mean_square(self) -> float:
        """The mean over all numbers of their squares."""
        with np.errstate(over="ignore"):
            return float(self.sum_of_squares.sum() / (self.n_rows * len(self.low)))

    def check(self, dtype: str, names: Sequence[str] | None = None) -> None:
        """Raise a ValueError unless there are rows, and all numbers are finite."""
        if self.n_rows == 0:
            raise ValueError("Found array with 0 sample(s) while a minimum of 1 is required.")
        wrong = np.flatnonzero(~self.finite).tolist()
        if wrong:
            columns = ", ".join(str(i) if names is None else repr(names[i]) for i in wrong[:5])
            more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
            raise ValueError(
                f"Input X contains NaN, infinity or a value too large for {dtype}, in column "
                f"{columns}{more}; drop such rows, or fill them first (SimpleImputer)"
            )


def check_finite(block: np.ndarray, names: Sequence[str] | None = None) -> None:
    """Raise a ValueError that names the columns unless all numbers of a block are finite."""
    if not np.isfinite(block).all():
        Summary.of(block).check(block.dtype.name, names)


def in_blocks(X: Any, dtype: str) -> Rows | None:
    """The samples, if they are to be computed with block by block.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    dtype : {'float64', 'float32'}

    Raises
    ------
    ValueError, TypeError
        If X is one of Dask's collections, but not a matrix of numbers.
    """
    if in_a_file(X):
        return MappedRows(X, dtype)
    if getattr(X, "__dask_graph__", None) is not None:
        from .distributed import DaskRows

        return DaskRows(X, dtype)
    return None


def in_a_file(X: object) -> TypeGuard[np.memmap]:
    """Whether X is a matrix of numbers in a file, too large to be read at once without need."""
    return (
        isinstance(X, np.memmap)
        and _mapping(X) is not None  # or it was computed from one, and is in memory
        and X.ndim == 2
        and X.dtype.kind in "biuf"
        and X.nbytes > BLOCK_BYTES
    )


class Batch(Protocol):
    """Rows, wherever they are, that can compute their cost and its gradient."""

    def __len__(self) -> int: ...

    def cost_and_gradients(self, parameters: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The mean cost of the rows, and its gradients by W, bh and bo, in float64."""


class Rows(Protocol):
    """The rows of a matrix, wherever they are, as training and using a model need them."""

    #: Something of the same width, with the same names of columns.
    like: Any

    @property
    def summary(self) -> Summary:
        """The summary of all rows, from a look at every one."""

    def check(self) -> None:
        """Raise a ValueError unless there are rows, and all numbers are finite."""

    def some(self, n: int) -> np.ndarray:
        """About n rows, evenly from all."""

    def batches(
        self, batch_size: int | None, rng: np.random.RandomState | None
    ) -> Iterator[np.ndarray | Batch]:
        """All rows as one batch, or about `batch_size` rows a batch, in an order drawn from `rng`."""

    def computed(self, function: OfRows, n_columns: int | None) -> Any:
        """The result of a function of blocks for all rows.

        Parameters
        ----------
        function : callable
        n_columns : int or None
            How many columns the result has; None if it has one dimension.
        """

    def mean(self, function: OfRows) -> float:
        """The mean over all rows of a function that has a number for each."""


class MappedRows:
    """The rows of a `numpy.memmap`, of which a block is in memory at a time.

    The operating system maps pages of the file into memory as they are read, and counts them as the
    process's; they are given back after each block.

    Parameters
    ----------
    mapped : memmap of shape (n_samples, n_features)
    dtype : {'float64', 'float32'}
        What each block is converted to.
    """

    def __init__(self, mapped: np.memmap, dtype: str) -> None:
        #: Something of the same width.
        self.like = mapped
        self.dtype = dtype
        self._block_rows = rows_of_a_block(mapped.shape[1], np.dtype(dtype))

    def __len__(self) -> int:
        return len(self.like)

    def blocks(self, order: Iterable[slice] | None = None) -> Iterator[np.ndarray]:
        """The rows a block at a time; or those of the slices that are given."""
        for rows in order or slices(len(self), self._block_rows):
            with np.errstate(over="ignore"):  # what overflows is found not to be finite
                yield np.asarray(self.like[rows]).astype(self.dtype, copy=False)
            self._give_back()

    def batches(
        self, batch_size: int | None, rng: np.random.RandomState | None
    ) -> Iterator[np.ndarray | MappedRows]:
        """All rows as one batch, or batches of `batch_size` rows, shuffled by `rng` if given.

        Reading single rows from all over a file would be slow. So blocks of consecutive rows are
        read in random order, and within each block the rows are shuffled before they become
        batches. Where similar rows are next to each other throughout a file that is much larger
        than a block, shuffle the file once.
        """
        if batch_size is None or batch_size >= len(self):
            yield self
            return
        # Whole batches, so that only the last of all is smaller.
        size = max(1, self._block_rows // batch_size) * batch_size
        order = list(slices(len(self), size))
        if rng is not None:
            order = [order[i] for i in rng.permutation(len(order))]
        for block in self.blocks(order):
            rows = block if rng is None else block[rng.permutation(len(block))]
            for batch in slices(len(rows), batch_size):
                yield rows[batch]

    def cost_and_gradients(self, parameters: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The cost of all rows, and its gradients by W, bh and bo."""
        return added(terms(block, parameters, len(self)) for block in self.blocks())

    @cached_property
    def summary(self) -> Summary:
        """The summary of all rows, from a look at every one."""
        return Summary.joined([Summary.of(block) for block in self.blocks()])

    def check(self) -> None:
        """Raise a ValueError unless all numbers are finite."""
        self.summary.check(self.dtype)

    def some(self, n: int) -> np.ndarray:
        """About n rows, evenly from all."""
        step = max(1, len(self) // n)
        portions = []
        # With a row the system maps what is around it, so that few rows can be many pages.
        for portion in slices(len(self), 100 * step):
            portions.append(np.array(self.like[portion][::step], dtype=self.dtype))
            self._give_back()
        return np.concatenate(portions)

    def computed(self, function: OfRows, n_columns: int | None) -> np.ndarray:
        """The result of a function of blocks for all rows.

        Parameters
        ----------
        function : callable
        n_columns : int or None
            How many columns the result has; None if it has one dimension.
        """
        shape = (len(self),) if n_columns is None else (len(self), n_columns)
        result = np.empty(shape, self.dtype)
        done = 0
        for block in self.blocks():
            check_finite(block)
            result[done : done + len(block)] = function(block)
            done += len(block)
        return result

    def mean(self, function: OfRows) -> float:
        """The mean over all rows of a function that has a number for each."""
        total = 0.0
        for block in self.blocks():
            check_finite(block)
            total += function(block).sum(dtype=np.float64)
        return total / len(self)

    def _give_back(self) -> None:
        """Unmap the pages that were read: they are in the file."""
        # Pages of a copy-on-write mapping may hold what a file does not.
        if self.like.mode != "c" and hasattr(mmap, "MADV_DONTNEED"):
            _mapping(self.like).madvise(mmap.MADV_DONTNEED)


def _mapping(X: np.memmap) -> Any:
    """The `mmap.mmap` that X is a view of, or None if it is an array in memory."""
    return getattr(X, "_mmap", None)
