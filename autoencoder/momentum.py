"""Gradient descent with momentum, as a list of updates for `minigrad.function`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

import minigrad
import minigrad.tensor as T

if TYPE_CHECKING:
    from minigrad import Variable
    from minigrad.core.sharing import SharedVariable


def momentum_updates(
    cost: Variable,
    parameters: Sequence[SharedVariable],
    learning_rate: float | Variable,
    momentum: float | Variable = 0.9,
    velocities: Sequence[SharedVariable] | None = None,
) -> list[tuple[SharedVariable, Variable]]:
    """The updates that move each parameter p by its velocity v, both from their old values.

    With g the derivative of the cost by p::

        v ← momentum · v − learning_rate · g
        p ← p + momentum · v − learning_rate · g

    A ball rolling down the cost: it keeps `momentum` of its speed and gains along the slope.

    Parameters
    ----------
    cost : scalar expression
    parameters : sequence of shared variables
        What to move; the cost must depend on each.
    learning_rate, momentum : float or scalar expression
        Whatever their dtype, a parameter keeps its own.
    velocities : sequence of shared variables, optional
        One for each parameter, of its shape and dtype: training goes on from these. By
        default new ones, at rest.

    Returns
    -------
    list of (shared variable, its new value)
        For each parameter its velocity's update, then its own.

    Raises
    ------
    ValueError
        If there are not as many velocities as parameters.

    Examples
    --------
    >>> w = minigrad.shared(1.0, name="w")
    >>> step = minigrad.function([], w**2, updates=momentum_updates(w**2, [w], 0.1))
    >>> for _ in range(3):
    ...     print(f"{step():.4f}")
    1.0000
    0.6400
    0.2116
    """
    if velocities is None:
        velocities = [at_rest(parameter) for parameter in parameters]
    updates = []
    gradients = minigrad.grad(cost, list(parameters))
    for p, v, g in zip(parameters, velocities, gradients, strict=True):
        # A float64 rate would make the new value of a float32 parameter float64.
        new_v = T.cast(momentum, p.dtype) * v - T.cast(learning_rate, p.dtype) * g
        updates += [(v, new_v), (p, p + new_v)]
    return updates


def at_rest(parameter: SharedVariable) -> SharedVariable:
    """A velocity of zero for the parameter, of its shape and dtype."""
    return minigrad.shared(
        np.zeros_like(parameter.get_value(borrow=True)), name=f"{parameter.name}_velocity"
    )
