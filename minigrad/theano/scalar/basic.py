"""``theano.scalar.basic``: dtypes of single numbers."""

import numpy as np

from ...core.types import check_dtype

__all__ = ["upcast"]


def upcast(dtype: str, *dtypes: str) -> str:
    """The common dtype of values of these dtypes.

    Examples
    --------
    >>> upcast("int64", "float32"), upcast("int8", "float32")
    ('float64', 'float32')
    """
    return str(np.result_type(*map(check_dtype, (dtype, *dtypes))))
