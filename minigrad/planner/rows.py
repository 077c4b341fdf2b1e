"""Many rows are computed block by block, so that what is between data and sums stays in the cache.

A training step reads rows of data, computes rows from them, and in the end adds up over all rows:
costs, gradients. Where there are more rows than fit into the processor's cache, each call of NumPy
reads them all from memory again. But a sum over all rows is that of the sums over blocks of rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from ..compile.program import Program
from ..core.axes import DimShuffle, Sum
from ..core.closed import ClosedGraph
from ..core.credit import credited_to
from ..core.elementwise import FUNCTIONS_OF_ELEMENTS
from ..core.graph import Apply, Constant, Op, Variable, clone_replace, toposort
from ..ops.inner.rows import RowBlocks
from ..ops.linalg import Dot
from ..ops.nnet import LogSoftmax, Softmax
from ..ops.pieces import SHARED_PRODUCT
from ..ops.planned import InRange
from ..ops.reduction import Reduction
from .buffers import place
from .specialise import improve_before_cutting, improve_for_sizes

# Measured: see docs/performance.md. A product of so many multiplications OpenBLAS computes by one
# thread; a larger one it shares between threads, which takes many rows to pay. And with few rows calls
# take their own time.
_MOST_MULTIPLICATIONS = SHARED_PRODUCT - 1
_FEWEST_ROWS, _FEWEST_ROWS_OF_LARGE_PRODUCTS = 200, 2500
_BLOCK_BYTES = 5 << 18
_FEWEST_BLOCKS = 3
# What a variable has to do with the rows: it has one for each, or one column for each, or it is a
# sum over them, or made of such sums. What has nothing to do with them is None.
ROWS, COLUMNS, SUM, LATER = "rows", "columns", "a sum", "made of sums"
Kind = str | None


def in_row_blocks(
    name: str, inputs: Sequence[Variable], outputs: Sequence[Variable], filled: bool = False
) -> list[Variable]:
    """The outputs, their sums over many rows computed in blocks, where that is possible and pays.

    Parameters
    ----------
    name : str
        The name of the program.
    inputs, outputs : sequences of Variable
        The sizes of the inputs are known.
    filled : bool
        As for a `Program`.
    """
    n_rows = max((v.type.shape[0] or 0 for v in inputs if v.type.ndim == 2), default=0)
    if n_rows <= _FEWEST_BLOCKS * _FEWEST_ROWS:
        return list(outputs)
    outputs = improve_before_cutting(outputs)  # now sizes are numbers, not those of a block
    order = toposort(outputs)
    kinds = _kinds(inputs, n_rows, order)
    sums = [v for v, kind in kinds.items() if kind == SUM]
    if not sums or any(kinds.get(v) in (ROWS, COLUMNS) for v in outputs):
        return outputs
    inside = [node for node in order if kinds.get(node.outputs[0]) in (ROWS, COLUMNS, SUM)]
    made = {v for node in inside for v in node.outputs}
    needed = dict.fromkeys(v for node in inside for v in node.inputs)
    # A transpose is taken in each block, where it can be seen that it is one.
    needed = dict.fromkeys(v if v in made else _without_permutation(v) for v in needed)
    given = [v for v in needed if v not in made and not isinstance(v, Constant)]
    cut = [v for v in given if kinds.get(v) == ROWS]
    whole = [v for v in given if kinds.get(v) is None]
    n_blocks = math.ceil(n_rows / _rows_of_a_block(n_rows, cut, inside))
    if n_blocks < _FEWEST_BLOCKS:
        return outputs
    lengths = [n_rows // n_blocks + (i < n_rows % n_blocks) for i in range(n_blocks)]
    programs = {
        n: _program_for(f"{name}_{n}_rows", n, cut, whole, sums, filled) for n in set(lengths)
    }
    op = RowBlocks(programs, lengths, [0] * len(cut), [v.type for v in sums], [None] * len(sums))
    node = credited_to(inside[0].made_at, op.make_node, *cut, *whole)
    return clone_replace(outputs, dict(zip(sums, node.outputs, strict=True)))


def _without_permutation(x: Variable) -> Variable:
    while x.owner is not None and isinstance(x.owner.op, DimShuffle):
        (x,) = x.owner.inputs
    return x


def _program_for(
    name: str,
    n_rows: int,
    cut: Sequence[Variable],
    whole: Sequence[Variable],
    sums: Sequence[Variable],
    filled: bool,
) -> Program:
    """What computes the sums of so many rows."""
    inputs = [v.type.clone(shape=(n_rows, *v.type.shape[1:]))(v.name) for v in cut]
    inputs += [v.type(v.name) for v in whole]
    block_sums = clone_replace(sums, dict(zip([*cut, *whole], inputs, strict=True)))
    outputs = improve_for_sizes(inputs, block_sums)
    return Program(name, ClosedGraph(inputs, outputs), place=place, filled=filled)


def _rows_of_a_block(n_rows: int, cut: Sequence[Variable], inside: Sequence[Apply]) -> int:
    """How many rows there should be in a block, at most; all if they are better left together."""
    products = [node for node in inside if isinstance(node.op, Dot)]
    multiplications = max(map(_multiplications, products), default=n_rows) // n_rows
    at_once = _MOST_MULTIPLICATIONS // max(1, multiplications)
    in_the_cache = _BLOCK_BYTES // _bytes_of_a_row(n_rows, cut, inside)
    if n_rows <= 2 * in_the_cache:
        return n_rows
    if at_once < _FEWEST_ROWS:
        return max(_FEWEST_ROWS_OF_LARGE_PRODUCTS, in_the_cache)
    return max(_FEWEST_ROWS, min(at_once, in_the_cache))


def _multiplications(node: Apply) -> int:
    """How many a product takes: the size of its first operand for each column of the second."""
    x, y = (variable.type.shape for variable in node.inputs)
    return math.prod(size or 1 for size in (*x, *y[1:]))


def _bytes_of_a_row(n_rows: int, cut: Sequence[Variable], inside: Sequence[Apply]) -> int:
    """How much memory a row of the data takes with what is computed from it.

    Functions of elements write over what they are given, so products count, and one of those.
    """
    sizes: dict[bool, list[int]] = {True: [0], False: [0]}
    for variable in [*cut, *[node.outputs[0] for node in inside]]:
        length = math.prod(size or 1 for size in variable.type.shape)
        node = variable.owner
        counts = node is None or isinstance(node.op, Dot)
        sizes[counts].append(length * variable.type.numpy_dtype.itemsize)
    return max(1, (sum(sizes[True]) + max(sizes[False])) // n_rows)


# ---- What each variable has to do with the rows ---------------------------------------------------


def _kinds(inputs: Sequence[Variable], n_rows: int, order: Sequence[Apply]) -> dict[Variable, str]:
    """The kinds of all variables that have one; of none if something needs all rows at once."""
    kinds = {v: ROWS for v in inputs if v.type.ndim and v.type.shape[0] == n_rows}
    for node in order:
        of_inputs = [kinds.get(v) for v in node.inputs]
        if not any(of_inputs):
            continue
        if {SUM, LATER} & set(of_inputs):
            kind = None if {ROWS, COLUMNS} & set(of_inputs) else LATER
        else:
            kind = _KIND_OF[type(node.op)](node, of_inputs) if type(node.op) in _KIND_OF else None
        if kind is None:
            return {}
        kinds.update(dict.fromkeys(node.outputs, kind))
    return kinds


def _of_elements(node: Apply, kinds: Sequence[Kind]) -> Kind:
    """Rows meet rows; what is not by rows must be the same for each."""
    if COLUMNS in kinds:
        return None
    for variable, kind in zip(node.inputs, kinds, strict=True):
        is_by_axis_0 = variable.type.ndim == node.out.type.ndim and variable.type.shape[0] != 1
        if is_by_axis_0 != (kind == ROWS):
            return None
    return ROWS


def _of_permuted(node: Apply, kinds: Sequence[Kind]) -> Kind:
    order = node.op.new_order  # type: ignore[attr-defined]  # of a DimShuffle
    if kinds[0] == ROWS:
        return ROWS if order[0] == 0 else COLUMNS if order == (1, 0) else None
    return ROWS if order == (1, 0) else None


def _of_product(node: Apply, kinds: Sequence[Kind]) -> Kind:
    x, y = (v.type.ndim for v in node.inputs)
    return {
        (ROWS, None): ROWS if x == 2 else None,
        (None, COLUMNS): COLUMNS if x == 2 else None,
        (COLUMNS, ROWS): SUM,
        (ROWS, ROWS): SUM if x == 1 else None,
    }.get((kinds[0], kinds[1]))


def _of_sum(node: Apply, kinds: Sequence[Kind]) -> Kind:
    if kinds[0] != ROWS:
        return None
    return SUM if 0 in node.op.axis else ROWS  # type: ignore[attr-defined]  # of a Sum


def _of_others_along_axes(node: Apply, kinds: Sequence[Kind]) -> Kind:
    is_within_rows = 0 not in node.op.axis  # type: ignore[attr-defined]  # of an AlongAxes
    return ROWS if kinds[0] == ROWS and is_within_rows else None


_KIND_OF: dict[type[Op], Callable[[Apply, Sequence[Kind]], Kind]] = {
    **dict.fromkeys(FUNCTIONS_OF_ELEMENTS, _of_elements),
    InRange: _of_elements,
    DimShuffle: _of_permuted,
    Dot: _of_product,
    Sum: _of_sum,
    Reduction: _of_others_along_axes,
    Softmax: _of_others_along_axes,
    LogSoftmax: _of_others_along_axes,
}
