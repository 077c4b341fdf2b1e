"""Steps that draw at random, by the generators of NumPy and by MRG31k3p.

What is drawn by NumPy's has no derivative; by MRG's it has those of the expression that is made of
numbers between 0 and 1.
"""

import autograd.numpy as anp
import numpy as np
from autograd.tracer import getval
from oracle import WIDE, DoesNotFit, rounded
from steps import Step
from streams import MRGStream, NumPyStream, n_streams


def draws(p):
    """A draw."""
    return p.rng.choice([_numpys, _numpys, _mrgs])(p)


class _Size:
    """The shape of a draw: as text, and as a function of the first operand, if it has one."""

    def __init__(self, p):
        rng = p.rng
        self.known, self.operands = None, ()
        i = p.pick("fiub", least=1, most=3, where=lambda i: p.values[i].size)
        options = [
            "known",
            "known",
            "scalar",
            *(["shape", "rows", "first"] if i is not None else []),
        ]
        form = rng.choice(options)
        if form in ("known", "scalar"):
            shape = tuple(rng.choice([1, 2, 3, 4]) for _ in range(rng.randint(1, 3)))
            self.known = () if form == "scalar" else shape
            self.text, self.ndim = repr(self.known), len(self.known)
            return
        self.operands = (i,)
        ndim, more = p.variables[i].ndim, rng.choice([1, 2, 3])
        self.text, self.ndim, self.of = {
            "shape": ("v{i}.shape", ndim, lambda x: x.shape),
            "rows": (f"(v{{i}}.shape[0], {more})", 2, lambda x: (x.shape[0], more)),
            "first": ("(v{i}.shape[-1],)", 1, lambda x: (x.shape[-1],)),
        }[form]
        self.text = self.text.format(i=i)

    def __call__(self, operands):
        shape = self.known if self.known is not None else self.of(getval(operands[0]))
        if 0 in shape:
            raise DoesNotFit("a draw of nothing")
        return shape


def _parameter(p, size, numbers, form="{}", of=lambda x: x):
    """A number, or an expression of what has the shape of the size: text, function and operands."""
    number = p.rng.choice(numbers)
    if p.rng.random() < 0.5 and size.text.endswith(".shape"):
        i = size.operands[0]
        if p.variables[i].dtype in ("float64", "float32"):
            return form.format(f"v{i}"), lambda x: of(x), (i,)
    if p.rng.random() < 0.3 and size.ndim:
        j = p.pick("f", most=0)
        if j is not None:
            return form.format(f"v{j}"), lambda x: of(x), (j,)
    return repr(number), lambda: np.asarray(number, WIDE if isinstance(number, float) else int), ()


_ANY = ("{}", lambda x: x)
_POSITIVE = ("(abs({}) + 0.5)", lambda x: anp.abs(x) + WIDE(0.5))
_SHARE = ("(0.5 + 0.375 * T.sin({}))", lambda x: 0.5 + WIDE(0.375) * anp.sin(x))
# For each distribution the method's name, its parameters, by names and what they may be, and the draw.
_NUMPYS = [
    (
        "uniform",
        [("low", [0.0, -1.0], _ANY), ("high", [1.0, 2.5], ("({} + 2)", lambda x: x + 2))],
        lambda g, size, low, high: g.uniform(low, high, size),
    ),
    (
        "normal",
        [("avg", [0.0, 1.5], _ANY), ("std", [1.0, 0.25], _POSITIVE)],
        lambda g, size, avg, std: g.normal(avg, std, size),
    ),
    (
        "gamma",
        [("shape", [1.0, 2.5], _POSITIVE), ("scale", [1.0, 0.5], _POSITIVE)],
        lambda g, size, shape, scale: g.gamma(shape, scale, size),
    ),
    (
        "binomial",
        [("n", [1, 1, 5], None), ("p", [0.5, 0.25], _SHARE)],
        lambda g, size, n, p: g.binomial(int(n), p, size),
    ),
    (
        "poisson",
        [("lam", [1.0, 3.5], _POSITIVE)],
        lambda g, size, lam: g.poisson(lam, size),
    ),
    (
        "random_integers",
        [("low", [0, -2], None), ("high", [1, 5], None)],
        lambda g, size, low, high: g.randint(int(low), int(high) + 1, size),
    ),
]


def _numpys(p):
    """A draw by a generator of NumPy's."""
    rng = p.rng
    choice = rng.random()
    if choice < 0.3:
        return rng.choice([_choice, _permutation, _multinomial, _shuffle])(p)
    name, parameters, draw = rng.choice(_NUMPYS)
    size = _Size(p)
    made = []
    for key, numbers, form in parameters:
        if form is None:
            number = rng.choice(numbers)
            made.append((key, repr(number), lambda number=number: number, ()))
        else:
            made.append((key, *_parameter(p, size, numbers, *form)))
    told = ", ".join(f"{key}={text}" for key, text, _, _ in made)
    dtype = ""
    if name in ("uniform", "normal", "gamma") and rng.random() < 0.3:
        dtype = f", dtype={rng.choice(['float32', 'float64'])!r}"

    def distribution(generator, shape, values):
        return draw(generator, shape, *values)

    return _of_numpys(f"srng.{name}({size.text}, {told}{dtype})", size, made, distribution)


def _of_numpys(text, size, parameters, distribution):
    """The step of a draw by one of NumPy's generators, whose parameters have no derivative."""
    stream = NumPyStream()
    operands, value_of = _arranged(size, parameters)

    def drawn(*values):
        shape = size(values)
        still = [np.asarray(getval(x)) for x in value_of(values)]
        still = [x.astype(float) if x.dtype == WIDE else x for x in still]
        if not all(np.isfinite(x).all() for x in still):
            raise DoesNotFit("a parameter is not finite")
        y = np.asarray(stream.draw(lambda g: distribution(g, shape, still)))
        return y.astype(WIDE) if y.dtype.kind == "f" else y

    return Step("", text, drawn, operands, streams=(stream,))


def _arranged(size, parameters):
    """All operands; and a function from them to the values of the parameters."""
    operands = tuple(size.operands)
    for _, _, _, more in parameters:
        operands += tuple(i for i in more if i not in operands)

    def values_of(values):
        known = dict(zip(operands, values, strict=True))
        return [function(*[known[i] for i in more]) for _, _, function, more in parameters]

    return operands, values_of


def _choice(p):
    size, count = _Size(p), p.rng.choice([3, 5, 40])
    replace = p.rng.random() < 0.5 or size.known is None or np.prod(size.known) > count
    share = None
    if count == 3 and p.rng.random() < 0.5:
        share = [0.25, 0.5, 0.25]

    def distribution(generator, shape, _):
        return generator.choice(count, shape, replace, share)

    text = f"srng.choice({size.text}, {count}, {replace}, {share})"
    return _of_numpys(text, size, [], distribution)


def _permutation(p):
    size, count = _Size(p), p.rng.choice([1, 3, 4])

    def distribution(generator, shape, _):
        rows = [generator.permutation(count) for _ in range(int(np.prod(shape, dtype=int)))]
        return np.reshape(rows, (*shape, count))

    return _of_numpys(f"srng.permutation({size.text}, {count})", size, [], distribution)


def _multinomial(p):
    size, n = _Size(p), p.rng.choice([1, 4])
    share = p.rng.choice([[0.5, 0.5], [0.25, 0.5, 0.25], [1.0, 0.0]])

    def distribution(generator, shape, _):
        return generator.multinomial(n, share, shape)

    return _of_numpys(f"srng.multinomial({size.text}, {n}, {share})", size, [], distribution)


def _shuffle(p):
    """The elements of each row in an order that is drawn."""
    i = p.pick("fi", least=1, most=3, where=lambda i: p.values[i].size)
    if i is None:
        return None
    stream = NumPyStream()

    def shuffled(x):
        *rows, length = getval(x).shape
        count = int(np.prod(rows, dtype=int))
        order = stream.draw(lambda g: [g.permutation(length) for _ in range(count)])
        if not getval(x).size:
            raise DoesNotFit("a draw of nothing")
        flat = anp.reshape(x, (count, length))
        places = np.arange(count)[:, None], np.array(order).reshape(count, length)
        return anp.reshape(flat[places], getval(x).shape)

    return Step("", f"srng.shuffle_row_elements(v{i})", shuffled, (i,), streams=(stream,))


# ---- MRG -------------------------------------------------------------------------------------------


def _mrgs(p):
    """A draw by MRG31k3p."""
    return p.rng.choice([_mrg_uniform, _mrg_uniform, _mrg_normal, _mrg_binomial, _mrg_rows])(p)


def _of_mrg(text, size, parameters, made):
    """The step of a draw: a function of the stream, the shape and the parameters."""
    stream = MRGStream()
    operands, value_of = _arranged(size, parameters)

    def drawn(*values):
        return made(stream, size(values), *value_of(values))

    return Step("", text, drawn, operands, streams=(stream,))


def _mrg_uniform(p):
    size = _Size(p)
    low = ("low", *_parameter(p, size, [0.0, -1.0], *_ANY))
    high = ("high", *_parameter(p, size, [1.0, 2.5], "({} + 2)", lambda x: x + 2))
    count = p.rng.choice([None, None, 1, 3])
    of = n_streams(size.known) if count is None else count

    def made(stream, shape, low, high):
        return low + rounded((high - low) * stream.uniform(shape, of))

    text = f"mrg.uniform({size.text}, low={low[1]}, high={high[1]}, nstreams={count})"
    return _of_mrg(text, size, [low, high], made)


def _mrg_normal(p):
    size = _Size(p)
    avg = ("avg", *_parameter(p, size, [0.0, 1.5], *_ANY))
    std = ("std", *_parameter(p, size, [1.0, 0.25], *_POSITIVE))
    count = p.rng.choice([None, None, 2])
    of = n_streams(None) if count is None else count

    def made(stream, shape, avg, std):
        total = int(np.prod(shape, dtype=int))
        u, v = stream.uniform((2, (total + 1) // 2), of)
        radius, angle = np.sqrt(-2 * np.log(u)), 2 * np.arccos(WIDE(-1)) * v
        pair = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])
        return avg + rounded(std * rounded(pair[:total].reshape(shape)))

    text = f"mrg.normal({size.text}, avg={avg[1]}, std={std[1]}, nstreams={count})"
    return _of_mrg(text, size, [avg, std], made)


def _mrg_binomial(p):
    size = _Size(p)
    share = ("p", *_parameter(p, size, [0.5, 0.25], *_SHARE))
    dtype = p.rng.choice(["int64", "int8", "float64", "float32"])
    of = n_streams(size.known)

    def made(stream, shape, share):
        is_below = stream.uniform(shape, of) < getval(share)
        return is_below.astype(WIDE if dtype.startswith("f") else dtype)

    text = f"mrg.binomial({size.text}, p={share[1]}, dtype={dtype!r})"
    return _of_mrg(text, size, [share], made)


def _mrg_rows(p):
    """Outcomes for each row of probabilities: how often each comes, or which come, none twice."""
    rng = p.rng
    share = np.array([[0.25, 0.5, 0.25], [0.125, 0.375, 0.5]], WIDE)
    text, operands, n = f"np.array({share.astype(float).tolist()})", (), rng.choice([1, 2, 3])
    i = p.pick("f", least=2, most=2, where=lambda i: p.values[i].size)
    if i is not None:
        text, operands, n = f"T.nnet.softmax(v{i})", (i,), min(n, p.values[i].shape[1])
    counts = rng.random() < 0.5
    stream = MRGStream()

    def drawn(*values):
        rows = rounded(_shares(getval(values[0]))) if values else share
        numbers = stream.uniform((n, len(rows)), n_streams(None))
        return _counts(rows, numbers) if counts else _chosen(rows, numbers)

    name = f"multinomial(n={n}, pvals={text})" if counts else f"choice({n}, None, False, {text})"
    return Step("", f"mrg.{name}", drawn, operands, streams=(stream,))


def _shares(x):
    if not x.size:
        raise DoesNotFit("a draw of nothing")
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def _outcome(row, number):
    """The number of what comes; None if the probabilities are NaN, for then nothing does."""
    return None if np.isnan(row).any() else int(np.argmax(np.cumsum(row) > number))


def _counts(rows, numbers):
    counts = np.zeros(rows.shape, "int64")
    for draw in numbers:
        for k, number in enumerate(draw):
            outcome = _outcome(rows[k], number)
            if outcome is not None:
                counts[k, outcome] += 1
    return counts


def _chosen(rows, numbers):
    if len(numbers) > rows.shape[1]:
        raise DoesNotFit("so many different outcomes there are not")
    rows, chosen = np.array(rows), np.full((rows.shape[0], len(numbers)), -1)
    for t, draw in enumerate(numbers):
        for k, number in enumerate(draw):
            outcome = _outcome(rows[k], number)
            if outcome is not None:
                chosen[k, t] = outcome
                rows[k, outcome] = 0
                rows[k] /= np.sum(rows[k]) or 1
    return chosen
