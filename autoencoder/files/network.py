"""A fitted `AutoEncoder` as the entries of a model file, and back."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from ..fitting.fit import PARAMETERS
from ..fitting.hyperparameters import check_hyperparameters, dtype_name, plain
from ..fitting.percentiles import PERCENTAGES, Percentiles
from .storage import (
    ARRAYS,
    ERROR,
    ERROR_PERCENTILES,
    FEATURE_NAMES,
    MOMENTS,
    VALIDATION_SCORES,
    Stored,
    as_text,
)

if TYPE_CHECKING:
    from ..estimator import AutoEncoder

    Network = TypeVar("Network", bound=AutoEncoder)


def entries_of(model: AutoEncoder) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The hyperparameters and arrays that a model file holds."""
    check_is_fitted(model)
    check_hyperparameters(model.get_params(deep=False))
    model._check_agreement()
    hyperparameters = {k: plain(v) for k, v in model.get_params(deep=False).items()}
    hyperparameters["dtype"] = dtype_name(model.dtype)
    hyperparameters["callback"] = None
    if not isinstance(model.random_state, Integral):
        hyperparameters["random_state"] = None
    check_random_state(hyperparameters["random_state"])
    parameters = [getattr(model, name) for name in PARAMETERS]
    arrays = dict(zip(ARRAYS, [*parameters, *model.velocities_, model.costs_], strict=True))
    if hasattr(model, "moments_"):
        arrays.update(zip(MOMENTS, model.moments_, strict=True))
    if model.validation_scores_ is not None:
        arrays[VALIDATION_SCORES] = model.validation_scores_
    if model.error_percentiles_ is not None:
        percentiles = [model.error_percentiles_[share] for share in PERCENTAGES]
        arrays[ERROR_PERCENTILES] = np.array(percentiles)
    if model.error_ is not None:
        arrays[ERROR] = np.float64(model.error_)
    if hasattr(model, "feature_names_in_"):
        arrays[FEATURE_NAMES] = as_text(model.feature_names_in_)
    return hyperparameters, arrays


def network_from(stored: Stored, kind: type[Network]) -> Network:
    """The model whose entries a file holds; a scaler's are left alone."""
    arrays = stored.arrays
    *values, costs = [arrays[name] for name in ARRAYS]
    try:
        model = kind(**stored.hyperparameters)
        model.__dict__.update(zip(PARAMETERS, values[:3], strict=True))
        model.velocities_, model.costs_ = values[3:], costs.astype(np.float64)
        model.validation_scores_ = arrays.get(VALIDATION_SCORES)
        model.error_percentiles_ = None
        if ERROR_PERCENTILES in arrays:
            percentiles = arrays[ERROR_PERCENTILES].astype(np.float64).tolist()
            model.error_percentiles_ = Percentiles(zip(PERCENTAGES, percentiles, strict=True))
        model.error_ = float(arrays[ERROR]) if ERROR in arrays else None
        if MOMENTS[0] in arrays:
            model.moments_ = [arrays[name] for name in MOMENTS]
        check_hyperparameters(model.get_params(deep=False))
        model._check_agreement()
        check_random_state(model.random_state)
    except Exception as error:
        raise ValueError(f"its hyperparameters do not fit: {error}") from error
    model.n_features_in_ = len(model.weights_)
    # Names are those of what comes in, and that is the scaler's, if there is one.
    if FEATURE_NAMES in arrays and stored.scaler is None:
        model.feature_names_in_ = arrays[FEATURE_NAMES].astype(object)
    return model
