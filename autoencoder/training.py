"""Training a network, epoch by epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

import minigrad
import minigrad.tensor as T

from .network import TiedNetwork
from .optimizers import momentum_updates

if TYPE_CHECKING:
    from minigrad.core.sharing import SharedVariable

    from .optimizers import Updates

# A cost of so many times that of no training at all has never been seen to come down again: where
# the rate is only just too large, it rises to some sixty times, and falls.
HOPELESS = 1e6
# By how much the costs of the same parameters may differ.
_ROUNDING = 1 + 1e-3


class Diverged(ArithmeticError):
    """Training made the network worse than no training at all, or its cost is not finite.

    Attributes
    ----------
    epoch : int
        The number of the epoch whose cost it was, or that would have come next.
    """

    def __init__(self, epoch: int, cost: float, bound: float) -> None:
        worse = f", worse than the {bound:.4g} of no training at all" if np.isfinite(cost) else ""
        super().__init__(f"the cost of epoch {epoch} is {cost:.4g}{worse}")
        self.epoch = epoch


def train(
    network: TiedNetwork,
    X: np.ndarray,
    *,
    optimizer: Callable[..., Updates] = momentum_updates,
    learning_rate: float = 0.1,
    momentum: float = 0.9,
    epochs: int = 1000,
    batch_size: int | None = None,
    rng: np.random.RandomState | None = None,
    velocities: Sequence[SharedVariable] | None = None,
    earlier: Sequence[float] | np.ndarray = (),
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
        The samples, in the parameters' dtype or one that converts to it without loss.
    optimizer : callable
        `momentum_updates`, `nesterov_updates`, `adam_updates` or one of yours: it is called with the
        cost, the network's parameters, `learning_rate`, `momentum` and `velocities`, by position.
    learning_rate, momentum : float
    epochs : int
        How many.
    batch_size : int, optional
        By default all rows.
    rng : RandomState, optional
        Shuffles the rows before each epoch if there is more than one batch; without it they are
        taken in their order.
    velocities : sequence of shared variables, optional
        What the optimizer remembers from one step to the next: velocities, or Adam's moments.
    earlier : sequence of float
        The costs of the epochs before, if training goes on.

    Yields
    ------
    (int, float)
        The epoch's number and its cost.

    Raises
    ------
    Diverged
        If a cost is not finite or a million times that of no training at all, or if training ends
        with one above it. No training is the network as it came, or all samples reconstructed as
        zeros, whichever is worse. The parameters are then those with which the epoch of the lowest
        cost began.

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
    updates = optimizer(cost, network.parameters, learning_rate, momentum, velocities)
    step = minigrad.function([batch], cost, updates=updates, name="train")
    state = [variable for variable, _ in updates]
    # NumPy is fastest along contiguous memory, and there are more samples than features.
    X = np.asfortranarray(X)
    in_order = _batches(X, batch_size, rng=None)
    untrained = earlier[0] if len(earlier) else _cost_now(step, in_order, state)
    bound = max(untrained, _mean_square(X))
    best, lowest = _held_by(state), np.inf
    first = len(earlier)
    for epoch in range(first, first + epochs):
        before = _held_by(state)
        try:
            epoch_cost = _run_epoch(step, _batches(X, batch_size, rng))
        except BaseException:
            _restore(state, before)
            raise
        # The bound may itself be infinite, if samples are too large to be squared.
        if not (np.isfinite(epoch_cost) and epoch_cost <= HOPELESS * bound):
            _restore(state, best)
            raise Diverged(epoch, epoch_cost, bound)
        if epoch_cost <= lowest:
            best, lowest = before, epoch_cost
        yield epoch, epoch_cost
    # The last step has no epoch after it whose cost would tell.
    last_cost = _cost_now(step, in_order, state)
    finite = all(np.isfinite(value).all() for value in _held_by(state))
    if not (finite and np.isfinite(last_cost) and last_cost <= bound * _ROUNDING):
        _restore(state, best)
        raise Diverged(first + epochs, last_cost if finite else np.nan, bound)


def values_of(variables: Sequence[SharedVariable]) -> list[np.ndarray]:
    """A copy of what each of the shared variables holds."""
    return [variable.get_value() for variable in variables]


def _held_by(variables: Sequence[SharedVariable]) -> list[np.ndarray]:
    """The arrays themselves that the variables hold: an update puts others in their place."""
    return [variable.get_value(borrow=True) for variable in variables]


def _batches(
    X: np.ndarray, batch_size: int | None, rng: np.random.RandomState | None
) -> list[np.ndarray]:
    if batch_size is None or batch_size >= len(X):
        return [X]
    rows = X if rng is None else X[rng.permutation(len(X))]
    return [rows[start : start + batch_size] for start in range(0, len(X), batch_size)]


def _mean_square(X: np.ndarray) -> float:
    """The cost of reconstructing every sample as zeros."""
    with np.errstate(over="ignore"):
        return float(np.square(X).mean(dtype=np.float64))


@np.errstate(over="ignore", invalid="ignore")
def _cost_now(
    step: Callable[[np.ndarray], np.ndarray],
    batches: list[np.ndarray],
    state: Sequence[SharedVariable],
) -> float:
    """The mean cost over all rows, with the parameters as they are; they stay so."""
    now = _held_by(state)
    costs = []
    try:
        for batch in batches:
            costs.append(float(step(batch)))
            _restore(state, now)
    finally:
        _restore(state, now)
    return float(np.average(costs, weights=[len(batch) for batch in batches]))


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
