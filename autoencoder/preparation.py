"""Turn a raw table into features for the network."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils import shuffle
from sklearn.utils.validation import check_array, check_is_fitted

from .data import LARGEST, warn_of_merged
from .validation import validated

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from typing_extensions import Self

# The seed of the shuffle: that of the original program.
SHUFFLED_BY = 147


class Scaling(NamedTuple):
    """x ↦ (x − low) / span, for each column, in float64.

    scikit-learn's MinMaxScaler treats a column as constant if its numbers differ by less than
    1e-15. It also multiplies before it adds; this subtracts first, which keeps all digits of large
    numbers.
    """

    low: np.ndarray
    span: np.ndarray

    @classmethod
    def of(cls, table: np.ndarray) -> Scaling:
        """The one that takes each column to 0–1, and a constant column to 0.

        Raises
        ------
        ValueError
            If a column is not finite, or its range is not within float64's.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            low = table.min(axis=0)
            span = table.max(axis=0) - low
        if not np.isfinite(span).all():
            wrong = np.flatnonzero(~np.isfinite(span)).tolist()
            raise ValueError(
                f"features must be finite, and so must their ranges; columns {wrong} are not"
            )
        return cls(low, np.where(span == 0, 1.0, span))

    def transform(self, X: np.ndarray) -> np.ndarray:
        """The columns scaled."""
        return (X - self.low) / self.span

    def inverse_transform(self, X: np.ndarray) -> np.ndarray:
        """The columns as they were before scaling."""
        return X * self.span + self.low


class Preparation(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Scales features to 0–1 in float64, then rounds them to float32; remembers their ranges.

    Each column becomes (column − low) / span. The command scales a table like this before it
    trains, and saves it in its model files. Unlike scikit-learn's MinMaxScaler, it subtracts
    before it divides, which keeps all digits of large numbers, such as times.

    Parameters
    ----------
    largest : float, optional
        The number that becomes 1 in every column, while 0 stays 0: for images, whose pixels have
        one scale. By default each column's least number becomes 0, and its greatest 1.
    label : str or int, optional
        The column that was taken as the class, by name or by number. Nothing is computed from it;
        new tables may have such a column, too.
    image_shape : (height, width), optional
        The shape of images, if the rows are images; for drawing them.

    Attributes
    ----------
    low_, span_ : arrays of shape (n_features,)
    n_features_in_ : int
    feature_names_in_ : array of str
        It exists only if the samples had names, in a data frame.

    Examples
    --------
    >>> times = np.array([[1.7e9], [1.7e9 + 1], [1.7e9 + 4]])
    >>> Preparation().fit_transform(times).ravel().tolist()
    [0.0, 0.25, 1.0]
    """

    def __init__(
        self,
        *,
        largest: float | None = None,
        label: str | int | None = None,
        image_shape: tuple[int, int] | None = None,
    ) -> None:
        self.largest = largest
        self.label = label
        self.image_shape = image_shape

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Find out each column's scale.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
        y : ignored

        Raises
        ------
        ValueError
            If X is not a matrix of finite numbers, the range of a column is not within float64's,
            `largest` is not above 0, or `image_shape` does not have as many pixels as X has columns.
        TypeError
            If `label` is neither a name nor a number.
        """
        columns = validated(self, X, dtype=np.float64)
        n_features = columns.shape[1]
        if self.largest is None:
            scaling = Scaling.of(columns)
        elif 0 < self.largest < np.inf:
            scaling = Scaling(np.zeros(n_features), np.full(n_features, float(self.largest)))
        else:
            raise ValueError(f"largest must be a finite number above 0; got {self.largest}")
        self.low_, self.span_ = scaling
        self._check_remembered()
        return self

    def transform(self, X: ArrayLike) -> np.ndarray:
        """The scaled samples, float32; outside 0–1 if they are outside the range that `fit` saw.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)

        Raises
        ------
        ValueError
            If X is not a matrix of finite numbers, or a scaled number is too large for float32.

        Warns
        -----
        UserWarning
            If most of a column's different numbers become one, because they are too close together
            beside the column's range.
        """
        check_is_fitted(self)
        columns = validated(self, X, reset=False, dtype=np.float64)
        with np.errstate(over="ignore"):
            scaled = Scaling(self.low_, self.span_).transform(columns)
        # Not false for a NaN either: there is none.
        far = np.flatnonzero(np.abs(scaled).max(axis=0) > LARGEST)
        if len(far):
            raise ValueError(
                f"columns {far.tolist()} have numbers that are too far from those of training to "
                "be float32 when they are scaled; look for mistakes in them"
            )
        features = scaled.astype(np.float32)
        warn_of_merged(columns, features, getattr(self, "feature_names_in_", None))
        return features

    def inverse_transform(self, X: ArrayLike) -> np.ndarray:
        """The samples as they were before scaling, float64.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
        """
        check_is_fitted(self)
        columns = check_array(X, dtype=np.float64, input_name="X")
        if columns.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X has {columns.shape[1]} features, but {type(self).__name__} is expecting "
                f"{self.n_features_in_} features as input"
            )
        return Scaling(self.low_, self.span_).inverse_transform(columns)

    def _check_remembered(self) -> None:
        """Raise an error if `label` or `image_shape` says what cannot be."""
        if self.label is not None and (
            isinstance(self.label, bool) or not isinstance(self.label, str | Integral)
        ):
            raise TypeError(f"label must be a column's name or number; got {self.label!r}")
        if self.image_shape is None:
            return
        sizes = self.image_shape
        two_numbers = isinstance(sizes, tuple) and [type(size) for size in sizes] == [int, int]
        if not two_numbers or min(sizes) < 1 or sizes[0] * sizes[1] != self.n_features_in_:
            raise ValueError(
                f"image_shape must be a height and a width, with the {self.n_features_in_} pixels "
                f"of a row; got {sizes!r}"
            )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags


class Prepared(NamedTuple):
    """A table made ready for training by `prepare`."""

    features: np.ndarray
    labels: np.ndarray
    scaler: Scaling


def prepare(table: np.ndarray) -> Prepared:
    """Split off the class and prepare the features: shuffled, scaled to 0–1, float32.

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
        If a feature is not finite, or its range exceeds that of float64.

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
    shuffled = shuffle(table, random_state=SHUFFLED_BY)
    columns = shuffled[:, :-1].astype(np.float64)
    scaler = Scaling.of(columns)
    features = scaler.transform(columns).astype(np.float32)
    warn_of_merged(columns, features)
    return Prepared(features, shuffled[:, -1], scaler)
