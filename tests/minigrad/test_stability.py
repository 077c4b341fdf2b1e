"""Logarithms and exponentials stay finite and accurate at ±1000, and so do their derivatives."""

from itertools import product

import numpy as np
import pytest
from draws import part_of

import minigrad
import minigrad.tensor as T

LARGE = np.array([-1000.0, -50.0, -1.0, 0.0, 1.0, 50.0, 1000.0])


def sigmoid(x):
    return np.where(x > 0, 1 / (1 + np.exp(-np.abs(x))), 1 - 1 / (1 + np.exp(-np.abs(x))))


def softplus(x):
    return np.logaddexp(0, x)


# name: the expression as users write it; its value; its derivative.
ELEMENTWISE = {
    "sigmoid": (T.nnet.sigmoid, sigmoid, lambda x: sigmoid(x) * sigmoid(-x)),
    "1 / (1 + exp(-x))": (
        lambda x: 1 / (1 + T.exp(-x)),
        sigmoid,
        lambda x: sigmoid(x) * sigmoid(-x),
    ),
    "softplus": (T.nnet.softplus, softplus, sigmoid),
    "log(1 + exp(x))": (lambda x: T.log(1 + T.exp(x)), softplus, sigmoid),
    "log(exp(x) + 1)": (lambda x: T.log(T.exp(x) + 1), softplus, sigmoid),
    "log1p(exp(x))": (lambda x: T.log1p(T.exp(x)), softplus, sigmoid),
    "log(sigmoid(x))": (
        lambda x: T.log(T.nnet.sigmoid(x)),
        lambda x: -softplus(-x),
        lambda x: sigmoid(-x),
    ),
    "log(1 - sigmoid(x))": (
        lambda x: T.log(1 - T.nnet.sigmoid(x)),
        lambda x: -softplus(x),
        lambda x: -sigmoid(x),
    ),
    "log1p(-sigmoid(x))": (
        lambda x: T.log1p(-T.nnet.sigmoid(x)),
        lambda x: -softplus(x),
        lambda x: -sigmoid(x),
    ),
}


def compiled(expression, x):
    gradient = minigrad.grad(expression.sum(), x)
    return minigrad.function([x], [expression, gradient])


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_value_and_derivative_are_exact_at_any_size_without_a_warning(name):
    expression, value, derivative = ELEMENTWISE[name]
    x = T.dvector("x")
    with np.errstate(all="ignore"):
        expected = value(LARGE), derivative(LARGE)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        results = compiled(expression(x), x)(LARGE)
    for result, right in zip(results, expected, strict=True):
        np.testing.assert_allclose(result, right, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_float32_stays_finite_too(name):
    x = T.fvector("x")
    value, gradient = compiled(ELEMENTWISE[name][0](x), x)(LARGE.astype("float32"))
    assert value.dtype == gradient.dtype == np.float32
    assert np.isfinite(value).all()
    assert np.isfinite(gradient).all()


def exact_logsumexp(x, axis):
    largest = x.max(axis=axis, keepdims=True)
    return np.log(np.exp(x - largest).sum(axis=axis, keepdims=True)) + largest


def exact_softmax(x, axis):
    return np.exp(x - exact_logsumexp(x, axis))


ROWS = np.array([[1000.0, 0.0, -1000.0], [-1000.0, -1000.0, -999.0], [1.0, 2.0, 3.0]])


@pytest.mark.parametrize("axis", [0, 1, -1, (0, 1), None])
@pytest.mark.parametrize("keepdims", [True, False])
def test_log_sum_exp_is_exact(axis, keepdims):
    x = T.dmatrix("x")
    axes = (0, 1) if axis is None else axis
    value, gradient = compiled(T.log(T.sum(T.exp(x), axis=axis, keepdims=keepdims)), x)(ROWS)
    expected = exact_logsumexp(ROWS, axes)
    np.testing.assert_allclose(value, expected if keepdims else np.squeeze(expected, axes))
    np.testing.assert_allclose(gradient, exact_softmax(ROWS, axes), atol=1e-15)


def test_a_softmax_written_by_hand_is_exact():
    x = T.dmatrix("x")
    e = T.exp(x)
    f = minigrad.function([x], e / e.sum(axis=1, keepdims=True))
    np.testing.assert_allclose(f(ROWS), exact_softmax(ROWS, 1), atol=1e-15)


@pytest.mark.parametrize(
    "log_softmax",
    [
        lambda x: T.log(T.nnet.softmax(x)),
        lambda x: T.nnet.logsoftmax(x),
        lambda x: T.log(T.exp(x) / T.exp(x).sum(axis=1, keepdims=True)),
    ],
    ids=["log of softmax", "logsoftmax", "by hand"],
)
def test_the_logarithm_of_a_softmax_is_exact(log_softmax):
    x = T.dmatrix("x")
    f = minigrad.function([x], log_softmax(x))
    np.testing.assert_allclose(f(ROWS), ROWS - exact_logsumexp(ROWS, 1), rtol=1e-12)


LABELS = np.array([2, 0, 1])
ONE_HOT = np.eye(3)[LABELS]

CROSS_ENTROPIES = {
    "categorical, labels": lambda x, y: T.nnet.categorical_crossentropy(T.nnet.softmax(x), y),
    "categorical, one-hot": lambda x, y: T.nnet.categorical_crossentropy(
        T.nnet.softmax(x), T.constant(ONE_HOT)
    ),
    "of the tutorials": lambda x, y: -T.log(T.nnet.softmax(x))[T.arange(y.shape[0]), y],
    "of a part": lambda x, y: -T.log(T.nnet.softmax(x)[T.arange(y.shape[0]), y]),
    "crossentropy_softmax_1hot": lambda x, y: T.nnet.crossentropy_softmax_1hot(x, y)[0],
    "-sum(t log p)": lambda x, y: -T.sum(T.constant(ONE_HOT) * T.log(T.nnet.softmax(x)), axis=1),
}


@pytest.mark.parametrize("name", CROSS_ENTROPIES)
def test_cross_entropy_of_a_softmax_is_exact_and_so_is_its_derivative(name):
    x, y = T.dmatrix("x"), T.lvector("y")
    loss = CROSS_ENTROPIES[name](x, y)
    gradient = minigrad.grad(loss.sum(), x)
    f = minigrad.function([x, y], [loss, gradient], on_unused_input="ignore")
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        value, slope = f(ROWS, LABELS)
    expected = exact_logsumexp(ROWS, 1)[:, 0] - ROWS[np.arange(3), LABELS]
    np.testing.assert_allclose(value, expected, rtol=1e-12)
    np.testing.assert_allclose(slope, exact_softmax(ROWS, 1) - ONE_HOT, atol=1e-15)


BINARY = {
    "binary_crossentropy": lambda x, t: T.nnet.binary_crossentropy(T.nnet.sigmoid(x), t),
    "sigmoid_binary_crossentropy": T.nnet.sigmoid_binary_crossentropy,
    "of the tutorials": lambda x, t: (
        -t * T.log(T.nnet.sigmoid(x)) - (1 - t) * T.log(1 - T.nnet.sigmoid(x))
    ),
    "with 1 / (1 + exp(-x))": lambda x, t: (
        -(t * T.log(1 / (1 + T.exp(-x))) + (1 - t) * T.log(1 - 1 / (1 + T.exp(-x))))
    ),
}


@pytest.mark.parametrize("target", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("name", BINARY)
def test_cross_entropy_of_a_sigmoid_is_exact_and_so_is_its_derivative(name, target):
    x, t = T.dvector("x"), T.dvector("t")
    loss = BINARY[name](x, t)
    f = minigrad.function([x, t], [loss, minigrad.grad(loss.sum(), x)])
    targets = np.full_like(LARGE, target)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        value, slope = f(LARGE, targets)
    expected = target * softplus(-LARGE) + (1 - target) * softplus(LARGE)
    np.testing.assert_allclose(value, expected, rtol=1e-12)
    with np.errstate(over="ignore"):
        np.testing.assert_allclose(slope, sigmoid(LARGE) - target, rtol=1e-12, atol=1e-15)


def test_logistic_regression_on_huge_inputs_learns_without_a_nan():
    x, y = T.dmatrix("x"), T.lvector("y")
    W = minigrad.shared(np.zeros((3, 3)), name="W")
    p = T.nnet.softmax(T.dot(x, W))
    cost = -T.mean(T.log(p)[T.arange(y.shape[0]), y])
    step = minigrad.function([x, y], cost, updates=[(W, W - 0.1 * minigrad.grad(cost, W))])
    costs = [float(step(ROWS, LABELS)) for _ in range(20)]
    assert np.isfinite(costs).all()
    assert costs[-1] < costs[0]


# ---- One written in another way, or of another dtype --------------------------------------------
# name: 1, or as many as x has elements, of another dtype than x, or as an expression.
ONES = {
    "T.constant(1.0)": lambda x: T.constant(1.0),
    "T.constant(1)": lambda x: T.constant(1),
    "a number of float64": lambda x: np.float64(1),
    "an array of float32": lambda x: np.ones(len(LARGE), "float32"),
    "an array of float64": lambda x: np.ones(len(LARGE)),
    "an array of integers": lambda x: np.ones(len(LARGE), "int8"),
    "more rows": lambda x: np.ones((2, len(LARGE)), "float32"),
    "T.ones": lambda x: T.ones(len(LARGE)),
    "T.ones_like": T.ones_like,
    "ones of integers": lambda x: T.ones_like(T.cast(x, "int8")),
    "T.fill": lambda x: T.fill(x, 1),
    "T.alloc": lambda x: T.alloc(1, x.shape[0]),
    "T.alloc of floats": lambda x: T.alloc(1.0, x.shape[0]),
}
WITH_ONES = {
    "log(1 - sigmoid(x))": (
        lambda one, x: T.log(one - T.nnet.sigmoid(x)),
        lambda x: -softplus(x),
        lambda x: -sigmoid(x),
    ),
    "log(1 + exp(x))": (lambda one, x: T.log(one + T.exp(x)), softplus, sigmoid),
    "log(1 / (1 + exp(-x)))": (
        lambda one, x: T.log(one / (one + T.exp(-x))),
        lambda x: -softplus(-x),
        lambda x: sigmoid(-x),
    ),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("one", ONES)
@pytest.mark.parametrize("name", WITH_ONES)
def test_however_1_is_written_value_and_derivative_are_exact(name, one, dtype):
    expression, value, derivative = WITH_ONES[name]
    x = T.vector("x", dtype=dtype)
    result = expression(ONES[one](x), x)
    f = compiled(result, x)
    with np.errstate(all="ignore"):
        right = value(LARGE), derivative(LARGE) * (2 if result.ndim == 2 else 1)
    found, slope = f(LARGE.astype(dtype))
    tolerance = (
        {"rtol": 1e-12, "atol": 1e-15} if dtype == "float64" else {"rtol": 1e-6, "atol": 1e-9}
    )
    np.testing.assert_allclose(found, np.broadcast_to(right[0], found.shape), **tolerance)
    np.testing.assert_allclose(slope, right[1], **tolerance)


HALVES = {
    "T.constant(0.5)": T.constant(0.5),
    "an array of float32": np.full(len(LARGE), 0.5, "float32"),
    "a root": 1 / T.sqrt(T.constant(4.0)),
    "a power": T.constant(2.0) ** -1,
}


@pytest.mark.parametrize("half", HALVES)
def test_a_number_that_is_computed_or_narrow_leaves_a_mixture_exact(half):
    x = T.dvector("x")
    mixture = HALVES[half] * T.exp(-T.sqr(x) / 2) + HALVES[half] * T.exp(-T.sqr(x - 1) / 2)
    value, slope = compiled(T.log(mixture), x)(LARGE)
    expected = np.logaddexp(-(LARGE**2) / 2, -((LARGE - 1) ** 2) / 2) - np.log(2)
    np.testing.assert_allclose(value, expected, rtol=1e-12)
    np.testing.assert_allclose(slope, sigmoid(LARGE - 0.5) - LARGE, rtol=1e-12)


COMPLEMENTS_OF_DECAY = {
    "1 - exp(-x)": lambda x: 1 - T.exp(-x),
    "-expm1(-x)": lambda x: -T.expm1(-x),
    "-(exp(-x) - 1)": lambda x: -(T.exp(-x) - 1),
}
LOGARITHMS_OF_COMPLEMENT = {
    "log(1 - p)": lambda p: T.log(1 - p),
    "log1p(-p)": lambda p: T.log1p(-p),
    "log(1 - p), reshaped": lambda p: T.log(1 - p.reshape((1, -1))).flatten(),
    "-binary_crossentropy(p, 0)": lambda p: -T.nnet.binary_crossentropy(p, 0.0),
}


@pytest.mark.parametrize("logarithm", LOGARITHMS_OF_COMPLEMENT)
@pytest.mark.parametrize("name", COMPLEMENTS_OF_DECAY)
def test_the_logarithm_of_what_a_decay_leaves_is_exact(name, logarithm):
    x = T.dvector("x")
    log = LOGARITHMS_OF_COMPLEMENT[logarithm](COMPLEMENTS_OF_DECAY[name](x))
    values = np.array([1e-10, 1.0, 36.0, 40.0, 1000.0])
    value, slope = compiled(log, x)(values)
    np.testing.assert_allclose(value, -values, rtol=1e-12)
    np.testing.assert_allclose(slope, -np.ones(5), rtol=1e-12)


# ---- What is positive in part -------------------------------------------------------------------

OF_POSITIVE_AND_OTHER = {
    "join": lambda p, y: T.concatenate([p, y]),
    "join, the other first": lambda p, y: T.concatenate([y, p]),
    "stack": lambda p, y: T.stack([p, y]),
    "part set": lambda p, y: T.set_subtensor(p[1:], y[1:]),
    "part added": lambda p, y: T.inc_subtensor(p[1:], y[1:]),
    "switch": lambda p, y: T.switch(T.gt(y, 0), p, y),
}
POSITIVE = {
    "exp": T.exp,
    "sigmoid": T.nnet.sigmoid,
    "softmax": lambda x: T.nnet.softmax(x).flatten(),
}
UNDER_A_LOGARITHM = {
    "J": lambda J: J + 3.5,
    "J ** 2": T.sqr,
    "J * J": lambda J: J * J,
    "sqr(1 - J)": lambda J: T.sqr(1 - J),
    "sum": lambda J: T.sqr(T.sum(J)),
    "prod": lambda J: T.sqr(T.prod(J)),
    "1 + J ** 2": lambda J: 1 + J**2,
    "a quotient": lambda J: T.sqr(J / 3) / 2,
}


@pytest.mark.parametrize(
    ("whole", "positive", "name"),
    part_of(product(OF_POSITIVE_AND_OTHER, POSITIVE, UNDER_A_LOGARITHM), one_of=5),
)
def test_what_is_positive_only_in_part_is_not_taken_for_positive(whole, positive, name):
    x, y = T.dvectors("x", "y")
    values = [1.0, 2.0], [-3.0, -0.5]
    together = OF_POSITIVE_AND_OTHER[whole](POSITIVE[positive](x), y)
    log = T.log(UNDER_A_LOGARITHM[name](together))
    as_written = minigrad.function([x, y], log, mode="FAST_COMPILE")(*values)
    np.testing.assert_allclose(minigrad.function([x, y], log)(*values), as_written, rtol=1e-12)
    slope = minigrad.function([x, y], minigrad.grad(log.sum(), y))(*values)
    expected = numeric_slope(minigrad.function([x, y], log.sum(), mode="FAST_COMPILE"), *values)
    np.testing.assert_allclose(slope, expected, rtol=1e-6, atol=1e-8)


def numeric_slope(f, x, y, step=1e-6):
    """The derivative by y, from differences."""
    steps = step * np.eye(len(y))
    return [(f(x, y + d) - f(x, y - d)) / (2 * step) for d in steps]


@pytest.mark.parametrize("size", [1e100, 1.0, 1e-100])
@pytest.mark.parametrize(
    "quotient",
    [
        lambda x: (x * 1e-200) * 1e-200 / 1e-300 / 1e-300,
        lambda x: (x * 1e200) * 1e200 / 1e300 / 1e300,
        lambda x: (1e200 * (1e200 * x)) / (1e300 * (1e300 * (x * 1e-300))),
    ],
)
def test_numbers_do_not_cancel_where_their_products_leave_the_range(quotient, size):
    x = T.dvector("x")
    with np.errstate(all="ignore"):
        as_written, exact = quotient(np.array([size])), quotient(np.array([size], "longdouble"))
        result = minigrad.function([x], quotient(x))([size])
    exact = exact.astype("float64")
    within = np.isfinite(as_written[0])
    assert not within or result[0] == as_written[0] or abs(result[0] / exact[0] - 1) < 1e-12


def test_the_complement_of_erf_keeps_its_digits():
    x = T.dvector("x")
    value, slope = compiled(1 - T.erf(x), x)([10.0])
    np.testing.assert_allclose(value, [2.088487583762545e-45], rtol=1e-12)
    np.testing.assert_allclose(slope, [-2 / np.sqrt(np.pi) * np.exp(-100)], rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", ["arcsinh", "arccosh"])
def test_inverse_hyperbolic_functions_have_derivatives_where_squares_overflow(name, dtype):
    x = T.vector("x", dtype=dtype)
    values = np.array([1.5, 20.0, np.sqrt(np.finfo(dtype).max) * 10], dtype)
    _, slope = compiled(getattr(T, name)(x), x)(values)
    square = values.astype("longdouble") ** 2
    expected = 1 / np.sqrt(square + (1 if name == "arcsinh" else -1))
    np.testing.assert_allclose(slope, expected.astype(dtype), rtol=1000 * np.finfo(dtype).eps)
