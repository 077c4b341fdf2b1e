"""What is known of a variable that a logarithm is to be taken of."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any

from ...core.axes import Alloc, DimShuffle, Sum
from ...core.elementwise import Cast, Elementwise
from ...core.graph import Apply, Constant, Variable
from ...core.table import add, exp, expm1, inv, mul, neg, power, sqr, sqrt, sub, true_div
from ...ops.functions import sigmoid
from ...ops.reduction import Reduction
from ...ops.softmax import Softmax
from ...protocol.walks import Applied, before, made_by
from ..known import entry_for, number_of
from .moves import leaves_out, moved
from .quotients import sigmoid_of_tanh


class Positivity(IntEnum):
    """How much is known; each level serves wherever a lower one does.

    An ``EXACT`` variable is positive, and its logarithm has an exact form, even where the variable
    itself rounds to 0 or infinity. A ``POSITIVE`` one is a positive number. The logarithm of a
    ``BETTER`` one has a better form than that of its value, wherever it is defined.
    """

    UNKNOWN = 0
    BETTER = 1
    POSITIVE = 2
    EXACT = 3


UNKNOWN, BETTER, POSITIVE, EXACT = Positivity

# How many operations one after the other are looked through.
_REACH = 24


# What has been found, by variable and whether it is of its complement: so a graph that shares its
# parts is not looked through once for each way down to them.
Known = dict[tuple[Variable, bool], Positivity]


def positivity(x: Variable, reach: int = _REACH, known: Known | None = None) -> Positivity:
    """Return what is known of x."""
    known = {} if known is None else known
    if (x, False) not in known:
        known[x, False] = _positivity(x, reach, known)
    return known[x, False]


def _positivity(x: Variable, reach: int, known: Known) -> Positivity:
    node = x.owner
    if not x.type.is_float or not reach:
        return UNKNOWN
    if node is None:
        return POSITIVE if isinstance(x, Constant) and (x.data > 0).all() else UNKNOWN
    if made_by(x, exp, sigmoid, Softmax):
        return EXACT
    if sigmoid_of_tanh(x) is not None:
        return EXACT
    if node.op is expm1:
        return BETTER
    if node.op is sub:
        return _of_difference(node, reach - 1, known)
    parts = moved(x)
    if parts:
        return _of_moved(node, [positivity(v, reach - 1, known) for v in parts])
    rule = entry_for(node.op, _OF_RESULT)
    return rule(node, [positivity(v, reach - 1, known) for v in node.inputs]) if rule else UNKNOWN


def positivity_of_complement(
    x: Variable, reach: int = _REACH, known: Known | None = None
) -> Positivity:
    """Return what is known of 1 − x."""
    known = {} if known is None else known
    if (x, True) not in known:
        known[x, True] = _positivity_of_complement(x, reach, known)
    return known[x, True]


def _positivity_of_complement(x: Variable, reach: int, known: Known) -> Positivity:
    node = x.owner
    if not reach or not x.type.is_float:
        return UNKNOWN
    if node is None:
        return POSITIVE if isinstance(x, Constant) and (x.data < 1).all() else UNKNOWN
    if node.op is sigmoid or sigmoid_of_tanh(x, of_complement=True) is not None:
        return EXACT
    if node.op is exp:
        return BETTER
    if node.op is neg and is_expm1(node.inputs[0]):
        return EXACT
    if as_complement(x):
        return positivity(node.inputs[1], reach - 1, known)
    parts = node.inputs if isinstance(node.op, Cast) else moved(x)
    return _of_moved(node, [positivity_of_complement(v, reach - 1, known) for v in parts])


def as_complement(x: Variable) -> Applied[Elementwise] | None:
    """Return the node that makes x, if x is 1 − y."""
    difference = made_by(x, sub)
    if difference is None or number_of(before(difference.inputs[0], Alloc, Cast, DimShuffle)) != 1:
        return None
    return difference


def is_expm1(x: Variable) -> bool:
    """Whether x is expm1 of something."""
    return made_by(x, expm1) is not None


def may_overflow(x: Variable) -> bool:
    """Whether x is made of exponentials, and not of what is at most 1 anyway."""
    stack, seen = [(x, _REACH)], set()
    while stack:
        variable, reach = stack.pop()
        node = variable.owner
        if node is None or not reach or variable in seen:
            continue
        seen.add(variable)
        if node.op is exp:
            return True
        if not made_by(variable, sigmoid, Softmax):
            stack += [(v, reach - 1) for v in node.inputs]
    return False


def _of_moved(node: Apply, of_parts: list[Positivity]) -> Positivity:
    if min(of_parts, default=UNKNOWN) >= POSITIVE:
        return max(of_parts)
    is_better = not leaves_out(node) and not {BETTER, EXACT}.isdisjoint(of_parts)
    return BETTER if is_better else UNKNOWN


def _of_difference(node: Apply, reach: int, known: Known) -> Positivity:
    x, y = node.inputs
    if as_complement(node.out):
        return positivity_of_complement(y, reach, known)
    both = positivity(x, reach, known), positivity(y, reach, known)
    return BETTER if min(both) >= POSITIVE and may_overflow(node.out) else UNKNOWN


def _of_opposite(node: Apply, of_inputs: list[Positivity]) -> Positivity:
    return BETTER if is_expm1(node.inputs[0]) else UNKNOWN


def _of_product(node: Apply, of_inputs: list[Positivity]) -> Positivity:
    if min(of_inputs) >= POSITIVE:
        return max(of_inputs)
    return BETTER if EXACT in of_inputs else UNKNOWN


def _of_sum(node: Apply, of_inputs: list[Positivity]) -> Positivity:
    is_better = min(of_inputs) >= POSITIVE and may_overflow(node.out)
    return EXACT if is_better else UNKNOWN


def _of_function(node: Apply, of_inputs: list[Positivity]) -> Positivity:
    return of_inputs[0] if of_inputs[0] >= POSITIVE else UNKNOWN


def _of_reduction(node: Applied[Reduction], of_inputs: list[Positivity]) -> Positivity:
    is_product = node.op.name == "prod"
    return EXACT if is_product and of_inputs[0] is EXACT else UNKNOWN


# By the ops and classes of ops, what is known of a result from what is known of the inputs.
_OF_RESULT: dict[Any, Callable[[Any, list[Positivity]], Positivity]] = {
    neg: _of_opposite,
    mul: _of_product,
    true_div: _of_product,
    add: _of_sum,
    Sum: _of_sum,
    Cast: _of_function,
    inv: _of_function,
    sqr: _of_function,
    sqrt: _of_function,
    power: _of_function,
    Reduction: _of_reduction,
}
