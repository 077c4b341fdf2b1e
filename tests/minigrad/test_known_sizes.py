"""Test what types know of sizes: all that holds for any data, and derivatives lose nothing of it."""

import numpy as np
import pytest
from draws import at_least
from hypothesis import given
from hypothesis import strategies as st

import minigrad
import minigrad.tensor as T
from minigrad.protocol.walks import ancestors, clone_replace
from minigrad.testing import check_grad

MODES = ["FAST_RUN", "FAST_COMPILE", "DebugMode"]
# The inputs: a size of None is n, which differs from call to call.
SHAPES = {
    "s": (),
    "v": (None,),
    "o": (1,),
    "m": (None, None),
    "c": (None, 1),
    "r": (1, None),
    "t": (None, 1, 1),
    "u": (1, None, None),
}
EXPRESSIONS = {
    "dimshuffle": lambda s, v, o, m, c, r, t, u: [v.dimshuffle(0, "x"), c.T, t.dimshuffle(2, 0)],
    "sums": lambda s, v, o, m, c, r, t, u: [
        m.sum(axis=0, keepdims=True),
        t.sum(axis=0),
        u.max(axis=1, keepdims=True),
        T.mean(c, axis=1),
        u.sum(axis=(1, 2), keepdims=True),
        T.norm(r, axis=1, keepdims=True),
        T.logsumexp(m, axis=(0, 1), keepdims=True),
        m.prod(axis=1, keepdims=True),
    ],
    "elementwise": lambda s, v, o, m, c, r, t, u: [
        c * r,
        c + v,
        o + t,
        s * o,
        T.switch(c > 0, r, o),
    ],
    "dot": lambda s, v, o, m, c, r, t, u: [
        T.dot(m, c),
        T.dot(r, m),
        T.dot(r, c),
        T.dot(c, r),
        T.dot(c, o),
        T.dot(v.dimshuffle("x", 0), m),
        T.dot(r, v),
    ],
    "matmul": lambda s, v, o, m, c, r, t, u: [
        T.matmul(u, c),
        T.matmul(t, r),
        T.matmul(u, u),
        T.batched_dot(u, r),
        T.batched_dot(t, c),
        T.batched_dot(r, u),
    ],
    "tensordot": lambda s, v, o, m, c, r, t, u: [
        T.tensordot(u, m, [[1], [0]]),
        T.tensordot(c, t, [[0], [0]]),
        T.tensordot(t, u, [[0, 1], [1, 0]]),
        T.outer(o, v),
        T.outer(m, o),
        T.tensordot(v.dimshuffle(0, "x"), m, [[0], [0]]),
    ],
    "reshape": lambda s, v, o, m, c, r, t, u: [
        m.reshape((1, -1)),
        v.reshape((v.shape[0], 1)),
        m.reshape((T.constant(3) - 2, -1)),
        t.reshape(t.shape),
        c.reshape((c.shape[0] * 1, c.shape[1])),
        s.reshape((1, 1)),
        o.reshape((-1,)),
    ],
    "flatten": lambda s, v, o, m, c, r, t, u: [
        T.flatten(t, 2),
        T.flatten(u, 2),
        o.flatten(),
        c.flatten(),
    ],
    "tile and repeat": lambda s, v, o, m, c, r, t, u: [
        T.tile(c, (2, 1)),
        T.tile(o, 1),
        T.tile(r, (1, 2)),
        T.tile(v, (1, 1, 2)),
        T.repeat(c, 1, axis=1),
        T.repeat(c, 2, axis=0),
        T.repeat(r, [1], axis=0),
        T.roll(c, 1, axis=1),
        T.roll(c, 1, axis=0),
    ],
    "alloc": lambda s, v, o, m, c, r, t, u: [
        T.alloc(s, 1, v.shape[0]),
        T.alloc(v, 1, v.shape[0]),
        T.fill(c, s),
        T.fill(o, c),
        T.fill(r, c),
        T.zeros_like(t) + s,
        T.ones(o.shape) * s,
        T.ones((c.shape[1], 3)) * s,
    ],
    "joining": lambda s, v, o, m, c, r, t, u: [
        T.concatenate([c, c]),
        T.concatenate([c, c], axis=1),
        T.concatenate([m, c], axis=1),
        T.stack([v]),
        T.stack([o, o], axis=1),
        T.stacklists([[s, s]]),
        T.join(0, o),
    ],
    "splitting": lambda s, v, o, m, c, r, t, u: [
        *T.split(c, [1, c.shape[0] - 1], 2),
        *T.split(T.concatenate([c, m], axis=1), [1, m.shape[1]], 2, axis=1),
        *T.split(c, [T.cast(s * 0, "int64"), 1], 2, axis=1),
    ],
    "indexing": lambda s, v, o, m, c, r, t, u: [
        m[:, None],
        c[:, 0],
        c[::-1],
        r[:, ::-1],
        r[:, 0:2],
        t[:, :, 0],
        o[[0]],
        m[[0]],
        m[:, [0]],
        m[[[0]], [0]],
        u[:, [0, 0]],
        t[..., None],
        c[:, 0:1],
        r[0:1],
        c[c[:, 0] > 0],
    ],
    "writing": lambda s, v, o, m, c, r, t, u: [
        T.set_subtensor(c[0], s),
        T.inc_subtensor(r[:, :1], s),
        T.set_subtensor(m[:1], r),
        T.inc_subtensor(m[:1], m[:1]),
    ],
    "picking": lambda s, v, o, m, c, r, t, u: [
        T.take(c, [0], axis=0),
        T.take(r, 0, axis=1),
        T.choose([[0]], r),
        T.choose([0], [c, c]),
        T.diag(o),
        T.tril(c),
    ],
    "specified": lambda s, v, o, m, c, r, t, u: [
        T.addbroadcast(m[:1], 0),
        T.specify_shape(m[:, :1], (None, 1)),
        T.specify_shape(c, (c.shape[0], 1)),
    ],
    "softmax": lambda s, v, o, m, c, r, t, u: [
        T.nnet.softmax(v),
        T.nnet.softmax(c),
        T.nnet.logsoftmax(u),
    ],
    "cumulative": lambda s, v, o, m, c, r, t, u: [
        T.cumsum(c, axis=0),
        T.cumsum(r, axis=0),
        T.cumsum(o),
    ],
}
CASES = [(name, mode) for name in EXPRESSIONS for mode in MODES]


def inputs_and_values(n):
    """The inputs, and values of them for this n."""
    inputs = {name: T.TensorType("float64", shape)(name) for name, shape in SHAPES.items()}
    rng = np.random.default_rng(n)
    values = [
        rng.uniform(0.5, 2, [n if size is None else size for size in shape])
        for shape in SHAPES.values()
    ]
    return inputs, values


@pytest.mark.parametrize(("name", "mode"), CASES)
def test_a_type_knows_the_size_1_that_results_have_for_any_data_in_every_mode(name, mode):
    inputs, _ = inputs_and_values(2)
    for expression in EXPRESSIONS[name](*inputs.values()):
        f = minigrad.function([*inputs.values()], expression, mode=mode, on_unused_input="ignore")
        shapes = []
        for n in (0, 2, 3, 2):
            try:
                shapes.append(f(*inputs_and_values(n)[1]).shape)
            except (ValueError, IndexError):
                assert n == 0, "only what takes an element needs one"
        always = tuple(all(shape[axis] == 1 for shape in shapes) for axis in range(expression.ndim))
        assert expression.broadcastable == always, expression
        assert all(expression.type.accepts_shape(expression.type.clone(shape=s)) for s in shapes)


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_a_derivative_broadcasts_just_where_its_variable_does(name):
    inputs, values = inputs_and_values(3)
    for expression in EXPRESSIONS[name](*inputs.values()):
        cost = T.sin(expression).sum()
        wrt = [v for v in inputs.values() if v in ancestors([cost])]
        slopes = minigrad.grad(cost, wrt, disconnected_inputs="ignore")
        assert [g.broadcastable for g in slopes] == [v.broadcastable for v in wrt], expression
        results = [
            minigrad.function([*inputs.values()], slopes, mode=mode, on_unused_input="ignore")(
                *values
            )
            for mode in MODES
        ]
        for variable, *slope in zip(wrt, *results, strict=True):
            (value,) = [x for x, v in zip(values, inputs.values(), strict=True) if v is variable]
            assert slope[0].shape == value.shape
            for other in slope[1:]:
                np.testing.assert_allclose(slope[0], other, rtol=1e-9, atol=1e-12)


def _like(draw, h, x):
    """A shared variable of unknown sizes, that multiplies the last axis of h."""
    columns = draw(st.sampled_from([1, 2, 3]))
    value = np.random.default_rng(columns).uniform(0.5, 1.5, (x.shape[-1], columns))
    return minigrad.shared(value), value


def product(draw, h, x):
    w, value = _like(draw, h, x)
    return T.tanh(T.dot(h, w)), np.tanh(x @ value)


def tensor_product(draw, h, x):
    w, value = _like(draw, h, x)
    axis = draw(st.sampled_from([a for a, n in enumerate(x.shape) if n == x.shape[-1]]))
    return T.tensordot(w, h, [[0], [axis]]), np.tensordot(value, x, [[0], [axis]])


def new_axis(draw, h, x):
    axis = draw(st.integers(0, x.ndim))
    return T.expand_dims(h, axis), np.expand_dims(x, axis)


def permutation(draw, h, x):
    order = draw(st.permutations(range(x.ndim)))
    return h.dimshuffle(*order), x.transpose(order)


def dropped(draw, h, x):
    axes = tuple(a for a, known in enumerate(h.broadcastable) if known)
    return T.squeeze(h), np.squeeze(x, axes)


def column_sum(draw, h, x):
    axis = draw(st.integers(0, x.ndim - 1))
    return T.sqr(h).sum(axis, keepdims=True), np.square(x).sum(axis, keepdims=True)


def mean_taken_out(draw, h, x):
    axis = draw(st.integers(0, x.ndim - 1))
    return h - h.mean(axis, keepdims=True), x - x.mean(axis, keepdims=True)


def cut_and_swapped(draw, h, x):
    axis = draw(st.integers(0, x.ndim - 1))
    k = draw(st.integers(0, x.shape[axis]))
    first = T.cast(minigrad.shared(np.float64(k)), "int64")
    parts = T.split(h, [first, h.shape[axis] - first], 2, axis=axis)
    a, b = np.split(x, [k], axis)
    return T.concatenate([parts[1], 2 * parts[0]], axis), np.concatenate([b, 2 * a], axis)


def flat(draw, h, x):
    return T.flatten(h, 2), x.reshape(x.shape[0], -1)


def written(draw, h, x):
    y = minigrad.shared(np.full((1,) * x.ndim, 0.7))
    result = x.copy()
    result[:1] = 0.7
    return T.set_subtensor(h[:1], y * 1), result


def filled_part(draw, h, x):
    result = np.zeros((3, *x.shape[1:]))
    result[:] = x[:1]
    zeros = T.zeros((3, *[h.shape[axis] for axis in range(1, x.ndim)]))
    return T.set_subtensor(zeros[:], h[:1]), result


STEPS = [
    *[product, tensor_product, new_axis, permutation, dropped, column_sum, mean_taken_out],
    *[cut_and_swapped, flat, written, filled_part],
]


@at_least(12)
@given(st.data())
def test_derivatives_of_arrangements_and_products_are_right_and_of_the_type_of_their_variable(data):
    shape = data.draw(st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=3))
    knows = [n == 1 and data.draw(st.booleans()) for n in shape]
    x = T.TensorType("float64", knows)("x")
    value = np.random.default_rng(0).uniform(0.5, 1.5, shape)
    h, numbers, on_the_way = x, value, [x]
    for _ in range(data.draw(st.integers(1, 5))):
        step = data.draw(st.sampled_from(STEPS))
        if numbers.ndim and (numbers.ndim > 1 or step is not flat):
            h, numbers = step(data.draw, h, numbers)
            on_the_way.append(h)
    np.testing.assert_allclose(minigrad.function([x], h)(value), numbers, rtol=1e-12)
    slopes = minigrad.grad(T.sin(h).sum(), on_the_way)
    assert [g.broadcastable for g in slopes] == [v.broadcastable for v in on_the_way]
    sizes = minigrad.function([x], [y.shape for y in [*slopes, *on_the_way]])(value)
    for one, other in zip(sizes[: len(slopes)], sizes[len(slopes) :], strict=True):
        assert one.tolist() == other.tolist()
    check_grad(lambda x_: clone_replace([T.sin(h)], {x: x_})[0], value)
