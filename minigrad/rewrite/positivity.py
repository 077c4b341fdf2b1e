"""What is known of a variable that a logarithm is to be taken of."""

from __future__ import annotations

from enum import IntEnum

from ..graph import Apply, Constant, Variable
from ..ops.broadcasting import Alloc, DimShuffle, Sum
from ..ops.elementwise import (
    Cast,
    add,
    exp,
    expm1,
    inv,
    mul,
    neg,
    power,
    sigmoid,
    sqr,
    sqrt,
    sub,
    true_div,
)
from ..ops.nnet import Softmax
from ..ops.reduction import Reduction
from .engine import number_of
from .moves import leaves_out, moved
from .quotients import sigmoid_of_tanh


class Positivity(IntEnum):
    """How much is known; each kind serves wherever a lower one does.

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


def positivity(x: Variable, reach: int = _REACH) -> Positivity:
    """What is known of x."""
    node = x.owner
    if not x.type.is_float or not reach:
        return UNKNOWN
    if node is None:
        return POSITIVE if isinstance(x, Constant) and (x.data > 0).all() else UNKNOWN
    if node.op in (exp, sigmoid) or type(node.op) is Softmax:
        return EXACT
    if sigmoid_of_tanh(x) is not None:
        return EXACT
    if node.op is expm1:
        return BETTER
    if node.op is sub:
        return _of_difference(node, reach - 1)
    parts = moved(x)
    if parts:
        return _of_moved(node, [positivity(v, reach - 1) for v in parts])
    rule = _OF_RESULT.get(node.op) or _OF_RESULT.get(type(node.op))
    return rule(node, [positivity(v, reach - 1) for v in node.inputs]) if rule else UNKNOWN


def positivity_of_complement(x: Variable, reach: int = _REACH) -> Positivity:
    """What is known of 1 − x."""
    node = x.owner
    if not reach or not x.type.is_float:
        return UNKNOWN
    if node is None:
        return POSITIVE if isinstance(x, Constant) and (x.data < 1).all() else UNKNOWN
    if node.op is sigmoid or sigmoid_of_tanh(x, of_complement=True) is not None:
        return EXACT
    if node.op is exp:
        return BETTER
    if is_complement(x):
        return positivity(node.inputs[1], reach - 1)
    parts = node.inputs if type(node.op) is Cast else moved(x)
    return _of_moved(node, [positivity_of_complement(v, reach - 1) for v in parts])


def is_complement(x: Variable) -> bool:
    """Whether x is 1 − y."""
    return x.owner is not None and x.owner.op is sub and _is_one(x.owner.inputs[0])


def _is_one(x: Variable) -> bool:
    """Whether every element of x is known to be 1."""
    while x.owner is not None and isinstance(x.owner.op, (Alloc, DimShuffle)):
        x = x.owner.inputs[0]
    return number_of(x) == 1


def may_overflow(x: Variable, reach: int = _REACH) -> bool:
    """Whether x is made of exponentials, and not of what is at most 1 anyway."""
    node = x.owner
    if node is None or not reach or node.op is sigmoid or type(node.op) is Softmax:
        return False
    return node.op is exp or any(may_overflow(v, reach - 1) for v in node.inputs)


def _of_moved(node: Apply, of_parts: list[Positivity]) -> Positivity:
    if leaves_out(node):
        return max(of_parts) if min(of_parts) >= POSITIVE else UNKNOWN
    return max(of_parts, default=UNKNOWN)


def _of_difference(node: Apply, reach: int) -> Positivity:
    x, y = node.inputs
    if is_complement(node.out):
        return positivity_of_complement(y, reach)
    both = positivity(x, reach), positivity(y, reach)
    return BETTER if min(both) >= POSITIVE and may_overflow(node.out, reach) else UNKNOWN


def _of_opposite(node: Apply, of_inputs: list[Positivity]) -> Positivity:
    inner = node.inputs[0].owner
    return BETTER if inner is not None and inner.op is expm1 else UNKNOWN


def _of_product(node: Apply, of_inputs: list[Positivity]) -> Positivity:
    if min(of_inputs) >= POSITIVE:
        return max(of_inputs)
    return BETTER if EXACT in of_inputs else UNKNOWN


def _of_sum(node: Apply, of_inputs: list[Positivity]) -> Positivity:
    is_better = min(of_inputs) >= POSITIVE and may_overflow(node.out)
    return EXACT if is_better else UNKNOWN


def _of_function(node: Apply, of_inputs: list[Positivity]) -> Positivity:
    return EXACT if of_inputs[0] is EXACT else UNKNOWN


def _of_reduction(node: Apply, of_inputs: list[Positivity]) -> Positivity:
    is_product = node.op.name == "prod"  # type: ignore[attr-defined]  # of a Reduction
    return EXACT if is_product and of_inputs[0] is EXACT else UNKNOWN


_OF_RESULT = {
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
