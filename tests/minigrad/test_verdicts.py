"""`check_grad` tells 40 right derivatives from 40 subtly wrong ones, at all scales, in both floats.

Each function is taken with its values and its arguments stretched by powers of ten, in the type of
the float: s · f(x / r), whose derivative is s / r · f'(x / r).
"""

import math
from itertools import product
from typing import NamedTuple

import numpy as np
import pytest
from draws import is_thorough, part_of

import minigrad
import minigrad.tensor as T
from minigrad.testing import GradientError, check_grad


class Case(NamedTuple):
    """A function of arrays; its gradient, given weights v of its results; and one like it."""

    f: object
    right: object
    wrong: object
    point: tuple


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_grad(x, v):
    y = softmax(x)
    return y * (v - (v * y).sum(axis=-1, keepdims=True))


def erf(x):
    return np.vectorize(math.erf, otypes=[x.dtype])(x)


def normalised(x):
    centred = x - x.mean(axis=0)
    return centred / np.sqrt((centred**2).mean(axis=0))


def normalised_grad(x, v, forgotten=1.0):
    y = normalised(x)
    scale = np.sqrt(((x - x.mean(axis=0)) ** 2).mean(axis=0))
    return (v - v.mean(axis=0) - forgotten * y * (v * y).mean(axis=0)) / scale


V = np.array([0.7, -1.3, 2.1, 0.4, -0.2])
POSITIVE = np.array([0.3, 1.1, 2.4, 5.0])
INSIDE = np.array([-0.7, -0.2, 0.1, 0.6])
LARGE = np.array([-30.0, -2.0, 3.0, 40.0])
M = np.array([[0.3, 1.7, -2.2], [1.1, -0.4, 0.9], [-0.8, 0.5, 1.3], [2.0, -1.6, 0.2]])
W = np.array([[0.7, -0.3], [1.2, 0.5], [-0.8, 0.1]])
BIAS = np.array([0.4, -0.9, 1.5])
SQUARE = np.array([[2.0, 0.3, -0.5], [0.1, 1.5, 0.4], [-0.2, 0.6, 1.8]])

CASES = {
    "sine, 3 % off": Case(
        np.sin, lambda x, v: v * np.cos(x), lambda x, v: 1.03 * v * np.cos(x), (V,)
    ),
    "sine, 0.1 % off": Case(
        np.sin, lambda x, v: v * np.cos(x), lambda x, v: 1.001 * v * np.cos(x), (V,)
    ),
    "exp, wrong sign": Case(np.exp, lambda x, v: v * np.exp(x), lambda x, v: -v * np.exp(x), (V,)),
    "exp, of the result": Case(
        np.exp, lambda x, v: v * np.exp(x), lambda x, v: v * np.exp(np.exp(x) / 9), (V,)
    ),
    "expm1, forgotten 1": Case(
        np.expm1, lambda x, v: v * np.exp(x), lambda x, v: v * np.expm1(x), (V,)
    ),
    "log, regularised": Case(np.log, lambda x, v: v / x, lambda x, v: v / (x + 1e-2), (POSITIVE,)),
    "log1p as log": Case(
        np.log1p, lambda x, v: v / (1 + x), lambda x, v: v / (1.001 + x), (POSITIVE,)
    ),
    "log2 without its factor": Case(
        np.log2, lambda x, v: v / x / math.log(2), lambda x, v: v / x / 0.7, (POSITIVE,)
    ),
    "square root, for a half": Case(
        np.sqrt,
        lambda x, v: v / (2 * np.sqrt(x)),
        lambda x, v: v / (1.98 * np.sqrt(x)),
        (POSITIVE,),
    ),
    "square, dropped factor": Case(np.square, lambda x, v: 2 * x * v, lambda x, v: x * v, (V,)),
    "cube, of |x|": Case(
        lambda x: x**3, lambda x, v: 3 * x**2 * v, lambda x, v: 3 * x * np.abs(x) * v, (V,)
    ),
    "reciprocal, one power short": Case(
        np.reciprocal, lambda x, v: -v / x**2, lambda x, v: -v / np.abs(x) ** 1.9, (V,)
    ),
    "tanh, of x instead of y": Case(
        np.tanh,
        lambda x, v: v * (1 - np.tanh(x) ** 2),
        lambda x, v: v * (1 - np.tanh(x)),
        (INSIDE,),
    ),
    "sigmoid, missing square": Case(
        sigmoid,
        lambda x, v: v * sigmoid(x) * (1 - sigmoid(x)),
        lambda x, v: v * sigmoid(x) * (1.02 - sigmoid(x)),
        (V,),
    ),
    "softplus, wrong for large x": Case(
        lambda x: np.logaddexp(0, x),
        lambda x, v: v * sigmoid(x),
        lambda x, v: v * np.where(x > 20, 0.99, sigmoid(x)),
        (LARGE,),
    ),
    "log of sigmoid, zero for very negative x": Case(
        lambda x: -np.logaddexp(0, -x),
        lambda x, v: v * sigmoid(-x),
        lambda x, v: v * np.where(x < -20, 0, sigmoid(-x)),
        (LARGE,),
    ),
    "elu, wrong for negative x": Case(
        lambda x: np.where(x > 0, x, np.expm1(x)),
        lambda x, v: v * np.where(x > 0, 1, np.exp(x)),
        lambda x, v: v * np.where(x > 0, 1, np.expm1(x) + 1.05),
        (V,),
    ),
    "leaky relu, leaking too much": Case(
        lambda x: np.where(x > 0, x, 0.1 * x),
        lambda x, v: v * np.where(x > 0, 1, 0.1),
        lambda x, v: v * np.where(x > 0, 1, 0.103),
        (V,),
    ),
    "relu with a kink at 0": Case(
        lambda x: np.maximum(x, 0),
        lambda x, v: v * (x > 0),
        lambda x, v: v * np.where(x > 0, 0.98, 0),
        (np.array([0.0, 1.2, -0.7]),),
    ),
    "absolute value, wrong for negative x": Case(
        np.abs, lambda x, v: v * np.sign(x), lambda x, v: v, (np.array([0.0, 1.2, -0.7]),)
    ),
    "maximum with a tie": Case(
        np.maximum,
        lambda x, y, v: (v * (x >= y), v * (x < y)),
        lambda x, y, v: (v * (x >= y), v * (x <= y) * 1.0 - 0.03 * v * (x < y)),
        (np.array([1.0, 2.0, 0.5]), np.array([1.0, 1.5, 0.9])),
    ),
    "clip, passing all": Case(
        lambda x: np.clip(x, -1, 1), lambda x, v: v * (np.abs(x) < 1), lambda x, v: v, (V,)
    ),
    "arctan, minus for plus": Case(
        np.arctan, lambda x, v: v / (1 + x**2), lambda x, v: v / (1 + x**2 - 1e-3 * x**4), (V,)
    ),
    "arcsin near its edge": Case(
        np.arcsin,
        lambda x, v: v / np.sqrt(1 - x**2),
        lambda x, v: v / np.sqrt(1.0001 - x**2),
        (np.array([0.2, -0.9, 0.999]),),
    ),
    "arctan2, second argument": Case(
        np.arctan2,
        lambda x, y, v: (v * y / (x**2 + y**2), -v * x / (x**2 + y**2)),
        lambda x, y, v: (v * y / (x**2 + y**2), v * x / (x**2 + y**2)),
        (V, V[::-1] + 3),
    ),
    "erf, wrong constant": Case(
        erf,
        lambda x, v: v * 2 / math.sqrt(math.pi) * np.exp(-(x**2)),
        lambda x, v: v * 1.13 * np.exp(-(x**2)),
        (V,),
    ),
    "power, by the exponent": Case(
        np.power,
        lambda x, y, v: (v * y * x ** (y - 1), v * x**y * np.log(x)),
        lambda x, y, v: (v * y * x ** (y - 1), v * x**y * np.log(1.02 * x)),
        (POSITIVE, POSITIVE[::-1] / 2),
    ),
    "quotient, by the divisor": Case(
        np.divide,
        lambda x, y, v: (v / y, -v * x / y**2),
        lambda x, y, v: (v / y, -v * x / y**2 * 1.03),
        (V, V[::-1] + 4),
    ),
    "bias, mean instead of sum": Case(
        lambda x, b: x + b,
        lambda x, b, v: (v, v.sum(axis=0)),
        lambda x, b, v: (v, v.mean(axis=0)),
        (M, BIAS),
    ),
    "scale that broadcasts, one row short": Case(
        lambda x, b: x * b,
        lambda x, b, v: (v * b, (v * x).sum(axis=0)),
        lambda x, b, v: (v * b, (v * x)[1:].sum(axis=0)),
        (M, BIAS),
    ),
    "product, factor wrong at one place": Case(
        lambda x, w: x @ w,
        lambda x, w, v: (v @ w.T, x.T @ v),
        lambda x, w, v: (v @ w.T, x.T @ v * np.where(np.eye(3, 2) > 0, [0.97, 1], 1)),
        (M, W),
    ),
    "tied weights, one term 3 % off": Case(
        lambda w: np.tanh(M @ w) @ w.T, lambda w, v: tied(w, v), lambda w, v: tied(w, v, 1.03), (W,)
    ),
    "softmax, mean forgotten": Case(
        softmax, softmax_grad, lambda x, v: v * softmax(x) * (1 - softmax(x)), (M,)
    ),
    "log of sum of exp, of another axis": Case(
        lambda x: np.log(np.exp(x).sum(axis=1)),
        lambda x, v: v[:, None] * softmax(x),
        lambda x, v: v[:, None] * softmax(x.T).T,
        (M,),
    ),
    "norm, off at one end": Case(
        lambda x: np.sqrt((x**2).sum()),
        lambda x: x / np.sqrt((x**2).sum()),
        lambda x: x / np.sqrt((x**2)[1:].sum()),
        (V,),
    ),
    "variance, N - 1": Case(
        lambda x: x.var(axis=0),
        lambda x, v: 2 * v * (x - x.mean(axis=0)) / len(x),
        lambda x, v: 2 * v * (x - x.mean(axis=0)) / (len(x) - 1),
        (M,),
    ),
    "batch normalisation, last term 3 % off": Case(
        normalised, normalised_grad, lambda x, v: normalised_grad(x, v, 1.03), (M,)
    ),
    "cumulative sum, the wrong way": Case(
        np.cumsum, lambda x, v: np.cumsum(v[::-1])[::-1], lambda x, v: np.cumsum(v), (V,)
    ),
    "determinant, not transposed": Case(
        np.linalg.det,
        lambda x: np.linalg.det(x) * np.linalg.inv(x).T,
        lambda x: np.linalg.det(x) * np.linalg.inv(x),
        (SQUARE,),
    ),
    "elements taken twice, added once": Case(
        lambda x: x[[0, 2, 0]] * BIAS,
        lambda x, v: gathered(v, 1.0),
        lambda x, v: gathered(v, 0.0),
        (V,),
    ),
}


def tied(w, v, factor=1.0):
    h = np.tanh(M @ w)
    inner = M.T @ ((v @ w) * (1 - h**2))
    return v.T @ h + factor * inner


def gathered(v, again):
    gradient = np.zeros(5, v.dtype)
    gradient[0] = v[0] * BIAS[0] + again * v[2] * BIAS[2]
    gradient[2] = v[1] * BIAS[1]
    return gradient


def verdict(case, gradient, dtype, of_values, of_arguments):
    """Whether the gradient is said to be right, with the function stretched."""
    # So that float32 and float64 stretch alike.
    s, r = (float(np.float32(x)) for x in (of_values, of_arguments))

    def f(*point):
        return s * case.f(*[x / r for x in point])

    def stretched(*arguments):
        point, v = arguments[: len(case.point)], arguments[len(case.point) :]
        result = gradient(*[x / x.dtype.type(r) for x in point], *v)
        gradients = result if isinstance(result, tuple) else (result,)
        return [(s / r * g).astype(dtype) for g in gradients]

    try:
        check_grad(f, *[(x * r).astype(dtype) for x in case.point], grad=stretched)
    except GradientError as error:
        assert "is wrong" in str(error)
        return "wrong"
    return "right"


SCALES = [(1, 1), (1e8, 1e-8), (1e-8, 1e8)]


def scales_for(name, dtype):
    """One, which is another one for the next case and in the other float.

    With the profile `thorough`, all.
    """
    taken = (list(CASES).index(name) + (dtype == "float32")) % len(SCALES)
    return SCALES if is_thorough else [SCALES[taken]]


@pytest.mark.parametrize(
    ("name", "dtype"),
    [*product(CASES, ["float64"]), *part_of(product(CASES, ["float32"]), one_of=4)],
)
def test_a_right_derivative_is_called_right_and_a_wrong_one_wrong(name, dtype):
    case = CASES[name]
    for scales in scales_for(name, dtype):
        assert verdict(case, case.right, dtype, *scales) == "right", scales
        assert verdict(case, case.wrong, dtype, *scales) == "wrong", scales


class Elementwise(minigrad.Op):
    """A function of elements, with any derivative."""

    def __init__(self, function, derivative):
        self.function, self.derivative = function, derivative

    def make_node(self, x):
        x = T.as_tensor_variable(x)
        return minigrad.Apply(self, [x], [x.type()])

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = np.asarray(self.function(inputs[0]), inputs[0].dtype)

    def grad(self, inputs, output_grads):
        return [output_grads[0] * self.derivative(inputs[0])]


# A function, its derivative, the second derivative, and one like it.
SECOND_DERIVATIVES = {
    "sine, 3 % off": (np.sin, np.cos, lambda x: -T.sin(x), lambda x: -1.03 * T.sin(x)),
    "cube, wrong for negative x": (
        lambda x: x**3,
        lambda x: 3 * x**2,
        lambda x: 6 * x,
        lambda x: 6 * abs(x),
    ),
    "square, none at all": (np.square, lambda x: 2 * x, lambda x: 2 * T.ones_like(x), T.zeros_like),
    "exp, wrong for large x": (np.exp, np.exp, T.exp, lambda x: T.exp(T.minimum(x, 2))),
    "reciprocal, wrong sign": (
        np.reciprocal,
        lambda x: -(x**-2),
        lambda x: 2 * x**-3,
        lambda x: -2 * x**-3,
    ),
}


@pytest.mark.parametrize(
    ("name", "dtype", "scale"),
    part_of(product(SECOND_DERIVATIVES, ["float64", "float32"], [1e-8, 1e8]), one_of=3),
)
def test_so_are_second_derivatives(name, dtype, scale):
    function, derivative, right, wrong = SECOND_DERIVATIVES[name]
    for second in (right, wrong):
        op = Elementwise(function, Elementwise(derivative, second))

        def f(x, op=op):
            return scale * op(x / scale)

        x = (scale * V).astype(dtype)
        if second is right:
            check_grad(f, x, order=2)
        else:
            check_grad(f, x)
            with pytest.raises(GradientError, match="the second derivative is wrong"):
                check_grad(f, x, order=2)


def test_there_are_forty_of_each():
    assert len(CASES) == 40


# Each with its right derivative, computed as people write it.
BY_HAND = {
    "exp": (np.exp, lambda x, v: v * np.exp(x)),
    "log": (np.log, lambda x, v: v / x),
    "square root": (np.sqrt, lambda x, v: v / (2 * np.sqrt(x))),
    "cube": (lambda x: x**3, lambda x, v: 3 * x**2 * v),
    "sine": (np.sin, lambda x, v: v * np.cos(x)),
    "tanh": (np.tanh, lambda x, v: v * (1 - np.tanh(x) ** 2)),
    "sigmoid": (sigmoid, lambda x, v: v * sigmoid(x) * (1 - sigmoid(x))),
    "softplus": (lambda x: np.logaddexp(0, x), lambda x, v: v * sigmoid(x)),
    "log of sum of exp": (
        np.logaddexp.reduce,
        lambda x: np.exp(x - np.logaddexp.reduce(x)),
    ),
    "softmax": (softmax, softmax_grad),
    "bell": (lambda x: np.exp(-(x**2) / 2), lambda x, v: -v * x * np.exp(-(x**2) / 2)),
    "inverse": (lambda x: 1 / x, lambda x, v: -v / x**2),
    "relu": (lambda x: np.maximum(x, 0), lambda x, v: v * (x > 0)),
    "scaled by a denormal": (lambda x: 1e-310 * x, lambda x, v: 1e-310 * v),
    "huge": (lambda x: 1e250 * np.arctan(x), lambda x, v: 1e250 * v / (1 + x**2)),
}
HARD = [0.0, 5e-324, 1e-310, 1e-200, 1e-100, 1e-30, 1e-8, 1.0, 36.0, 400.0, 745.0, 1e8, 1e30, 1e200]


@pytest.mark.parametrize("name", BY_HAND)
@np.errstate(all="ignore")
def test_a_right_derivative_is_never_called_wrong_however_far_out(name):
    f, gradient = BY_HAND[name]
    random = np.random.default_rng(0)
    judged = 0
    for _ in range(12):
        x = random.choice(HARD, 2) * random.choice([-1, 1], 2) * random.choice([1, 1.37])
        if not np.isfinite(gradient(x, *([] if np.ndim(f(x)) == 0 else [np.ones(2)]))).all():
            continue  # that is not the right one
        try:
            check_grad(f, x, grad=gradient)
            judged += 1
        except GradientError as error:
            assert "cannot be judged" in str(error), (x, error)
    assert judged
