"""Results of a random program so far, and what the families draw the next step from."""

from typing import Any

import numpy as np
import oracle
from oracle import DoesNotFit, in_declared_kind
from steps import coarsest

_MOST_ELEMENTS, _LARGEST, _LARGEST_NARROW = 120, 1e4, 8
_MOST_TRIES = 60


class NotBuilt(Exception):
    """Raised for what minigrad refuses to build, with the text that should have built it."""

    def __init__(self, error, text):
        super().__init__(f"{type(error).__name__}: {error}")
        self.text = text


class Results:
    """Variables of minigrad beside the values that they have for one choice of the inputs.

    Attributes
    ----------
    families : dict
        By name, a function that draws a step, and how often it is asked.
    scope : dict
        What the text of steps may name.
    depth : int
        In how many loops these results are computed.
    drawn : set of int
        The results that depend on what is drawn at random.
    """

    def __init__(self, families, rng, arrays, n, scope, depth=0):
        self.families, self.rng, self.arrays, self.n = families, rng, arrays, n
        self.scope, self.depth = scope, depth
        self.inputs: list[Any] = []
        self.steps: list[Any] = []
        self.values: list[Any] = []
        self.variables: list[Any] = []
        self.drawn: set[int] = set()

    # ---- Drawing ---------------------------------------------------------------------------------

    def draw_steps(self, length, first=None):
        """Draw so many steps, or fewer if they do not fit; the first of a family of that name."""
        names = list(self.families)
        weights = [self.families[name][1] for name in names]
        for _ in range(_MOST_TRIES):
            if len(self.steps) >= length:
                break
            name = first if first and not self.steps else self.rng.choices(names, weights)[0]
            drawn = self.families[name][0](self) or []
            for step in drawn if isinstance(drawn, list) else [drawn]:
                if not self.add(step._replace(family=name)):
                    break

    def append(self, variable, value):
        """A result; returns its number."""
        self.scope[f"v{len(self.variables)}"] = variable
        self.variables.append(variable)
        self.values.append(value)
        return len(self.values) - 1

    def add(self, step):
        """Whether the step could be added: it is defined, and neither large nor of large numbers."""
        operands = [self.values[i] for i in step.operands]
        dtypes = [*step.dtypes, *[self.variables[i].dtype for i in step.operands]]
        oracle.CURRENT = oracle.Disturbance(dtype=coarsest(dtypes))
        try:
            with np.errstate(all="ignore"):
                step.check_sizes(operands)
                value = step.oracle(*operands)
        except (DoesNotFit, ValueError, IndexError):
            return False
        if np.size(value) > _MOST_ELEMENTS or np.ndim(value) > 4:
            return False
        if np.asarray(value).dtype.kind == "f":
            limit = _LARGEST_NARROW if "float16" in dtypes else _LARGEST
            if not np.all(np.abs(value) < limit):
                return False
        try:
            exec(step.definitions, self.scope)
            variable = eval(step.text, self.scope)  # text of the tables of families
        except Exception as error:
            raise NotBuilt(error, f"{step.definitions}\n{step.text}") from error
        step = step._replace(dtype=variable.dtype, precision=coarsest([variable.dtype, *dtypes]))
        self.steps.append(step)
        with np.errstate(all="ignore"):
            number = self.append(variable, in_declared_kind(value, step.dtype))
        if step.streams or not self.drawn.isdisjoint(step.operands):
            self.drawn.add(number)
        self.accept(step)
        return True

    def accept(self, step):
        """Take note of a step that has been added."""

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
