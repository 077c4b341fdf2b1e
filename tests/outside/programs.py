"""Random programs: what minigrad is told as text, and what NumPy is to compute, side by side."""

import random

import numpy as np
import oracle
from of_axes import matrices, products, reductions, running, softmaxes
from of_elements import binary, casts, comparisons, integers, nnet, piecewise, unary
from of_places import indexing, joins, shapes, sizes, writes
from of_windows import convolutions, pools
from oracle import WIDE, DoesNotFit, in_declared_kind
from steps import FLOATS, INTEGERS, Input, coarsest

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
}
_MOST_ELEMENTS, _LARGEST, _LARGEST_NARROW = 120, 1e4, 8


class Program:
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
    """

    def __init__(self, seed):
        self.seed = seed
        self.rng = random.Random(seed)
        self.arrays = np.random.default_rng(seed)
        self.n = self.rng.choice([2, 3, 4, 5])
        self.inputs, self.steps, self.updates = [], [], []
        self.values, self.variables, self.families = [], [], set()
        self.scope = {"T": T, "np": np}
        for number in range(self.rng.choice([1, 2, 2, 3])):
            self._draw_input(number)
        length, tries = self.rng.randint(3, 12), 0
        names = list(FAMILIES)
        weights = [FAMILIES[name][1] for name in names]
        while len(self.steps) < length and tries < 60:
            tries += 1
            name = self.rng.choices(names, weights)[0]
            step = FAMILIES[name][0](self)
            if step is not None:
                self._add(step._replace(family=name))
        self._draw_outputs()

    # ---- Drawing ---------------------------------------------------------------------------------

    def _draw_input(self, number):
        rng = self.rng
        dtype = rng.choices(
            ["float64", "float32", "float16", *INTEGERS, "bool"], [60, 16, 3, 2, 2, 4, 8, 2, 3]
        )[0]
        if number == 0 and dtype not in FLOATS:
            dtype = "float64"
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
        self._append(variable, value.astype(WIDE) if value.dtype.kind == "f" else value)

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

    def _append(self, variable, value):
        self.scope[f"v{len(self.variables)}"] = variable
        self.variables.append(variable)
        self.values.append(value)

    def _add(self, step):
        operands = [self.values[i] for i in step.operands]
        dtypes = [self.variables[i].dtype for i in step.operands]
        oracle.CURRENT = oracle.Disturbance(dtype=coarsest(dtypes))
        try:
            with np.errstate(all="ignore"):
                step.check_sizes(operands)
                value = step.oracle(*operands)
        except (DoesNotFit, ValueError, IndexError):
            return
        if np.size(value) > _MOST_ELEMENTS or np.ndim(value) > 4:
            return
        if np.asarray(value).dtype.kind == "f":
            limit = _LARGEST_NARROW if "float16" in dtypes else _LARGEST
            if not np.all(np.abs(value) < limit):
                return
        variable = eval(step.text, self.scope)  # text of the tables below
        step = step._replace(dtype=variable.dtype, precision=coarsest([variable.dtype, *dtypes]))
        with np.errstate(all="ignore"):
            value = in_declared_kind(step.oracle(*operands), step.dtype)
        self.steps.append(step)
        self.families.add(step.family)
        self._append(variable, value)

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

    # ---- What the families draw from ---------------------------------------------------------------

    def pick(self, kinds="f", least=0, most=4, where=None):
        """One of the results so far, more probably a late one; None if none will do.

        `kinds` are those of dtypes: f float, i and u integer, b bool.
        """
        fitting = [
            i
            for i, variable in enumerate(self.variables)
            if np.dtype(variable.dtype).kind in kinds
            and least <= variable.ndim <= most
            and (where is None or where(i))
        ]
        if not fitting:
            return None
        return fitting[-1] if self.rng.random() < 0.55 else self.rng.choice(fitting)

    def partner(self, i, kinds="f", whole=True):
        """A result that broadcasts with another."""
        shape, pattern = np.shape(self.values[i]), self.variables[i].broadcastable

        def fits(j):
            other, other_pattern = np.shape(self.values[j]), self.variables[j].broadcastable
            mine, others = zip(shape, pattern, strict=True), zip(other, other_pattern, strict=True)
            pairs = zip(list(mine)[::-1], list(others)[::-1], strict=False)
            return all(a == b or known or also for (a, known), (b, also) in pairs)

        return self.pick(kinds, where=fits)

    def axis(self, i):
        ndim = self.variables[i].ndim
        return self.rng.randrange(-ndim, ndim)

    def array(self, shape, integer=False):
        """A constant, as text and as array."""
        if integer:
            value = self.arrays.integers(-3, 4, shape)
        else:
            value = self.arrays.integers(-16, 17, shape) / 8
        return (
            f"np.array({value.tolist()}, {value.dtype.name!r}).reshape({tuple(value.shape)})",
            value,
        )
