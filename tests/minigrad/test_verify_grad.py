"""`verify_grad` and `numeric_grad` under Theano's names."""

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad.testing import GradientError, numeric_grad, verify_grad

X = np.array([[0.3, 1.7, -2.2], [1.1, -0.4, 0.9]])


class Slanted(minigrad.Op):
    """The identity, whose derivative is 1 % off."""

    __props__ = ()

    def make_node(self, x):
        return minigrad.Apply(self, [x], [x.type()])

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = inputs[0].copy()

    def grad(self, inputs, output_grads):
        return [1.01 * output_grads[0]]


def test_verify_grad_passes_a_right_gradient():
    verify_grad(lambda x, y: T.dot(x, T.tanh(y)), [X, X.T], rng=np.random.RandomState(1))


def test_verify_grad_takes_an_op():
    verify_grad(T.tanh, [X])


def test_verify_grad_finds_a_wrong_gradient():
    with pytest.raises(GradientError, match="Slanted"):
        verify_grad(Slanted(), [X], rng=np.random.RandomState(1))


def test_verify_grad_allows_what_its_tolerances_allow():
    verify_grad(Slanted(), [X], rel_tol=0.02)
    with pytest.raises(GradientError):
        verify_grad(Slanted(), [X], rel_tol=0.005)


def test_numeric_grad_gives_the_gradient():
    numerical = numeric_grad(lambda x, y: np.sum(np.sin(x) * y), [X, 2 * X])
    np.testing.assert_allclose(numerical.gf[0], np.cos(X) * 2 * X, rtol=1e-9)
    np.testing.assert_allclose(numerical.gf[1], np.sin(X), rtol=1e-9)


def test_numeric_grad_refuses_functions_of_several_results():
    with pytest.raises(ValueError, match="a single number; got 6"):
        numeric_grad(np.sin, X)


@pytest.mark.parametrize("x", [1e-100, 1e-30, 2.0])
def test_numeric_grad_is_right_next_to_an_edge(x):
    assert numeric_grad(np.log, x).gf == pytest.approx(1 / x, rel=1e-9)


@pytest.mark.parametrize("x", [3, np.array(3), np.float16(3), np.float32(3)])
def test_numeric_grad_takes_integers_and_floats_of_few_bits(x):
    assert numeric_grad(lambda x: x**2, x).gf == pytest.approx(6, rel=1e-3)


def test_what_is_no_list_or_no_generator_is_refused_with_advice():
    with pytest.raises(TypeError, match=r"pt must be a list of arrays.*; write \[x\]"):
        verify_grad(T.exp, np.ones(3))
    with pytest.raises(TypeError, match="rng must be a random generator.*; got int 3"):
        verify_grad(T.exp, [np.ones(3)], rng=3)
