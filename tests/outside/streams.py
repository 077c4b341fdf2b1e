"""Random streams, from their definitions, beside those of minigrad."""

from functools import cache

import numpy as np

import minigrad.tensor as T
from minigrad.tensor.rng_mrg import MRG_RandomStreams

_KINDS = {"srng": T.shared_randomstreams.RandomStreams, "mrg": MRG_RandomStreams}


def makers_of_streams(seed):
    """minigrad's, by the names that the text of draws has for them."""
    return {name: kind(seed) for name, kind in _KINDS.items()}


class Generators:
    """The streams of a program: where they are, and which of them a function moves on.

    Attributes
    ----------
    makers : dict
        minigrad's, by their names.
    """

    def __init__(self, seed, rng):
        self._seed, self.makers = seed, makers_of_streams(seed)
        self._streams, self._single, self._in_loops, self._of_loops = [], [], [], []
        self._before, self._after = [], []
        # Updates are found by `function`, told to it, or left out.
        self._way = rng.choice(["found", "found", "told", "none"])

    def take(self, step, variable, scope):
        """The streams of a step that has been added."""
        self._streams += step.streams
        if step.updates:
            self._in_loops += step.streams
            self._of_loops += scope[step.updates].items()
        elif step.streams:
            self._single.append((step.streams[0], *variable.update))

    def restart(self):
        """Begin anew, in minigrad as well."""
        numbers = dict.fromkeys(self.makers, 0)
        for stream in self._streams:
            stream.start(self._seed, numbers[stream.kind])
            numbers[stream.kind] += 1
        for maker in self.makers.values():
            maker.seed()
        self._before = [stream.now() for stream in self._streams]

    def rewind(self):
        """Return to where the streams were before the call."""
        for stream, state in zip(self._streams, self._before, strict=True):
            stream.set(state)

    def have_drawn_alike(self, is_exact):
        """Whether they are where exact results have led them."""
        now = [stream.now() for stream in self._streams]
        if is_exact:
            self._after = now
        return self._after == now

    def go_on(self, function_inputs):
        """Be where a call has led them, of a function of which these are inputs."""
        moved = {
            "found": [stream for stream, rng, _ in self._single if rng in function_inputs],
            "told": [stream for stream, _, _ in self._single],
            "none": [],
        }[self._way]
        moved += [] if self._way == "none" else self._in_loops
        self._before = [
            after if stream in moved else before
            for stream, before, after in zip(self._streams, self._before, self._after, strict=True)
        ]

    def options(self):
        """Return the options of `function` that are about updates."""
        if self._way == "none":
            return [], {"no_default_updates": True}
        single = [(rng, after) for _, rng, after in self._single] if self._way == "told" else []
        return [*single, *self._of_loops], {}

    def told(self):
        """Return how a script makes them; and what it tells `function`."""
        if not self._streams:
            return []
        return [
            "from minigrad.tensor.rng_mrg import MRG_RandomStreams",
            f"srng = T.shared_randomstreams.RandomStreams({self._seed})",
            f"mrg = MRG_RandomStreams({self._seed})",
            f"# updates of generators: {self._way}",
        ]


class NumPyStream:
    """A stream of `RandomStreams`: a generator of NumPy's, whose seed a first one draws."""

    kind = "srng"

    def __init__(self):
        self._generator = np.random.RandomState(0)

    def start(self, seed, number):
        """Begin as the stream of this number, of those that one seed makes."""
        seeds = np.random.RandomState(seed).randint(2**30, size=number + 1)
        self._generator = np.random.RandomState(seeds[-1])

    def now(self):
        name, words, *rest = self._generator.get_state()
        return name, words.tobytes(), *rest

    def set(self, state):
        name, words, *rest = state
        self._generator.set_state((name, np.frombuffer(words, np.uint32), *rest))

    def draw(self, distribution):
        """Draw from the generator by the function."""
        return distribution(self._generator)


# MRG31k3p: two recurrences modulo these, three numbers of each, the newest first.
_M1, _M2 = 2**31 - 1, 2**31 - 21069
_MOST_STREAMS = 60 * 256


class MRGStream:
    """A stream of `MRG_RandomStreams`: generators 2⁷² steps apart, which draw in turn.

    P. L'Ecuyer and R. Touzin, "Fast combined multiple recursive generators with multipliers of the
    form a = ±2^q ± 2^r", Proceedings of the 2000 Winter Simulation Conference.
    """

    kind = "mrg"

    def __init__(self):
        self.start(1, 0)

    def start(self, seed, number):
        """Begin as the stream of this number, of those that one seed makes."""
        first = (seed,) * 6
        for _ in range(number):
            first = _jumped(first, 134)
        self._first, self._states = [first], ()

    def now(self):
        return self._states

    def set(self, state):
        self._states = state

    def uniform(self, shape, n_streams):
        """Numbers between 0 and 1, of so many generators in turn, which are made when they are used."""
        states, numbers = list(self._states), []
        for i in range(int(np.prod(shape, dtype=int))):
            place = i % n_streams
            if place == len(states):
                states.append(self._first_of(place))
            states[place] = _next(states[place])
            numbers.append(((states[place][0] - states[place][3]) % _M1 or _M1) / 2**31)
        self._states = tuple(states)
        return np.array(numbers, np.longdouble).reshape(shape)

    def _first_of(self, place):
        while len(self._first) <= place:
            self._first.append(_jumped(self._first[-1], 72))
        return self._first[place]


def n_streams(size):
    """From how many streams numbers of this shape are drawn; None if it is not known beforehand."""
    if size is None:
        return _MOST_STREAMS
    count = int(np.prod(size, dtype=int))
    return min(count // 6 if count > 6 else count, _MOST_STREAMS)


def _next(state):
    x, y = state[:3], state[3:]
    new_x = (2**22 * x[1] + (2**7 + 1) * x[2]) % _M1
    new_y = (2**15 * y[0] + (2**15 + 1) * y[2]) % _M2
    return (new_x, *x[:2], new_y, *y[:2])


def _jumped(state, power_of_two):
    """The state after 2**power_of_two steps."""
    halves = zip((state[:3], state[3:]), _matrices(power_of_two), (_M1, _M2), strict=True)
    return tuple(
        sum(a * x for a, x in zip(row, half, strict=True)) % modulus
        for half, matrix, modulus in halves
        for row in matrix
    )


@cache
def _matrices(power_of_two):
    """Return the matrices by which so many steps multiply the two halves of a state."""
    if not power_of_two:
        shift = [[1, 0, 0], [0, 1, 0]]
        return [[0, 2**22, 2**7 + 1], *shift], [[2**15, 0, 2**15 + 1], *shift]
    halves = zip(_matrices(power_of_two - 1), (_M1, _M2), strict=True)
    return [
        [
            [sum(a * b for a, b in zip(r, c, strict=True)) % modulus for c in zip(*m, strict=True)]
            for r in m
        ]
        for m, modulus in halves
    ]
