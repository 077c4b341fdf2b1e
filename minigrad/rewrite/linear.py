"""Rules that do less work where the sizes are known: factors move to where elements are fewer.

Sums and products of matrices are linear, so a number may be multiplied before or after; and the
linear algebra library adds up products faster than NumPy multiplies and then adds up.
"""

from __future__ import annotations

from typing import NamedTuple

from ..graph import Apply, Constant, Variable
from ..ops.broadcasting import Alloc, DimShuffle, Sum, is_transposed, transposed
from ..ops.elementwise import Elementwise, mul, neg, sqr
from ..ops.linalg import Dot, dot
from ..ops.shape import Reshape
from ..tensor_type import constant
from .arrangement import Replacement
from .engine import Rewriter, Rule, rule
from .identities import is_single
from .identity import identity
from .layout import is_tall


def fewer(x: Variable, y: Variable, times: int = 1) -> bool:
    """Whether x is known to have fewer elements than y has, that number taken so many times."""
    mine, others = x.type.size, y.type.size
    return mine is not None and others is not None and mine < times * others


def c_is_a_number(c: Variable, x: Variable, y: Variable) -> bool:
    """Whether c has a single element, and x and y are of one shape.

    And of a dtype in which a product does not overflow just because a factor comes later.
    """
    return (
        is_single(c) and not is_single(x) and x.type.shape == y.type.shape and x.type.dtype in _BLAS
    )


def linear_rules() -> list[Rule]:
    """The table, and the rules below it."""
    # fmt: off
    return [
        identity("(c * x) * y is c * (x * y)",
                 lambda c, x, y: (c * x) * y,      lambda c, x, y: c * (x * y), when=c_is_a_number),
        identity("c * x + c * y is c * (x + y)",
                 lambda c, x, y: c * x + c * y,    lambda c, x, y: c * (x + y), when=c_is_a_number),
        identity("c * x - c * y is c * (x - y)",
                 lambda c, x, y: c * x - c * y,    lambda c, x, y: c * (x - y), when=c_is_a_number),
        _product_of_multiple,
        _sum_of_multiple,
        _transposed_multiple,
        _sum_of_products,
        _sum_of_rows,
        _multiple_of_filled,
    ]
    # fmt: on


class Multiple(NamedTuple):
    """A number times a tensor that has more elements."""

    factor: Variable
    rest: Variable


def _as_multiple(x: Variable) -> Multiple | None:
    """x as a multiple of another tensor, if it is computed so; also as its transpose."""
    if is_transposed(x):
        inner = _as_multiple(transposed(x))
        return inner and Multiple(inner.factor, transposed(inner.rest))
    if x.owner is None or is_single(x) or x.type.dtype not in _BLAS:
        return None
    if x.owner.op is neg:
        return Multiple(constant(-1, dtype=x.type.dtype), x.owner.inputs[0])
    if x.owner.op is mul:
        for factor, rest in (x.owner.inputs, x.owner.inputs[::-1]):
            if is_single(factor) and factor.type.dtype == x.type.dtype and rest.type == x.type:
                return Multiple(Reshape()(factor) if factor.type.ndim else factor, rest)
    return None


@rule("a factor of a product goes where elements are fewest", Dot)
def _product_of_multiple(node: Apply, rewriter: Rewriter) -> Replacement:
    for place, x in enumerate(node.inputs):
        multiple = _as_multiple(x)
        if multiple is None or x.type.dtype != node.out.type.dtype:
            continue
        factors = list(node.inputs)
        factors[place], other = multiple.rest, factors[1 - place]
        # In doubt outside: there it meets other factors, and may go on to where it is still less.
        if fewer(other, x) and fewer(other, node.out) and fewer(x, node.out, times=2):
            factors[1 - place] = _times(multiple.factor, other)
            return [dot(*factors)]
        if fewer(node.out, x):
            return [mul(multiple.factor, dot(*factors))]
    return None


def _times(factor: Variable, x: Variable) -> Variable:
    """The multiple of x; of the transpose of a matrix, that of the matrix, transposed."""
    return transposed(mul(factor, transposed(x))) if is_transposed(x) else mul(factor, x)


@rule("the sum of a multiple is the multiple of the sum", Sum)
def _sum_of_multiple(node: Apply, rewriter: Rewriter) -> Replacement:
    multiple = _as_multiple(node.inputs[0])
    if multiple is None or not node.out.type.is_float or not fewer(node.out, multiple.rest):
        return None
    return [mul(multiple.factor, node.op(multiple.rest))]


@rule("the transpose of a multiple of a product is the multiple of the transposed", DimShuffle)
def _transposed_multiple(node: Apply, rewriter: Rewriter) -> Replacement:
    # A tall matrix stays the transpose of a wide one: see `layout`.
    multiple = None if is_tall(node.out) else _as_multiple(node.out)
    if multiple is None or not is_transposed(node.out):
        return None
    product = transposed(multiple.rest).owner
    return [mul(*multiple)] if product is not None and isinstance(product.op, Dot) else None


@rule("the sum of all products of elements is a dot product", Sum)
def _sum_of_products(node: Apply, rewriter: Rewriter) -> Replacement:
    (product,) = node.inputs
    if node.out.type.ndim or product.owner is None or not _may_be_added_by_blas(product):
        return None
    if product.owner.op not in (mul, sqr):
        return None
    factors = product.owner.inputs
    if all(map(is_transposed, factors)):
        factors = [transposed(x) for x in factors]
    count = product.type.size
    if count is None or any(x.type.size != count for x in factors):
        return None
    flat = [
        x if x.type.ndim == 1 else Reshape()(x, constant(count, dtype="int64")) for x in factors
    ]
    return [dot(flat[0], flat[-1])]


@rule("the sum of the rows of a matrix is its product with a row of ones", Sum)
def _sum_of_rows(node: Apply, rewriter: Rewriter) -> Replacement:
    (x,) = node.inputs
    axes = node.op.axis  # type: ignore[attr-defined]  # the root is a Sum
    if x.type.ndim != 2 or len(axes) != 1 or not x.type.size or not _may_be_added_by_blas(x):
        return None
    count = x.type.shape[axes[0]]
    ones = Alloc()(constant(1, dtype=x.type.dtype), constant(count, dtype="int64"))
    return [dot(ones, x) if axes == (0,) else dot(x, ones)]


@rule("a multiple of a sum of rows is the product with a row of that number", Elementwise)
def _multiple_of_filled(node: Apply, rewriter: Rewriter) -> Replacement:
    multiple = _as_multiple(node.out) if node.op is mul else None
    if multiple is None or not isinstance(multiple.factor, Constant):
        return None
    product = multiple.rest.owner
    if product is None or not isinstance(product.op, Dot):
        return None
    factors = list(product.inputs)
    for place, ones in enumerate(factors):
        if ones.owner is not None and isinstance(ones.owner.op, Alloc):
            value, *sizes = ones.owner.inputs
            if isinstance(value, Constant) and value.type == multiple.factor.type:
                factors[place] = Alloc()(mul(multiple.factor, value), *sizes)
                return [dot(*factors)]
    return None


def _may_be_added_by_blas(x: Variable) -> bool:
    """Whether the sum of x need not be more accurate, or is large enough to be worth the speed.

    NumPy adds up float32 in float64, BLAS does not.
    """
    if x.type.dtype == "float64":
        return True
    return x.type.dtype == "float32" and (x.type.size or 0) >= _LARGE


_LARGE = 1024  # elements
_BLAS = ("float32", "float64")  # the dtypes that the linear algebra library computes with
