"""Rules stated as identities: this expression, whatever its parts, is that one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from inspect import signature

from ..graph import Apply, Constant, Variable
from ..ops.elementwise import add, and_, eq, maximum, minimum, mul, neq, or_, xor
from ..tensor_type import TensorType
from .engine import Rewriter, Rule

_COMMUTATIVE = {add, mul, maximum, minimum, eq, neq, and_, or_, xor}

Expression = Callable[..., Variable]
# What the parts of a pattern stand for.
Bound = dict[Variable, Variable]


class Identity(Rule):
    """A rule that has two sides, which a test can compare.

    Attributes
    ----------
    left, right : functions from the parts to an expression
    """

    left: Expression
    right: Expression


def identity(
    fact: str,
    left: Expression,
    right: Expression,
    ndim: int = 0,
    when: Callable[..., bool] | None = None,
) -> Identity:
    """The rule that puts the right expression for the left one.

    Parameters
    ----------
    fact : str
        The identity in words.
    left, right : functions of the same parts
        A number on the left stands for any constant all of whose elements are that number.
    ndim : int
        How many dimensions the parts have, where an op of the left asks for some.
    when : callable, optional
        Whether it is worth it for these parts.
    """
    parts = [TensorType("float64", (None,) * ndim)() for _ in signature(left).parameters]
    pattern = left(*parts)
    assert pattern.owner is not None, "the left side is an operation"

    def rewrite(node: Apply, rewriter: Rewriter) -> Sequence[Variable] | None:
        for bound in _matches(pattern, node.outputs[0], {}):
            found = [bound[part] for part in parts]
            if when is None or when(*found):
                return [right(*found)]
        return None

    result = Identity(fact, (pattern.owner.op,), rewrite)
    result.left, result.right = left, right
    return result


def _matches(pattern: Variable, variable: Variable, bound: Bound) -> Iterator[Bound]:
    """The ways in which the variable is an instance of the pattern."""
    if isinstance(pattern, Constant):
        if isinstance(variable, Constant) and variable.data.size:
            if (variable.data == pattern.data).all():
                yield bound
    elif pattern.owner is None:
        if bound.get(pattern, variable) is variable:
            yield {**bound, pattern: variable}
    elif variable.owner is not None and variable.owner.op == pattern.owner.op:
        inputs = variable.owner.inputs
        # Within an expression of one dtype only: what is -y as uint8 is not so as int64.
        if all(v.owner is None or v.type.dtype == variable.type.dtype for v in inputs):
            yield from _match_all(pattern.owner.inputs, inputs, bound)
            if pattern.owner.op in _COMMUTATIVE:
                yield from _match_all(pattern.owner.inputs, inputs[::-1], bound)


def _match_all(
    patterns: Sequence[Variable], variables: Sequence[Variable], bound: Bound
) -> Iterator[Bound]:
    """The ways in which each variable is an instance of its pattern, all at once."""
    if not patterns:
        yield bound
        return
    for first in _matches(patterns[0], variables[0], bound):
        yield from _match_all(patterns[1:], variables[1:], first)
