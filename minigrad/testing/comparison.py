"""A subject's gradient beside the numerical derivatives, element by element or along directions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from .report import Entry, GradientError
from .slopes import Line, Slope, slope
from .subjects import Arrays, Subject, near

# Up to so many elements are compared one by one.
_FEW = 100
_N_DIRECTIONS = 4
_N_ELEMENTS = 12
# The error that an extrapolation shows may be less than it is, but hardly ever so much less.
_CAUTION = 10
# NumPy's complex functions are less exact than the real ones, tanh near 1 for instance.
_ACCURACY_OF_COMPLEX = 1e-7
# A numerical derivative less certain than this part of it says nothing, unless its uncertainty is
# less than that part of the largest derivative, or of the slopes around.
_UNCERTAIN, _NEGLIGIBLE = 1e-2, 1e-4


class Comparison:
    """A gradient beside the slopes of the function's values.

    Parameters
    ----------
    subject : Subject
    point : list of array
    weights : array
        Of the subject's results.

    Raises
    ------
    GradientError
        If a derivative is not of its input's shape.
    """

    def __init__(self, subject: Subject, point: Arrays, weights: np.ndarray) -> None:
        self._subject = subject
        self._point = point
        self._weights = weights
        self._inputs = [point[i] for i in subject.wrt]
        self._names = [subject.names[i] for i in subject.wrt]
        self._scales = [scales(x) for x in self._inputs]
        self._gradient = self._as_floats(subject.gradients(point, weights))
        self._rounded = list(map(self._as_floats, subject.rounded(point, weights)))
        products = [g * s for g, s in zip(self._gradient, self._scales, strict=True)]
        self._largest = max([float(np.max(np.abs(p))) for p in products if p.size], default=0.0)

    def entries(self, random: np.random.Generator) -> list[Entry]:
        """The comparisons: of each element if they are few, else along directions and of some."""
        sizes = [x.size for x in self._inputs]
        if sum(sizes) <= _FEW:
            places = [(i, j) for i, size in enumerate(sizes) for j in range(size)]
            return [self._of_element(i, j) for i, j in places]
        directions = [
            [s * signed(s.shape, random) for s in self._scales] for _ in range(_N_DIRECTIONS)
        ]
        entries = [self._along(d, f"direction {i}") for i, d in enumerate(directions)]
        differ = [e.verdict == "differs" for e in entries]
        places = list(self._some_elements(random))
        if any(differ):
            places.append(self._worst_element(directions[differ.index(True)]))
        return entries + [self._of_element(i, j) for i, j in dict.fromkeys(places)]

    def _of_element(self, i: int, j: int) -> Entry:
        """The comparison of one element: of the number i of the inputs, number j in C order."""
        direction = [np.zeros_like(s) for s in self._scales]
        scale = direction[i].flat[j] = self._scales[i].flat[j]
        index = np.unravel_index(j, self._scales[i].shape)
        where = self._names[i] + (f"[{', '.join(map(str, index))}]" if index else "")
        return self._along(direction, where, scale)

    def _along(self, direction: Arrays, where: str, scale: float = 1.0) -> Entry:
        """The comparison along a direction; the entry is in units of the scale."""
        if len(self._weights) == 1:
            scale = scale * self._weights[0]  # of a single result people know the derivative itself
        analytic = _dot(self._gradient, direction)
        spread = max(abs(_dot(g, direction) - analytic) for g in self._rounded)
        moves = np.concatenate(
            [np.abs(g[d != 0] * d[d != 0]) for g, d in zip(self._gradient, direction, strict=True)]
        )
        epsilon = max(map(_precision, self._inputs))
        rounding = 4 * spread + epsilon * (16 * np.linalg.norm(moves) + 2 * np.sum(moves))
        found = self._exact_slope(direction) or slope(
            self._line(direction), self._weights, self._subject.precision
        )
        bound = _CAUTION * found.error + rounding
        verdict = self._verdict(analytic, found, bound)
        own, value = float(analytic / scale), float(found.value / scale)
        return Entry(where, own, value, float(bound / abs(scale)), found.kind, verdict)

    def _verdict(self, analytic: float, found: Slope, bound: float) -> str:
        if found.kind == "jump" or (found.kind == "edge" and math.isinf(analytic)):
            return "agrees"  # there is no derivative that it could differ from
        if found.kind == "undefined":
            return "unclear"
        if not abs(analytic - found.value) - found.width / 2 <= bound:
            return "differs"
        size = max(abs(analytic), abs(found.value), found.width)
        negligible = _NEGLIGIBLE * max(self._largest, found.around)
        # What is left of terms that cancel has no size of its own to be compared with.
        rounding = 1e5 * self._subject.precision * max(1.0, found.largest)
        uncertain = bound - _CAUTION * found.saturated
        return "unclear" if uncertain > max(_UNCERTAIN * size, negligible, rounding) else "agrees"

    def _exact_slope(self, direction: Arrays) -> Slope | None:
        """The slope along a direction by a complex step, where that can be made."""
        values = []
        for units in (0, -3, 3):
            slopes = self._subject.slopes(near(self._point, self._subject.wrt, units), direction)
            if slopes is None or not np.isfinite(slopes).all():
                return None
            values.append(slopes)
        value = float(np.sum(self._weights * values[0]))
        spread = max(abs(float(np.sum(self._weights * v)) - value) for v in values)
        size = float(np.sum(np.abs(self._weights * values[0])))
        return Slope(value, 2 * spread + _ACCURACY_OF_COMPLEX * size, around=size)

    def _line(self, direction: Arrays) -> Line:
        wide = [x.astype("float64") for x in self._inputs]

        def results(distance: float) -> np.ndarray:
            point = list(self._point)
            for place, x, d in zip(self._subject.wrt, wide, direction, strict=True):
                point[place] = x + distance * d
            # Elsewhere the function may be undefined, or have other results, as arange has.
            undefined = np.full(self._weights.shape, np.nan)
            try:
                values = self._subject.values(point)
            except (ValueError, ArithmeticError, IndexError):
                return undefined
            return values if values.shape == undefined.shape else undefined

        return results

    def _as_floats(self, gradients: Arrays) -> Arrays:
        """Derivatives by each of the inputs, in float64."""
        for name, x, g in zip(self._names, self._inputs, gradients, strict=True):
            if np.shape(g) != x.shape:
                raise GradientError(
                    f"the derivative by {name} has shape {np.shape(g)}, but {name} has {x.shape}"
                )
        return [np.asarray(g, "float64") for g in gradients]

    def _worst_element(self, direction: Arrays) -> tuple[int, int]:
        """Where the gradient differs most, of the elements in a direction: found by halving."""
        places = [(i, j) for i, x in enumerate(self._inputs) for j in range(x.size)]
        while len(places) > 1:
            middle = len(places) // 2
            halves = places[:middle], places[middle:]
            entries = [self._along(_only(direction, half), "") for half in halves]
            places = halves[entries[1].difference > entries[0].difference]
        return places[0]

    def _some_elements(self, random: np.random.Generator) -> Iterator[tuple[int, int]]:
        """Of each input the elements with the largest and the smallest derivative, and others."""
        for i, (g, s) in enumerate(zip(self._gradient, self._scales, strict=True)):
            if not g.size:
                continue
            sizes = np.abs(g * s).ravel()
            ends = [int(np.argmax(sizes)), int(np.argmin(sizes)), 0, g.size - 1]
            others = random.integers(g.size, size=max(1, _N_ELEMENTS // len(self._inputs)))
            yield from ((i, j) for j in dict.fromkeys([*ends, *map(int, others)]))


def scales(x: np.ndarray) -> np.ndarray:
    """For each number how far it may be moved: as far as it is from 0, or as the others are."""
    sizes = np.abs(x.astype("float64"))
    typical = float(np.median(sizes[sizes > 0])) if np.any(sizes > 0) else 1.0
    least = min(typical, 1.0) if typical > 1e-100 else 1.0
    return np.where(sizes >= 1e-4 * least, sizes, least)


def signed(shape: tuple[int, ...], random: np.random.Generator) -> np.ndarray:
    """Random numbers of either sign, between 1/2 and 3/2, of so few bits that float16 holds them.

    None is 1 or -1, so that a factor that is left out shows.
    """
    sizes = (2 * random.integers(16, 48, size=shape) + 1) / 64
    return sizes * random.choice([-1.0, 1.0], size=shape)


def weights_for(count: int, random: np.random.Generator) -> np.ndarray:
    """Random weights of so many results."""
    return signed((count,), random)


def _dot(gradient: Sequence[np.ndarray], direction: Sequence[np.ndarray]) -> float:
    """The derivative along a direction; elements that do not move count nothing, even if nan."""
    total = 0.0
    for g, d in zip(gradient, direction, strict=True):
        moved = d != 0
        total += float(np.sum(g[moved] * d[moved]))
    return total


def _only(direction: Arrays, places: Sequence[tuple[int, int]]) -> Arrays:
    """The direction, of which just these elements are left."""
    left = [np.zeros_like(d) for d in direction]
    for i, j in places:
        left[i].flat[j] = direction[i].flat[j]
    return left


def _precision(x: np.ndarray) -> float:
    return float(np.finfo(x.dtype).eps)
