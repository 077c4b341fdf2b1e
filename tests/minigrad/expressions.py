"""Random expressions of several ops, as a Hypothesis strategy."""

from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import minigrad.tensor as T

# Every function here is smooth, and keeps numbers in a range where finite differences are exact.
UNARY = [
    lambda x: -x,
    lambda x: T.tanh(x),
    lambda x: T.sin(x),
    lambda x: T.cos(x),
    lambda x: T.exp(T.tanh(x)),
    lambda x: T.expm1(T.sin(x)),
    lambda x: T.log(1 + T.sqr(x)),
    lambda x: T.log1p(T.exp(-x)),
    lambda x: T.log(1 + T.exp(x)),
    lambda x: T.sqrt(1 + x * x),
    lambda x: T.arctan(x),
    lambda x: T.arcsinh(x),
    lambda x: T.nnet.sigmoid(x),
    lambda x: 1 / (1 + T.exp(-x)),
    lambda x: T.log(T.nnet.sigmoid(x)),
    lambda x: T.log(1 - T.nnet.sigmoid(x)),
    lambda x: T.nnet.softplus(x),
    lambda x: T.tanh(x) ** 2,
    lambda x: T.tanh(x) ** 3,
    lambda x: (2 + T.sin(x)) ** -1,
    lambda x: (2 + T.sin(x)) ** 0.5,
    lambda x: T.inv(2 + T.cos(x)),
    lambda x: x * 1 + 0,
    lambda x: 2 * (0.25 * x),
    lambda x: T.exp(T.tanh(x)) / (1 + T.exp(T.tanh(x))),
]
BINARY = [
    lambda x, y: x + y,
    lambda x, y: x - y,
    lambda x, y: T.tanh(x) * y,
    lambda x, y: x / (1 + T.sqr(y)),
    lambda x, y: (x * T.exp(T.sin(y))) / T.exp(T.sin(y)),
    lambda x, y: x - (-y),
    lambda x, y: T.arctan2(x, 2 + T.sqr(y)),
    lambda x, y: (2 + T.tanh(x)) ** T.tanh(y),
    lambda x, y: T.switch(T.gt(T.zeros_like(x), 1), x, y),
]
# These take a tensor of at least one dimension.
OF_AN_AXIS = [
    lambda x: x.sum(axis=0),
    lambda x: x.mean(axis=-1),
    lambda x: x.mean(),
    lambda x: x.var(axis=0),
    lambda x: x - x.mean(axis=-1, keepdims=True),
    lambda x: T.log(T.sum(T.exp(x), axis=0)),
    lambda x: T.log(T.exp(x).sum(axis=-1, keepdims=True)),
    lambda x: T.exp(x) / T.exp(x).sum(axis=-1, keepdims=True),
    lambda x: T.nnet.softmax(x, axis=-1),
    lambda x: T.log(T.nnet.softmax(x, axis=0)),
    lambda x: T.nnet.logsoftmax(x, axis=-1),
    lambda x: T.nnet.softmax(x, axis=-1) * T.log(T.nnet.softmax(x, axis=-1)),
    lambda x: T.cumsum(x, axis=0) / x.shape[0],
    lambda x: x[::-1],
    lambda x: x[0],
    lambda x: x[..., -1],
    lambda x: T.log(T.nnet.softmax(x, axis=0))[T.arange(x.shape[0])],
    lambda x: x[[0, -1, 0]],
    lambda x: T.set_subtensor(x[0], T.tanh(x[-1])),
    lambda x: T.inc_subtensor(x[-1:], T.sin(x[:1])),
    lambda x: T.concatenate([x, T.tanh(x)]),
    lambda x: T.stack([x, x + 1]).sum(axis=0),
    lambda x: x.flatten(),
    lambda x: x.T,
    lambda x: x.reshape((-1,)),
    lambda x: T.outer(x.flatten(), T.tanh(x.flatten())).sum(axis=0),
    lambda x: T.repeat(x, 2, axis=0),
    lambda x: T.tanh(x).prod(axis=0),
]
OF_A_MATRIX = [
    lambda x: T.tanh(x.dot(x.T)),
    lambda x: T.dot(x.T, T.tanh(x)),
    lambda x: T.dot(T.tanh(x), x[0]),
    lambda x: x.dimshuffle(1, "x", 0).sum(axis=1),
    lambda x: T.tril(x),
]
# Operands of linear functions: numbers are factored out of them, and sums become products.
LINEAR = [
    lambda x: 3 * x.sum(axis=0),
    lambda x: (0.5 * x).sum(),
    lambda x: (x * T.tanh(x)).sum(),
    lambda x: T.sqr(x).mean(),
    lambda x: 0.5 * T.dot(x.T, -2 * x),
    lambda x: T.dot(x, 0.25 * T.dot(x.T, T.tanh(x))),
    lambda x: 0.1 * T.dot(x.T, T.sin(x)).T - 0.1 * T.dot(T.cos(x).T, x),
    lambda x: T.nnet.sigmoid(T.dot(x, T.dot(x.T, x)) / x.shape[0] + x[0]),
]
SHAPES = [(), (3,), (1, 3), (2, 1), (2, 3)]
# Matrices that a plan holds transposed, and what broadcasts with them.
TALL_SHAPES = [(), (3,), (24, 3), (24, 1), (24, 3), (2, 3)]
NUMBERS = st.floats(-2, 2).map(lambda x: round(x, 3))


@st.composite
def expressions(draw, most_operations=8, of_shapes=SHAPES):
    """Inputs, float64 values for them, and expressions of several ops, made of one another."""
    shapes = draw(st.lists(st.sampled_from(of_shapes), min_size=1, max_size=3))
    inputs = [
        T.TensorType("float64", [1 if size == 1 else None for size in shape])(f"x{i}")
        for i, shape in enumerate(shapes)
    ]
    values = [draw(arrays("float64", shape, elements=NUMBERS)) for shape in shapes]
    known = dict(zip(inputs, values, strict=True))
    for _ in range(draw(st.integers(1, most_operations))):
        pool = list(known)
        x = pool[draw(st.integers(0, len(pool) - 1))]
        choices = (
            UNARY + (OF_AN_AXIS if x.ndim else []) + (OF_A_MATRIX + LINEAR if x.ndim == 2 else [])
        )
        partners = [y for y in pool if _fit(x, y, known)]
        number = draw(st.integers(0, len(choices) + len(BINARY) - 1))
        if number < len(choices):
            result = choices[number](x)
        else:
            y = partners[draw(st.integers(0, len(partners) - 1))]
            result = BINARY[number - len(choices)](x, y)
        known[result] = result.eval(known)
    return inputs, values, list(known)


def _fit(x, y, known):
    """Whether the two broadcast: their sizes are equal, or their types say 1."""
    sizes = zip(known[x].shape[::-1], known[y].shape[::-1], strict=False)
    types = zip(x.type.shape[::-1], y.type.shape[::-1], strict=False)
    return all(a == b or 1 in pair for (a, b), pair in zip(sizes, types, strict=True))
