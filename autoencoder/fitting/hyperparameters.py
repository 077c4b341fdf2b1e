"""The valid values of each hyperparameter of `AutoEncoder`."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils import check_scalar

from ..optimizers import OPTIMIZERS
from .corruption import CORRUPTIONS
from .engines import ENGINES

if TYPE_CHECKING:
    from ..estimator import AutoEncoder

# The kind of each number, the least and the most that it may be.
_RANGES: dict[str, tuple[type, float, float | None]] = {
    "n_hidden": (Integral, 1, None),
    "learning_rate": (Real, 0, sys.float_info.max),
    "momentum": (Real, 0, 1),
    "epochs": (Integral, 1, None),
    "batch_size": (Integral, 1, None),
    "validation_fraction": (Real, 0, 1),
    "n_iter_no_change": (Integral, 1, None),
    "tol": (Real, 0, sys.float_info.max),
    "corruption_level": (Real, 0, sys.float_info.max),
    "verbose": (Integral, 0, None),
}
# What may stand in the place of a number.
_WORDS: dict[str, Sequence[Any]] = {"learning_rate": ["auto"], "batch_size": ["auto", None]}
# Those that are one of a few values.
_CHOICES: dict[str, Sequence[Any]] = {
    "optimizer": [*OPTIMIZERS],
    "corruption": [None, *CORRUPTIONS],
    "engine": [*ENGINES],
    "early_stopping": [False, True],
    "warm_start": [False, True],
    "dtype": ["float64", "float32"],
}


def check_hyperparameters(values: Mapping[str, Any]) -> None:
    """Raise a ValueError or TypeError that names the first of the values that is not allowed.

    Parameters
    ----------
    values : mapping of str to object
        All hyperparameters of an `AutoEncoder`, by name.

    Examples
    --------
    >>> from autoencoder import AutoEncoder
    >>> check_hyperparameters(AutoEncoder(optimizer="sgd").get_params())
    Traceback (most recent call last):
        ...
    ValueError: optimizer must be 'momentum', 'nesterov' or 'adam'; got 'sgd'
    """
    for name in _RANGES:
        if not _is_one_of(values[name], _WORDS.get(name, ())):
            _check_number(name, values[name])
    for name, choices in _CHOICES.items():
        if not _is_one_of(values[name], choices):
            raise ValueError(f"{name} must be {_listed(choices)}; got {values[name]!r}")
    if values["callback"] is not None and not callable(values["callback"]):
        raise TypeError(
            "callback must be a function of the model, the epoch and its cost, or None; "
            f"got {values['callback']!r}"
        )
    if values["optimizer"] == "adam" and values["momentum"] == 1:
        raise ValueError("momentum must be less than 1 with optimizer='adam'; got 1")
    if not 0 < values["validation_fraction"] < 1:
        raise ValueError(
            "validation_fraction must be more than 0 and less than 1; "
            f"got {values['validation_fraction']}"
        )
    if values["corruption"] == "masking" and values["corruption_level"] > 1:
        raise ValueError(
            "corruption_level is the share of the numbers that are masked, at most 1; "
            f"got {values['corruption_level']}"
        )


def step_length(model: AutoEncoder, n_features: int) -> float:
    """The learning rate to compute with.

    The costs' curvature grows with the hidden units that feed an output, and falls with the number of
    features over which the cost is a mean; Adam's steps are as long whatever the cost.

    Examples
    --------
    >>> from autoencoder import AutoEncoder
    >>> step_length(AutoEncoder(2), 4), step_length(AutoEncoder(32), 784)
    (0.3333333333333333, 0.5)
    """
    if model.learning_rate != "auto":
        return float(model.learning_rate)
    if model.optimizer == "adam":
        return 0.004
    return 0.5 * min(1.0, n_features / (model.n_hidden + 4))


def batch_rows(batch_size: int | str | None, samples: Any) -> int | None:
    """The number of rows a step; None is all.

    Examples
    --------
    >>> batch_rows("auto", np.zeros((9000, 4))), batch_rows(32, np.zeros((9000, 4)))
    (281, 32)
    """
    if not isinstance(batch_size, str):
        return None if batch_size is None else int(batch_size)
    return min(max(row_count(samples) // 32, 64), 1024)


def row_count(samples: Any) -> int:
    """The number of samples.

    Examples
    --------
    >>> row_count(np.zeros((9000, 4)))
    9000
    """
    return len(samples) if hasattr(samples, "__len__") else samples.summary.n_rows


def dtype_name(dtype: Any) -> str:
    """The name of a dtype, which may be given as NumPy's type or dtype.

    Examples
    --------
    >>> dtype_name("float32"), dtype_name(np.float32), dtype_name(np.dtype("float32"))
    ('float32', 'float32', 'float32')
    """
    return np.dtype(dtype).name


def plain(value: Any) -> Any:
    """A number as the one of Python's that JSON knows.

    Examples
    --------
    >>> plain(np.float32(0.5)), plain(np.int64(3)), plain("auto")
    (0.5, 3, 'auto')
    """
    if isinstance(value, Integral):
        return value if isinstance(value, bool) else int(value)
    if isinstance(value, np.bool_):
        return bool(value)
    try:
        return float(value) if isinstance(value, Real) else value
    except OverflowError:  # a fraction's
        return math.inf


def _check_number(name: str, value: Any) -> None:
    kind, least, most = _RANGES[name]
    words = "".join(f", or {word!r}" for word in _WORDS.get(name, ()))
    if isinstance(value, str):
        raise ValueError(f"{name} must be a number{words}; got {value!r}")
    if isinstance(value, bool) and name != "verbose":
        raise TypeError(f"{name} must be a number{words}; got {value}")
    check_scalar(value, name, kind)
    # As the number that it is computed with: as its own, the limit may become infinite.
    number = plain(value)
    check_scalar(number, name, kind, min_val=least, max_val=most)
    if isinstance(number, float) and math.isnan(number):
        raise ValueError(f"{name} must be a number{words}; got {value}")


def _is_one_of(value: Any, choices: Sequence[Any]) -> bool:
    """Whether it is one of these; an array, say, is not, and neither is 1 as True."""
    if isinstance(value, np.generic):  # a search over an array has NumPy's values
        value = value.item()
    if isinstance(value, np.dtype | type):
        try:
            value = dtype_name(value)
        except TypeError:  # as numpy.floating has no dtype
            return False
    return any(type(value) is type(choice) and value == choice for choice in choices)


def _listed(choices: Sequence[Any]) -> str:
    *first, last = map(repr, choices)
    return f"{', '.join(first)} or {last}"
