"""What a program does, step by step, as data: decided here, printed by `printer`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..core.graph import Apply, Constant, Variable, toposort
from ..protocol.closed import ClosedGraph
from .buffers import NOWHERE, Buffer, Place
from .checks import LostChecks
from .memory import Memory
from .sizes import Check, Sizes


class Step(NamedTuple):
    """One node of a plan.

    Attributes
    ----------
    node : Apply
    checks : sequence of Check
        The sizes that must be found equal before.
    into : Variable, Buffer or None
        Where the result is written: into an array of its own; over an input; into a buffer; or into
        the array that is given for an output, be it this result or a later one.
    is_lasting : bool
        Whether it is but another look at a buffer, which need be taken only once.
    dropped : sequence of Variable
        What nothing needs after it.
    inner : tuple of Plan
        The plans of the op's inner graphs.
    """

    node: Apply
    checks: Sequence[Check]
    into: Variable | Buffer | None
    is_lasting: bool
    dropped: Sequence[Variable]
    inner: tuple[Plan, ...]


class Plan(NamedTuple):
    """The steps of a program, and what they need.

    Attributes
    ----------
    name : str
    graph : ClosedGraph
    steps : list of Step
    checks : sequence of pair of Apply and Check
        Sizes of inputs that must be equal for the sake of nodes that are no more.
    copied : list of bool
        For each output: whether it is copied, because others may hold its memory.
    given : sequence of Variable
        The outputs that are written into arrays which are arguments.
    buffers : dict of Variable to Buffer
        The results that are written into arrays which outlive the call.
    slot_sizes : sequence of int
        The bytes of each slot of memory that buffers are in.
    new_bytes : int
        How many bytes of other arrays there are at most at one time, as far as sizes are known.
    is_placed : bool
        Whether it is made for known sizes.
    """

    name: str
    graph: ClosedGraph
    steps: list[Step]
    checks: Sequence[tuple[Apply, Check]]
    copied: Sequence[bool]
    given: Sequence[Variable]
    buffers: Mapping[Variable, Buffer]
    slot_sizes: Sequence[int]
    new_bytes: int
    is_placed: bool

    @property
    def memory(self) -> int:
        """How many bytes are needed at once, beside inputs and constants."""
        inner = (max((p.memory for p in step.inner), default=0) for step in self.steps)
        return sum(self.slot_sizes) + self.new_bytes + sum(inner)


def make_plan(
    name: str,
    graph: ClosedGraph,
    lost: LostChecks = LostChecks(),  # noqa: B008 (it is immutable)
    place: Place | None = None,
    given: Sequence[Variable] = (),
) -> Plan:
    """Decide in which order, and into which arrays, a graph is computed.

    Parameters
    ----------
    name : str
    graph : ClosedGraph
    lost : LostChecks
        What is checked, too.
    place : callable, optional
        Chooses the results that are written into arrays which outlive the call.
    given : sequence of Variable
        The outputs that are written into arrays which are given.
    """
    order = toposort([*graph.outputs, *lost.others])
    memory = Memory(order, graph.inputs, graph.outputs, given)
    placed = NOWHERE if place is None else place(order, memory)
    sizes = Sizes()
    steps = []
    for node in order:
        checks = sizes.unchecked(node)
        is_lasting = _is_lasting_view(node, placed.of, memory)
        dropped = memory.dropped_after(node)
        steps.append(
            Step(
                node,
                checks,
                _written_into(node, memory, placed.of),
                is_lasting,
                () if is_lasting else [v for v in dropped if _is_new(v, placed.of, memory)],
                tuple([make_plan(f"{name}_block", inner, place=place) for inner in node.op.inner]),
            )
        )
    copied = memory.must_copy(graph.outputs)
    return Plan(
        name, graph, steps, lost.of_inputs, copied, given, *placed, is_placed=place is not None
    )


def _written_into(
    node: Apply, memory: Memory, buffers: Mapping[Variable, Buffer]
) -> Variable | Buffer | None:
    overwritten = memory.to_overwrite(node)
    if overwritten is not None:
        return overwritten
    (output, *_) = node.outputs
    return memory.given_for(output) or buffers.get(output)


def _is_lasting_view(node: Apply, buffers: Mapping[Variable, Buffer], memory: Memory) -> bool:
    """Whether the node is but another look at a buffer.

    To take elements at the places that an array says is to copy them.
    """
    x, *numbers = node.inputs or (None,)
    return (
        x is not None
        and x in buffers
        and memory.origins(x) == {x}
        and node.outputs[0].type.ndim > 0  # a single element would be a copy
        and node.op.is_view
        and all(map(_is_whole_number, numbers))
    )


def _is_new(variable: Variable, buffers: Mapping[Variable, Buffer], memory: Memory) -> bool:
    """Whether the memory of the variable's value may be given back when nothing needs it."""
    return any(
        origin.owner is not None and origin not in buffers for origin in memory.origins(variable)
    )


def _is_whole_number(variable: Variable | None) -> bool:
    """Whether it is a constant that is written as a number; a truth value is an index of arrays."""
    return (
        isinstance(variable, Constant)
        and not variable.type.ndim
        and variable.type.numpy_dtype.kind in "iu"
    )
