"""The slope of a function of one number at 0, by finite differences, with a bound on its error.

Nobody chooses a step. Differences are taken over a ladder of steps, each half of the one before,
and extrapolated to a step of 0 (Richardson). How far extrapolations of different steps lie apart
tells their error; so does the noise that rounding leaves in the function's values. The best of all
is the result.

References
----------
- C. J. F. Ridders, "Accurate computation of F'(x) and F'(x) F''(x)", *Advances in Engineering
  Software* 4 (1982): the extrapolation, and its error from that of neighbours in the table.
- J. J. Moré and S. M. Wild, "Estimating computational noise", *SIAM Journal on Scientific
  Computing* 33 (2011): the noise, from differences of values that are close together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

# The function along a line: from the distance to any number of results.
Line = Callable[[float], np.ndarray]

# No round number, so that no periodic function looks constant.
_LONGEST_STEP = 0.2137
# Powers of the step that the errors of differences consist of, if the function is smooth.
_OF_CENTRAL, _OF_ONE_SIDED, _OF_SECOND = (2, 4, 6, 8), (1, 2, 3, 4), (1, 3, 5)
# Steps get smaller until the error is this part of the slope, or cannot become less.
_GOOD_ENOUGH = 1e-9
# So many steps more are tried when noise has taken over, to be sure.
_PATIENCE = 6
_N_POINTS = 6


@dataclass(frozen=True)
class Slope:
    """The derivative of a line's weighted results at 0.

    Attributes
    ----------
    value : float
        At a kink, the mean of the slopes of both sides.
    error : float
        What its distance from the truth is at most, as far as the values tell.
    kind : {'smooth', 'kink', 'jump', 'edge', 'undefined'}
        Whether the function has one slope there, or one on each side; whether it jumps; whether it
        is defined on one side alone, and has the slope of that side; or not even at 0.
    width : float
        By how much the slopes of the two sides differ, at a kink.
    around : float
        The slope of the secants to the points furthest away: what is not small here.
    """

    value: float
    error: float
    kind: str = "smooth"
    width: float = 0.0
    around: float = 0.0


def slope(line: Line, weights: np.ndarray, precision: float) -> Slope:
    """The derivative at 0 of the weighted sum of a line's results.

    Each result is treated by itself, so that large ones do not drown small ones.

    Parameters
    ----------
    line : callable
        From a number of any size up to 1 to a float64 array, always of the same shape.
    weights : array
        Of that shape.
    precision : float
        The relative rounding error of the results, as far as their dtype tells.
    """
    at_0 = line(0.0)
    if not np.isfinite(at_0).all():
        return Slope(math.nan, math.inf, "undefined")
    noise = np.maximum(_noise(line, at_0, precision), _noise(lambda t: line(-t), at_0, precision))
    table = _Table(at_0, noise, precision)
    step, patience = _LONGEST_STEP, _PATIENCE
    while step > 64 * precision and patience:
        table.add(step, line(step), line(-step))
        error = table.central.error(weights)
        if error <= _GOOD_ENOUGH * abs(table.central.value(weights)):
            patience = min(patience, 3)
        elif not table.central.is_noisy(weights):
            patience = _PATIENCE + 1
        patience -= 1
        step /= 2
    return replace(table.judged(weights), around=table.around(weights))


class _Table:
    """The differences of a line's results, in both directions and in each.

    Parameters
    ----------
    at_0 : array
    noise : array
        How far the results scatter, as far as that was measured.
    precision : float
    """

    def __init__(self, at_0: np.ndarray, noise: np.ndarray, precision: float) -> None:
        self._at_0, self._noise, self._precision = at_0, noise, precision
        self.central = _Extrapolation(at_0.shape, _OF_CENTRAL)
        self._second = _Extrapolation(at_0.shape, _OF_SECOND)
        self._right = _Extrapolation(at_0.shape, _OF_ONE_SIDED)
        self._left = _Extrapolation(at_0.shape, _OF_ONE_SIDED)
        self._gap = np.zeros_like(at_0)
        self._longest = np.zeros_like(at_0)

    def add(self, step: float, after: np.ndarray, before: np.ndarray) -> None:
        """Take in the results at a step to the right and at one to the left."""
        at_0 = self._at_0
        with np.errstate(all="ignore"):
            scatter = self._scatter(at_0, after, before)
            self.central.add((after - before) / (2 * step), scatter / step)
            self._second.add((after - 2 * at_0 + before) / step, 4 * scatter / step)
            self._right.add((after - at_0) / step, 2 * self._scatter(at_0, after) / step)
            self._left.add((at_0 - before) / step, 2 * self._scatter(at_0, before) / step)
            self._gap = np.abs(after - before) - 8 * scatter
            longest = np.fmax(np.abs(after - at_0), np.abs(before - at_0)) / step
            is_new = (self._longest == 0) & np.isfinite(longest)
            self._longest = np.where(is_new, longest, self._longest)

    def around(self, weights: np.ndarray) -> float:
        """The slope of the longest secants."""
        return float(np.sum(np.abs(weights) * self._longest))

    def judged(self, weights: np.ndarray) -> Slope:
        """What the extrapolations of the differences say together."""
        central, second = self.central, self._second
        if not central.is_known():
            for side in (self._right, self._left):
                if side.is_known():
                    return Slope(side.value(weights), side.error(weights), "edge")
            return Slope(math.nan, math.inf, "undefined")
        value, error = central.value(weights), central.error(weights)
        if error > abs(value) / 2 and np.any((self._gap > 0) & (weights != 0)):
            return Slope(value, math.inf, "jump", math.inf)
        is_kink = np.abs(second.best) > 10 * second.best_error
        if np.any(is_kink & (weights != 0)):
            # Of many results some have kinks that point up: they must not cancel the others'.
            width = float(np.sum(np.abs(weights * second.best), where=is_kink))
            return Slope(value, error, "kink", width)
        return Slope(value, error)

    def _scatter(self, *values: np.ndarray) -> np.ndarray:
        """How far rounding may move each of the results; nowhere if they do not change at all."""
        largest = np.max(np.abs(values), axis=0)
        is_constant = np.all([other == values[0] for other in values[1:]], axis=0)
        return np.where(is_constant, 0.0, np.maximum(self._noise, 2 * self._precision * largest))


class _Extrapolation:
    """Differences over shorter and shorter steps, extrapolated to a step of 0.

    Parameters
    ----------
    shape : tuple of int
        Of the differences.
    powers : sequence of int
        The powers of the step that a difference's error consists of.
    """

    def __init__(self, shape: tuple[int, ...], powers: Sequence[int]) -> None:
        self._powers = powers
        self._row: list[np.ndarray] = []
        self.best = np.full(shape, math.nan)
        self.best_error = np.full(shape, math.inf)
        self._noise = np.zeros(shape)

    def add(self, difference: np.ndarray, noise: np.ndarray) -> None:
        """Take in the difference over half of the last step, and how uncertain noise makes it."""
        row = [difference]
        for last, power in zip(self._row, self._powers, strict=False):
            row.append(row[-1] + (row[-1] - last) / (2**power - 1))
            apart = np.maximum(np.abs(row[-1] - row[-2]), np.abs(row[-1] - last))
            is_last = len(row) == 1 + min(len(self._row), len(self._powers))
            self._consider(row[-1], apart + 2 * noise, is_last)
        self._row, self._noise = row, noise

    def _consider(self, value: np.ndarray, error: np.ndarray, is_last: bool) -> None:
        """Take a value as the best if its error is the least, or if it shows the best to be wrong.

        Long steps may agree by chance; what the last extrapolation from shorter ones contradicts
        was such a chance. Nothing is taken where something is not a number.
        """
        is_better = error < self.best_error
        if is_last:
            is_better |= np.abs(value - self.best) > 4 * (error + self.best_error)
        self.best = np.where(is_better, value, self.best)
        self.best_error = np.where(is_better, error, self.best_error)

    def is_known(self) -> bool:
        return bool(np.isfinite(self.best_error).all())

    def value(self, weights: np.ndarray) -> float:
        return float(np.sum(weights * self.best))

    def error(self, weights: np.ndarray) -> float:
        return float(np.sum(np.abs(weights) * self.best_error))

    def is_noisy(self, weights: np.ndarray) -> bool:
        """Whether noise alone makes the last difference worse than the best."""
        return float(np.sum(np.abs(weights) * self._noise)) > self.error(weights)


def _noise(line: Line, at_0: np.ndarray, precision: float) -> np.ndarray:
    """How much the results scatter between points that are next to each other, right of 0.

    The third and fourth differences of a smooth function over steps so small are nothing but
    noise. Where no result moves, the steps are lost in rounding inside the function: longer ones
    are taken.
    """
    step = 256 * precision
    while True:
        values = np.array([line(i * step) for i in range(1, _N_POINTS + 1)])
        if not np.isfinite(values).all():
            return np.zeros_like(at_0)  # beyond an edge; the dtype alone must tell
        if step > 1e-3 or np.any(values != values[0]):
            break
        step *= 16
    estimates = []
    for order in (3, 4):
        differences = np.diff(values, order, axis=0)
        variance = math.factorial(order) ** 2 / math.factorial(2 * order)
        estimates.append(np.sqrt(variance * np.mean(differences**2, axis=0)))
    return 3 * np.maximum(*estimates)
