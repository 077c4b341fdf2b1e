"""Results of an op's `grad` where a derivative is not defined, or not implemented."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

from ..core.axes import as_tensor_variable
from ..core.backprop import backpropagate, connected
from ..core.graph import Apply, Op, Variable
from .shape import as_type


class NullTypeGradError(TypeError):
    """Raised if a derivative is needed that is not defined, or not implemented."""


class _NoDerivative:
    """The type of variables that stand for a derivative; two of the same attributes are equal."""

    def __call__(self, name: str | None = None) -> Variable:
        return Variable(self, name=name)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), *vars(self).values()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, vars(self).values()))})"


class DisconnectedType(_NoDerivative):
    """The type of the derivative by an input on which the output does not depend.

    Your op may return ``DisconnectedType()()`` for it, or None.
    """


class NullType(_NoDerivative):
    """The type of a derivative that does not exist, with the reason."""

    def __init__(self, why_null: str = "(no reason is given)") -> None:
        self.why_null = why_null


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


def derivatives_by(
    given: Mapping[Variable, Variable],
    wanted: Sequence[Variable],
    stops: Collection[Variable] = (),
) -> tuple[dict[Variable, Variable], dict[Variable, Variable]]:
    """Return derivatives by the wanted variables, and what stands for those that are not defined.

    The given ones and the stops are as in `backpropagate`. A variable may be in both: then what is
    found is only a part of the derivative.
    """
    reasons: dict[Variable, str] = {}
    adapt = partial(_of_type_if_defined, reasons)
    grads = backpropagate(given, connected(given, wanted, stops), stops, adapt)
    without = connected(reasons, wanted, stops)
    found = {v: grads[v] for v in wanted if v in grads}
    null = NullType(next(iter(reasons.values()), ""))
    return found, {v: null() for v in wanted if v in without}


def _of_type_if_defined(
    reasons: dict[Variable, str], g: Any, x: Variable, node: Apply
) -> Variable | None:
    """Return the derivative g by x, in x's type; None if there is none.

    If it is not defined, the reason is noted.
    """
    if g is None or not x.type.is_float:
        return None
    type = getattr(g, "type", None)
    if isinstance(type, NullType):
        reasons[x] = type.why_null
    if isinstance(type, _NoDerivative):
        return None
    g = as_tensor_variable(g)
    if not x.type.accepts_shape(g.type):
        raise ValueError(
            f"{node.op} gave a derivative of shape {g.type.shape} by {x}, "
            f"which has shape {x.type.shape}"
        )
    return as_type(g, x.type)
