"""More functions of elements: the rest of the table that `core.table` begins."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.elementwise import binary, same, ternary, truth, unary
from ..core.table import cosh, eq, exp, log, sgn, sqr, sqrt, switch
from ..protocol.kernels import numpy_clip, numpy_log1mexp, numpy_relu, numpy_sigmoid, numpy_softplus
from . import special

LN2, LN10 = math.log(2), math.log(10)
ERF_SLOPE = 2 / math.sqrt(math.pi)  # at 0


def lacking(name: str) -> Any:
    """Raise a TypeError: the derivative would need a function that minigrad lacks."""
    raise TypeError(f"minigrad lacks the derivative of {name}")


# fmt: off
exp2    = unary("exp2",    np.exp2,        lambda x, y, gy: gy * y * LN2)
log2    = unary("log2",    np.log2,        lambda x, y, gy: gy / (x * LN2))
log10   = unary("log10",   np.log10,       lambda x, y, gy: gy / (x * LN10))
log1mexp = unary("log1mexp", numpy_log1mexp, lambda x, y, gy: -gy * exp(x - y))

xlogx   = unary("xlogx",   special.xlogx,  lambda x, y, gy: gy * (1 + log(x)))
xlogy0  = binary("xlogy0", special.xlogy0, lambda x, y, z, gz: (
                                               gz * log(y), gz * x / switch(eq(x, 0) & eq(y, 0), 1, y)))

arcsin  = unary("arcsin",  np.arcsin,      lambda x, y, gy: gy / sqrt((1 - x) * (1 + x)))
arccos  = unary("arccos",  np.arccos,      lambda x, y, gy: -gy / sqrt((1 - x) * (1 + x)))
arctan  = unary("arctan",  np.arctan,      lambda x, y, gy: gy / (1 + sqr(x)))
arcsinh = unary("arcsinh", np.arcsinh,     lambda x, y, gy: gy / cosh(y))
arccosh = unary("arccosh", np.arccosh,     lambda x, y, gy: gy / (sqrt(x - 1) * sqrt(x + 1)))
arctanh = unary("arctanh", np.arctanh,     lambda x, y, gy: gy / ((1 - x) * (1 + x)))

sigmoid  = unary("sigmoid",  numpy_sigmoid,  lambda x, y, gy: gy * y * (1 - y))
softplus = unary("softplus", numpy_softplus, lambda x, y, gy: gy * sigmoid(x))
relu     = unary("relu",     numpy_relu,     lambda x, y, gy: gy * (0.5 + 0.5 * sgn(x)))

erf       = unary("erf",       special.erf,       lambda x, y, gy: gy * ERF_SLOPE * exp(-sqr(x)))
erfc      = unary("erfc",      special.erfc,      lambda x, y, gy: -gy * ERF_SLOPE * exp(-sqr(x)))
erfinv    = unary("erfinv",    special.erfinv,    lambda x, y, gy: gy / ERF_SLOPE * exp(sqr(y)))
erfcinv   = unary("erfcinv",   special.erfcinv,   lambda x, y, gy: -gy / ERF_SLOPE * exp(sqr(y)))
gamma     = unary("gamma",     special.gamma,     lambda x, y, gy: gy * y * psi(x))
gammaln   = unary("gammaln",   special.gammaln,   lambda x, y, gy: gy * psi(x))
psi       = unary("psi",       special.psi,       lambda x, y, gy: gy * tri_gamma(x))
tri_gamma = unary("tri_gamma", special.tri_gamma, lambda x, y, gy: lacking("tri_gamma"))

tensor_copy = unary("tensor_copy", np.array, lambda x, y, gy: gy, same)

ceil    = unary("ceil",    np.ceil,        None)
floor   = unary("floor",   np.floor,       None)
rint    = unary("rint",    np.rint,        None)
trunc   = unary("trunc",   np.trunc,       None)
isinf   = unary("isinf",   np.isinf,       None, truth)

logaddexp = binary("logaddexp", np.logaddexp, lambda x, y, z, gz: (
                                                  gz * sigmoid(x - y),
                                                  gz * sigmoid(y - x)))
arctan2  = binary("arctan2",  np.arctan2,      lambda x, y, z, gz: (
                                                   gz * y / (sqr(x) + sqr(y)),
                                                   -gz * x / (sqr(x) + sqr(y))))
clip    = ternary("clip",  numpy_clip,       lambda x, low, high, y, gy: (
                                                 switch((low <= x) & (x <= high), gy, 0),
                                                 switch(x < low, gy, 0),
                                                 switch((low <= x) & (x > high), gy, 0)), same)
# fmt: on
