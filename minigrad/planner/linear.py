"""Rules that do less work where the sizes are known: factors move to where elements are fewer.

Sums and products of matrices are linear, so a number may be multiplied before or after; and the
linear algebra library adds up products faster than NumPy multiplies and then adds up.

A number below 1 may scale down what would otherwise overflow. So where it moves outwards the result
is checked (`InRange`), and what is not finite is computed again as it was written. All else that
moved is linear too, so an infinity on the way cannot vanish before the check. A number above 2 may
scale up what would otherwise round to 0: it stays where it is, unless it leaves a sum.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ..core.axes import Alloc, Sum
from ..core.elementwise import Cast, cast
from ..core.graph import Apply, Variable
from ..core.table import add, mul, neg, sqr, sub
from ..core.types import constant
from ..ops.linalg import Dot
from ..ops.planned import InRange
from ..ops.shape import Reshape, is_transposed, transposed
from ..protocol.walks import Applied, before, made_by
from ..rewrite.engine import Replacement, Rewriter, rule
from ..rewrite.known import is_normal, is_single, number_of


def far_fewer(x: Variable, y: Variable) -> bool:
    """Whether x.size ≤ y.size / 2, both known: to look whether x is in range is a pass more."""
    mine, others = x.type.size, y.type.size
    return mine is not None and others is not None and 2 * mine <= others


class Multiple(NamedTuple):
    """A number, not 0, times a tensor of several elements."""

    factor: float
    rest: Variable


def _as_multiple(x: Variable) -> Multiple | None:
    """Return x as a multiple of another tensor, if it, or its transpose, is computed so."""
    if is_transposed(x):
        inner = _as_multiple(transposed(x))
        return inner and Multiple(inner.factor, transposed(inner.rest))
    x = before(x, InRange)
    node = None if is_single(x) or x.type.dtype not in _BLAS else made_by(x, neg, mul, Dot)
    if node is None:
        return None
    if node.op is neg:
        return Multiple(-1, node.inputs[0])
    if node.op is mul:
        for number, rest in (node.inputs, node.inputs[::-1]):
            factor = number_of(number) if rest.type == x.type else None
            if factor:
                return Multiple(factor, rest)
        return None
    return _multiple_of_row(node)


def _multiple_of_row(product: Apply) -> Multiple | None:
    """Return a product with a row of a number as a multiple of that with a row of ones."""
    for place, row in enumerate(product.inputs):
        number = _number_in(row)
        if number is not None and 0 < abs(number) < 1:
            return Multiple(number, _with_row_of(1, product, place))
    return None


def _number_in(row: Variable) -> float | None:
    """Return the number that the row is filled with, if it is."""
    filled = made_by(row, Alloc)
    return None if filled is None or filled.inputs[0].type.ndim else number_of(filled.inputs[0])


def _with_row_of(number: float, product: Apply, place: int) -> Variable:
    """Return the product with another number in its row."""
    factors = list(product.inputs)
    filled = made_by(factors[place], Alloc)
    assert filled is not None
    factors[place] = Alloc()(constant(number, dtype=product.out.type.dtype), *filled.inputs[1:])
    return Dot()(*factors)


def _as_large_multiple(x: Variable, most: float = 2) -> Multiple | None:
    """Return `_as_multiple` of a large x, if the number is at most so large."""
    multiple = _as_multiple(x) if (x.type.size or 0) >= _WORTH_A_CHECK else None
    return multiple if multiple and abs(multiple.factor) <= most else None


def _multiple(factor: float, x: Variable) -> Variable:
    """Return the multiple of x; it is checked if x may be out of range though the multiple is not."""
    if abs(factor) == 1:
        return x if factor == 1 else neg(x)
    result = mul(constant(factor, dtype=x.type.dtype), x)
    return InRange()(result) if abs(factor) < 1 else result


@rule("a multiple of a multiple is a multiple", mul, needs=[InRange])
def _multiple_of_multiple(node: Apply, rewriter: Rewriter) -> Replacement:
    outer = _as_multiple(node.out)
    inner = outer and _as_multiple(outer.rest)
    if outer is None or inner is None or inner.rest.type != node.out.type:
        return None
    factor = outer.factor * inner.factor
    return [_multiple(factor, inner.rest)] if is_normal(factor, node.out.type.dtype) else None


@rule("the product with a multiple is the multiple of the product", mul)
def _product_with_multiple(node: Apply, rewriter: Rewriter) -> Replacement:
    for x, y in (node.inputs, node.inputs[::-1]):
        multiple = _as_large_multiple(x)
        if multiple and abs(multiple.factor) != 1 and x.type == y.type == node.out.type:
            return [_multiple(multiple.factor, mul(multiple.rest, y))]
    return None


@rule("the sum of multiples by one number is the multiple of the sum", add, sub)
def _sum_of_multiples(node: Apply, rewriter: Rewriter) -> Replacement:
    x, y = map(_as_multiple, node.inputs)
    if x is None or y is None:
        return _sum_of_products_of_multiples(node)
    if x.factor != y.factor or abs(x.factor) == 1:
        return None
    if abs(x.factor) < 1 and not any(made_by(v, InRange) for v in node.inputs):
        return None  # a check more would cost what a multiplication less saves
    return [_multiple(x.factor, node.op.make_node(x.rest, y.rest).out)]


def _sum_of_products_of_multiples(node: Apply) -> Replacement:
    """c · x · y ± c · v · w = c · (x · y ± v · w), if there is less to multiply then."""
    left, right = map(_products_of_multiples, node.inputs)
    for x, y in [(x, y) for x in left for y in right]:
        elements = (x.scaled.type.size or 0) + (y.scaled.type.size or 0)
        if x.factor == y.factor and abs(x.factor) != 1 and (node.out.type.size or 0) <= elements:
            return [_multiple(x.factor, node.op.make_node(x.rest, y.rest).out)]
    return None


class ProductOfMultiple(NamedTuple):
    """A product one factor of which is a multiple: the number, what it scales, and the rest."""

    factor: float
    scaled: Variable
    rest: Variable


def _products_of_multiples(x: Variable) -> list[ProductOfMultiple]:
    """Return the ways to see x, or its transpose, as such a product, the number at most 2."""
    if is_transposed(x):
        inner = _products_of_multiples(transposed(x))
        return [found._replace(rest=transposed(found.rest)) for found in inner]
    product = made_by(x, Dot)
    if product is None:
        return []
    ways = []
    for place, scaled in enumerate(product.inputs):
        multiple = _as_large_multiple(scaled)
        if multiple and scaled.type.dtype == x.type.dtype:
            factors = list(product.inputs)
            factors[place] = multiple.rest
            ways.append(ProductOfMultiple(multiple.factor, scaled, Dot()(*factors)))
    return ways


@rule("a factor of a product goes where elements are fewest", Dot)
def _product_of_multiple(node: Apply, rewriter: Rewriter) -> Replacement:
    for found in _products_of_multiples(node.out):
        if far_fewer(node.out, found.scaled):
            return [_multiple(found.factor, found.rest)]
    return None


@rule("the sum of a multiple is the multiple of the sum", Sum)
def _sum_of_multiple(node: Applied[Sum], rewriter: Rewriter) -> Replacement:
    multiple = _as_large_multiple(node.inputs[0], most=math.inf)
    if multiple is None or not node.out.type.is_float or not far_fewer(node.out, multiple.rest):
        return None
    return [_multiple(multiple.factor, node.op(multiple.rest))]


@rule("the sum of all products of elements is a dot product", Sum)
def _sum_of_products(node: Apply, rewriter: Rewriter) -> Replacement:
    (product,) = node.inputs
    elementwise = made_by(product, mul, sqr)
    if elementwise is None or node.out.type.ndim or product.type.dtype not in _BLAS:
        return None
    factors = elementwise.inputs
    if all(map(is_transposed, factors)):
        factors = [transposed(x) for x in factors]
    count = product.type.size
    if count is None or any(x.type.size != count for x in factors):
        return None
    flat = [x if x.type.ndim == 1 else Reshape()(x, constant(-1, dtype="int64")) for x in factors]
    # Squares do not cancel, so few of them lose nothing in their own dtype.
    dtype = product.type.dtype if flat[0] is flat[-1] else _dtype_of_sum(product, count)
    wide = [cast(x, dtype) for x in flat]
    return [cast(Dot()(wide[0], wide[-1]), node.out.type.dtype)]


@rule("the sum of the rows of a matrix is its product with a row of ones", Sum)
def _sum_of_rows(node: Applied[Sum], rewriter: Rewriter) -> Replacement:
    (x,) = node.inputs
    axes = node.op.axis
    if x.type.ndim != 2 or len(axes) != 1 or not x.type.size or x.type.dtype not in _BLAS:
        return None
    count = x.type.shape[axes[0]]
    # Within rows sums may be short though the matrix is large.
    at_once = count if axes == (1,) else x.type.size
    ones = Alloc()(constant(1, dtype=_dtype_of_sum(x, at_once)), constant(count, dtype="int64"))
    return [cast(Dot()(ones, x) if axes == (0,) else Dot()(x, ones), node.out.type.dtype)]


@rule("a multiple of a sum of rows is the product with a row of that number", InRange, mul)
def _multiple_of_filled(node: Apply, rewriter: Rewriter) -> Replacement:
    is_checked = isinstance(node.op, InRange)
    multiple = _as_multiple(node.out) if made_by(before(node.out, InRange), mul) else None
    if multiple is None:
        return None
    converted = made_by(multiple.rest, Cast)
    product = made_by(converted.inputs[0] if converted else multiple.rest, Dot)
    if product is None:
        return None
    # A small number might round to 0 what adds up to more.
    if not is_checked and not _SMALLEST_IN_A_ROW <= abs(multiple.factor) < 1:
        return None
    for place, ones in enumerate(product.inputs):
        if _number_in(ones) == 1:
            result = cast(_with_row_of(multiple.factor, product, place), node.out.type.dtype)
            return [InRange()(result) if is_checked else result]
    return None


def _dtype_of_sum(x: Variable, count: int | None) -> str:
    """Return the dtype in which so many elements of x are added up.

    NumPy adds up float32 in float64. BLAS does not, but in pieces: see `ops.pieces`.
    """
    is_few = x.type.dtype == "float32" and (count or 0) < _LARGE
    return "float64" if is_few else x.type.dtype


_LARGE = 1024  # elements
_WORTH_A_CHECK = 4096  # elements
_SMALLEST_IN_A_ROW = 1 / 1024
_BLAS = ("float32", "float64")  # the dtypes that the linear algebra library computes with

# Those by which factors move, and all.
FACTOR_RULES = (
    _multiple_of_multiple,
    _product_with_multiple,
    _sum_of_multiples,
    _product_of_multiple,
    _sum_of_multiple,
)
LINEAR_RULES = (*FACTOR_RULES, _sum_of_products, _sum_of_rows, _multiple_of_filled)
