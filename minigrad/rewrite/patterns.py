"""Rules stated as identities: this expression, whatever its parts, is that one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from inspect import signature
from math import copysign
from typing import Any

from ..core.graph import Apply, Constant, Variable
from ..core.table import add, and_, eq, maximum, minimum, mul, neq, or_, xor
from ..core.types import TensorType
from .engine import Replacement, Rewriter, Rule, in_shape_of
from .known import number_of

_COMMUTATIVE = {add, mul, maximum, minimum, eq, neq, and_, or_, xor}

Expression = Callable[..., Variable]
# What the parts of a pattern stand for.
Bound = dict[Variable, Variable]


@dataclass(frozen=True, eq=False)
class Identity(Rule):
    """A rule that has two sides, which a test can compare.

    Attributes
    ----------
    left, right : functions from the parts to an expression
    """

    left: Expression = field(kw_only=True)
    right: Expression = field(kw_only=True)


def identity(
    fact: str,
    left: Expression,
    right: Expression,
    ndim: int = 0,
    when: Callable[..., bool] | None = None,
) -> Identity:
    """Make the rule that puts the right expression for the left one.

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
    pattern = left(*parts).owner
    assert pattern is not None, "the left side is an operation"

    def rewrite(node: Apply, rewriter: Rewriter) -> Replacement:
        for bound in _ways_to_match(pattern, node, {}):
            found = [bound[part] for part in parts]
            if when is None or when(*found):
                return [in_shape_of(node, right(*found), rewriter)]
        return None

    return Identity(fact, (pattern.op,), rewrite, _needs(pattern), left=left, right=right)


def _needs(pattern: Apply) -> frozenset[Any]:
    """Return what a node must have among its inputs to be an instance of the pattern."""
    return frozenset(
        number_of(variable) if variable.owner is None else variable.owner.op
        for variable in pattern.inputs
        if variable.owner is not None or isinstance(variable, Constant)
    )


def _ways_to_match(pattern: Apply, node: Apply, bound: Bound) -> list[Bound]:
    """Return the ways to see the node as an instance of the pattern that agree with the bound."""
    # Within an expression of one dtype only: what is -y as uint8 is not so as int64. Truths have no
    # squares and opposites.
    dtype = node.out.type.dtype
    if dtype == "bool" or any(variable.type.dtype != dtype for variable in node.inputs):
        return []
    ways = _ways_to_match_all(pattern.inputs, node.inputs, bound)
    if pattern.op in _COMMUTATIVE:
        ways += _ways_to_match_all(pattern.inputs, node.inputs[::-1], bound)
    return ways


def _is_same_number(x: float | None, y: float | None) -> bool:
    """Whether x is y, and 0.0 not -0.0."""
    return x is not None and y is not None and (x, copysign(1, x)) == (y, copysign(1, y))


def _ways_to_match_all(
    patterns: Sequence[Variable], variables: Sequence[Variable], bound: Bound
) -> list[Bound]:
    """Return the ways to see each variable as an instance of its pattern, all at once."""
    ways = [bound]
    for pattern, variable in zip(patterns, variables, strict=True):
        if isinstance(pattern, Constant):
            if not _is_same_number(number_of(variable), number_of(pattern)):
                return []
        elif pattern.owner is None:
            ways = [
                {**way, pattern: variable} for way in ways if way.get(pattern, variable) is variable
            ]
        else:
            node = variable.owner
            if node is None or node.op != pattern.owner.op:
                return []
            ways = [found for way in ways for found in _ways_to_match(pattern.owner, node, way)]
    return ways
