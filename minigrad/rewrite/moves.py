"""Operations that only move elements about: a function of elements may go before or behind them."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.elementwise import Switch
from ..core.graph import Apply, Variable
from ..ops.functions import tensor_copy
from ..ops.indexing import IncSubtensor


def moved_places(node: Apply) -> Sequence[int]:
    """Return the places of the inputs whose elements are moved; the others say where these go."""
    moves: slice = slice(1) if node.op is tensor_copy else node.op.moves
    return range(len(node.inputs))[moves]


def moved(x: Variable) -> list[Variable]:
    """Return the variables whose elements x consists of, if an operation only moves them about."""
    return [] if x.owner is None else [x.owner.inputs[i] for i in moved_places(x.owner)]


def with_moved(x: Variable, others: Sequence[Variable]) -> Variable:
    """Return what the operation that makes x makes if it moves these variables instead."""
    assert x.owner is not None and x.index is not None
    inputs = list(x.owner.inputs)
    for place, other in zip(moved_places(x.owner), others, strict=True):
        inputs[place] = other
    return x.owner.op.make_node(*inputs).outputs[x.index]


def leaves_out(node: Apply) -> bool:
    """Whether a condition or an index says which elements never reach the output.

    A function of these must be harmless: ``log(switch(x > 0, x, 1))`` guards against x = 0.
    """
    return isinstance(node.op, (Switch, IncSubtensor))
