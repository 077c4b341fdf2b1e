"""The optimizers: their formulas, from the same old values, in the parameters' dtype."""

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from autoencoder import adam_updates, momentum_updates, nesterov_updates

EVERY_OPTIMIZER = pytest.mark.parametrize(
    "optimizer", [momentum_updates, nesterov_updates, adam_updates]
)


def sum_of_squares(w):
    return T.sqr(w).sum()


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
@EVERY_OPTIMIZER
def test_a_float64_rate_leaves_a_float32_parameter_float32(optimizer, rate):
    single, double = (minigrad.shared(np.ones(3, dtype), name="w") for dtype in ("f4", "f8"))
    for w in (single, double):
        minigrad.function([], updates=optimizer(sum_of_squares(w), [w], rate, rate))()
    assert single.get_value().dtype == np.float32
    assert single.get_value() == pytest.approx(double.get_value(), rel=1e-6)


@EVERY_OPTIMIZER
def test_a_shared_learning_rate_can_be_changed_between_steps(optimizer):
    rate, w = minigrad.shared(0.1), minigrad.shared(1.0, name="w")
    step = minigrad.function([], updates=optimizer(w**2, [w], rate))
    step()
    moved = w.get_value()
    rate.set_value(0.0)
    minigrad.function([], updates=optimizer(w**2, [w], rate))()
    assert moved < 1
    assert w.get_value() == moved


# By hand, as the sources have them.


def momentum_by_hand(w, gradients, rate, mu):
    v = 0
    for g in gradients:
        v = mu * v - rate * g
        w = w + v
        yield w


def nesterov_by_hand(w, gradients, rate, mu):
    """With the gradient where the parameter looks ahead to, y = w + mu v; the updates move y."""
    v = 0
    for g in gradients:
        v = mu * v - rate * g
        w = w + v
        yield w + mu * v


def adam_by_hand(w, gradients, rate, beta1, beta2=0.999):
    """Algorithm 1 of the paper, but with its epsilon moved as the end of section 2 has it."""
    m = s = 0
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g**2
        unbiased_m, root = m / (1 - beta1**t), np.sqrt(s / (1 - beta2**t))
        w = w - rate * unbiased_m / (root + 1e-8 / np.sqrt(1 - beta2**t))
        yield w


@pytest.mark.parametrize(
    ("optimizer", "by_hand"),
    [
        (momentum_updates, momentum_by_hand),
        (nesterov_updates, nesterov_by_hand),
        (adam_updates, adam_by_hand),
    ],
)
def test_ten_steps_are_those_of_the_source_by_hand(optimizer, by_hand):
    start, gradients = np.array([3.0, -2.0]), np.random.RandomState(0).randn(10, 2)
    w, g = minigrad.shared(start, name="w"), T.vector("g")
    step = minigrad.function([g], updates=optimizer([g], [w], 0.1, 0.8))
    for gradient, expected in zip(gradients, by_hand(start, gradients, 0.1, 0.8), strict=True):
        step(gradient)
        assert w.get_value() == pytest.approx(expected, rel=1e-12)


@EVERY_OPTIMIZER
def test_gradients_in_place_of_the_cost_make_the_same_step(optimizer):
    of_cost, of_gradients = (minigrad.shared(np.array([3.0, -2.0]), name="w") for _ in range(2))
    minigrad.function([], updates=optimizer(sum_of_squares(of_cost), [of_cost], 0.1))()
    minigrad.function([], updates=optimizer([2 * of_gradients], [of_gradients], 0.1))()
    assert of_cost.get_value() == pytest.approx(of_gradients.get_value(), rel=1e-15)


@EVERY_OPTIMIZER
def test_what_is_remembered_is_of_the_parameters_shape_and_goes_on_where_it_is_given(optimizer):
    def variables(w):
        updates = optimizer(sum_of_squares(w), [w], 0.1)
        return updates, [variable for variable, _ in updates if variable is not w]

    whole, halves = (minigrad.shared(np.array([3.0, -2.0]), name="w") for _ in range(2))
    step = minigrad.function([], updates=variables(whole)[0])
    for _ in range(4):
        step()
    _, remembered = variables(halves)
    for _ in range(2):
        updates = optimizer(sum_of_squares(halves), [halves], 0.1, 0.9, remembered)
        again = minigrad.function([], updates=updates)
        again()
        again()
    assert np.array_equal(whole.get_value(), halves.get_value())


@EVERY_OPTIMIZER
@pytest.mark.parametrize("n", [0, 1, 6])
def test_a_variable_too_few_or_too_many_to_remember_in_is_refused(optimizer, n):
    a, b = minigrad.shared(1.0, name="a"), minigrad.shared(2.0, name="b")
    with pytest.raises(ValueError, match=f"has {n} shared variables, but 2 parameters need [25]"):
        optimizer(a * b, [a, b], 0.1, 0.9, [minigrad.shared(0.0) for _ in range(n)])


@EVERY_OPTIMIZER
def test_a_gradient_too_few_is_refused(optimizer):
    a, b = minigrad.shared(1.0, name="a"), minigrad.shared(2.0, name="b")
    with pytest.raises(ValueError, match="1 gradients for 2 parameters"):
        optimizer([b], [a, b], 0.1)


def test_adams_steps_are_as_long_whatever_the_size_of_the_cost():
    plain, scaled = (minigrad.shared(np.array([3.0, -2.0]), name="w") for _ in range(2))
    for w, factor in ((plain, 1.0), (scaled, 1e6)):
        step = minigrad.function([], updates=adam_updates(factor * sum_of_squares(w), [w], 0.1))
        for _ in range(5):
            step()
    assert plain.get_value() == pytest.approx(scaled.get_value(), rel=1e-6)
