"""scikit-learn's check of samples, and which columns hold no numbers if it fails."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.validation import validate_data

from .data.values import listed


def validated(estimator: Any, X: Any, **options: Any) -> np.ndarray:
    """X as a matrix of finite numbers, as `sklearn.utils.validation.validate_data` has it.

    Raises
    ------
    ValueError
        If it is none; columns of a data frame that hold text or dates are named.
    """
    try:
        return validate_data(estimator, X, **options)
    except (TypeError, ValueError) as error:
        names = [name for name in getattr(X, "columns", ()) if not _has_numbers(X[name])]
        if not names:
            raise
        hold, them = ("holds", "it") if len(names) == 1 else ("hold", "them")
        raise ValueError(
            f"X must be columns of numbers, but {listed(names)} {hold} text or dates; make numbers of "
            f"{them} first (pandas.get_dummies), or leave {them} out: {error}"
        ) from error


def _has_numbers(column: Any) -> bool:
    try:
        np.asarray(column, dtype=np.float64)
    except (TypeError, ValueError):
        return False
    return True
