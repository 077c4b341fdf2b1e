"""minigrad's costs against two references: NumPy written by hand, and Theano 1.0.5."""

import os

import numpy as np
import pytest
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils import shuffle

from autoencoder import TiedNetwork, make_donuts, prepare, train

EPOCHS = 2000

# The environment variable with the path of the original data file, which is not in this project.
ORIGINAL_DATA = "MINIGRAD_ORIGINAL_DATA"


def train_by_hand(X, W, bh, bo, epochs, learning_rate=0.1, momentum=0.9):
    """The cost of each epoch; the arithmetic is in the dtype of X and the parameters."""
    parameters = [W, bh, bo]
    velocities = [np.zeros_like(p) for p in parameters]
    costs = []
    for _ in range(epochs):
        W, bh, bo = parameters
        code = 1 / (1 + np.exp(-(X @ W + bh)))
        error = code @ W.T + bo - X
        costs.append((error * error).mean())
        d_out = error * X.dtype.type(2 / error.size)
        d_hidden = (d_out @ W) * code * (1 - code)
        gradients = [X.T @ d_hidden + d_out.T @ code, d_hidden.sum(axis=0), d_out.sum(axis=0)]
        velocities = [
            X.dtype.type(momentum) * v - X.dtype.type(learning_rate) * g
            for v, g in zip(velocities, gradients, strict=True)
        ]
        parameters = [p + v for p, v in zip(parameters, velocities, strict=True)]
    return np.array(costs)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-10), ("float32", 1e-4)])
def test_two_thousand_costs_equal_those_computed_by_hand(dtype, tolerance):
    X = prepare(make_donuts(1000)).features.astype(dtype)
    network = TiedNetwork.gaussian(4, 2, np.random.RandomState(0), dtype)
    start = [parameter.get_value() for parameter in network.parameters]
    costs = [cost for _, cost in train(network, X, epochs=EPOCHS)]
    by_hand = train_by_hand(X, *start, EPOCHS)
    assert by_hand[-1] < by_hand[0] / 100
    np.testing.assert_allclose(costs, by_hand, rtol=tolerance)


def original_program(table, epochs):
    """The calls of "Autoencoder in Theano" (2017), with nothing but the imports changed."""
    import minigrad as theano
    import minigrad.tensor as T

    data = shuffle(table, random_state=147)
    Xtrain = MinMaxScaler().fit_transform(data[:, 0:4].astype(np.float32))

    np.random.seed(0)
    W = theano.shared(np.random.randn(4, 2) / np.sqrt(4 + 2), name="W")
    bh = theano.shared(np.zeros(2), name="bh")
    bo = theano.shared(np.zeros(4), name="bo")
    params = [W, bh, bo]
    dparams = [theano.shared(p.get_value() * 0, name="d" + p.name) for p in params]

    X = T.fmatrix(name="X")
    encoded = T.nnet.sigmoid(X.dot(W) + bh)
    decoded = encoded.dot(W.T) + bo
    cost = ((X - decoded) ** 2).mean()

    mu, learning_rate = 0.9, 0.1
    grads = T.grad(cost, params)
    updates = [(p, p + mu * dp - learning_rate * g) for p, dp, g in zip(params, dparams, grads)] + [
        (dp, mu * dp - learning_rate * g) for dp, g in zip(dparams, grads)
    ]
    train = theano.function(inputs=[X], outputs=cost, updates=updates)
    return np.array([train(Xtrain) for _ in range(epochs)]), Xtrain


def test_the_original_program_equals_numpy_on_the_generated_data():
    costs, X = original_program(make_donuts(1000), EPOCHS)
    W = np.random.RandomState(0).randn(4, 2) / np.sqrt(6)
    by_hand = train_by_hand(X.astype(np.float64), W, np.zeros(2), np.zeros(4), EPOCHS)
    np.testing.assert_allclose(costs, by_hand, rtol=1e-10)


@pytest.mark.skipif(
    ORIGINAL_DATA not in os.environ, reason=f"{ORIGINAL_DATA} does not say where the file is"
)
def test_the_original_program_gives_theanos_costs_on_the_original_data():
    costs, _ = original_program(np.load(os.environ[ORIGINAL_DATA]), epochs=10_000)
    theano = [0.07656996692433542, 0.00012310282700441047, 0.00012299046202426998]
    np.testing.assert_allclose(costs[[0, 9_500, 9_999]], theano, rtol=5e-10)
