"""Clean targets, and noise made on purpose: the samples that come in are not those to come out."""

import dask.array
import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from autoencoder import AutoEncoder, make_donuts
from autoencoder.fitting.corruption import gaussian, masking


@pytest.fixture(scope="module")
def X():
    return MinMaxScaler().fit_transform(make_donuts(200)[:, :4])


@pytest.fixture(scope="module")
def noisy(X):
    return X + 0.05 * np.random.RandomState(0).randn(*X.shape)


def test_clean_targets_are_what_the_cost_compares_with(X, noisy):
    model = AutoEncoder(epochs=20, batch_size=None, random_state=0).fit(noisy, X)
    costs = [
        cost
        for _, cost in AutoEncoder(epochs=20, batch_size=None, random_state=0).fit_epochs(noisy, X)
    ]
    assert list(model.costs_) == costs
    before = AutoEncoder(epochs=19, batch_size=None, random_state=0).fit(noisy, X)
    assert costs[-1] == pytest.approx(np.mean((before.reconstruct(noisy) - X) ** 2), rel=1e-12)
    assert costs[-1] != pytest.approx(-before.score(noisy), rel=1e-3)


def test_the_score_with_clean_targets_compares_with_them(X, noisy):
    model = AutoEncoder(epochs=20, random_state=0).fit(noisy, X)
    expected = -np.mean((model.reconstruct(noisy) - X) ** 2)
    assert model.score(noisy, X) == pytest.approx(expected, rel=1e-12)


def test_the_samples_themselves_as_targets_change_nothing(X):
    plain = AutoEncoder(epochs=20, random_state=0).fit(X)
    targeted = AutoEncoder(epochs=20, random_state=0).fit(X, X)
    np.testing.assert_allclose(plain.costs_, targeted.costs_, rtol=1e-10)


def test_targets_stay_with_their_samples_when_those_are_shuffled_and_held_out(X):
    """Reversed samples as their own targets: only in pairs can one be made from the other."""
    options = {"epochs": 300, "batch_size": 16, "early_stopping": True, "random_state": 0}
    model = AutoEncoder(**options).fit(X, X[:, [0, 1, 2, 2]])
    assert -model.validation_scores_.max() < 0.002


def test_partial_fit_takes_clean_targets_too(X, noisy):
    options = {"batch_size": None, "random_state": 0}
    whole = AutoEncoder(epochs=3, **options).fit(noisy, X)
    streamed = AutoEncoder(**options)
    for _ in range(3):
        streamed.partial_fit(noisy, X)
    np.testing.assert_array_equal(whole.costs_, streamed.costs_)


LABELS = {
    "numbers": np.arange(200) % 2,
    "strings": ["inner", "outer"] * 100,
    "a series": pd.Series(["inner", None] * 100),
}


@pytest.mark.parametrize("labels", LABELS)
def test_labels_are_left_alone(X, labels):
    plain = AutoEncoder(epochs=3, random_state=0).fit(X)
    labelled = AutoEncoder(epochs=3, random_state=0).fit(X, LABELS[labels])
    np.testing.assert_array_equal(plain.weights_, labelled.weights_)
    assert plain.score(X) == plain.score(X, LABELS[labels])


def test_searches_and_cross_validation_hand_on_labels_and_targets(X, noisy):
    model = AutoEncoder(epochs=5, random_state=0)
    with_labels = GridSearchCV(model, {"n_hidden": [1, 2]}, cv=2).fit(X, LABELS["numbers"])
    assert with_labels.best_score_ < 0
    clean, own = (cross_val_score(model, noisy, y, cv=2) for y in (X, noisy))
    assert not np.array_equal(clean, own)
    make_pipeline(MinMaxScaler(), model).fit(X, LABELS["strings"]).transform(X)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (np.ones((200, 3)), r"y has shape \(200, 3\).*shape of X, \(200, 4\)"),
        (np.ones((199, 4)), r"y has shape \(199, 4\)"),
        (np.ones((200, 1)), r"y has shape \(200, 1\).*labels.*one dimension"),
        (np.ones((200, 4, 1)), r"y has shape \(200, 4, 1\)"),
        (np.float64(1), r"y has shape \(\)"),
        (np.ones(199), "inconsistent numbers of samples"),
        (np.full((200, 4), np.nan), "Input y contains NaN"),
        (np.full((200, 4), "a"), "could not convert string to float"),
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["fit", "fit_epochs", "partial_fit"])
def test_targets_that_cannot_be_honoured_are_refused(X, method, wrong, message):
    with pytest.raises(ValueError, match=message):
        getattr(AutoEncoder(), method)(X, wrong)


def test_masking_sets_the_share_of_the_numbers_to_zero_and_keeps_the_others(X):
    masked = masking(X + 1, 0.3, np.random.RandomState(0))
    assert np.mean(masked == 0) == pytest.approx(0.3, abs=0.05)
    assert (masked[masked != 0] == (X + 1)[masked != 0]).all()


def test_gaussian_noise_has_the_standard_deviation_of_the_level(X):
    noise = gaussian(X, 0.2, np.random.RandomState(0)) - X
    assert noise.mean() == pytest.approx(0, abs=0.02)
    assert noise.std() == pytest.approx(0.2, abs=0.02)


@pytest.mark.parametrize("corrupt", [masking, gaussian])
def test_noise_keeps_float32(corrupt):
    assert corrupt(np.ones((2, 3), "f4"), 0.5, np.random.RandomState(0)).dtype == np.float32


@pytest.mark.parametrize("corruption", ["masking", "gaussian"])
@pytest.mark.parametrize("train", ["fit", "partial_fit", "warm_start"])
def test_noise_is_drawn_anew_in_each_epoch_and_repeats_with_the_seed(X, corruption, train):
    def costs():
        model = AutoEncoder(
            epochs=4 if train == "fit" else 1,
            learning_rate=0,
            corruption=corruption,
            warm_start=train == "warm_start",
            random_state=0,
        )
        for _ in range(1 if train == "fit" else 4):
            model.partial_fit(X) if train == "partial_fit" else model.fit(X)
        return list(model.costs_)

    assert costs() == costs()
    assert len(set(costs())) == 4


def test_no_noise_at_all_is_training_as_ever(X):
    plain = AutoEncoder(epochs=5, batch_size=None, random_state=0).fit(X)
    for corruption in ("masking", "gaussian"):
        model = AutoEncoder(
            epochs=5, batch_size=None, corruption=corruption, corruption_level=0, random_state=0
        ).fit(X)
        np.testing.assert_allclose(model.costs_, plain.costs_, rtol=1e-10)


@pytest.mark.parametrize(("corruption", "corrupt"), [("masking", masking), ("gaussian", gaussian)])
def test_a_model_trained_on_noise_takes_it_away_better_than_one_trained_without(
    corruption, corrupt
):
    digits = load_digits().data[:600] / 16
    noisy = corrupt(digits, 0.3, np.random.RandomState(1))
    options = {"epochs": 100, "learning_rate": 1.0, "random_state": 0}
    plain = AutoEncoder(32, **options).fit(digits)
    denoising = AutoEncoder(32, corruption=corruption, **options).fit(digits)
    assert denoising.score(noisy, digits) > 0.85 * plain.score(noisy, digits)


@pytest.mark.parametrize(
    ("options", "with_y", "named"),
    [
        ({"corruption": "gaussian"}, False, "corruption='gaussian'"),
        ({"early_stopping": True}, False, "early_stopping=True"),
        ({}, True, "y of clean targets"),
    ],
)
def test_what_needs_samples_in_memory_is_refused_where_they_are_elsewhere(
    X, options, with_y, named
):
    elsewhere = dask.array.from_array(X, chunks=(50, 4))
    with pytest.raises(ValueError, match=f"{named} needs samples in memory"):
        AutoEncoder(**options).fit(elsewhere, elsewhere if with_y else None)


def test_by_default_a_dask_array_trains_as_the_same_array_in_memory(X):
    model = AutoEncoder(epochs=2, random_state=0)
    elsewhere = model.fit(dask.array.from_array(X, chunks=(50, 4))).costs_
    np.testing.assert_allclose(elsewhere, model.fit(X).costs_, rtol=1e-10)
