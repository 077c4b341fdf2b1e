"""Early stopping: training ends when samples that were held out are reconstructed no better."""

from __future__ import annotations

from typing import Generic, TypeVar

import numpy as np
from sklearn.utils import check_random_state

from ..output import counted

State = TypeVar("State")


class EarlyStopping(Generic[State]):
    """Keeps the best state of a training, and says when there has been none better for long.

    Parameters
    ----------
    n_iter_no_change : int
        It says stop if in so many epochs the cost has not fallen by the share `tol`.
    tol : float
        The least fall that counts, as a share of what the cost was before those epochs.

    Attributes
    ----------
    best : object
        The state at the lowest cost so far; None before the first.

    Examples
    --------
    >>> stopping = EarlyStopping(n_iter_no_change=2, tol=0.0)
    >>> [stopping.update(cost, f"epoch {i}") for i, cost in enumerate([3, 2, 4, 3])]
    [False, False, False, True]
    >>> stopping.best
    'epoch 1'
    """

    def __init__(self, n_iter_no_change: int, tol: float) -> None:
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.best: State | None = None
        self._lowest = np.inf
        self._to_beat = np.inf
        self._n_not_better = 0

    def update(self, cost: float, state: State) -> bool:
        """Take note of an epoch's cost of the samples held out; return whether to stop."""
        if cost < self._lowest or self.best is None:
            self._lowest, self.best = cost, state
        if cost < self._to_beat * (1 - self.tol):
            self._to_beat, self._n_not_better = cost, 0
        else:
            self._n_not_better += 1
        return self._n_not_better >= self.n_iter_no_change


def hold_out(
    n_samples: int, fraction: float, random_state: int | np.random.RandomState | None
) -> tuple[np.ndarray, np.ndarray]:
    """The rows to train on, and those to hold out: a random fraction, rounded up.

    Raises
    ------
    ValueError
        If none are left to train on.

    Examples
    --------
    >>> train, held_out = hold_out(10, 0.25, random_state=0)
    >>> len(train), len(held_out)
    (7, 3)
    """
    n_held_out = int(np.ceil(fraction * n_samples))
    if n_held_out >= n_samples:
        raise ValueError(
            f"validation_fraction={fraction} of {counted(n_samples, 'sample')} leaves none to "
            "train on; give more samples"
        )
    order = check_random_state(random_state).permutation(n_samples)
    return np.sort(order[n_held_out:]), np.sort(order[:n_held_out])
