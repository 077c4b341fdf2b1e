"""Computing many rows block by block, so that values between data and sums stay in the cache.

A training step reads rows of data, computes rows from them, and in the end adds up over all rows:
costs, gradients. Where there are more rows than fit into the processor's cache, each call of NumPy
reads them all from memory again. But a sum over all rows is the sum of the sums over blocks of rows.

`Op.axes` tells which nodes can be computed row by row. All others stay outside the blocks, and so
do those that need the sums; rows that need these in turn are computed in another pass over the
blocks.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ..core.axes import DimShuffle
from ..core.credit import credited_to
from ..core.graph import Apply, Constant, Variable, toposort
from ..core.types import constant
from ..ops.inner.rows import RowBlocks
from ..ops.linalg import Dot
from ..ops.pieces import SHARED_PRODUCT
from ..protocol.axes import Axes, axes_of
from ..protocol.closed import ClosedGraph
from ..protocol.walks import before, clone_node, clone_replace
from .specialise import improve_before_cutting, improve_for_sizes
from .spreading import repeated, with_rows_repeated

# Measured: see docs/performance.md. OpenBLAS computes a product of so many multiplications by one
# thread, and shares a larger product between threads, which pays only with many rows. With few rows,
# the calls themselves take most of the time.
_MOST_MULTIPLICATIONS = SHARED_PRODUCT - 1
_FEWEST_ROWS, _FEWEST_ROWS_OF_LARGE_PRODUCTS = 200, 1250
_BLOCK_BYTES = 5 << 18
_FEWEST_BLOCKS = 3


def in_row_blocks(inputs: Sequence[Variable], outputs: Sequence[Variable]) -> list[Variable]:
    """The outputs, with sums over many rows computed in blocks, where that is possible and faster.

    The sizes of the inputs are known.
    """
    found = {v.type.shape[0] or 0 for v in inputs if v.type.ndim >= 2}
    many = [n_rows for n_rows in found if n_rows > _FEWEST_BLOCKS * _FEWEST_ROWS]
    if not many:
        return list(outputs)
    # Before the rows are cut: now sizes are numbers, which do not depend on the block.
    outputs = improve_before_cutting(outputs)
    for n_rows in sorted(many, reverse=True):
        if new := _blocks(inputs, outputs, n_rows):
            return clone_replace(outputs, new)
    return outputs


def _blocks(
    inputs: Sequence[Variable], outputs: Sequence[Variable], n_rows: int
) -> dict[Variable, Variable]:
    """Return {result: the same result, computed by blocks}, for results that are better made so."""
    new: dict[Variable, Variable] = {}
    for body in _bodies(inputs, outputs, n_rows):
        n_blocks = math.ceil(n_rows / _rows_of_a_block(n_rows, body))
        if n_blocks < _FEWEST_BLOCKS:
            continue
        n_blocks = _dividing(n_rows, n_blocks)
        lengths = [n_rows // n_blocks + (i < n_rows % n_blocks) for i in range(n_blocks)]
        graphs = {n: improve_for_sizes(body.of(n)) for n in dict.fromkeys(lengths)}
        graphs, rows = with_rows_repeated(graphs)
        types = [v.type for v in body.results]
        op = RowBlocks(graphs, lengths, [*body.cut.values()], types, [*body.results.values()])
        given = clone_replace([*body.cut, *body.whole], new)
        given = [repeated(v, lengths[0]) if i in rows else v for i, v in enumerate(given)]
        node = credited_to(body.nodes[0].made_at, op.make_node, *given)
        new.update(zip(body.results, node.outputs, strict=True))
    return new


def _dividing(n_rows: int, n_blocks: int) -> int:
    """The number of blocks, or a few more, so that all have the same length if that can be."""
    numbers = range(n_blocks, n_blocks + n_blocks // 4 + 1)
    return next((n for n in numbers if n_rows % n == 0), n_blocks)


# ---- What goes by rows -------------------------------------------------------------------------


class RowAxes:
    """Finds which nodes can be computed block by block, and in which pass over the rows."""

    def __init__(self, inputs: Iterable[Variable], order: Sequence[Apply], n_rows: int) -> None:
        self.n_rows = n_rows
        # The axis along which a variable has its rows, for inputs and what is computed from them.
        self.axis = {v: 0 for v in inputs if v.type.ndim and v.type.shape[0] == n_rows}
        # For each node that goes by rows: their label among its axes, and the number of the pass.
        self.label: dict[Apply, Any] = {}
        self.turn: dict[Apply | None, int] = {}
        ready: dict[Variable, int] = {}  # the pass from which on a variable can be read by rows
        for node in order:
            label = self._label(node)
            turns = [ready.get(v, 0) for v in node.inputs]
            if label is None:
                made_by_rows = [self.turn.get(v.owner, -1) + 1 for v in node.inputs]
                ready.update(dict.fromkeys(node.outputs, max([*turns, *made_by_rows], default=0)))
                continue
            self.label[node], self.turn[node] = label, max(turns)
            for v, labels in zip(node.outputs, _told(node).outputs, strict=True):
                if label in labels:
                    self.axis[v] = labels.index(label)
                    ready[v] = max(turns)
                else:
                    ready[v] = max(turns) + 1

    def _label(self, node: Apply) -> Any:
        """The label of the rows among the axes of the node; None if it does not go by rows."""
        if not any(v in self.axis for v in node.inputs):
            return None
        told = axes_of(node)
        if told is None:
            return None
        pairs = [*zip(node.inputs, told.inputs, strict=True)]
        found = {labels[self.axis[v]] for v, labels in pairs if v in self.axis}
        label = found.pop()
        if found or label is None or label in told.whole:
            return None
        is_given = label not in told.sizes or isinstance(node.inputs[told.sizes[label]], Constant)
        return label if is_given and all(self._fits(v, ls, label) for v, ls in pairs) else None

    def _fits(self, v: Variable, labels: Sequence[Any], label: Any) -> bool:
        """Whether the input has its rows along the label, if it has rows or the label."""
        axes = [axis for axis, other in enumerate(labels) if other == label]
        if v in self.axis:
            return axes == [self.axis[v]]
        return not axes or (len(axes) == 1 and v.type.shape[axes[0]] == self.n_rows)


class _Body(NamedTuple):
    """The nodes that each block of a pass computes, with their inputs and results."""

    nodes: list[Apply]
    sizes: dict[Apply, int]  # the input of a node that is to be the number of rows
    cut: dict[Variable, int]  # the inputs of which each block has a part, and along which axis
    whole: list[Variable]  # the inputs that are the same for all blocks
    results: dict[Variable, int | None]  # the axis of the rows; None for a sum over all rows

    def of(self, n_rows: int) -> ClosedGraph:
        """Return the graph of the results for a block of so many rows."""
        new: dict[Variable, Variable] = {}
        for v, axis in self.cut.items():
            shape = v.type.shape
            new[v] = v.type.clone(shape=(*shape[:axis], n_rows, *shape[axis + 1 :]))(v.name)
        new.update((v, v.type(v.name)) for v in self.whole)
        inputs = [*new.values()]
        for node in self.nodes:
            node_inputs = [new.get(v, v) for v in node.inputs]
            if node in self.sizes:
                place = self.sizes[node]
                node_inputs[place] = constant(n_rows, dtype=node.inputs[place].type.dtype)
            clone = clone_node(node, node_inputs)
            new.update(zip(node.outputs, clone.outputs, strict=True))
        return ClosedGraph(inputs, [new[v] for v in self.results])


def _bodies(
    inputs: Sequence[Variable], outputs: Sequence[Variable], n_rows: int
) -> Iterable[_Body]:
    """The body of the blocks, for each pass over the rows in which there are sums."""
    order = toposort(outputs)
    rows = RowAxes(inputs, order, n_rows)
    users: dict[Variable, set[int | None]] = {v: {None} for v in outputs}
    for node in order:
        for v in node.inputs:
            users.setdefault(v, set()).add(rows.turn.get(node))
    for turn in sorted(set(rows.turn.values())):
        nodes = [node for node in order if rows.turn.get(node) == turn]
        made = [v for node in nodes for v in node.outputs]
        results: dict[Variable, int | None] = {v: None for v in made if v not in rows.axis}
        if not results:
            continue
        # A transpose is a view of the same rows: it is taken outside, too.
        shown = [before(v, DimShuffle) for v in made if users.get(v, set()) - {turn}]
        results |= {v: rows.axis[v] for v in shown if v in made and v in rows.axis}
        body = _body(nodes, results, rows, order)
        if body is not None:
            yield body


def _body(
    nodes: Sequence[Apply],
    results: dict[Variable, int | None],
    rows: RowAxes,
    order: Sequence[Apply],
) -> _Body | None:
    """Return the body that these nodes make; None if it would take a variable both cut and whole."""
    needed, inside = set(results), dict[Apply, Any]()
    for node in reversed(nodes):
        if needed.intersection(node.outputs):
            inside[node] = rows.label[node]
            needed.update(node.inputs)
    sizes: dict[Apply, int] = {}
    given: dict[Variable, int | None] = {}
    # The variables from outside, and the axes along which they are cut: the last first, since they
    # are popped from the end.
    taken = [
        (v, labels.index(label) if label in labels else None)
        for node, label in inside.items()
        for v, labels in zip(node.inputs[::-1], _told(node).inputs[::-1], strict=True)
        if v.owner not in inside
    ]
    for node, label in inside.items():
        if label in _told(node).sizes:
            sizes[node] = _told(node).sizes[label]
    chosen = set(inside)
    while taken:
        v, axis = taken.pop()
        maker = v.owner
        if maker is not None and isinstance(maker.op, DimShuffle):
            # A transpose is taken in each block, where it can be seen that it is one.
            axis_there = None if axis is None else maker.op.new_order[axis]
            chosen.add(maker)
            taken.append((maker.inputs[0], axis_there))  # type: ignore[arg-type]  # no new axis has rows
        elif maker is not None and axis is not None and (size := _size_given(v, axis)) is not None:
            chosen.add(maker)
            sizes[maker] = size
            taken += [(x, None) for x in maker.inputs]
        elif axis is not None or not isinstance(v, Constant):
            if given.setdefault(v, axis) != axis:
                return None
    return _Body(
        [node for node in order if node in chosen],
        sizes,
        {v: axis for v, axis in given.items() if axis is not None},
        [v for v, axis in given.items() if axis is None],
        results,
    )


def _told(node: Apply) -> Axes:
    """The axes of a node that goes by rows."""
    axes = axes_of(node)
    assert axes is not None
    return axes


def _size_given(v: Variable, axis: int) -> int | None:
    """Return the number of the input that alone tells how many rows v has; None if there is none."""
    node = v.owner
    told = None if node is None else axes_of(node)
    if node is None or told is None:
        return None
    label = told.outputs[v.index or 0][axis]
    place = told.sizes.get(label)
    if place is None or label in told.whole or any(label in labels for labels in told.inputs):
        return None
    return place if isinstance(node.inputs[place], Constant) else None


# ---- How large blocks are --------------------------------------------------------------------------


def _rows_of_a_block(n_rows: int, body: _Body) -> int:
    """Return the most rows that a block should have; all if they are better left together."""
    products = [node for node in body.nodes if isinstance(node.op, Dot)]
    multiplications = max(map(_multiplications, products), default=n_rows) // n_rows
    at_once = _MOST_MULTIPLICATIONS // max(1, multiplications)
    in_the_cache = _BLOCK_BYTES // _bytes_of_a_row(n_rows, body)
    if n_rows <= 2 * in_the_cache:
        return n_rows
    if at_once < _FEWEST_ROWS:
        return max(_FEWEST_ROWS_OF_LARGE_PRODUCTS, in_the_cache)
    return max(_FEWEST_ROWS, min(at_once, in_the_cache))


def _multiplications(node: Apply) -> int:
    """Count the multiplications of a product: the size of x for each column of y."""
    x, y = (variable.type.shape for variable in node.inputs)
    return math.prod(size or 1 for size in (*x, *y[1:]))


def _bytes_of_a_row(n_rows: int, body: _Body) -> int:
    """Return the memory that a row of the data takes with what is computed from it."""
    # Functions of elements overwrite their inputs. So all products count, and one such function.
    sizes: dict[bool, list[int]] = {True: [0], False: [0]}
    for variable in [*body.cut, *[node.outputs[0] for node in body.nodes]]:
        length = math.prod(size or 1 for size in variable.type.shape)
        node = variable.owner
        counts = node is None or isinstance(node.op, Dot)
        sizes[counts].append(length * variable.type.numpy_dtype.itemsize)
    return max(1, (sum(sizes[True]) + max(sizes[False])) // n_rows)
