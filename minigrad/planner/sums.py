"""Rules that turn sums into products: the linear algebra library adds up faster than NumPy."""

from __future__ import annotations

from ..core.axes import Alloc, Sum
from ..core.elementwise import Cast, cast
from ..core.graph import Apply, Variable
from ..core.table import mul, sqr
from ..core.types import constant
from ..ops.linalg import Dot
from ..ops.shape import Reshape, is_transposed, transposed
from ..protocol.walks import Applied, made_by
from ..rewrite.engine import Replacement, Rewriter, rule
from ..rewrite.known import is_single, number_of

_BLAS = ("float32", "float64")  # the dtypes that the linear algebra library computes with
_LARGE = 1024  # elements
_SMALLEST_IN_A_ROW = 1 / 1024


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


@rule("a multiple of a sum of rows is the product with a row of that number", mul)
def _multiple_of_sum_of_rows(node: Apply, rewriter: Rewriter) -> Replacement:
    for x, total in (node.inputs, node.inputs[::-1]):
        number = number_of(x)
        # A small number might round to 0 what adds up to more, and a large one go out of range.
        if number is None or not _SMALLEST_IN_A_ROW <= abs(number) < 1:
            continue
        converted = made_by(total, Cast)
        product = made_by(converted.inputs[0] if converted else total, Dot)
        if product is None or is_single(total) or total.type != node.out.type:
            continue
        for place, row in enumerate(product.inputs):
            filled = made_by(row, Alloc)
            if filled is not None and number_of(filled.inputs[0]) == 1:
                factors = list(product.inputs)
                value = constant(number, dtype=row.type.dtype)
                factors[place] = Alloc()(value, *filled.inputs[1:])
                return [cast(Dot()(*factors), node.out.type.dtype)]
    return None


def _dtype_of_sum(x: Variable, count: int | None) -> str:
    """Return the dtype in which so many elements of x are added up.

    NumPy adds up float32 in float64. BLAS does not, but in pieces: see `ops.pieces`.
    """
    is_few = x.type.dtype == "float32" and (count or 0) < _LARGE
    return "float64" if is_few else x.type.dtype


SUM_RULES = (_sum_of_products, _sum_of_rows, _multiple_of_sum_of_rows)
