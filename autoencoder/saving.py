"""Saving a model whole: an `AutoEncoder`, or a pipeline of a scaler and one, and loading it again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn import preprocessing
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from .estimator import AutoEncoder
from .preparation import Preparation
from .storage import (
    FEATURE_NAMES,
    SCALER_PREFIX,
    SCALERS,
    Stored,
    as_text,
    expecting_a_model,
    read_model,
    write_model,
)

# The attribute of a scaler that counts; text, since it need not be an array.
_COUNT = "n_samples_seen_"


def save(model: AutoEncoder | Pipeline, path: str | os.PathLike[str]) -> None:
    """Write a fitted model to a file for `load`, whole or not at all.

    The file is NumPy's ``.npz``: arrays, and JSON text. It needs no pickle, so that reading a file
    from a stranger runs none of their code, and nothing but NumPy to look into. ONNX was no choice
    because it keeps what predicts and not what trains: no velocities, costs or hyperparameters, so
    that `partial_fit` could not go on. skops keeps all of a scikit-learn estimator, but refers to
    classes of private modules, which move, and asks its reader to trust each by name.

    Parameters
    ----------
    model : AutoEncoder or Pipeline
        A pipeline has two steps: a scaler (`Preparation`, or scikit-learn's MinMaxScaler,
        StandardScaler, RobustScaler or MaxAbsScaler), and an AutoEncoder. Not saved are what
        ``set_output`` says, a pipeline's ``memory``, and a ``random_state`` that is a generator.
    path : path
        An ``.npz`` file; no suffix is added.

    Raises
    ------
    TypeError
        If it is another model or pipeline.
    NotFittedError
        If it is not fitted.
    OSError
        If the file cannot be written.
    ValueError
        If `load` would refuse it, as `AutoEncoder.save` has it.

    Examples
    --------
    >>> import tempfile
    >>> from sklearn.pipeline import make_pipeline
    >>> X = np.random.RandomState(0).rand(20, 4) * 1000
    >>> model = make_pipeline(Preparation(), AutoEncoder(epochs=5, random_state=0)).fit(X)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(model, f"{folder}/model.npz")
    ...     again = load(f"{folder}/model.npz")
    >>> np.array_equal(again.transform(X), model.transform(X))
    True
    """
    if isinstance(model, AutoEncoder):
        model.save(path)
        return
    (scaler_name, scaler), (network_name, network) = _steps(model)
    check_is_fitted(scaler)
    hyperparameters, arrays = network._entries()
    arrays.pop(FEATURE_NAMES, None)
    if hasattr(scaler, "feature_names_in_"):
        arrays[FEATURE_NAMES] = as_text(scaler.feature_names_in_)
    kind = type(scaler).__name__
    for name in SCALERS[kind]:
        if getattr(scaler, name) is not None:  # as StandardScaler(with_std=False).scale_ is
            arrays[SCALER_PREFIX + name] = np.asarray(getattr(scaler, name), np.float64)
    stored: dict[str, Any] = {
        "class": kind,
        "parameters": {name: _plain(value) for name, value in scaler.get_params().items()},
        "steps": [scaler_name, network_name],
    }
    if hasattr(scaler, _COUNT):
        stored[_COUNT] = np.asarray(scaler.n_samples_seen_).tolist()
    write_model(path, hyperparameters, arrays, stored)


def load(path: str | os.PathLike[str]) -> AutoEncoder | Pipeline:
    """The model in a file that `save`, `AutoEncoder.save` or the command wrote.

    Parameters
    ----------
    path : path

    Returns
    -------
    AutoEncoder or Pipeline
        What was saved. The command saves a pipeline of a `Preparation` and an `AutoEncoder`, which
        takes samples in their own units.

    Raises
    ------
    OSError
        If the file cannot be opened.
    ValueError
        If it is damaged, holds pickled objects, is not a whole model, or a newer version wrote it.
    """
    stored = read_model(path)
    with expecting_a_model(path):
        network = AutoEncoder._from_entries(stored)
        if stored.scaler is None:
            return network
        return _pipeline(stored, stored.scaler, network)


def _steps(model: object) -> list[tuple[str, Any]]:
    """The two named steps of a pipeline that can be saved."""
    if not isinstance(model, Pipeline):
        raise TypeError(
            "save: expected an AutoEncoder, or a Pipeline of a scaler and one; got "
            f"{type(model).__name__}"
        )
    steps: list[tuple[str, Any]] = model.steps
    classes = [type(step) for _, step in steps]
    if len(steps) == 2 and _class(classes[0].__name__) is classes[0] and classes[1] is AutoEncoder:
        return steps
    raise TypeError(
        f"save: expected a Pipeline of two steps, a scaler ({', '.join(SCALERS)}) and an "
        f"AutoEncoder; got {[kind.__name__ for kind in classes]}; save the AutoEncoder by itself, "
        "or the pipeline by joblib.dump"
    )


def _class(name: object) -> type[BaseEstimator] | None:
    if not isinstance(name, str) or name not in SCALERS:
        return None
    return Preparation if name == "Preparation" else getattr(preprocessing, name)


def _plain(value: Any) -> Any:
    """A parameter as JSON can hold it; NumPy's numbers as Python's."""
    if isinstance(value, tuple):
        return [_plain(element) for element in value]
    return value.item() if isinstance(value, np.generic) else value


def _pipeline(stored: Stored, entry: Mapping[str, Any], network: AutoEncoder) -> Pipeline:
    kind = _class(entry.get("class"))
    if kind is None:
        raise ValueError(f"its scaler is of an unknown class: {str(entry.get('class'))[:50]!r}")
    try:
        steps = _step_names(entry["steps"])
        scaler = kind(**{name: _tuple(value) for name, value in entry["parameters"].items()})
        for name in SCALERS[kind.__name__]:
            setattr(scaler, name, stored.arrays.get(SCALER_PREFIX + name))
        scaler.n_features_in_ = network.n_features_in_
        if _COUNT in entry:
            setattr(scaler, _COUNT, _counts(entry[_COUNT], scaler.n_features_in_))
        _check_scaler(scaler)
        pipeline = Pipeline(list(zip(steps, (scaler, network), strict=True)))
    except Exception as error:
        raise ValueError(f"its scaler does not fit: {error}") from error
    if FEATURE_NAMES in stored.arrays:
        scaler.feature_names_in_ = stored.arrays[FEATURE_NAMES].astype(object)
    return pipeline


def _step_names(names: Any) -> tuple[str, str]:
    """The names of the two steps, if a pipeline can have them."""
    scaler, network = names
    for name in (scaler, network):
        if not isinstance(name, str) or "__" in name or name in ("steps", "memory", "verbose"):
            raise ValueError(f"{name!r} cannot be the name of a step")
    if scaler == network:
        raise ValueError(f"both of its steps are called {scaler!r}")
    return scaler, network


def _tuple(value: Any) -> Any:
    """Tuples are lists in JSON, and no scaler has a parameter that is a list."""
    return tuple(value) if isinstance(value, list) else value


def _counts(value: Any, n_features: int) -> Any:
    """How many samples a scaler has seen, as NumPy's number: StandardScaler asks for its shape.

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
