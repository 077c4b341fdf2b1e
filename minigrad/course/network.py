"""A tied autoencoder on the core alone: the end of the course."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.axes import dimshuffle
from ..core.backprop import grad
from ..core.evaluate import evaluate
from ..core.graph import Variable
from ..core.sharing import SharedVariable
from ..core.table import exp


def dot(x: Variable, y: Variable) -> Variable:
    """The product of two matrices: result[i, j] = Σₖ x[i, k] · y[k, j]."""
    return (dimshuffle(x, 0, 1, "x") * dimshuffle(y, "x", 0, 1)).sum(axis=1)


def sigmoid(x: Variable) -> Variable:
    """1 / (1 + exp(−x)), between 0 and 1."""
    return 1 / (1 + exp(-x))


def reconstruct(X: Variable, W: Variable, bh: Variable, bo: Variable) -> Variable:
    """sigmoid(X · W + bh) · Wᵀ + bo: the rows of X, encoded and decoded by the same weights."""
    code = sigmoid(dot(X, W) + bh)
    return dot(code, dimshuffle(W, 1, 0)) + bo


def descend(
    cost: Variable,
    parameters: Sequence[SharedVariable],
    values: Mapping[Variable, Any],
    rate: float,
    steps: int,
) -> list[float]:
    """Take steps of gradient descent, parameter ← parameter − rate · ∂cost/∂parameter.

    All parameters change at once: no derivative is computed of values half of which are new. The
    result is the cost before each step.
    """
    derivatives = grad(cost, parameters)
    costs = []
    for _ in range(steps):
        value, *slopes = evaluate([cost, *derivatives], values)
        for parameter, slope in zip(parameters, slopes, strict=True):
            parameter.set_value(parameter.get_value() - rate * slope)
        costs.append(float(value))
    return costs
