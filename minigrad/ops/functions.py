"""More elementwise functions: the rest of the table that `core.table` begins."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from ..core.elementwise import Elementwise, binary, same, ternary, truth, unary
from ..core.graph import Gradients, Variable, Variables
from ..core.table import cosh, eq, exp, log, sgn, sqr, sqrt, switch
from ..protocol.kernels import numpy_clip, numpy_log1mexp, numpy_relu, numpy_sigmoid, numpy_softplus
from . import bessel, incomplete, special
from .undefined import grad_not_implemented

LN2, LN10 = math.log(2), math.log(10)
ERF_SLOPE = 2 / math.sqrt(math.pi)  # at 0


class OfOrder(Elementwise):
    """A function of an order and a number, which has a derivative only by the number."""

    def L_op(self, inputs: Variables, outputs: Variables, output_grads: Variables) -> Gradients:
        by_number = super().L_op(inputs, outputs, output_grads)[1]
        return [grad_not_implemented(self, 0, inputs[0]), by_number]


def gamma_density(k: Variable, x: Variable) -> Variable:
    """xᵏ⁻¹ e⁻ˣ / Γ(k)."""
    return exp(xlogy0(k - 1.0, x) - x - gammaln(k))


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
erfcx     = unary("erfcx",     special.erfcx,     lambda x, y, gy: gy * (2 * x * y - ERF_SLOPE))
erfcinv   = unary("erfcinv",   special.erfcinv,   lambda x, y, gy: -gy / ERF_SLOPE * exp(sqr(y)))
gamma     = unary("gamma",     special.gamma,     lambda x, y, gy: gy * y * psi(x))
gammaln   = unary("gammaln",   special.gammaln,   lambda x, y, gy: gy * psi(x))
psi       = unary("psi",       special.psi,       lambda x, y, gy: gy * tri_gamma(x))
tri_gamma = unary("tri_gamma", special.tri_gamma, lambda x, y, gy: gy * polygamma(2, x))

of_order  = partial(binary, kind=OfOrder)
polygamma = of_order("polygamma", special.polygamma,    lambda n, x, y, gy: (
                                                            None, gy * polygamma(n + 1.0, x)))
gammainc  = of_order("gammainc",  incomplete.gammainc,  lambda k, x, y, gy: (
                                                            None, gy * gamma_density(k, x)))
gammaincc = of_order("gammaincc", incomplete.gammaincc, lambda k, x, y, gy: (
                                                            None, -gy * gamma_density(k, x)))

j0 = unary("j0", bessel.j0, lambda x, y, gy: -gy * j1(x))
j1 = unary("j1", bessel.j1, lambda x, y, gy: gy * (j0(x) - jv(2, x)) / 2)
i0 = unary("i0", bessel.i0, lambda x, y, gy: gy * i1(x))
i1 = unary("i1", bessel.i1, lambda x, y, gy: gy * (i0(x) + iv(2, x)) / 2)
jv = of_order("jv", bessel.jv, lambda v, x, y, gy: (
                                   None, gy * (jv(v - 1.0, x) - jv(v + 1.0, x)) / 2))
iv = of_order("iv", bessel.iv, lambda v, x, y, gy: (
                                   None, gy * (iv(v - 1.0, x) + iv(v + 1.0, x)) / 2))

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
