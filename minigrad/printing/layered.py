"""Places for boxes, layer below layer, and ways for the arrows between them.

The method is Sugiyama's: boxes are put into layers, so that all arrows go down; an arrow over several
layers passes a joint in each; layers are ordered so that few arrows cross; then each layer is moved to
where its arrows are short and straight.

K. Sugiyama, S. Tagawa and M. Toda, "Methods for visual understanding of hierarchical system
structures" (1981).
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

# Between boxes, between arrows that pass them, and between layers, in pixels.
_BETWEEN_BOXES, _BETWEEN_JOINTS, _BETWEEN_LAYERS = 26.0, 16.0, 34.0
_BETWEEN_LANES = 16.0  # in which arrows go back

_CORNER = 16.0  # of a box, at which no arrow leaves

# How often layers are ordered, and moved.
_ORDERINGS, _MOVES = 12, 16

# How much straighter an arrow is to be between two joints than between two boxes.
_STRAIGHT = 8.0

Point = tuple[float, float]


class Edge(NamedTuple):
    """An arrow between two boxes, and where it leaves and arrives, seen from their centres.

    One that may leave anywhere, None, goes as straight down as the box is wide.
    """

    start: int
    end: int
    leaves: float | None = None
    arrives: float = 0.0


class Layout(NamedTuple):
    """The centre of each box, the points that each arrow passes, and the size of it all."""

    centres: Sequence[Point]
    ways: Sequence[Sequence[Point]]
    width: float
    height: float


def layout(
    sizes: Sequence[tuple[float, float]],
    edges: Sequence[Edge],
    back: Sequence[tuple[int, int]] = (),
) -> Layout:
    """Places for boxes of these widths and heights; an edge starts at a box of a smaller number.

    What goes back from a box to one above leaves the drawing below, passes it on the right, and comes
    in again above. The ways of these follow those of the edges.
    """
    # Where they come in and leave are boxes of no size, the first and the last ones.
    n, n_boxes, nothing = len(back), len(sizes), [(0.0, 0.0)] * len(back)
    shifted = [edge._replace(start=edge.start + n, end=edge.end + n) for edge in edges]
    shifted += [Edge(start + n, n + n_boxes + i) for i, (start, _) in enumerate(back)]
    shifted += [Edge(i, end + n) for i, (_, end) in enumerate(back)]
    graph = _Layers([*nothing, *sizes, *nothing], shifted, n)
    graph.order()
    graph.move()
    found = graph.drawn()
    return _with_lanes(found._replace(centres=found.centres[n : n + n_boxes]), n) if n else found


def _with_lanes(found: Layout, n: int) -> Layout:
    """The layout in which each of n ways that leave is joined to one of the last n, which come in."""
    lane_of = sorted(range(n), key=lambda i: -found.ways[-2 * n :][i][-1][0])
    ways = list(found.ways[: -2 * n])
    for i, (leaving, coming) in enumerate(
        zip(found.ways[-2 * n : -n], found.ways[-n:], strict=True)
    ):
        far = _BETWEEN_LANES * (lane_of.index(i) + 1)
        right, above, below = found.width + far, -far, found.height + far
        around = [(leaving[-1][0], below), (right, below), (right, above), (coming[0][0], above)]
        ways.append([*leaving, *around, *coming])
    down = _BETWEEN_LANES * n
    return Layout(
        [(x, y + down) for x, y in found.centres],
        [[(x, y + down) for x, y in way] for way in ways],
        found.width + down,
        found.height + 2 * down,
    )


class _Layers:
    """Boxes and joints in layers; both are numbers, joints the larger ones."""

    def __init__(
        self, sizes: Sequence[tuple[float, float]], edges: Sequence[Edge], n_back: int
    ) -> None:
        self._sizes = list(sizes)
        self._n_boxes = len(sizes)
        self._layer_of = _layers(len(sizes), edges, n_back)
        self._above: list[list[tuple[int, float, float]]] = [[] for _ in sizes]
        self._below: list[list[tuple[int, float, float]]] = [[] for _ in sizes]
        self._edges = edges
        self._chains = [self._chain(edge) for edge in edges]
        self._layers: list[list[int]] = [[] for _ in range(max(self._layer_of) + 1)]
        self._x = [0.0] * len(self._sizes)

    def _chain(self, edge: Edge) -> list[int]:
        """Start, joints and end of an edge."""
        first, last = self._layer_of[edge.start], self._layer_of[edge.end]
        joints = range(len(self._sizes), len(self._sizes) + last - first - 1)
        for layer, _ in enumerate(joints, start=first + 1):
            self._sizes.append((0.0, 0.0))
            self._layer_of.append(layer)
            self._above.append([])
            self._below.append([])
        chain = [edge.start, *joints, edge.end]
        for upper, lower in zip(chain, chain[1:], strict=False):
            leaves = (edge.leaves or 0.0) if upper == edge.start else 0.0
            arrives = edge.arrives if lower == edge.end else 0.0
            self._below[upper].append((lower, leaves, arrives))
            self._above[lower].append((upper, arrives, leaves))
        return chain

    # ---- The order in each layer ------------------------------------------------------------------

    def order(self) -> None:
        """Order each layer by where its neighbours are, up and down, and keep the best order."""
        self._begin()
        best, fewest = self._copy(), self._crossings()
        for turn in range(_turns(_ORDERINGS, len(self._sizes))):
            if not fewest:
                break
            is_down = turn % 2 == 0
            places = self._places()
            for layer in self._layers if is_down else self._layers[::-1]:
                neighbours = self._above if is_down else self._below
                wanted = {v: _median(neighbours[v], places, places[v]) for v in layer}
                layer.sort(key=wanted.__getitem__)
                for place, v in enumerate(layer):
                    places[v] = place
            crossings = self._crossings()
            if crossings < fewest:
                best, fewest = self._copy(), crossings
        self._layers = best

    def _begin(self) -> None:
        """Put into each layer what is met there on the ways up from the last boxes."""
        seen: set[int] = set()
        ends = [v for v in range(self._n_boxes) if not self._below[v]]
        stack = ends[::-1]
        while stack:
            vertex = stack.pop()
            if vertex in seen:
                continue
            seen.add(vertex)
            self._layers[self._layer_of[vertex]].append(vertex)
            above = sorted(self._above[vertex], key=lambda entry: entry[1])
            stack += [upper for upper, _, _ in reversed(above)]

    def _copy(self) -> list[list[int]]:
        return [list(layer) for layer in self._layers]

    def _places(self) -> list[float]:
        places = [0.0] * len(self._sizes)
        for layer in self._layers:
            for place, vertex in enumerate(layer):
                places[vertex] = place
        return places

    def _crossings(self) -> int:
        """The number of pairs of arrows that cross."""
        places = self._places()
        crossings = 0
        for layer in self._layers:
            ends: list[list[float]] = []
            for vertex in layer:
                below = [(leaves, places[v], arrives) for v, leaves, arrives in self._below[vertex]]
                for _, *end in sorted(below) if len(below) > 1 else below:
                    crossings += len(ends) - bisect_right(ends, end)
                    insort(ends, end)
        return crossings

    # ---- Places -----------------------------------------------------------------------------------

    def move(self) -> None:
        """Move each layer, up and down in turn, to where its arrows are short and straight."""
        x = self._x
        gaps = [
            [self._distance(*pair) for pair in zip(layer, layer[1:], strict=False)]
            for layer in self._layers
        ]
        for layer, distances in zip(self._layers, gaps, strict=True):
            for vertex, place in zip(layer, accumulate(distances, initial=0.0), strict=True):
                x[vertex] = place
        above = [self._pulls(v, self._above[v]) for v in range(len(x))]
        below = [self._pulls(v, self._below[v]) for v in range(len(x))]
        both = [a + b for a, b in zip(above, below, strict=True)]
        # Twice only what was moved just before counts; then all neighbours do.
        first = [[a or b for a, b in zip(above, below, strict=True)]]
        first += [[b or a for a, b in zip(above, below, strict=True)]]
        turns = _turns(_MOVES, len(x))
        order = range(len(self._layers))
        for turn in range(turns):
            pulls = first[turn] if turn < 2 else both
            for number in order if turn % 2 == 0 else order[::-1]:
                layer = self._layers[number]
                goals = [self._goal(v, pulls[v]) for v in layer]
                if turn == turns - 1:  # what is between joints becomes straight at any price
                    pairs = zip(layer, goals, strict=True)
                    goals = [self._goal_of_joint(v, goal) for v, goal in pairs]
                for vertex, place in zip(layer, _apart(goals, gaps[number]), strict=True):
                    x[vertex] = place

    def _pulls(
        self, vertex: int, neighbours: Sequence[tuple[int, float, float]]
    ) -> list[tuple[int, float, float]]:
        """The neighbours that pull a vertex, how far from each it is to be, and the strengths."""
        n = self._n_boxes
        strength = (1.0, 2.0, _STRAIGHT)
        return [
            (other, there - here, strength[(vertex >= n) + (other >= n)])
            for other, here, there in neighbours
        ]

    def _goal(self, vertex: int, pulls: Sequence[tuple[int, float, float]]) -> tuple[float, float]:
        """The place to which a vertex is pulled, and how much that matters."""
        if not pulls:
            return self._x[vertex], 0.01
        total = weight = 0.0
        for other, shift, strength in pulls:
            total += strength * (self._x[other] + shift)
            weight += strength
        return total / weight, weight

    def _goal_of_joint(self, vertex: int, goal: tuple[float, float]) -> tuple[float, float]:
        """The goal; but that of a joint above another is to be straight above it."""
        if vertex < self._n_boxes:
            return goal
        ((other, _, _),) = self._below[vertex]
        return (self._x[other], 1e4) if other >= self._n_boxes else (goal[0], 10.0)

    def _distance(self, left: int, right: int) -> float:
        """The least distance between the centres of two neighbours in a layer."""
        n_joints = (left >= self._n_boxes) + (right >= self._n_boxes)
        between = _BETWEEN_BOXES if not n_joints else _BETWEEN_JOINTS
        return (self._sizes[left][0] + self._sizes[right][0]) / 2 + between

    def drawn(self) -> Layout:
        """The finished drawing, its upper left corner at 0."""
        x, sizes = self._x, self._sizes
        left = min(x[v] - sizes[v][0] / 2 for v in range(len(x)))
        width = max(x[v] + sizes[v][0] / 2 for v in range(len(x))) - left
        tops, bottoms = [], []
        y = 0.0
        for layer in self._layers:
            tops.append(y)
            bottoms.append(y + max(sizes[v][1] for v in layer))
            # Arrows that go far sideways need room, or they would be flat.
            sideways = [abs(x[b] + r - x[a] - lv) for a in layer for b, lv, r in self._below[a]]
            y = bottoms[-1] + _BETWEEN_LAYERS + min(60.0, 0.08 * max(sideways, default=0.0))
        heights = [self._height(v, tops, bottoms) for v in range(self._n_boxes)]
        centres = [(x[v] - left, height) for v, height in enumerate(heights)]
        ways = [
            self._way(*pair, tops, bottoms) for pair in zip(self._edges, self._chains, strict=True)
        ]
        ways = [[(px - left, py) for px, py in way] for way in ways]
        return Layout(centres, ways, width, bottoms[-1])

    def _height(self, vertex: int, tops: Sequence[float], bottoms: Sequence[float]) -> float:
        """The height of a vertex's centre, between the top and the bottom of its layer."""
        top, bottom = tops[self._layer_of[vertex]], bottoms[self._layer_of[vertex]]
        if self._above[vertex] or not self._below[vertex]:
            return (top + bottom) / 2
        return bottom - self._sizes[vertex][1] / 2  # near to what it is for

    def _way(
        self, edge: Edge, chain: Sequence[int], tops: Sequence[float], bottoms: Sequence[float]
    ) -> list[Point]:
        """The points that an edge passes: straight down within layers, sideways only between them."""
        way: list[Point] = []
        for vertex in chain:
            layer, height = self._layer_of[vertex], self._sizes[vertex][1]
            top, bottom = tops[layer], bottoms[layer]
            middle, x = self._height(vertex, tops, bottoms), self._x[vertex]
            if vertex == edge.start:
                if edge.leaves is None:
                    reach = max(self._sizes[vertex][0] / 2 - _CORNER, 0.0)
                    below = self._x[chain[1]] + (edge.arrives if chain[1] == edge.end else 0.0)
                    x += min(max(below - x, -reach), reach)
                else:
                    x += edge.leaves
                top = middle + height / 2
            elif vertex == edge.end:
                x += edge.arrives
                bottom = middle - height / 2
            way += [(x, top), (x, bottom)]
        return way


def _layers(n_boxes: int, edges: Sequence[Edge], n_back: int) -> list[int]:
    """The layer of each box, below all that it needs, and no higher than it must be.

    The first and last `n_back` have the first and the last layer for themselves.
    """
    layers = [0] * n_back + [min(n_back, 1)] * (n_boxes - n_back)
    above: list[list[int]] = [[] for _ in range(n_boxes)]
    below: list[list[int]] = [[] for _ in range(n_boxes)]
    for edge in edges:
        above[edge.end].append(edge.start)
        below[edge.start].append(edge.end)
    for box in range(n_boxes):
        layers[box] = max((layers[other] + 1 for other in above[box]), default=layers[box])
    last = max(layers)
    layers[n_boxes - n_back :] = [last] * n_back
    for box in reversed(range(n_back, n_boxes)):
        if below[box] and len(set(above[box])) <= len(set(below[box])):
            layers[box] = min(layers[other] for other in below[box]) - 1
    return layers


def _turns(most: int, n_vertices: int) -> int:
    """The number of times to go through all layers, down and up: fewer if there is much in them."""
    return max(4, min(most, 30_000 // n_vertices)) // 2 * 2


def _median(
    neighbours: Sequence[tuple[int, float, float]], places: Sequence[float], default: float
) -> float:
    """The place in the middle of those of the neighbours, or between two."""
    if not neighbours:
        return default
    # What arrives further left stands a little further left, whatever the widths are.
    found = [places[v] + there / 10_000 for v, _, there in neighbours]
    if len(found) == 1:
        return found[0]
    found.sort()
    return (found[(len(found) - 1) // 2] + found[len(found) // 2]) / 2


def _apart(goals: Sequence[tuple[float, float]], gaps: Sequence[float]) -> list[float]:
    """The places nearest to the goals that keep these distances, by weighted least squares.

    Where neighbours would come too close, they become a group that moves as one (R. E. Barlow et al.,
    *Statistical Inference under Order Restrictions*, 1972).
    """
    offsets = [*accumulate(gaps, initial=0.0)]
    groups: list[tuple[float, float, int]] = []  # the mean of the goals, their weight, how many
    for (goal, weight), offset in zip(goals, offsets, strict=True):
        groups.append((goal - offset, weight, 1))
        while len(groups) > 1 and groups[-2][0] > groups[-1][0]:
            mean, weight, size = groups.pop()
            other, other_weight, other_size = groups.pop()
            total = weight + other_weight
            groups.append(
                ((mean * weight + other * other_weight) / total, total, size + other_size)
            )
    means = [mean for mean, _, size in groups for _ in range(size)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]
