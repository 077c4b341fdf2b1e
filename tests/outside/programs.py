"""Random programs: what minigrad is told as text, and what NumPy is to compute, side by side."""

import random

import numpy as np
from of_axes import matrices, products, reductions, running, softmaxes
from of_draws import draws
from of_elements import binary, casts, comparisons, integers, nnet, piecewise, unary
from of_loops import loops
from of_places import indexing, joins, shapes, sizes, writes
from of_windows import convolutions, pools
from oracle import WIDE
from results import Results
from steps import FLOATS, INTEGERS, Input
from streams import Generators

import minigrad
import minigrad.tensor as T

FAMILIES = {
    "elementwise": (unary, 14),
    "broadcasting": (binary, 16),
    "piecewise": (piecewise, 7),
    "reductions": (reductions, 10),
    "running": (running, 4),
    "products": (products, 9),
    "indexing": (indexing, 10),
    "writes": (writes, 6),
    "shapes": (shapes, 10),
    "joins": (joins, 6),
    "sizes": (sizes, 6),
    "matrices": (matrices, 3),
    "convolutions": (convolutions, 4),
    "pools": (pools, 4),
    "nnet": (nnet, 4),
    "softmax": (softmaxes, 4),
    "integers": (integers, 7),
    "comparisons": (comparisons, 5),
    "casts": (casts, 3),
    "loops": (loops, 5),
    "draws": (draws, 5),
}


def _main_floats():
    """floatX, and the other that is common."""
    return sorted(["float64", "float32"], key=lambda dtype: dtype != minigrad.config.floatX)


class Program(Results):
    """Inputs, steps, and what is returned, differentiated and stored.

    Attributes
    ----------
    outputs : list of int
        Which results are returned.
    costs : list of (int, str)
        Which of them the cost is made of, and how.
    wrt : list of int
        The inputs that it is differentiated by.
    updates : list of (int, int)
        Which shared inputs take which results; or -1, for a step down the gradient.
    met : set of str
        The families that its steps are of.
    """

    def __init__(self, seed, family=None):
        """Draw the program of a seed; its first step is of the family, if one is named."""
        rng = random.Random(seed)
        scope = {"T": T, "np": np, "minigrad": minigrad}
        super().__init__(
            FAMILIES, rng, np.random.default_rng(seed), rng.choice([2, 3, 4, 5]), scope
        )
        self.seed, self.updates, self.met = seed, [], set()
        self.generators = Generators(1 + seed % 2**30, rng)
        scope |= self.generators.makers
        for number in range(rng.choice([1, 2, 2, 3])):
            self._draw_input(number)
        self.draw_steps(rng.randint(3, 12), first=family)
        self._draw_outputs()

    def accept(self, step):
        self.met.add(step.family)
        self.generators.take(step, self.variables[-1], self.scope)

    # ---- Drawing ---------------------------------------------------------------------------------

    def _draw_input(self, number):
        rng = self.rng
        dtype = rng.choices(
            [*_main_floats(), "float16", *INTEGERS, "bool"], [60, 16, 3, 2, 2, 4, 8, 2, 3]
        )[0]
        if number == 0 and dtype not in FLOATS:
            dtype = minigrad.config.floatX
        ndim = rng.choices([0, 1, 2, 3], [8, 30, 47, 15])[0]
        shape = tuple(rng.choices(["n", 3, 2, 1], [45, 25, 18, 12])[0] for _ in range(ndim))
        pattern = tuple(size == 1 for size in shape)
        role = rng.choices(["input", "shared", "given"], [70, 22, 8])[0]
        given = Input(f"v{number}", dtype, shape, pattern, role)
        self.inputs.append(given)
        value = self.draw_value(given, self.n)
        variable = T.TensorType(dtype, pattern)(given.name)
        if role == "shared":
            variable = minigrad.shared(value, given.name, broadcastable=pattern)
        self.append(variable, value.astype(WIDE) if value.dtype.kind == "f" else value)

    def draw_value(self, given, n):
        """Numbers that are short, so that there are ties, or any."""
        return np.asarray(self._numbers(given, n), given.dtype)

    def _numbers(self, given, n):
        shape, random_array = given.sizes(n), self.arrays
        if given.dtype == "bool":
            return random_array.random(shape) > 0.5
        if given.dtype in INTEGERS:
            return random_array.integers(0 if given.dtype[0] == "u" else -5, 9, shape).astype(
                given.dtype
            )
        if self.arrays.random() < 0.4:
            return (random_array.integers(-16, 17, shape) / 8).astype(given.dtype)
        return random_array.normal(size=shape).astype(given.dtype)

    def _draw_outputs(self):
        rng, count = self.rng, len(self.values)
        self.outputs = [count - 1]
        if count > 3 and rng.random() < 0.3:
            self.outputs.append(rng.randrange(len(self.inputs), count - 1))
        floats = [i for i in self.outputs if self.variables[i].dtype in FLOATS]
        self.costs = [
            (i, rng.choice(["sum", "weighted", "weighted", "squares", "mean"])) for i in floats
        ]
        self.wrt = []
        if floats and rng.random() < 0.85:
            self.wrt = [i for i, given in enumerate(self.inputs) if given.dtype in FLOATS]
        for i, given in enumerate(self.inputs):
            if given.role != "shared" or given.dtype not in FLOATS[:2] or rng.random() < 0.3:
                continue
            candidates = [
                j
                for j in range(len(self.inputs), count)
                if self.variables[j].dtype in FLOATS
                and self.variables[j].broadcastable == given.broadcastable
                and np.shape(self.values[j]) == given.sizes(self.n)
            ]
            if candidates:
                self.updates.append((i, rng.choice(candidates)))
                self.outputs.append(self.updates[-1][1])
            elif i in self.wrt:
                self.updates.append((i, -1))
