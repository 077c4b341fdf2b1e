"""Costs of sigmoids and softmaxes, written in many ways, at arguments up to ±1000.

What stands between the sigmoid and the logarithm moves elements about. So the exact cost is a sum of
log(1 + exp(∓z)), or of z - log(sum(exp(z))), over the elements that are left, in long double.
"""

import random
import warnings

import autograd.numpy as anp
import numpy as np
from autograd import make_vjp
from oracle import WIDE, gathered, logsumexp

import minigrad
import minigrad.tensor as T

_POINTS = [0, 1, -1, 25, -25, 36, -36, 40, -40, 710, -710, 1000, -1000]

ARGUMENTS = ["z", "(z + b)", "(b + z)", "(z - c)", "(2 * z)", "-(-z)", "(z * s)"]
SIGMOIDS = [
    "T.nnet.sigmoid({z})",
    "1 / (1 + T.exp(-{z}))",
    "1 / (T.exp(-{z}) + 1)",
    "1.0 / (1.0 + T.exp(-1 * {z}))",
    "T.inv(1 + T.exp(-{z}))",
    "(1 + T.exp(-{z})) ** -1",
    "T.exp({z}) / (1 + T.exp({z}))",
    "(lambda e: e / (1 + e))(T.exp({z}))",
    "(lambda e: e / (e + 1))(T.exp({z}))",
    "(1 + T.tanh({z} / 2)) / 2",
    "(0.5 * T.tanh(0.5 * {z}) + 0.5)",
]
SOFTMAXES = [
    "T.nnet.softmax({z})",
    "T.nnet.softmax({z}, axis=1)",
    "(lambda e: e / e.sum(axis=1, keepdims=True))(T.exp({z}))",
    "(lambda e: e / e.sum(axis=1)[:, None])(T.exp({z}))",
    "(lambda e: e / e.sum(axis=1).dimshuffle(0, 'x'))(T.exp({z}))",
    "T.exp({z}) / T.exp({z}).sum(axis=1, keepdims=True)",
    "(lambda y: (lambda e: e / e.sum(axis=1, keepdims=True))"
    "(T.exp(y - y.max(axis=1, keepdims=True))))({z})",
    "(lambda y: (lambda e: e / e.sum(axis=1)[:, None])(T.exp(y - y.max(axis=1)[:, None])))({z})",
]
MOVES = [
    ("{p}", lambda a: a),
    ("{p}", lambda a: a),
    ("{p}.flatten()", np.ravel),
    ("{p}.reshape((-1, 1))", lambda a: a.reshape(-1, 1)),
    ("{p}.T", np.transpose),
    ("{p}[1:]", lambda a: a[1:]),
    ("{p}[:, 0]", lambda a: a[:, 0]),
    ("{p}[:, ::-1]", lambda a: a[:, ::-1]),
    ("{p}[[0, 1, 0]]", lambda a: a[[0, 1, 0]]),
    ("{p}[0]", lambda a: a[0]),
    ("{p}[0, 1]", lambda a: a[0, 1]),
    ("T.concatenate([{p}, {p}])", lambda a: np.concatenate([a, a])),
    ("T.stack([{p}, {p}])", lambda a: np.stack([a, a])),
    ("T.repeat({p}, 2, axis=0)", lambda a: np.repeat(a, 2, axis=0)),
    ("T.tile({p}, (2, 1))", lambda a: np.tile(a, (2, 1))),
    ("T.cast({p}, 'float64')", lambda a: a),
    ("{p}.copy()", lambda a: a),
    ("T.roll({p}, 1, axis=0)", lambda a: np.roll(a, 1, axis=0)),
    ("T.switch({p} > 2, 0.5, {p})", lambda a: a),
    ("T.tensor_copy({p}).flatten()[1:]", lambda a: a.ravel()[1:]),
    ("{p}.dimshuffle(1, 'x', 0)", lambda a: a.T[:, None]),
    ("{p}[T.arange({p}.shape[0]), 0]", lambda a: a[:, 0]),
]
# What is made of the probabilities {q}; and exactly of p, their logarithms, and q, those of 1 - {q}.
COSTS = [
    ("-T.log({q}).sum()", lambda p, q: -anp.sum(p)),
    ("-T.log({q}).mean()", lambda p, q: -anp.mean(p)),
    ("T.log({q}).sum() * -2", lambda p, q: -2 * anp.sum(p)),
    (
        "-(W[:{q}.size] * T.log({q}).flatten()).sum()",
        lambda p, q: -anp.sum(_WEIGHTS[: p.size] * anp.ravel(p)),
    ),
    ("-T.log2({q}).sum()", lambda p, q: -anp.sum(p) / np.log(WIDE(2))),
    ("-T.log10({q}).sum()", lambda p, q: -anp.sum(p) / np.log(WIDE(10))),
    ("T.nnet.binary_crossentropy({q}, 0.25).mean()", lambda p, q: -anp.mean(0.25 * p + 0.75 * q)),
    ("-T.log(1 - {q}).sum()", lambda p, q: -anp.sum(q)),
    ("-T.log1p(-{q}).sum()", lambda p, q: -anp.sum(q)),
    (
        "-(0.25 * T.log({q}) + 0.75 * T.log(1 - {q})).mean()",
        lambda p, q: -anp.mean(0.25 * p + 0.75 * q),
    ),
    (
        "(-y * T.log({q}) - (1 - y) * T.log(1 - {q})).sum()",
        lambda p, q: -anp.sum(0.25 * p + 0.75 * q),
    ),
]
_OF_ANY = 6  # the first of them need no 1 - q
_WEIGHTS = np.arange(1, 100) / 8


def failure_of(seed):
    """Return what is wrong with the cost of a seed, and a script of it; None if nothing is."""
    rng = random.Random(seed)
    is_softmax = rng.random() < 0.45
    dtype = rng.choice(["float64", "float64", "float32"])
    way = rng.choice(SOFTMAXES if is_softmax else SIGMOIDS)
    argument = rng.choice(ARGUMENTS)
    between, move = rng.choice(MOVES)
    form, exact = rng.choice(COSTS[:_OF_ANY] if is_softmax else COSTS)
    shape = (rng.choice([2, 3, 4]), rng.choice([2, 3]))
    values = np.array(rng.choices(_POINTS, k=shape[0] * shape[1]), dtype).reshape(shape)
    other = np.array(rng.choices([0, 0, 1, -2], k=shape[1]), dtype)
    role = rng.choice(["input", "input", "shared", "constant", "given"])
    p = way.format(z=argument)
    text = f"""\
import numpy as np, minigrad, minigrad.tensor as T
z = T.TensorType({dtype!r}, (False, False))("z")
b, c = np.array({other.tolist()}, {dtype!r}), 0
s, y = np.array([1, 0.25], {dtype!r})
W = T.constant(np.arange(1, 100, dtype={dtype!r}) / 8)
Z = np.array({values.tolist()}, {dtype!r})  # {role}
p = {p}
q = {between.format(p="p")}
cost = {form.format(q="q")}
"""
    z = values.astype(WIDE)
    shift = other.astype(WIDE) if "b" in argument else WIDE(0)
    scale = 2 if "2" in argument else 1

    def exactly(z):
        z = scale * z + shift
        if is_softmax:
            return exact(gathered(z - logsumexp(z, 1), move), None)
        return exact(-anp.logaddexp(0, -gathered(z, move)), -anp.logaddexp(0, gathered(z, move)))

    pullback, right = make_vjp(exactly)(z)
    slopes = pullback(WIDE(1))
    scope = {}
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            exec(text, scope)
            cost, variable = scope["cost"], scope["z"]
            gradient = minigrad.grad(cost, variable)
            inputs, givens, arguments = [], {}, []
            if role == "input":
                inputs, arguments = [variable], [values]
            else:
                wrap = {"shared": minigrad.shared, "constant": T.constant, "given": np.array}
                givens = {variable: wrap[role](values)}
            for mode in ("FAST_RUN", "DebugMode", "without plans"):
                name = "DebugMode" if mode == "DebugMode" else "FAST_RUN"
                f = minigrad.function(inputs, [cost, gradient], givens=givens, mode=name)
                if mode == "without plans":
                    f._programs._most = 0
                value, slope = f(*arguments)
                _assert_close(f"{mode}: cost", value, right, dtype)
                _assert_close(f"{mode}: gradient", slope, slopes, dtype)
    except Exception as error:
        return f"costs: {type(error).__name__}: {error}", text + f"# seed {seed}"
    return None, ""


def _assert_close(what, result, expected, dtype):
    relative, absolute = (1e-10, 1e-15 * 12) if dtype == "float64" else (2e-5, 1e-4)
    expected = np.asarray(expected)
    if result.shape != expected.shape:
        raise AssertionError(f"{what}: of shape {result.shape}, not {expected.shape}")
    wrong = ~(np.abs(result.astype(WIDE) - expected) <= relative * np.abs(expected) + absolute)
    if wrong.any():
        raise AssertionError(f"{what} is {result.tolist()}, not {expected.astype(float).tolist()}")
