"""Rules stated as identities: this expression, whatever its parts, is that one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
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


class Identity(Rule):
    """A rule that puts the right expression for the left one. A test can compare both.

    A number on the left stands for any constant all of whose elements are that number.
    """

    def __init__(
        self,
        left: Expression,
        right: Expression,
        when: Callable[..., bool] | None = None,  # whether it is worth it for these parts
    ) -> None:
        self.left, self.right = left, right
        self._when = when
        self._parts = [TensorType("float64", ())(name) for name in signature(left).parameters]
        pattern = left(*self._parts).owner
        assert pattern is not None, "the left side is an operation"
        self._pattern = pattern
        super().__init__("", (pattern.op,), self._rewritten, _needs(pattern))

    @property
    def fact(self) -> str:
        """Both sides as people write them."""
        return re.sub(r"\.0\b", "", f"{self.left(*self._parts)} is {self.right(*self._parts)}")

    def _rewritten(self, node: Apply, rewriter: Rewriter) -> Replacement:
        for bound in _ways_to_match(self._pattern, node, {}):
            found = [bound[part] for part in self._parts]
            if self._when is None or self._when(*found):
                return [in_shape_of(node, self.right(*found), rewriter)]
        return None


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
