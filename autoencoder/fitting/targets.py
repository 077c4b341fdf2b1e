"""The targets of samples: themselves, or the clean ones that a user gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from sklearn.utils import check_array, check_consistent_length

from ..training import Pairs

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ..rows.blocks import Rows

    InMemory: TypeAlias = np.ndarray | Pairs


def with_targets(samples: np.ndarray | Rows, y: ArrayLike | None) -> np.ndarray | Pairs | Rows:
    """The samples, with clean targets if y is such, and not labels.

    Parameters
    ----------
    samples : array of shape (n_samples, n_features), or what `autoencoder.rows.blocks.in_blocks` makes
    y : array-like, optional
        Labels, with one dimension, are left alone: pipelines hand them on to every step.

    Raises
    ------
    ValueError
        If y is not of the samples' length; if it is not a vector, but not a matrix of the samples'
        shape or not of finite numbers; or if the samples are not in memory.

    Examples
    --------
    >>> with_targets(np.ones((2, 3)), ["inner", "outer"])
    array([[1., 1., 1.],
           [1., 1., 1.]])
    >>> with_targets(np.ones((1, 2)), [[0, 0]])
    Pairs(X=array([[1., 1.]]), target=array([[0., 0.]]))
    """
    if y is None:
        return samples
    if not hasattr(y, "shape"):
        y = np.asarray(y)
    if len(y.shape) == 1:
        if isinstance(samples, np.ndarray):
            check_consistent_length(samples, y)
        return samples
    X = in_memory(samples, "y of clean targets")
    assert isinstance(X, np.ndarray)
    if y.shape != X.shape:
        raise ValueError(
            f"y has shape {y.shape}, but clean targets must have the shape of X, {X.shape}; labels, "
            "which are left alone, have one dimension"
        )
    return Pairs(X, check_array(y, dtype=X.dtype, input_name="y"))


def in_memory(
    samples: np.ndarray | Pairs | Rows,
    what: str,
    instead: str = "give one array after another to partial_fit",
) -> InMemory:
    """The samples, or a ValueError if they are in a file or on a cluster, and this cannot be."""
    if not isinstance(samples, np.ndarray | Pairs):
        raise ValueError(f"{what} needs samples in memory; leave it out, or {instead}")
    return samples
