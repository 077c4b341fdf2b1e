"""When training ends: early stopping, callbacks, and going on with a warm start."""

import numpy as np
import pytest
from sklearn.preprocessing import MinMaxScaler

from autoencoder import AutoEncoder, make_donuts
from autoencoder.command.report import describe_best
from autoencoder.fitting.stopping import EarlyStopping, hold_out


@pytest.fixture(scope="module")
def X():
    return MinMaxScaler().fit_transform(make_donuts(200)[:, :4])


def stopping(**options):
    return AutoEncoder(
        **{"early_stopping": True, "n_iter_no_change": 5, "random_state": 0, **options}
    )


@pytest.mark.parametrize("optimizer", ["momentum", "nesterov", "adam"])
def test_training_stops_when_the_samples_held_out_are_reconstructed_no_better(X, optimizer):
    model = stopping(optimizer=optimizer, epochs=2000, tol=0.05).fit(X)
    scores = model.validation_scores_
    assert len(scores) == len(model.costs_) == model.n_iter_ < 2000
    assert (scores[-5:] <= scores[-6] * (1 - 0.05)).all()


def test_the_model_is_that_of_the_best_epoch(X):
    held_out = X[hold_out(200, 0.1, random_state=0)[1]]
    model = stopping(epochs=300, learning_rate=2.0).fit(X)
    assert model.validation_scores_.argmax() < model.n_iter_ - 1
    assert model.score(held_out) == pytest.approx(model.validation_scores_.max(), rel=1e-12)


def test_samples_held_out_are_not_trained_on(X):
    rest, held_out = hold_out(200, 0.25, random_state=0)
    changed = X.copy()
    changed[held_out[1:]] = changed[held_out[0]]
    options = {"epochs": 3, "validation_fraction": 0.25}
    left, right = (stopping(**options).fit(samples) for samples in (X, changed))
    np.testing.assert_array_equal(left.costs_, right.costs_)
    assert not np.array_equal(left.validation_scores_, right.validation_scores_)


def test_without_early_stopping_every_epoch_is_trained_and_no_sample_held_out(X):
    model = AutoEncoder(epochs=30, tol=1e9, n_iter_no_change=1, random_state=0).fit(X)
    assert model.n_iter_ == 30
    assert model.validation_scores_ is None


def test_within_a_loop_the_model_is_that_of_the_epoch_and_after_it_that_of_the_best(X):
    model = stopping(epochs=300, learning_rate=2.0)
    weights = [model.weights_.copy() for _ in model.fit_epochs(X)]
    best = model.validation_scores_.argmax()
    np.testing.assert_array_equal(model.weights_, weights[best])
    assert not np.array_equal(weights[best], weights[-1])


@pytest.mark.parametrize("n_samples", [1, 2])
def test_too_few_samples_to_hold_some_out_are_refused(X, n_samples):
    with pytest.raises(ValueError, match=f"validation_fraction=0.9 of {n_samples} sample"):
        stopping(validation_fraction=0.9).fit(X[:n_samples])


def test_a_cost_that_is_lower_by_no_more_than_tol_is_kept_but_not_waited_for():
    waiting = EarlyStopping(n_iter_no_change=2, tol=0.1)
    assert [waiting.update(cost, cost) for cost in (10, 9.5, 9.2)] == [False, False, True]
    assert waiting.best == 9.2


def test_costs_that_fall_slowly_but_steadily_do_not_stop_training():
    waiting = EarlyStopping(n_iter_no_change=3, tol=0.1)
    assert not any(waiting.update(0.95**epoch, epoch) for epoch in range(100))


def test_a_cost_that_is_not_finite_counts_as_no_better():
    waiting = EarlyStopping(n_iter_no_change=2, tol=0)
    assert [waiting.update(cost, cost) for cost in (3, np.nan, np.inf)] == [False, False, True]
    assert waiting.best == 3


# Callbacks.


def test_a_callback_meets_every_epoch_with_its_cost_and_the_model_as_it_then_is(X):
    met = []

    def callback(model, epoch, cost):
        met.append((epoch, cost, model.n_iter_, model.score(X)))

    model = AutoEncoder(epochs=4, batch_size=None, callback=callback, random_state=0).fit(X)
    epochs, costs, n_iter, scores = zip(*met, strict=True)
    assert epochs == (0, 1, 2, 3)
    assert list(costs) == list(model.costs_)
    assert n_iter == (1, 2, 3, 4)
    assert [-score for score in scores[:-1]] == pytest.approx(costs[1:], rel=1e-12)


@pytest.mark.parametrize("true", [True, np.True_])
def test_a_callback_that_returns_true_stops_training(X, true):
    model = AutoEncoder(callback=lambda model, epoch, cost: true if epoch == 6 else None)
    assert model.fit(X).n_iter_ == 7
    assert len(list(model.fit_epochs(X))) == 7


def test_a_callback_that_returns_something_else_does_not_stop_it(X):
    model = AutoEncoder(epochs=3, callback=lambda model, epoch, cost: "cost")
    assert model.fit(X).n_iter_ == 3


def test_a_callback_that_raises_ends_the_fit_and_a_model_fitted_before_stays(X):
    model = AutoEncoder(epochs=3, random_state=0).fit(X)
    weights = model.weights_

    def callback(model, epoch, cost):
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        model.set_params(callback=callback).fit(X[:50])
    assert model.weights_ is weights


def test_costs_after_a_fit_with_a_callback_are_the_users_to_change(X):
    model = AutoEncoder(epochs=3, callback=print).fit(X)
    model.costs_[0] = 0


# Warm starts.


@pytest.mark.parametrize("optimizer", ["momentum", "nesterov", "adam"])
def test_a_warm_start_goes_on_where_the_last_fit_ended(X, optimizer):
    options = {"optimizer": optimizer, "batch_size": None, "random_state": 0}
    whole = AutoEncoder(epochs=10, **options).fit(X)
    halves = AutoEncoder(epochs=5, warm_start=True, **options).fit(X).fit(X)
    np.testing.assert_array_equal(whole.costs_, halves.costs_)
    np.testing.assert_array_equal(whole.weights_, halves.weights_)


def test_a_warm_start_shuffles_otherwise_than_the_fit_before(X):
    model = AutoEncoder(epochs=1, batch_size=50, warm_start=True, learning_rate=0, random_state=0)
    seen = []
    for _ in range(2):
        model.set_params(corruption="masking").fit(X)
        seen.append(model.costs_[-1])
    assert seen[0] != seen[1]


def test_a_warm_start_by_another_optimizer_keeps_the_parameters_and_starts_at_rest(X):
    model = AutoEncoder(epochs=20, batch_size=None, random_state=0).fit(X)
    before = -model.score(X)
    model.set_params(optimizer="adam", warm_start=True, epochs=1).fit(X)
    assert model.costs_[-1] == pytest.approx(before, rel=1e-12)
    assert model.moments_[-1] == 1
    assert not any(velocity.any() for velocity in model.velocities_)


def test_a_warm_start_with_other_features_or_units_is_refused(X):
    model = AutoEncoder(epochs=2, warm_start=True).fit(X)
    with pytest.raises(ValueError, match="3 features"):
        model.fit(X[:, :3])
    with pytest.raises(ValueError, match="n_hidden is 3"):
        model.set_params(n_hidden=3).fit(X)


def test_scores_of_a_warm_start_go_on_too(X):
    model = stopping(epochs=4, warm_start=True).fit(X).fit(X)
    assert len(model.validation_scores_) == len(model.costs_) == 8


def test_the_best_epoch_is_counted_from_the_first_fit_though_that_held_nothing_out(X):
    model = stopping(epochs=3, early_stopping=False, warm_start=True).fit(X)
    model.set_params(early_stopping=True, epochs=4).fit(X)
    assert (len(model.costs_), len(model.validation_scores_)) == (7, 4)
    best = 3 + model.validation_scores_.argmax()
    assert describe_best(model).startswith(f"the best was epoch {best}, counted from 0")


def test_what_a_warm_start_goes_on_from_stays_if_no_epoch_is_better(X):
    model = stopping(epochs=50, warm_start=True).fit(X)
    weights, velocities = model.weights_.copy(), [v.copy() for v in model.velocities_]
    model.set_params(corruption="gaussian", corruption_level=5.0, n_iter_no_change=3).fit(X)
    np.testing.assert_array_equal(model.weights_, weights)
    assert all(map(np.array_equal, model.velocities_, velocities))
    assert model.n_iter_ == 53


def test_samples_held_out_are_not_trained_on_in_a_warm_start_either(X):
    held_out = hold_out(200, 0.25, random_state=0)[1]
    changed = X.copy()
    changed[held_out[1:]] = changed[held_out[0]]
    options = {"epochs": 2, "validation_fraction": 0.25, "warm_start": True, "learning_rate": 0}
    left, right = (stopping(**options).fit(samples).fit(samples) for samples in (X, changed))
    np.testing.assert_array_equal(left.costs_, right.costs_)


def test_scores_of_a_warm_start_are_of_the_samples_held_out_before(X):
    model = stopping(epochs=2, learning_rate=0, warm_start=True).fit(X).fit(X)
    assert model.validation_scores_ == pytest.approx(np.full(4, model.validation_scores_[0]))


@pytest.mark.parametrize("optimizer", ["nesterov", "adam"])
def test_partial_fits_go_on_with_what_the_optimizer_remembers(X, optimizer, tmp_path):
    options = {"optimizer": optimizer, "batch_size": None, "random_state": 0}
    whole = AutoEncoder(epochs=5, **options).fit(X)
    halves = AutoEncoder(epochs=2, **options).fit(X)
    halves.partial_fit(X).save(tmp_path / "model.npz")
    loaded = AutoEncoder.load(tmp_path / "model.npz").partial_fit(X).partial_fit(X)
    np.testing.assert_array_equal(whole.costs_, loaded.costs_)
    np.testing.assert_array_equal(whole.weights_, loaded.weights_)
