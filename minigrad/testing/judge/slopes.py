"""The slope of a function of one number at 0, by finite differences, with a bound on its error.

Nobody chooses a step. Differences are taken over a sequence of steps, each half of the one before,
and extrapolated to a step of 0 (Richardson). Their error is estimated from the distance between
extrapolations of different steps, and from the noise that rounding leaves in the function's
values. The result is the extrapolation with the smallest error.

References
----------
C. J. F. Ridders, "Accurate computation of F'(x) and F'(x) F''(x)", *Advances in Engineering
Software* 4 (1982): the extrapolation, and its error from that of neighbours in the table.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .neighbourhood import LONGEST_STEP, AlongLine, Neighbourhood

# The kinds of differences, and the powers of the step that the errors of each consist of, if the
# function is smooth.
_CENTRAL, _SECOND, _RIGHT, _LEFT = range(4)
_SIDES = _CENTRAL, _RIGHT, _LEFT
_POWERS = np.array([(2, 4, 6, 8), (1, 3, 5, 7), (1, 2, 3, 4), (1, 2, 3, 4)])
_FACTORS = 1 / (2.0 ** _POWERS.T[:, :, np.newaxis] - 1)
# Steps get smaller until the error is this part of the slope, or cannot become less.
_GOOD_ENOUGH = 1e-9
# So many steps more are tried when noise has taken over, to be sure.
_PATIENCE = 6
# A slope is infinite if over so many steps in a row it grows, each time by so many times as much as
# before; if by twice as much, that is a jump, which rounding makes too.
_N_GROWING, _AS_MUCH, _LIKE_A_JUMP = 8, 0.8, 1.9
# A spike shows over so many steps at least.
_N_SPIKE = 5
# So often it is asked whether rounding is the reason why long and short steps disagree.
_N_LOOKS = 8


@dataclass(frozen=True)
class Slope:
    """The derivative of a line's weighted results at 0.

    The kind is 'smooth' if the function has one slope there; 'kink' if it has one on each side;
    'jump' if it jumps; 'spike' if its value at 0 differs from those around, so that both slopes are
    infinite; 'stair' if it is constant between jumps, like numbers rounded to few bits; 'infinite'
    if its slope grows without limit for shorter steps; 'edge' if it is defined on one side only,
    whose slope this is; 'undefined' if it is not defined at 0.
    """

    value: float  # at a kink, the mean of the slopes of both sides
    error: float  # a bound on its distance from the truth, as far as the values tell
    kind: str = "smooth"
    width: float = 0.0  # by how much the slopes of the two sides differ, at a kink
    around: float = 0.0  # the slope of the secants to the points furthest away
    over_stairs: float = math.nan  # the slope over steps longer than the stairs
    saturated: float = 0.0  # the part of the error of what stands still, though not elsewhere
    largest: float = 0.0  # how large the results are: see `Neighbourhood`


def slope(line: AlongLine, weights: np.ndarray, precision: float, reach: float = 1.0) -> Slope:
    """The derivative at 0 of the weighted sum of a line's results.

    The precision is the relative rounding error of the results, by their dtype; the reach is the
    distance at which the moved numbers are 0 or twice as large.
    """
    at_0 = line(0.0)
    if not at_0.size:
        return Slope(0.0, 0.0)
    if not np.isfinite(at_0).all():
        return Slope(math.nan, math.inf, "undefined")
    nearby = Neighbourhood(line, at_0, precision, reach)
    table = _Table(at_0, nearby)
    over_stairs = table.best[_CENTRAL]
    step, patience, looks = LONGEST_STEP, _PATIENCE, _N_LOOKS
    while step > 64 * precision and patience:
        table.add(step, line(step), line(-step))
        other = nearby.contradicts(table.best[_CENTRAL], table.best_error[_CENTRAL], weights)
        if other is not None:
            patience = _PATIENCE + 1
            if looks and nearby.finds_stairs(step, other):
                table, step, looks = _Table(at_0, nearby), 2 * LONGEST_STEP, looks - 1
            else:
                over_stairs = table.best[_CENTRAL] if looks else over_stairs
                looks = 0
        elif table.error(weights) <= _GOOD_ENOUGH * abs(table.value(weights)):
            patience = min(patience, 3)
        elif not table.is_noisy(weights):
            patience = _PATIENCE + 1
        patience -= 1
        step /= 2
    sizes = np.abs(weights)
    judged = table.judged(weights)
    on_stair = nearby.is_on_stair & (weights != 0)
    if judged.kind == "smooth" and np.any(on_stair):
        longer = np.where(on_stair, over_stairs, table.best[_CENTRAL])
        judged = replace(judged, kind="stair", over_stairs=float(np.sum(weights * longer)))
    if np.any(nearby.is_only_noise & (weights != 0)):
        judged = replace(judged, error=math.inf)
    return replace(
        judged,
        around=float(np.sum(sizes * table.longest)),
        saturated=float(np.sum(sizes * table.best_error[_CENTRAL], where=nearby.is_saturated)),
        largest=float(np.sum(sizes * nearby.largest)),
    )


class _Table:
    """The differences of a line's results over shorter and shorter steps, extrapolated to 0.

    In `best` is the best value so far for each kind of difference and each result, in `best_error`
    how far it may be off.
    """

    def __init__(self, at_0: np.ndarray, nearby: Neighbourhood) -> None:
        self._at_0, self._nearby = at_0, nearby
        shape = (len(_POWERS), *at_0.shape)
        self.best, self.best_error = np.full(shape, math.nan), np.full(shape, math.inf)
        self._noise = np.zeros(shape)
        self._row: list[np.ndarray] = []
        self._gaps: deque[np.ndarray] = deque(maxlen=5)
        self._heights: deque[np.ndarray] = deque(maxlen=_N_GROWING)
        self._secants: deque[np.ndarray] = deque(maxlen=_N_GROWING + 1)
        self.longest = np.zeros_like(at_0)

    def add(self, step: float, after: np.ndarray, before: np.ndarray) -> None:
        """Take in the results at half the last step to the right and to the left."""
        to_right, to_left = after - self._at_0, self._at_0 - before
        of_right, of_left = self._nearby.moves(step, [after, before])
        of_both = np.maximum(of_right, of_left)
        differences = [(after - before) / 2, to_right - to_left, to_right, to_left]
        noise = [of_both, 4 * of_both, 2 * of_right, 2 * of_left]
        self._extrapolate(np.array(differences) / step, np.array(noise) / step)

        sides = np.array([to_right, to_left])
        is_clear = np.abs(sides) > 8 * np.array([of_right, of_left])
        self._secants.append(np.where(is_clear, sides / step, 0.0))
        self._gaps.append(np.abs(after - before) - 8 * of_both)
        self._heights.append(np.abs(to_right - to_left) - 16 * of_both)
        longest = np.fmax(np.abs(to_right), np.abs(to_left)) / step
        is_new = (self.longest == 0) & np.isfinite(longest)
        self.longest = np.where(is_new, longest, self.longest)

    def _extrapolate(self, differences: np.ndarray, noise: np.ndarray) -> None:
        row = [differences]
        for last, factor in zip(self._row, _FACTORS, strict=False):
            row.append(row[-1] + (row[-1] - last) * factor)
            apart = np.maximum(np.abs(row[-1] - row[-2]), np.abs(row[-1] - last))
            is_last = len(row) == 1 + min(len(self._row), len(_FACTORS))
            self._consider(row[-1], apart + 2 * noise, is_last)
        self._row, self._noise = row, noise

    def _consider(self, value: np.ndarray, error: np.ndarray, is_last: bool) -> None:
        """Take a value as the best if its error is the least, or if it shows the best to be wrong."""
        is_better = error < self.best_error
        if is_last:
            # Long steps may agree by chance.
            is_better |= np.abs(value - self.best) > 4 * (error + self.best_error)
        self.best = np.where(is_better, value, self.best)
        self.best_error = np.where(is_better, error, self.best_error)

    def value(self, weights: np.ndarray, kind: int = _CENTRAL) -> float:
        return float(np.sum(weights * self.best[kind]))

    def error(self, weights: np.ndarray, kind: int = _CENTRAL) -> float:
        return float(np.sum(np.abs(weights) * self.best_error[kind]))

    def is_noisy(self, weights: np.ndarray) -> bool:
        """Whether noise alone makes the last difference worse than the best."""
        return float(np.sum(np.abs(weights) * self._noise[_CENTRAL])) > self.error(weights)

    def judged(self, weights: np.ndarray) -> Slope:
        """The slope that the extrapolations of the differences lead to together."""
        value, error = self.value(weights), self.error(weights)
        # A gap that does not close as the steps get shorter: in the last five to a sixteenth.
        if error > abs(value) / 2 and _stay(self._gaps, weights):
            return Slope(value, math.inf, "jump", math.inf)
        # The value here is far from those on both sides, though slopes may look smooth.
        if len(self._heights) >= _N_SPIKE and _stay(self._heights, weights):
            return Slope(value, error, "spike")
        growing = self._growing(weights)
        if growing:
            return Slope(math.copysign(math.inf, growing), math.inf, "infinite")
        known = [kind for kind in _SIDES if np.isfinite(self.best_error[kind]).all()]
        if not known:
            return Slope(math.nan, math.inf, "undefined")
        if known[0] != _CENTRAL:
            return Slope(self.value(weights, known[0]), self.error(weights, known[0]), "edge")
        width = np.abs(self.best[_SECOND])
        is_kink = (width > 10 * self.best_error[_SECOND]) & (weights != 0)
        # Some of many results have kinks that point up: these must not cancel the others.
        total = float(np.sum(np.abs(weights) * width, where=is_kink))
        return Slope(value, error, "kink", total) if np.any(is_kink) else Slope(value, error)

    def _growing(self, weights: np.ndarray) -> float:
        """The weighted slopes of the results that get steeper without end on some side, or 0."""
        changes = np.diff(self._secants, axis=0)
        if len(changes) < _N_GROWING:
            return 0.0
        times = changes[1:] / changes[:-1]
        goes_on = (times >= _AS_MUCH) & (times < _LIKE_A_JUMP)
        grows = np.all(goes_on & (changes[1:] * self._secants[-1] > 0), axis=0)
        sides = np.sum(weights * self._secants[-1], axis=1, where=grows)
        return float(sides[0] or sides[1])


def _stay(gaps: Sequence[np.ndarray], weights: np.ndarray) -> bool:
    """Whether a gap of some result is as wide, nearly, over short steps as over long ones."""
    stays = np.min(gaps, axis=0) > np.max(gaps, axis=0) / 2
    return bool(np.any(stays & (weights != 0)))
