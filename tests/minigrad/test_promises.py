"""Every family of ops keeps all promises of the op protocol."""

import pytest

import minigrad.tensor as T
from minigrad.testing import broadcastable, check_op, tensors

MATRIX = tensors("float64", shape=(3, 2))
CUBE = tensors("float64", shape=(2, 3, 2))
POSITIVE = tensors("float64", domain=(0.1, 3))
WITHIN_1 = tensors("float64", domain=(-0.9, 0.9))
ANY = tensors("float64")
PAIR = broadcastable(2, domain=(-2, 2))
POSITIVE_PAIR = broadcastable(2, domain=(0.2, 2))

OPS = {
    "neg": (T.neg, ANY),
    "abs": (T.abs_, ANY),
    "sgn": (T.sgn, ANY),
    "sqr": (T.sqr, ANY),
    "sqrt": (T.sqrt, POSITIVE),
    "inv": (T.inv, POSITIVE),
    "exp": (T.exp, ANY),
    "exp2": (T.exp2, ANY),
    "expm1": (T.expm1, ANY),
    "log": (T.log, POSITIVE),
    "log2": (T.log2, POSITIVE),
    "log10": (T.log10, POSITIVE),
    "log1p": (T.log1p, POSITIVE),
    "sin": (T.sin, ANY),
    "cos": (T.cos, ANY),
    "tan": (T.tan, WITHIN_1),
    "arcsin": (T.arcsin, WITHIN_1),
    "arccos": (T.arccos, WITHIN_1),
    "arctan": (T.arctan, ANY),
    "sinh": (T.sinh, ANY),
    "cosh": (T.cosh, ANY),
    "tanh": (T.tanh, ANY),
    "arcsinh": (T.arcsinh, ANY),
    "arccosh": (T.arccosh, tensors("float64", domain=(1.1, 4))),
    "arctanh": (T.arctanh, WITHIN_1),
    "erf": (T.erf, ANY),
    "erfc": (T.erfc, ANY),
    "gammaln": (T.gammaln, POSITIVE),
    "floor": (T.floor, ANY),
    "round": (T.round, ANY),
    "isnan": (T.isnan, ANY),
    "add": (T.add, PAIR),
    "sub": (T.sub, PAIR),
    "mul": (T.mul, PAIR),
    "true_div": (T.true_div, POSITIVE_PAIR),
    "int_div": (T.int_div, POSITIVE_PAIR),
    "mod": (T.mod, POSITIVE_PAIR),
    "power": (T.power, POSITIVE_PAIR),
    "maximum": (T.maximum, PAIR),
    "minimum": (T.minimum, PAIR),
    "arctan2": (T.arctan2, POSITIVE_PAIR),
    "lt": (T.lt, PAIR),
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
    "argmax": (lambda x: T.argmax(x, axis=1), CUBE),
    "cumsum": (lambda x: T.cumsum(x, axis=1), CUBE),
    "any": (lambda x: T.any(x > 0, axis=0), CUBE),
    "reshape": (lambda x: x.reshape((4, -1)), CUBE),
    "flatten": (lambda x: x.flatten(2), CUBE),
    "dimshuffle": (lambda x: x.dimshuffle(2, "x", 0, 1), CUBE),
    "squeeze": (lambda x: T.squeeze(x), tensors("float64", shape=(1, 3, 1))),
    "tile": (lambda x: T.tile(x, (2, 1)), MATRIX),
    "repeat": (lambda x: T.repeat(x, 2, axis=1), MATRIX),
    "roll": (lambda x: T.roll(x, 1, axis=0), MATRIX),
    "slice": (lambda x: x[::-2, 1:], CUBE),
    "index": (lambda x: x[1, ..., 0], CUBE),
    "indices": (lambda x: x[[0, 1, 1], :, [1, 0, 0]], CUBE),
    "set_subtensor": (lambda x: T.set_subtensor(x[1:, 0], 2 * x[0, 1]), CUBE),
    "inc_subtensor": (lambda x: T.inc_subtensor(x[[0, 0, 1]], 3.0), MATRIX),
    "concatenate": (lambda x, y: T.concatenate([x, y], axis=1), MATRIX, MATRIX),
    "stack": (lambda x, y: T.stack([x, y], axis=1), MATRIX, MATRIX),
    "split": (lambda x: T.split(x, [1, 2], 2, axis=0), MATRIX),
    "dot": (T.dot, MATRIX, tensors("float64", shape=(2, 3))),
    "dot of vectors": (T.dot, tensors("float64", shape=(3,)), tensors("float64", shape=(3,))),
    "dot of vector and matrix": (T.dot, tensors("float64", shape=(3,)), MATRIX),
    "outer": (T.outer, tensors("float64", shape=(3,)), tensors("float64", shape=(2,))),
    "batched_dot": (T.batched_dot, CUBE, tensors("float64", shape=(2, 2, 2))),
    "tensordot": (lambda x, y: T.tensordot(x, y, 1), CUBE, tensors("float64", shape=(2, 3))),
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
}


@pytest.mark.parametrize("name", OPS)
def test_an_op_keeps_all_its_promises(name):
    op, *strategies = OPS[name]
    check_op(op, *strategies, max_examples=2)
