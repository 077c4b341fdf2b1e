"""The docstrings of the table's functions: formula, derivative, dtype.

Importing this module sets them.
"""

from __future__ import annotations

import re

from ..core.elementwise import TABLE, Elementwise, Quotient
from ..ops import functions as _all_lines  # noqa: F401  # so that all functions are in the table

UNKNOWN = "not known"  # it raises a TypeError

# The function, then its derivative by each input. As Python they are right: a test evaluates them.
# fmt: off
FORMULAS = {
    "neg": ("-x", "-1"),
    "abs": ("abs(x)", "sign(x), which is 0 at 0"),
    "sgn": ("sign(x): 1 where x > 0, -1 where x < 0, else x",),
    "sqr": ("x ** 2", "2 * x"),
    "sqrt": ("x ** (1 / 2)", "1 / (2 * y)"),
    "inv": ("1 / x", "-y ** 2"),
    "exp": ("e ** x", "y"),
    "exp2": ("2 ** x", "y * log(2)"),
    "expm1": ("exp(x) - 1, accurate also near 0", "y + 1"),
    "log": ("log(x), the natural logarithm", "1 / x"),
    "log2": ("log(x) / log(2)", "1 / (x * log(2))"),
    "log10": ("log(x) / log(10)", "1 / (x * log(10))"),
    "log1p": ("log(1 + x), accurate also near 0", "1 / (1 + x)"),
    "log1mexp": ("log(1 - exp(x)), for x < 0, accurate everywhere", "-exp(x - y)"),
    "xlogx": ("x * log(x), which is 0 at 0", "1 + log(x)"),
    "xlogy0": ("x * log(y), which is 0 where x is 0", "log(y)", "x / y"),
    "sin": ("sin(x)", "cos(x)"),
    "cos": ("cos(x)", "-sin(x)"),
    "tan": ("sin(x) / cos(x)", "1 + y ** 2"),
    "arcsin": ("arcsin(x), the angle from -π / 2 to π / 2 whose sine is x", "1 / sqrt(1 - x ** 2)"),
    "arccos": ("arccos(x), the angle from 0 to π whose cosine is x", "-1 / sqrt(1 - x ** 2)"),
    "arctan": ("arctan(x), the angle from -π / 2 to π / 2 whose tangent is x", "1 / (1 + x ** 2)"),
    "sinh": ("(exp(x) - exp(-x)) / 2", "cosh(x)"),
    "cosh": ("(exp(x) + exp(-x)) / 2", "sinh(x)"),
    "tanh": ("(exp(x) - exp(-x)) / (exp(x) + exp(-x))", "1 - y ** 2"),
    "arcsinh": ("log(x + sqrt(x ** 2 + 1))", "1 / sqrt(x ** 2 + 1)"),
    "arccosh": ("log(x + sqrt(x ** 2 - 1))", "1 / sqrt(x ** 2 - 1)"),
    "arctanh": ("log((1 + x) / (1 - x)) / 2", "1 / (1 - x ** 2)"),
    "sigmoid": ("1 / (1 + exp(-x)), without overflow", "y * (1 - y)"),
    "softplus": ("log(1 + exp(x)), without overflow", "1 / (1 + exp(-x))"),
    "relu": ("x * (x > 0)", "1 where x > 0, 0 where x < 0, 1/2 at 0"),
    "erf": ("``2 / sqrt(pi)`` times the integral of ``exp(-t ** 2)`` from 0 to x",
            "2 / sqrt(pi) * exp(-x ** 2)"),
    "erfc": ("1 - erf(x), accurate also where that is near 0", "-2 / sqrt(pi) * exp(-x ** 2)"),
    "erfinv": ("The number y with erf(y) = x", "sqrt(pi) / 2 * exp(y ** 2)"),
    "erfcx": ("exp(x ** 2) * erfc(x), without overflow", "2 * x * y - 2 / sqrt(pi)"),
    "erfcinv": ("The number y with erfc(y) = x", "-sqrt(pi) / 2 * exp(y ** 2)"),
    "gamma": ("gamma(x), which is the factorial of x - 1", "y * psi(x)"),
    "gammaln": ("log(abs(gamma(x)))", "psi(x)"),
    "psi": ("The derivative of log(gamma(x))", "tri_gamma(x)"),
    "tri_gamma": ("The second derivative of log(gamma(x))", "polygamma(2, x)"),
    "polygamma": ("The n-th derivative of psi(x)", UNKNOWN, "polygamma(n + 1, x)"),
    "gammainc": ("The integral of ``t ** (k - 1) * exp(-t)`` from 0 to x, divided by ``gamma(k)``",
                 UNKNOWN, "x ** (k - 1) * exp(-x) / gamma(k)"),
    "gammaincc": ("The integral of ``t ** (k - 1) * exp(-t)`` from x to ∞, divided by ``gamma(k)``",
                  UNKNOWN, "-x ** (k - 1) * exp(-x) / gamma(k)"),
    "j0": ("The Bessel function of the first kind of order 0", "-j1(x)"),
    "j1": ("The Bessel function of the first kind of order 1", "(j0(x) - jv(2, x)) / 2"),
    "jv": ("The Bessel function of the first kind of order v", UNKNOWN,
           "(jv(v - 1, x) - jv(v + 1, x)) / 2"),
    "i0": ("The modified Bessel function of the first kind of order 0", "i1(x)"),
    "i1": ("The modified Bessel function of the first kind of order 1", "(i0(x) + iv(2, x)) / 2"),
    "iv": ("The modified Bessel function of the first kind of order v", UNKNOWN,
           "(iv(v - 1, x) + iv(v + 1, x)) / 2"),
    "tensor_copy": ("x, in a new array", "1"),
    "ceil": ("The least whole number ≥ x",),
    "floor": ("The largest whole number ≤ x",),
    "rint": ("The whole number nearest to x; halves go to the even one",),
    "trunc": ("x without its fraction",),
    "isnan": ("x != x: whether x is NaN",),
    "isinf": ("abs(x) == inf: whether x is infinite",),
    "invert": ("~x: not x; for an integer, -x - 1",),
    "add": ("x + y", "1", "1"),
    "sub": ("x - y", "1", "-1"),
    "mul": ("x * y", "y", "x"),
    "true_div": ("x / y", "1 / y", "-z / y"),
    "int_div": ("floor(x / y)",),
    "mod": ("x - y * floor(x / y)", "1", "-floor(x / y)"),
    "power": ("x ** y", "y * x ** (y - 1)", "z * log(x)"),
    "logaddexp": ("log(exp(x) + exp(y)), without overflow", "exp(x - z)", "exp(y - z)"),
    "maximum": ("The larger of x and y", "x >= y", "x < y"),
    "minimum": ("The smaller of x and y", "x <= y", "x > y"),
    "arctan2": ("The angle of the point (y, x) from the first axis", "y / (x ** 2 + y ** 2)",
                "-x / (x ** 2 + y ** 2)"),
    "eq": ("x == y",),
    "neq": ("x != y",),
    "lt": ("x < y",),
    "le": ("x <= y",),
    "gt": ("x > y",),
    "ge": ("x >= y",),
    "and_": ("x & y",),
    "or_": ("x | y",),
    "xor": ("x ^ y",),
    "clip": ("low where x < low, else high where x > high, else x", "(low <= x) & (x <= high)",
             "x < low", "(low <= x) & (x > high)"),
    "switch": ("x where the condition is not 0, else y", "0", "condition != 0", "condition == 0"),
}
# fmt: on


def _in_code(text: str) -> str:
    """Return a formula with the Python that it begins with marked: no word follows another there."""
    python = re.split(r"[,:] (?![^(]*\))", text)[0]
    return text if re.search(r"\w \w", python) else f"``{python}``{text[len(python) :]}"


def _document(op: Elementwise) -> str:
    """Return the docstring: the formula first, then the derivative and the dtype of the result."""
    formula, *derivatives = map(_in_code, FORMULAS[op.name])
    *inputs, output, _ = op.vjp.__code__.co_varnames if op.vjp else ("", "", "")
    if len(derivatives) < 2:
        rule = (derivatives or ["0 wherever there is one"])[0]
    else:
        rule = "; ".join(f"by {x}: {d}" for x, d in zip(inputs, derivatives, strict=True))
    if output and re.search(rf"\b{output}\b", rule):
        rule += f", where {output} is the result"
    dtype = op.result.__doc__ or ""
    if isinstance(op, Quotient):
        dtype = "The common dtype of floats; for integers, `config.floatX`."
    broadcasting = "The inputs broadcast against each other.\n\n" if op.n_inputs > 1 else ""
    return (
        f"{formula}, for each element.\n\nDerivative: {rule}.\n\n{broadcasting}"
        f"The dtype: {dtype[0].lower()}{dtype[1:]}\n"
    )


for _op in TABLE.values():
    _op.__doc__ = _document(_op)
