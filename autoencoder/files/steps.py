"""The steps of a pipeline that a model file holds beside the network: an imputer, and a scaler."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from numbers import Real
from typing import Any

import numpy as np
from sklearn import preprocessing
from sklearn.base import BaseEstimator
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from ..estimator import AutoEncoder
from ..preparation import Preparation
from .storage import IMPUTER, IMPUTER_STATISTICS, SCALER, SCALER_PREFIX, SCALERS, Stored

# A named step of a pipeline.
Step = tuple[str, Any]
# The attribute of a scaler that counts; text, since it need not be an array.
_COUNT = "n_samples_seen_"
_STRATEGIES = ("mean", "median", "most_frequent", "constant")


def check_steps(model: object) -> list[Step]:
    """The named steps of a fitted pipeline, if a file can hold them.

    Raises
    ------
    TypeError
        If it is not such a pipeline.
    NotFittedError
        If a step is not fitted.
    """
    if not isinstance(model, Pipeline):
        raise TypeError(
            "save: expected an AutoEncoder, or a Pipeline of a scaler and one; got "
            f"{type(model).__name__}"
        )
    steps: list[Step] = model.steps
    kinds = [type(step) for _, step in steps]
    scaling = kinds[1:] if kinds[0] is SimpleImputer else kinds
    if not (
        len(scaling) == 2
        and _class(scaling[0].__name__) is scaling[0]
        and scaling[1] is AutoEncoder
    ):
        raise TypeError(
            f"save: expected a Pipeline of a scaler ({', '.join(SCALERS)}) and an AutoEncoder, or of "
            f"a SimpleImputer and those; got {[kind.__name__ for kind in kinds]}; save the "
            "AutoEncoder by itself, or the pipeline by joblib.dump"
        )
    for _, step in steps[:-1]:
        check_is_fitted(step)
    return steps


def entries_of(
    steps: Sequence[Step],
) -> tuple[dict[str, dict[str, Any]], dict[str, np.ndarray]]:
    """The JSON and the arrays that a file holds of the steps before the network."""
    *before, (_, network) = steps
    scaler = before[-1][1]
    kind = type(scaler).__name__
    arrays = {}
    for name in SCALERS[kind]:
        if getattr(scaler, name) is not None:  # as StandardScaler(with_std=False).scale_ is
            arrays[SCALER_PREFIX + name] = np.asarray(getattr(scaler, name), np.float64)
    entry: dict[str, Any] = {
        "class": kind,
        "parameters": {name: _plain(value) for name, value in scaler.get_params().items()},
        "steps": [name for name, _ in steps],
    }
    if hasattr(scaler, _COUNT):
        entry[_COUNT] = np.asarray(scaler.n_samples_seen_).tolist()
    texts = {SCALER: entry}
    if len(before) == 2:
        imputer = before[0][1]
        texts[IMPUTER] = {"parameters": _parameters(imputer)}
        arrays[IMPUTER_STATISTICS] = _statistics(imputer, network.n_features_in_)
    return texts, arrays


def steps_from(stored: Stored, entry: Mapping[str, Any], network: AutoEncoder) -> list[Step]:
    """The named steps of the pipeline whose entries a file holds.

    Raises
    ------
    ValueError
        If they do not fit each other.
    """
    kind = _class(entry.get("class"))
    if kind is None:
        raise ValueError(f"its scaler is of an unknown class: {str(entry.get('class'))[:50]!r}")
    estimators = [_scaler(kind, stored, entry, network.n_features_in_), network]
    if stored.imputer is not None:
        statistics = stored.arrays[IMPUTER_STATISTICS]
        estimators.insert(0, _imputer(stored.imputer, statistics))
    with _blaming("steps do"):
        names = _names(entry["steps"], len(estimators))
    return list(zip(names, estimators, strict=True))


def _scaler(
    kind: type[BaseEstimator], stored: Stored, entry: Mapping[str, Any], n_features: int
) -> Any:
    with _blaming("scaler does"):
        scaler = kind(**{name: _tuple(value) for name, value in entry["parameters"].items()})
        for name in SCALERS[kind.__name__]:
            setattr(scaler, name, stored.arrays.get(SCALER_PREFIX + name))
        scaler.n_features_in_ = n_features
        if _COUNT in entry:
            setattr(scaler, _COUNT, _counts(entry[_COUNT], n_features))
        _check_scaler(scaler)
    return scaler


def _imputer(entry: Mapping[str, Any], statistics: np.ndarray) -> SimpleImputer:
    """An imputer that fills with these; fitted, so that it has all that scikit-learn's version asks."""
    with _blaming("imputer does"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # if all of the row is missing to it
        imputer = SimpleImputer(**entry["parameters"]).fit(np.zeros((1, len(statistics))))
        imputer.statistics_ = statistics
        _check_imputer(imputer)
        filled = imputer.transform(np.full((1, len(statistics)), imputer.missing_values))
        if not np.array_equal(filled, statistics[np.newaxis]):
            raise ValueError("it does not fill with what it should")
    return imputer


@contextmanager
def _blaming(step: str) -> Iterator[None]:
    """Say which step does not fit."""
    try:
        yield
    except Exception as error:
        raise ValueError(f"its {step} not fit: {error}") from error


def _parameters(imputer: SimpleImputer) -> dict[str, Any]:
    """The parameters, as JSON can hold them; a missing value that is NaN is the default."""
    _check_imputer(imputer)
    parameters = {name: _plain(value) for name, value in imputer.get_params().items()}
    if np.isnan(parameters["missing_values"]):
        del parameters["missing_values"]
    return parameters


def _check_imputer(imputer: SimpleImputer) -> None:
    """Raise an error if it fills otherwise than with a number for each feature."""
    if imputer.strategy not in _STRATEGIES:
        raise TypeError(
            f"the SimpleImputer's strategy must be one of {', '.join(_STRATEGIES)}; got "
            f"{imputer.strategy!r}"
        )
    if not isinstance(imputer.missing_values, Real):
        raise TypeError(
            f"the SimpleImputer's missing_values must be a number, as NaN; got "
            f"{imputer.missing_values!r}"
        )
    if imputer.add_indicator:
        raise ValueError("the SimpleImputer may not add columns: set add_indicator=False")


def _statistics(imputer: SimpleImputer, n_features: int) -> np.ndarray:
    statistics = np.asarray(imputer.statistics_, np.float64)
    if len(statistics) != n_features:
        raise ValueError(
            "the SimpleImputer leaves out columns without any value: take them out before, or set "
            "keep_empty_features=True"
        )
    return statistics


def _class(name: object) -> type[BaseEstimator] | None:
    if not isinstance(name, str) or name not in SCALERS:
        return None
    return Preparation if name == "Preparation" else getattr(preprocessing, name)


def _plain(value: Any) -> Any:
    """A parameter as JSON can hold it; NumPy's numbers as Python's."""
    if isinstance(value, tuple):
        return [_plain(element) for element in value]
    return value.item() if isinstance(value, np.generic) else value


def _names(names: Any, n: int) -> list[str]:
    """The names of n steps, if a pipeline can have them."""
    if len(names) != n:
        raise ValueError(f"{n} steps have {len(names)} names")
    for index, name in enumerate(names):
        if not isinstance(name, str) or "__" in name or name in ("steps", "memory", "verbose"):
            raise ValueError(f"{name!r} cannot be the name of a step")
        if name in names[:index]:
            raise ValueError(f"two of its steps are called {name!r}")
    return list(names)


def _tuple(value: Any) -> Any:
    """Return a tuple for a list: tuples are lists in JSON, and no scaler's parameter is a list."""
    return tuple(value) if isinstance(value, list) else value


def _counts(value: Any, n_features: int) -> Any:
    """The number of samples a scaler saw, as NumPy's number: StandardScaler asks for its shape.

    It is one for each feature if some were missing, and a fraction if samples had weights.
    """
    counts = np.asarray(value)
    is_number = counts.dtype.kind in "iuf" and counts.shape in ((), (n_features,))
    if not (is_number and np.isfinite(counts).all() and (counts >= 0).all()):
        raise ValueError(f"{_COUNT} is {str(value)[:50]}")
    return counts[()]


def _check_scaler(scaler: Any) -> None:
    """Raise an error unless it scales, and scales back, to finite numbers."""
    sample = np.zeros((1, scaler.n_features_in_))
    with np.errstate(all="ignore"):
        results = scaler.transform(sample), scaler.inverse_transform(sample)
    if not all(np.isfinite(result).all() for result in results):
        raise ValueError("what it makes of zeros is not finite")
    if isinstance(scaler, Preparation):
        scaler._check_remembered()
