"""Rules for picking one element of each row: x[arange(n), labels] is computed row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..compile.checks import Refuse
from ..core.axes import Alloc, Sum
from ..core.elementwise import cast
from ..core.graph import Apply, Constant, Variable, toposort
from ..core.types import constant
from ..ops.indexing import INPUT, IncSubtensor, Subtensor
from ..ops.inner.rows import Parts
from ..ops.planned import Picked, Placed
from ..ops.ranges import ARange
from ..protocol.walks import Applied, is_zeros, made_by
from ..rewrite.engine import Replacement, Rewriter, rule
from ..rewrite.known import number_of


@rule("x[arange(n), columns] picks an element of each row", Subtensor)
def _picked(node: Applied[Subtensor], rewriter: Rewriter) -> Replacement:
    x, *indices = node.inputs
    if node.op.pattern != (INPUT, INPUT) or not _pick_of_each_row(x, indices):
        return None
    return [Picked()(x, indices[1])]


@rule("what is added to zeros at a column of each row", IncSubtensor)
def _placed(node: Applied[IncSubtensor], rewriter: Rewriter) -> Replacement:
    x, values, *indices = node.inputs
    if node.op != IncSubtensor((INPUT, INPUT), set_instead_of_inc=False) or not is_zeros(x):
        return None
    n_columns = x.type.shape[-1]
    fits = not values.type.ndim or values.type.shape == x.type.shape[:1]
    if n_columns is None or not fits or not _pick_of_each_row(x, indices):
        return None
    return [Placed(n_columns)(cast(values, x.type.dtype), indices[1])]


@rule("what is placed in a row adds up to itself", Sum, needs=[Placed])
def _sum_of_placed(node: Applied[Sum], rewriter: Rewriter) -> Replacement:
    placed = made_by(node.inputs[0], Placed)
    if placed is None or node.op.axis != (1,):
        return None
    values, columns = placed.inputs
    return [values if values.type.ndim else Alloc()(values, constant(columns.type.shape[0]))]


def _pick_of_each_row(x: Variable, indices: Sequence[Variable]) -> bool:
    """Whether the indices are the numbers of all rows of the matrix x, and one column for each row."""
    rows, columns = indices
    n_rows = x.type.shape[:1]
    if None in n_rows or not columns.type.shape == rows.type.shape == n_rows:
        return False
    if columns.type.dtype == "bool":
        return False
    return _counts(rows)


def _counts(rows: Variable) -> bool:
    """Whether `rows` is 0, 1, 2, …"""
    if isinstance(rows, Constant):
        return np.array_equal(rows.data, np.arange(len(rows.data)))
    counted = made_by(rows, ARange)
    return counted is not None and [*map(number_of, counted.inputs[::2])] == [0, 1]


PICKING_RULES = (_picked, _placed, _sum_of_placed)


def not_done_by_picks(outputs: Sequence[Variable], checks: Sequence[Variable]) -> list[Variable]:
    """The checks of indices that no pick of the same columns makes when the outputs are computed."""
    done = {(v, node.op.n_columns) for node, v in _placed_columns(outputs)}
    return [check for check in checks if _columns_checked(check) not in done]


def _placed_columns(outputs: Sequence[Variable]) -> Iterator[tuple[Apply, Variable]]:
    """The nodes that place values, and their columns, as seen from outside blocks."""
    for node in toposort(outputs):
        if isinstance(node.op, Placed):
            yield node, node.inputs[1]
        for graph in node.op.inner if isinstance(node.op, Parts) else ():
            outside = dict(zip(graph.inputs, node.inputs, strict=True))
            for inner in graph.nodes:
                if isinstance(inner.op, Placed) and inner.inputs[1] in outside:
                    yield inner, outside[inner.inputs[1]]


def _columns_checked(check: Variable) -> tuple[Variable, float | None] | None:
    """The columns that are checked, and the number of columns that there must be; else None."""
    node = check.owner
    if node is None or not isinstance(node.op, Refuse):
        return None
    of_zeros = node.op.refusing
    if of_zeros != IncSubtensor((INPUT, INPUT), set_instead_of_inc=False) or len(node.inputs) < 4:
        return None
    rows, columns, _n_rows, n_columns, *_ = node.inputs
    is_of_all = _counts(rows) and rows.type.shape == columns.type.shape
    return (columns, number_of(n_columns)) if is_of_all else None
