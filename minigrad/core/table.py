"""The table: elementwise functions, each beside its derivative, as in a calculus book.

Unary functions are y = f(x), binary ones z = f(x, y): so `y` is the output of a unary function, and
an input of a binary one. The last argument, `gy` or `gz`, is the derivative of the cost by the
output; a rule multiplies it by the function's own derivative by each input. Rules run later, when
`operators` has given variables +, * and the like. Add functions of your own by lines like these:
``log2 = unary("log2", np.log2, lambda x, y, gy: gy / (x * math.log(2)))``. After the derivative, a
line may give the rule for the dtype, `real` if none is given, and the symbol of an operator.
"""

# fmt: off
# isort: skip_file

from __future__ import annotations

import numpy as np

from .elementwise import (
    Quotient, Switch, binary, bits, number, real, same, ternary, truth, unary, whole,
)
from .graph import Constant, Variable
from .types import constant


def one_less(y: Variable, x: Variable) -> Variable:
    """y − 1, as in the derivative y · xʸ⁻¹ of xʸ; but 0 where y is 0 and x⁻¹ would be ∞ or NaN."""
    if isinstance(y, Constant) and y.type.dtype != "bool":
        return constant(y.data - (y.data != 0), dtype=y.type.dtype)
    return switch(eq(y, 0) & (eq(x, 0) | isnan(x)), 0, y - 1)


def by_power(g: Variable, x: Variable, e: Variable) -> Variable:
    """g · xᵉ, which is g · x or g if e is known to be 1 or 0."""
    if isinstance(e, Constant) and not e.type.ndim and e.data in (0, 1):
        return g * x if e.data else g
    return g * x**e


neg     = unary("neg",     np.negative,    lambda x, y, gy: -gy, number, "-")
abs_    = unary("abs",     np.abs,         lambda x, y, gy: gy * sgn(x), same)
sgn     = unary("sgn",     np.sign,        None, number)
sqr     = unary("sqr",     np.square,      lambda x, y, gy: gy * (2 * x), whole)
sqrt    = unary("sqrt",    np.sqrt,        lambda x, y, gy: gy / (2 * y))
inv     = unary("inv",     np.reciprocal,  lambda x, y, gy: -gy * sqr(y))

exp     = unary("exp",     np.exp,         lambda x, y, gy: gy * y)
expm1   = unary("expm1",   np.expm1,       lambda x, y, gy: gy * (y + 1))
log     = unary("log",     np.log,         lambda x, y, gy: gy / x)
log1p   = unary("log1p",   np.log1p,       lambda x, y, gy: gy / (1 + x))

sin     = unary("sin",     np.sin,         lambda x, y, gy: gy * cos(x))
cos     = unary("cos",     np.cos,         lambda x, y, gy: -gy * sin(x))
tan     = unary("tan",     np.tan,         lambda x, y, gy: gy * (1 + sqr(y)))
sinh    = unary("sinh",    np.sinh,        lambda x, y, gy: gy * cosh(x))
cosh    = unary("cosh",    np.cosh,        lambda x, y, gy: gy * sinh(x))
tanh    = unary("tanh",    np.tanh,        lambda x, y, gy: gy * (1 - sqr(y)))

add      = binary("add",      np.add,          lambda x, y, z, gz: (gz, gz), same, "+")
sub      = binary("sub",      np.subtract,     lambda x, y, z, gz: (gz, -gz), number, "-")
mul      = binary("mul",      np.multiply,     lambda x, y, z, gz: (gz * y, gz * x), same, "*")
true_div = binary("true_div", np.true_divide,  lambda x, y, z, gz: (gz / y, -gz * z / y), real, "/",
                  kind=Quotient)
int_div  = binary("int_div",  np.floor_divide, None, whole, "//")
mod      = binary("mod",      np.remainder,    lambda x, y, z, gz: (gz, -gz * (x // y)), whole, "%")
power    = binary("power",    np.power,        lambda x, y, z, gz: (by_power(gz * y, x, one_less(y, x)),
                                                   gz * z * log(switch(eq(x, 0), 1, x))), whole, "**")
maximum  = binary("maximum",  np.maximum,      lambda x, y, z, gz: (gz * ge(x, y), gz * lt(x, y)), same)
minimum  = binary("minimum",  np.minimum,      lambda x, y, z, gz: (gz * le(x, y), gz * gt(x, y)), same)

eq      = binary("eq",     np.equal,         None, truth, "==")
neq     = binary("neq",    np.not_equal,     None, truth, "!=")
lt      = binary("lt",     np.less,          None, truth, "<")
le      = binary("le",     np.less_equal,    None, truth, "<=")
gt      = binary("gt",     np.greater,       None, truth, ">")
ge      = binary("ge",     np.greater_equal, None, truth, ">=")
and_    = binary("and_",   np.bitwise_and,   None, bits, "&")
or_     = binary("or_",    np.bitwise_or,    None, bits, "|")
xor     = binary("xor",    np.bitwise_xor,   None, bits, "^")
invert  = unary("invert",  np.invert,        None, bits, "~")
isnan   = unary("isnan",   np.isnan,         None, truth)

switch  = ternary("switch", np.where,        lambda condition, x, y, z, gz: (
                                                 None, switch(condition, gz, 0),
                                                 switch(condition, 0, gz)), same, kind=Switch)
# fmt: on
