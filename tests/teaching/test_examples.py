"""The programs of docs/examples run, in their quick setting, and save the picture that they promise."""

import runpy

import numpy as np
import pytest
from layers import ROOT
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

EXAMPLES = ROOT / "docs" / "examples"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run an example in an empty folder, and return what its main returns."""
    monkeypatch.chdir(tmp_path)

    def run(name):
        result = runpy.run_path(str(EXAMPLES / f"{name}.py"))["main"](quick=True)
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        return result

    return run


def test_three_epochs_of_logistic_regression_know_most_digits(run):
    assert run("logistic_regression") > 0.85


def test_three_epochs_of_a_net_with_dropout_know_most_digits(run):
    assert run("mlp_dropout") > 0.85


def test_a_few_steps_of_a_convolutional_net_know_many_digits(run):
    assert run("convnet") > 0.5


def test_a_denoising_autoencoder_is_trained_with_noise_and_without(run):
    assert 0 < run("denoising_autoencoder") < 2


def test_layers_that_were_trained_before_learn_faster_from_few_labels(run):
    trained, random = run("stacked_autoencoder")
    assert trained > random


def test_a_boltzmann_machine_rebuilds_images_better_than_their_mean_does(run):
    assert run("rbm") < 30


def test_samples_of_the_banana_have_its_deviations(run):
    u, rest = run("hmc")
    assert abs(u.std() - 1) < 0.2 and abs(rest.std() - 0.5) < 0.1


def test_a_gaussian_process_has_the_likelihood_that_scikit_learn_computes(run):
    points, values, logs, costs = run("gaussian_process")
    assert costs[-1] < costs[0] - 10
    start = ConstantKernel(1.0) * RBF(1.0) + WhiteKernel(0.25)
    theirs = GaussianProcessRegressor(start, optimizer=None, alpha=0).fit(points[:, None], values)
    assert np.isclose(costs[0], -theirs.log_marginal_likelihood_value_, rtol=1e-10)


def test_a_recurrent_network_predicts_letters_better_after_ten_steps(run):
    bits = run("char_rnn")
    assert set(bits) == {"RNN", "LSTM"} and max(bits.values()) < 6.2
