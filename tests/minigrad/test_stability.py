"""Logarithms and exponentials stay finite and accurate at ±1000, and so do their derivatives."""

import numpy as np
import pytest

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
