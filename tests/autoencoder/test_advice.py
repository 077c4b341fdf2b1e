"""The warnings after a training that did not go well, and none after one that did."""

import warnings
from itertools import product

import numpy as np
import pytest
from draws import part_of
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import MinMaxScaler

from autoencoder import AutoEncoder, make_donuts
from autoencoder.fitting.advice import Trained, advise

X = np.random.RandomState(0).rand(100, 4)


def trained(**changes):
    """A training that went well, but for the changes."""
    well = {
        "rows": X,
        "low": 0.0,
        "high": 1.0,
        "weights": np.ones((4, 2)),
        "hidden_bias": -2 * np.ones(2),
        "costs": np.linspace(1, 0.1, 20),
        "learning_rate": 0.1,
    }
    return Trained(**{**well, **changes})


def test_a_training_that_went_well_is_not_commented_on():
    assert advise(trained()) is None


COMPLAINTS = {
    "a dead unit": (
        {"hidden_bias": np.array([-2.0, -100.0])},
        "1 of 2 hidden units give nearly the same number .* Try a smaller learning_rate",
    ),
    "a unit that is only on or off": (
        {
            "weights": 1e4 * np.array([[1, 1], [1, -1], [1, 1], [1, -1]]),
            "hidden_bias": -2e4 * np.eye(2)[0],
        },
        "2 of 2 hidden units .* same two numbers, 0 and 1, .* saturated .* smaller learning_rate",
    ),
    "large features": (
        {"rows": 100 * X, "high": 100.0, "weights": 0.01 * np.ones((4, 2))},
        "features reach from 0 to 100: scale them to 0–1 first .*MinMaxScaler",
    ),
    "tiny features": (
        {"rows": 1e-4 * X, "high": 1e-4, "weights": 1e4 * np.ones((4, 2))},
        "features reach from 0 to 0.0001: scale them",
    ),
    "a cost that has not moved": (
        {"costs": np.full(20, 0.5)},
        "cost has hardly moved: 0.5 in the first epoch, 0.5 in the last.*larger learning_rate",
    ),
    "a cost that has risen": (
        {"costs": np.linspace(0.5, 0.6, 20)},
        "cost has risen: 0.5 .* 0.6 in the last.*smaller learning_rate",
    ),
    "as many units as features": (
        {"weights": np.ones((4, 4)), "hidden_bias": -2 * np.ones(4)},
        "code of 4 numbers for 4 features .* can copy.* Take fewer hidden units",
    ),
}


@pytest.mark.parametrize("case", COMPLAINTS)
def test_what_went_wrong_is_said_with_the_remedy(case):
    changes, message = COMPLAINTS[case]
    with pytest.warns(UserWarning, match=message):
        warnings.warn(advise(trained(**changes)), UserWarning, stacklevel=1)


@pytest.mark.parametrize(
    "fine",
    [
        {"costs": np.full(9, 0.5)},  # too few epochs to tell
        {"costs": np.full(20, 0.5), "learning_rate": 0.0},  # that is what was asked for
        {"costs": []},  # of a model that goes on
        {"rows": np.ones((5, 4)), "hidden_bias": np.full(2, -100.0)},  # one sample, many times
        {"weights": np.ones((4, 4)), "hidden_bias": -2 * np.ones(4), "denoises": True},
        {"rows": X[:, :1], "weights": np.ones((1, 2)), "hidden_bias": -np.ones(2)},
    ],
    ids=["few epochs", "rate 0", "no costs", "equal rows", "noise", "one feature"],
)
def test_what_is_as_it_must_be_is_not_commented_on(fine):
    assert advise(trained(**fine)) is None


def test_only_the_first_and_weightiest_thing_is_said():
    several = trained(hidden_bias=np.full(2, -100.0), costs=np.full(20, 0.5))
    assert "hidden units" in advise(several)
    assert "cost" not in advise(several)


def test_a_rate_that_is_much_too_small_is_told_of():
    digits = load_digits().data[::20] / 16
    with pytest.warns(ConvergenceWarning, match="hardly moved.*larger learning_rate .it is 1e-07"):
        AutoEncoder(8, learning_rate=1e-7, epochs=20, random_state=0).fit(digits)


def test_features_in_their_own_units_are_told_of_with_the_remedy():
    with pytest.warns(ConvergenceWarning, match=r"reach from .* to .*: scale them to 0–1 first"):
        AutoEncoder(2, epochs=20, random_state=0).fit(make_donuts(200)[:, :4] * 100)


def test_a_code_as_long_as_the_sample_is_told_of_unless_it_is_to_take_noise_away():
    model = AutoEncoder(4, epochs=60, random_state=0)
    with pytest.warns(ConvergenceWarning, match="need not compress"):
        model.fit(X)
    model.set_params(corruption="masking").fit(X)
    model.set_params(corruption=None).fit(X, X[::-1])


@pytest.mark.parametrize(
    ("optimizer", "n_hidden", "n_samples"),
    part_of(product(["momentum", "nesterov", "adam"], [1, 2, 32], [20, 300]), one_of=4),
)
def test_defaults_on_scaled_features_are_not_warned_of(optimizer, n_hidden, n_samples):
    for samples in (make_donuts(n_samples)[:, :4], load_digits().data[:n_samples]):
        fewer = min(n_hidden, samples.shape[1] - 1)
        model = AutoEncoder(fewer, optimizer=optimizer, epochs=60, random_state=0)
        model.fit(MinMaxScaler().fit_transform(samples))
