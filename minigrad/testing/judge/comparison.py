"""A gradient beside the numerical derivatives, element by element or along directions."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from .arguments import Arrays
from .differentiable import COMPLEX_STEPS, Differentiable, away, near
from .neighbourhood import REST, AlongLine, root_mean_square
from .report import Entry, GradientError, Report
from .slopes import Slope, slope

# Up to so many elements are compared one by one, if there are so many calls for each.
_FEW, _CALLS_FOR_EACH = 100, 100
_N_DIRECTIONS = 4
_N_ELEMENTS = 12
# So often it is told how far a long check has come.
_SECONDS = 10.0
# The error that an extrapolation shows may be less than it is, but hardly ever so much less.
_CAUTION = 10
# NumPy's complex functions are less exact than the real ones, tanh near 1 for instance.
_ACCURACY_OF_COMPLEX = 1e-7
# A numerical derivative less certain than this part of it says nothing, unless its uncertainty is
# less than that part of the largest derivative, or of the slopes around.
_UNCERTAIN, _NEGLIGIBLE = 1e-2, 1e-4
# So many times as far apart as neighbours are the outermost of five.
_OF_NEAREST = 4
# So far away, as a part of the numbers, a gradient may still be that here, but for so much of it.
_CLOSE, _SAME = 1e-4, 1e-3
# What is less than this part of the other numbers is taken for nearly 0 first. Where numbers are so
# tiny, they may be nearly 0 all together; and where they are so huge, a wave may be short beside them.
_SMALL, _TINY, _HUGE = 1e-4, 1e-20, 1e4
# What grows by many powers of ten over the first steps is looked at over so much shorter ones.
_SHORTER = 16
# Where derivatives are smaller than that, 0 is what is left of numbers too small or large on the way.
_VANISHING = 1e-150
# What is smaller has few neighbours that it could be moved to.
_LEAST = 1e-290


class Comparison:
    """A gradient, of the results of f with weights, beside the slopes of their values."""

    def __init__(
        self, f: Differentiable, point: Arrays, weights: np.ndarray, max_calls: int
    ) -> None:
        self._f = f
        self._point = point
        self._weights = weights
        self._max_calls, self._n_calls = max_calls, 0
        self._inputs = [point[i] for i in f.wrt]
        self._names = [f.names[i] for i in f.wrt]
        self._scales = [scales(x) for x in self._inputs]
        self._own_scales = list(map(_own_scales, self._inputs, self._scales))
        self._as_floats = partial(checked_shapes, self._names, self._inputs)
        self._gradient = self._as_floats(f.gradients(point, weights))
        self._rounded = list(map(self._as_floats, f.rounded(point, weights)))
        self._rounding_at_kinks = list(map(_without_jumps, self._gradient, *self._rounded))
        self._n_elements = sum(x.size for x in self._inputs)
        self._is_few = self._n_elements <= min(_FEW, max_calls // _CALLS_FOR_EACH)
        self._largest = self._size(self._gradient)

    def report(self, random: np.random.Generator) -> Report:
        """The comparisons: of each element if they are few, else along directions and of some."""
        directions = self._directions(random, _N_DIRECTIONS)
        entries = [] if self._is_few else self._along_directions(directions)
        places = self._places() if self._is_few else list(self._some_elements(random))
        left_out = self._add_elements(entries, list(dict.fromkeys(places)))
        if self._n_elements > 1 and any(entry.kind == "kink" for entry in entries):
            # Each derivative may lie between the slopes of two sides, and yet not all together.
            if not any(entry.is_direction for entry in entries):
                entries += self._along_directions(directions[: _N_DIRECTIONS // 2])
            entries.append(self._of_all())
            entries = self._excused(entries, random)
        return Report(entries, left_out)

    def _places(self) -> list[tuple[int, int]]:
        """All elements: the number of their input, and their own in C order."""
        return [(i, j) for i, x in enumerate(self._inputs) for j in range(x.size)]

    def _directions(self, random: np.random.Generator, count: int) -> list[Arrays]:
        return [[s * signed(s.shape, random) for s in self._scales] for _ in range(count)]

    def _excused(self, entries: list[Entry], random: np.random.Generator) -> list[Entry]:
        """The comparisons, those along directions excused if the gradient is one nearby."""
        doubtful = [e for e in entries if e.is_direction and e.verdict != "agrees"]
        is_alone = all(e.is_direction or e.verdict == "agrees" for e in entries)
        if not (doubtful and is_alone and self._is_gradient_nearby(random)):
            return entries
        return [replace(e, verdict="agrees", kind="kink") if e in doubtful else e for e in entries]

    def _is_gradient_nearby(self, random: np.random.Generator) -> bool:
        """Whether a point has the same gradient, so close that only kinks tell it apart."""
        distances = [_CLOSE * np.abs(signed(s.shape, random)) * s for s in self._scales]
        after, before = (
            self._as_floats(self._f.gradients(self._moved(distances, side), self._weights))
            for side in (1.0, -1.0)
        )
        sides = self._sides(distances, after, before)
        there = self._moved([s * d for s, d in zip(sides, distances, strict=True)])
        other = Comparison(self._f, there, self._weights, self._max_calls)
        # Beside the gradients across the kinks, that here may be small.
        most = _SAME * max(map(self._size, (after, before, self._gradient)))
        is_same = all(
            np.all(np.abs(h - g) * s <= most)
            for h, g, s in zip(other._gradient, self._gradient, self._scales, strict=True)
        )
        if not is_same:
            return False
        # Steps of a fifth of that do not lead back to the kinks.
        directions = self._directions(random, _N_DIRECTIONS // 2)
        short = [[_CLOSE * d for d in direction] for direction in directions]
        found = [other._along(direction, "", coarser=1 / _CLOSE) for direction in short]
        return all(e.verdict == "agrees" and e.kind == "smooth" for e in found)

    def _sides(self, distances: Arrays, after: Arrays, before: Arrays) -> Arrays:
        """1 or -1 for each element: the side on which the derivative equals the one here."""
        signs = []
        for i, (a, b, g) in enumerate(zip(after, before, self._gradient, strict=True)):
            sides = np.where(np.abs(a - g) <= np.abs(b - g), 1.0, -1.0)
            if self._is_few:  # a gradient may be given that is the same on both sides
                for j in np.flatnonzero(a == b):
                    sides.flat[j] = self._side_by_values(i, int(j), float(distances[i].flat[j]))
            signs.append(sides)
        return signs

    def _side_by_values(self, i: int, j: int, distance: float) -> float:
        line = self._line(self._towards(i, j, distance))
        before, here, after = (float(np.sum(self._weights * line(n))) for n in (-1.0, 0.0, 1.0))
        change = float(self._gradient[i].flat[j]) * distance
        return 1.0 if abs(after - here - change) <= abs(here - before - change) else -1.0

    def _moved(self, distances: Arrays, side: float = 1.0) -> Arrays:
        """The point, the inputs in question so far away, in its dtypes."""
        moved = away(self._point, self._f.wrt, distances, side)
        return [y.astype(x.dtype) for x, y in zip(self._point, moved, strict=True)]

    def _add_elements(self, entries: list[Entry], places: list[tuple[int, int]]) -> int:
        """Compare the elements at these places, as far as calls are left; return how many are not."""
        last_told = time.monotonic()
        for done, (i, j) in enumerate(places):
            if entries and self._n_calls >= self._max_calls:
                return len(places) - done
            entries.append(self._of_element(i, j))
            if time.monotonic() > last_told + _SECONDS:
                last_told = time.monotonic()
                print(
                    f"check_grad: {done + 1} of {len(places)} elements, {self._n_calls} calls of f "
                    "(max_calls= allows fewer)",
                    file=sys.stderr,
                )
        return 0

    def _along_directions(self, directions: Sequence[Arrays]) -> list[Entry]:
        """The comparisons along random directions, and of the element that is to blame."""
        entries: list[Entry] = []
        culprits: dict[tuple[int, int], Entry] = {}
        for number, direction in enumerate(directions):
            if entries and self._n_calls >= self._max_calls:
                break
            entry = self._along(direction, f"direction {number}")
            if entry.verdict == "differs" and not culprits:
                place = self._worst_element(direction)
                culprits[place] = self._of_element(*place)
            if entry.verdict == "differs" and all(e.verdict == "agrees" for e in culprits.values()):
                # What is small moves as far as it is large.
                triples = zip(direction, self._own_scales, self._scales, strict=True)
                closer = [d * (own / usual) for d, own, usual in triples]
                entry = _together(entry, self._along(closer, entry.where))
            entries.append(entry)
        return entries + list(culprits.values())

    def _of_all(self) -> Entry:
        """The comparison along a direction in which all elements move alike."""
        sizes = np.concatenate([s.ravel() for s in self._scales])
        is_one = np.all(sizes == sizes[0])
        where = "(1, …, 1)" if is_one else "all at once"
        return self._along(self._scales, where, float(sizes[0]) if is_one else 1.0)

    def _of_element(self, i: int, j: int) -> Entry:
        """The comparison of element j, in C order, of input i, at several scales if it is not sure."""
        index = np.unravel_index(j, self._scales[i].shape)
        where = self._names[i] + (f"[{', '.join(map(str, index))}]" if index else "")
        usual, own = float(self._scales[i].flat[j]), float(self._own_scales[i].flat[j])
        entry = self._of_element_at(i, j, where, usual)
        for scale in (own, usual if _TINY <= usual <= _HUGE else 1.0, usual / _SHORTER):
            is_other = scale != usual and (scale != usual / _SHORTER or _is_vague(entry))
            if is_other and not _is_sure(entry) and entry.kind != "stair":
                closer = self._of_element_at(i, j, where, scale)
                entry = _together(entry, closer)
        number = abs(float(self._inputs[i].flat[j]))
        is_wrong = entry.verdict == "differs" and not math.isnan(entry.analytic)
        if is_wrong and entry.kind != "smooth" and 0 < number <= _LEAST:
            # Something happens between this number and 0, where there is no room to look.
            return replace(entry, verdict="unclear")
        return entry

    def _of_element_at(self, i: int, j: int, where: str, scale: float) -> Entry:
        number, usual = abs(float(self._inputs[i].flat[j])), float(self._scales[i].flat[j])
        # Shorter steps are less exact beside the rounding of the number itself.
        coarser, reach = max(1.0, number / scale), max(1.0, usual / scale)
        direction = self._towards(i, j, scale)
        return self._along(direction, where, scale, coarser, reach, is_direction=False)

    def _towards(self, i: int, j: int, distance: float) -> Arrays:
        """The direction in which one element moves so far."""
        direction = [np.zeros_like(s) for s in self._scales]
        direction[i].flat[j] = distance
        return direction

    def _along(
        self,
        direction: Arrays,
        where: str,
        scale: float = 1.0,
        coarser: float = 1.0,
        reach: float = 1.0,
        is_direction: bool = True,
    ) -> Entry:
        """The comparison along a direction; the entry is in units of the scale."""
        if len(self._weights) == 1:
            scale = scale * self._weights[0]  # of a single result people know the derivative itself
        analytic = _dot(self._gradient, direction)
        near = [abs(_dot(g, direction) - analytic) for g in self._rounded]
        # Where a step beyond an edge has no derivative, others must tell.
        spread = max([s for s in near if math.isfinite(s)], default=math.inf)
        bound_of_own = self._rounding(spread, direction)
        sizes = [np.abs(d) for d in direction]
        bound_at_kink = self._rounding(_dot(self._rounding_at_kinks, sizes), direction)

        def entry(found: Slope) -> Entry:
            own_bound = bound_at_kink if found.kind == "kink" else bound_of_own
            bound = _CAUTION * found.error + own_bound
            numbers = np.array([analytic, found.value, bound]) / scale
            own, value, at_most = map(float, numbers + 0.0)  # no -0
            verdict = self._verdict(analytic, found, bound)
            if math.isinf(own) and math.isinf(value) and found.kind == "smooth":
                # Too large to be told from infinity.
                verdict = "agrees" if own == value else "unclear"
            return Entry(where, own, value, abs(at_most), found.kind, verdict, is_direction)

        exact = self._exact_slope(direction)
        # A step that is lost on its way shows as 0.
        if exact is not None and (exact.value or not analytic):
            of_exact = entry(exact)
            if of_exact.verdict != "unclear":
                return of_exact
        precision = coarser * self._f.precision
        return entry(slope(self._line(direction), self._weights, precision, reach))

    def _rounding(self, spread: float, direction: Arrays) -> float:
        """A bound on how far rounding has moved a derivative, of which others are so far away."""
        pairs = list(zip(self._gradient, direction, strict=True))
        moves = np.concatenate([np.abs(g[d != 0] * d[d != 0]) for g, d in pairs])
        info = [np.finfo(x.dtype) for x in self._inputs]
        epsilon = max(float(i.eps) for i in info)
        least = max(float(i.smallest_subnormal) for i in info)
        denormal = 4 * least * (1 + sum(float(np.sum(np.abs(d))) for d in direction))
        norm = float(root_mean_square(moves)) * math.sqrt(len(moves)) if len(moves) else 0.0
        return 4 * spread + epsilon * (16 * norm + 2 * float(np.sum(moves))) + denormal

    def _verdict(self, analytic: float, found: Slope, bound: float) -> str:
        if found.kind == "jump":
            return "agrees"  # there is no derivative that it could differ from
        if found.kind in ("infinite", "undefined"):
            return "unclear"
        if not math.isfinite(analytic):
            is_known = math.isfinite(found.error) and found.kind not in ("edge", "spike")
            return "differs" if is_known or math.isnan(analytic) else "unclear"
        if not math.isfinite(bound):
            return "unclear"
        if analytic == 0 and abs(found.value) < _VANISHING:
            return "agrees" if abs(found.value) <= bound else "unclear"
        if abs(analytic - found.value) - found.width / 2 > bound:
            # A spike has the slope of what is around it, or none; and stairs may be steps of a
            # function, whose slope is 0, or its rounding to few bits.
            is_rounded = abs(analytic - found.over_stairs) <= abs(found.over_stairs) / 2
            return "unclear" if found.kind == "spike" or is_rounded else "differs"
        size = max(abs(analytic), abs(found.value), found.width)
        negligible = _NEGLIGIBLE * max(self._largest, found.around)
        # What is left of terms that cancel has no size of its own to be compared with.
        rounding = REST * self._f.precision * max(1.0, found.largest)
        uncertain = bound - _CAUTION * found.saturated
        return "unclear" if uncertain > max(_UNCERTAIN * size, negligible, rounding) else "agrees"

    def _exact_slope(self, direction: Arrays) -> Slope | None:
        """The slope along a direction by complex steps, where these can be made and agree."""
        values = []
        # Numbers so small that a step times them is nothing must not pass for slopes of 0.
        longest = min(1.0, max(float(np.max(np.abs(d), initial=0.0)) for d in direction)) or 1.0
        direction = [d / longest for d in direction]
        first, second = COMPLEX_STEPS
        for units, step in ((0, first), (0, second), (-3, first), (3, first)):
            self._n_calls += 1
            moved = near(self._point, self._f.wrt, units)
            slopes = self._f.slopes(moved, direction, step)
            if slopes is None or not np.isfinite(slopes).all():
                return None
            values.append(longest * self._weights * slopes)
        size = float(np.sum(np.abs(values[0])))
        if not float(np.sum(np.abs(values[1] - values[0]))) <= _ACCURACY_OF_COMPLEX * size:
            return None  # a step was lost in numbers that are too small, or it was too long
        value = float(np.sum(values[0]))
        spread = max(abs(float(np.sum(v)) - value) for v in values[2:])
        return Slope(value, 2 * spread + _ACCURACY_OF_COMPLEX * size, around=size)

    def _line(self, direction: Arrays) -> AlongLine:
        def results(distance: float) -> np.ndarray:
            self._n_calls += 1
            point = away(self._point, self._f.wrt, direction, distance)
            # Elsewhere the function may be undefined, or have other results, as arange has.
            undefined = np.full(self._weights.shape, np.nan)
            try:
                values = self._f.values(point)
            except (ValueError, ArithmeticError, IndexError):
                return undefined
            return values if values.shape == undefined.shape else undefined

        return results

    def _size(self, gradient: Arrays) -> float:
        """The largest derivative of a gradient, by elements in units of their scales."""
        products = [np.abs(g * s) for g, s in zip(gradient, self._scales, strict=True)]
        return max([float(np.max(p)) for p in products if p.size], default=0.0)

    def _worst_element(self, direction: Arrays) -> tuple[int, int]:
        """The element of a direction where the gradient differs most, found by halving."""
        places = self._places()
        while len(places) > 1:
            middle = len(places) // 2
            halves = places[:middle], places[middle:]
            entries = [self._along(_only(direction, half), "") for half in halves]
            places = halves[entries[1].difference > entries[0].difference]
        return places[0]

    def _some_elements(self, random: np.random.Generator) -> Iterator[tuple[int, int]]:
        """The elements of each input with the largest and smallest derivatives, and others."""
        for i, (g, s) in enumerate(zip(self._gradient, self._scales, strict=True)):
            if not g.size:
                continue
            sizes = np.abs(g * s).ravel()
            ends = [int(np.argmax(sizes)), int(np.argmin(sizes)), 0, g.size - 1]
            others = random.integers(g.size, size=max(1, _N_ELEMENTS // len(self._inputs)))
            yield from ((i, j) for j in dict.fromkeys([*ends, *map(int, others)]))


def checked_shapes(names: Sequence[str], inputs: Arrays, gradients: Arrays) -> Arrays:
    """Derivatives by each of the inputs, of their shapes, in float64."""
    for name, x, g in zip(names, inputs, gradients, strict=True):
        if np.shape(g) != x.shape:
            raise GradientError(
                f"the derivative by {name} has shape {np.shape(g)}, but {name} has {x.shape}"
            )
    return [np.asarray(g, "float64") for g in gradients]


def _without_jumps(*samples: np.ndarray) -> np.ndarray:
    """A bound on how far rounding moves each derivative, where it may also move across a kink.

    The derivatives of each side lie together, however far those of the other side: so what is next
    to each tells, and that of most, because one may be alone on its side.
    """
    x = np.array(samples)
    apart = np.abs(x[:, np.newaxis] - x)
    apart[np.arange(len(x)), np.arange(len(x))] = np.inf
    nearest = np.where(np.isnan(apart), np.inf, apart).min(axis=1)
    return _OF_NEAREST * np.asarray(np.median(nearest, axis=0))


def scales(x: np.ndarray) -> np.ndarray:
    """The distance that each number is moved: that to 0, or that of the others where it is tiny."""
    sizes = np.abs(x.astype("float64"))
    typical = float(np.median(sizes[sizes > 0])) if np.any(sizes > 0) else 1.0
    least = min(typical, 1.0) if typical > _LEAST else 1.0
    return np.where(sizes >= _SMALL * least, sizes, least)


def _own_scales(x: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """The distance of each number to 0, if there are numbers in between."""
    sizes = np.abs(x.astype("float64"))
    return np.where(sizes > _LEAST, sizes, usual)


def _relative(difference: float, entry: Entry) -> float:
    sizes = [abs(x) for x in (entry.analytic, entry.numeric) if math.isfinite(x)]
    return difference / max(sizes) if any(sizes) else math.inf


def _is_sure(entry: Entry) -> bool:
    is_clear = entry.verdict == "agrees" and entry.kind == "smooth"
    return is_clear and _relative(entry.bound, entry) <= _UNCERTAIN


def _is_vague(entry: Entry) -> bool:
    """Whether the derivative is lost in an uncertainty that comes from larger values elsewhere."""
    return entry.kind == "smooth" and entry.verdict != "differs" and entry.analytic != 0


def _together(entry: Entry, closer: Entry) -> Entry:
    """The entry that looks at two scales lead to together."""
    if closer.kind != "smooth":
        return entry
    if closer.verdict == "agrees" and math.isinf(closer.numeric):
        return closer
    certainty = _relative(closer.bound, closer)
    if entry.verdict == closer.verdict == "differs":
        is_better = entry.kind != "smooth" or certainty < _relative(entry.bound, entry)
        return closer if is_better else entry
    if entry.verdict == "differs":
        # The second look must be one that would have seen what the first one says.
        is_refuted = certainty < min(_relative(entry.difference, entry), 1.0)
        if closer.verdict == "agrees" and is_refuted:
            return closer
    if entry.kind == "smooth" and abs(entry.numeric - closer.numeric) > entry.bound + closer.bound:
        return replace(entry, verdict="unclear")
    is_certain = closer.verdict != "unclear" and certainty <= _UNCERTAIN
    return closer if is_certain and entry.verdict != "differs" else entry


def signed(shape: int | tuple[int, ...], random: np.random.Generator) -> np.ndarray:
    """Random numbers of either sign, between 1/2 and 3/2, never 1; float16 holds their bits."""
    sizes = (2 * random.integers(16, 48, size=shape) + 1) / 64
    return sizes * random.choice([-1.0, 1.0], size=shape)


def _dot(gradient: Sequence[np.ndarray], direction: Sequence[np.ndarray]) -> float:
    """The derivative along a direction; elements that do not move count nothing, even if nan."""
    pairs = zip(gradient, direction, strict=True)
    return sum(float(np.sum(g[d != 0] * d[d != 0])) for g, d in pairs)


def _only(direction: Arrays, places: Sequence[tuple[int, int]]) -> Arrays:
    """The direction, of which just these elements are left."""
    left = [np.zeros_like(d) for d in direction]
    for i, j in places:
        left[i].flat[j] = direction[i].flat[j]
    return left
