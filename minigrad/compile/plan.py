"""The steps of a program as data: decided here, printed by `printer`.

Every program has a `Plan`. The general program's is made from a graph of any sizes, and assigns no
buffers. A *planned program* is one that a planner (`planner/`) makes for known sizes: its plan is
made from a graph that was rewritten for these sizes, and has buffers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..core.graph import Apply, Variable, toposort
from ..protocol.closed import ClosedGraph
from ..protocol.walks import known_integer
from .buffers import NOWHERE, Buffer, BufferAssigner, Placement
from .checks import LostChecks
from .memory import Memory
from .sizes import Check, Sizes


class Step(NamedTuple):
    """One node of a plan."""

    node: Apply
    checks: Sequence[Check]  # the sizes that must be found equal before
    # Where the result is written: into a new array (None); over an input; into a buffer; or into the
    # array that is lent for an output, which may be this result or a later one.
    into: Variable | Buffer | None
    is_lasting: bool  # the result is a view of a buffer, which is made only once
    dropped: Sequence[Variable]  # the arrays that no later step needs
    inner: tuple[Plan, ...]  # of the op's inner graphs

    @property
    def memory(self) -> int:
        """The number of bytes that the op takes besides inputs and results."""
        told: int | None = self.node.op.memory
        return max((plan.memory for plan in self.inner), default=0) if told is None else told


class Plan(NamedTuple):
    """The steps of a program, and what they need."""

    name: str
    graph: ClosedGraph
    steps: list[Step]
    checks: Sequence[tuple[Apply, Check]]  # of inputs' sizes, for nodes that rewriting has removed
    copied: Sequence[bool]  # whether an output is copied, because others may hold its memory
    lent: Sequence[Variable]  # the outputs that are written into arrays which are arguments
    placed: Placement

    @property
    def memory(self) -> int:
        """The number of bytes needed at the same time, besides inputs and constants."""
        inner = sum(step.memory for step in self.steps)
        return sum(self.placed.slot_sizes) + self.placed.new_bytes + inner


def make_plan(
    name: str,
    graph: ClosedGraph,
    lost: LostChecks = LostChecks(),  # noqa: B008 (it is immutable)
    assign_buffers: BufferAssigner | None = None,
    lent: Sequence[Variable] = (),
    named: set[Variable] | None = None,
) -> Plan:
    """Decide the order in which, and the arrays into which, a graph is computed; see `Plan`.

    No variable is in two functions: `named` are the variables of other functions.
    """
    named = set() if named is None else named
    if not named.isdisjoint(graph.variables):
        graph = graph.copy()
    named |= graph.variables
    order = toposort([*graph.outputs, *lost.others])
    memory = Memory(order, graph.inputs, graph.outputs, lent)
    placed = NOWHERE if assign_buffers is None else assign_buffers(order, memory)
    sizes = Sizes()
    steps = []
    for node in order:
        checks = sizes.unchecked(node)
        output = node.outputs[0]
        targets = memory.overwritten[node], memory.lent.get(output), placed.of.get(output)
        into = next((target for target in targets if target is not None), None)
        is_lasting = _is_lasting_view(node, placed.of, memory)
        # Only arrays whose end gives memory back: not those in buffers, nor views of inputs.
        dropped = [
            v
            for v in ([] if is_lasting else memory.dropped_after(node))
            if any(origin.owner and origin not in placed.of for origin in memory.origins(v))
        ]
        # If an op tells its own memory, as a region in C does, its inner programs only stand by: they
        # get no buffers, which would take memory although they hardly ever run.
        assign_inner = assign_buffers if node.op.memory is None else None
        inner = tuple(
            [
                make_plan(f"{name}_block", g, assign_buffers=assign_inner, named=named)
                for g in node.op.inner
            ]
        )
        steps.append(Step(node, checks, into, is_lasting, dropped, inner))
    copied = memory.must_copy(graph.outputs)
    return Plan(name, graph, steps, lost.of_inputs, copied, lent, placed)


def _is_lasting_view(node: Apply, buffers: Mapping[Variable, Buffer], memory: Memory) -> bool:
    """Whether the node's output is a view of a buffer, the same in every call."""
    if not node.inputs:
        return False
    x, *numbers = node.inputs
    return (
        x in buffers
        and memory.origins(x) == {x}
        and node.outputs[0].type.ndim > 0  # a single element would be a copy
        and node.op.is_view
        # A truth value is an index of arrays.
        and all(known_integer(number) is not None for number in numbers)
    )
