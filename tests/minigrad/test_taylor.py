"""`taylor_test`: the rate of the remainder, 2 for a right gradient and 1 for a wrong one."""

import matplotlib
import matplotlib.pyplot
import numpy as np
import pytest

import minigrad.tensor as T
from minigrad.testing import GradientError, taylor_test

X = np.array([[0.3, 1.7, -2.2], [1.1, -0.4, 0.9]])


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("scale", [1e-6, 1, 1e6])
def test_the_rate_is_2_for_a_right_gradient(dtype, scale):
    result = taylor_test(lambda x: T.exp(T.sin(x / scale)).sum(), (X * scale).astype(dtype))
    assert result.rate == pytest.approx(2, abs=0.1)


def test_it_is_1_for_a_gradient_that_is_3_percent_off():
    result = taylor_test(lambda x: np.sin(x), X, grad=lambda x, v: 1.03 * np.cos(x) * v)
    assert result.rate == pytest.approx(1, abs=0.2)


@pytest.mark.parametrize("factor", [1, 1e8])
def test_it_is_1_even_where_terms_of_higher_order_are_larger(factor):
    def cube(x):
        return factor * x**3

    result = taylor_test(cube, 0.0, grad=lambda x: 3 * factor * x**2 + 0.01)
    assert result.rate == pytest.approx(1, abs=0.2)


def test_nothing_remains_of_a_linear_function():
    assert taylor_test(lambda x: 3 * x, X).rate == np.inf


def test_the_remainders_are_those_of_the_steps():
    result = taylor_test(lambda x: x**2, 1.0)
    curvature = (result.remainders / result.steps**2)[:8]
    np.testing.assert_allclose(curvature, curvature[0], rtol=1e-6)


def test_the_remainders_can_be_drawn():
    matplotlib.use("Agg")
    result = taylor_test(T.exp, X, plot=True)
    axes = result.plot()
    assert [line.get_label() for line in axes.lines] == [
        f"remainder, rate {result.rate:.2f}",
        "step: wrong",
        "step²: right",
    ]
    matplotlib.pyplot.close("all")


def test_a_function_that_is_not_finite_is_refused():
    with pytest.raises(GradientError, match="not finite"):
        taylor_test(T.log, np.array([-1.0]))


def test_they_are_drawn_into_the_current_axes():
    matplotlib.use("Agg")
    _, (left, right) = matplotlib.pyplot.subplots(1, 2)
    matplotlib.pyplot.sca(left)
    taylor_test(T.exp, X, plot=True)
    assert (len(left.lines), len(right.lines)) == (3, 0)
    matplotlib.pyplot.close("all")


def test_parameters_may_be_nested_and_passed_by_name():
    def loss(x, params, power):
        return (np.tanh(x @ params["w"]) ** power).sum()

    def gradient(x, params, power):
        h = np.tanh(x @ params["w"])
        inner = power * h ** (power - 1) * (1 - h**2)
        return np.outer(inner, params["w"]), {"w": x.T @ inner}

    params = {"w": np.array([0.7, 1.2, 0.8])}
    assert taylor_test(loss, X, params=params, power=3, grad=gradient).rate > 1.5


# Values so large that rounding hides 3 % of their slope, or all of it.
HIDDEN = {
    "partly": (lambda x: 1e12 + x.sum(), np.ones(3)),
    "wholly": (lambda x: 1e15 + x.sum(), np.ones(3)),
    "by its curvature and the noise together": (
        lambda x: 1e9 + x.sum() + 1e4 * (x**2).sum(),
        np.zeros(3),
    ),
    "of numbers of 1e-8": (lambda x: 1e4 + x.sum(), np.full(3, 1e-8)),
}


@pytest.mark.parametrize("name", HIDDEN)
@pytest.mark.parametrize("factor", [0, 1, 1.03, 20])
def test_a_wrong_gradient_that_would_not_show_does_not_pass(name, factor):
    f, x = HIDDEN[name]
    try:
        rate = taylor_test(f, x, grad=lambda x: factor * np.ones(3)).rate
    except GradientError as error:
        assert "too noisy" in str(error)
    else:
        assert factor == 20
        assert rate < 1.5


@pytest.mark.parametrize(
    ("f", "x", "slope"),
    [
        (lambda x: 5 + 0 * x.sum(), np.ones(3), np.zeros(3)),
        (lambda x: 3 + np.maximum(x, 0).sum(), -np.ones(3), np.zeros(3)),
        (lambda x: (1 / (1 + np.exp(-x))).sum(), np.full(3, 500.0), np.exp(np.full(3, -500.0))),
        (lambda x: 1e6 + 3 * x.sum(), np.ones(3), np.full(3, 3.0)),
    ],
)
def test_nothing_remains_of_what_is_constant_flat_saturated_or_large(f, x, slope):
    assert taylor_test(f, x, grad=lambda x: slope).rate == np.inf
    assert taylor_test(f, x, grad=lambda x: slope + 0.1).rate == pytest.approx(1, abs=0.2)


def test_a_gradient_of_another_shape_than_its_argument_is_refused():
    with pytest.raises(GradientError, match=r"by x has shape \(\), but x has \(3,\)"):
        taylor_test(lambda x: np.exp(x).sum(), np.ones(3), grad=lambda x: np.exp(1))
