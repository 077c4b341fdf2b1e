"""Functions, each beside its derivative, as in minigrad's table; but some derivatives are wrong.

`x` and `y` are the inputs; the last argument but one is the output, `y` or `z`; the last, `gy` or `gz`,
is the derivative of the cost by that. Each derivative multiplies it by the function's own.
"""

import numpy as np

from minigrad.core.elementwise import Elementwise, real
from minigrad.core.table import ge, gt, le, lt


def unary(name, function, derivative):
    return Elementwise(name, 1, function, derivative, real)


def binary(name, function, derivatives):
    return Elementwise(name, 2, function, derivatives, real)
