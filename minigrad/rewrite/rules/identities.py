"""The table of identities: to simplify what derivatives leave behind, and to keep numbers finite.

Each line is true for all real numbers; the second form is cheaper or more accurate, if what stands
behind it holds for the parts.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from ...core.graph import Variable
from ...core.table import abs_, exp, expm1, inv, neg, sqr, sqrt
from ...ops.functions import erf, erfc, sigmoid, softplus
from ..engine import Rule
from ..known import is_normal, is_single, number_of
from ..patterns import Identity


def x_is_smaller(x: Variable, y: Variable) -> bool:
    """Whether x has a single element, and y may have more."""
    return is_single(x) and not is_single(y)


def product_is_normal(x: Variable, y: Variable, z: Variable) -> bool:
    """Whether x and y are numbers whose product the dtype holds to its full precision."""
    return _are_normal_numbers(x, y, lambda a, b: a * b)


def quotient_is_normal(x: Variable, y: Variable, z: Variable) -> bool:
    """Whether x and y are numbers whose quotient the dtype holds to its full precision."""
    return _are_normal_numbers(x, y, lambda a, b: a / b if b else math.inf)


def _are_normal_numbers(
    x: Variable, y: Variable, function: Callable[[float, float], float]
) -> bool:
    a, b = number_of(x), number_of(y)
    if a is None or b is None or not (is_single(x) and is_single(y)):
        return False
    return not x.type.is_float or is_normal(function(a, b), x.type.dtype)


def x_is_not_smaller(x: Variable, y: Variable) -> bool:
    """Whether x has several elements, or y has but one, too."""
    return not x_is_smaller(x, y)


def is_whole(x: Variable) -> bool:
    """Whether x is of integers: they have no -0.0, which plus 0 is 0.0."""
    return not x.type.is_float


def stable_identities() -> list[Rule]:
    """The lines that keep numbers finite and exact, but for those of `logarithms`."""
    # fmt: off
    return [
        Identity(lambda x: x ** -1,               lambda x: inv(x)),
        Identity(lambda x: neg(neg(x)),           lambda x: x),
        Identity(lambda x, y: x + neg(y),         lambda x, y: x - y),
        Identity(lambda x, y: x - neg(y),         lambda x, y: x + y),
        Identity(lambda x, y: neg(x - y),         lambda x, y: y - x),
        Identity(lambda x: x * 1,                 lambda x: x),
        Identity(lambda x: x / 1,                 lambda x: x),
        Identity(lambda x: 1 / exp(x),            lambda x: exp(-x)),
        Identity(lambda x: inv(exp(x)),           lambda x: exp(-x)),
        Identity(lambda x: exp(neg(softplus(x))), lambda x: sigmoid(-x)),
        Identity(lambda x: inv(1 + exp(x)),       lambda x: sigmoid(-x)),
        Identity(lambda x: exp(x) - 1,            lambda x: expm1(x)),
        Identity(lambda x: -1 + exp(x),           lambda x: expm1(x)),
        Identity(lambda x: 1 - exp(x),            lambda x: -expm1(x)),
        Identity(lambda x: 1 + expm1(x),          lambda x: exp(x)),
        Identity(lambda x: 1 - erf(x),            lambda x: erfc(x)),
        Identity(lambda x: 1 - erfc(x),           lambda x: erf(x)),
    ]
    # fmt: on


def identities() -> list[Rule]:
    """The lines that make an expression cheaper, in the order in which they are tried."""
    # fmt: off
    return [
        # Neutral elements and powers.
        Identity(lambda x: x + 0,                 lambda x: x,                 is_whole),
        Identity(lambda x: x + -0.0,              lambda x: x),
        Identity(lambda x: x - 0,                 lambda x: x),
        Identity(lambda x: 0 - x,                 lambda x: -x,                is_whole),
        Identity(lambda x: -0.0 - x,              lambda x: -x),
        Identity(lambda x: x * -1,                lambda x: -x),
        Identity(lambda x: x * x,                 lambda x: sqr(x)),
        Identity(lambda x: x ** 1,                lambda x: x),
        Identity(lambda x: x ** 2,                lambda x: sqr(x)),
        Identity(lambda x: x ** 0.5,              lambda x: sqrt(x)),
        Identity(lambda x: sqrt(sqr(x)),          lambda x: abs_(x)),

        # Signs move outwards, where they meet and cancel; or to a factor that is but a number.
        Identity(lambda x, y: neg(x) * y,         lambda x, y: -(x * y),       x_is_not_smaller),
        Identity(lambda x, y: neg(x) / y,         lambda x, y: -(x / y),       x_is_not_smaller),
        Identity(lambda x, y: x / neg(y),         lambda x, y: neg(x) / y),
        Identity(lambda x, y: neg(x * y),         lambda x, y: neg(x) * y,     x_is_smaller),
        Identity(lambda x, y: neg(x / y),         lambda x, y: neg(x) / y,     x_is_smaller),
        Identity(lambda x: sqr(neg(x)),           lambda x: sqr(x)),

        # Numbers meet before they meet arrays.
        Identity(lambda x, y, z: x * (y * z),     lambda x, y, z: (x * y) * z, product_is_normal),
        Identity(lambda x, y, z: x * (z / y),     lambda x, y, z: (x / y) * z, quotient_is_normal),
    ]
    # fmt: on
