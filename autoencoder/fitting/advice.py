"""Advice on a training that ended, but did not go well: what happened, and the remedy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

# A hidden unit whose number has a smaller standard deviation tells samples from each other as
# little as none. For features scaled to 0–1, or standardised, it is 0.005 and more.
IDLE = 1e-4
# A hidden unit that is so near to 0 or 1 has next to no slope by which to learn.
SATURATED = 1e-3
# Between which the root mean square of the largest feature lies; standardised ones have 1.
SCALED = (0.01, 10.0)
# A training that lowers the cost by a smaller share in so many epochs might as well not have been.
UNMOVED, FEW_EPOCHS = 1e-3, 10


class Trained(NamedTuple):
    """A training to judge."""

    #: Some of the samples, and the least and greatest number of all.
    rows: np.ndarray
    low: float
    high: float
    #: What they are encoded with.
    weights: np.ndarray
    hidden_bias: np.ndarray
    #: The cost of each epoch of this training, if it began from random weights; else empty.
    costs: Sequence[float] | np.ndarray
    learning_rate: float
    #: Whether the network was to make something else of the rows than what they are.
    denoises: bool = False

    def code(self) -> np.ndarray:
        """The code of the rows, between −1 and 1 instead of 0 and 1: near to 1 that rounds less."""
        with np.errstate(over="ignore", invalid="ignore"):
            return np.tanh((self.rows @ self.weights + self.hidden_bias) / 2)


def advise(trained: Trained) -> str | None:
    """The first thing that went wrong, with its remedy, in a sentence or two; or None.

    Examples
    --------
    >>> X = 1000 * np.random.RandomState(0).rand(50, 2)
    >>> print(advise(Trained(X, 0.0, 1000.0, np.ones((2, 1)), np.ones(1), [], 0.1)))
    1 of 1 hidden units give nearly the same number for every sample, so the code says little about \
it. The features reach from 0 to 1e+03: scale them to 0–1 first (sklearn.preprocessing.MinMaxScaler).
    """
    if (trained.rows == trained.rows[0]).all():
        return None  # nothing could be learned but that one sample
    return next(filter(None, (complaint(trained) for complaint in _COMPLAINTS)), None)


def _idle_units(trained: Trained) -> str | None:
    n_idle = np.sum(trained.code().std(axis=0) / 2 < IDLE)
    if n_idle == 0:
        return None
    return (
        f"{n_idle} of {trained.weights.shape[1]} hidden units give nearly the same number for every "
        f"sample, so the code says little about it. {_remedy(trained)}."
    )


def _saturated_units(trained: Trained) -> str | None:
    n_saturated = np.sum((1 - np.abs(trained.code()) < 2 * SATURATED).all(axis=0))
    if n_saturated == 0:
        return None
    return (
        f"{n_saturated} of {trained.weights.shape[1]} hidden units give nearly the same two numbers, "
        "0 and 1, for every sample: they are saturated and hardly learn any more. "
        f"{_remedy(trained)}."
    )


def _unscaled_features(trained: Trained) -> str | None:
    with np.errstate(over="ignore"):
        largest = np.sqrt(np.square(trained.rows, dtype=np.float64).mean(axis=0).max())
    if SCALED[0] <= largest <= SCALED[1]:
        return None
    return (
        f"{_scaling(trained)}. Training is slow or unstable where they are much larger or smaller."
    )


def _unmoved_cost(trained: Trained) -> str | None:
    costs = trained.costs
    if len(costs) < FEW_EPOCHS or trained.learning_rate == 0:
        return None
    first, last = costs[0], costs[-1]
    if last < first * (1 - UNMOVED):
        return None
    said, other = ("hardly moved", "larger") if last <= first else ("risen", "smaller")
    return (
        f"The cost has {said}: {first:.4g} in the first epoch, {last:.4g} in the last. "
        f"Try a {other} learning_rate (it is {trained.learning_rate:g}), or another optimizer."
    )


def _room_to_copy(trained: Trained) -> str | None:
    n_features, n_hidden = trained.weights.shape
    # A single feature is given whole by any code; and who copies noise has learned nothing.
    if n_hidden < n_features or n_features == 1 or trained.denoises:
        return None
    return (
        f"A code of {n_hidden} numbers for {n_features} features need not compress: the network can "
        "copy, and rebuild what is unlike the samples as well as these. Take fewer hidden units, or "
        "train with noise (corruption)."
    )


# In this order: what comes first explains what comes later.
_COMPLAINTS: list[Callable[[Trained], str | None]] = [
    _idle_units,
    _saturated_units,
    _unscaled_features,
    _unmoved_cost,
    _room_to_copy,
]


def _remedy(trained: Trained) -> str:
    if 0 <= trained.low and 0.1 < trained.high <= 1:
        return f"Try a smaller learning_rate (it is {trained.learning_rate:g}) or fewer units"
    return _scaling(trained)


def _scaling(trained: Trained) -> str:
    return (
        f"The features reach from {trained.low:.3g} to {trained.high:.3g}: scale them to 0–1 first "
        "(sklearn.preprocessing.MinMaxScaler)"
    )
