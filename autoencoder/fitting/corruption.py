"""Noise on the samples that a denoising autoencoder learns to take away.

P. Vincent et al., "Stacked denoising autoencoders", Journal of Machine Learning Research 11, 2010.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def masking(X: np.ndarray, level: float, rng: np.random.RandomState) -> np.ndarray:
    """X with about the share `level` of its numbers set to zero.

    Examples
    --------
    >>> masking(np.ones((2, 4)), 0.5, np.random.RandomState(0))
    array([[1., 1., 1., 1.],
           [0., 1., 0., 1.]])
    """
    return X * (rng.random_sample(X.shape) >= level)


def gaussian(X: np.ndarray, level: float, rng: np.random.RandomState) -> np.ndarray:
    """X + level · N(0, 1), drawn for each of its numbers; of X's dtype.

    Examples
    --------
    >>> gaussian(np.ones(3), 0.1, np.random.RandomState(0)).round(3)
    array([1.176, 1.04 , 1.098])
    """
    return X + (level * rng.standard_normal(X.shape)).astype(X.dtype)


# By the names that the estimator and the command know them by.
CORRUPTIONS: dict[str, Callable[..., np.ndarray]] = {
    "masking": masking,
    "gaussian": gaussian,
}
