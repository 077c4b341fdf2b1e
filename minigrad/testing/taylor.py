"""`taylor_test`: how fast the remainder of a first-order Taylor expansion vanishes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .judge.comparison import checked_shapes, scales, signed
from .judge.differentiable import away
from .judge.report import GradientError
from .symbolic import differentiable

# Long enough to be far from rounding, and short enough for the third derivative not to matter.
_LONGEST_STEP = 1e-2
_N_STEPS = 16
_N_FITTED = 6
# What is not so many times the rounding error of the values may be nothing else.
_CLEAR = 30
# A gradient that is off by this part, or by that part of the slope to the furthest point, must make
# the remainder so many times as large as it is.
_OFF, _NEGLIGIBLE, _AS_LARGE = 3e-2, 1e-3, 4
# Where a function that stands still here may not.
_FAR_AWAY = (1.0, -1.0, 16.0, -16.0, 1024.0, -1024.0)


@dataclass(frozen=True)
class Remainders:
    """The remainder of a function after subtracting its linear approximation.

    Attributes
    ----------
    steps : array
        The steps from the point, relative to its size.
    remainders : array
        |f(x + h d) − f(x) − h ∇f(x) · d| for each step h.
    rate : float
        The power of the step with which the remainder vanishes: 2 if the gradient is right (more
        if the function bends less), 1 if it is wrong; infinite if nothing remains although a
        gradient that is 3 % off would leave a remainder.
    """

    steps: np.ndarray
    remainders: np.ndarray
    rate: float

    def plot(self, axes: Any = None) -> Any:
        """Draw the remainder against the step, with lines of slope 1 and 2; return the axes."""
        import matplotlib.pyplot as plt  # not needed to test

        if axes is None:
            _, axes = plt.subplots(layout="constrained")
        axes.loglog(self.steps, self.remainders, "o-", label=f"remainder, rate {self.rate:.2f}")
        first = self.remainders[0]
        for power, style, label in ((1, ":", "step: wrong"), (2, "--", "step²: right")):
            line = first * (self.steps / self.steps[0]) ** power
            axes.loglog(self.steps, line, style, color="grey", label=label)
        axes.set_xlabel("step")
        axes.set_ylabel("|f(x + h d) − f(x) − h ∇f(x) · d|")
        axes.legend(frameon=False)
        return axes


@np.errstate(all="ignore")
def taylor_test(
    f: Any,
    *point: Any,
    grad: Callable[..., Any] | None = None,
    wrt: int | str | Sequence[int | str] | None = None,
    plot: bool = False,
    seed: int = 0,
    **named: Any,
) -> Remainders:
    """The rate at which f(x + h d) − f(x) − h ∇f(x) · d vanishes with h, along a random direction.

    If the gradient is right, it is about 2: the remainder is of second order. If the gradient is
    wrong, a part proportional to h remains, and the rate is about 1. There is no tolerance.

    Parameters
    ----------
    f, *point, grad, wrt, **named
        As in `check_grad`. If f has several results, it tests their sum with random weights.
    plot : bool
        Whether to draw the remainder against the step with matplotlib, into the current axes (or
        new ones).
    seed : int
        The seed for drawing the direction and the weights.

    Returns
    -------
    Remainders
        ``result.rate`` is the rate.

    Raises
    ------
    GradientError
        If the function is not finite at the point or near it; if it is so noisy that a gradient
        that is 3 % off would not be noticed; or if a derivative does not have the shape of its
        argument.
    TypeError, ValueError
        As in `check_grad`.

    References
    ----------
    Farrell, Ham, Funke and Rognes, "Automated derivation of the adjoint of high-level transient
    finite element programs", *SIAM Journal on Scientific Computing* 35 (2013), section 6.

    Examples
    --------
    >>> import numpy as np
    >>> from minigrad.testing import taylor_test
    >>> x = np.array([0.3, 1.2])
    >>> round(taylor_test(lambda x: np.sum(x**3), x, grad=lambda x: 3 * x**2).rate, 1)
    2.0
    >>> round(taylor_test(lambda x: np.sum(x**3), x, grad=lambda x: 3.1 * x**2).rate, 1)
    1.0
    """
    judged = differentiable(f, point, named, grad, wrt)
    arrays = judged.point
    inputs = [arrays[i] for i in judged.wrt]
    random = np.random.default_rng(seed)
    direction = [scales(x) * signed(x.shape, random) for x in inputs]
    value = judged.values(arrays)
    weights = signed(len(value), random)
    names = [judged.names[i] for i in judged.wrt]
    gradients = checked_shapes(names, inputs, judged.gradients(arrays, weights))
    slope = sum(np.sum(g * d) for g, d in zip(gradients, direction, strict=True))

    def change(step: float) -> float:
        moved = away(arrays, judged.wrt, direction, step)
        return float(np.sum(weights * (judged.values(moved) - value)))

    steps = _LONGEST_STEP / 2.0 ** np.arange(_N_STEPS)
    changes = np.array([change(step) for step in steps])
    remainders = np.abs(changes - steps * slope)
    if not np.isfinite(remainders).all():
        raise GradientError("taylor_test: the function is not finite at the point or near it")
    noise = _CLEAR * 8 * judged.precision * float(np.sum(np.abs(weights * value)))
    rate = _rate(steps, remainders, noise)
    around = abs(changes[0]) / steps[0] if changes.any() else _slope_far_away(change)
    # No more than this can be left of the slope.
    hidden = np.min(np.maximum(remainders, noise) / steps)
    is_constant = not (slope or around)
    shown = max(_OFF * abs(slope), _NEGLIGIBLE * around)
    if rate > 1.5 and not is_constant and _AS_LARGE * hidden > shown:
        raise GradientError(
            "taylor_test: the function's values are too noisy: the remainder of a gradient that is "
            f"{_OFF:.0%} off would not be told from their rounding; take another point, or take away "
            "what is large and constant"
        )
    result = Remainders(steps, remainders, rate)
    if plot:
        import matplotlib.pyplot as plt  # not needed to test

        result.plot(plt.gca())
    return result


def _rate(steps: np.ndarray, remainders: np.ndarray, noise: float) -> float:
    """The slope of the remainder in a plot of logarithms, at the shortest steps clear of noise."""
    clear = np.flatnonzero(remainders > noise)[-_N_FITTED:]
    if len(clear) < 2:
        return float("inf")
    slope, _ = np.polyfit(np.log(steps[clear]), np.log(remainders[clear]), 1)
    return float(slope)


def _slope_far_away(change: Callable[[float], float]) -> float:
    """The slope to the nearest place with another value, of a function that is constant here."""
    for distance in _FAR_AWAY:
        moved = change(distance)
        if moved and np.isfinite(moved):
            return abs(moved / distance)
    return 0.0
