"""Momentum: the two formulas, from the same old values, in the parameters' dtype."""

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from autoencoder import momentum_updates


def test_velocity_and_parameter_follow_their_formulas():
    w = minigrad.shared(np.array([3.0, -2.0]), name="w")
    v = minigrad.shared(np.array([0.5, 0.25]), name="v")
    updates = momentum_updates(T.sqr(w).sum(), [w], 0.1, 0.9, velocities=[v])
    minigrad.function([], updates=updates)()
    new_v = 0.9 * np.array([0.5, 0.25]) - 0.1 * 2 * np.array([3.0, -2.0])
    assert v.get_value() == pytest.approx(new_v, rel=1e-15)
    assert w.get_value() == pytest.approx(np.array([3.0, -2.0]) + new_v, rel=1e-15)


def test_velocities_are_at_rest_at_first():
    w = minigrad.shared(np.array([3.0, -2.0]), name="w")
    (velocity, _), _ = momentum_updates(T.sqr(w).sum(), [w], 0.1)
    assert np.array_equal(velocity.get_value(), np.zeros(2))


def test_without_momentum_it_is_plain_gradient_descent():
    w = minigrad.shared(2.0, name="w")
    step = minigrad.function([], updates=momentum_updates(w**2, [w], 0.1, momentum=0.0))
    step()
    step()
    assert w.get_value() == pytest.approx(2 * 0.8 * 0.8)


def test_two_parameters_both_move_from_the_old_values():
    a, b = minigrad.shared(1.0, name="a"), minigrad.shared(2.0, name="b")
    minigrad.function([], updates=momentum_updates(a * b, [a, b], 0.1))()
    assert a.get_value() == pytest.approx(1 - 0.1 * 2)
    assert b.get_value() == pytest.approx(2 - 0.1 * 1)


def test_the_list_holds_each_velocity_before_its_parameter():
    a, b = minigrad.shared(1.0, name="a"), minigrad.shared(2.0, name="b")
    targets = [target for target, _ in momentum_updates(a * b, [a, b], 0.1)]
    assert targets[1::2] == [a, b]
    assert [target.name for target in targets[0::2]] == ["a_velocity", "b_velocity"]


@pytest.mark.parametrize(
    "rate",
    [0.1, np.float64(0.1), minigrad.shared(0.1), T.constant(np.float64(0.1))],
    ids=["float", "float64", "shared", "constant"],
)
def test_a_float64_rate_leaves_a_float32_parameter_float32(rate):
    w = minigrad.shared(np.ones(3, "float32"), name="w")
    updates = momentum_updates(T.sqr(w).sum(), [w], rate, rate)
    minigrad.function([], updates=updates)()
    assert w.get_value().dtype == np.float32
    assert w.get_value() == pytest.approx(np.full(3, 0.8), rel=1e-6)


def test_a_shared_learning_rate_can_be_changed_between_steps():
    rate, w = minigrad.shared(0.1), minigrad.shared(1.0, name="w")
    step = minigrad.function([], updates=momentum_updates(w**2, [w], rate, 0.0))
    step()
    rate.set_value(0.5)
    step()
    assert w.get_value() == pytest.approx(0.0)


def test_a_velocity_too_few_is_refused():
    a, b = minigrad.shared(1.0, name="a"), minigrad.shared(2.0, name="b")
    with pytest.raises(ValueError):
        momentum_updates(a * b, [a, b], 0.1, velocities=[minigrad.shared(0.0)])
