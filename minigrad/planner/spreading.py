"""Repeating a row that is combined with each row of a block, such as a bias, once for all blocks.

NumPy adds a matrix to a matrix in one loop, but a row to a matrix in a loop for each row: with rows
of 32 elements that takes twice as long. See docs/performance.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..core.axes import Alloc
from ..core.elementwise import Elementwise
from ..core.graph import Apply, Variable
from ..core.types import constant
from ..ops.indexing import getitem
from ..protocol.closed import ClosedGraph
from ..protocol.walks import clone_replace
from .layout import LONG_ROW

# Longer rows gain little, and repeated they would take much of the cache.
_LONGEST_ROW = 128


def with_rows_repeated(
    graphs: Mapping[int, ClosedGraph],
) -> tuple[dict[int, ClosedGraph], set[int]]:
    """Return the functions, some of whose inputs they are given repeated; and which these are.

    The functions are given by the number of rows of the block that they compute, and take inputs
    repeated for the largest of these.
    """
    met = [_rows_met(graph, n) for n, graph in graphs.items()]
    numbers = set.intersection(*met)
    most = max(graphs)
    return {n: _given_repeated(graph, n, most, numbers) for n, graph in graphs.items()}, numbers


def repeated(row: Variable, n_rows: int) -> Variable:
    """Return a matrix of so many rows that are this one."""
    sizes = [constant(size, dtype="int64") for size in (n_rows, row.type.shape[-1])]
    return Alloc()(row, *sizes)


def _rows_met(graph: ClosedGraph, n_rows: int) -> set[int]:
    """Return the inputs that functions of elements alone take, with each of so many rows."""
    used = {(v, _meets(node, v, n_rows)) for node in graph.nodes for v in node.inputs}
    used |= {(v, False) for v in graph.outputs}
    return {i for i, v in enumerate(graph.inputs) if (v, True) in used and (v, False) not in used}


def _meets(node: Apply, v: Variable, n_rows: int) -> bool:
    """Whether v is a row that the node takes with each row of a matrix."""
    length = v.type.shape[-1] if v.type.ndim else None
    return (
        isinstance(node.op, Elementwise)
        and length is not None
        and LONG_ROW <= length <= _LONGEST_ROW
        and v.type.shape in {(length,), (1, length)}
        and node.out.type.shape == (n_rows, length)
    )


def _given_repeated(graph: ClosedGraph, n_rows: int, most: int, numbers: set[int]) -> ClosedGraph:
    """The same function, given some of its inputs repeated so many times at most."""
    if not numbers:
        return graph
    inputs = [*graph.inputs]
    instead: dict[Variable, Variable] = {}
    for i in numbers:
        row = inputs[i]
        inputs[i] = row.type.clone(shape=(most, row.type.shape[-1]))(row.name)
        instead[row] = inputs[i] if n_rows == most else getitem(inputs[i], slice(n_rows))
    result = ClosedGraph(inputs, clone_replace(graph.outputs, instead))
    result.improved |= graph.improved
    return result
