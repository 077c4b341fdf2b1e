"""The autoencoder as a scikit-learn transformer."""

from __future__ import annotations

import math
import os
import sys
import warnings
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from copy import copy
from functools import partial
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_array, check_random_state, check_scalar
from sklearn.utils.validation import check_is_fitted, validate_data

import minigrad
import minigrad.tensor as T

from .blocks import Summary, in_blocks, of_rows
from .extra import load
from .network import TiedNetwork
from .optimizers import momentum_updates
from .output import Output, counted
from .storage import (
    ARRAYS,
    FEATURE_NAMES,
    Stored,
    as_text,
    expecting_a_model,
    read_model,
    write_model,
)
from .training import Diverged, Step, run, values_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from typing_extensions import Self

    from .blocks import OfRows, Samples
    from .progress import Progress

_FITTED = (
    *("weights_", "hidden_bias_", "output_bias_", "velocities_", "costs_"),
    *("n_features_in_", "feature_names_in_"),
)
# The kind of each number, the least and the most that it may be.
_RANGES: dict[str, tuple[type, float, float | None]] = {
    "n_hidden": (Integral, 1, None),
    "learning_rate": (Real, 0, sys.float_info.max),
    "momentum": (Real, 0, 1),
    "epochs": (Integral, 1, None),
    "verbose": (Integral, 0, None),
    "batch_size": (Integral, 1, None),
}
# A hidden unit whose number has a smaller standard deviation tells samples from each other as
# little as none. For features scaled to 0–1, or standardised, it is 0.005 and more.
IDLE = 1e-4


class AutoEncoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Compresses samples to a code of `n_hidden` numbers, from which they can be rebuilt.

    With W the weights, bh the hidden bias and bo the output bias::

        transform(X)             sigmoid(X · W + bh)
        inverse_transform(code)  code · Wᵀ + bo

    `fit` lowers the mean of (X − inverse_transform(transform(X)))² by gradient descent with
    momentum. Features scaled to 0–1 suit the default learning rate.

    Parameters
    ----------
    n_hidden : int
        Numbers in a code, at least 1.
    learning_rate : float
        At least 0.
    momentum : float
        Between 0 and 1.
    epochs : int
        How often `fit` goes through the samples, at least 1.
    batch_size : int, optional
        Samples a step, at least 1; by default all. `fit` shuffles smaller batches anew in each
        epoch.
    dtype : {'float64', 'float32'}
        In what to compute.
    random_state : int, RandomState or None
        Draws the first weights and shuffles the batches.
    verbose : int
        Print the cost every so many epochs, and the last; 0 is silent. On a terminal and in a
        notebook there is a progress bar too.

    Attributes
    ----------
    weights_ : array of shape (n_features, n_hidden)
    hidden_bias_ : array of shape (n_hidden,)
    output_bias_ : array of shape (n_features,)
    velocities_ : list of three arrays
        How far the last step moved each of the above; `partial_fit` goes on from there.
    costs_ : array of shape (n_epochs,)
        The cost of each epoch before its step; with batches, the mean over the samples.
    n_features_in_ : int
    feature_names_in_ : array of str
        Only if the samples came with names, in a data frame.

    Examples
    --------
    >>> X = np.random.RandomState(0).rand(100, 4)
    >>> model = AutoEncoder(n_hidden=2, epochs=50, random_state=0).fit(X)
    >>> model.transform(X).shape
    (100, 2)
    >>> bool(model.costs_[-1] < model.costs_[0])
    True
    """

    def __init__(
        self,
        n_hidden: int = 2,
        *,
        learning_rate: float = 0.1,
        momentum: float = 0.9,
        epochs: int = 1000,
        batch_size: int | None = None,
        dtype: Literal["float64", "float32"] = "float64",
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_hidden = n_hidden
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.epochs = epochs
        self.batch_size = batch_size
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Train from new random weights.

        On Ctrl-C, or if training makes the model worse than it was untrained, there is a warning.
        A model that was fitted before stays as it was then; otherwise it is that of the last whole
        epoch, or of the one with the lowest cost. To stop early and keep what came of it, leave a
        loop over `fit_epochs`.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
        y : ignored

        Raises
        ------
        ValueError, TypeError
            If a hyperparameter is out of its range, or X is not a matrix of finite numbers.

        Warns
        -----
        ConvergenceWarning
            If the cost stops being finite, or ends above that of the untrained model; or if hidden
            units give nearly the same number for every sample, as they do for features that are
            far from 0–1.
        UserWarning
            If Ctrl-C interrupts training.
        """
        return self._run(self._fit_epochs(X, watched=False), self.epochs, whole=True)

    def fit_epochs(self, X: ArrayLike) -> Generator[tuple[int, float], None, None]:
        """Train as `fit` does, but yield each epoch's number and cost when it is over.

        Within the loop the fitted attributes, `transform` and `score` are those of the epoch just
        over, and they stay so if the loop is left; `costs_` can then only be read.
        If training fails or is interrupted, a model that was fitted before comes back.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)

        Yields
        ------
        (int, float)

        Raises
        ------
        Diverged
            If the cost stops being finite, or ends above that of the untrained model.
        ValueError, TypeError
            As in `fit`, at once.

        Warns
        -----
        ConvergenceWarning
            If hidden units give nearly the same number for every sample.

        Examples
        --------
        >>> model = AutoEncoder(epochs=3, random_state=0)
        >>> [epoch for epoch, cost in model.fit_epochs(np.eye(4))]
        [0, 1, 2]
        """
        return self._fit_epochs(X, watched=True)

    def partial_fit(self, X: ArrayLike, y: object = None) -> Self:
        """Train for one more epoch, from where the last call of this or of `fit` stopped.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Taken in the order given, `batch_size` rows a step.
        y : ignored

        Raises
        ------
        ValueError, TypeError
            As in `fit`.

        Warns
        -----
        ConvergenceWarning, UserWarning
            As in `fit`.
        """
        start = self
        if not self._fitted():
            start = copy(self)
        samples = start._check_samples(X, reset=start is not self)
        if start is not self:
            start._start()
        step = self._compiled_step(start)
        epochs = self._train(samples, start, step, epochs=1, rng=None, watched=False)
        return self._run(epochs, len(start.costs_) + 1, whole=False)

    def transform(self, X: ArrayLike) -> np.ndarray:
        """The codes of the samples.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)

        Returns
        -------
        array of shape (n_samples, n_hidden), between 0 and 1
        """
        return self._of_rows("encode", X)

    def inverse_transform(self, X: ArrayLike) -> np.ndarray:
        """The samples that the codes stand for.

        Parameters
        ----------
        X : array of shape (n_samples, n_hidden)
            Codes.

        Returns
        -------
        array of shape (n_samples, n_features)
        """
        check_is_fitted(self)
        code = check_array(X, dtype=self.weights_.dtype, input_name="X")
        if code.shape[1] != self._n_features_out:
            raise ValueError(
                f"X has {code.shape[1]} columns, but a code of this {type(self).__name__} "
                f"has {self._n_features_out}"
            )
        return self._network().decode(T.constant(code)).eval()

    def reconstruct(self, X: ArrayLike) -> np.ndarray:
        """The samples after encoding and decoding.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)

        Returns
        -------
        array of shape (n_samples, n_features)
        """
        return self._of_rows("reconstruct", X)

    def score(self, X: ArrayLike, y: object = None) -> float:
        """Minus the mean squared error of the reconstruction: the higher the better, at most 0.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
        y : ignored
        """
        samples = self._samples(X)
        if isinstance(samples, np.ndarray):
            return -float(self._network().cost(T.constant(samples)).eval())
        return -samples.mean(self._function("errors"))

    def score_samples(self, X: ArrayLike) -> np.ndarray:
        """The reconstruction error of each sample, mean((x − reconstruct(x))²) over its features.

        The larger, the less the sample is like those that the model was fitted to: sort by it to
        find anomalies. Its mean over the samples is minus the `score`.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)

        Returns
        -------
        array of shape (n_samples,), at least 0

        Examples
        --------
        >>> X = np.repeat(np.linspace(0, 1, 50)[:, None], 3, axis=1)
        >>> model = AutoEncoder(1, random_state=0).fit(X)
        >>> usual, unusual = model.score_samples([[0.5, 0.5, 0.5], [0.5, 0.5, 1.0]])
        >>> bool(unusual > 10 * usual)
        True
        """
        return self._of_rows("errors", X)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fitted model to a file for `load`, whole or not at all.

        Hyperparameters are saved too, but for a `random_state` that is a generator: it becomes
        None.

        Parameters
        ----------
        path : path
            An ``.npz`` file; no suffix is added.

        Raises
        ------
        OSError
            If the file cannot be written.
        ValueError, TypeError
            If `load` would refuse it: `n_hidden` or `dtype` was changed after fitting, so that it
            is not the weights', a hyperparameter is out of its range, a fitted attribute is not
            finite or not of its shape, or a file cannot hold a feature's name.
        """
        write_model(path, *self._entries())

    def _entries(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """The hyperparameters and arrays that a model file holds."""
        check_is_fitted(self)
        self._check_hyperparameters()
        self._check_agreement()
        hyperparameters = {k: _plain(v) for k, v in self.get_params(deep=False).items()}
        hyperparameters["dtype"] = str(self.dtype)  # it may be a numpy.dtype
        if not isinstance(self.random_state, Integral):
            hyperparameters["random_state"] = None
        check_random_state(hyperparameters["random_state"])
        parameters = [self.weights_, self.hidden_bias_, self.output_bias_]
        arrays = dict(zip(ARRAYS, [*parameters, *self.velocities_, self.costs_], strict=True))
        if hasattr(self, "feature_names_in_"):
            arrays[FEATURE_NAMES] = as_text(self.feature_names_in_)
        return hyperparameters, arrays

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """The model in a file that `save` wrote.

        Of a file that holds a scaler too, as the command's do, this is the network alone, which
        takes scaled features; `autoencoder.load` gives both.

        Parameters
        ----------
        path : path

        Raises
        ------
        OSError
            If the file cannot be opened.
        ValueError
            If it is damaged, holds pickled objects, or is not a whole model.

        Examples
        --------
        >>> import tempfile
        >>> model = AutoEncoder(epochs=5).fit(np.eye(4))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     model.save(f"{folder}/model.npz")
        ...     again = AutoEncoder.load(f"{folder}/model.npz")
        >>> np.array_equal(again.weights_, model.weights_)
        True
        """
        stored = read_model(path)
        with expecting_a_model(path):
            return cls._from_entries(stored)

    @classmethod
    def _from_entries(cls, stored: Stored) -> Self:
        """The model whose entries a file holds; a scaler's are left alone."""
        values = [stored.arrays[name] for name in ARRAYS]
        try:
            model = cls(**stored.hyperparameters)
            model._set_fitted(values[0:3], values[3:6], values[6])
            model._check_hyperparameters()
            model._check_agreement()
            check_random_state(model.random_state)
        except Exception as error:
            raise ValueError(f"its hyperparameters do not fit: {error}") from error
        model.n_features_in_ = len(model.weights_)
        # Names are those of what comes in, and that is the scaler's, if there is one.
        if FEATURE_NAMES in stored.arrays and stored.scaler is None:
            model.feature_names_in_ = stored.arrays[FEATURE_NAMES].astype(object)
        return model

    @property
    def _n_features_out(self) -> int:
        """Tells `get_feature_names_out` how many names to make."""
        return self.weights_.shape[1]

    # The step that `partial_fit` compiled, and what it is for.
    _kept: tuple[tuple[Any, ...], Step] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Neither copies nor pickles have a part in what is compiled."""
        return {name: value for name, value in super().__getstate__().items() if name != "_kept"}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = [self.dtype]
        return tags

    def _check_hyperparameters(self) -> None:
        for name, (kind, least, most) in _RANGES.items():
            value = getattr(self, name)
            if name == "batch_size" and value is None:
                continue
            if isinstance(value, bool) and name != "verbose":
                raise TypeError(f"{name} must be a number; got {value}")
            check_scalar(value, name, kind)
            # As the number that it is computed with: as its own, the limit may become infinite.
            plain = _plain(value)
            check_scalar(plain, name, kind, min_val=least, max_val=most)
            if isinstance(plain, float) and math.isnan(plain):
                raise ValueError(f"{name} must be a number; got {value}")
        if self.dtype not in ("float64", "float32"):
            raise ValueError(f"dtype must be 'float64' or 'float32'; got {self.dtype!r}")

    def _check_agreement(self) -> None:
        """Raise a ValueError if the fitted weights are not those that the hyperparameters say."""
        n_hidden, dtype = self._n_features_out, self.weights_.dtype
        if self.n_hidden != n_hidden or str(self.dtype) != dtype.name:
            raise ValueError(
                f"n_hidden is {self.n_hidden} and dtype {self.dtype}, but the fitted weights have "
                f"{n_hidden} hidden units and are {dtype}; fit again, or set them back"
            )

    def _check_samples(self, X: ArrayLike, reset: bool) -> np.ndarray | Samples:
        """X as a finite matrix to train on; with `reset`, its width is this model's from now on."""
        self._check_hyperparameters()
        samples = self._validated(X, reset, str(self.dtype))
        if not isinstance(samples, np.ndarray):
            samples.check()
        return samples

    def _validated(self, X: ArrayLike, reset: bool, dtype: str) -> np.ndarray | Samples:
        """X as a matrix: of finite numbers in memory, or of numbers elsewhere."""
        samples = in_blocks(X, dtype)
        if samples is None:
            return validate_data(self, X, reset=reset, dtype=dtype)
        validate_data(self, samples.like, reset=reset, skip_check_array=True)
        return samples

    def _samples(self, X: ArrayLike) -> np.ndarray | Samples:
        """X as a matrix, for a model that is fitted."""
        check_is_fitted(self)
        return self._validated(X, reset=False, dtype=self.weights_.dtype.name)

    def _of_rows(self, method: str, X: ArrayLike) -> Any:
        """What a method of the network makes of X."""
        samples = self._samples(X)
        if isinstance(samples, np.ndarray):
            return getattr(self._network(), method)(T.constant(samples)).eval()
        n_features, n_hidden = self.weights_.shape
        n_columns = {"encode": n_hidden, "reconstruct": n_features, "errors": None}[method]
        return samples.computed(self._function(method), n_columns)

    def _function(self, method: str) -> OfRows:
        """A method of the network as a function of rows that can be sent to another process."""
        parameters = [self.weights_, self.hidden_bias_, self.output_bias_]
        return partial(of_rows, method=method, parameters=parameters)

    def _network(self) -> TiedNetwork:
        check_is_fitted(self)
        return TiedNetwork(self.weights_, self.hidden_bias_, self.output_bias_)

    def _set_fitted(
        self,
        parameters: Sequence[np.ndarray],
        velocities: Sequence[np.ndarray],
        costs: ArrayLike,
    ) -> None:
        self.weights_, self.hidden_bias_, self.output_bias_ = parameters
        self.velocities_ = list(velocities)
        self.costs_ = np.asarray(costs, dtype=np.float64)

    def _fitted(self) -> dict[str, Any]:
        """The fitted attributes by name; empty before fitting."""
        if not hasattr(self, "weights_"):
            return {}
        return {name: value for name, value in vars(self).items() if name in _FITTED}

    def _adopt(self, fitted: Mapping[str, Any]) -> None:
        """Take over all fitted attributes at once: an interrupt finds the old or the new."""
        attributes = {**vars(self), **fitted}
        for name in _FITTED:
            if name not in fitted:
                attributes.pop(name, None)
        self.__dict__ = attributes

    def _start(self) -> np.random.RandomState:
        """Draw the first weights; return the generator, which goes on to shuffle the batches."""
        rng = check_random_state(self.random_state)
        network = TiedNetwork.gaussian(self.n_features_in_, self.n_hidden, rng, self.dtype)
        parameters = values_of(network.parameters)
        self._set_fitted(parameters, [np.zeros_like(p) for p in parameters], [])
        return rng

    def _step(self, start: AutoEncoder) -> Step:
        """A step of training from where `start` is."""
        network = start._network()
        velocities = [
            minigrad.shared(velocity, name=f"{parameter.name}_velocity")
            for parameter, velocity in zip(network.parameters, start.velocities_, strict=True)
        ]
        return Step(
            network, momentum_updates, float(self.learning_rate), float(self.momentum), velocities
        )

    def _compiled_step(self, start: AutoEncoder) -> Step:
        """The same, but the one of the last call if it is like this one: that is compiled."""
        values = [start.weights_, start.hidden_bias_, start.output_bias_, *start.velocities_]
        settings = (self.learning_rate, self.momentum)
        kind = (*settings, *((value.shape, value.dtype) for value in values))
        if self._kept is None or self._kept[0] != kind:
            self._kept = kind, self._step(start)
        step = self._kept[1]
        variables = [*step.network.parameters, *step.velocities]
        for variable, value in zip(variables, values, strict=True):
            variable.set_value(value)
        return step

    def _fit_epochs(self, X: ArrayLike, watched: bool) -> Generator[tuple[int, float], None, None]:
        # A copy, so that this model stays as it is until an epoch is over.
        start = copy(self)
        samples = start._check_samples(X, reset=True)
        rng = start._start()
        return self._train(samples, start, self._step(start), self.epochs, rng, watched)

    def _train(
        self,
        X: np.ndarray | Samples,
        start: AutoEncoder,
        step: Step,
        epochs: int,
        rng: np.random.RandomState | None,
        watched: bool,
    ) -> Generator[tuple[int, float], None, None]:
        """Train from where `start` is, and take over what came of it.

        If a user watches the epochs, what each makes of it, and nothing later: what the user then
        sets stays. If `_run` does, what the last one made of it.
        """
        fitted_before = self._fitted()
        new = start._fitted()
        costs = _History(start.costs_)

        def state() -> dict[str, Any]:
            weights, hidden_bias, output_bias = values_of(step.network.parameters)
            return {
                **new,
                "weights_": weights,
                "hidden_bias_": hidden_bias,
                "output_bias_": output_bias,
                "velocities_": values_of(step.velocities),
                "costs_": costs.so_far() if watched else costs.so_far().copy(),
            }

        try:
            for epoch, cost in run(
                step,
                X,
                epochs=epochs,
                batch_size=self.batch_size,
                rng=rng,
                earlier=start.costs_,
            ):
                costs.append(cost)
                if watched:
                    self._adopt(state())
                yield epoch, cost
        except GeneratorExit:
            if not watched:
                self._adopt(state())
            raise
        except BaseException:
            self._adopt(fitted_before or state())
            raise
        if not watched:
            self._adopt(state())
        self._warn_of_idle_units(X, stacklevel=3 if watched else 5)

    def _warn_of_idle_units(self, X: np.ndarray | Samples, stacklevel: int) -> None:
        """Warn if hidden units give nearly the same number for samples that differ."""
        rows = X[:: max(1, len(X) // 1000)] if isinstance(X, np.ndarray) else X.some(1000)
        if (rows == rows[0]).all():
            return
        with np.errstate(over="ignore", invalid="ignore"):
            code = np.tanh((rows @ self.weights_ + self.hidden_bias_) / 2) / 2
        n_idle = np.sum(code.std(axis=0) < IDLE)
        if n_idle == 0:
            return
        summary = Summary.of(X) if isinstance(X, np.ndarray) else X.summary
        low, high = float(summary.low.min()), float(summary.high.max())
        if 0 <= low and 0.1 < high <= 1:
            advice = f"Try a smaller learning_rate (it is {self.learning_rate}) or fewer units"
        else:
            advice = (
                f"The features reach from {low:.3g} to {high:.3g}: scale them to 0–1 first "
                "(sklearn.preprocessing.MinMaxScaler)"
            )
        warnings.warn(
            f"{n_idle} of {self.n_hidden} hidden units give nearly the same number for every "
            f"sample, so the code says little about it. {advice}.",
            ConvergenceWarning,
            stacklevel=stacklevel,
        )

    def _run(
        self, epochs: Generator[tuple[int, float], None, None], total: int, whole: bool
    ) -> Self:
        """Go through the epochs, all or a part; a warning instead of an error if they end early."""
        fitted_before = self._fitted()
        done = 0
        try:
            with closing(epochs), self._progress(total, whole) as progress:
                for epoch, cost in epochs:
                    done += 1
                    if progress:
                        progress.update(epoch, cost)
        except KeyboardInterrupt:
            if fitted_before:  # also if it came between two epochs
                self._adopt(fitted_before)
            kept = "the model fitted before is kept" if fitted_before else "it is as it was then"
            warnings.warn(
                f"Training was interrupted after {counted(done, 'epoch')}; {kept}.",
                stacklevel=3,
            )
        except Diverged as error:
            kept = "model fitted before is kept" if fitted_before else "lowest cost's model is kept"
            warnings.warn(
                f"Training stopped: {error}. The {kept}. Try a smaller learning_rate (it is "
                f"{self.learning_rate}), or scale the features to 0–1 (MinMaxScaler).",
                ConvergenceWarning,
                stacklevel=3,
            )
        return self

    @contextmanager
    def _progress(self, total: int, whole: bool) -> Iterator[Progress | None]:
        """What tells how training goes, if the user wants to know; of a whole one, the end too."""
        if not self.verbose:
            yield None
            return
        stream = Output(sys.stdout, "stdout")
        progress = load("progress").Progress(total, stream, int(self.verbose), bar=whole)
        with closing(progress):
            try:
                yield progress
            finally:
                if whole:
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
        """What cannot be written to: what comes next shares its memory."""
        numbers = self._room[: self._n]
        numbers.flags.writeable = False
        return numbers


def _plain(value: Any) -> Any:
    """A number as the one of Python's that JSON knows."""
    if isinstance(value, Integral):
        return value if isinstance(value, bool) else int(value)
    try:
        return float(value) if isinstance(value, Real) else value
    except OverflowError:  # a fraction's
        return math.inf
