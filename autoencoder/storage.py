"""A model file: an ``.npz`` archive of named arrays, with the hyperparameters as JSON text.

Nothing in it is pickled, so that reading a file from a stranger runs none of his code.
"""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from .files import replacing


def _shapes(n_features: int, n_hidden: int, n_epochs: int) -> dict[str, tuple[int, ...]]:
    """Every array that a model must have, and its shape."""
    weights, hidden_bias, output_bias = (n_features, n_hidden), (n_hidden,), (n_features,)
    return {
        "weights": weights,
        "hidden_bias": hidden_bias,
        "output_bias": output_bias,
        "weights_velocity": weights,
        "hidden_bias_velocity": hidden_bias,
        "output_bias_velocity": output_bias,
        "costs": (n_epochs,),
    }


ARRAYS = tuple(_shapes(0, 0, 0))
# Only a model that was fitted to named features has this one, of text.
FEATURE_NAMES = "feature_names"
HYPERPARAMETERS = "hyperparameters"


def write_model(
    path: str | os.PathLike[str],
    hyperparameters: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray],
) -> None:
    """Write the file whole, or leave what was there.

    Parameters
    ----------
    path : path
        Used as given; no suffix is added.
    hyperparameters : mapping of str to what JSON can hold
    arrays : mapping of str to array
        Those named in `ARRAYS`, and perhaps the feature names.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    entries: dict[str, Any] = {HYPERPARAMETERS: np.array(json.dumps(hyperparameters)), **arrays}
    with replacing(path) as file:
        np.savez(file, **entries)


def read_model(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The hyperparameters and the arrays in a file made by `write_model`.

    Parameters
    ----------
    path : path

    Raises
    ------
    OSError
        If the file cannot be opened.
    ValueError
        If it is not such a file, is damaged, holds pickled objects, or if an array is missing,
        extra, of the wrong shape, or not finite.
    """
    try:
        arrays = _read_arrays(path)
        hyperparameters = _parse_hyperparameters(arrays.pop(HYPERPARAMETERS, None))
        _check_arrays(arrays)
    except ValueError as error:
        raise ValueError(
            f"{os.fspath(path)}: expected a model written by AutoEncoder.save, but {error}"
        ) from error
    return hyperparameters, arrays


def _read_arrays(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    with open(path, "rb") as file:
        # Asked first because `numpy.load` also opens what is no archive.
        if file.read(2) != b"PK":
            raise ValueError("it is not an .npz file")
        file.seek(0)
        try:
            with np.load(file, allow_pickle=False) as archive:
                entries = [(name, archive[name]) for name in archive.files]
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise ValueError(f"it is damaged or cut off: {error}") from error
        except (KeyError, OSError, NotImplementedError, MemoryError) as error:
            raise ValueError(f"it cannot be read: {error}") from error
    if len(dict(entries)) < len(entries):
        raise ValueError("it holds two arrays of the same name")
    return dict(entries)


def _parse_hyperparameters(text: np.ndarray | None) -> dict[str, Any]:
    try:
        return dict(json.loads(str(text)))
    except (TypeError, ValueError) as error:
        raise ValueError(f"its entry {HYPERPARAMETERS!r} is missing or not readable") from error


def _check_arrays(arrays: Mapping[str, np.ndarray]) -> None:
    """Raise a ValueError unless these are the arrays of one model."""
    missing = set(ARRAYS) - arrays.keys()
    extra = arrays.keys() - ARRAYS - {FEATURE_NAMES}
    if missing or extra:
        raise ValueError(f"arrays are missing: {sorted(missing)}, or unknown: {sorted(extra)}")
    weights = arrays["weights"]
    if weights.ndim != 2:
        raise ValueError(f"its weights have {weights.ndim} dimensions instead of 2")
    n_features, n_hidden = weights.shape
    for name, shape in _shapes(n_features, n_hidden, arrays["costs"].size).items():
        array = arrays[name]
        if array.shape != shape:
            raise ValueError(
                f"its array {name!r} has shape {array.shape}, which for weights of shape "
                f"{weights.shape} should be {shape}"
            )
        if array.dtype.name not in ("float32", "float64") or not np.isfinite(array).all():
            raise ValueError(f"its array {name!r} is not all finite float32 or float64 numbers")
    names = arrays.get(FEATURE_NAMES)
    if names is not None and (names.dtype.kind != "U" or names.shape != (n_features,)):
        raise ValueError(f"its {names.size} feature names do not name {n_features} features")
