"""Gradient descent three ways, each as a list of updates for `minigrad.function`.

They differ in what is remembered of the gradients g, and in how a parameter p moves::

    momentum    v ← μ v − η g                                    p ← p + v
    Nesterov    v ← μ v − η g                                    p ← p + μ v − η g
    Adam        m ← β₁ m + (1 − β₁) g,  s ← β₂ s + (1 − β₂) g²    p ← p − ηₜ m / (√s + ε)

Every right side is computed from old values, except for the v, m and s in the last column, which
are the new ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

import minigrad
import minigrad.tensor as T

if TYPE_CHECKING:
    from minigrad import Variable
    from minigrad.core.sharing import SharedVariable

    Updates: TypeAlias = list[tuple[SharedVariable, Variable]]


def momentum_updates(
    cost: Variable | Sequence[Variable],
    parameters: Sequence[SharedVariable],
    learning_rate: float | Variable,
    momentum: float | Variable = 0.9,
    velocities: Sequence[SharedVariable] | None = None,
) -> Updates:
    """v ← μ v − η g and p ← p + v, for every parameter p with gradient g.

    It works like a ball that rolls down the cost: it keeps the share μ of its velocity v, and the
    slope accelerates it.

    Parameters
    ----------
    cost : scalar expression, or sequence of gradients
        Instead of the cost, you may pass its gradients by each of the parameters: expressions with
        the parameters' shapes.
    parameters : sequence of shared variables
        The parameters to move; the cost must depend on each.
    learning_rate, momentum : float or scalar expression
        η and μ. Whatever their dtype, a parameter keeps its own.
    velocities : sequence of shared variables, optional
        One for each parameter, with its shape and dtype, from which training continues. By default
        new ones, which are zero.

    Returns
    -------
    list of (shared variable, its new value)
        For each parameter the update of its velocity, then its own.

    Raises
    ------
    ValueError
        If the numbers of gradients or velocities and of parameters differ.

    References
    ----------
    B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.

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
    velocities = _state("velocities", velocities, parameters, ["velocity"])
    updates = []
    for p, v, g in zip(parameters, velocities, _gradients(cost, parameters), strict=True):
        mu, eta = _like(p, momentum, learning_rate)
        new_v = mu * v - eta * g
        updates += [(v, new_v), (p, p + new_v)]
    return updates


def nesterov_updates(
    cost: Variable | Sequence[Variable],
    parameters: Sequence[SharedVariable],
    learning_rate: float | Variable,
    momentum: float | Variable = 0.9,
    velocities: Sequence[SharedVariable] | None = None,
) -> Updates:
    """v ← μ v − η g and p ← p + μ v − η g, with the new v: momentum that looks one step ahead.

    The stored parameters are those to which momentum is about to carry the ball, so the gradient
    is taken there, and brakes the ball sooner.

    Parameters, Returns and Raises are those of `momentum_updates`, and the velocities are the same.

    References
    ----------
    Y. Nesterov, 1983; in this form Y. Bengio, N. Boulanger-Lewandowski and R. Pascanu, "Advances in
    optimizing recurrent networks", 2012, equation 7.

    Examples
    --------
    >>> w = minigrad.shared(1.0, name="w")
    >>> step = minigrad.function([], w**2, updates=nesterov_updates(w**2, [w], 0.1))
    >>> for _ in range(3):
    ...     print(f"{step():.4f}")
    1.0000
    0.3844
    0.0495
    """
    velocities = _state("velocities", velocities, parameters, ["velocity"])
    updates = []
    for p, v, g in zip(parameters, velocities, _gradients(cost, parameters), strict=True):
        mu, eta = _like(p, momentum, learning_rate)
        new_v = mu * v - eta * g
        updates += [(v, new_v), (p, p + mu * new_v - eta * g)]
    return updates


def adam_updates(
    cost: Variable | Sequence[Variable],
    parameters: Sequence[SharedVariable],
    learning_rate: float | Variable = 0.001,
    beta1: float | Variable = 0.9,
    moments: Sequence[SharedVariable] | None = None,
    beta2: float | Variable = 0.999,
    epsilon: float = 1e-8,
) -> Updates:
    """m ← β₁ m + (1 − β₁) g, s ← β₂ s + (1 − β₂) g² and p ← p − ηₜ m / (√s + ε).

    The mean gradient m over the root of the mean square gradient s: each number of a parameter
    moves by about the learning rate η, however large its gradients are. Both means begin at zero;
    ηₜ = η √(1 − β₂ᵗ) / (1 − β₁ᵗ) corrects for that in step t.

    Parameters
    ----------
    cost : scalar expression, or sequence of gradients
        As in `momentum_updates`.
    parameters : sequence of shared variables
        The parameters to move; the cost must depend on each.
    learning_rate : float or scalar expression
        η. Whatever the dtypes of this and of β₁ and β₂, a parameter keeps its own.
    beta1, beta2 : float or scalar expression
        β₁ and β₂: the shares that m and s keep, at least 0 and less than 1.
    moments : sequence of shared variables, optional
        m and s for each parameter, with its shape and dtype, and last the number of steps, a
        scalar. Training continues from these. By default new ones, which are zero.
    epsilon : float
        ε, against a division by zero.

    Returns
    -------
    list of (shared variable, its new value)
        For each parameter the updates of its m and s, then its own; last the update of the number
        of steps.

    Raises
    ------
    ValueError
        If the numbers of gradients and of parameters differ, or the number of moments is wrong.

    References
    ----------
    D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", 2015, end of section 2.

    Examples
    --------
    >>> w = minigrad.shared(1.0, name="w")
    >>> step = minigrad.function([], w**2, updates=adam_updates(w**2, [w], 0.1))
    >>> for _ in range(3):
    ...     print(f"{step():.4f}")
    1.0000
    0.8100
    0.6407
    """
    *means, steps = _state("moments", moments, parameters, ["mean", "mean_square"], "steps")
    t = steps + 1.0
    correction = T.sqrt(1.0 - beta2**t) / (1.0 - beta1**t)
    updates = []
    gradients = _gradients(cost, parameters)
    for p, m, s, g in zip(parameters, means[0::2], means[1::2], gradients, strict=True):
        b1, b2, eta = _like(p, beta1, beta2, learning_rate * correction)
        new_m = b1 * m + (1 - b1) * g
        new_s = b2 * s + (1 - b2) * T.sqr(g)
        updates += [(m, new_m), (s, new_s), (p, p - eta * new_m / (T.sqrt(new_s) + epsilon))]
    return [*updates, (steps, t)]


# By the names that the estimator and the command know them by. The arguments are the same by
# position: cost, parameters, learning rate, momentum (β₁ of Adam), and what is remembered.
OPTIMIZERS: dict[str, Callable[..., Updates]] = {
    "momentum": momentum_updates,
    "nesterov": nesterov_updates,
    "adam": adam_updates,
}


def _gradients(
    cost: Variable | Sequence[Variable], parameters: Sequence[SharedVariable]
) -> Sequence[Variable]:
    """The gradients themselves, or those of the cost."""
    if not isinstance(cost, Sequence):
        return minigrad.grad(cost, list(parameters))
    if len(cost) != len(parameters):
        raise ValueError(
            f"{len(cost)} gradients for {len(parameters)} parameters; give one for each"
        )
    return cost


def _like(parameter: SharedVariable, *numbers: float | Variable) -> list[Variable]:
    """The numbers in the parameter's dtype: a float64 rate would make a float32 parameter float64."""
    return [T.cast(number, parameter.dtype) for number in numbers]


def _state(
    argument: str,
    given: Sequence[SharedVariable] | None,
    parameters: Sequence[SharedVariable],
    for_each: Sequence[str],
    *counts: str,
) -> Sequence[SharedVariable]:
    """The state of an optimizer: what was given, or zeros, named after the parameters."""
    if given is None:
        zeros = [
            minigrad.shared(np.zeros_like(p.get_value(borrow=True)), name=f"{p.name}_{suffix}")
            for p in parameters
            for suffix in for_each
        ]
        return [*zeros, *(minigrad.shared(0.0, name=count) for count in counts)]
    expected = len(parameters) * len(for_each) + len(counts)
    if len(given) != expected:
        raise ValueError(
            f"{argument} has {len(given)} shared variables, but {len(parameters)} parameters need "
            f"{expected}"
        )
    return given
