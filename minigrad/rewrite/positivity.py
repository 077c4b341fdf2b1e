"""Tell what is known of a variable whose logarithm is to be taken."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any

from ..core.axes import Alloc, DimShuffle, Sum
from ..core.elementwise import Cast, Elementwise
from ..core.graph import Apply, Constant, Variable
from ..core.table import add, exp, expm1, inv, mul, neg, power, sqr, sqrt, sub, true_div
from ..ops.functions import sigmoid
from ..ops.reduction import Reduction
from ..ops.softmax import Softmax
from ..protocol.walks import Applied, before, made_by
from .known import entry_for, number_of
from .moves import leaves_out, moved
from .sigmoids import sigmoid_of_tanh


class Positivity(IntEnum):
    """Levels of knowledge; each serves wherever a lower one does.

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
Memo = dict[tuple[Variable, bool], Positivity]


def positivity(
    x: Variable, of_complement: bool = False, reach: int = _REACH, memo: Memo | None = None
) -> Positivity:
    """Return what is known of x, or of its complement 1 − x."""
    memo = {} if memo is None else memo
    if (x, of_complement) not in memo:
        memo[x, of_complement] = _found(x, of_complement, reach, memo)
    return memo[x, of_complement]


def _found(x: Variable, of_complement: bool, reach: int, memo: Memo) -> Positivity:
    if not x.type.is_float or not reach:
        return UNKNOWN
    node = x.owner
    if node is None:
        is_known = (
            isinstance(x, Constant) and ((x.data < 1) if of_complement else (x.data > 0)).all()
        )
        return POSITIVE if is_known else UNKNOWN
    if made_by(x, sigmoid) or sigmoid_of_tanh(x, of_complement) is not None:
        return EXACT
    if as_complement(x):
        return positivity(node.inputs[1], not of_complement, reach - 1, memo)
    parts = moved(x)
    if of_complement:
        if node.op is exp:
            return BETTER
        if node.op is neg and made_by(node.inputs[0], expm1):
            return EXACT
        parts = node.inputs if isinstance(node.op, Cast) else parts
    elif made_by(x, exp, Softmax):
        return EXACT
    elif not parts:
        rule = entry_for(node.op, _OF_RESULT)
        of_inputs = [positivity(v, False, reach - 1, memo) for v in node.inputs] if rule else []
        return rule(node, of_inputs) if rule else UNKNOWN
    return _of_moved(node, [positivity(v, of_complement, reach - 1, memo) for v in parts])


def as_complement(x: Variable) -> Applied[Elementwise] | None:
    """Return the node that makes x, if x is 1 − y."""
    difference = made_by(x, sub)
    if difference is None or number_of(before(difference.inputs[0], Alloc, Cast, DimShuffle)) != 1:
        return None
    return difference


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


def _of_difference(node: Apply, of_inputs: list[Positivity]) -> Positivity:
    return BETTER if min(of_inputs) >= POSITIVE and may_overflow(node.out) else UNKNOWN


def _of_product(node: Apply, of_inputs: list[Positivity]) -> Positivity:
    if min(of_inputs) >= POSITIVE:
        return max(of_inputs)
    return BETTER if EXACT in of_inputs else UNKNOWN


def _of_sum(node: Apply, of_inputs: list[Positivity]) -> Positivity:
    is_better = min(of_inputs) >= POSITIVE and may_overflow(node.out)
    return EXACT if is_better else UNKNOWN


# By the ops and classes of ops, what is known of a result from what is known of the inputs.
_OF_RESULT: dict[Any, Callable[[Any, list[Positivity]], Positivity]] = {
    expm1: lambda node, of_inputs: BETTER,
    neg: lambda node, of_inputs: BETTER if made_by(node.inputs[0], expm1) else UNKNOWN,
    sub: _of_difference,
    mul: _of_product,
    true_div: _of_product,
    add: _of_sum,
    Sum: _of_sum,
    **dict.fromkeys(
        (Cast, inv, sqr, sqrt, power),
        lambda node, of_inputs: of_inputs[0] if of_inputs[0] >= POSITIVE else UNKNOWN,
    ),
    Reduction: lambda node, of_inputs: (
        EXACT if node.op.name == "prod" and of_inputs[0] is EXACT else UNKNOWN
    ),
}
