"""The functions of elements, by T's names: the function that NumPy has, and where it is defined.

A new function of elements is a line here; tests of values, dtypes, derivatives, numbers at the edge
and of all that an op promises take it from here.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

Interval = tuple[float, float]


class Case(NamedTuple):
    """A function of elements: NumPy's, an interval that it is defined on, and a smooth part of it."""

    function: Callable
    defined: Interval = (-3, 3)
    smooth_part: Interval | None = None  # if not all of it

    @property
    def smooth(self):
        return self.smooth_part or self.defined


# The intervals keep away from ends and poles, where finite differences tell little.
ONE = {
    "neg": Case(np.negative),
    "abs_": Case(np.abs, smooth_part=(0.5, 3)),
    "sgn": Case(np.sign, smooth_part=(0.5, 3)),
    "sqr": Case(np.square),
    "sqrt": Case(np.sqrt, (0.1, 4)),
    "inv": Case(np.reciprocal, (0.1, 3)),
    "exp": Case(np.exp),
    "exp2": Case(np.exp2),
    "expm1": Case(np.expm1),
    "log": Case(np.log, (0.1, 4)),
    "log2": Case(np.log2, (0.1, 4)),
    "log10": Case(np.log10, (0.1, 4)),
    "log1p": Case(np.log1p, (-0.5, 3)),
    "sin": Case(np.sin),
    "cos": Case(np.cos),
    "tan": Case(np.tan, (-1, 1)),
    "arcsin": Case(np.arcsin, (-0.9, 0.9)),
    "arccos": Case(np.arccos, (-0.9, 0.9)),
    "arctan": Case(np.arctan),
    "sinh": Case(np.sinh),
    "cosh": Case(np.cosh),
    "tanh": Case(np.tanh),
    "arcsinh": Case(np.arcsinh),
    "arccosh": Case(np.arccosh, (1.1, 4)),
    "arctanh": Case(np.arctanh, (-0.9, 0.9)),
    "floor": Case(np.floor, smooth_part=(0.2, 0.8)),
    "ceil": Case(np.ceil, smooth_part=(0.2, 0.8)),
    "trunc": Case(np.trunc, smooth_part=(0.2, 0.8)),
    "round": Case(np.round, smooth_part=(0.6, 0.9)),
    "erf": Case(np.vectorize(math.erf)),
    "erfc": Case(np.vectorize(math.erfc)),
    "gammaln": Case(np.vectorize(math.lgamma), (0.1, 4)),
}
TWO = {
    "add": Case(np.add),
    "sub": Case(np.subtract),
    "mul": Case(np.multiply),
    "true_div": Case(np.true_divide, (0.2, 3)),
    "power": Case(np.power, (0.2, 2)),
    "arctan2": Case(np.arctan2, (0.2, 2)),
}
# Not smooth where the two are equal, or one is a multiple of the other.
KINKED = {
    "maximum": Case(np.maximum),
    "minimum": Case(np.minimum),
    "mod": Case(np.remainder, (0.2, 2)),
    "int_div": Case(np.floor_divide, (0.2, 2)),
}
PREDICATES = {"isnan": Case(np.isnan), "isinf": Case(np.isinf)}
COMPARISONS = {
    "eq": Case(np.equal),
    "neq": Case(np.not_equal),
    "lt": Case(np.less),
    "le": Case(np.less_equal),
    "gt": Case(np.greater),
    "ge": Case(np.greater_equal),
}
BITS = {"and_": Case(np.bitwise_and), "or_": Case(np.bitwise_or), "xor": Case(np.bitwise_xor)}
