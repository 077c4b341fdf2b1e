"""Step 6: values that last, and a network that learns."""

import numpy as np
import pytest
from owngrad.backprop import grad
from owngrad.evaluate import evaluate
from owngrad.network import descend, dot, reconstruct, sigmoid
from owngrad.sharing import SharedVariable
from owngrad.table import sqr
from owngrad.types import TensorType

scalar = TensorType("float64", ())
vector = TensorType("float64", (None,))
matrix = TensorType("float64", (None, None))


def shared(value, name=None):
    value = np.array(value, "float64")
    return SharedVariable(TensorType("float64", (None,) * value.ndim), value, name)


# ---- Shared variables ----------------------------------------------------------------------------


def test_a_value_is_given_as_a_copy():
    w = shared([1.0, 2.0])
    w.get_value()[0] = 100.0
    assert w.get_value().tolist() == [1.0, 2.0], "whoever changes the copy has changed the variable"


def test_a_value_is_lent_to_those_who_ask():
    w = shared([1.0, 2.0])
    assert w.get_value(borrow=True) is w.data


def test_a_value_is_set_as_a_copy():
    w, mine = shared([1.0, 2.0]), np.array([3.0, 4.0])
    w.set_value(mine)
    mine[0] = 100.0
    assert w.get_value().tolist() == [3.0, 4.0], "a later change of the array changed the variable"


def test_an_array_that_is_lent_is_taken_itself():
    w, mine = shared([1.0, 2.0]), np.array([3.0, 4.0])
    w.set_value(mine, borrow=True)
    assert w.data is mine


def test_the_old_array_is_left_alone():
    w = shared([1.0, 2.0])
    before = w.get_value(borrow=True)
    w.set_value([3.0, 4.0])
    assert before.tolist() == [1.0, 2.0], "another array takes its place; it is not written over"


def test_what_is_not_of_the_type_is_refused_and_the_old_value_stays():
    w = shared([1.0, 2.0], "w")
    with pytest.raises(TypeError, match="w"):
        w.set_value(np.ones((2, 2)))
    assert w.get_value().tolist() == [1.0, 2.0]


def test_evaluate_reads_the_value_of_now():
    w = shared(2.0)
    cost = w * w
    w.set_value(3.0)
    assert evaluate([cost], {}) == [9.0]


# ---- The network ---------------------------------------------------------------------------------


def test_dot_is_the_product_of_matrices():
    a, b = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    x, y = matrix("x"), matrix("y")
    (result,) = evaluate([dot(x, y)], {x: a, y: b})
    np.testing.assert_allclose(result, a @ b)


def test_the_derivative_of_a_product_of_matrices_comes_by_itself():
    a, b = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    x, y = matrix("x"), matrix("y")
    (by_x,) = evaluate(grad(dot(x, y).sum(), [x]), {x: a, y: b})
    np.testing.assert_allclose(by_x, np.ones((2, 4)) @ b.T)


def test_sigmoid_goes_from_0_to_1():
    x = vector("x")
    (y,) = evaluate([sigmoid(x)], {x: [-20.0, 0.0, 20.0, np.log(3)]})
    np.testing.assert_allclose(y, [0, 0.5, 1, 0.75], atol=1e-8)


def test_a_row_is_encoded_and_decoded_by_the_same_weights():
    X, W = np.array([[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]]), np.array([[0.1, 0.2], [0, 1], [-1, 0.3]])
    bh, bo = np.array([0.5, -0.5]), np.array([1.0, 2.0, 3.0])
    code = 1 / (1 + np.exp(-(X @ W + bh)))
    (result,) = evaluate([reconstruct(*map(shared, (X, W, bh, bo)))], {})
    np.testing.assert_allclose(result, code @ W.T + bo)


# ---- Learning ------------------------------------------------------------------------------------


def test_a_step_goes_down_the_slope_by_rate_times_the_derivative():
    w = shared(5.0)
    costs = descend(sqr(w), [w], {}, rate=0.1, steps=2)
    assert np.isclose(w.get_value(), 5 * 0.8 * 0.8), "w ← w − 0.1 · 2w, twice"
    np.testing.assert_allclose(costs, [25.0, 16.0])


def test_all_parameters_change_at_once():
    a, b = shared(1.0), shared(2.0)
    descend(a * b, [a, b], {}, rate=0.5, steps=1)
    assert (a.get_value(), b.get_value()) == (0.0, 1.5), (
        "∂(ab)/∂b is the old a: compute all derivatives before you set any parameter"
    )


def donuts(n=150, seed=0):
    """Points on two rings; the third and fourth feature tell nearly what the first tells."""
    rng = np.random.RandomState(seed)
    radius = rng.normal(np.where(np.arange(n) % 2, 0.5, 0.25), 0.025)
    angle = rng.uniform(0, 2 * np.pi, n)
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    return np.stack([x, y, x * rng.uniform(0.9, 1.1, n), x * rng.uniform(0.9, 1.1, n)], axis=1)


def test_a_tied_autoencoder_learns_the_donuts():
    data = donuts()
    W = shared(np.random.RandomState(1).normal(size=(4, 2)) / 2, "W")
    bh, bo = shared(np.zeros(2), "bh"), shared(np.zeros(4), "bo")
    X = matrix("X")
    cost = sqr(X - reconstruct(X, W, bh, bo)).sum() / data.size
    costs = descend(cost, [W, bh, bo], {X: data}, rate=1.0, steps=400)
    lost = costs[-1] / data.var(axis=0).mean()
    assert lost < 0.02, (
        f"the cost went from {costs[0]:.4f} to {costs[-1]:.4f}, which is {lost:.1%} of the variance "
        "of the data; two hidden units come below 2 %"
    )
