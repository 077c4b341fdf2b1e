"""From a table as it comes to features that suit the network."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils import shuffle


class Prepared(NamedTuple):
    """A table made ready for training by `prepare`."""

    features: np.ndarray
    labels: np.ndarray
    scaler: MinMaxScaler


def prepare(table: np.ndarray) -> Prepared:
    """Split off the class and make the features ready: shuffled, float32, scaled to 0–1.

    Each feature column becomes (column − min) / (max − min).

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
        If a feature is not finite, or too large for float32.

    Examples
    --------
    >>> from autoencoder import load_donuts
    >>> features, labels, scaler = prepare(load_donuts())
    >>> features.dtype, features.shape, float(features.min())
    (dtype('float32'), (9000, 4), 0.0)
    """
    shuffled = shuffle(table, random_state=147)
    scaler = MinMaxScaler()
    features = scaler.fit_transform(shuffled[:, :-1].astype(np.float32))
    return Prepared(features, shuffled[:, -1], scaler)
