"""A model whole: the steps that make samples ready, and the network, as one pipeline."""

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
    """A pipeline that ends in an `AutoEncoder`, as `autoencoder.load` gives it.

    A pipeline of scikit-learn's, with two differences: it has `reconstruct`, and a fitted one finds
    the columns of a data frame by their names, in whatever order they come and whatever is beside
    them. An `AutoEncoder` by itself wants them as they were in training, as all of scikit-learn's
    estimators do.

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
        """How large the errors of the samples of training were: see `AutoEncoder`."""
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
        """The samples that the codes stand for, in their own units; what was filled in stays.

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

        What was filled in counts as what it was filled with.

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
            Labels are left alone.
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
