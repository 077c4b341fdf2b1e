"""The order in which loops compute a graph: in passes over its rows, each with a few loops.

A pass goes over the rows of data once, block by block. Nodes that need sums over all rows, products
of large matrices, and nodes without rows are computed between two passes. In a pass, functions of
the same elements are in one loop, and values that only this loop needs are never written to memory.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..core.axes import DimShuffle
from ..core.graph import Apply, Constant, Variable
from ..planner.rows import RowAxes
from ..protocol.axes import Axes, axes_of
from ..protocol.closed import ClosedGraph
from ..protocol.walks import before
from . import c
from .elements import QUICK, Element, element_of
from .products import goes_by_rows, is_tiled

_MOST_TERMS = 64  # of a sum that is written out


class Work(NamedTuple):
    """A node, with what is known of its loops."""

    node: Apply
    axes: Axes
    element: Element
    rows: Any  # the label of the rows; None if it has none
    sizes: Mapping[Any, int]  # along each label

    @property
    def output(self) -> Variable:
        """The variable that it makes."""
        return self.node.outputs[0]

    @property
    def joined(self) -> str:
        """The code that puts two elements together to one; empty if there is none."""
        return self.element.joined or ""

    @property
    def is_slow(self) -> bool:
        """Whether a function takes many operations for each element."""
        return not QUICK.issuperset(re.findall(r"(\w+)\(", self.element.text))

    @property
    def is_product(self) -> bool:
        """Whether it is a product that is computed in tiles."""
        return is_tiled(self.node)

    @property
    def is_sum(self) -> bool:
        """Whether elements are put together one by one, in memory."""
        return bool(self.joined_labels) and not self.is_written_out and not self.is_product

    @property
    def sum_dtype(self) -> Any:
        """The dtype in which elements are put together."""
        return np.dtype(self.element.dtype or self.output.type.numpy_dtype)

    @property
    def output_labels(self) -> Sequence[Any]:
        """The labels of the output, in order."""
        return self.axes.outputs[0]

    @property
    def joined_labels(self) -> list[Any]:
        """The labels along which elements are put together to one."""
        if self.element.joined is None:
            return []
        found = dict.fromkeys(label for labels in self.axes.inputs for label in labels)
        return [x for x in found if x is not None and x not in self.output_labels]

    @property
    def is_written_out(self) -> bool:
        """Whether the few terms that are put together are written out, as one expression."""
        joined = self.joined_labels
        count = math.prod(self.sizes[label] for label in joined)
        return len(self.node.inputs) > 1 and self.rows not in joined and count <= _MOST_TERMS

    @property
    def space(self) -> tuple[Any, ...]:
        """The labels along which the loops go, in order."""
        if not self.is_sum:
            return tuple(self.output_labels)
        found = dict.fromkeys(label for labels in self.axes.inputs for label in labels)
        return tuple(found)

    @property
    def elements(self) -> int:
        """The number of elements computed; for a sum, of those added up."""
        return math.prod(self.sizes[label] for label in {*self.sizes} - {None})

    @property
    def shape(self) -> tuple[Any, ...]:
        """The sizes, and the number of the rows' axis: works that share a loop have these in common."""
        if self.is_product:
            return ("product",)
        has_rows = self.rows is not None and self.rows in self.space
        row_axis = self.space.index(self.rows) if has_rows else None
        return (row_axis, *[self.sizes.get(label, 1) for label in self.space])


class Loop(NamedTuple):
    """Works of one shape, each after those that it needs."""

    shape: tuple[Any, ...]
    works: list[Work]


class Pass(NamedTuple):
    """Loops, one after the other: over blocks of so many rows, or once."""

    n_rows: int | None
    loops: list[Loop]


class Schedule:
    """The passes that compute a graph, all of whose nodes have C or are transposes.

    `row_axis` has the axis along which each variable has the rows.
    """

    def __init__(self, graph: ClosedGraph) -> None:
        self.graph = graph
        self.n_rows, self.row_axis, self.works = _best_way(graph)
        self._bases = {
            node: {base_of(v) for v in node.inputs if not c.is_number(v)} for node in self.works
        }
        self.pass_of: dict[Apply, int] = {}
        for work in self.works.values():
            self.pass_of[work.node] = self._earliest(work)
        for work in reversed(self.works.values()):
            self.pass_of[work.node] = self._latest(work)
        numbers = sorted(set(self.pass_of.values()))
        self.passes = [self._pass(number) for number in numbers]
        self.loop_of = {
            work.node: (i, j)
            for i, pass_ in enumerate(self.passes)
            for j, loop in enumerate(pass_.loops)
            for work in loop.works
        }
        self.outliving = self._outliving()

    def _pass(self, number: int) -> Pass:
        loops = self._loops([w for w in self.works.values() if self.pass_of[w.node] == number])
        if number % 2 == 0:
            return Pass(None, loops)
        return Pass(self.n_rows, [short for loop in loops for short in _in_short(loop)])

    def is_in_same_loop(self, v: Variable, node: Apply) -> bool:
        """Whether v, an input of the node, is made in the node's own loop, just before."""
        return v.owner is not None and self.loop_of.get(v.owner) == self.loop_of[node]

    def overwritten(self, v: Variable) -> Variable | None:
        """A variable that v can overwrite: v's loop alone reads it, each element before writing v's.

        That variable is made in an earlier pass, since a sum is complete only at the end of its pass.
        """
        node: Any = v.owner
        number, loop = self.loop_of[node]
        works = self.passes[number].loops[loop].works
        before = works[: works.index(self.works[node]) + 1]
        if self.works[node].joined_labels:
            return None
        for u in (u for work in before for u in work.node.inputs):
            if u.owner not in self.loop_of or self.loop_of[u.owner][0] >= number:
                continue
            readers = [self.works[n] for n, bases in self._bases.items() if u in bases]
            is_as_large = u.type.shape == v.type.shape and u.type.dtype == v.type.dtype
            if is_as_large and all(w in before and _reads_in_place(w, u) for w in readers):
                return u
        return None

    def _outliving(self) -> list[Variable]:
        """The variables that another pass needs or, if they are made once, another loop."""
        found: dict[Variable, None] = {}
        for node, number in self.pass_of.items():
            for v in node.inputs:
                maker = base_of(v).owner
                made_in = None if maker is None else self.pass_of.get(maker)
                if made_in is None or self.is_in_same_loop(v, node):
                    continue
                if made_in != number or number % 2 == 0:
                    found[base_of(v)] = None
        return [v for v in (work.output for work in self.works.values()) if v in found]

    def _earliest(self, work: Work) -> int:
        """The number of the first pass in which the work can be; odd passes go over the rows."""
        goes_by_rows = work.rows is not None
        number = int(goes_by_rows)
        for v in work.node.inputs:
            maker = base_of(v).owner
            if maker in self.pass_of:
                before = self.pass_of[maker]
                in_same = self.works[maker].rows is None or base_of(v) in self.row_axis
                if work.is_product and self.works[maker].is_sum:
                    before += 1  # until its pass is over, the sum is kept in a wider dtype
                same_kind = (before % 2 == 1) == goes_by_rows
                number = max(number, before if same_kind and in_same else before + 1)
        return number if number % 2 == goes_by_rows else number + 1

    def _latest(self, work: Work) -> int:
        """The number of the first pass that needs the work, if the work may wait."""
        number = self.pass_of[work.node]
        users = [node for node, bases in self._bases.items() if work.output in bases]
        first = min([self.pass_of[node] for node in users], default=number)
        return first if first % 2 == number % 2 and self._may_wait(work) else number

    def _may_wait(self, work: Work) -> bool:
        """Whether the inputs, which are kept meanwhile, are no larger than the output."""
        size = sum(v.type.size or 0 for v in self._bases[work.node])
        return not work.joined_labels and size <= (work.output.type.size or 0)

    def _loops(self, works: Sequence[Work]) -> list[Loop]:
        """The works as loops: each in the first that needs it, or the first that has its inputs."""
        depth: dict[Apply, int] = {}
        needed: dict[Apply, list[int]] = {work.node: [] for work in works}
        for work in works:
            makers = self._makers(work, needed)
            depth[work.node] = max([depth[node] + step for node, step in makers], default=0)
        loops: dict[tuple[Any, ...], list[Work]] = {}
        for work in reversed(works):
            if needed[work.node] and self._may_wait(work):
                depth[work.node] = min(needed[work.node])
            for node, step in self._makers(work, needed):
                needed[node].append(depth[work.node] - step)
            loops.setdefault((depth[work.node], work.shape), []).insert(0, work)
        keys = sorted(loops, key=lambda key: (key[0], str(key[1])))
        return [Loop(shape, loops[level, shape]) for level, shape in keys]

    def _makers(self, work: Work, among: Container[Apply]) -> Iterator[tuple[Apply, int]]:
        """The nodes among these that make the inputs; with 0 if they can be in this loop, else 1."""
        for v, labels in zip(work.node.inputs, work.axes.inputs, strict=True):
            maker = base_of(v).owner
            if maker is None or maker not in among:
                continue
            other = self.works[maker]
            joins = (
                other.space == tuple(other.output_labels)
                and other.shape == work.shape
                and v.owner is maker
                and tuple(labels) == tuple(work.space)
                and not (work.joined_labels and work.is_written_out)
            )
            yield maker, int(not joins)


def _in_short(loop: Loop) -> list[Loop]:
    """The loop as several, in none of which a slow function is one of another.

    A processor computes a few hundred operations ahead. If these are all slow functions of one
    element, each waits for the last, and the processor is idle; in a loop of its own, a slow function
    waits for nothing. A block holds the values between the loops.
    """
    loops: list[list[Work]] = []
    # The number of the first loop that can compute functions of a variable.
    loop_after: dict[Variable, int] = {}
    for work in loop.works:
        number = max([loop_after.get(v, 0) for v in work.node.inputs], default=0)
        loop_after[work.output] = number + work.is_slow
        loops += [[] for _ in range(number + 1 - len(loops))]
        loops[number].append(work)
    if len(loops) > 1 and not any(work.is_slow for work in loops[-1]):
        last = loops.pop()
        loops[-1] += last
    return [Loop(loop.shape, works) for works in loops]


def base_of(v: Variable) -> Variable:
    """The variable of which v is a transpose, or a transpose of a transpose; v if it is none."""
    return before(v, DimShuffle)


def _reads_in_place(work: Work, u: Variable) -> bool:
    """Whether a work, to compute an element, reads of u only the element at the same index."""
    reads = zip(work.node.inputs, work.axes.inputs, strict=True)
    return all(v is u and tuple(at) == work.space for v, at in reads if base_of(v) is u)


def _work(node: Apply, rows: Any, n_rows: int, with_rows: Container[Variable]) -> Work:
    axes, element = axes_of(node), element_of(node)
    assert axes is not None and element is not None, node
    if is_tiled(node) and not goes_by_rows(node, axes, rows, n_rows, with_rows):
        rows = None
    sizes: dict[Any, int] = {}
    variables = [*node.inputs, *node.outputs]
    for v, labels in zip(variables, [*axes.inputs, *axes.outputs], strict=True):
        sizes.update(
            (label, size)
            for label, size in zip(labels, v.type.shape, strict=True)
            if label is not None and size is not None
        )
    return Work(node, axes, element, rows, sizes)


class _Way(NamedTuple):
    """A way to compute a graph by so many rows: the axis of rows of each variable, and all works."""

    n_rows: int | None
    axis: Mapping[Variable, int]
    works: dict[Apply, Work]

    @property
    def worth(self) -> int:
        """The number of elements computed by rows, less that of the results of sums over rows."""
        by_rows = [work for work in self.works.values() if work.rows is not None]
        sums = [work.output.type.size or 1 for work in by_rows if work.rows in work.joined_labels]
        return sum(work.elements for work in by_rows) - sum(sums)


def _best_way(graph: ClosedGraph) -> _Way:
    """The way in which most is computed by rows."""
    nodes = [node for node in graph.nodes if not isinstance(node.op, DimShuffle)]
    ways = [_Way(None, {}, {node: _work(node, None, 0, ()) for node in nodes})]
    for n_rows in _sizes(graph.inputs):
        found = RowAxes(graph.inputs, graph.nodes, n_rows)
        works = {node: _work(node, found.label.get(node), n_rows, found.axis) for node in nodes}
        ways.append(_Way(n_rows, found.axis, works))
    return max(ways, key=lambda way: way.worth)


def _sizes(inputs: Iterable[Variable]) -> list[int]:
    found = {
        v.type.shape[0]: None
        for v in inputs
        if v.type.ndim and not isinstance(v, Constant) and (v.type.shape[0] or 0) > 1
    }
    return [size for size in found if size is not None]
