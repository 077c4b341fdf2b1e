"""The steps of a program as data: decided here, printed by `printer`."""

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
    # Where the result is written: into an array of its own; over an input; into a buffer; or into
    # the array that is lent for an output, be it this result or a later one.
    into: Variable | Buffer | None
    is_lasting: bool  # it is but another look at a buffer, which need be taken only once
    dropped: Sequence[Variable]  # what nothing needs after it
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
    checks: Sequence[tuple[Apply, Check]]  # of inputs' sizes, for nodes that are no more
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

    No variable is in two functions: `named` are those that are in others.
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
        # Only what gives memory back: what is in a buffer, or an input's, does not.
        dropped = [
            v
            for v in ([] if is_lasting else memory.dropped_after(node))
            if any(origin.owner and origin not in placed.of for origin in memory.origins(v))
        ]
        # What stands by for an op that has memory of its own takes none before it runs.
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
    """Whether the node is but another look at a buffer."""
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
