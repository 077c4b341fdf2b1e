"""From a table as it comes to features that suit the network."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from sklearn.utils import shuffle

from .data import warn_of_merged


class Scaling(NamedTuple):
    """x ↦ (x − low) / span, for each column, in float64.

    scikit-learn's MinMaxScaler takes a column for constant whose numbers differ by less than 1e-15,
    and adds where this subtracts first, which of large numbers keeps all digits.
    """

    low: np.ndarray
    span: np.ndarray

    @classmethod
    def of(cls, table: np.ndarray) -> Scaling:
        """The one that takes each column to 0–1, and a constant column to 0."""
        low = table.min(axis=0)
        span = table.max(axis=0) - low
        return cls(low, np.where(span == 0, 1.0, span))

    def transform(self, X: np.ndarray) -> np.ndarray:
        """The columns scaled."""
        return (X - self.low) / self.span

    def inverse_transform(self, X: np.ndarray) -> np.ndarray:
        """The columns as they were before scaling."""
        return X * self.span + self.low


class Prepared(NamedTuple):
    """A table made ready for training by `prepare`."""

    features: np.ndarray
    labels: np.ndarray
    scaler: Scaling


def prepare(table: np.ndarray) -> Prepared:
    """Split off the class and make the features ready: shuffled, scaled to 0–1, float32.

    Each feature column becomes (column − min) / (max − min), computed in float64.

    Parameters
    ----------
    table : array of shape (n_samples, n_features + 1)
        Features first, the class in the last column.

    Returns
    -------
    Prepared
        ``features``, float32 of shape (n_samples, n_features); ``labels`` of shape
        (n_samples,); and ``scaler``, whose ``inverse_transform`` undoes the scaling.

    Raises
    ------
    ValueError
        If a feature is not finite, or the range of one is not within float64's.

    Warns
    -----
    UserWarning
        If most of a column's different numbers become one, because they are too close together
        beside the column's range.

    Examples
    --------
    >>> from autoencoder import load_donuts
    >>> features, labels, scaler = prepare(load_donuts())
    >>> features.dtype, features.shape, float(features.min())
    (dtype('float32'), (9000, 4), 0.0)
    """
    shuffled = shuffle(table, random_state=147)
    columns = shuffled[:, :-1].astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        scaler = Scaling.of(columns)
        if not np.isfinite(scaler.span).all():
            wrong = np.flatnonzero(~np.isfinite(scaler.span)).tolist()
            raise ValueError(
                f"prepare: features must be finite, and so must their ranges; columns {wrong} are not"
            )
        features = scaler.transform(columns).astype(np.float32)
    warn_of_merged(columns, features)
    return Prepared(features, shuffled[:, -1], scaler)
