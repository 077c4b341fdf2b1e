"""The training loop: what an epoch is, and what is left when one goes wrong."""

import numpy as np
import pytest

import minigrad
from autoencoder import Diverged, TiedNetwork, train, training


@pytest.fixture
def X():
    return np.random.RandomState(0).rand(10, 4)


@pytest.fixture
def network():
    return TiedNetwork.gaussian(4, 2, np.random.RandomState(0))


def values(network):
    return [parameter.get_value() for parameter in network.parameters]


def cost_now(network, X):
    return float(network.cost(minigrad.shared(X)).eval())


def assert_same(left, right):
    for a, b in zip(left, right, strict=True):
        np.testing.assert_array_equal(a, b)


def test_each_epoch_is_yielded_with_its_cost_before_the_step(network, X):
    expected = cost_now(network, X)
    epochs = train(network, X, epochs=2)
    assert next(epochs) == (0, pytest.approx(expected))
    expected = cost_now(network, X)
    assert next(epochs) == (1, pytest.approx(expected))
    assert next(epochs, None) is None


def test_batches_of_all_rows_or_more_are_a_full_batch(X):
    runs = [
        [
            cost
            for _, cost in train(
                TiedNetwork.gaussian(4, 2, np.random.RandomState(0)),
                X,
                epochs=3,
                batch_size=batch_size,
                rng=np.random.RandomState(0),
            )
        ]
        for batch_size in (None, 10, 1000)
    ]
    assert runs[0] == runs[1] == runs[2]


def test_the_cost_of_an_epoch_in_batches_is_the_mean_over_the_rows(network, X):
    expected = cost_now(network, X)
    # At a rate of zero all batches, of 4, 4 and 2 rows, meet the same parameters.
    ((_, cost),) = train(network, X, learning_rate=0, epochs=1, batch_size=4)
    assert cost == pytest.approx(expected, rel=1e-12)


def test_an_epoch_in_batches_takes_a_step_for_each(X):
    stepwise, in_batches = (TiedNetwork.gaussian(4, 2, np.random.RandomState(0)) for _ in range(2))
    for rows in (X[:5], X[5:]):
        list(train(stepwise, rows, momentum=0, epochs=1))
    list(train(in_batches, X, momentum=0, epochs=1, batch_size=5))
    assert_same(values(stepwise), values(in_batches))


def test_batches_are_shuffled_anew_in_each_epoch(monkeypatch, network, X):
    seen = []
    run_epoch = training._run_epoch

    def spy(step, batches):
        seen.append(np.concatenate(batches))
        return run_epoch(step, batches)

    monkeypatch.setattr(training, "_run_epoch", spy)
    list(train(network, X, epochs=2, batch_size=5, rng=np.random.RandomState(0)))
    first, second = seen
    assert not np.array_equal(first, X)
    assert not np.array_equal(first, second)
    assert np.array_equal(np.sort(first, axis=0), np.sort(X, axis=0))


def test_without_a_generator_batches_keep_the_order_of_the_rows(monkeypatch, network, X):
    seen = []
    monkeypatch.setattr(training, "_run_epoch", lambda step, batches: seen.extend(batches) or 0.0)
    list(train(network, X, epochs=1, batch_size=4))
    assert np.array_equal(np.concatenate(seen), X)


def test_a_cost_that_is_not_finite_raises_with_its_epoch(network, X):
    finite = []
    with pytest.raises(Diverged) as caught:
        for _, cost in train(network, X, learning_rate=1e80, epochs=100):
            finite.append(cost)
    assert np.isfinite(finite).all()
    assert caught.value.epoch == len(finite)


def test_after_divergence_the_parameters_are_those_of_the_last_finite_cost(network, X):
    before_each_epoch = [values(network)]
    with pytest.raises(Diverged):
        for _ in train(network, X, learning_rate=1e80, epochs=100):
            before_each_epoch.append(values(network))
    assert_same(values(network), before_each_epoch[-2])
    assert np.isfinite(cost_now(network, X))


def test_a_last_step_that_spoils_the_parameters_is_undone(network, X):
    before = values(network)
    with pytest.raises(Diverged):
        list(train(network, X * 1e3, learning_rate=1e308, epochs=1))
    assert_same(values(network), before)


def test_a_cost_that_grows_without_end_raises_long_before_it_is_infinite(network, X):
    with pytest.raises(Diverged, match=r"epoch \d+ is .*, worse than the .* of no training at all"):
        for _, cost in train(network, X, learning_rate=50, epochs=1000):
            assert cost < 1e6


@pytest.mark.parametrize("batch_size", [None, 3])
@pytest.mark.parametrize("epochs", [1, 2, 3])
def test_a_training_that_ends_worse_than_it_began_raises_and_keeps_the_best(
    network, X, epochs, batch_size
):
    before = cost_now(network, X)
    with pytest.raises(Diverged):
        list(train(network, X, learning_rate=50, epochs=epochs, batch_size=batch_size))
    assert cost_now(network, X) <= before


def test_a_cost_that_rises_and_falls_again_is_no_divergence(X):
    network = TiedNetwork.gaussian(4, 2, np.random.RandomState(0))
    costs = [cost for _, cost in train(network, X, learning_rate=4, epochs=500)]
    assert max(costs) > 2 * costs[0] > costs[-1]


def test_to_judge_the_last_step_changes_nothing(X):
    whole, halves = (TiedNetwork.gaussian(4, 2, np.random.RandomState(0)) for _ in range(2))
    velocities = [minigrad.shared(np.zeros_like(value)) for value in values(halves)]
    costs = [cost for _, cost in train(whole, X, epochs=4, batch_size=3)]
    first = [c for _, c in train(halves, X, epochs=2, batch_size=3, velocities=velocities)]
    more = train(halves, X, epochs=2, batch_size=3, velocities=velocities, earlier=first)
    assert [(2, costs[2]), (3, costs[3])] == list(more)
    assert_same(values(whole), values(halves))


def test_divergence_warns_of_nothing_else(network, X, recwarn):
    with pytest.raises(Diverged):
        list(train(network, X, learning_rate=1e80, epochs=100))
    assert not recwarn.list


def test_an_interrupt_within_an_epoch_undoes_that_epoch(monkeypatch, network, X):
    epochs = train(network, X, epochs=10, batch_size=5)
    next(epochs)
    next(epochs)
    whole = values(network)
    run_epoch = training._run_epoch

    def interrupted_at_its_end(step, batches):
        run_epoch(step, batches)
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "_run_epoch", interrupted_at_its_end)
    with pytest.raises(KeyboardInterrupt):
        next(epochs)
    assert_same(values(network), whole)


def test_given_velocities_continue_a_training_exactly(X):
    whole, halves = (TiedNetwork.gaussian(4, 2, np.random.RandomState(0)) for _ in range(2))
    list(train(whole, X, epochs=10))
    velocities = [minigrad.shared(np.zeros_like(value)) for value in values(halves)]
    for _ in range(2):
        list(train(halves, X, epochs=5, velocities=velocities))
    assert_same(values(whole), values(halves))
