"""`check_grad`: right gradients pass, and wrong ones are told with place, size and cause."""

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad.testing import GradientError, check_grad


class WrongCube(minigrad.Op):
    """The cube, with a derivative that is 3 % off."""

    __props__ = ()
    itypes = otypes = (T.dvector,)

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = inputs[0] ** 3

    def grad(self, inputs, output_grads):
        return [3.09 * inputs[0] ** 2 * output_grads[0]]


class Twice(minigrad.Op):
    """2 x, as if it were constant."""

    __props__ = ()
    itypes = otypes = (T.dvector,)

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = 2 * inputs[0]

    def grad(self, inputs, output_grads):
        return [T.zeros_like(inputs[0])]


class FlatSquare(minigrad.Op):
    """The square, with the right derivative, but the wrong second one."""

    __props__ = ()
    itypes = otypes = (T.dvector,)

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = inputs[0] ** 2

    def grad(self, inputs, output_grads):
        return [Twice()(inputs[0]) * output_grads[0]]


X = np.array([[0.3, 1.7, -2.2], [1.1, -0.4, 0.9]])
W = np.array([0.7, 1.2, 0.8])


def test_an_expression_is_checked_by_each_element_of_each_input():
    report = check_grad(lambda x, w: T.tanh(x.dot(w)), X, W)
    assert len(report.entries) == 9
    assert {entry.verdict for entry in report.entries} == {"agrees"}


def test_a_compiled_function_is_checked():
    x = T.fvector("x")
    f = minigrad.function([x], [T.exp(x), x.sum()])
    assert len(check_grad(f, W.astype("float32")).entries) == 3


def test_a_plain_function_is_checked_with_a_gradient_written_by_hand():
    check_grad(lambda x: float(np.sum(x**3)), X, grad=lambda x: 3 * x**2)
    with pytest.raises(GradientError):
        check_grad(lambda x: float(np.sum(x**3)), X, grad=lambda x: 3 * x)


def test_a_plain_function_with_an_array_as_result_has_a_gradient_that_takes_weights():
    check_grad(lambda x, w: x @ w, X, W, grad=lambda x, w, v: (np.outer(v, w), x.T @ v))


def test_a_plain_function_may_have_several_results():
    def gradient(x, weights):
        return weights[0] * np.cos(x) + weights[1]

    check_grad(lambda x: [np.sin(x), x.sum()], W, grad=gradient)


def test_a_wrong_derivative_is_told_with_its_place_and_size_and_the_op_it_comes_from():
    with pytest.raises(GradientError) as caught:
        check_grad(lambda weights: T.tanh(WrongCube()(T.sin(weights))), W)
    message = str(caught.value)
    assert "the gradient is wrong: by weights[" in message
    assert "the first op whose derivative is wrong there: WrongCube, made at" in message
    assert "tests/minigrad/test_check_grad.py" in message
    for entry in caught.value.report.entries:
        assert entry.verdict == "differs"
        np.testing.assert_allclose(entry.analytic, 1.03 * entry.numeric)
        assert entry.bound < 1e-9


def test_a_derivative_of_the_wrong_shape_is_told():
    with pytest.raises(GradientError, match=r"by x has shape \(3,\), but x has \(2, 3\)"):
        check_grad(lambda x: x.sum(), X, grad=lambda x: np.ones(3))


def test_where_nothing_can_be_said_nothing_is_said():
    with pytest.raises(GradientError, match="cannot be judged: f is not finite"):
        check_grad(lambda x: np.log(x), -1.0, grad=lambda x: 1 / x)
    noise = np.random.default_rng(0)
    with pytest.raises(GradientError, match="cannot be judged: f gives other values when it is"):
        check_grad(lambda x: x + noise.normal(), 1.0, grad=lambda x: 1.0)
    with pytest.raises(GradientError, match="cannot be judged: 1 of 1.* too inexact"):
        check_grad(lambda x: np.sin(1e17 * x) + x**10, 1.0, grad=lambda x: 10 * x**9)


def test_second_derivatives_are_checked_on_demand():
    check_grad(T.sqr, W, order=2)
    check_grad(FlatSquare(), W)
    with pytest.raises(GradientError, match="the second derivative is wrong"):
        check_grad(FlatSquare(), W, order=2)


def test_the_number_of_calls_does_not_grow_with_the_size():
    def calls(size):
        count = 0

        def f(x):
            nonlocal count
            count += 1
            return np.sum(np.sin(x))

        check_grad(f, np.linspace(0.1, 1, size), grad=np.cos)
        return count

    assert calls(20_000) < 3 * calls(200)


def test_one_wrong_element_among_many_is_found():
    at = np.linspace(0.1, 1, 5000)

    def wrong(x):
        gradient = np.cos(x)
        gradient[1234] *= 1.03
        return gradient

    with pytest.raises(GradientError, match=r"by x\[1234\]"):
        check_grad(lambda x: np.sum(np.sin(x)), at, grad=wrong)


def test_by_what_makes_no_results_the_derivative_is_0():
    check_grad(lambda x: x[:0], np.ones(2), grad=lambda x, v: np.zeros(2))
    with pytest.raises(GradientError, match="is wrong"):
        check_grad(lambda x: x[:0], np.ones(2), grad=lambda x, v: np.ones(2))


def test_a_check_is_the_same_every_time_and_another_with_another_seed():
    def gradients(**seed):
        return [entry.analytic for entry in check_grad(T.sin, W, **seed).entries]

    assert gradients() == gradients()
    assert gradients(seed=1) != gradients(seed=2)


def test_the_element_to_blame_is_named_first_among_many():
    def wrong(x):
        gradient = np.cos(x)
        gradient[1234] *= 1.03
        return gradient

    with pytest.raises(GradientError, match=r"by x\[1234\] it is"):
        check_grad(lambda x: np.sum(np.sin(x)), np.linspace(0.1, 1, 5000), grad=wrong)


def test_calls_have_a_bound_and_what_is_left_out_is_told(capsys, monkeypatch):
    n_calls = 0

    def f(x):
        nonlocal n_calls
        n_calls += 1
        return np.sin(x).sum()

    x = np.linspace(0.1, 1, 90)
    monkeypatch.setattr("minigrad.testing.judge.comparison._SECONDS", 0.0)
    report = check_grad(f, x, grad=np.cos, max_calls=500)
    assert n_calls < 700
    assert report.left_out > 0
    assert f"; {report.left_out} left out>" in repr(report)
    assert "calls of f" in capsys.readouterr().err
    assert check_grad(f, x, grad=np.cos).left_out == 0
    with pytest.raises(GradientError, match="is wrong"):
        check_grad(f, x, grad=lambda x: np.cos(x) * np.where(x > 0.9, 1.1, 1), max_calls=500)
    with pytest.raises(ValueError, match="max_calls must be a number of calls, 1 or more; got 0"):
        check_grad(f, x, grad=np.cos, max_calls=0)


def test_a_power_of_a_negative_number_has_a_derivative_where_the_exponent_is_whole():
    x, y = np.array([-1.5, 2.0, -0.3]), np.array([2.0, 3.0, 5.0])
    check_grad(lambda x, y: x**y, x, y, wrt=0)
    check_grad(lambda x, y: x ** (2 * y + 1), x, y, wrt=0, order=2)
