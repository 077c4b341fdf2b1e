"""Random programs: what minigrad is told as text, and what NumPy is to compute, side by side."""

import random
from typing import Any, NamedTuple

import autograd.numpy as anp
import numpy as np
import oracle
from autograd.tracer import getval
from oracle import (
    WIDE,
    DoesNotFit,
    bounded,
    erf,
    gathered,
    in_declared_kind,
    largest,
    logsumexp,
    norm,
    product,
    root,
    rounded,
    sigmoid,
    softmax,
    tanh,
    variance,
    where,
    written,
)

import minigrad
import minigrad.tensor as T

_MOST_ELEMENTS, _LARGEST, _LARGEST_NARROW = 120, 1e4, 8
FLOATS, INTEGERS = ("float64", "float32", "float16"), ("int8", "int16", "int32", "int64", "uint8")


class Input(NamedTuple):
    """What a program is given: `role` says how, as an argument, a shared variable or by givens."""

    name: str
    dtype: str
    shape: tuple[Any, ...]  # of sizes, and "n"
    broadcastable: tuple[bool, ...]
    role: str

    def sizes(self, n):
        return tuple(n if size == "n" else size for size in self.shape)


class Step(NamedTuple):
    """One operation."""

    family: str
    text: str  # as a user of minigrad writes it
    oracle: Any  # of the operands' values
    operands: tuple[int, ...]
    dtype: str = ""
    precision: str = "float64"  # of its coarsest float, which may be an operand
    patterns: tuple[tuple[bool, ...], ...] = ()  # if it is elementwise, which axes broadcast

    def check_sizes(self, operands):
        """minigrad repeats only what is known to have size 1, never what happens to."""
        if not self.patterns:
            return
        ndim = max(map(len, self.patterns))
        for axis in range(1, ndim + 1):
            sizes = {
                x.shape[-axis]
                for x, pattern in zip(operands, self.patterns, strict=True)
                if len(pattern) >= axis and not pattern[-axis]
            }
            if len(sizes) > 1:
                raise DoesNotFit(f"sizes {sizes}")


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
        oracle.CURRENT = oracle.Disturbance(dtype=_coarsest(dtypes))
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
        step = step._replace(dtype=variable.dtype, precision=_coarsest([variable.dtype, *dtypes]))
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


def _coarsest(dtypes):
    return max((d for d in dtypes if d in FLOATS), key=FLOATS.index, default="float64")


def elementwise(p, text, oracle, *operands, family=""):
    names = [f"v{i}" for i in operands]
    patterns = tuple(p.variables[i].broadcastable for i in operands)
    return Step(family, text.format(*names), oracle, operands, patterns=patterns)


def plain(text, oracle, *operands, **more):
    return Step("", text.format(*[f"v{i}" for i in operands], **more), oracle, operands)


UNARY = [
    ("-{0}", lambda x: -x),
    ("T.tanh({0})", tanh),
    ("T.sin({0})", anp.sin),
    ("T.cos({0})", anp.cos),
    ("T.exp(T.tanh({0}))", lambda x: anp.exp(tanh(x))),
    ("T.exp({0})", anp.exp),
    ("T.expm1(T.sin({0}))", lambda x: anp.expm1(anp.sin(x))),
    ("(T.exp(T.sin({0})) - 1)", lambda x: rounded(anp.exp(anp.sin(x))) - 1),
    ("(1 - T.exp(T.cos({0})))", lambda x: 1 - rounded(anp.exp(anp.cos(x)))),
    ("T.exp2(T.cos({0}))", lambda x: anp.exp2(anp.cos(x))),
    ("T.log(1 + T.sqr({0}))", lambda x: anp.log(rounded(1 + x * x))),
    ("T.log(1 - 0.5 * T.sin({0}))", lambda x: anp.log(rounded(1 - 0.5 * anp.sin(x)))),
    ("T.log2(2 + T.sin({0}))", lambda x: anp.log2(rounded(2 + anp.sin(x)))),
    ("T.log10(2 + T.sin({0}))", lambda x: anp.log10(rounded(2 + anp.sin(x)))),
    (
        "T.log(1 + T.sqr(T.stack([T.exp({0}), {0}])).sum(axis=0))",
        lambda x: anp.log(1 + rounded(anp.exp(2 * bounded(x))) + x * x),
    ),
    (
        "T.log(1 + T.sqr(T.stack([T.nnet.sigmoid({0}), {0}]) - 2).prod(axis=0))",
        lambda x: anp.log(1 + rounded((rounded(sigmoid(x)) - 2) ** 2 * (x - 2) ** 2)),
    ),
    ("T.log1p(T.exp(-{0}))", lambda x: anp.logaddexp(0, -bounded(x))),
    ("T.log(T.exp({0}) + 1)", lambda x: anp.log(rounded(anp.exp(bounded(x)) + 1))),
    ("T.sqrt(1 + {0} * {0})", lambda x: anp.sqrt(1 + x * x)),
    ("T.inv(2 + T.cos({0}))", lambda x: 1 / (2 + anp.cos(x))),
    ("T.tan(T.sin({0}))", lambda x: anp.tan(anp.sin(x))),
    ("T.arcsin(0.9 * T.sin({0}))", lambda x: anp.arcsin(0.9 * anp.sin(x))),
    ("T.arccos(0.9 * T.sin({0}))", lambda x: anp.arccos(0.9 * anp.sin(x))),
    ("T.arctan({0})", anp.arctan),
    ("T.sinh(T.tanh({0}))", lambda x: anp.sinh(tanh(x))),
    ("T.cosh(T.sin({0}))", lambda x: anp.cosh(anp.sin(x))),
    ("T.arcsinh({0})", anp.arcsinh),
    ("T.arccosh(2 + T.sqr({0}))", lambda x: anp.arccosh(2 + x * x)),
    ("T.arctanh(0.9 * T.tanh({0}))", lambda x: anp.arctanh(0.9 * tanh(x))),
    ("T.erf({0})", erf),
    ("T.erfc(T.tanh({0}))", lambda x: 1 - erf(tanh(x))),
    ("{0} ** 2", lambda x: x * x),
    ("{0} ** 3", lambda x: x * x * x),
    ("T.sqr({0})", lambda x: x * x),
    ("(2 + T.sin({0})) ** -1", lambda x: 1 / (2 + anp.sin(x))),
    ("(2 + T.sin({0})) ** 0.5", lambda x: anp.sqrt(2 + anp.sin(x))),
    ("({0} * 1 + 0)", lambda x: x),
    ("2 * (0.25 * {0})", lambda x: 0.5 * x),
    ("(3 - (1 - {0}))", lambda x: 3 - rounded(1 - x)),
    ("({0} - 0.5) / 4", lambda x: (x - 0.5) / 4),
    ("T.deg2rad({0})", lambda x: x * (np.arccos(WIDE(-1)) / 180)),
    ("T.tensor_copy({0})", lambda x: x * 1),
    ("T.nnet.softsign({0})", lambda x: x / (1 + anp.abs(x))),
]
# What cancels is a finite number, because with a factor that is none the quotient would be.
_FINITE = "T.exp(T.sin(T.switch(T.lt(abs({1}), np.inf), {1}, 0)))"


def _finite(y):
    # Disturbed inside, so that derivatives cancel no better than those of a program.
    return anp.exp(anp.sin(rounded(where(np.abs(getval(y)) < np.inf, y, 0))))


BINARY = [
    ("({0} + {1})", lambda x, y: x + y),
    ("({0} - {1})", lambda x, y: x - y),
    ("({0} * {1})", lambda x, y: x * y),
    ("({0} - (-{1}))", lambda x, y: x + y),
    ("(0.5 * {0} - 0.5 * {1})", lambda x, y: 0.5 * x - 0.5 * y),
    ("{0} / (1 + T.sqr({1}))", lambda x, y: x / (1 + y * y)),
    (
        f"({{0}} * {_FINITE}) / {_FINITE}",
        lambda x, y: rounded(x * _finite(y)) / rounded(_finite(y)),
    ),
    ("({0} * {1}) * 0.5 * {0}", lambda x, y: 0.5 * x * x * y),
    ("T.arctan2({0}, 2 + T.sqr({1}))", lambda x, y: anp.arctan2(x, 2 + y * y)),
    ("(2 + T.tanh({0})) ** T.tanh({1})", lambda x, y: (2 + tanh(x)) ** tanh(y)),
    (
        "T.log(T.exp({0}) + T.exp({1}))",
        lambda x, y: anp.log(rounded(anp.exp(bounded(x)) + anp.exp(bounded(y)))),
    ),
    ("({0} + {1} - {0})", lambda x, y: rounded(x + y) - x),
    ("T.add({0}, {1}, {0})", lambda x, y: 2 * x + y),
]


def _stairs(y, x):
    """y, which has the derivative 0 by x."""
    return where(np.zeros(np.shape(y), bool), x, y)


PIECEWISE = [
    ("T.nnet.relu({0})", lambda x: (x + anp.abs(x)) / 2),
    ("abs({0})", anp.abs),
    ("T.maximum({0}, 0.5)", lambda x: where(x < 0.5, 0.5, x)),
    ("T.clip({0}, -1, 1)", lambda x: where(x < -1, -1, where(x > 1, 1, x))),
    ("T.clip({0}, 0.5, -0.25)", lambda x: _stairs(np.where(getval(x) < 0.5, 0.5, -0.25), x)),
    ("T.switch({0} > 0.25, {0}, 0.5 * {0})", lambda x: where(x > 0.25, x, 0.5 * x)),
    ("T.switch(T.isnan({0}), 0, {0})", lambda x: where(np.isnan(getval(x)), 0, x)),
    ("T.floor({0})", anp.floor),
    ("T.ceil({0})", anp.ceil),
    ("T.trunc({0})", lambda x: where(x >= 0, anp.floor(x), anp.ceil(x))),
    ("T.round({0})", lambda x: _stairs(np.rint(getval(x)), x)),
    ("T.sgn({0})", lambda x: _stairs(np.sign(getval(x)), x)),
    ("{0} % 1.5", lambda x: x - 1.5 * np.floor(getval(x) / 1.5)),
    ("T.nnet.elu({0})", lambda x: where(x > 0, x, anp.expm1(where(x > 0, 0, x)))),
    (
        "T.nnet.hard_sigmoid({0})",
        lambda x: where(0.2 * x + 0.5 < 0, 0, where(0.2 * x + 0.5 > 1, 1, 0.2 * x + 0.5)),
    ),
    (
        "T.nnet.relu({0}, 0.1)",
        lambda x: x * np.where(x > 0, 1, np.where(x < 0, WIDE(0.1), WIDE(0.55))),
    ),
]
PIECEWISE_PAIRS = [
    ("T.maximum({0}, {1})", lambda x, y: where((x >= y) | (x != x), x, y)),
    ("T.minimum({0}, {1})", lambda x, y: where((x <= y) | (x != x), x, y)),
    ("T.switch({0} > {1}, {0}, {1})", lambda x, y: where(x > y, x, y)),
    ("T.switch(T.le({0}, {1}), {0} * 2, {1})", lambda x, y: where(x <= y, x * 2, y)),
    ("T.clip({0}, {1}, {1} + 1)", lambda x, y: where(x < y, y, where(x > y + 1, y + 1, x))),
]


def _log_of_sigmoid(x, sign):
    """log(sigmoid(sign x)), exact, but for the rounding of sigmoid(x) if that is computed first."""
    y = sigmoid(bounded(x))
    return -anp.logaddexp(0, -sign * x) + (rounded(y) - y) / sigmoid(sign * x)


NNET = [
    ("T.nnet.sigmoid({0})", sigmoid),
    ("1 / (1 + T.exp(-{0}))", lambda x: sigmoid(bounded(x))),
    ("T.exp({0}) / (1 + T.exp({0}))", lambda x: sigmoid(bounded(x))),
    ("(1 + T.tanh({0} / 2)) / 2", sigmoid),
    ("T.log(T.nnet.sigmoid({0}))", lambda x: _log_of_sigmoid(x, 1)),
    ("T.log(1 - T.nnet.sigmoid({0}))", lambda x: _log_of_sigmoid(x, -1)),
    ("T.nnet.softplus({0})", lambda x: anp.logaddexp(0, x)),
]
SOFTMAX = [
    ("T.nnet.softmax({0}, axis={a})", softmax),
    ("T.nnet.logsoftmax({0}, axis={a})", lambda x, a: x - rounded(logsumexp(x, a))),
    ("T.log(T.nnet.softmax({0}, axis={a}))", lambda x, a: bounded(x) - rounded(logsumexp(x, a))),
    ("T.exp({0}) / T.exp({0}).sum(axis={a}, keepdims=True)", lambda x, a: softmax(bounded(x), a)),
    (
        "T.log(T.exp({0}).sum(axis={a}, keepdims=True))",
        lambda x, a: anp.log(rounded(anp.sum(anp.exp(bounded(x)), axis=a, keepdims=True))),
    ),
    ("T.logsumexp({0}, axis={a}, keepdims=True)", logsumexp),
    (
        "(lambda e: e / e.sum(axis={a}, keepdims=True))"
        "(T.exp({0} - T.max({0}, axis={a}, keepdims=True)))",
        lambda x, a: softmax(x, a) if x.shape[a] else largest(x, a),
    ),
]


def unary(p):
    i = p.pick()
    return None if i is None else elementwise(p, *p.rng.choice(UNARY), i)


def _pair(p, table, kinds="f"):
    i = p.pick(kinds)
    if i is None:
        return None
    j = p.partner(i, kinds)
    if j is None:
        return None
    if p.rng.random() < 0.5:
        i, j = j, i
    return elementwise(p, *p.rng.choice(table), i, j)


def binary(p):
    if p.rng.random() < 0.25:
        i = p.pick()
        if i is None:
            return None
        return with_constant(p, i)
    return _pair(p, BINARY)


def with_constant(p, i):
    """With a constant array that broadcasts."""
    shape = np.shape(p.values[i])
    keep = p.rng.randint(0, len(shape))
    shape = tuple(1 if p.rng.random() < 0.3 else size for size in shape[keep:])
    if "n" in [size for given in p.inputs for size in given.shape] and p.rng.random() < 0.5:
        shape = tuple(1 if size == p.n else size for size in shape)
    text, value = p.array(shape)
    form, oracle = p.rng.choice(BINARY)
    names = [f"v{i}", text]
    patterns = (p.variables[i].broadcastable,)
    wide = value.astype(WIDE)

    def compute(x):
        Step("", "", None, (), patterns=(patterns[0], tuple(s == 1 for s in shape))).check_sizes(
            [x, wide]
        )
        return oracle(x, wide)

    return Step("", form.format(*names), compute, (i,))


def piecewise(p):
    if p.rng.random() < 0.5:
        return _pair(p, PIECEWISE_PAIRS)
    i = p.pick()
    return None if i is None else elementwise(p, *p.rng.choice(PIECEWISE), i)


def nnet(p):
    i = p.pick()
    return None if i is None else elementwise(p, *p.rng.choice(NNET), i)


def softmaxes(p):
    i = p.pick(least=1)
    if i is None:
        return None
    text, oracle = p.rng.choice(SOFTMAX)
    a = p.axis(i)
    return plain(text, lambda x: oracle(x, a), i, a=a)


def _axes(p, i):
    """All axes, one, or some; as the user says it, and as a tuple."""
    ndim = p.variables[i].ndim
    if p.rng.random() < 0.3 or not ndim:
        return None, tuple(range(ndim))
    if p.rng.random() < 0.7:
        a = p.axis(i)
        return a, (a % ndim,)
    axes = tuple(sorted(p.rng.sample(range(ndim), p.rng.randint(1, ndim))))
    return axes, axes


def reductions(p):
    i = p.pick()
    if i is None:
        return None
    said, axes = _axes(p, i)
    keepdims = p.rng.random() < 0.4
    name = p.rng.choice(
        [
            "sum",
            "sum",
            "mean",
            "mean",
            "var",
            "std",
            "max",
            "min",
            "norm",
            "ptp",
            "sumsq",
            "meandtype",
            "halves",
            "centred",
        ]
    )

    def kept(y, x):
        return (
            anp.reshape(y, tuple(1 if k in axes else s for k, s in enumerate(x.shape)))
            if keepdims
            else y
        )

    k = f"axis={said}, keepdims={keepdims}"
    table = {
        "sum": (f"{{0}}.sum({k})", lambda x: anp.sum(x, axis=axes)),
        "mean": (f"T.mean({{0}}, {k})", lambda x: anp.mean(x, axis=axes)),
        "meandtype": (f"T.mean({{0}}, {k}, dtype='float64')", lambda x: anp.mean(x, axis=axes)),
        "var": (f"T.var({{0}}, {k})", lambda x: variance(x, axes)),
        "std": (
            f"T.std(3 * T.sin({{0}}), {k})",
            lambda x: root(variance(3 * anp.sin(x), axes)),
        ),
        "max": (f"T.max({{0}}, {k})", lambda x: largest(x, axes)),
        "min": (f"T.min({{0}}, {k})", lambda x: -largest(-x, axes)),
        "norm": (f"T.norm({{0}}, 2, {k})", lambda x: norm(x, axes)),
        "sumsq": (f"T.sum(T.sqr({{0}}), {k})", lambda x: anp.sum(x * x, axis=axes)),
        "halves": (f"T.sum(0.5 * {{0}} * {{0}}, {k})", lambda x: anp.sum(0.5 * x * x, axis=axes)),
    }
    if name == "ptp":
        return (
            None
            if said is not None and not isinstance(said, int)
            else plain(
                f"T.ptp({{0}}, axis={said})", lambda x: largest(x, axes) + largest(-x, axes), i
            )
        )
    if name == "centred":
        return plain(
            f"({{0}} - T.mean({{0}}, axis={said}, keepdims=True))",
            lambda x: x - rounded(anp.mean(x, axis=axes, keepdims=True)),
            i,
        )
    if name == "norm" and isinstance(said, tuple):
        return None
    text, oracle = table[name]
    return plain(text, lambda x: kept(oracle(x), x), i)


def running(p):
    i = p.pick(least=1)
    if i is None:
        return None
    a = p.axis(i)
    return p.rng.choice(
        [
            plain(f"T.cumsum({{0}}, axis={a})", lambda x: anp.cumsum(x, axis=a), i),
            plain("T.cumsum({0})", lambda x: anp.cumsum(anp.ravel(x)), i),
            plain(f"T.prod(T.tanh({{0}}), axis={a})", lambda x: product(tanh(x), a), i),
            plain("T.prod({0})", lambda x: product(anp.ravel(x), 0), i),
            plain(
                f"T.cumsum({{0}}, axis={a}) / {{0}}.shape[{a}]",
                lambda x: anp.cumsum(x, axis=a) / x.shape[a],
                i,
            ),
            plain(
                "T.cumsum({0}[::-1], axis=0)[::-1]",
                lambda x: anp.cumsum(x[::-1], axis=0)[::-1],
                i,
            ),
        ]
    )


def products(p):
    i = p.pick(least=1, most=3)
    if i is None:
        return None
    x = p.values[i]
    choice = p.rng.random()
    if choice < 0.3 and p.variables[i].ndim == 2:
        return p.rng.choice(
            [
                plain("T.dot({0}.T, {0})", lambda x: anp.dot(x.T, x), i),
                plain("T.dot({0}, {0}.T)", lambda x: anp.dot(x, x.T), i),
                plain("0.5 * T.dot({0}.T, -2 * {0})", lambda x: -anp.dot(x.T, x), i),
                plain("T.dot({0}, {0}[0])", lambda x: anp.dot(x, x[0]), i),
                plain("T.outer({0}.flatten(), {0}[0])", lambda x: anp.outer(x, x[0]), i),
                plain(
                    "{0}.dimshuffle(1, 'x', 0).dot({0})", lambda x: anp.dot(x.T[:, None, :], x), i
                ),
            ]
        )
    if choice < 0.4:
        return plain(
            "T.dot({0}.flatten(), {0}.flatten())", lambda x: anp.dot(anp.ravel(x), anp.ravel(x)), i
        )
    if choice < 0.55:
        j = p.pick(least=2, most=3, where=lambda j: np.shape(p.values[j])[0] == x.shape[0])
        if j is not None and x.ndim >= 2:
            if x.ndim == 3 and p.values[j].ndim == 3:
                if x.shape[2] == p.values[j].shape[1]:
                    return plain("T.batched_dot({0}, {1})", _batched, i, j)
                if x.shape[2] == p.values[j].shape[2]:
                    return plain(
                        "T.batched_tensordot({0}, {1}, axes=[2, 2])",
                        lambda x, y: _batched(x, anp.swapaxes(y, 1, 2)),
                        i,
                        j,
                    )
            if x.ndim == 2 and p.values[j].ndim == 3 and x.shape[1] == p.values[j].shape[1]:
                return plain(
                    "T.batched_dot({0}, {1})", lambda x, y: _batched(x[:, None], y)[:, 0], i, j
                )
    if choice < 0.75:
        j = p.pick(least=1, most=3)
        pairs = [
            (a, b)
            for a, s in enumerate(x.shape)
            for b, t in enumerate(np.shape(p.values[j]))
            if s == t
        ]
        if pairs:
            a, b = p.rng.choice(pairs)
            return plain(
                f"T.tensordot({{0}}, {{1}}, [[{a}], [{b}]])",
                lambda x, y: _tensordot(x, y, a, b),
                i,
                j,
            )
    if choice < 0.8 and x.ndim == 1:
        j = p.pick(least=1, most=1)
        return plain("T.outer({0}, {1})", anp.outer, i, j)
    width = p.rng.choice([1, 2, 3])
    if p.rng.random() < 0.5:
        j = p.pick(least=1, most=2, where=lambda j: np.shape(p.values[j])[0] == x.shape[-1])
        if j is not None:
            return plain(
                p.rng.choice(["T.dot({0}, {1})", "{0}.dot({1})", "({0} @ {1})"]), _dot, i, j
            )
    if x.shape[-1] == p.n:
        return None
    text, w = p.array((x.shape[-1], width))
    return plain(f"T.dot({{0}}, {text})", lambda x: anp.dot(x, w.astype(WIDE)), i)


def _dot(x, y):
    return anp.dot(x, y)


def _tensordot(x, y, a, b):
    if x.shape[a] != y.shape[b]:
        raise DoesNotFit
    return anp.tensordot(x, y, [[a], [b]])


def _batched(x, y):
    if x.shape[0] != y.shape[0] or x.shape[2] != y.shape[1]:
        raise DoesNotFit
    return anp.sum(x[:, :, :, None] * y[:, None, :, :], axis=2)


# ---- Indexing ------------------------------------------------------------------------------------


def _key(p, i):
    """An index: as text, and as a function of the tensor's shape."""
    rng, shape = p.rng, np.shape(p.values[i])
    entries, makers = [], []
    arrays = 0
    length = rng.choice([1, 2, 2, 3])  # of all index arrays, so that they broadcast
    for axis, size in enumerate(shape):
        kind = rng.choices(
            ["slice", "int", "array", "last", "half", "expr slice", "none"],
            [40, 15, 14, 10, 5, 8, 6],
        )[0]
        if size == 0:
            kind = "slice"
        if kind == "array" and arrays == 2:
            kind = "slice"
        if kind == "none":
            entries.append("None")
            makers.append(lambda s: None)
            kind = "slice"
        if kind == "slice":
            bounds = rng.choice(
                [
                    (None, None, None),
                    (None, None, None),
                    (1, None, None),
                    (None, -1, None),
                    (None, None, -1),
                    (None, None, 2),
                    (None, 2, None),
                    (-2, None, None),
                    (2, None, -1),
                    (5, 1, None),
                ]
            )
            entries.append(
                ":".join("" if b is None else str(b) for b in bounds[: 3 if bounds[2] else 2])
            )
            makers.append(lambda s, bounds=bounds: slice(*bounds))
        elif kind == "int":
            at = rng.choice([0, -1, rng.randrange(size)])
            entries.append(str(at))
            makers.append(lambda s, at=at: at)
        elif kind == "last":
            entries.append(f"{{0}}.shape[{axis}] - 1")
            makers.append(lambda s, axis=axis: s[axis] - 1)
        elif kind == "half":
            entries.append(f"{{0}}.shape[{axis}] // 2")
            makers.append(lambda s, axis=axis: s[axis] // 2)
        elif kind == "expr slice":
            entries.append(f"{{0}}.shape[{axis}] // 2:")
            makers.append(lambda s, axis=axis: slice(s[axis] // 2, None))
        else:
            arrays += 1
            two = rng.random() < 0.25
            at = p.arrays.integers(-size, size, (rng.choice([1, 2]), length) if two else (length,))
            form = rng.choice(["np.array({})", "{}", "T.constant(np.array({}))"])
            entries.append(form.format(at.tolist()))
            makers.append(lambda s, at=at: at)
    if len(shape) >= 2 and rng.random() < 0.3:
        place = rng.randrange(len(entries) + 1)
        while len(entries) > place and rng.random() < 0.5 and entries[place] == ":":
            del entries[place], makers[place]
        entries.insert(place, "...")
        makers.insert(place, lambda s: Ellipsis)
    elif len(entries) > 1 and rng.random() < 0.3:
        keep = rng.randrange(1, len(entries))
        entries, makers = entries[:keep], makers[:keep]
    text = ", ".join(entries)
    return text, lambda shape: tuple(m(shape) for m in makers)


def indexing(p):
    i = p.pick("fiub", least=1)
    if i is None or 0 in np.shape(p.values[i]):
        return None
    rng = p.rng
    if rng.random() < 0.12:
        if p.variables[i].dtype == "bool":
            return None
        return rng.choice(
            [
                plain("{0}[{0} > 0]", lambda x: x[getval(x) > 0], i),
                plain("T.take({0}, [0, 0, -1], axis=0)", lambda x: x[[0, 0, -1]], i),
                plain(
                    "{0}.flatten()[T.argmax({0})]", lambda x: anp.ravel(x)[np.argmax(getval(x))], i
                ),
                plain("{0}[T.arange({0}.shape[0])]", lambda x: x[np.arange(x.shape[0])], i),
                plain("{0}[T.arange({0}.shape[0])[::-1]]", lambda x: x[::-1], i),
                plain("T.nonzero_values({0})", lambda x: x[getval(x) != 0], i),
            ]
        )
    text, key = _key(p, i)
    return plain(f"{{0}}[{text}]", lambda x: x[key(x.shape)], i)


def writes(p):
    i = p.pick(least=1)
    if i is None or 0 in np.shape(p.values[i]):
        return None
    rng = p.rng
    text, key = _key(p, i)
    try:
        part = np.arange(np.size(p.values[i])).reshape(np.shape(p.values[i]))[
            key(np.shape(p.values[i]))
        ]
    except IndexError:
        return None
    adds = rng.random() < 0.55
    name = "inc_subtensor" if adds else "set_subtensor"
    if not adds and len(set(part.ravel().tolist())) < part.size:
        name, adds = "inc_subtensor", True

    def fits(j):
        other = np.shape(p.values[j])
        return len(other) <= part.ndim and all(
            a == b or a == 1 for a, b in zip(other[::-1], part.shape[::-1], strict=False)
        )

    choice = rng.random()
    j = p.pick(where=fits)
    if choice < 0.5 and j is not None and p.variables[j].dtype == p.variables[i].dtype:
        return plain(
            f"T.{name}({{0}}[{text}], {{1}})", lambda x, y: written(x, key(x.shape), y, adds), i, j
        )
    if choice < 0.75:
        shape = part.shape[rng.randint(0, part.ndim) :]
        shape = tuple(1 if rng.random() < 0.25 else s for s in shape)
        literal, y = p.array(shape)
        dtype = p.variables[i].dtype
        return plain(
            f"T.{name}({{0}}[{text}], {literal}.astype({dtype!r}))",
            lambda x: written(x, key(x.shape), y.astype(WIDE), adds),
            i,
        )
    return plain(
        f"T.{name}({{0}}[{text}], T.sin({{0}}[{text}]))",
        lambda x: written(x, key(x.shape), anp.sin(x[key(x.shape)]), adds),
        i,
    )


# ---- Shapes and joins ----------------------------------------------------------------------------


def shapes(p):
    i = p.pick("fiub")
    if i is None:
        return None
    rng, ndim = p.rng, p.variables[i].ndim
    options = [
        ("{0}.flatten()", np.ravel),
        (
            "{0}.dimshuffle('x', " + ", ".join(map(str, range(ndim))) + ")"
            if ndim
            else "{0}.dimshuffle('x')",
            lambda x: x[None],
        ),
        ("T.shape_padright({0})", lambda x: x[..., None]),
        ("{0}.reshape((-1, 1))", lambda x: np.reshape(x, (-1, 1))),
        ("{0}.reshape((1, {0}.size))", lambda x: np.reshape(x, (1, x.size))),
    ]
    if ndim:
        a, b = p.axis(i), p.axis(i)
        order = list(range(ndim))
        rng.shuffle(order)
        order = tuple(order)
        shift, times = rng.choice([1, -1, 2, 5]), rng.choice([1, 2, 3])
        options += [
            ("{0}.T", lambda x: x.T),
            (f"{{0}}.dimshuffle({', '.join(map(str, order))})", lambda x: np.transpose(x, order)),
            (f"T.transpose({{0}}, {order})", lambda x: np.transpose(x, order)),
            (f"T.swapaxes({{0}}, {a}, {b})", lambda x: np.swapaxes(x, a, b)),
            (f"T.moveaxis({{0}}, {a}, {b})", lambda x: np.moveaxis(x, a, b)),
            (f"T.roll({{0}}, {shift}, axis={a})", lambda x: np.roll(x, shift, axis=a)),
            (f"T.roll({{0}}, {shift})", lambda x: np.roll(x, shift)),
            (f"T.repeat({{0}}, {times}, axis={a})", lambda x: np.repeat(x, times, axis=a)),
            (f"T.repeat({{0}}, {times})", lambda x: np.repeat(x, times)),
            (f"T.tile({{0}}, {times})", lambda x: np.tile(x, times)),
            (f"T.expand_dims({{0}}, {a})", lambda x: np.expand_dims(x, a)),
            ("{0}[::-1]", lambda x: x[::-1]),
            ("{0}.reshape((-1, {0}.shape[-1]))", lambda x: _rows(x)),
            ("{0}.flatten(1).reshape({0}.shape)", lambda x: x),
        ]
        reps = tuple(rng.choice([1, 1, 2]) for _ in range(rng.choice([ndim, ndim + 1])))
        options.append((f"T.tile({{0}}, {reps})", lambda x: np.tile(x, reps)))
        ones = [k for k, known in enumerate(p.variables[i].broadcastable) if known]
        if ones:
            options += [("T.squeeze({0})", lambda x, ones=tuple(ones): np.squeeze(x, ones))] * 3
    if ndim == 2:
        options += [
            ("{0}.dimshuffle(1, 'x', 0)", lambda x: x.T[:, None, :]),
            ("{0}.reshape({0}.shape[::-1])", lambda x: np.reshape(x, x.shape[::-1])),
        ]
    if ndim >= 2:
        options.append(
            ("T.flatten({0}, 2)", lambda x: np.reshape(x, (x.shape[0], int(np.prod(x.shape[1:])))))
        )
    text, move = rng.choice(options)
    return plain(text, lambda x: gathered(x, move), i)


def _rows(x):
    if not x.shape[-1]:
        raise DoesNotFit
    return np.reshape(x, (-1, x.shape[-1]))


def joins(p):
    i = p.pick(least=1)
    if i is None:
        return None
    rng, shape, a = p.rng, np.shape(p.values[i]), p.axis(i)
    axis = a % len(shape)

    def same(j):
        other = np.shape(p.values[j])
        return len(other) == len(shape) and all(
            s == t for k, (s, t) in enumerate(zip(shape, other, strict=True)) if k != axis
        )

    j = p.pick(where=same)
    equal = p.pick(where=lambda j: np.shape(p.values[j]) == shape)
    options = [
        plain(
            f"T.concatenate([{{0}}, {{1}}], axis={a})", lambda x, y: _concatenated([x, y], a), i, j
        ),
        plain(
            f"T.join({a}, {{0}}, {{1}}, T.sin({{0}}))",
            lambda x, y: _concatenated([x, y, anp.sin(x)], a),
            i,
            j,
        ),
        plain("T.stack([{0}, {1}])", lambda x, y: _stacked([x, y], 0), i, equal),
        plain(
            f"T.stack([{{0}}, {{1}}, {{0}}], axis={a})",
            lambda x, y: _stacked([x, y, x], a),
            i,
            equal,
        ),
        plain(
            "T.stack([{0}.sum(), {0}.shape[0], 2.0])",
            lambda x: anp.stack([anp.sum(x), WIDE(x.shape[0]), WIDE(2)]),
            i,
        ),
    ]
    if shape[axis] >= 2 and shape[axis] != p.n:
        first = rng.randint(0, shape[axis])
        sizes = [first, shape[axis] - first]
        which = rng.choice([0, 1])

        def part(x):
            if x.shape[axis] != sum(sizes):
                raise DoesNotFit
            return _cut(x, axis, first, which)

        options.append(plain(f"T.split({{0}}, {sizes}, 2, axis={a})[{which}]", part, i))
    if shape[axis] >= 1:
        options.append(
            plain(
                f"T.concatenate(T.split({{0}}, [1, {{0}}.shape[{axis}] - 1], 2, axis={a})[::-1],"
                f" axis={a})",
                lambda x: _swapped(x, axis),
                i,
            )
        )
    return rng.choice(options)


def _cut(x, axis, first, which):
    key = (slice(None),) * axis + ((slice(None, first), slice(first, None))[which],)
    return x[key]


def _swapped(x, axis):
    if x.shape[axis] < 1:
        raise DoesNotFit
    return _concatenated([_cut(x, axis, 1, 1), _cut(x, axis, 1, 0)], axis)


def _concatenated(parts, axis):
    return anp.concatenate(parts, axis=axis)


def _stacked(parts, axis):
    if len({np.shape(getval(part)) for part in parts}) > 1:
        raise DoesNotFit
    return anp.stack(parts, axis=axis)


# ---- Sizes as numbers, making, matrices -----------------------------------------------------------


def sizes(p):
    i = p.pick(least=1)
    if i is None:
        return None
    a = p.rng.randrange(p.variables[i].ndim)
    return p.rng.choice(
        [
            plain("{0}.sum() / {0}.shape[0]", lambda x: anp.sum(x) / np.float64(x.shape[0]), i),
            plain(f"{{0}} * ({{0}}.shape[{a}] - 1)", lambda x: x * (x.shape[a] - 1), i),
            plain("{0} - {0}.size", lambda x: x - int(np.prod(x.shape)), i),
            plain(f"T.arange({{0}}.shape[{a}])", lambda x: np.arange(x.shape[a]), i),
            plain(
                "T.alloc({0}.sum(), {0}.shape[0], 2)",
                lambda x: anp.sum(x) * np.ones((x.shape[0], 2)),
                i,
            ),
            plain("T.zeros_like({0})", lambda x: where(np.zeros(x.shape, bool), x, 0), i),
            plain("T.ones_like({0}) * {0}", lambda x: x, i),
            plain("T.fill({0}, {0}.sum())", lambda x: anp.sum(x) + np.zeros(x.shape), i),
            plain("{0}[{0}.shape[0] - 1]", lambda x: x[x.shape[0] - 1] if x.shape[0] else x[0], i),
            plain(
                "T.switch({0}.shape[0] > 2, {0}, -{0})", lambda x: x if x.shape[0] > 2 else -x, i
            ),
            plain("{0} * T.prod({0}.shape)", lambda x: x * int(np.prod(x.shape)), i),
            plain("T.cast({0}.shape, 'float64')", lambda x: np.array(x.shape, WIDE), i),
            plain("({0} + T.arange({0}.shape[-1]))", lambda x: x + np.arange(x.shape[-1]), i)
            if not p.variables[i].broadcastable[-1]
            else None,
        ]
    )


def matrices(p):
    i = p.pick(least=2, most=2)
    if i is None:
        return None
    k = p.rng.choice([0, 0, 1, -1])
    options = [
        plain(f"T.tril({{0}}, {k})", lambda x: where(np.tri(*x.shape, k) > 0, x, 0), i),
        plain(f"T.triu({{0}}, {k})", lambda x: where(np.tri(*x.shape, k - 1) > 0, 0, x), i),
        plain("T.diagonal({0})", lambda x: _diagonal(x), i),
        plain("T.trace({0})", lambda x: anp.sum(_diagonal(x)), i),
        plain("T.diag({0}[0])", lambda x: x[0][:, None] * np.eye(x.shape[1]), i),
        plain("({0} + T.eye({0}.shape[0], {0}.shape[1]))", lambda x: x + np.eye(*x.shape), i)
        if not any(p.variables[i].broadcastable)
        else None,
    ]
    return p.rng.choice(options)


def _diagonal(x):
    k = np.arange(min(x.shape))
    return x[k, k]


# ---- Integers, bools and casts --------------------------------------------------------------------

INTEGER = [
    ("({0} + {1})", np.add),
    ("({0} - {1})", np.subtract),
    ("({0} * {1})", np.multiply),
    ("({0} & {1})", np.bitwise_and),
    ("({0} | {1})", np.bitwise_or),
    ("({0} ^ {1})", np.bitwise_xor),
    ("T.maximum({0}, {1})", np.maximum),
    ("T.minimum({0}, {1})", np.minimum),
    ("({0} // (abs({1}) + 1))", lambda x, y: np.floor_divide(x, np.abs(y) + 1)),
    ("({0} % (abs({1}) + 1))", lambda x, y: np.remainder(x, np.abs(y) + 1)),
]
COMPARISONS = [
    ("({0} > {1})", np.greater),
    ("({0} <= {1})", np.less_equal),
    ("T.eq(T.floor({0}), T.floor({1}))", lambda x, y: np.floor(x) == np.floor(y)),
    ("T.neq(T.floor({0}), T.floor({1}))", lambda x, y: np.floor(x) != np.floor(y)),
    (
        "T.isclose({0}, {1})",
        lambda x, y: (x == y) | (np.abs(x - y) <= 1e-8 + 1e-5 * np.abs(y)) & np.isfinite(y),
    ),
]


def integers(p):
    """Arithmetic in the dtype that is declared, wrapping; NumPy's in int64 wraps to the same."""
    rng = p.rng
    i = p.pick("iu")
    if i is None:
        i = p.pick("f")
        if i is None:
            return None
        return plain(
            "T.cast(T.floor(3 * T.tanh({0}) + 0.5), 'int64')",
            lambda x: np.floor(3 * np.tanh(getval(x)) + 0.5).astype("int64"),
            i,
        )
    if rng.random() < 0.5:
        j = p.partner(i, "iu")
        text, f = rng.choice(INTEGER)
        return elementwise(p, text, lambda x, y: f(x.astype("int64"), y.astype("int64")), i, j)
    ndim = p.variables[i].ndim
    a = p.axis(i) if ndim else None
    number = rng.choice([2, 3, 7, 300, -1, -2])
    options = [
        plain(f"({{0}} * {number})", lambda x: x.astype("int64") * number, i),
        plain(f"({{0}} + {number})", lambda x: x.astype("int64") + number, i),
        plain("({0} // 3)", lambda x: x.astype("int64") // 3, i),
        plain("({0} % 3)", lambda x: x.astype("int64") % 3, i),
        plain("({0} // -2)", lambda x: x.astype("int64") // -2, i),
        plain("({0} / 4)", lambda x: x / WIDE(4), i),
        plain("(0.5 * {0})", lambda x: x * WIDE(0.5), i),
        plain("T.mean({0})", lambda x: np.mean(x.astype(WIDE)), i),
        plain("T.sqr({0} % 5)", lambda x: (x.astype("int64") % 5) ** 2, i),
        plain("abs({0} % 5 - 2)", lambda x: abs(x.astype("int64") % 5 - 2), i),
        plain("T.switch({0} > 1, {0}, 0)", lambda x: np.where(x > 1, x, 0), i),
        plain("T.clip({0}, 0, 3)", lambda x: np.clip(x.astype("int64"), 0, 3), i),
        plain("T.norm({0}, 2)", lambda x: np.sqrt(np.sum(x.astype(WIDE) ** 2)), i),
        plain("(~({0} > 2))", lambda x: ~(x > 2), i),
    ]
    if ndim:
        options += [
            plain(f"T.sum({{0}}, axis={a})", lambda x: np.sum(x, axis=a, dtype="int64"), i),
            plain(
                f"T.prod({{0}} % 4, axis={a})",
                lambda x: np.prod(x.astype("int64") % 4, axis=a, dtype="int64"),
                i,
            ),
            plain(f"T.max({{0}}, axis={a})", lambda x: np.max(x, axis=a), i),
            plain(f"T.argmax({{0}}, axis={a})", lambda x: np.argmax(x, axis=a), i),
            plain(f"T.argmin({{0}}, axis={a})", lambda x: np.argmin(x, axis=a), i),
            plain(f"T.cumsum({{0}} % 4, axis={a})", lambda x: np.cumsum(x % 4, axis=a), i),
            plain(f"T.var({{0}}, axis={a})", lambda x: np.var(x.astype(WIDE), axis=a), i),
        ]
    return rng.choice(options)


def comparisons(p):
    rng = p.rng
    i = p.pick("fiu")
    if i is None:
        return None
    choice = rng.random()
    if choice < 0.5:
        j = p.partner(i, "fiu")
        text, f = rng.choice(COMPARISONS)
        return elementwise(p, text, lambda x, y: f(_plain_number(x), _plain_number(y)), i, j)
    b = p.pick("b")
    if b is None:
        return elementwise(p, "({0} > 0)", lambda x: getval(x) > 0, i)
    j = p.partner(b)
    options = [
        plain("T.sum({0})", lambda x: np.sum(x, dtype="int64"), b),
        plain("T.mean({0})", lambda x: np.mean(x.astype(WIDE)), b),
        plain("T.any({0})", np.any, b),
        plain("T.all({0})", np.all, b),
        plain("(~{0})", np.logical_not, b),
        plain("T.cast({0}, 'float32')", lambda x: x.astype(WIDE), b),
        elementwise(p, "({0} & ~{0})", lambda x: x & ~x, b),
    ]
    if j is not None:
        options += [
            elementwise(p, "({0} * {1})", lambda x, y: x * y, b, j),
            elementwise(p, "T.switch({0}, {1}, -1.5)", lambda x, y: where(x, y, -1.5), b, j),
            elementwise(p, "((1 - {0}) * {1})", lambda x, y: (1 - x.astype(int)) * y, b, j),
        ]
    return rng.choice(options)


def _plain_number(x):
    x = np.asarray(getval(x))
    return x if x.dtype == WIDE else x.astype("int64")


def casts(p):
    i = p.pick("fiub")
    if i is None:
        return None
    dtype = p.rng.choice(
        ["float64", "float32", "float64", "float32", "int64", "int32", "int8", "float16"]
    )
    if dtype in FLOATS:
        return plain(f"T.cast({{0}}, {dtype!r})", lambda x: x * WIDE(1), i)
    if p.variables[i].dtype in FLOATS:
        return plain(
            f"T.cast(9 * T.tanh({{0}}) + 0.5, {dtype!r})",
            lambda x: np.trunc(9 * np.tanh(getval(x)) + 0.5),
            i,
        )
    return plain(f"T.cast({{0}}, {dtype!r})", lambda x: x, i)


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
    "nnet": (nnet, 4),
    "softmax": (softmaxes, 4),
    "integers": (integers, 7),
    "comparisons": (comparisons, 5),
    "casts": (casts, 3),
}
