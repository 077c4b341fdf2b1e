"""Training a network, epoch by epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

import minigrad
import minigrad.tensor as T

from .momentum import momentum_updates
from .network import TiedNetwork

if TYPE_CHECKING:
    from minigrad.shared import SharedVariable


class Diverged(ArithmeticError):
    """The cost stopped being finite.

    Attributes
    ----------
    epoch : int
        The number of the epoch whose cost it was.
    """

    def __init__(self, epoch: int, cost: float) -> None:
        super().__init__(f"the cost of epoch {epoch} is {cost}")
        self.epoch = epoch


def train(
    network: TiedNetwork,
    X: np.ndarray,
    *,
    learning_rate: float = 0.1,
    momentum: float = 0.9,
    epochs: int = 1000,
    batch_size: int | None = None,
    rng: np.random.RandomState | None = None,
    velocities: Sequence[SharedVariable] | None = None,
    first: int = 0,
) -> Iterator[tuple[int, float]]:
    """Train the network on the rows of X; yield each epoch's number and cost when it is over.

    An epoch goes once over all rows: in one step, or in steps of `batch_size` rows. Its cost is
    the mean squared error before its step, or the mean over the rows of what it was before the
    step that each row took part in.

    Whenever the generator waits or has ended, the network's parameters are those after a whole
    epoch, also if a step was interrupted by Ctrl-C.

    Parameters
    ----------
    network : TiedNetwork
        Its parameters are changed.
    X : array of shape (n_samples, n_in)
        Of the parameters' dtype, or one that converts to it without loss.
    learning_rate, momentum : float
    epochs : int
        How many.
    batch_size : int, optional
        By default all rows.
    rng : RandomState, optional
        Shuffles the rows before each epoch if there is more than one batch; without it they are
        taken in their order.
    velocities : sequence of shared variables, optional
        See `momentum_updates`.
    first : int
        The number of the first epoch, if there were others before.

    Yields
    ------
    (int, float)
        The epoch's number and its cost.

    Raises
    ------
    Diverged
        If a cost is not finite. The parameters are then the last with which an epoch began and
        had a finite cost.

    Examples
    --------
    >>> rng = np.random.RandomState(0)
    >>> network = TiedNetwork.gaussian(4, 2, rng)
    >>> for epoch, cost in train(network, rng.rand(100, 4), epochs=3):
    ...     print(epoch, cost > 0)
    0 True
    1 True
    2 True
    """
    batch = T.matrix("X", dtype=network.W.dtype)
    cost = network.cost(batch)
    updates = momentum_updates(cost, network.parameters, learning_rate, momentum, velocities)
    step = minigrad.function([batch], cost, updates=updates, name="train")
    state = [variable for variable, _ in updates]
    # NumPy is fastest along contiguous memory, and there are more samples than features.
    X = np.asfortranarray(X)
    good = values_of(state)
    for epoch in range(first, first + epochs):
        before = values_of(state)
        try:
            epoch_cost = _run_epoch(step, _batches(X, batch_size, rng))
        except BaseException:
            _restore(state, before)
            raise
        if not np.isfinite(epoch_cost):
            _restore(state, good)
            raise Diverged(epoch, epoch_cost)
        good = before
        yield epoch, epoch_cost
    # The last step has no epoch after it whose cost would tell.
    if not all(np.isfinite(value).all() for value in values_of(state)):
        _restore(state, good)
        raise Diverged(first + epochs, np.nan)


def values_of(variables: Sequence[SharedVariable]) -> list[np.ndarray]:
    """A copy of what each of the shared variables holds."""
    return [variable.get_value() for variable in variables]


def _batches(
    X: np.ndarray, batch_size: int | None, rng: np.random.RandomState | None
) -> list[np.ndarray]:
    if batch_size is None or batch_size >= len(X):
        return [X]
    rows = X if rng is None else X[rng.permutation(len(X))]
    return [rows[start : start + batch_size] for start in range(0, len(X), batch_size)]


@np.errstate(over="ignore", invalid="ignore")  # `train` reports a cost that is not finite
def _run_epoch(step: Callable[[np.ndarray], np.ndarray], batches: list[np.ndarray]) -> float:
    """The mean cost over all rows; if a batch's cost is not finite, that cost, at once."""
    n_rows = sum(map(len, batches))
    mean = 0.0
    for batch in batches:
        cost = float(step(batch))
        if not np.isfinite(cost):
            return cost
        mean += cost * (len(batch) / n_rows)
    return mean


def _restore(variables: Sequence[SharedVariable], values: Sequence[np.ndarray]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.set_value(value)
