"""The agreement of the contestants: without it their times say nothing."""

import numpy as np
import pytest
from contestants import AUTOGRAD, FEATURE_MAJOR, IN_C, JAX, MINIGRAD, PYTORCH, TRAINERS
from workloads import Autoencoder, Classifier, Convolutional, Recurrent, SoftmaxRegression, plain

AUTOENCODER = Autoencoder(50, 6, 3, "float64"), Autoencoder(50, 6, 3, "float32")
CLASSIFIER = Classifier(50, (8, 6, 5, 4), "float64"), Classifier(50, (8, 6, 5, 4), "float32")
REGRESSION = SoftmaxRegression(50, 6, 4, "float64"), SoftmaxRegression(50, 6, 4, "float32")
NETWORKS = [
    Recurrent(cell, 4, 3, 2, 5, dtype)
    for cell in ("tanh", "LSTM")
    for dtype in ("float64", "float32")
]
NETS = Convolutional(3, 18, (4, 5), "float64"), Convolutional(3, 18, (4, 5), "float32")
RECURRENT = [contestant for contestant in TRAINERS[1:] if contestant not in (AUTOGRAD, IN_C)]
RTOL = {"float64": 1e-9, "float32": 1e-3}


@pytest.mark.parametrize("model", AUTOENCODER, ids=plain)
@pytest.mark.parametrize("contestant", [*TRAINERS[1:], FEATURE_MAJOR], ids=plain)
def test_three_steps_of_the_autoencoder_are_minigrads(contestant, model):
    assert_three_steps_are_minigrads(contestant, model)


@pytest.mark.parametrize("model", CLASSIFIER, ids=plain)
@pytest.mark.parametrize("contestant", TRAINERS[1:], ids=plain)
def test_three_steps_of_a_classifier_are_minigrads(contestant, model):
    assert_three_steps_are_minigrads(contestant, model)


@pytest.mark.parametrize("model", REGRESSION, ids=plain)
@pytest.mark.parametrize("contestant", TRAINERS[1:], ids=plain)
def test_three_steps_of_a_softmax_regression_are_minigrads(contestant, model):
    assert_three_steps_are_minigrads(contestant, model)


@pytest.mark.parametrize("model", NETWORKS, ids=plain)
@pytest.mark.parametrize("contestant", RECURRENT, ids=plain)
def test_three_steps_of_a_recurrent_network_are_minigrads(contestant, model):
    assert_three_steps_are_minigrads(contestant, model)


@pytest.mark.parametrize("model", NETS, ids=plain)
@pytest.mark.parametrize("contestant", [JAX, PYTORCH], ids=plain)
def test_three_steps_of_a_convolutional_network_are_minigrads(contestant, model):
    assert_three_steps_are_minigrads(contestant, model)


def assert_three_steps_are_minigrads(contestant, model):
    (costs, parameters), (expected_costs, expected) = map(
        three_steps, [model.step(contestant), model.step(MINIGRAD)]
    )
    np.testing.assert_allclose(costs, expected_costs, rtol=RTOL[model.dtype])
    assert len(parameters) == len(expected)
    for value, expected_value in zip(parameters, expected, strict=True):
        assert value.dtype == model.dtype
        np.testing.assert_allclose(value, expected_value, rtol=RTOL[model.dtype])


def three_steps(step):
    """Their costs, with the accuracies if there are, and the parameters after them."""
    return [[*map(float, np.atleast_1d(step.run()))] for _ in range(3)], step.parameters()
