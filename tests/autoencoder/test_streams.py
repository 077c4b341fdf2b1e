"""Batches from an iterator, one `partial_fit` after another, with one compiled function."""

import copy
import pickle

import numpy as np
import pytest
from sklearn.base import clone

import minigrad
from autoencoder import AutoEncoder


@pytest.fixture
def compiled(monkeypatch):
    """The names of the functions that are compiled."""
    names, function = [], minigrad.function

    def spy(*args, **kwargs):
        names.append(kwargs.get("name"))
        return function(*args, **kwargs)

    monkeypatch.setattr(minigrad, "function", spy)
    return names


def batches(*lengths):
    rng = np.random.RandomState(0)
    return [rng.rand(length, 4) for length in lengths]


def fitted(model, stream):
    for batch in stream:
        model.partial_fit(batch)
    return model


def assert_same(left, right):
    np.testing.assert_array_equal(left.costs_, right.costs_)
    np.testing.assert_array_equal(left.weights_, right.weights_)


def test_batches_of_any_lengths_are_trained_on_by_one_function(compiled):
    fitted(AutoEncoder(random_state=0), batches(50, 50, 20, 50, 7, 1, 33))
    assert compiled == ["train"]


def test_after_a_fit_it_is_compiled_once_more_and_kept(compiled):
    first, *stream = batches(50, 20, 30)
    fitted(AutoEncoder(epochs=2, random_state=0).fit(first), stream)
    assert compiled == ["train", "train"]


@pytest.mark.parametrize(
    "change", [{"learning_rate": 0.01}, {"momentum": 0.5}], ids=lambda change: next(iter(change))
)
def test_a_hyperparameter_that_is_changed_between_batches_counts_from_then_on(change):
    first, second = batches(50, 50)
    model = AutoEncoder(random_state=0).partial_fit(first)
    fresh = pickle.loads(pickle.dumps(model)).set_params(**change).partial_fit(second)
    assert_same(model.set_params(**change).partial_fit(second), fresh)
    assert not np.array_equal(fresh.weights_, fitted(AutoEncoder(), [first, second]).weights_)


def test_weights_that_are_set_between_batches_count_from_then_on():
    first, second = batches(50, 50)
    model = AutoEncoder(random_state=0).partial_fit(first)
    model.weights_ = np.zeros((4, 2))
    assert_same(model, fresh := pickle.loads(pickle.dumps(model)))
    assert_same(model.partial_fit(second), fresh.partial_fit(second))


def test_a_fit_on_other_features_between_batches_counts_from_then_on():
    model = AutoEncoder(epochs=2, random_state=0).partial_fit(batches(50)[0])
    model.fit(np.random.RandomState(0).rand(50, 6))
    model.partial_fit(np.random.RandomState(1).rand(20, 6))
    assert model.weights_.shape == (6, 2)


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, clone, lambda model: pickle.loads(pickle.dumps(model))]
)
def test_copies_have_no_part_in_what_is_compiled(copied):
    first, second, third = batches(50, 50, 50)
    model = AutoEncoder(random_state=0).partial_fit(first)
    other = copied(model)
    assert b"minigrad" not in pickle.dumps(model)
    other.partial_fit(second)
    expected = AutoEncoder(random_state=0)
    assert_same(model.partial_fit(third), fitted(expected, [first, third]))
