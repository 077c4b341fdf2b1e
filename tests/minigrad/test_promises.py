"""Every family of ops keeps all promises of the op protocol."""

import numpy as np
import pytest
from cases import COMPARISONS, KINKED, ONE, PREDICATES, TWO
from draws import is_thorough, part_of

import minigrad.tensor as T
from minigrad import scan
from minigrad.ops.random.mrg import MRGUniform
from minigrad.ops.random.multinomial import ChoiceFromUniform, MultinomialFromUniform
from minigrad.tensor.raw_random import binomial, random_state_type, uniform
from minigrad.testing import broadcastable, check_op, shapes, tensors

SMALL = shapes(max_side=2)


def array(*shape):
    """Numbers from -3 to 3 without ties, other ones for each shape."""
    return np.random.default_rng(shape).uniform(-3, 3, shape)


MATRIX, CUBE = array(3, 2), array(2, 3, 2)
ANY = tensors("float64", shape=SMALL)
PAIR = broadcastable(2, domain=(-2, 2), max_dims=2)

STATE = T.constant(random_state_type.filter(np.random.RandomState(3)))
STREAMS = T.constant(np.arange(1, 19).reshape(3, 6).astype("int32"))
NUMBERS = T.constant(array(6) / 6 + 0.5)

LAST_BUT_ONE = {"initial": array(2, 1)[:, 0], "taps": [-2]}


def step(x, h, W):
    return T.tanh(T.dot(h, W) + x)


OPS = {
    **{
        name: (getattr(T, name), tensors("float64", SMALL, case.defined))
        for name, case in part_of((ONE | PREDICATES).items(), one_of=2)
    },
    **{
        name: (getattr(T, name), broadcastable(2, domain=case.defined, max_dims=2))
        for name, case in part_of((TWO | KINKED | COMPARISONS).items(), one_of=2)
    },
    "switch": (lambda x, y: T.switch(x > 0.5, x, y), PAIR),
    "clip": (lambda x: T.clip(x, -1, 1), ANY),
    "tensor_copy": (T.tensor_copy, ANY),
    "cast": (lambda x: T.cast(x, "float32"), ANY),
    "sum": (lambda x: T.sum(x, axis=(0, 2)), CUBE),
    "mean": (lambda x: T.mean(x, axis=1, keepdims=True), CUBE),
    "var": (lambda x: T.var(x, axis=0), CUBE),
    "std": (lambda x: T.std(x + T.arange(2), axis=-1), CUBE),
    "prod": (lambda x: T.prod(x, axis=1), CUBE),
    "max": (lambda x: T.max(x, axis=1), CUBE),
    "max, of ties": (lambda x: T.max(x, axis=1), np.zeros((2, 3))),
    "argmax": (lambda x: T.argmax(x, axis=1), CUBE),
    "cumsum": (lambda x: T.cumsum(x, axis=1), CUBE),
    "any": (lambda x: T.any(x > 0, axis=0), CUBE),
    "reshape": (lambda x: x.reshape((4, -1)), CUBE),
    "flatten": (lambda x: x.flatten(2), CUBE),
    "dimshuffle": (lambda x: x.dimshuffle(2, "x", 0, 1), CUBE),
    "squeeze": (lambda x: T.squeeze(x), array(1, 3, 1)),
    "tile": (lambda x: T.tile(x, (2, 1)), MATRIX),
    "repeat": (lambda x: T.repeat(x, 2, axis=1), MATRIX),
    "roll": (lambda x: T.roll(x, 1, axis=0), MATRIX),
    "slice": (lambda x: x[::-2, 1:], CUBE),
    "index": (lambda x: x[1, ..., 0], CUBE),
    "indices": (lambda x: x[[0, 1, 1], :, [1, 0, 0]], CUBE),
    "set_subtensor": (lambda x: T.set_subtensor(x[1:, 0], 2 * x[0, 1]), CUBE),
    "inc_subtensor": (lambda x: T.inc_subtensor(x[[0, 0, 1]], 3.0), MATRIX),
    "concatenate": (lambda x, y: T.concatenate([x, y], axis=1), MATRIX, -MATRIX),
    "stack": (lambda x, y: T.stack([x, y], axis=1), MATRIX, -MATRIX),
    "split": (lambda x: T.split(x, [1, 2], 2, axis=0), MATRIX),
    "dot": (T.dot, MATRIX, array(2, 3)),
    "dot of vectors": (T.dot, array(3), array(1, 3)[0]),
    "dot of vector and matrix": (T.dot, array(3), MATRIX),
    "outer": (T.outer, array(3), array(2)),
    "batched_dot": (T.batched_dot, CUBE, array(2, 2, 2)),
    "tensordot": (lambda x, y: T.tensordot(x, y, 1), CUBE, array(2, 3)),
    "diagonal": (T.diagonal, MATRIX),
    "tril": (T.tril, MATRIX),
    "eye": (lambda x: T.eye(3, 2) * x, MATRIX),
    "alloc": (lambda x: T.alloc(x, 2, 3, 2), MATRIX),
    "sigmoid": (T.nnet.sigmoid, ANY),
    "softplus": (T.nnet.softplus, ANY),
    "relu": (T.nnet.relu, ANY),
    "elu": (T.nnet.elu, ANY),
    "softmax": (T.nnet.softmax, MATRIX),
    "logsoftmax": (T.nnet.logsoftmax, MATRIX),
    "binary_crossentropy": (
        T.nnet.binary_crossentropy,
        tensors("float64", shape=(3, 2), domain=(0.1, 0.9)),
        tensors("float64", shape=(3, 2), domain=(0.1, 0.9)),
    ),
    "draw": (lambda x: binomial(STATE, (4, 3, 2), 9, T.nnet.sigmoid(x))[1], MATRIX),
    "draw, of the size of an input": (lambda x: uniform(STATE, x.shape)[1], MATRIX),
    "draw by MRG": (lambda x: MRGUniform("float32")(STREAMS, x.shape[0], x.shape[1])[1], MATRIX),
    "multinomial draw": (
        lambda x: MultinomialFromUniform("int64")(T.nnet.softmax(x), NUMBERS, T.constant(2)),
        MATRIX,
    ),
    "choice": (
        lambda x: ChoiceFromUniform("int64")(T.nnet.softmax(x), NUMBERS, T.constant(2)),
        MATRIX,
    ),
    "permute_row_elements": (
        lambda x: T.permute_row_elements(x, [[2, 0, 1], [0, 1, 2]]),
        array(2, 3),
    ),
    "scan": (lambda x, h, W: scan(step, x, h, W)[0], MATRIX, array(2), array(2, 2)),
    "scan, of two states": (
        lambda x, h: scan(lambda x, h, g: [h * x, T.sin(g) * x.sum()], x, [h, LAST_BUT_ONE])[0],
        MATRIX,
        array(2),
    ),
}


@pytest.mark.parametrize("name", OPS)
def test_an_op_keeps_all_its_promises(name):
    op, *strategies = OPS[name]
    check_op(op, *strategies, max_examples=10 if is_thorough else 1)
