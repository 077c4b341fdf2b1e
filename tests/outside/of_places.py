"""Steps that move elements about: indices, writes, shapes, joins; and sizes as numbers."""

import autograd.numpy as anp
import numpy as np
from autograd.tracer import getval
from oracle import (
    WIDE,
    DoesNotFit,
    gathered,
    where,
    written,
)
from steps import plain


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
