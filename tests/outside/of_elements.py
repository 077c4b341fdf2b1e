"""Steps that compute element by element: functions, kinks, integers, comparisons, casts."""

import autograd.numpy as anp
import numpy as np
from autograd.tracer import getval
from oracle import (
    WIDE,
    bounded,
    erf,
    log_of_one_and,
    rounded,
    sigmoid,
    tanh,
    where,
)
from steps import FLOATS, Step, elementwise, plain

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
    ("T.log(1 + T.sqr({0}))", lambda x: log_of_one_and(x * x)),
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


def _clipped_between_wrong_bounds(x):
    return np.where(np.isnan(x), x, np.where(x < 0.5, 0.5, -0.25))


def _stairs(y, x):
    """y, which has the derivative 0 by x."""
    return where(np.zeros(np.shape(y), bool), x, y)


PIECEWISE = [
    ("T.nnet.relu({0})", lambda x: (x + anp.abs(x)) / 2),
    ("abs({0})", anp.abs),
    ("T.maximum({0}, 0.5)", lambda x: where(x < 0.5, 0.5, x)),
    ("T.clip({0}, -1, 1)", lambda x: where(x < -1, -1, where(x > 1, 1, x))),
    ("T.clip({0}, 0.5, -0.25)", lambda x: _stairs(_clipped_between_wrong_bounds(getval(x)), x)),
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
            lambda x: np.floor(rounded(3 * np.tanh(getval(x))) + 0.5).astype("int64"),
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
