"""Results of an op's `grad` where a derivative is not defined, or not implemented."""

from __future__ import annotations

from typing import Any

from ..core.graph import Apply, Op, Variable
from .shape import of_type


class NullTypeGradError(TypeError):
    """Raised if a derivative is needed that is not defined, or not implemented."""


class DisconnectedType:
    """The type of the derivative by an input on which the output does not depend.

    Your op may return ``DisconnectedType()()`` for it, or None.
    """

    def __call__(self, name: str | None = None) -> Variable:
        return Variable(self, name=name)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        return "DisconnectedType"


class NullType:
    """The type of a derivative that does not exist, with the reason."""

    def __init__(self, why_null: str = "(no reason is given)") -> None:
        self.why_null = why_null

    def __call__(self, name: str | None = None) -> Variable:
        return Variable(self, name=name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NullType) and self.why_null == other.why_null

    def __hash__(self) -> int:
        return hash((type(self), self.why_null))

    def __repr__(self) -> str:
        return f"NullType({self.why_null!r})"


def grad_undefined(op: Op, x_pos: int, x: Variable, comment: str = "") -> Variable:
    """Return a variable that stands for the undefined derivative of an op by its input x.

    `minigrad.Op.grad` returns it; `minigrad.grad` raises a `NullTypeGradError` if it is needed.
    """
    return _null(op, x_pos, x, "is not defined", comment)


def grad_not_implemented(op: Op, x_pos: int, x: Variable, comment: str = "") -> Variable:
    """Return a variable that stands for a derivative by the input x that is not implemented.

    `minigrad.Op.grad` returns it; `minigrad.grad` raises a `NullTypeGradError` if it is needed.
    """
    return _null(op, x_pos, x, "has not been written", comment)


def _null(op: Any, x_pos: int, x: Variable, problem: str, comment: str) -> Variable:
    more = f": {comment}" if comment else ""
    return NullType(f"the derivative of {op} by its input {x_pos}, {x}, {problem}{more}")()


def of_type_if_defined(
    undefined: dict[Variable, str], contribution: Any, variable: Variable, node: Apply
) -> Variable | None:
    """The derivative, in the type of its variable; None if there is no derivative.

    One that is not defined is noted.
    """
    if contribution is None or not variable.type.is_float:
        return None
    type = getattr(contribution, "type", None)
    if isinstance(type, NullType):
        undefined[variable] = type.why_null
    if isinstance(type, (NullType, DisconnectedType)):
        return None
    return of_type(contribution, variable, node)
