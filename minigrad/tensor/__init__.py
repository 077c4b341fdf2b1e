"""``T``: Theano's functions of tensors; they make new variables from variables.

>>> import minigrad.tensor as T
>>> x = T.vector("x")
>>> T.sqr(x - T.mean(x)).eval({x: [1.0, 3.0]})
array([1., 1.])
"""

# fmt: off
# isort: skip_file

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from ..core.axes import as_tensor_variable, dimshuffle, ones_like, zeros_like
from ..core.elementwise import cast
from ..core.graph import Constant, Variable
from ..core.table import (
    abs_, add, and_, cos, cosh, eq, exp, expm1, ge, gt, int_div, inv, invert, isnan, le, log, log1p,
    lt, maximum, minimum, mod, mul, neg, neq, or_, power, sgn, sin, sinh, sqr, sqrt, sub, switch,
    tan, tanh, true_div, xor,
)
from ..core.types import TensorType, constant
from ..gradient import Lop, Rop, grad
from ..ops.functions import (
    arccos, arccosh, arcsin, arcsinh, arctan, arctan2, arctanh, ceil, clip, erf, erfc, erfcinv, erfcx,
    erfinv, exp2, floor, gamma, gammainc, gammaincc, gammaln, i0, i1, isinf, iv, j0, j1, jv, log10,
    log2, polygamma, psi, tensor_copy, tri_gamma, trunc,
)
from ..ops.joining import stack
from ..ops.shape import unbroadcast
from . import (  # noqa: F401  # for what some do when imported
    constructors, extra_ops, formulas, methods, nnet, opt,
)
from .absent import AbsentName
from .constant_values import (
    NotScalarConstantError, get_scalar_constant_value, get_vector_length,
)
from .constructors import *
from .creation import alloc, arange, default, fill, linspace, mgrid, ogrid, ones, zeros
from .diagonals import diag, diagonal, eye, identity_like, trace, tri, tril, triu
from .elementwise import (
    allclose, ceil_intdiv, chi2sf, deg2rad, gammal, gammau, isclose, largest, rad2deg, round,
    round_half_away_from_zero, round_half_to_even, smallest,
)
from .extra_ops import (
    bartlett, bincount, broadcast_shape, compress, diff, fill_diagonal, fill_diagonal_offset,
    ravel_multi_index, searchsorted, to_one_hot, unique, unravel_index,
)
from .indexing import (
    choose, flatnonzero, inc_subtensor, inverse_permutation, nonzero, nonzero_values,
    permute_row_elements, set_subtensor, take,
)
from .joining import concatenate, horizontal_stack, join, split, stacklists, vertical_stack
from .products import batched_dot, batched_tensordot, cov, dot, matmul, outer, tensordot
from .reductions import (
    all, any, argmax, argmin, cumprod, cumsum, logsumexp, max, max_and_argmax, mean, min, norm, prod,
    ptp, std, sum, var,
)
from .shapes import (
    addbroadcast, expand_dims, flatten, moveaxis, patternbroadcast, repeat, reshape, roll,
    shape, shape_padaxis, shape_padleft, shape_padright, specify_shape, squeeze, swapaxes, tile,
    transpose,
)
from .sorting import argsort, argtopk, sort, topk, topk_and_argtopk

# Theano has two names for these.
bitwise_and, bitwise_or, bitwise_xor, bitwise_not = and_, or_, xor, invert
floor_div, pow, second, square, where = int_div, power, fill, sqr, switch
isnan_, isinf_, extract_constant = isnan, isinf, get_scalar_constant_value
TensorVariable, TensorConstant = Variable, Constant

# Lists that programs look dtypes up in.
uint_dtypes = ("uint8", "uint16", "uint32", "uint64")
int_dtypes = ("int8", "int16", "int32", "int64")
float_dtypes = continuous_dtypes = ("float16", "float32", "float64")
integer_dtypes = discrete_dtypes = (*int_dtypes, *uint_dtypes)
all_dtypes = ("bool", *discrete_dtypes, *continuous_dtypes)

__all__ = [  # by family
    "Lop", "Rop", "TensorConstant", "TensorType", "TensorVariable", "as_tensor_variable",
    "constant", "grad", "hessian", "hessian_vector_product", "jacobian", "nnet", "signal",

    "NotScalarConstantError", "default", "extract_constant", "get_scalar_constant_value",
    "get_vector_length", "opt",

    "abs_", "add", "allclose", "and_", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2",
    "arctanh", "bitwise_and", "bitwise_not", "bitwise_or", "bitwise_xor", "cast", "ceil",
    "ceil_intdiv", "chi2sf", "clip", "cos", "cosh", "deg2rad", "eq", "erf", "erfc", "erfcinv", "erfcx",
    "erfinv", "exp", "exp2", "expm1", "floor", "floor_div", "gamma", "gammainc", "gammaincc", "gammal",
    "gammaln", "gammau", "ge", "gt", "i0", "i1", "inplace", "int_div", "inv", "invert", "isclose",
    "isinf", "isinf_", "isnan", "isnan_", "iv", "j0", "j1", "jv", "largest",
    "le", "log", "log10", "log1p", "log2", "lt", "maximum", "minimum", "mod", "mul", "neg",
    "neq", "or_", "polygamma", "pow", "power", "psi", "rad2deg", "round", "round_half_away_from_zero",
    "round_half_to_even", "second", "sgn", "sin", "sinh", "smallest", "sqr",
    "sqrt", "square", "sub", "switch", "tan", "tanh", "tensor_copy", "tri_gamma", "true_div",
    "trunc", "where", "xlogx", "xor",

    "all", "any", "argmax", "argmin", "cumprod", "cumsum", "logsumexp", "max", "max_and_argmax",
    "mean", "min", "norm", "prod", "ptp", "std", "sum", "var",

    "argsort", "argtopk", "bincount", "searchsorted", "sort", "topk",
    "topk_and_argtopk", "unique",

    "bartlett", "broadcast_shape", "compress", "diff", "extra_ops", "fill_diagonal",
    "fill_diagonal_offset", "ravel_multi_index", "to_one_hot", "unravel_index",

    "addbroadcast", "concatenate", "dimshuffle", "expand_dims", "flatten", "horizontal_stack",
    "join", "moveaxis",
    "patternbroadcast", "repeat", "reshape", "roll", "shape", "shape_padaxis", "shape_padleft",
    "shape_padright", "specify_shape", "split", "squeeze", "stack", "stacklists", "swapaxes",
    "tile", "transpose", "unbroadcast", "vertical_stack",

    "alloc", "arange", "diag", "diagonal", "eye", "fill", "identity_like", "linspace", "mgrid",
    "ogrid", "ones", "ones_like", "trace", "tri", "tril", "triu", "zeros", "zeros_like",

    "choose", "flatnonzero", "inc_subtensor", "inverse_permutation", "nonzero", "nonzero_values",
    "permute_row_elements", "set_subtensor", "take",

    "RandomStreams", "randomstreams", "raw_random", "shared_randomstreams",

    "batched_dot", "batched_tensordot", "cov", "dot", "fft", "matmul", "nlinalg", "outer", "slinalg",
    "tensordot",
]
__all__ += constructors.__all__

# Imported when they are first asked for: so `import minigrad` takes no longer for them.
_LATER = {
    **{n: n for n in ("fft", "inplace", "nlinalg", "raw_random", "signal", "slinalg", "xlogx")},
    **dict.fromkeys(("randomstreams", "shared_randomstreams"), "shared_randomstreams"),
}
_FROM_LATER = {
    "RandomStreams": "shared_randomstreams",
    **dict.fromkeys(("hessian", "hessian_vector_product", "jacobian"), "jacobians"),
}

if TYPE_CHECKING:
    from . import fft, inplace, nlinalg, raw_random, shared_randomstreams, signal, slinalg, xlogx
    from .jacobians import hessian, hessian_vector_product, jacobian
    from .shared_randomstreams import RandomStreams
    randomstreams = shared_randomstreams
else:  # type checkers shall find misspelled names

    def __getattr__(name):
        if name in _LATER:
            return import_module(f"{__name__}.{_LATER[name]}")
        if name in _FROM_LATER:
            return getattr(import_module(f"{__name__}.{_FROM_LATER[name]}"), name)
        raise AbsentName(__name__, name)
