"""The neighbourhood of a point on a line: how far rounding moves values there, how steep they are.

References
----------
J. J. Moré and S. M. Wild, "Estimating computational noise", *SIAM Journal on Scientific Computing*
33 (2011): the noise, from differences of values that are close together.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

# The function along a line: from the distance to any number of results.
AlongLine = Callable[[float], np.ndarray]

# No round number, so that no periodic function looks constant.
LONGEST_STEP = 0.2137
# Where a function that is saturated here may not be. At -1 the numbers themselves are 0.
_FAR_AWAY = (-1.0, 1.0, -16.0, 16.0, -1024.0, 1024.0)
_N_POINTS, _N_COARSE = 6, 9
_STEP_OF_FLOAT32 = 1.5e-5
# In so many halvings of an interval a jump shows, in the last of them.
_N_HALVINGS, _N_LAST_HALVINGS = 42, 8
# To this power of the precision rounding may make results jump, if numbers on the way are large:
# far less than what is rounded on purpose.
_OF_ROUNDING = 0.6
# And so far rounding to float32, which some functions do inside.
_OF_FLOAT32 = 2 * float(np.finfo("float32").eps)
# So many units of 1 may be left of terms that cancel, and these have no size of their own.
REST = 1e5
# What scatters by more than this part of its size does not show whether it climbs.
_ONLY_NOISE = 1e-2
# What numbers of each precision are rounded to where they are denormal.
_SMALLEST = {
    float(info.eps): float(info.smallest_subnormal)
    for info in map(np.finfo, ("float16", "float32", "float64"))
}


class Neighbourhood:
    """The results of a line next to 0: how far rounding moves them, and how steep they are.

    `is_only_noise` tells which results scatter as much as no rounding makes them; `is_saturated` which
    stand still here, up to the longest step, though not everywhere; `is_on_stair` which stand still
    between jumps that are no rounding. In `largest` is how large the results are, up to `reach`.
    """

    def __init__(
        self, line: AlongLine, at_0: np.ndarray, precision: float, reach: float = 1.0
    ) -> None:
        self._line, self._at_0, self._precision = line, at_0, precision
        self._reach = reach
        self._least = 4 * _SMALLEST.get(precision, _SMALLEST[2.0**-52])
        shortest, coarse = 256 * precision, math.sqrt(precision) / 4
        near = _both_sides(line, at_0, shortest, _N_POINTS)
        after, before = _both_sides(line, at_0, coarse, _N_COARSE)
        self._noise = np.maximum(_noise(*near), _noise(after, before, is_coarse=True))
        if np.all(near == at_0) and coarse < _STEP_OF_FLOAT32:
            # Steps may be lost in rounding inside the function, to float32.
            longer = _both_sides(line, at_0, _STEP_OF_FLOAT32, _N_COARSE)
            self._noise = np.maximum(self._noise, _noise(*longer, is_coarse=True))
        # What cancels at 0, as log(1 + x) - x does, need not cancel elsewhere.
        far = _values(line, at_0, LONGEST_STEP, shortest, _N_POINTS)
        self._more_noise = np.maximum(_noise(far) - self._noise, 0) / LONGEST_STEP

        # What never changes is nearly exact; what stands still only here is rounded.
        others = np.array([*(line(reach * distance) for distance in _FAR_AWAY), far[0]])
        others = np.where(np.isfinite(others), others, at_0)
        self.largest = np.max(np.abs([at_0, *others[:2]]), axis=0)
        all_sizes = np.maximum(np.abs(at_0), np.max(np.abs(others), axis=0))
        self.is_only_noise = self._noise > np.maximum(_ONLY_NOISE * all_sizes, REST * precision)
        self.is_on_stair = np.zeros(at_0.shape, bool)
        self._stands_still = np.all([*after, *before] == at_0, axis=0)
        self._may_change = np.any(others != at_0, axis=0)
        # And what is saturated is rounded from numbers as large as those elsewhere: 0 may be 1 - 1.
        rounding = 2 * precision * np.max(np.abs(others), axis=0)
        self.is_saturated = self._stands_still & (others[-1] == at_0) & self._may_change
        self._noise = np.maximum(self._noise, np.where(self.is_saturated, rounding, 0.0))

        self._ends, self._distance = np.array([after[-1], before[-1]]), _N_COARSE * coarse
        self._slope = (after[-1] - before[-1]) / (2 * self._distance)
        # The points themselves are rounded.
        self._noise = self._noise + precision * np.abs(self._slope)

    def moves(self, distance: float, values: ArrayLike) -> np.ndarray:
        """A bound on how far rounding moves results at that distance from 0, or those at 0."""
        largest = np.maximum(np.abs(values), np.abs(self._at_0))
        # What stays the same over so long a distance hides less of a slope.
        changes = (values != self._at_0) | self._may_change
        rounding = self._precision * np.where(changes, 2.0, 1 / (self._reach * _FAR_AWAY[-1]))
        noise = self._noise + distance * self._more_noise
        return np.maximum(np.maximum(noise, self._least), rounding * largest)

    def contradicts(
        self, slopes: np.ndarray, errors: np.ndarray, weights: np.ndarray
    ) -> int | None:
        """The result whose slope over the shortest steps contradicts these most, if one does."""
        is_known = np.isfinite(errors) & (weights != 0)
        own_error = 4 * np.max(self.moves(self._distance, self._ends), axis=0) / self._distance
        excess = np.abs(slopes - self._slope) - 4 * errors - own_error
        excess = np.where(is_known, excess, 0.0)
        worst = int(np.argmax(excess))
        return worst if excess[worst] > 0 else None

    def finds_stairs(self, step: float, k: int) -> bool:
        """Whether result k jumps, within a step of 0, as rounding makes it: that is noise then.

        While the interval is halved that its change is in, a jump stays what it is.
        """
        start, end = -step, step
        at_start, at_end = self._line(start), self._line(end)
        changes = []
        for _ in range(_N_HALVINGS):
            middle = (start + end) / 2
            at_middle = self._line(middle)
            left, right = np.abs(at_middle - at_start), np.abs(at_end - at_middle)
            if left[k] > right[k]:
                end, at_end = middle, at_middle
            else:
                start, at_start = middle, at_middle
            changes.append(np.maximum(left, right))
        jump = changes[-1]
        most = self._precision**_OF_ROUNDING * np.maximum(1.0, self.largest)
        most = np.maximum(most, _OF_FLOAT32 * self.largest)
        is_jump = (jump > changes[-_N_LAST_HALVINGS] / 4) & (jump > 2 * self._noise)
        is_stair = is_jump & (jump <= most)
        self._noise = np.where(is_stair, jump, self._noise)
        self.is_on_stair |= is_jump & ~is_stair & self._stands_still
        return bool(is_stair[k])


def _noise(*sides: np.ndarray, is_coarse: bool = False) -> np.ndarray:
    """The scatter of the results between points in a row, by their third and fourth differences.

    Over the shortest steps these are nothing but noise, if the function is smooth. But what was
    rounded to coarse numbers on the way, as 1 − y for y near 1, stands still there. Over coarse steps
    a smooth function bends, but all one way: there what goes both up and down is noise.
    """
    sizes = []
    for values in sides:
        for order in (3, 4):
            differences = np.diff(values, order, axis=0)
            variance = math.factorial(order) ** 2 / math.factorial(2 * order)
            size = 3 * math.sqrt(variance) * root_mean_square(differences)
            is_noise = (differences.min(axis=0) < 0) & (differences.max(axis=0) > 0)
            sizes.append(np.where(is_noise | (not is_coarse), size, 0))
    return np.max(sizes, axis=0)


def _both_sides(line: AlongLine, at_0: np.ndarray, step: float, count: int) -> np.ndarray:
    """The results at points in a row, after 0 and before it."""
    return np.array([_values(line, at_0, 0.0, side * step, count) for side in (1, -1)])


def _values(line: AlongLine, at_0: np.ndarray, start: float, step: float, count: int) -> np.ndarray:
    """The results at points in a row; beyond an edge, where the dtype alone must tell, those at 0."""
    values = np.array([line(start + i * step) for i in range(1, count + 1)])
    return values if np.isfinite(values).all() else np.broadcast_to(at_0, values.shape)


def root_mean_square(x: np.ndarray) -> np.ndarray:
    """sqrt(mean(x²)) over the first axis, without overflow of the squares."""
    largest = np.max(np.abs(x), axis=0, initial=0.0)
    parts = x / np.where(largest > 0, largest, 1.0)
    return largest * np.sqrt(np.mean(parts**2, axis=0))
