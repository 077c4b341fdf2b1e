"""The symbolic network: its three formulas, its first weights, its dtype."""

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from autoencoder import TiedNetwork


@pytest.fixture
def arrays():
    rng = np.random.RandomState(1)
    return rng.randn(4, 2), rng.randn(2), rng.randn(4)


def compute(expression, X, value):
    return minigrad.function([X], expression)(value)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def test_the_code_is_the_sigmoid_of_an_affine_map(arrays):
    W, bh, _ = arrays
    X, x = T.matrix("X"), np.random.RandomState(0).rand(5, 4)
    code = compute(TiedNetwork(*arrays).encode(X), X, x)
    assert code == pytest.approx(sigmoid(x @ W + bh), rel=1e-12)


def test_decoding_is_linear_in_the_code_with_the_same_weights_transposed(arrays):
    W, _, bo = arrays
    code, c = T.matrix("code"), np.random.RandomState(0).rand(5, 2)
    decoded = compute(TiedNetwork(*arrays).decode(code), code, c)
    assert decoded == pytest.approx(c @ W.T + bo, rel=1e-12)


def test_the_cost_is_the_mean_of_the_squared_differences(arrays):
    W, bh, bo = arrays
    X, x = T.matrix("X"), np.random.RandomState(0).rand(5, 4)
    cost = compute(TiedNetwork(*arrays).cost(X), X, x)
    assert cost == pytest.approx(np.mean((x - sigmoid(x @ W + bh) @ W.T - bo) ** 2), rel=1e-12)


def test_the_first_weights_are_gaussian_over_the_root_of_the_summed_shape():
    network = TiedNetwork.gaussian(4, 2, np.random.RandomState(3))
    expected = np.random.RandomState(3).randn(4, 2) / np.sqrt(6)
    assert np.array_equal(network.W.get_value(), expected)


def test_the_first_biases_are_zero():
    network = TiedNetwork.gaussian(4, 2, np.random.RandomState(3))
    assert np.array_equal(network.bh.get_value(), np.zeros(2))
    assert np.array_equal(network.bo.get_value(), np.zeros(4))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_everything_is_computed_in_the_dtype_of_the_parameters(dtype):
    network = TiedNetwork.gaussian(4, 2, np.random.RandomState(0), dtype)
    X = T.matrix("X", dtype=dtype)
    expressions = [*network.parameters, network.encode(X), network.reconstruct(X), network.cost(X)]
    assert {expression.dtype for expression in expressions} == {dtype}


def test_the_parameters_carry_the_names_of_the_formula():
    network = TiedNetwork.gaussian(4, 2, np.random.RandomState(0))
    assert [parameter.name for parameter in network.parameters] == ["W", "bh", "bo"]
