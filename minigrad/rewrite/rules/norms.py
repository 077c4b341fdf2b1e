"""The norm, however it is written: where squares leave the range, it does not."""

from __future__ import annotations

from ...core.axes import DimShuffle, Sum
from ...core.graph import Apply, Variable
from ...core.table import mul, power, sqr, sqrt
from ...ops.linalg import Dot
from ...ops.reduction import Reduction
from ...protocol.walks import made_by
from ..engine import Replacement, Rewriter, rule
from ..known import number_of


def is_root(node: Apply) -> bool:
    """Whether the node computes a square root."""
    return node.op is sqrt or (node.op is power and number_of(node.inputs[1]) == 0.5)


@rule("the root of a sum of squares is the norm", sqrt, power)
def _norm(node: Apply, rewriter: Rewriter) -> Replacement:
    if not is_root(node):
        return None
    (total, *_) = node.inputs
    permuted = made_by(total, DimShuffle)
    norm = _norm_of(total if permuted is None else permuted.inputs[0])
    if norm is None:
        return None
    return [norm if permuted is None else permuted.op(norm)]


def _norm_of(total: Variable) -> Variable | None:
    """Return the norm whose square is the total, if that is a sum of squares."""
    if not total.type.is_float:
        return None
    product = made_by(total, Dot)
    if product is not None:
        x, y = product.inputs
        return Reduction("norm", (0,))(x) if x is y and x.type.ndim == 1 else None
    added = made_by(total, Sum)
    root = None if added is None else _root(added.inputs[0])
    return None if added is None or root is None else Reduction("norm", added.op.axis)(root)


def _root(square: Variable) -> Variable | None:
    """Return what it is the square of, if it is a square."""
    node = made_by(square, sqr, mul, power)
    if node is None:
        return None
    x = node.inputs[0]
    is_square = (
        node.op is sqr
        or (node.op is mul and node.inputs[1] is x)
        or (node.op is power and number_of(node.inputs[1]) == 2)
    )
    return x if is_square and x.type == square.type else None


NORM_RULES = (_norm,)
