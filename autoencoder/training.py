"""Training a network, epoch by epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

import minigrad
import minigrad.tensor as T

from .network import TiedNetwork
from .optimizers import momentum_updates
from .output import counted

if TYPE_CHECKING:
    from minigrad import Variable
    from minigrad.core.sharing import SharedVariable

    from .optimizers import Updates
    from .rows.blocks import Batch, Rows

# A cost of so many times that of no training at all has never been seen to come down again: where
# the rate is only just too large, it rises to some sixty times, and falls.
HOPELESS = 1e6
# By how much the costs of the same parameters may differ.
_ROUNDING = 1 + 1e-3


class Diverged(ArithmeticError):
    """Raised if training made the network worse than no training at all, or its cost is not finite.

    Attributes
    ----------
    epoch : int
        The number of the epoch with that cost, or of the one that would have come next.
    """

    def __init__(self, epoch: int, cost: float, bound: float, *, at_the_end: bool = False) -> None:
        worse = f", worse than the {bound:.4g} of no training at all" if np.isfinite(cost) else ""
        when = f"after {counted(epoch, 'epoch')}" if at_the_end else f"of epoch {epoch}"
        super().__init__(f"the cost {when} is {cost:.4g}{worse}")
        self.epoch = epoch


@dataclass(frozen=True)
class Pairs:
    """Samples, and the targets as which to reconstruct them: arrays of one shape."""

    X: np.ndarray
    target: np.ndarray

    def __len__(self) -> int:
        return len(self.X)

    def __getitem__(self, rows: slice | np.ndarray) -> Pairs:
        return Pairs(self.X[rows], self.target[rows])


def train(
    network: TiedNetwork,
    X: np.ndarray | Pairs | Rows,
    *,
    optimizer: Callable[..., Updates] = momentum_updates,
    learning_rate: float = 0.1,
    momentum: float = 0.9,
    epochs: int = 1000,
    batch_size: int | None = None,
    rng: np.random.RandomState | None = None,
    velocities: Sequence[SharedVariable] | None = None,
    earlier: Sequence[float] | np.ndarray = (),
    corrupt: Callable[[np.ndarray], np.ndarray] | None = None,
) -> Iterator[tuple[int, float]]:
    """Train the network on the rows of X; yield each epoch's number and cost at its end.

    An epoch goes once over all rows: in one step, or in steps of `batch_size` rows. Its cost is
    the mean squared error before its step; with several steps, the mean over the rows of the
    error before each row's step.

    Whenever the generator waits or has ended, the network's parameters are those after a whole
    epoch, even if Ctrl-C interrupted a step.

    Parameters
    ----------
    network : TiedNetwork
        Its parameters are changed.
    X : array of shape (n_samples, n_in), or what `autoencoder.rows.blocks.in_blocks` makes of one
        The samples, in the parameters' dtype or one that converts to it without loss; or `Pairs` of
        two such arrays, samples and targets.
    optimizer : callable
        `momentum_updates`, `nesterov_updates`, `adam_updates` or your own function. It is called
        with the cost or its gradients, the network's parameters, `learning_rate`, `momentum` and
        `velocities`, by position.
    learning_rate, momentum : float
    epochs : int
        How many.
    batch_size : int, optional
        By default all rows.
    rng : RandomState, optional
        It shuffles the rows before each epoch if there are several batches; without it the rows
        stay in order.
    velocities : sequence of shared variables, optional
        The optimizer's state, kept from step to step: velocities, or Adam's moments.
    earlier : sequence of float
        The costs of earlier epochs, if training continues.
    corrupt : callable, optional
        A function that adds noise to samples, anew in each epoch. The targets stay clean.

    Yields
    ------
    (int, float)
        The epoch's number and its cost.

    Raises
    ------
    Diverged
        If a cost is not finite, or exceeds a million times that of no training, or if training
        ends with a cost above that of no training. The cost of no training is that of the given
        network, or of reconstructing all samples as zeros, whichever is higher. The parameters are
        then those with which the epoch of the lowest cost began.

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
    step = Step(network, optimizer, learning_rate, momentum, velocities)
    return run(
        step,
        X,
        epochs=epochs,
        batch_size=batch_size,
        rng=rng,
        earlier=earlier,
        corrupt=corrupt,
    )


class Step:
    """A step of training: called with a batch, it moves the parameters, and returns the cost before.

    It is compiled when it is first called, once for batches of any number of rows.

    Parameters
    ----------
    network, optimizer, learning_rate, momentum, velocities
        As in `train`.
    mode : str, optional
        The mode in which to compile it, as in `minigrad.function`.

    Attributes
    ----------
    network : TiedNetwork
    learning_rate : float
    velocities : list of shared variables
        The optimizer's state, in the order in which the optimizer takes it.
    state : list of shared variables
        All variables that a step changes: these, and the network's parameters.
    """

    def __init__(
        self,
        network: TiedNetwork,
        optimizer: Callable[..., Updates] = momentum_updates,
        learning_rate: float = 0.1,
        momentum: float = 0.9,
        velocities: Sequence[SharedVariable] | None = None,
        mode: str | None = None,
    ) -> None:
        self.network = network
        self._mode = mode
        self._optimizer = optimizer
        self.learning_rate = learning_rate
        self._momentum = momentum
        self._X = T.matrix("X", dtype=network.W.dtype)
        self._cost = network.cost(self._X)
        self._updates = self._updates_of(self._cost, velocities)
        self.state = [variable for variable, _ in self._updates]
        self.velocities = [v for v in self.state if v not in network.parameters]
        self._gradients = [p.type(f"gradient_{p.name}") for p in network.parameters]

    def __call__(self, batch: np.ndarray | Pairs | Batch) -> float:
        """Train on rows in memory, or on rows that compute their gradient themselves."""
        if isinstance(batch, np.ndarray):
            return float(self._train(batch))
        if isinstance(batch, Pairs):
            return float(self._train_on_pairs(batch.X, batch.target))
        cost, *gradients = batch.cost_and_gradients(_held_by(self.network.parameters))
        self._move(*(g.astype(v.dtype) for g, v in zip(gradients, self._gradients, strict=True)))
        return float(cost)

    def _updates_of(
        self, cost: Variable | list[Variable], velocities: Sequence[SharedVariable] | None
    ) -> Updates:
        return self._optimizer(
            cost, self.network.parameters, self.learning_rate, self._momentum, velocities
        )

    @cached_property
    def _train(self) -> Callable[..., np.ndarray]:
        return self._compiled([self._X], self._cost, self._updates, "train")

    @cached_property
    def _train_on_pairs(self) -> Callable[..., np.ndarray]:
        target = T.matrix("target", dtype=self._X.dtype)
        cost = self.network.cost(self._X, target)
        updates = self._updates_of(cost, self.velocities)
        return self._compiled([self._X, target], cost, updates, "train_on_pairs")

    @cached_property
    def _move(self) -> Callable[..., None]:
        updates = self._updates_of(self._gradients, self.velocities)
        return self._compiled(self._gradients, None, updates, "move")

    def _compiled(
        self, inputs: list[Variable], cost: Variable | None, updates: Updates, name: str
    ) -> Callable[..., Any]:
        return minigrad.function(inputs, cost, updates=updates, name=name, mode=self._mode)


def run(
    step: Step,
    X: np.ndarray | Pairs | Rows,
    *,
    epochs: int,
    batch_size: int | None = None,
    rng: np.random.RandomState | None = None,
    earlier: Sequence[float] | np.ndarray = (),
    corrupt: Callable[[np.ndarray], np.ndarray] | None = None,
) -> Iterator[tuple[int, float]]:
    """Take steps on the rows of X, as `train` does."""
    # NumPy is fastest along contiguous memory, and there are more samples than features.
    if isinstance(X, np.ndarray):
        X = np.asfortranarray(X)
    elif isinstance(X, Pairs):
        X = Pairs(np.asfortranarray(X.X), np.asfortranarray(X.target))
    state = step.state
    untrained = earlier[0] if len(earlier) else _cost_now(step, X, batch_size)
    bound = max(untrained, _mean_square(X))
    best, lowest = _held_by(state), np.inf
    first = len(earlier)
    for epoch in range(first, first + epochs):
        before = _held_by(state)
        try:
            epoch_cost = _run_epoch(step, _corrupted(_batches(X, batch_size, rng), corrupt))
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
    last_cost = _cost_now(step, X, batch_size)
    finite = all(np.isfinite(value).all() for value in _held_by(state))
    if not (finite and np.isfinite(last_cost) and last_cost <= bound * _ROUNDING):
        _restore(state, best)
        cost = last_cost if finite else np.nan
        raise Diverged(first + epochs, cost, bound, at_the_end=True)


def values_of(variables: Sequence[SharedVariable]) -> list[np.ndarray]:
    """A copy of what each of the shared variables holds."""
    return [variable.get_value() for variable in variables]


def _held_by(variables: Sequence[SharedVariable]) -> list[np.ndarray]:
    """The arrays themselves that the variables hold: an update puts others in their place."""
    return [variable.get_value(borrow=True) for variable in variables]


def _batches(
    X: np.ndarray | Pairs | Rows, batch_size: int | None, rng: np.random.RandomState | None
) -> Iterable[np.ndarray | Pairs | Batch]:
    if not isinstance(X, np.ndarray | Pairs):
        return X.batches(batch_size, rng)
    if batch_size is None or batch_size >= len(X):
        return [X]
    rows = X if rng is None else X[rng.permutation(len(X))]
    return [rows[start : start + batch_size] for start in range(0, len(X), batch_size)]


def _corrupted(
    batches: Iterable[np.ndarray | Pairs | Batch],
    corrupt: Callable[[np.ndarray], np.ndarray] | None,
) -> Iterable[np.ndarray | Pairs | Batch]:
    if corrupt is None:
        return batches
    return (_with_noise(batch, corrupt) for batch in batches)


def _with_noise(
    batch: np.ndarray | Pairs | Batch, corrupt: Callable[[np.ndarray], np.ndarray]
) -> Pairs:
    if isinstance(batch, Pairs):
        return Pairs(corrupt(batch.X), batch.target)
    if isinstance(batch, np.ndarray):
        return Pairs(corrupt(batch), batch)
    raise TypeError(f"noise needs rows in memory; got {type(batch).__name__}")


def _mean_square(X: np.ndarray | Pairs | Rows) -> float:
    """The cost of reconstructing every sample as zeros."""
    if isinstance(X, Pairs):
        X = X.target
    if not isinstance(X, np.ndarray):
        return X.summary.mean_square
    with np.errstate(over="ignore"):
        return float(np.square(X).mean(dtype=np.float64))


def _cost_now(step: Step, X: np.ndarray | Pairs | Rows, batch_size: int | None) -> float:
    """The mean cost over all rows, with the parameters as they are; they stay so."""
    now = _held_by(step.state)

    def cost_only(batch: np.ndarray | Pairs | Batch) -> float:
        cost = step(batch)
        _restore(step.state, now)
        return cost

    try:
        return _mean_cost(cost_only, _batches(X, batch_size, rng=None))
    finally:
        _restore(step.state, now)


def _run_epoch(step: Step, batches: Iterable[np.ndarray | Pairs | Batch]) -> float:
    """Take a step on each batch; return the mean over all rows of the costs before."""
    return _mean_cost(step, batches)


@np.errstate(over="ignore", invalid="ignore")  # `run` reports a cost that is not finite
def _mean_cost(
    cost_of: Callable[[np.ndarray | Pairs | Batch], float],
    batches: Iterable[np.ndarray | Pairs | Batch],
) -> float:
    """The mean cost over all rows; if a batch's cost is not finite, that cost, at once."""
    n_rows = 0
    mean = 0.0
    for batch in batches:
        cost = cost_of(batch)
        if not np.isfinite(cost):
            return cost
        n_rows += len(batch)
        mean += (cost - mean) * (len(batch) / n_rows)
    return mean


def _restore(variables: Sequence[SharedVariable], values: Sequence[np.ndarray]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.set_value(value)
