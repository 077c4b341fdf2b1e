"""Rules for the elements that labels pick, one of each row: x[arange(n), labels] goes by rows."""

from __future__ import annotations

import numpy as np

from ..core.axes import Alloc
from ..core.elementwise import cast
from ..core.graph import Apply, Constant, Variable
from ..ops.indexing import INPUT, IncSubtensor, Subtensor
from ..ops.making import ARange
from ..ops.planned import Picked, Placed
from ..rewrite.engine import Rewriter, Rule, number_of, rule
from ..rewrite.rules.arrangement import Replacement


def picking_rules() -> list[Rule]:
    """The rules below."""
    return [_picked, _placed]


@rule("the elements that one number a row picks", Subtensor)
def _picked(node: Apply, rewriter: Rewriter) -> Replacement:
    x, *indices = node.inputs
    return [Picked()(x, indices[1])] if _picks_of_each_row(node, indices) else None


@rule("what is added to zeros at one place a row", IncSubtensor)
def _placed(node: Apply, rewriter: Rewriter) -> Replacement:
    x, values, *indices = node.inputs
    is_zeros = x.owner is not None and isinstance(x.owner.op, Alloc)
    if not is_zeros or number_of(x.owner.inputs[0]) != 0 or node.op.set_instead_of_inc:  # type: ignore[union-attr, attr-defined]  # an IncSubtensor; x has an owner
        return None
    n_columns = x.type.shape[-1]
    if n_columns is None or not _picks_of_each_row(node, indices):
        return None
    if values.type.ndim and values.type.shape != x.type.shape[:1]:
        return None
    return [Placed(n_columns)(cast(values, x.type.dtype), indices[1])]


def _picks_of_each_row(node: Apply, indices: list[Variable]) -> bool:
    """Whether the indices are the numbers of all rows, and of a column for each."""
    if node.op.pattern != (INPUT, INPUT):  # type: ignore[attr-defined]  # an op of indexing
        return False
    rows, columns = indices
    n_rows = node.inputs[0].type.shape[:1]
    are_numbers = columns.type.numpy_dtype.kind in "iu" and columns.type.shape == n_rows
    return are_numbers and rows.type.shape == n_rows and _counts(rows)


def _counts(x: Variable) -> bool:
    """Whether the vector x, of known length, is 0, 1, 2, …"""
    if isinstance(x, Constant):
        return np.array_equal(x.data, np.arange(len(x.data)))
    if x.owner is None or not isinstance(x.owner.op, ARange):
        return False
    start, _, step = x.owner.inputs
    return number_of(start) == 0 and number_of(step) == 1
