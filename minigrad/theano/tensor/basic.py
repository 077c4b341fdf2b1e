"""``theano.tensor.basic``: all names of `minigrad.tensor`, ops that programs ask nodes for, checks."""

from ... import tensor as _tensor
from ...core.axes import Alloc, DimShuffle
from ...core.elementwise import Elementwise as Elemwise
from ...ops.joining import Join, Split
from ...ops.linalg import Dot
from ...ops.ranges import ARange
from ...ops.shape import Reshape
from ...tensor import *  # noqa: F403
from ...tensor import (
    all_dtypes,
    continuous_dtypes,
    discrete_dtypes,
    float_dtypes,
    int_dtypes,
    integer_dtypes,
    uint_dtypes,
)
from ...tensor import as_tensor_variable as as_tensor
from ...testing.theano_names import numeric_grad, verify_grad

__all__ = [
    *_tensor.__all__,
    "ARange",
    "Alloc",
    "DimShuffle",
    "Dot",
    "Elemwise",
    "Join",
    "Reshape",
    "Split",
    "as_tensor",
    "all_dtypes",
    "continuous_dtypes",
    "discrete_dtypes",
    "float_dtypes",
    "int_dtypes",
    "integer_dtypes",
    "numeric_grad",
    "uint_dtypes",
    "verify_grad",
]
