"""The autoencoder as a scikit-learn transformer."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from copy import copy
from functools import partial
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_array, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

import minigrad.tensor as T

from .files.network import entries_of, network_from
from .files.storage import expecting_a_model, read_model, write_model
from .fitting.corruption import CORRUPTIONS
from .fitting.fit import FEATURES, PARAMETERS, Fit, adopt, fitted, step_of, untrained
from .fitting.hyperparameters import (
    batch_rows,
    check_hyperparameters,
    dtype_name,
    row_count,
    step_length,
)
from .fitting.stopping import hold_out
from .fitting.targets import in_memory, with_targets
from .network import TiedNetwork
from .rows.blocks import in_blocks, of_rows
from .training import Pairs
from .validation import validated

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from typing_extensions import Self

    from .rows.blocks import OfRows, Rows
    from .training import Step


class AutoEncoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Compresses samples to a code of `n_hidden` numbers, from which they can be rebuilt.

    With W the weights, bh the hidden bias and bo the output bias::

        transform(X)             sigmoid(X · W + bh)
        inverse_transform(code)  code · Wᵀ + bo

    `fit` lowers the mean of (X − inverse_transform(transform(X)))² by gradient descent. Features
    scaled to 0–1 suit the default learning rate.

    Parameters
    ----------
    n_hidden : int
        Numbers in a code, at least 1.
    optimizer : {'momentum', 'nesterov', 'adam'}
        The rule that computes a step from the gradients: see `momentum_updates`,
        `nesterov_updates`, `adam_updates`.
    learning_rate : float or 'auto'
        At least 0. 'auto' is 0.5 · min(1, n_features / (n_hidden + 4)), and 0.004 for Adam.
    momentum : float
        The share of its velocity that a step keeps, from 0 to 1. For Adam it is β₁, less than 1.
    epochs : int
        The number of times that `fit` goes through the samples, at least 1; with early
        stopping, the largest number.
    batch_size : int, 'auto' or None
        The number of samples in a step, at least 1. 'auto' is a 32nd of the samples, but at least
        64 and at most 1024. None is all of them, which suits a Dask collection on a cluster, where
        each step is a round trip. `fit` draws new batches in each epoch.
    early_stopping : bool
        Whether to hold some samples out, stop when their error has not fallen for
        `n_iter_no_change` epochs, and keep the parameters of the epoch where it was least. If not,
        all epochs are trained.
    validation_fraction : float
        The share of the samples that early stopping holds out, more than 0 and less than 1.
    n_iter_no_change : int
        Early stopping ends training if for so many epochs, at least 1, the error has not fallen by
        more than the share `tol`. The error of a sigmoid network often stays the same for some tens
        of epochs before it falls again.
    tol : float
        See `n_iter_no_change`.
    warm_start : bool
        Whether `fit` continues from the parameters of the last fit, and extends `costs_`. Early
        stopping holds the same samples out again if `random_state` is an integer and the number of
        samples is the same, and keeps the last fit's parameters if no epoch is better.
    corruption : {'masking', 'gaussian'} or None
        Noise on the samples, drawn anew in each epoch, which the network learns to remove.
    corruption_level : float
        The share of the numbers that masking sets to 0, or the standard deviation of Gaussian noise.
    callback : callable or None
        Called after each epoch with the model as it is then, the number of the epoch and its cost.
        Training stops if it returns True.
    dtype : {'float64', 'float32'}
        The dtype of computations; NumPy's type or dtype of that name may be given, too.
    engine : {'auto', 'numpy', 'c'}
        How to compute the steps of training: with NumPy, or by loops in C; without a C compiler
        there is a warning, and NumPy computes. 'auto' is C if there is a compiler, if NumPy is
        expected to take more than five seconds, and if a step has at most 20 million numbers of
        data. Costs are equal except for their last few digits.
    random_state : int, RandomState or None
        The source of the first weights, the samples held out, the order of samples, and noise.
    verbose : int
        Print the cost after every `verbose` epochs, and the last; 0 prints nothing. On a
        terminal and in a notebook there is also a progress bar.

    Attributes
    ----------
    weights_ : array of shape (n_features, n_hidden)
    hidden_bias_ : array of shape (n_hidden,)
    output_bias_ : array of shape (n_features,)
    velocities_ : list of three arrays
        The last step of each of the above; `partial_fit` continues from there. They are zeros with
        Adam.
    moments_ : list of seven arrays
        With Adam: the mean gradient and mean square gradient of each of the parameters, and last the
        number of steps.
    costs_ : array of shape (n_epochs,)
        For each epoch, the cost before its step; with batches, the mean over the samples.
    n_iter_ : int
        The number of epochs trained, the length of `costs_`.
    validation_scores_ : array or None
        With early stopping: minus the mean squared error of the samples held out, after each epoch
        since early stopping was switched on.
    error_percentiles_ : dict of int to float, or None
        Percentiles of `score_samples` for the samples of `fit`: 99 % of their errors are at most
        ``error_percentiles_[99]``. The keys are 50, 90, 95, 99 and 100. If not all samples are in
        memory, some 10,000 are used. None if the model was trained further, or training was left
        early.
    error_ : float or None
        The mean of these errors: the cost of the samples of `fit` with the finished network.
    n_features_in_ : int
    feature_names_in_ : array of str
        It exists only if the samples had names, in a data frame.

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
        optimizer: Literal["momentum", "nesterov", "adam"] = "momentum",
        learning_rate: float | Literal["auto"] = "auto",
        momentum: float = 0.9,
        epochs: int = 600,
        batch_size: int | Literal["auto"] | None = "auto",
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 100,
        tol: float = 1e-4,
        warm_start: bool = False,
        corruption: Literal["masking", "gaussian"] | None = None,
        corruption_level: float = 0.3,
        callback: Callable[[AutoEncoder, int, float], object] | None = None,
        dtype: Literal["float64", "float32"] | type[np.floating] | np.dtype = "float64",
        engine: Literal["auto", "numpy", "c"] = "auto",
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_hidden = n_hidden
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.epochs = epochs
        self.batch_size = batch_size
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.warm_start = warm_start
        self.corruption = corruption
        self.corruption_level = corruption_level
        self.callback = callback
        self.dtype = dtype
        self.engine = engine
        self.random_state = random_state
        self.verbose = verbose

    @property
    def n_iter_(self) -> int:
        """The number of epochs trained."""
        return len(self.costs_)

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Train from new random weights or, with `warm_start`, from those of the last fit.

        On Ctrl-C, or if training makes the model worse than it was untrained, there is a warning. A
        model that was fitted before then stays as it was; otherwise the model is that of the last
        whole epoch, or of the one with the lowest cost. To stop by hand and keep the result, leave
        a loop over `fit_epochs`. A loop of fits, such as a search, continues with the next fit. To
        let Ctrl-C end it, turn the warning into an error, ``warnings.filterwarnings("error",
        "Training was interrupted")``, and let a search raise errors (``error_score="raise"``).

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
        y : array of X's shape, optional
            The rows to reconstruct, such as X without its noise. An array with one dimension is
            taken as labels, which scikit-learn's pipelines pass on, and is ignored.

        Raises
        ------
        ValueError, TypeError
            If a hyperparameter is out of its range, X is not a matrix of finite numbers, or y is
            neither such a matrix with X's shape nor labels.

        Warns
        -----
        ConvergenceWarning
            If the cost stops being finite, or ends above that of the untrained model, or has not
            moved; if features are far from 0–1; or if hidden units give nearly the same number for
            every sample, as they do for such features.
        UserWarning
            If Ctrl-C interrupts training, or no compiler is found for ``engine='c'``.
        """
        self._fit(X, y, watched=False).go_through()
        return self

    def fit_epochs(
        self, X: ArrayLike, y: ArrayLike | None = None
    ) -> Generator[tuple[int, float], None, None]:
        """Train as `fit` does, but yield each epoch's number and cost at its end.

        Within the loop, the fitted attributes, `transform` and `score` are those of the last epoch,
        and stay so if the loop is left; `costs_` is then read-only. After a complete loop with
        early stopping, they are those of the best epoch. If training fails or is interrupted, a
        model that was fitted before is restored.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
        y : array of X's shape, optional
            As in `fit`.

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
            As in `fit`, except for divergence.

        Examples
        --------
        >>> X = np.random.RandomState(0).rand(20, 4)
        >>> [epoch for epoch, cost in AutoEncoder(epochs=3).fit_epochs(X)]
        [0, 1, 2]
        """
        return self._fit(X, y, watched=True).epochs()

    def partial_fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Train for one more epoch, from where the last call of this or of `fit` stopped.

        There is no early stopping: no samples are held out.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            They are used in the given order, `batch_size` rows in each step; 'auto' uses all of
            them as one batch.
        y : array of X's shape, optional
            As in `fit`.

        Raises
        ------
        ValueError, TypeError
            As in `fit`.

        Warns
        -----
        ConvergenceWarning, UserWarning
            As in `fit`.
        """
        start, samples, rng = self._started(X, y, afresh=not fitted(self))
        step = self._compiled_step(start)
        size = None if isinstance(self.batch_size, str) else self.batch_size
        training = self._training(
            start, samples, step, epochs=1, batch_size=size, noise=rng, whole=False
        )
        training.go_through()
        return self

    def _fit(self, X: ArrayLike, y: ArrayLike | None, watched: bool) -> Fit:
        """The training that `fit` is: everything is checked, and nothing done yet."""
        start, samples, rng = self._started(X, y, not (self.warm_start and fitted(self)))
        held_out = None
        if self.early_stopping:
            whole = in_memory(
                samples,
                "early_stopping=True",
                "hold rows out yourself, with a callback that returns True when model.score(them) no "
                "longer rises",
            )
            # By a seed they are the same in each fit, or a warm start would be judged by rows of which
            # the last fit was made.
            rows, others = hold_out(len(whole), float(self.validation_fraction), self.random_state)
            samples, held_out = whole[rows], whole[others]
        n_rows, batch_size = row_count(samples), batch_rows(self.batch_size, samples)
        n_steps = self.epochs * -(-n_rows // (batch_size or n_rows))
        return self._training(
            start,
            samples,
            step_of(self, fitted(start), n_steps, self.epochs * n_rows),
            epochs=self.epochs,
            batch_size=batch_size,
            noise=rng,
            rng=rng,
            held_out=held_out,
            watched=watched,
        )

    def _started(
        self, X: ArrayLike, y: ArrayLike | None, afresh: bool
    ) -> tuple[AutoEncoder, np.ndarray | Pairs | Rows, np.random.RandomState]:
        """A copy of this model ready to be trained, the samples, and what draws random numbers.

        It is a copy so that this model stays as it is until an epoch is over.
        """
        check_hyperparameters(self.get_params(deep=False))
        start = copy(self)
        if not afresh:
            self._check_agreement()
        samples = start._validated(X, reset=afresh, dtype=dtype_name(self.dtype))
        if not isinstance(samples, np.ndarray):
            samples.check()
        pairs = with_targets(samples, y)
        if not afresh:
            return start, pairs, start._generator()
        rng = check_random_state(self.random_state)
        weights = untrained(start.n_features_in_, self.n_hidden, dtype_name(self.dtype), rng)
        features = {name: value for name, value in vars(start).items() if name in FEATURES}
        adopt(start, {**features, **weights})
        return start, pairs, rng

    def _compiled_step(self, start: AutoEncoder) -> Step:
        """The step of the last call, if it is like the one that is needed: it is compiled."""
        settings = self.optimizer, step_length(self, start.n_features_in_), self.momentum
        kind = (*settings, self.engine, start.weights_.shape, start.weights_.dtype)
        if self._kept is None or self._kept[0] != kind:
            self._kept = kind, step_of(self, fitted(start), n_steps=1, n_rows=0)
        return self._kept[1]

    def _generator(self) -> np.random.RandomState:
        """A generator for when training goes on: with other numbers than in the epochs before."""
        if isinstance(self.random_state, Integral):
            return np.random.RandomState([int(self.random_state), self.n_iter_])
        return check_random_state(self.random_state)

    def _training(
        self,
        start: AutoEncoder,
        samples: np.ndarray | Pairs | Rows,
        step: Step,
        *,
        noise: np.random.RandomState,
        **options: Any,
    ) -> Fit:
        corrupt = None
        if self.corruption is not None:
            samples = in_memory(samples, f"corruption={self.corruption!r}")
            level = float(self.corruption_level)
            corrupt = partial(CORRUPTIONS[self.corruption], level=level, rng=noise)
        return Fit(
            self,
            fitted(start),
            samples,
            step,
            corrupt=corrupt,
            **options,
        )

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
        """The samples, decoded from the codes.

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

    def score(self, X: ArrayLike, y: ArrayLike | None = None) -> float:
        """Minus the mean squared error of the reconstruction: at most 0, and higher is better.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
        y : array of X's shape, optional
            The rows with which to compare the reconstruction, instead of X; labels are ignored, as
            in `fit`.
        """
        samples = with_targets(self._samples(X), y)
        if isinstance(samples, Pairs):
            X, target = T.constant(samples.X), T.constant(samples.target)
            return -float(self._network().cost(X, target).eval())
        if isinstance(samples, np.ndarray):
            return -float(self._network().cost(T.constant(samples)).eval())
        return -samples.mean(self._function("errors"))

    def score_samples(self, X: ArrayLike) -> np.ndarray:
        """The reconstruction error of each sample, mean((x − reconstruct(x))²) over its features.

        The larger it is, the less the sample is like those of `fit`: sort by it to find
        anomalies. Its mean over the samples is minus the `score`.

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
        """Write the fitted model to a file for `load`, completely or not at all.

        Hyperparameters are saved, too; but a `callback`, and a `random_state` that is a generator,
        become None.

        Parameters
        ----------
        path : path
            An ``.npz`` file; no suffix is added.

        Raises
        ------
        OSError
            If the file cannot be written.
        ValueError, TypeError
            If `load` would refuse it: `n_hidden` or `dtype` was changed after fitting and does
            not fit the weights, a hyperparameter is out of its range, a fitted attribute is not
            finite or has a wrong shape, or a file cannot hold a feature's name.
        """
        write_model(path, *entries_of(self))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """The model in a file that `save` wrote.

        If the file also holds a scaler, as the command's files do, this returns only the network,
        which takes scaled features; `autoencoder.load` returns both.

        Parameters
        ----------
        path : path

        Raises
        ------
        OSError
            If the file cannot be opened.
        ValueError
            If it is damaged, holds pickled objects, or is not a complete model.

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
            return network_from(stored, cls)

    @property
    def _n_features_out(self) -> int:
        """Tells `get_feature_names_out` how many names to make."""
        return self.weights_.shape[1]

    # The step that `partial_fit` compiled, and what it is for.
    _kept: tuple[tuple[Any, ...], Step] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Leave what is compiled out of copies and pickles."""
        return {name: value for name, value in super().__getstate__().items() if name != "_kept"}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = [self.dtype]
        return tags

    def _check_agreement(self) -> None:
        """Raise a ValueError if the fitted weights are not those that the hyperparameters say."""
        n_hidden, dtype = self._n_features_out, self.weights_.dtype
        if self.n_hidden != n_hidden or dtype_name(self.dtype) != dtype.name:
            raise ValueError(
                f"n_hidden is {self.n_hidden} and dtype {self.dtype}, but the fitted weights have "
                f"{n_hidden} hidden units and are {dtype}; fit again, or set them back"
            )

    def _validated(self, X: ArrayLike, reset: bool, dtype: str) -> np.ndarray | Rows:
        """X as a matrix: of finite numbers in memory, or of numbers elsewhere."""
        samples = in_blocks(X, dtype)
        if samples is None:
            return validated(self, X, reset=reset, dtype=dtype)
        validate_data(self, samples.like, reset=reset, skip_check_array=True)
        return samples

    def _samples(self, X: ArrayLike) -> np.ndarray | Rows:
        """X as a matrix, for a model that is fitted."""
        check_is_fitted(self)
        return self._validated(X, reset=False, dtype=self.weights_.dtype.name)

    def _of_rows(self, method: str, X: ArrayLike) -> Any:
        """The result of a method of the network for X."""
        samples = self._samples(X)
        if isinstance(samples, np.ndarray):
            return getattr(self._network(), method)(T.constant(samples)).eval()
        n_features, n_hidden = self.weights_.shape
        n_columns = {"encode": n_hidden, "reconstruct": n_features, "errors": None}[method]
        return samples.computed(self._function(method), n_columns)

    def _function(self, method: str) -> OfRows:
        """A method of the network as a function of rows that can be sent to another process."""
        parameters = [getattr(self, name) for name in PARAMETERS]
        return partial(of_rows, method=method, parameters=parameters)

    def _network(self) -> TiedNetwork:
        check_is_fitted(self)
        return TiedNetwork(self.weights_, self.hidden_bias_, self.output_bias_)
