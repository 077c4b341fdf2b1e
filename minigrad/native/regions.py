"""The regions of a graph: the graphs that loops compute, and the operation that each becomes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core.axes import DimShuffle
from ..core.credit import credited_to
from ..core.graph import Apply, Constant, Variable, toposort
from ..ops.inner.rows import Parts
from ..protocol.closed import ClosedGraph
from ..protocol.op import Names, Use
from ..protocol.walks import clone_replace
from . import c
from .call import Call, check_arrays
from .compiler import loaded
from .elements import element_of
from .passes import Schedule, base_of
from .products import connect, is_small, is_tiled
from .writing import Written, head, written

_WORTH_THREADS = 100_000  # elements, counted for each function of them


class Region(Parts):
    """A graph that is computed in C; its NumPy program runs if the C code fails."""

    def __init__(self, graph: ClosedGraph, call: Call, written: Written) -> None:
        self._graph = graph
        self.call = call
        self.c_source = written.source
        self.memory = written.room
        self.inner = (graph,)

    def make_node(self, *inputs: Variable) -> Apply:
        return Apply(self, inputs, [v.type() for v in self._graph.outputs])

    def compute(self, *inputs: Any) -> Sequence[Any]:
        return self._graph.compute(inputs)

    def infer_shape(self, node: Apply, input_shapes: Any) -> list[tuple[int, ...]]:
        return [tuple(size or 1 for size in v.type.shape) for v in self._graph.outputs]

    def statements(
        self, node: Apply, inputs: Names, outputs: Names, use: Use, inner: Names
    ) -> list[str]:
        (numpy_function,) = inner
        call = use("region", self.call)
        return [f"({', '.join(outputs)},) = {call}({', '.join([numpy_function, *inputs])})"]

    def __str__(self) -> str:
        return "region"


def in_regions(outputs: Sequence[Variable]) -> list[Variable]:
    """Return the outputs, computed by loops as far as there is C for them.

    Raises
    ------
    CompilerError
        If there is no compiler, or it fails.
    """
    check_arrays()
    order = toposort(outputs)
    nodes_of_regions = _nodes_of_regions(order, outputs)
    if not nodes_of_regions:
        return list(outputs)
    graphs = [_graph(nodes, order, outputs) for nodes in nodes_of_regions]
    schedules = [Schedule(_finished(graph)) for graph in graphs]
    functions = [written(schedule, i) for i, schedule in enumerate(schedules)]
    library = loaded("\n".join([head(), *[function.source for function in functions]]))
    connect(library, [work.node for schedule in schedules for work in schedule.works.values()])
    new: dict[Variable, Variable] = {}
    for i, (graph, schedule) in enumerate(zip(graphs, schedules, strict=True)):
        call = _call(getattr(library, f"region_{i}"), schedule, functions[i].room)
        op = Region(schedule.graph, call, functions[i])
        given = clone_replace(graph.inputs, new)
        node = credited_to(schedule.graph.nodes[0].made_at, op.make_node, *given)
        new.update(zip(graph.outputs, node.outputs, strict=True))
    return clone_replace(outputs, new)


def _finished(graph: ClosedGraph) -> ClosedGraph:
    """A copy of the graph with variables of its own, marked as improved: no pass changes it again."""
    result = graph.copy()
    result.improved |= {"any", "stable", "sizes"}
    return result


def _call(function: Any, schedule: Schedule, room: int) -> Call:
    inputs = schedule.graph.inputs
    scalars = [i for i, v in enumerate(inputs) if not v.type.ndim]
    outputs = [(c.sizes(v), v.type.dtype) for v in schedule.graph.outputs]
    elements = sum(work.elements for work in schedule.works.values())
    return Call(function, len(inputs), outputs, scalars, room, elements >= _WORTH_THREADS)


# ---- Choosing the regions -------------------------------------------------------------------------


def _nodes_of_regions(order: Sequence[Apply], outputs: Sequence[Variable]) -> list[list[Apply]]:
    """The nodes of each region; nodes without C come before, between and after the regions."""
    in_c = {node for node in order if _has_c(node)}
    turn: dict[Apply, int] = {}
    for node in order:
        makers = [base_of(v).owner for v in node.inputs]
        turns = [
            turn[maker] + (node in in_c and maker not in in_c)
            for maker in makers
            if maker is not None
        ]
        turn[node] = max(turns, default=0 if node in in_c else -1)
    last = max(turn.values(), default=0)
    # A node that is needed only later is computed later, unless its output is smaller than its inputs.
    users: dict[Variable, list[int]] = {base_of(v): [last] for v in outputs}
    for node in reversed(order):
        if isinstance(node.op, DimShuffle):
            continue
        needed = [t for v in node.outputs for t in users.get(v, [])]
        size = max((v.type.size or 0 for v in node.inputs), default=0)
        if node in in_c and (node.out.type.size or 0) >= size:
            turn[node] = min([*needed, last])
        for v in node.inputs:
            users.setdefault(base_of(v), []).append(turn[node])
    return [
        [node for node in order if node in in_c and turn[node] == number]
        for number in sorted({turn[node] for node in in_c})
    ]


def _has_c(node: Apply) -> bool:
    """Whether the node is computed in loops: there is C for it, and BLAS would be no faster."""
    element = element_of(node)
    if element is None:
        return False
    return element.joined is None or len(node.inputs) < 2 or is_small(node) or is_tiled(node)


def _graph(
    nodes: Sequence[Apply], order: Sequence[Apply], outputs: Sequence[Variable]
) -> ClosedGraph:
    """The graph of a region with these nodes; its outputs are those that others, or `outputs`, need."""
    mine = set(nodes)
    taken = dict.fromkeys(base_of(v) for node in nodes for v in node.inputs)
    inputs = [
        v
        for v in taken
        if v.owner not in mine and not (isinstance(v, Constant) and v.data.size == 1)
    ]
    others = [n for n in order if n not in mine and not isinstance(n.op, DimShuffle)]
    read = [base_of(v) for v in (*[v for node in others for v in node.inputs], *outputs)]
    wanted = dict.fromkeys(v for v in read if v.owner in mine)
    return ClosedGraph(inputs, wanted)
