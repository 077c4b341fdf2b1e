"""Rules on products and quotients: derivatives multiply by what they have just divided by.

The derivative of log(s) divides by s, and that of s = sigmoid(x) multiplies by s. Where s is 0 to
rounding, only the product with both cancelled is a number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product as pairs
from typing import Any, NamedTuple

from ..graph import Apply, Op, Variable
from ..ops.broadcasting import DimShuffle, Sum, dimshuffle, restore_axes
from ..ops.elementwise import Elementwise, add, exp, inv, mul, neg, sigmoid, sqr, sub, true_div
from ..ops.indexing import IncSubtensor, Subtensor
from ..ops.nnet import Softmax
from .arrangement import Replacement, is_zeros
from .engine import Rewriter, Rule, number_of, rule

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
    """The factors' product; one that comes twice is squared. Of none it is the number 1."""
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
    """The variable as a product of what is none itself."""
    above: list[Variable] = []
    below: list[Variable] = []
    negative, looked_through = False, 0
    stack = [(variable, True)]
    while stack:
        factor, is_above = stack.pop()
        node = factor.owner
        parts = None
        if node is not None and looked_through < _REACH:
            parts = _split(node, rewriter)
        # What is multiplied in another dtype may round, or wrap around, where the product does not.
        if parts is not None and any(p.type.dtype != variable.type.dtype for p, _ in parts):
            parts = None
        if parts is None or node is None:
            (above if is_above else below).append(factor)
            continue
        looked_through += 1
        negative ^= node.op is neg
        stack += [(part, is_above == part_is_above) for part, part_is_above in reversed(parts)]
    return Product(above, below, negative)


def _split(node: Apply, rewriter: Rewriter) -> list[tuple[Variable, bool]] | None:
    """The parts of a product or quotient, and whether they are above; None of anything else."""
    parts = _PARTS.get(node.op)
    if parts is not None:
        return [(node.inputs[i], is_above) for i, is_above in parts]
    if isinstance(node.op, DimShuffle):
        # New axes for a product are new axes for its factors.
        inner = node.inputs[0].owner
        if inner is None or inner.op not in (mul, true_div):
            return None
        ndim = node.inputs[0].type.ndim
        spread = [
            dimshuffle(restore_axes(v, range(ndim - v.type.ndim), ndim), node.op.new_order)
            for v in inner.inputs
        ]
        return list(zip(rewriter.final(spread), (True, inner.op is mul), strict=True))
    return None


# For each op that makes a product: which inputs are its factors, and whether above or below.
_PARTS: dict[Op, tuple[tuple[int, bool], ...]] = {
    mul: ((0, True), (1, True)),
    true_div: ((0, True), (1, False)),
    sqr: ((0, True), (0, True)),
    inv: ((0, False),),
    neg: ((0, True),),
}


@rule("factors that are both above and below cancel", mul, true_div)
def _cancellation(node: Apply, rewriter: Rewriter) -> Replacement:
    if not node.out.type.is_float:
        return None
    product = _factors(node.out, rewriter)
    simpler = _cancelled(product)
    if simpler is not None:
        return [simpler.expression()]
    return _distributed(product, rewriter)


def _cancelled(product: Product) -> Product | None:
    """The product with equal factors cancelled and quotients of exponentials recognised."""
    above, below = list(product.above), []
    for factor in product.below:
        better = _quotient(above, factor)
        if better is None:
            below.append(factor)
        else:
            above += better
    paired = _pair_exponentials(above)
    if len(below) == len(product.below) and not paired:
        return None
    return Product(above, below, product.negative)


def _pair_exponentials(factors: list[Variable]) -> bool:
    """Put sigmoid(x) for exp(x) * sigmoid(-x) among the factors; whether there was one."""
    exponentials = [factor for factor in factors if _argument(factor, exp) is not None]
    sigmoids = [factor for factor in factors if _argument(factor, sigmoid) is not None]
    for one, other in pairs(exponentials, sigmoids):
        (x,), (y,) = one.owner.inputs, other.owner.inputs  # type: ignore[union-attr]  # see above
        if _are_opposite(x, y):
            factors.remove(one)
            factors.remove(other)
            factors.append(sigmoid(x))
            return True
    return False


def _are_opposite(x: Variable, y: Variable) -> bool:
    """Whether one of the variables is minus the other."""
    return any(
        one.owner is not None and one.owner.op is neg and one.owner.inputs[0] is other
        for one, other in ((x, y), (y, x))
    )


def _quotient(above: list[Variable], divisor: Variable) -> list[Variable] | None:
    """What to multiply by instead of dividing by this; takes what it replaces from the others."""
    if divisor in above and len(above) > 1:
        above.remove(divisor)
        return []
    x = _exponent_beside_one(divisor)
    if x is not None:
        numerator = _find_exp(above, x)
        if numerator is None:
            return [sigmoid(-x)]
        above.remove(numerator)
        return [sigmoid(x)]
    found = _sum_of_exponentials(divisor)
    if found is not None:
        numerator = _find_exp(above, found[0])
        if numerator is not None:
            above.remove(numerator)
            return [Softmax(found[1])(found[0])]
    same = _find_complement(above, divisor)
    if same is not None and len(above) > 1:
        above.remove(same)
        return []
    return None


def _find_complement(factors: Sequence[Variable], divisor: Variable) -> Variable | None:
    """The factor that is sigmoid(-x), if the divisor is 1 - sigmoid(x), which is the same."""
    if (
        divisor.owner is None
        or divisor.owner.op is not sub
        or number_of(divisor.owner.inputs[0]) != 1
    ):
        return None
    x = _argument(divisor.owner.inputs[1], sigmoid)
    for factor in factors:
        y = _argument(factor, sigmoid)
        if x is not None and y is not None and _are_opposite(x, y):
            return factor
    return None


def _argument(variable: Variable, function: Elementwise) -> Variable | None:
    """x, if the variable is that function of x."""
    node = variable.owner
    return node.inputs[0] if node is not None and node.op is function else None


def _find_exp(factors: Sequence[Variable], x: Variable) -> Variable | None:
    """The factor that is exp(x)."""
    return next((factor for factor in factors if _argument(factor, exp) is x), None)


def _exponent_beside_one(variable: Variable) -> Variable | None:
    """x, if the variable is 1 + exp(x)."""
    if variable.owner is None or variable.owner.op is not add:
        return None
    for one, other in (variable.owner.inputs, variable.owner.inputs[::-1]):
        if number_of(one) == 1:
            return _argument(other, exp)
    return None


def _sum_of_exponentials(variable: Variable) -> tuple[Variable, tuple[int, ...]] | None:
    """x and the axes, if the variable is sum(exp(x)) along them, with the axes kept."""
    total = variable
    if variable.owner is not None and isinstance(variable.owner.op, DimShuffle):
        total = variable.owner.inputs[0]
    x = exponents(total)
    if x is None or total.owner is None:
        return None
    axes = total.owner.op.axis  # type: ignore[attr-defined]  # a Sum
    kept = iter(range(total.type.ndim))
    order = ["x" if axis in axes else next(kept) for axis in range(x.type.ndim)]
    if total is variable:
        fits = not total.type.ndim
    else:
        fits = list(variable.owner.op.new_order) == order  # type: ignore[union-attr]  # a DimShuffle
    return (x, axes) if fits else None


def exponents(total: Variable) -> Variable | None:
    """x, if the variable is a sum of exp(x)."""
    if total.owner is None or not isinstance(total.owner.op, Sum):
        return None
    return _argument(total.owner.inputs[0], exp)


def _distributed(product: Product, rewriter: Rewriter) -> Replacement:
    """A product with a sum as a sum of products, if a term divides by one of the factors."""
    for place, factor in enumerate(product.above):
        node = factor.owner
        if node is None or node.op not in (add, sub):
            continue
        if any(term.type.dtype != factor.type.dtype for term in node.inputs):
            continue
        others = product.above[:place] + product.above[place + 1 :]
        terms = [_factors(term, rewriter) for term in node.inputs]
        if any(divisor in others for term in terms for divisor in term.below):
            products = [
                Product(term.above + others, term.below + product.below, term.negative)
                for term in terms
            ]
            total = node.op(*[(_cancelled(p) or p).expression() for p in products])
            return [-total if product.negative else total]
    return None


@rule(
    "a product with what is zero but for a part is zero but for that part",
    mul,
    needs=[IncSubtensor],
)
def _product_with_part(node: Apply, rewriter: Rewriter) -> Replacement:
    for x, y in (node.inputs, node.inputs[::-1]):
        if y.owner is None or not isinstance(y.owner.op, IncSubtensor):
            continue
        zeros, part, *indices = y.owner.inputs
        if is_zeros(zeros) and x.type == y.type and _same_sizes(x, y, rewriter):
            here = Subtensor(y.owner.op.pattern)(x, *indices)
            return [y.owner.op(zeros, here * part, *indices)]
    return None


def _same_sizes(x: Variable, y: Variable, rewriter: Rewriter) -> bool:
    return all(rewriter.size(x, a) is rewriter.size(y, a) for a in range(x.type.ndim))


def product_rules() -> list[Rule]:
    """The rules above."""
    return [_cancellation, _product_with_part]
