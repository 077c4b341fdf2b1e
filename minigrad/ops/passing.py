"""Operations whose value is their input, and which change the derivative that passes through them.

The compiler removes them, once derivatives have been taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core.axes import as_tensor_variable, zeros_like
from ..core.graph import Apply, Gradients, Variable, Variables
from .functions import clip
from .shape import Itself


class Passing(Itself):
    """x, with a changed derivative passing through it."""

    called = "passing"

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        arguments = [inputs[0], *[str(getattr(self, name)) for name in self.__props__]]
        return f"{self.called}({', '.join(arguments)})"


class View(Passing):
    """x, with an unchanged derivative; a derived class may change it."""

    called = "view"

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        return [*output_grads]


class Disconnected(Passing):
    """x, as if it came from outside: no derivative passes through it."""

    called = "disconnected_grad"
    n_differentiable = 0


class ZeroGrad(Passing):
    """x, with a derivative of zero."""

    called = "zero_grad"

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        return [zeros_like(output_grads[0])]


class GradClip(Passing):
    """x, with each element of the derivative clipped to two bounds."""

    called = "grad_clip"
    __props__ = ("lower", "upper")
    lower: float
    upper: float

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        return [clip(output_grads[0], self.lower, self.upper)]


class GradScale(Passing):
    """x, with a multiple of the derivative."""

    called = "grad_scale"
    __props__ = ("multiplier",)
    multiplier: float

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        return [output_grads[0] * self.multiplier]


def disconnected_grad(x: Any) -> Variable:
    """Return x, through which no derivative passes, as if it came from outside.

    A cost that depends on a variable only through this is disconnected from the variable.

    >>> import minigrad, minigrad.tensor as T
    >>> x = T.dscalar("x")
    >>> minigrad.grad(x * disconnected_grad(x), x).eval({x: 3.0})
    array(3.)
    """
    variable: Variable = Disconnected()(as_tensor_variable(x))
    return variable


def zero_grad(x: Any) -> Variable:
    """Return x, with derivatives of zero; a cost still counts as connected to it.

    >>> import minigrad, minigrad.tensor as T
    >>> x = T.dscalar("x")
    >>> minigrad.grad(zero_grad(x) ** 2, x).eval({x: 3.0})
    array(0.)
    """
    variable: Variable = ZeroGrad()(as_tensor_variable(x))
    return variable


def grad_clip(x: Any, lower_bound: float, upper_bound: float) -> Variable:
    """Return x; each element of the derivative by it is clipped to the bounds.

    A ValueError is raised if the lower bound is above the upper.

    >>> import minigrad, minigrad.tensor as T
    >>> x = T.dscalar("x")
    >>> minigrad.grad(grad_clip(x, -1, 1) ** 2, x).eval({x: 3.0})
    array(1.)
    """
    if not lower_bound <= upper_bound:
        raise ValueError(f"grad_clip: nothing is between {lower_bound} and {upper_bound}")
    variable: Variable = GradClip(lower_bound, upper_bound)(as_tensor_variable(x))
    return variable


def grad_scale(x: Any, multiplier: float) -> Variable:
    """Return x; the derivative by it is multiplied by `multiplier`.

    With −1 the gradient is reversed (Ganin and Lempitsky, "Unsupervised Domain Adaptation by
    Backpropagation", 2015).

    >>> import minigrad, minigrad.tensor as T
    >>> x = T.dscalar("x")
    >>> minigrad.grad(grad_scale(x, -1) ** 2, x).eval({x: 3.0})
    array(-6.)
    """
    variable: Variable = GradScale(multiplier)(as_tensor_variable(x))
    return variable
