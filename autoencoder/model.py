"""A complete model: the steps that prepare samples, and the network, as one pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.utils.metaestimators import available_if

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def _can_undo(model: Pipeline) -> bool:
    """Whether all steps can be undone, or only filled in what was missing."""
    return all(
        isinstance(step, SimpleImputer) or hasattr(step, "inverse_transform")
        for _, step in model.steps
    )


class Model(Pipeline):
    """A pipeline that ends in an `AutoEncoder`, as returned by `autoencoder.load`.

    It is a scikit-learn pipeline, with two differences: it has `reconstruct`, and once fitted it
    finds the columns of a data frame by their names, in any order and among other columns. An
    `AutoEncoder` by itself needs them as they were in training, like all scikit-learn estimators.

    Examples
    --------
    >>> from sklearn.preprocessing import MinMaxScaler
    >>> from autoencoder import AutoEncoder
    >>> X = 1000 * np.random.RandomState(0).rand(50, 4)
    >>> model = Model([("scaler", MinMaxScaler()), ("network", AutoEncoder(random_state=0))]).fit(X)
    >>> model.reconstruct(X).shape, model.score_samples(X).shape
    ((50, 4), (50,))
    """

    @property
    def error_percentiles_(self) -> dict[int, float] | None:
        """Percentiles of the errors of the samples of training: see `AutoEncoder`."""
        return self[-1].error_percentiles_

    def transform(self, X: ArrayLike) -> np.ndarray:
        """The codes of the samples.

        Parameters
        ----------
        X : array or data frame of shape (n_samples, n_features)
        """
        return super().transform(self._by_name(X))

    @available_if(_can_undo)  # type: ignore[untyped-decorator]  # scikit-learn has no types
    def inverse_transform(self, X: ArrayLike) -> np.ndarray:
        """The samples, decoded from the codes, in their own units; filled-in values stay.

        Parameters
        ----------
        X : array of shape (n_samples, n_hidden)
            Codes.
        """
        for _, step in reversed(self.steps):
            if not isinstance(step, SimpleImputer):  # which values were missing, no code tells
                X = step.inverse_transform(X)
        return np.asarray(X)

    def reconstruct(self, X: ArrayLike) -> np.ndarray:
        """The samples after encoding and decoding, in their own units.

        Parameters
        ----------
        X : array or data frame of shape (n_samples, n_features)
        """
        return self.inverse_transform(self.transform(X))

    def score_samples(self, X: ArrayLike) -> np.ndarray:
        """The reconstruction error of each sample, in the units of the scaled features.

        Filled-in values count like others.

        Parameters
        ----------
        X : array or data frame of shape (n_samples, n_features)
        """
        return super().score_samples(self._by_name(X))

    def score(self, X: ArrayLike, y: ArrayLike | None = None) -> float:
        """Minus the mean of `score_samples`.

        Parameters
        ----------
        X : array or data frame of shape (n_samples, n_features)
        y : array, optional
            Labels are ignored.
        """
        return super().score(self._by_name(X), y)

    def _by_name(self, X: Any) -> Any:
        """The columns of X that the model knows, in its order; if X has any by name."""
        wanted = list(getattr(self, "feature_names_in_", ()))
        there = list(getattr(X, "columns", ()))
        known = [name for name in wanted if name in there]
        if not known or there == wanted:
            return X
        return X[known]  # where some are missing, scikit-learn tells which
