"""The programs of Theano's tutorial, written anew; NumPy by hand says what is right.

What they lack here comes later: random streams, scan and ifelse.
"""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.datasets import load_digits

import minigrad as theano
import minigrad.tensor as T

WAYS_TO_WRITE_A_SIGMOID = {
    "1 / (1 + exp(-z))": lambda z: 1 / (1 + T.exp(-z)),
    "by tanh": lambda z: (1 + T.tanh(z / 2)) / 2,
    "T.nnet.sigmoid": T.nnet.sigmoid,
}


# ---- First steps: adding, the logistic function, several results ---------------------------------


def test_two_scalars_are_added():
    x, y = T.dscalar("x"), T.dscalar("y")
    f = theano.function([x, y], x + y)
    assert f(2, 3) == 5
    assert np.allclose(f(16.3, 12.1), 28.4)


def test_two_matrices_are_added_whether_lists_or_arrays():
    x, y = T.dmatrices("x", "y")
    f = theano.function([x, y], x + y)
    assert f([[1, 2], [3, 4]], [[10, 20], [30, 40]]).tolist() == [[11, 22], [33, 44]]
    assert f(np.eye(2), np.ones((2, 2))).tolist() == [[2, 1], [1, 2]]


def test_an_expression_is_evaluated_with_values_for_its_variables():
    a, b = T.vector(), T.vector()
    assert (a**2 + b**2 + 2 * a * b).eval({a: [0, 1, 2], b: [1, 1, 1]}).tolist() == [1, 4, 9]


def test_the_logistic_function_is_elementwise_and_both_its_forms_agree():
    x = T.dmatrix("x")
    values = np.array([[0.0, 1.0], [-1.0, -2.0]])
    logistic = theano.function([x], 1 / (1 + T.exp(-x)))
    by_tanh = theano.function([x], (1 + T.tanh(x / 2)) / 2)
    for f in (logistic, by_tanh):
        np.testing.assert_allclose(f(values), expit(values), rtol=1e-15)


def test_a_function_returns_several_results_at_once():
    a, b = T.dmatrices("a", "b")
    diff = a - b
    f = theano.function([a, b], [diff, abs(diff), diff**2])
    results = f([[1, 1], [1, 1]], [[0, 1], [2, 3]])
    assert [r.tolist() for r in results] == [
        [[1, 0], [-1, -2]],
        [[1, 0], [1, 2]],
        [[1, 0], [1, 4]],
    ]


def test_arguments_may_have_defaults_and_names():
    x, y, w = T.dscalars("x", "y", "w")
    f = theano.function(
        [x, theano.In(y, value=1), theano.In(w, value=2, name="factor")], (x + y) * w
    )
    assert f(33) == 68
    assert f(33, 2) == 70
    assert f(33, 0, 1) == 33
    assert f(33, factor=1) == 34
    assert f(33, factor=1, y=0) == 33


# ---- Shared variables ----------------------------------------------------------------------------


def test_an_accumulator_adds_up_what_it_is_given():
    state, inc = theano.shared(0), T.iscalar("inc")
    accumulator = theano.function([inc], state, updates=[(state, state + inc)])
    decrementor = theano.function([inc], state, updates=[(state, state - inc)])
    assert [accumulator(1), accumulator(300)] == [0, 1]
    assert state.get_value() == 301
    state.set_value(-1)
    assert accumulator(3) == -1
    assert decrementor(2) == 2
    assert state.get_value() == 0


def test_givens_put_another_value_in_the_place_of_a_shared_variable():
    state, inc, foo = theano.shared(5), T.lscalar("inc"), T.lscalar("foo")
    skip = theano.function([inc, foo], 2 * state + inc, givens=[(state, foo)])
    assert skip(1, 3) == 7
    assert state.get_value() == 5


def test_a_default_update_is_made_unless_one_says_otherwise():
    state = theano.shared(0)
    state.default_update = state + 1
    assert [int(theano.function([], state)()) for _ in range(2)] == [0, 1]
    theano.function([], state, no_default_updates=True)()
    theano.function([], state, no_default_updates=[state])()
    assert state.get_value() == 2
    theano.function([], state, updates={state: state + 10})()
    assert state.get_value() == 12


def test_a_copy_of_a_function_has_a_state_of_its_own_or_no_updates():
    state, inc, new_state = theano.shared(0), T.iscalar("inc"), theano.shared(0)
    accumulator = theano.function([inc], state, updates=[(state, state + inc)])
    accumulator(10)
    new_accumulator = accumulator.copy(swap={state: new_state})
    assert new_accumulator(100) == 0
    assert (new_state.get_value(), state.get_value()) == (100, 10)
    null_accumulator = accumulator.copy(delete_updates=True)
    assert null_accumulator(9000) == 10
    assert state.get_value() == 10


def test_in_float32_all_stays_in_float32(monkeypatch):
    monkeypatch.setattr(theano.config, "floatX", "float32")
    x, y = T.matrix("x"), T.ivector("y")
    w = theano.shared(np.zeros((3, 2), "float32"), "w")
    p = T.nnet.softmax(T.dot(x, w))
    error = T.mean(T.neq(T.argmax(p, axis=1), y))
    cost = -T.mean(T.log(p)[T.arange(y.shape[0]), y]) + 0.01 * (w**2).sum()
    rate = 0.5 / (1 + T.cast(T.constant(1), "int8"))
    step = theano.function([x, y], [cost, error], updates=[(w, w - rate * T.grad(cost, w))])
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(40, 3)).astype("float32")
    labels = (rows[:, 0] > 0).astype("int32")
    results = [step(rows, labels) for _ in range(50)]
    assert results[-1][0].dtype == w.get_value().dtype == "float32"
    assert results[-1][0] < results[0][0] and results[-1][1] < 0.1


# ---- Derivatives ---------------------------------------------------------------------------------


def test_the_derivative_of_a_square_is_a_fill_and_twice_the_argument():
    x = T.dscalar("x")
    f = theano.function([x], T.grad(x**2, x))
    assert f(4) == 8
    assert np.allclose(f(94.2), 188.4)


def test_the_derivative_of_the_logistic_function_is_s_times_1_less_s():
    x = T.dmatrix("x")
    gradient = theano.function([x], T.grad((1 / (1 + T.exp(-x))).sum(), x))
    values = np.array([[0.0, 1.0], [-1.0, -2.0]])
    s = expit(values)
    np.testing.assert_allclose(gradient(values), s * (1 - s), rtol=1e-14)


def test_a_jacobian_has_a_row_for_each_result():
    x = T.dvector("x")
    y = x**2
    rows = [T.grad(y[i], x) for i in range(3)]
    f = theano.function([x], T.stack(rows))
    assert f([4.0, 4.0, 1.0]).tolist() == np.diag([8.0, 8.0, 2.0]).tolist()


def test_a_hessian_is_the_jacobian_of_a_gradient():
    x = T.dvector("x")
    cost = (x**2).sum() + x[0] * x[1]
    gradient = T.grad(cost, x)
    f = theano.function([x], T.stack([T.grad(gradient[i], x) for i in range(2)]))
    assert f([4.0, 4.0]).tolist() == [[2.0, 1.0], [1.0, 2.0]]


def test_the_r_operator_is_the_jacobian_times_a_point():
    w, v, x = T.dmatrix("W"), T.dmatrix("V"), T.dvector("x")
    f = theano.function([w, v, x], T.Rop(T.dot(x, w), w, v))
    assert f([[1, 1], [1, 1]], [[2, 2], [2, 2]], [0, 1]).tolist() == [2, 2]


def test_the_r_operator_needs_nothing_but_the_point_where_it_is_linear():
    w, v, x = T.dmatrix("W"), T.dmatrix("V"), T.dvector("x")
    f = theano.function([v, x], T.Rop(T.dot(x, w), w, v))
    assert f([[1, 2], [3, 4]], [1, 1]).tolist() == [4, 6]


def test_the_l_operator_is_a_row_times_the_jacobian():
    w, v, x = T.dmatrix("W"), T.dvector("v"), T.dvector("x")
    f = theano.function([v, x], T.Lop(T.dot(x, w), w, v))
    assert f([2, 2], [0, 1]).tolist() == [[0, 0], [2, 2]]


def test_a_hessian_times_a_vector_comes_from_two_gradients_or_from_the_r_operator():
    x, v = T.dvector("x"), T.dvector("v")
    gradient = T.grad(T.sum(x**3), x)
    twice = theano.function([x, v], T.grad(T.sum(gradient * v), x))
    r_operator = theano.function([x, v], T.Rop(gradient, x, v))
    for f in (twice, r_operator):
        assert f([4.0, 2.0], [2.0, 3.0]).tolist() == [48.0, 36.0]


# ---- Logistic regression -------------------------------------------------------------------------


def regression_by_hand(x, y, w, b, steps, decay=0.01, rate=0.1):
    """Costs, weights and bias after so many steps; in float64, by formula."""
    costs = []
    for _ in range(steps):
        z = x @ w + b
        costs.append(np.mean(np.logaddexp(0, z) - y * z))
        error = (expit(z) - y) / len(y)
        w, b = w - rate * (x.T @ error + 2 * decay * w), b - rate * error.sum()
    return np.array(costs), w, b


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("way", WAYS_TO_WRITE_A_SIGMOID)
def test_logistic_regression_with_weight_decay_learns_400_samples_of_784_features(way, dtype):
    rng = np.random.default_rng(1)
    features = rng.normal(size=(400, 784)).astype(dtype)
    labels = rng.integers(0, 2, 400).astype(dtype)
    start = rng.normal(size=784).astype(dtype)
    x, y = T.TensorType(dtype, (None, None))("x"), T.TensorType(dtype, (None,))("y")
    w, b = theano.shared(start, "w"), theano.shared(np.array(0, dtype), "b")
    p = WAYS_TO_WRITE_A_SIGMOID[way](T.dot(x, w) + b)
    loss = -y * T.log(p) - (1 - y) * T.log(1 - p)
    cost = loss.mean() + 0.01 * (w**2).sum()
    gw, gb = T.grad(cost, [w, b])
    train = theano.function(
        [x, y], [p > 0.5, loss.mean()], updates=((w, w - 0.1 * gw), (b, b - 0.1 * gb))
    )
    predict = theano.function([x], p > 0.5)
    costs = [train(features, labels)[1] for _ in range(300)]
    right, w_right, b_right = regression_by_hand(features, labels, start.astype(float), 0.0, 300)
    rtol = 1e-10 if dtype == "float64" else 2e-3
    np.testing.assert_allclose(costs, right, rtol=rtol)
    np.testing.assert_allclose(w.get_value(), w_right, rtol=rtol, atol=rtol)
    np.testing.assert_allclose(b.get_value(), b_right, rtol=rtol, atol=rtol)
    assert np.mean(predict(features) == labels) >= 0.95


# ---- Digits: data in shared variables, minibatches by givens -------------------------------------


def test_a_softmax_classifier_of_digits_takes_its_minibatches_from_shared_data():
    digits = load_digits()
    data, target = digits.data / 16, digits.target
    shared_x = theano.shared(data[:1500], borrow=True)
    shared_y = T.cast(theano.shared(target[:1500].astype(float), borrow=True), "int32")
    x, y, index = T.dmatrix("x"), T.ivector("y"), T.lscalar("index")
    w, b = theano.shared(np.zeros((64, 10)), "W"), theano.shared(np.zeros(10), "b")
    p = T.nnet.softmax(T.dot(x, w) + b)
    cost = -T.mean(T.log(p)[T.arange(y.shape[0]), y])
    rows = slice(index * 100, (index + 1) * 100)
    train = theano.function(
        [index],
        cost,
        updates=[(v, v - 0.5 * T.grad(cost, v)) for v in (w, b)],
        givens={x: shared_x[rows], y: shared_y[rows]},
    )
    errors = theano.function([x, y], T.mean(T.neq(T.argmax(p, axis=1), y)))

    right_w, right_b = np.zeros((64, 10)), np.zeros(10)
    for _ in range(10):
        for i in range(15):
            batch, labels = data[100 * i : 100 * i + 100], target[100 * i : 100 * i + 100]
            z = batch @ right_w + right_b
            z -= z.max(axis=1, keepdims=True)
            logs = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
            np.testing.assert_allclose(train(i), -logs[np.arange(100), labels].mean(), rtol=1e-10)
            error = (np.exp(logs) - np.eye(10)[labels]) / 100
            right_w, right_b = right_w - 0.5 * batch.T @ error, right_b - 0.5 * error.sum(axis=0)
    np.testing.assert_allclose(w.get_value(), right_w, atol=1e-11)
    np.testing.assert_allclose(b.get_value(), right_b, atol=1e-11)
    assert errors(data[1500:], target[1500:].astype("int32")) < 0.12


def test_a_net_of_two_layers_learns_digits():
    digits = load_digits()
    data, target = digits.data / 16, digits.target.astype("int32")
    rng = np.random.default_rng(0)
    x, y = T.dmatrix("x"), T.ivector("y")
    w1 = theano.shared(rng.uniform(-0.3, 0.3, (64, 30)), "W1")
    w2 = theano.shared(np.zeros((30, 10)), "W2")
    b1, b2 = theano.shared(np.zeros(30), "b1"), theano.shared(np.zeros(10), "b2")
    hidden = T.tanh(T.dot(x, w1) + b1)
    p = T.nnet.softmax(T.dot(hidden, w2) + b2)
    l1, l2 = abs(w1).sum() + abs(w2).sum(), (w1**2).sum() + (w2**2).sum()
    cost = -T.mean(T.log(p)[T.arange(y.shape[0]), y]) + 1e-5 * l1 + 1e-4 * l2
    parameters = [w1, b1, w2, b2]
    step = theano.function(
        [x, y],
        cost,
        updates=[
            (v, v - 0.5 * g) for v, g in zip(parameters, T.grad(cost, parameters), strict=True)
        ],
    )
    errors = theano.function([x, y], T.mean(T.neq(T.argmax(p, axis=1), y)))

    rows, labels = data[:600], target[:600]
    h = np.tanh(rows @ w1.get_value())
    slope = h.T @ (np.full((600, 10), 0.1) - np.eye(10)[labels]) / 600
    costs = [step(rows, labels)]
    np.testing.assert_allclose(w2.get_value(), -0.5 * slope, atol=1e-12)
    costs += [step(rows, labels) for _ in range(100)]
    assert costs[-1] < 0.2 * costs[0]
    assert errors(data[1500:], target[1500:]) < 0.15


# ---- Momentum and a learning rate that decays, as in the tutorial's exercises --------------------


def test_momentum_is_one_more_shared_variable_for_each_parameter():
    x, t = T.dmatrix("x"), T.dvector("t")
    w, speed = theano.shared(np.zeros(2), "w"), theano.shared(np.zeros(2), "speed")
    cost = T.mean((T.dot(x, w) - t) ** 2)
    updates = [(w, w + speed), (speed, 0.9 * speed - 0.1 * T.grad(cost, w))]
    step = theano.function([x, t], cost, updates=updates)
    rows = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.5]])
    goal = np.array([1.0, 2.0, 3.0])
    right_w, right_speed = np.zeros(2), np.zeros(2)
    for _ in range(20):
        residue = rows @ right_w - goal
        assert np.isclose(step(rows, goal), np.mean(residue**2), rtol=1e-12)
        slope = 2 * rows.T @ residue / 3
        right_w, right_speed = right_w + right_speed, 0.9 * right_speed - 0.1 * slope
    np.testing.assert_allclose(w.get_value(), right_w, rtol=1e-11)


def test_a_polynomial_is_summed_with_powers_of_arange():
    coefficients, x = T.dvector("coefficients"), T.dscalar("x")
    powers = x ** T.arange(coefficients.shape[0])
    f = theano.function([coefficients, x], (coefficients * powers).sum())
    assert f([1, 0, 2], 3) == 19
