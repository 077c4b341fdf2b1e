"""One training of an estimator, epoch by epoch: what it becomes then, and if something goes wrong."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

import minigrad
import minigrad.tensor as T

from ..extra import load
from ..network import TiedNetwork
from ..optimizers import OPTIMIZERS
from ..output import Output, counted
from ..rows.blocks import Summary, of_rows
from ..training import Diverged, Pairs, Step, run, values_of
from .advice import Trained, advise
from .engines import ENGINES, has_compiler, mode_of
from .hyperparameters import step_length
from .percentiles import Percentiles
from .stopping import EarlyStopping

if TYPE_CHECKING:
    from minigrad.core.sharing import SharedVariable

    from ..estimator import AutoEncoder
    from ..progress import Progress
    from ..rows.blocks import Rows

PARAMETERS = ("weights_", "hidden_bias_", "output_bias_")
FEATURES = ("n_features_in_", "feature_names_in_")
FITTED = (
    *PARAMETERS,
    *("velocities_", "moments_", "costs_", "validation_scores_"),
    *("error_percentiles_", "error_"),
    *FEATURES,
)
# So many samples are looked at for their errors where not all are in memory.
_JUDGED = 10_000
# The modules whose lines a warning is not about.
_OURS = (__name__, "autoencoder.estimator")
# Where a model keeps what its optimizer remembers.
_REMEMBERED = {"momentum": "velocities_", "nesterov": "velocities_", "adam": "moments_"}


def fitted(model: AutoEncoder) -> dict[str, Any]:
    """The fitted attributes by name; empty before fitting."""
    if not hasattr(model, "weights_"):
        return {}
    return {name: value for name, value in vars(model).items() if name in FITTED}


def adopt(model: AutoEncoder, attributes: Mapping[str, Any]) -> None:
    """Take over all fitted attributes at once: an interrupt finds the old or the new."""
    others = {name: value for name, value in vars(model).items() if name not in FITTED}
    model.__dict__ = {**others, **attributes}


def untrained(
    n_features: int, n_hidden: int, dtype: str, rng: np.random.RandomState
) -> dict[str, Any]:
    """The fitted attributes of a model with random weights that no epoch has changed."""
    network = TiedNetwork.gaussian(n_features, n_hidden, rng, dtype)
    parameters = values_of(network.parameters)
    return {
        **dict(zip(PARAMETERS, parameters, strict=True)),
        "velocities_": [np.zeros_like(value) for value in parameters],
        "costs_": np.zeros(0),
        "validation_scores_": None,
        "error_percentiles_": None,
        "error_": None,
    }


def step_of(model: AutoEncoder, start: Mapping[str, Any], n_steps: int, n_rows: int) -> Step:
    """A step of training from these fitted attributes, to be compiled when it is first taken.

    It is taken so often, over so many rows, in all epochs together.
    """
    weights = start[PARAMETERS[0]]
    mode = mode_of(model.engine, n_steps, n_rows, *weights.shape)
    if mode == ENGINES["c"] and not has_compiler():
        _warn(
            "engine='c': no C compiler was found (cc, or the one that the variable CC names); NumPy "
            "computes instead",
            UserWarning,
        )
        mode = ENGINES["numpy"]
    return Step(
        TiedNetwork(*(start[name] for name in PARAMETERS)),
        OPTIMIZERS[model.optimizer],
        step_length(model, len(weights)),
        float(model.momentum),
        mode=mode,
    )


class Fit:
    """One training of a model.

    Parameters
    ----------
    model : AutoEncoder
        Becomes what training makes of it.
    start : mapping of str to object
        The fitted attributes to go on from.
    samples : array, Pairs or Rows
    step : Step
        For this optimizer and this kind of parameters, from `step_of`; whatever it holds, training
        begins with `start`.
    batch_size : int or None
    epochs : int
    rng : RandomState or None
        Shuffles the samples.
    corrupt : callable or None
        See `train`.
    held_out : array, Pairs or None
        For early stopping.
    watched : bool
        Whether a user watches the epochs, and is to find the model as it is after each. If not, it
        changes only at the end.
    whole : bool
        Whether these are all epochs that there are to be, or some of more.
    """

    def __init__(
        self,
        model: AutoEncoder,
        start: Mapping[str, Any],
        samples: np.ndarray | Pairs | Rows,
        step: Step,
        *,
        batch_size: int | None,
        epochs: int,
        rng: np.random.RandomState | None = None,
        corrupt: Callable[[np.ndarray], np.ndarray] | None = None,
        held_out: np.ndarray | Pairs | None = None,
        watched: bool = False,
        whole: bool = True,
    ) -> None:
        self.model = model
        self.samples = samples
        self.epochs_to_come = epochs
        self.watched = watched
        self._live = watched or model.callback is not None
        self._whole = whole
        self._options: dict[str, Any] = {"batch_size": batch_size, "rng": rng, "corrupt": corrupt}
        self._start = _without_other_optimizers(start, model.optimizer)
        self._step = step
        self._remembered = _REMEMBERED[model.optimizer]
        _set(step.network.parameters, [start[name] for name in PARAMETERS])
        _set(step.velocities, self._start.get(self._remembered, _zeros_like(step.velocities)))
        self._costs = _History(start["costs_"])
        self._scores: _History | None = None
        self._stopping: EarlyStopping[list[np.ndarray]] | None = None
        if held_out is not None:
            before = start["validation_scores_"]
            self._scores = _History(np.zeros(0) if before is None else before)
            self._stopping = EarlyStopping(int(model.n_iter_no_change), float(model.tol))
            self._validation_cost = _cost_of(step.network, held_out)

    @property
    def first_epoch(self) -> int:
        """The number of the first of its epochs."""
        return len(self._start["costs_"])

    def epochs(self) -> Generator[tuple[int, float], None, None]:
        """Train; yield each epoch's number and cost when it is over."""
        before = fitted(self.model)
        if self._stopping is not None and self.first_epoch:
            self._judge(self._stopping)  # what it goes on from may stay the best
        try:
            with closing(self._run()) as epochs:
                for epoch, cost in epochs:
                    stop = self._end_epoch(epoch, cost)
                    try:
                        yield epoch, cost
                    except GeneratorExit:  # the loop was left; from elsewhere it is an error
                        self._end()
                        return
                    if stop:
                        break
        except BaseException:
            self._live = False
            adopt(self.model, before or self._state())
            raise
        if self._stopping is not None and self._stopping.best is not None:
            _set(self._step.state, self._stopping.best)
            adopt(self.model, self._state())
        self._end()
        if self._whole:
            self._judge_samples()
        self._advise()

    def _end(self) -> None:
        """Leave the model as it is to be: what a user who watches has set in it stays."""
        if not self.watched:
            self._live = False
            adopt(self.model, self._state())

    def _run(self) -> Generator[tuple[int, float], None, None]:
        earlier = self._start["costs_"]
        yield from run(
            self._step, self.samples, epochs=self.epochs_to_come, earlier=earlier, **self._options
        )

    def _end_epoch(self, epoch: int, cost: float) -> bool:
        """Take note of an epoch; return whether it is to be the last."""
        stop = False
        self._costs.append(cost)
        if self._stopping is not None and self._scores is not None:
            stop, validation_cost = self._judge(self._stopping)
            self._scores.append(-validation_cost)
        if self._live:
            adopt(self.model, self._state())
        if self.model.callback is not None:
            answer = self.model.callback(self.model, epoch, cost)
            stop |= isinstance(answer, bool | np.bool_) and bool(answer)
        return stop

    def _judge(self, stopping: EarlyStopping[list[np.ndarray]]) -> tuple[bool, float]:
        """Take note of the parameters as they are; return whether to stop, and their cost."""
        cost = self._validation_cost()
        return stopping.update(cost, values_of(self._step.state)), cost

    def _state(self) -> dict[str, Any]:
        """The fitted attributes that the model would have if training ended now."""
        return {
            **self._start,
            **dict(zip(PARAMETERS, values_of(self._step.network.parameters), strict=True)),
            self._remembered: values_of(self._step.velocities),
            "costs_": self._taken(self._costs),
            "validation_scores_": None if self._scores is None else self._taken(self._scores),
            "error_percentiles_": None,
            "error_": None,
        }

    def _taken(self, history: _History) -> np.ndarray:
        return history.so_far() if self._live else history.so_far().copy()

    def _judge_samples(self) -> None:
        """Have the model know how large the errors of its samples are, unless one is too large."""
        samples = self._inputs
        rows = samples if isinstance(samples, np.ndarray) else samples.some(_JUDGED)
        parameters = [getattr(self.model, name) for name in PARAMETERS]
        with np.errstate(over="ignore"):
            errors = of_rows(rows, "errors", parameters)
        if np.isfinite(errors).all():
            errors = errors.astype(np.float64)
            self.model.error_percentiles_ = Percentiles.of(errors)
            self.model.error_ = float(errors.mean())

    @property
    def _inputs(self) -> np.ndarray | Rows:
        """The samples as the network takes them, without what it is to make of them."""
        return self.samples.X if isinstance(self.samples, Pairs) else self.samples

    def _advise(self) -> None:
        """Warn, with a remedy, if the training did not go well."""
        samples = self._inputs
        if isinstance(samples, np.ndarray):
            rows, summary = samples[:: max(1, len(samples) // 1000)], Summary.of(samples)
        else:
            rows, summary = samples.some(1000), samples.summary
        # A model that goes on may have learned all before, and noise makes the cost of each epoch
        # another.
        comparable = self.first_epoch == 0 and self._options["corrupt"] is None
        trained = Trained(
            rows,
            float(summary.low.min()),
            float(summary.high.max()),
            self.model.weights_,
            self.model.hidden_bias_,
            self._costs.so_far() if comparable else [],
            self._step.learning_rate,
            denoises=self._options["corrupt"] is not None or isinstance(self.samples, Pairs),
        )
        if message := advise(trained):
            _warn(message, ConvergenceWarning)

    def go_through(self) -> None:
        """Train, telling how it goes; a warning instead of an error if it ends early."""
        model, before = self.model, fitted(self.model)
        done = 0
        try:
            with closing(self.epochs()) as epochs, self._progress() as progress:
                for epoch, cost in epochs:
                    done += 1
                    if progress:
                        progress.update(epoch, cost)
        except KeyboardInterrupt:
            if before:  # also if it came between two epochs
                adopt(model, before)
            kept = (
                "the model fitted before is kept" if before else "the model is that of the last one"
            )
            _warn(f"Training was interrupted after {counted(done, 'epoch')}; {kept}.", UserWarning)
        except Diverged as error:
            kept = "model fitted before is kept" if before else "lowest cost's model is kept"
            _warn(
                f"Training stopped: {error}. The {kept}. Try a smaller learning_rate (it is "
                f"{self._step.learning_rate:g}), or scale the features to 0–1 (MinMaxScaler).",
                ConvergenceWarning,
            )
        except BaseException:
            if before:  # also if it was telling that failed, between two epochs
                adopt(model, before)
            raise

    @contextmanager
    def _progress(self) -> Iterator[Progress | None]:
        """The display of how training goes, if the user wants it; of a whole one, the end too."""
        if not self.model.verbose:
            yield None
            return
        stream = Output(sys.stdout, "stdout")
        total = self.first_epoch + self.epochs_to_come
        progress = load("progress").Progress(
            total, stream, int(self.model.verbose), bar=self._whole
        )
        with closing(progress):
            try:
                yield progress
            finally:
                if self._whole:
                    progress.print_last()


class _History:
    """Numbers one after the other, as an array at any time, without a copy of all each time."""

    def __init__(self, values: np.ndarray) -> None:
        self._room = values.copy()
        self._n = len(values)

    def append(self, value: float) -> None:
        if self._n == len(self._room):
            self._room = np.concatenate([self._room, np.empty(max(self._n, 64))])
        self._room[self._n] = value
        self._n += 1

    def so_far(self) -> np.ndarray:
        """The numbers, which cannot be written to: what comes next shares their memory."""
        numbers = self._room[: self._n]
        numbers.flags.writeable = False
        return numbers


def _without_other_optimizers(start: Mapping[str, Any], optimizer: str) -> dict[str, Any]:
    """Forget what another optimizer remembers: it belongs to the steps that it made."""
    kept = dict(start)
    if _REMEMBERED[optimizer] == "moments_":
        kept["velocities_"] = [np.zeros_like(start[name]) for name in PARAMETERS]
    else:
        kept.pop("moments_", None)
    return kept


def _cost_of(network: TiedNetwork, held_out: np.ndarray | Pairs) -> Callable[[], float]:
    """Compile the cost of these samples, with the parameters as they then are."""
    pair = held_out if isinstance(held_out, Pairs) else Pairs(held_out, held_out)
    cost = network.cost(T.constant(pair.X), T.constant(pair.target))
    compute = minigrad.function([], cost, name="validate")

    @np.errstate(over="ignore", invalid="ignore")
    def now() -> float:
        return float(compute())

    return now


def _zeros_like(variables: Sequence[SharedVariable]) -> list[np.ndarray]:
    return [np.zeros_like(variable.get_value(borrow=True)) for variable in variables]


def _set(variables: Sequence[SharedVariable], values: Sequence[np.ndarray]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.set_value(value)


def _warn(message: str, category: type[Warning]) -> None:
    """Warn at the line that called the estimator."""
    level = 2
    while sys._getframe(level - 1).f_globals["__name__"] in _OURS:
        level += 1
    warnings.warn(message, category, stacklevel=level)
