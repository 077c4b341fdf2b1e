"""AutoEncoder as scikit-learn sees it, and as a user does."""

import pickle
import warnings
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import minigrad
from autoencoder import (
    AutoEncoder,
    Diverged,
    Preparation,
    TiedNetwork,
    make_donuts,
    train,
    training,
)
from autoencoder.fitting.stopping import hold_out


@pytest.fixture(scope="module")
def X():
    return MinMaxScaler().fit_transform(make_donuts(200)[:, :4])


@pytest.fixture(scope="module")
def fitted(X):
    return AutoEncoder(epochs=200, random_state=0).fit(X)


def assert_same_model(left, right):
    for name in ("weights_", "hidden_bias_", "output_bias_", "costs_"):
        np.testing.assert_array_equal(getattr(left, name), getattr(right, name))


# Many of scikit-learn's samples are far from 0–1, or have two features, and it warns of that.
@pytest.mark.filterwarnings("ignore:.*hidden units give nearly the same")
@pytest.mark.filterwarnings("ignore:A code of 2 numbers for 2 features")
@parametrize_with_checks(
    [
        AutoEncoder(),
        AutoEncoder(batch_size=16, epochs=20, dtype="float32"),
        AutoEncoder(optimizer="adam", early_stopping=True, epochs=20, corruption="masking"),
    ]
)
def test_it_keeps_every_rule_of_scikit_learn(estimator, check, monkeypatch):
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")  # otherwise the rule of array libraries is skipped
    check(estimator)


def test_fitting_lowers_the_cost(fitted):
    assert len(fitted.costs_) == 200
    assert fitted.costs_[-1] < fitted.costs_[0] / 5


@pytest.mark.parametrize("batch_size", [None, 64])
def test_fitting_is_training_the_network_from_the_seed(X, batch_size):
    options = {"epochs": 100, "learning_rate": 0.1, "batch_size": batch_size}
    fitted = AutoEncoder(random_state=0, **options).fit(X)
    rng = np.random.RandomState(0)
    network = TiedNetwork.gaussian(4, 2, rng)
    costs = [cost for _, cost in train(network, X, rng=rng, **options)]
    np.testing.assert_array_equal(fitted.costs_, costs)
    np.testing.assert_array_equal(fitted.weights_, network.W.get_value())
    np.testing.assert_array_equal(fitted.hidden_bias_, network.bh.get_value())
    np.testing.assert_array_equal(fitted.output_bias_, network.bo.get_value())


def test_transform_is_the_sigmoid_code(fitted, X):
    expected = 1 / (1 + np.exp(-(X @ fitted.weights_ + fitted.hidden_bias_)))
    assert fitted.transform(X) == pytest.approx(expected, rel=1e-12)


def test_inverse_transform_is_the_linear_decoder(fitted):
    code = np.random.RandomState(0).rand(3, 2)
    expected = code @ fitted.weights_.T + fitted.output_bias_
    assert fitted.inverse_transform(code) == pytest.approx(expected, rel=1e-12)


def test_reconstruct_encodes_and_decodes(fitted, X):
    expected = fitted.inverse_transform(fitted.transform(X))
    assert fitted.reconstruct(X) == pytest.approx(expected, rel=1e-12)


def test_the_score_is_minus_the_mean_squared_error(fitted, X):
    expected = -np.mean((X - fitted.reconstruct(X)) ** 2)
    assert fitted.score(X) == pytest.approx(expected, rel=1e-12)


def test_the_score_of_a_sample_is_its_mean_squared_error(fitted, X):
    expected = np.mean((X - fitted.reconstruct(X)) ** 2, axis=1)
    assert fitted.score_samples(X) == pytest.approx(expected, rel=1e-12)
    assert fitted.score_samples(X).mean() == pytest.approx(-fitted.score(X), rel=1e-12)


def test_samples_of_another_kind_have_the_largest_errors(fitted, X):
    strange = np.random.RandomState(0).permutation(X.T.ravel()).reshape(X.shape)
    assert np.median(fitted.score_samples(strange)) > fitted.score_samples(X).max()


def test_a_seed_makes_fitting_repeatable_in_batches_too(X):
    model = AutoEncoder(epochs=5, batch_size=32, random_state=3)
    assert_same_model(clone(model).fit(X), clone(model).fit(X))


def test_float32_parameters_compute_in_float32(X):
    model = AutoEncoder(epochs=5, dtype="float32", random_state=0).fit(X)
    assert model.weights_.dtype == np.float32
    assert model.transform(X).dtype == np.float32
    assert model.inverse_transform(model.transform(X)).dtype == np.float32


def test_partial_fits_after_a_fit_are_further_epochs_of_it(X):
    whole = AutoEncoder(epochs=10, batch_size=None, random_state=0).fit(X)
    resumed = AutoEncoder(epochs=7, batch_size=None, random_state=0).fit(X)
    for _ in range(3):
        resumed.partial_fit(X)
    assert_same_model(whole, resumed)


def test_partial_fits_alone_train_a_model(X):
    whole = AutoEncoder(epochs=3, batch_size=None, random_state=0).fit(X)
    streamed = AutoEncoder(batch_size=None, random_state=0)
    for _ in range(3):
        streamed.partial_fit(X)
    assert_same_model(whole, streamed)


def test_partial_fit_goes_through_batches_in_the_order_given(X):
    in_batches = AutoEncoder(batch_size=100, random_state=0).partial_fit(X)
    one_by_one = AutoEncoder(random_state=0).partial_fit(X[:100]).partial_fit(X[100:])
    np.testing.assert_array_equal(in_batches.weights_, one_by_one.weights_)


@pytest.mark.parametrize("options", [{}, {"optimizer": "adam", "early_stopping": True}], ids=str)
def test_a_second_fit_forgets_the_first(X, options):
    model = AutoEncoder(epochs=5, random_state=0, **options).fit(X)
    once = pickle.loads(pickle.dumps(model))
    assert_same_model(once, model.fit(X))


def test_features_of_the_code_have_names(fitted):
    assert list(fitted.get_feature_names_out()) == ["autoencoder0", "autoencoder1"]


def test_it_stands_in_a_pipeline(X):
    pipeline = make_pipeline(MinMaxScaler(), AutoEncoder(epochs=50, random_state=0))
    code = pipeline.fit_transform(X * 100)
    assert pipeline.inverse_transform(code).shape == X.shape
    assert list(pipeline.get_feature_names_out()) == ["autoencoder0", "autoencoder1"]


def test_grid_search_finds_the_better_number_of_hidden_units(X):
    search = GridSearchCV(AutoEncoder(epochs=500, random_state=0), {"n_hidden": [1, 2]}, cv=2)
    assert search.fit(X).best_params_ == {"n_hidden": 2}


def test_a_pickle_holds_the_same_model_and_only_plain_data(fitted, X):
    content = pickle.dumps(fitted)
    again = pickle.loads(content)
    assert_same_model(again, fitted)
    np.testing.assert_array_equal(again.transform(X), fitted.transform(X))
    assert b"minigrad" not in content


def test_a_pickled_model_goes_on_training_like_the_original(X):
    model = AutoEncoder(epochs=5, random_state=0).fit(X)
    again = pickle.loads(pickle.dumps(model))
    assert_same_model(model.partial_fit(X), again.partial_fit(X))


def test_epochs_can_be_watched_one_by_one(X):
    model = AutoEncoder(epochs=3, random_state=0)
    watched = list(model.fit_epochs(X))
    assert [epoch for epoch, _ in watched] == [0, 1, 2]
    np.testing.assert_array_equal([cost for _, cost in watched], model.costs_)


def test_leaving_the_iteration_leaves_a_fitted_model(X):
    model = AutoEncoder(epochs=100, random_state=0)
    for epoch, _ in model.fit_epochs(X):
        if epoch == 9:
            break
    assert_same_model(model, AutoEncoder(epochs=10, random_state=0).fit(X))


def test_verbose_prints_every_so_many_epochs(X, capsys):
    AutoEncoder(epochs=5, verbose=2, random_state=0).fit(X)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines] == [f"Epoch {epoch} of 5" for epoch in (0, 2, 4)]


def test_partial_fits_count_their_epochs_on(X, capsys):
    model = AutoEncoder(verbose=1, random_state=0).partial_fit(X).partial_fit(X)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines] == ["Epoch 0 of 1", "Epoch 1 of 2"]
    assert len(model.costs_) == 2


def test_it_is_silent_unless_told_otherwise(X, capsys):
    AutoEncoder(epochs=5).fit(X)
    assert capsys.readouterr().out == ""


def interrupt(monkeypatch, in_epoch, error):
    """Have the error raised when that epoch has been computed."""
    run_epoch, calls = training._run_epoch, []

    def interrupted(step, batches):
        calls.append(None)
        cost = run_epoch(step, batches)
        if len(calls) == in_epoch + 1:
            raise error
        return cost

    monkeypatch.setattr(training, "_run_epoch", interrupted)


def test_an_interrupted_fit_warns_and_keeps_the_last_whole_epoch(X, monkeypatch):
    interrupt(monkeypatch, 5, KeyboardInterrupt)
    with pytest.warns(UserWarning, match="interrupted after 5 epochs"):
        model = AutoEncoder(epochs=100, random_state=0).fit(X)
    assert_same_model(model, AutoEncoder(epochs=5, random_state=0).fit(X))


@pytest.mark.parametrize("estimator", [AutoEncoder(epochs=1), Preparation()], ids=["net", "prep"])
def test_columns_of_text_are_refused_by_their_names(estimator):
    frame = pd.DataFrame({"rpm": [1.0, 2.0], "state": ["idle", "busy"], "when": ["a", "b"]})
    with pytest.raises(ValueError, match="but state, when hold text or dates; make numbers"):
        estimator.fit(frame)


def test_an_interrupt_ends_a_search_for_which_its_warning_is_an_error(X, monkeypatch):
    interrupt(monkeypatch, 1, KeyboardInterrupt)
    search = GridSearchCV(AutoEncoder(epochs=2), {"n_hidden": [1, 2]}, cv=2, error_score="raise")
    with warnings.catch_warnings():
        warnings.filterwarnings("error", "Training was interrupted")
        with pytest.raises(UserWarning, match="interrupted after 1 epoch"):
            search.fit(X)


def test_within_the_loop_the_model_is_that_of_the_epoch_just_over(X):
    model = AutoEncoder(epochs=3, random_state=0)
    for epoch, cost in model.fit_epochs(X):
        assert len(model.costs_) == epoch + 1
        assert model.costs_[-1] == cost
        assert_same_model(model, AutoEncoder(epochs=epoch + 1, random_state=0).fit(X))


def test_what_was_taken_from_the_loop_stays_as_it_was(X):
    model = AutoEncoder(epochs=200, random_state=0)
    taken = [
        (model.weights_, model.weights_.copy(), model.costs_, model.costs_.copy())
        for _ in model.fit_epochs(X)
    ]
    for weights, then, costs, costs_then in taken:
        np.testing.assert_array_equal(weights, then)
        np.testing.assert_array_equal(costs, costs_then)


def test_costs_taken_from_the_loop_cannot_be_changed_for_the_epochs_after(X):
    model = AutoEncoder(epochs=3, random_state=0)
    costs = []
    for _, cost in model.fit_epochs(X):
        costs.append(cost)
        with pytest.raises(ValueError, match="read-only"):
            model.costs_[0] = -1
    assert list(model.costs_) == costs


def test_the_costs_of_a_fit_are_the_users_to_change(X):
    model = AutoEncoder(epochs=3, random_state=0).fit(X)
    model.costs_[0] = -1
    assert model.costs_[0] == -1


def test_what_is_set_after_leaving_the_loop_stays(X):
    model = AutoEncoder(epochs=5, random_state=0)
    epochs = model.fit_epochs(X)
    next(epochs)
    best = model.weights_ = np.ones((4, 2))
    epochs.close()
    assert model.weights_ is best


# A model that was fitted before stays until there is a better one.


@pytest.fixture
def before(X):
    """A fitted model with names of features, and a pickle of it."""
    model = AutoEncoder(3, epochs=20, random_state=0).fit(X)
    model.feature_names_in_ = np.array(list("abcd"), dtype=object)
    return model, pickle.loads(pickle.dumps(model))


def assert_kept(model, before):
    assert_same_model(model, before)
    assert model.n_features_in_ == before.n_features_in_
    assert list(model.feature_names_in_) == list(before.feature_names_in_)
    for left, right in zip(model.velocities_, before.velocities_, strict=True):
        np.testing.assert_array_equal(left, right)


OTHER = np.random.RandomState(1).rand(30, 5)


def test_asking_for_epochs_without_going_through_them_keeps_the_model(before):
    model, old = before
    model.fit_epochs(OTHER)
    model.fit_epochs(OTHER).close()
    assert_kept(model, old)


@pytest.mark.parametrize("method", ["fit", "fit_epochs"])
@pytest.mark.parametrize(
    "wrong", [np.full((3, 5), np.nan), np.ones(5), [["a"]], np.ones((0, 4))], ids=str
)
def test_a_refit_with_bad_samples_keeps_the_model(before, method, wrong):
    model, old = before
    with pytest.raises(ValueError):
        getattr(model, method)(wrong)
    assert_kept(model, old)


@pytest.mark.parametrize("in_epoch", [0, 1, 5])
@pytest.mark.parametrize("error", [MemoryError, RuntimeError])
def test_a_refit_that_fails_keeps_the_model(before, monkeypatch, in_epoch, error):
    model, old = before
    interrupt(monkeypatch, in_epoch, error)
    with pytest.raises(error):
        model.fit(OTHER)
    assert_kept(model, old)


@pytest.mark.parametrize("in_epoch", [0, 1, 5])
def test_a_refit_that_is_interrupted_keeps_the_model_and_says_so(before, monkeypatch, in_epoch):
    model, old = before
    interrupt(monkeypatch, in_epoch, KeyboardInterrupt)
    with pytest.warns(UserWarning, match=f"after {in_epoch} epochs?; the model fitted before"):
        model.fit(OTHER)
    assert_kept(model, old)


def test_an_interrupt_while_a_cost_is_printed_keeps_the_model_too(before, monkeypatch):
    model, old = before

    def interrupted(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.print", interrupted)
    with pytest.warns(UserWarning, match="the model fitted before is kept"):
        model.set_params(verbose=1).fit(OTHER)
    assert_kept(model, old)


@pytest.mark.parametrize("error", [GeneratorExit, SystemExit, KeyError])
@pytest.mark.parametrize("train", ["fit", "partial_fit", "fit_epochs"])
def test_a_refit_whose_callback_raises_keeps_the_model(X, train, error):
    model = AutoEncoder(epochs=3, random_state=0).fit(X)
    old = pickle.loads(pickle.dumps(model))

    def callback(model, epoch, cost):
        raise error

    with pytest.raises(error):
        list(getattr(model.set_params(callback=callback), train)(X[:50]))
    assert_same_model(model, old)


def test_a_refit_whose_cost_cannot_be_printed_keeps_the_model(before, monkeypatch):
    model, old = before

    def full(*args, **options):
        raise MemoryError

    monkeypatch.setattr("builtins.print", full)
    with pytest.raises(MemoryError):
        model.set_params(verbose=1).fit(OTHER)
    assert_kept(model, old)


def test_costs_of_a_first_fit_that_a_callback_interrupted_are_the_users_to_change(X):
    def callback(model, epoch, cost):
        raise KeyboardInterrupt

    with pytest.warns(UserWarning, match="interrupted"):
        model = AutoEncoder(callback=callback).fit(X)
    model.costs_[0] = 0


def test_a_refit_that_diverges_keeps_the_model_and_says_so(before):
    model, old = before
    with pytest.warns(ConvergenceWarning, match="The model fitted before is kept"):
        model.set_params(learning_rate=50).fit(OTHER)
    assert_kept(model, old)


def test_a_partial_fit_that_diverges_keeps_the_model(X):
    model = AutoEncoder(epochs=20, random_state=0).fit(X)
    old = pickle.loads(pickle.dumps(model))
    with pytest.warns(ConvergenceWarning, match="The model fitted before is kept"):
        model.set_params(learning_rate=1e6).partial_fit(X)
    assert_same_model(model, old)


def test_a_first_partial_fit_that_fails_leaves_a_model_that_is_not_fitted():
    model = AutoEncoder()
    with pytest.raises(ValueError):
        model.partial_fit(np.full((3, 5), np.nan))
    assert not [name for name in vars(model) if name.endswith("_")]


# Training that makes nothing better.


@pytest.mark.parametrize("epochs", [1, 2, 10, 100])
@pytest.mark.parametrize("batch_size", [None, 50])
@pytest.mark.parametrize("learning_rate", [10, 50, 1e4])
def test_a_training_that_blows_up_warns_and_keeps_what_was_best(
    X, epochs, batch_size, learning_rate
):
    model = AutoEncoder(
        epochs=epochs, batch_size=batch_size, learning_rate=learning_rate, random_state=0
    )
    with pytest.warns(ConvergenceWarning, match="worse than .* of no training at all"):
        model.fit(X)
    untrained = TiedNetwork.gaussian(4, 2, np.random.RandomState(0))
    assert -model.score(X) <= float(untrained.cost(minigrad.shared(X)).eval())


@pytest.mark.parametrize("learning_rate", [0, 1e-3, 0.1, 1, 3])
def test_a_training_that_does_not_blow_up_does_not_warn(X, learning_rate):
    AutoEncoder(epochs=200, learning_rate=learning_rate, random_state=0).fit(X)


UNSCALED = {
    "flowers in centimetres": lambda: load_iris().data,
    "pixels from 0 to 16": lambda: load_digits().data[::10],
    "percent": lambda: 100 * OTHER,
    "millionths": lambda: 1e-6 * OTHER,
    "years": lambda: 2000 + OTHER,
}


@pytest.mark.parametrize("case", UNSCALED)
def test_hidden_units_that_died_of_unscaled_features_are_told_with_the_remedy(case):
    message = r"\d of 2 hidden units .* reach from .* scale them to 0–1"
    with pytest.warns(ConvergenceWarning, match=message) as caught:
        AutoEncoder(2, epochs=200, random_state=0).fit(UNSCALED[case]())
    assert caught[0].filename == __file__


def test_hidden_units_that_died_are_told_of_in_a_loop_and_after_a_partial_fit_too():
    for train_on in (
        lambda model: list(model.fit_epochs(100 * OTHER)),
        lambda model: model.partial_fit(100 * OTHER),
    ):
        with pytest.warns(ConvergenceWarning, match="hidden units") as caught:
            train_on(AutoEncoder(2, epochs=20, random_state=0))
        assert caught[0].filename == __file__


@pytest.mark.parametrize("n_hidden", [1, 2, 8])
@pytest.mark.parametrize("scaler", [MinMaxScaler(), StandardScaler()], ids=str)
@pytest.mark.parametrize("load", [load_iris, load_wine, load_breast_cancer, load_digits])
def test_scaled_features_do_not_warn(load, scaler, n_hidden):
    X = scaler.fit_transform(load().data[::5])
    AutoEncoder(min(n_hidden, X.shape[1] - 1), epochs=50, random_state=0).fit(X)


def test_samples_that_are_all_the_same_do_not_warn():
    AutoEncoder(2, epochs=5, random_state=0).fit(np.full((5, 3), 0.5))


@pytest.mark.parametrize(("dtype", "scale"), [("float32", 1e20), ("float64", 1e155)])
def test_samples_too_large_for_a_finite_cost_warn_and_leave_no_cost(X, dtype, scale, tmp_path):
    model = AutoEncoder(epochs=3, dtype=dtype, random_state=0)
    with pytest.warns(ConvergenceWarning, match="the cost of epoch 0 is inf"):
        model.fit(scale * X)
    assert len(model.costs_) == 0
    model.save(tmp_path / "model.npz")
    AutoEncoder.load(tmp_path / "model.npz")
    with pytest.raises(Diverged):
        list(model.fit_epochs(scale * X))


def test_divergence_warns_and_says_when_and_what_to_try(X):
    model = AutoEncoder(learning_rate=1e80, random_state=0)
    with pytest.warns(ConvergenceWarning, match=r"epoch \d+ .*smaller learning_rate.*0–1"):
        model.fit(X)
    assert np.isfinite(model.costs_).all()
    assert np.isfinite(model.score(X))


def test_watching_epochs_one_by_one_divergence_is_an_error(X):
    model = AutoEncoder(learning_rate=1e80, random_state=0)
    with pytest.raises(Diverged):
        list(model.fit_epochs(X))
    assert np.isfinite(model.score(X))


@pytest.mark.parametrize(
    "wrong",
    [
        {"n_hidden": 0},
        {"n_hidden": 2.5},
        {"learning_rate": -0.1},
        {"learning_rate": float("nan")},
        {"learning_rate": float("inf")},
        {"learning_rate": 10**400},
        {"momentum": 1.5},
        {"momentum": -0.1},
        {"momentum": float("nan")},
        {"epochs": 0},
        {"batch_size": 0},
        {"dtype": "int32"},
        {"dtype": int},
        {"dtype": np.floating},
        {"verbose": -1},
        {"learning_rate": np.float32("inf")},
        {"learning_rate": np.float32("nan")},
        {"learning_rate": Fraction(10**400)},
        {"learning_rate": True},
        {"n_hidden": True},
        {"batch_size": True},
        {"batch_size": "all"},
        {"batch_size": 2.5},
        {"learning_rate": "fast"},
        {"learning_rate": None},
        {"optimizer": "sgd"},
        {"optimizer": None},
        {"early_stopping": 1},
        {"early_stopping": "yes"},
        {"validation_fraction": 0},
        {"validation_fraction": 1.0},
        {"validation_fraction": float("nan")},
        {"validation_fraction": "0.1"},
        {"n_iter_no_change": 0},
        {"n_iter_no_change": 1.5},
        {"n_iter_no_change": None},
        {"tol": -1e-4},
        {"tol": float("inf")},
        {"warm_start": 0},
        {"warm_start": None},
        {"corruption": "salt"},
        {"corruption": True},
        {"corruption": ("masking", 0.3)},
        {"corruption_level": -0.1},
        {"corruption_level": float("nan")},
        {"corruption_level": "much"},
        {"engine": "C"},
        {"engine": None},
        {"callback": "print"},
        {"callback": 3},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_a_hyperparameter_out_of_its_range_is_refused_by_name(X, method, wrong):
    (name,) = wrong
    with pytest.raises((ValueError, TypeError), match=name):
        getattr(AutoEncoder(**wrong), method)(X)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"optimizer": "sgd"}, "optimizer must be 'momentum', 'nesterov' or 'adam'; got 'sgd'"),
        ({"optimizer": "adam", "momentum": 1.0}, "momentum must be less than 1 with .*adam"),
        ({"corruption": "masking", "corruption_level": 1.5}, "corruption_level is the share"),
        ({"engine": "jax"}, "engine must be 'auto', 'numpy' or 'c'; got 'jax'"),
        ({"batch_size": "all"}, "batch_size must be a number, or 'auto', or None; got 'all'"),
        ({"learning_rate": "fast"}, "learning_rate must be a number, or 'auto'; got 'fast'"),
    ],
    ids=str,
)
def test_a_refusal_says_what_is_expected(X, wrong, message):
    with pytest.raises(ValueError, match=message):
        AutoEncoder(**wrong).fit(X)


def test_choices_may_come_from_numpy_as_they_do_in_a_search(X):
    options = {"optimizer": np.array(["adam"])[0], "early_stopping": np.True_, "epochs": 2}
    AutoEncoder(**options, corruption=np.array(["gaussian"])[0]).fit(X)


@pytest.mark.parametrize("dtype", [np.float32, np.dtype("float32"), np.dtype(">f4")], ids=repr)
def test_a_dtype_may_be_numpys_type_or_dtype(X, dtype, tmp_path):
    model = AutoEncoder(epochs=2, dtype=dtype, random_state=0).fit(X).partial_fit(X)
    assert model.transform(X).dtype == np.float32
    model.save(tmp_path / "model.npz")
    assert AutoEncoder.load(tmp_path / "model.npz").dtype == "float32"


@pytest.mark.parametrize(
    "kind", [np.float16, np.float32, np.longdouble, Fraction], ids=lambda kind: kind.__name__
)
def test_numbers_of_any_kind_are_taken_as_floats(X, kind, tmp_path):
    """Without a warning, which would be an error here."""
    rate, momentum = kind(0.125), kind(0.75)  # every kind holds these exactly
    model = AutoEncoder(learning_rate=rate, momentum=momentum, epochs=3, random_state=0).fit(X)
    plain = AutoEncoder(learning_rate=0.125, momentum=0.75, epochs=3, random_state=0).fit(X)
    assert_same_model(model, plain)
    model.save(tmp_path / "model.npz")
    assert AutoEncoder.load(tmp_path / "model.npz").get_params() == plain.get_params()


@pytest.mark.parametrize(
    "method", ["transform", "inverse_transform", "reconstruct", "score", "score_samples"]
)
def test_before_fitting_nothing_can_be_computed(X, method):
    with pytest.raises(NotFittedError):
        getattr(AutoEncoder(), method)(X)


def test_a_code_of_the_wrong_width_is_refused(fitted):
    with pytest.raises(ValueError, match="3 columns, but a code of this AutoEncoder has 2"):
        fitted.inverse_transform(np.ones((1, 3)))


# How large the errors of training were.


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("early_stopping", [False, True])
def test_error_percentiles_are_those_of_the_scores_of_the_samples_trained_on(dtype, early_stopping):
    X = np.random.RandomState(0).rand(200, 5)
    options = {"early_stopping": early_stopping, "validation_fraction": 0.25, "dtype": dtype}
    model = AutoEncoder(2, epochs=20, random_state=0, **options).fit(X)
    rows = hold_out(200, 0.25, 0)[0] if early_stopping else slice(None)
    expected = np.percentile(model.score_samples(X[rows]), [50, 90, 95, 99, 100], method="higher")
    assert list(model.error_percentiles_) == [50, 90, 95, 99, 100]
    np.testing.assert_allclose(list(model.error_percentiles_.values()), expected, rtol=1e-5)


def test_another_percentile_is_refused_with_those_that_there_are():
    model = AutoEncoder(2, epochs=1, random_state=0).fit(np.random.RandomState(0).rand(20, 4))
    with pytest.raises(KeyError, match="no percentile 97 is kept: there are 50, 90, 95, 99, 100"):
        model.error_percentiles_[97]


def test_the_error_of_training_is_that_of_the_finished_network():
    X = np.random.RandomState(0).rand(100, 4)
    model = AutoEncoder(2, epochs=3, random_state=0).fit(X)
    assert model.error_ == pytest.approx(-model.score(X))
    assert model.partial_fit(X).error_ is None


def test_error_percentiles_are_of_samples_without_noise():
    X = np.random.RandomState(0).rand(100, 4)
    model = AutoEncoder(2, epochs=5, corruption="masking", random_state=0).fit(X)
    assert model.error_percentiles_[100] == pytest.approx(model.score_samples(X).max())


def test_error_percentiles_are_forgotten_when_training_goes_on_or_is_left():
    X = np.random.RandomState(0).rand(100, 4)
    model = AutoEncoder(2, epochs=3, random_state=0).fit(X)
    assert model.partial_fit(X).error_percentiles_ is None
    model.fit(X)
    for _ in model.fit_epochs(X):
        break
    assert model.error_percentiles_ is None
    assert [*model.fit_epochs(X)] and model.error_percentiles_[50] > 0


def test_error_percentiles_of_samples_in_a_file_are_of_some_of_them(tmp_path, monkeypatch):
    monkeypatch.setattr("autoencoder.rows.blocks.BLOCK_BYTES", 4000)
    monkeypatch.setattr("autoencoder.fitting.fit._JUDGED", 100)
    X = np.random.RandomState(0).rand(1000, 4)
    np.save(tmp_path / "x.npy", X)
    model = AutoEncoder(2, epochs=2, random_state=0)
    model.fit(np.load(tmp_path / "x.npy", mmap_mode="r"))
    assert model.error_percentiles_[100] == pytest.approx(model.score_samples(X[::10]).max())
