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
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

# The function along a line: from the distance to any number of results.
Line = Callable[[float], np.ndarray]

# No round number, so that no periodic function looks constant.
_LONGEST_STEP = 0.2137
# Where a function that is saturated here may not be. At -1 the numbers themselves are 0.
_FAR_AWAY = (-1.0, 1.0, -16.0, 16.0, -1024.0, 1024.0)
# The kinds of differences, and the powers of the step that the errors of each consist of, if the
# function is smooth.
_CENTRAL, _SECOND, _RIGHT, _LEFT = range(4)
_POWERS = np.array([(2, 4, 6, 8), (1, 3, 5, 7), (1, 2, 3, 4), (1, 2, 3, 4)])
_FACTORS = 1 / (2.0 ** _POWERS.T[:, :, np.newaxis] - 1)
# Steps get smaller until the error is this part of the slope, or cannot become less.
_GOOD_ENOUGH = 1e-9
# So many steps more are tried when noise has taken over, to be sure.
_PATIENCE = 6
_N_POINTS, _N_COARSE = 6, 9
_STEP_OF_FLOAT32 = 1.5e-5


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
    saturated : float
        What part of the error there is because results stand still, though elsewhere they do not.
    largest : float
        How large the results are together, here or where the numbers are 0 or twice as large.
    """

    value: float
    error: float
    kind: str = "smooth"
    width: float = 0.0
    around: float = 0.0
    saturated: float = 0.0
    largest: float = 0.0


def slope(line: Line, weights: np.ndarray, precision: float) -> Slope:
    """The derivative at 0 of the weighted sum of a line's results.

    Each result is treated by itself, so that large ones do not drown small ones.

    Parameters
    ----------
    line : callable
        From a number of any size up to 1024 to a float64 array, always of the same shape.
    weights : array
        Of that shape.
    precision : float
        The relative rounding error of the results, as far as their dtype tells.
    """
    at_0 = line(0.0)
    if not np.isfinite(at_0).all():
        return Slope(math.nan, math.inf, "undefined")
    closely = _Closely(line, at_0, precision)
    table = _Table(at_0, closely)
    step, patience = _LONGEST_STEP, _PATIENCE
    while step > 64 * precision and patience:
        table.add(step, line(step), line(-step))
        if closely.contradicts(table.best[_CENTRAL], table.best_error[_CENTRAL], weights):
            patience = _PATIENCE + 1
        elif table.error(weights) <= _GOOD_ENOUGH * abs(table.value(weights)):
            patience = min(patience, 3)
        elif not table.is_noisy(weights):
            patience = _PATIENCE + 1
        patience -= 1
        step /= 2
    sizes = np.abs(weights)
    return replace(
        table.judged(weights),
        around=table.around(weights),
        saturated=float(np.sum(sizes * table.best_error[_CENTRAL], where=closely.is_saturated)),
        largest=float(np.sum(sizes * closely.largest)),
    )


class _Closely:
    """How the results of a line look next to 0: how far rounding moves them, and how steep they are.

    Parameters
    ----------
    line : callable
    at_0 : array
    precision : float

    Attributes
    ----------
    is_saturated : array
        Which results stand still here, up to the longest step, though not everywhere.
    largest : array
        How large the results are, here or where the numbers are 0 or twice as large.
    """

    def __init__(self, line: Line, at_0: np.ndarray, precision: float) -> None:
        self._at_0, self._precision = at_0, precision
        shortest, coarse = 256 * precision, math.sqrt(precision) / 4
        after, before = (_values(line, at_0, 0.0, step, _N_COARSE) for step in (coarse, -coarse))
        self._noise = np.maximum(_noise(line, at_0, shortest), _coarse_noise(after, before))
        # What cancels at 0, as log(1 + x) - x does, need not cancel elsewhere.
        far = _values(line, at_0, _LONGEST_STEP, shortest)
        far_noise = np.max([size for size, _ in _scatter(far)], axis=0)
        self._more_noise = np.maximum(far_noise - self._noise, 0) / _LONGEST_STEP

        # What never changes is exact; what stands still only here is rounded.
        others = np.array([*map(line, _FAR_AWAY), far[0]])
        others = np.where(np.isfinite(others), others, at_0)
        self.largest = np.max(np.abs([at_0, *others[:2]]), axis=0)
        self._may_change = np.any(others != at_0, axis=0)
        # And what is saturated is rounded from numbers as large as those elsewhere: 0 may be 1 - 1.
        rounding = 2 * precision * np.max(np.abs(others), axis=0)
        stands_still = np.all([*after, *before, others[-1]] == at_0, axis=0)
        self.is_saturated = stands_still & self._may_change
        self._noise = np.maximum(self._noise, np.where(self.is_saturated, rounding, 0.0))

        distance = _N_COARSE * coarse
        self._slope = (after[-1] - before[-1]) / (2 * distance)
        # The points themselves are rounded.
        self._noise = self._noise + precision * np.abs(self._slope)
        self._slope_error = (
            4 * np.max(self.moves(distance, [after[-1], before[-1]]), axis=0) / distance
        )

    def moves(self, distance: float, values: ArrayLike) -> np.ndarray:
        """By how much rounding may move results that are that far from 0, or those at 0."""
        largest = np.maximum(np.abs(values), np.abs(self._at_0))
        changes = (values != self._at_0) | self._may_change
        noise = self._noise + distance * self._more_noise
        return np.maximum(noise, 2 * self._precision * np.where(changes, largest, 0.0))

    def contradicts(self, slopes: np.ndarray, errors: np.ndarray, weights: np.ndarray) -> bool:
        """Whether they must be other slopes: steps were too long to see what is narrow."""
        is_other = np.abs(slopes - self._slope) > 4 * errors + self._slope_error
        return bool(np.any(is_other & (weights != 0)))


class _Table:
    """The differences of a line's results over shorter and shorter steps, extrapolated to 0.

    There are four kinds of differences, each of which extrapolates on its own: over both sides,
    over the right, over the left, and the second ones, which tell how far left and right differ.

    Parameters
    ----------
    at_0 : array
    closely : _Closely

    Attributes
    ----------
    best, best_error : array
        Of each kind, and of each result, the best value so far, and how far it may be off.
    """

    def __init__(self, at_0: np.ndarray, closely: _Closely) -> None:
        self._at_0, self._closely = at_0, closely
        shape = (len(_POWERS), *at_0.shape)
        self.best, self.best_error = np.full(shape, math.nan), np.full(shape, math.inf)
        self._noise = np.zeros(shape)
        self._row: list[np.ndarray] = []
        self._gaps: deque[np.ndarray] = deque(maxlen=5)
        self._longest = np.zeros_like(at_0)

    @np.errstate(all="ignore")
    def add(self, step: float, after: np.ndarray, before: np.ndarray) -> None:
        """Take in the results at half the last step to the right and to the left."""
        to_right, to_left = after - self._at_0, self._at_0 - before
        of_right, of_left = self._closely.moves(step, [after, before])
        of_both = np.maximum(of_right, of_left)
        differences = [(after - before) / 2, to_right - to_left, to_right, to_left]
        noise = [of_both, 4 * of_both, 2 * of_right, 2 * of_left]
        self._extrapolate(np.array(differences) / step, np.array(noise) / step)

        self._gaps.append(np.abs(after - before) - 8 * of_both)
        longest = np.fmax(np.abs(to_right), np.abs(to_left)) / step
        is_new = (self._longest == 0) & np.isfinite(longest)
        self._longest = np.where(is_new, longest, self._longest)

    def _extrapolate(self, differences: np.ndarray, noise: np.ndarray) -> None:
        row = [differences]
        for last, factor in zip(self._row, _FACTORS, strict=False):
            row.append(row[-1] + (row[-1] - last) * factor)
            apart = np.maximum(np.abs(row[-1] - row[-2]), np.abs(row[-1] - last))
            is_last = len(row) == 1 + min(len(self._row), len(_FACTORS))
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

    def is_known(self, kind: int) -> bool:
        return bool(np.isfinite(self.best_error[kind]).all())

    def value(self, weights: np.ndarray, kind: int = _CENTRAL) -> float:
        return float(np.sum(weights * self.best[kind]))

    def error(self, weights: np.ndarray, kind: int = _CENTRAL) -> float:
        return float(np.sum(np.abs(weights) * self.best_error[kind]))

    def is_noisy(self, weights: np.ndarray) -> bool:
        """Whether noise alone makes the last difference worse than the best."""
        return float(np.sum(np.abs(weights) * self._noise[_CENTRAL])) > self.error(weights)

    def around(self, weights: np.ndarray) -> float:
        """The slope of the longest secants."""
        return float(np.sum(np.abs(weights) * self._longest))

    def judged(self, weights: np.ndarray) -> Slope:
        """What the extrapolations of the differences say together."""
        if not self.is_known(_CENTRAL):
            for side in (_RIGHT, _LEFT):
                if self.is_known(side):
                    return Slope(self.value(weights, side), self.error(weights, side), "edge")
            return Slope(math.nan, math.inf, "undefined")
        value, error = self.value(weights), self.error(weights)
        # A gap does not close as the steps get shorter: in the last five to a sixteenth.
        is_jump = np.min(self._gaps, axis=0) > np.max(self._gaps, axis=0) / 2
        if error > abs(value) / 2 and np.any(is_jump & (weights != 0)):
            return Slope(value, math.inf, "jump", math.inf)
        width = np.abs(self.best[_SECOND])
        is_kink = (width > 10 * self.best_error[_SECOND]) & (weights != 0)
        if np.any(is_kink):
            # Of many results some have kinks that point up: they must not cancel the others'.
            return Slope(
                value, error, "kink", float(np.sum(np.abs(weights) * width, where=is_kink))
            )
        return Slope(value, error)


def _noise(line: Line, at_0: np.ndarray, shortest: float) -> np.ndarray:
    """How much the results scatter between points that are next to each other, on both sides.

    The third and fourth differences of a smooth function over steps so small are nothing but
    noise. Where no result moves, steps may be lost in rounding inside the function, to float32:
    longer ones are taken.
    """
    sizes = []
    for side in (1, -1):
        values = _values(line, at_0, 0.0, side * shortest)
        if np.all(values == values[0]) and shortest < _STEP_OF_FLOAT32:
            values = _values(line, at_0, 0.0, side * _STEP_OF_FLOAT32)
        sizes += [size for size, _ in _scatter(values)]
    return np.max(sizes, axis=0)


def _coarse_noise(*sides: np.ndarray) -> np.ndarray:
    """How much the results scatter over steps that are not quite so small, but up and down.

    What was rounded to coarse numbers on the way, as 1 − y for y near 1, stands still over the
    shortest steps. Over these a smooth function bends, but all one way.
    """
    noise = []
    for values in sides:
        sizes = [np.where(both, size, 0) for size, both in _scatter(values)]
        noise.append(np.max(sizes, axis=0))
    return np.max(noise, axis=0)


def _values(
    line: Line, at_0: np.ndarray, start: float, step: float, count: int = _N_POINTS
) -> np.ndarray:
    """The results at points in a row; beyond an edge, where the dtype alone must tell, those at 0."""
    values = np.array([line(start + i * step) for i in range(1, count + 1)])
    return values if np.isfinite(values).all() else np.broadcast_to(at_0, values.shape)


def _scatter(values: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The noise that the third and the fourth differences show; whether these have both signs."""
    for order in (3, 4):
        differences = np.diff(values, order, axis=0)
        variance = math.factorial(order) ** 2 / math.factorial(2 * order)
        size = 3 * np.sqrt(variance * np.mean(differences**2, axis=0))
        yield size, (differences.min(axis=0) < 0) & (differences.max(axis=0) > 0)
