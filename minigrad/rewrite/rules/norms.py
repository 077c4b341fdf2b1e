"""The norm, however it is written: where squares leave the range, it does not."""

from __future__ import annotations

from ...core.axes import DimShuffle, Sum
from ...core.graph import Apply, Variable
from ...core.table import mul, power, sqr, sqrt
from ...ops.linalg import Dot
from ...ops.reduction import Reduction
from ..engine import Rewriter, Rule, number_of, rule
from .arrangement import Replacement


def is_root(node: Apply) -> bool:
    """Whether the node computes a square root."""
    return node.op is sqrt or (node.op is power and number_of(node.inputs[1]) == 0.5)


@rule("the root of a sum of squares is the norm", sqrt, power)
def _norm(node: Apply, rewriter: Rewriter) -> Replacement:
    total = node.inputs[0]
    if total.owner is None or not is_root(node):
        return None
    if isinstance(total.owner.op, DimShuffle):
        norm = _norm_of(total.owner.inputs[0])
        return None if norm is None else [total.owner.op(norm)]
    norm = _norm_of(total)
    return None if norm is None else [norm]


def _norm_of(total: Variable) -> Variable | None:
    """The norm whose square is the total, if that is a sum of squares."""
    if total.owner is None or not total.type.is_float:
        return None
    op, inputs = total.owner.op, total.owner.inputs
    if isinstance(op, Dot) and inputs[0] is inputs[1] and inputs[0].type.ndim == 1:
        return Reduction("norm", (0,))(inputs[0])
    x = _root(inputs[0]) if isinstance(op, Sum) else None
    return None if x is None else Reduction("norm", op.axis)(x)  # type: ignore[attr-defined]  # a Sum


def _root(square: Variable) -> Variable | None:
    """What it is the square of, if it is one."""
    node = square.owner
    if node is None:
        return None
    x = node.inputs[0]
    is_square = (
        node.op is sqr
        or (node.op is mul and node.inputs[1] is x)
        or (node.op is power and number_of(node.inputs[1]) == 2)
    )
    return x if is_square and x.type == square.type else None


def norm_rules() -> list[Rule]:
    """The rule above."""
    return [_norm]
