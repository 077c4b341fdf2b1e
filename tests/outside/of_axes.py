"""Steps that compute along axes: reductions, running sums, softmaxes, products, matrices."""

import autograd.numpy as anp
import numpy as np
from oracle import (
    WIDE,
    DoesNotFit,
    bounded,
    largest,
    logsumexp,
    norm,
    product,
    root,
    rounded,
    softmax,
    tanh,
    variance,
    where,
)
from steps import plain

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
