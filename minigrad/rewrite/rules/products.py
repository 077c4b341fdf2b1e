"""Rules on products and quotients: derivatives multiply by what they have just divided by.

The derivative of log(s) divides by s, and that of s = sigmoid(x) multiplies by s. Where s is 0 to
rounding, only the product with both cancelled is a number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any, NamedTuple

from ...core.axes import DimShuffle, as_tensor_variable, dimshuffle, restore_axes
from ...core.elementwise import cast
from ...core.graph import Apply, Op, Variable
from ...core.table import exp, inv, mul, neg, sqr, true_div
from ...ops.functions import sigmoid
from ...ops.indexing import IncSubtensor, Subtensor
from ...protocol.walks import is_zeros, made_by
from ..engine import Replacement, Rewriter, in_shape_of, rule
from ..known import is_normal, number_of
from .quotients import argument, sigmoid_of_quotient, softmax_of_quotient

# How many operations of a product are looked through, so that long products cost no more.
_REACH = 16


class Product(NamedTuple):
    """A product of the factors above, divided by those below, perhaps negative."""

    above: list[Variable]
    below: list[Variable]
    negative: bool

    def expression(self) -> Variable:
        """The product, written out."""
        value = _multiplied(self.above)
        if self.below:
            value = value / _multiplied(self.below)
        return -value if self.negative else value


def _multiplied(factors: Sequence[Variable]) -> Any:
    """The factors' product; one that comes twice is squared. Without factors, the number 1."""
    left = list(factors)
    powers = []
    while left:
        factor = left.pop(0)
        if factor in left:
            left.remove(factor)
            factor = sqr(factor)
        powers.append(factor)
    return math.prod(powers[1:], start=powers[0]) if powers else 1


def _factors(variable: Variable, rewriter: Rewriter) -> Product:
    """Return the variable as a product of factors that are no products themselves."""
    above: list[Variable] = []
    below: list[Variable] = []
    negative, looked_through = False, 0
    stack = [(variable, True)]
    while stack:
        factor, is_above = stack.pop()
        node = factor.owner
        found = rewriter.once(_split, node) if node and looked_through < _REACH else None
        # What is multiplied in another dtype may round, or wrap around, where the product does not.
        if found is None or any(p.type.dtype != variable.type.dtype for p, _ in found[1]):
            (above if is_above else below).append(factor)
            continue
        op, parts = found
        looked_through += 1
        negative ^= op is neg
        stack += [(part, is_above == part_is_above) for part, part_is_above in reversed(parts)]
    return Product(above, below, negative)


def _split(node: Apply, rewriter: Rewriter) -> tuple[Op, list[tuple[Variable, bool]]] | None:
    """Return a product's or quotient's op, and its parts, with whether they are above."""
    parts = _PARTS.get(node.op)
    if parts is not None:
        return node.op, [(node.inputs[i], is_above) for i, is_above in parts]
    if isinstance(node.op, DimShuffle):
        # New axes for a product are new axes for its factors.
        inner = node.inputs[0].owner
        parts = None if inner is None else _PARTS.get(inner.op)
        if inner is None or parts is None:
            return None
        ndim = node.inputs[0].type.ndim
        factors = [inner.inputs[i] for i, _ in parts]
        spread = [
            dimshuffle(restore_axes(v, range(ndim - v.type.ndim), ndim), node.op.new_order)
            for v in factors
        ]
        sides = [is_above for _, is_above in parts]
        return inner.op, list(zip(rewriter.final(spread), sides, strict=True))
    return None


# For each op that makes a product: which inputs are its factors, and whether above or below.
_PARTS: dict[Op, tuple[tuple[int, bool], ...]] = {
    mul: ((0, True), (1, True)),
    true_div: ((0, True), (1, False)),
    sqr: ((0, True), (0, True)),
    inv: ((0, False),),
    neg: ((0, True),),
}


@rule("quotients of exponentials are sigmoids and softmaxes", mul, true_div)
def _exponentials(node: Apply, rewriter: Rewriter) -> Replacement:
    return _simplified(node, rewriter, _EXPONENTIALS)


@rule("factors that are both above and below cancel", mul, true_div)
def _cancellation(node: Apply, rewriter: Rewriter) -> Replacement:
    return _simplified(node, rewriter, (_cancelling_factor,))


# How a product can be simplified: takes what it replaces from the factors above and below, and
# returns what stands above instead; None if it does not apply.
Simplification = Callable[[list[Variable], list[Variable]], "list[Variable] | None"]


def _simplified(
    node: Apply, rewriter: Rewriter, simplifications: Sequence[Simplification]
) -> Replacement:
    """Return the product, simplified; None if it cannot be."""
    if not node.out.type.is_float:
        return None
    product = _factors(node.out, rewriter)
    above, below, changed = list(product.above), list(product.below), False
    for simplify in simplifications:
        while (instead := simplify(above, below)) is not None:
            above += instead
            changed = True
    if not changed:
        return None
    value = as_tensor_variable(Product(above, below, product.negative).expression())
    return [in_shape_of(node, cast(value, node.out.type.dtype), rewriter)]


def _cancelling_factor(above: list[Variable], below: list[Variable]) -> list[Variable] | None:
    for divisor in below:
        if divisor in above and len(above) > 1:  # x / x is not 1 where x is 0
            above.remove(divisor)
            below.remove(divisor)
            return []
    return None


def _cancelling_numbers(above: list[Variable], below: list[Variable]) -> list[Variable] | None:
    """Leave out several numbers whose product is 1."""
    numbers = [[v for v in side if v.type.ndim == 0 and number_of(v)] for side in (above, below)]
    together = [*numbers[0], *numbers[1]]
    high, low = (math.prod(number_of(v) or 0 for v in side) for side in numbers)
    if high != low or len(together) < 2 or not is_normal(high, together[0].type.dtype):
        return None
    for side, gone in zip((above, below), numbers, strict=True):
        for number in gone:
            side.remove(number)
    return []


def _dividing(find: Callable[[list[Variable], Variable], Variable | None]) -> Simplification:
    """Replace a factor and the divisor it meets by what the function finds for the quotient."""

    def simplify(above: list[Variable], below: list[Variable]) -> list[Variable] | None:
        for divisor in below:
            found = find(above, divisor)
            if found is not None:
                below.remove(divisor)
                return [found]
        return None

    return simplify


def _paired_exponential(above: list[Variable], below: list[Variable]) -> list[Variable] | None:
    """exp(x) · sigmoid(-x) = sigmoid(x)."""
    for one, other in permutations(above, 2):
        x, y = argument(one, exp), argument(other, sigmoid)
        if x is not None and y is not None and (argument(x, neg) is y or argument(y, neg) is x):
            above.remove(one)
            above.remove(other)
            return [sigmoid(x)]
    return None


_EXPONENTIALS = (
    _cancelling_numbers,
    _dividing(sigmoid_of_quotient),
    _dividing(softmax_of_quotient),
    _paired_exponential,
)


@rule(
    "a product with what is zero but for a part is zero but for that part",
    mul,
    needs=[IncSubtensor],
)
def _product_with_part(node: Apply, rewriter: Rewriter) -> Replacement:
    for x, y in (node.inputs, node.inputs[::-1]):
        filled = made_by(y, IncSubtensor)
        if filled is None:
            continue
        zeros, part, *indices = filled.inputs
        same_size = (rewriter.size(x, a) is rewriter.size(y, a) for a in range(x.type.ndim))
        if is_zeros(zeros) and x.type == y.type and all(same_size):
            here = Subtensor(filled.op.pattern)(x, *indices)
            return [filled.op(zeros, here * part, *indices)]
    return None


# Those that keep quotients finite, and those that make products cheaper.
EXPONENTIAL_RULES = (_exponentials,)
PRODUCT_RULES = (_cancellation, _product_with_part)
