"""The cost of a sigmoid or softmax, and its gradient, is that of the exact formula.

However it is written, whatever moves its elements about before the logarithm, whatever cost is made
of it, and however sure it is: the grid of these, against formulas in NumPy that know the logits.
"""

from itertools import product

import numpy as np
import pytest
from draws import is_thorough

import minigrad
import minigrad.tensor as T
from minigrad.core.evaluate import evaluate

MAGNITUDES = (0.0, 1.0, -1.0, 25.0, -25.0, 36.0, -36.0, 40.0, -40.0, 710.0, -710.0, 1000.0, -1000.0)

# ---- Ways of writing ----------------------------------------------------------------------------


def softmax_of(e, axis=1):
    return e / e.sum(axis=axis, keepdims=True)


SIGMOIDS = {
    "nnet.sigmoid": T.nnet.sigmoid,
    "1 / (1 + exp(-z))": lambda z: 1 / (1 + T.exp(-z)),
    "1 / (exp(-z) + 1)": lambda z: 1 / (T.exp(-z) + 1),
    "1. / (1. + exp(-1 * z))": lambda z: 1.0 / (1.0 + T.exp(-1 * z)),
    "inv(1 + exp(-z))": lambda z: T.inv(1 + T.exp(-z)),
    "(1 + exp(-z)) ** -1": lambda z: (1 + T.exp(-z)) ** -1,
    "exp(z) / (1 + exp(z))": lambda z: T.exp(z) / (1 + T.exp(z)),
    "(1 + tanh(z / 2)) / 2": lambda z: (1 + T.tanh(z / 2)) / 2,
    "0.5 * (tanh(0.5 * z) + 1)": lambda z: 0.5 * (T.tanh(0.5 * z) + 1),
    "0.5 + 0.5 * tanh(z / 2)": lambda z: 0.5 + 0.5 * T.tanh(z / 2),
    "1 - 1 / (1 + exp(z))": lambda z: 1 - 1 / (1 + T.exp(z)),
    "of a sum": lambda z: 1 / (1 + T.exp(-(z - 1) - 1)),
    "exp(z) / (exp(z) + exp(0 z))": lambda z: T.exp(z) / (T.exp(z) + T.exp(0 * z)),
    "1 / (1 + 1 / exp(z))": lambda z: 1 / (1 + 1 / T.exp(z)),
    "exp(-softplus(-z))": lambda z: T.exp(-T.nnet.softplus(-z)),
}

SOFTMAXES = {
    "nnet.softmax": T.nnet.softmax,
    "e / e.sum(axis=1, keepdims=True)": lambda z: softmax_of(T.exp(z)),
    "e / e.sum(axis=1)[:, None]": lambda z: T.exp(z) / T.exp(z).sum(axis=1)[:, None],
    "e / e.sum(axis=1).dimshuffle(0, 'x')": lambda z: (
        T.exp(z) / T.exp(z).sum(axis=1).dimshuffle(0, "x")
    ),
    "(e.T / e.sum(axis=1)).T": lambda z: (T.exp(z).T / T.exp(z).sum(axis=1)).T,
    "(e.T / e.T.sum(axis=0)).T": lambda z: (T.exp(z.T) / T.exp(z.T).sum(axis=0)).T,
    "e * (1 / e.sum(axis=1, keepdims=True))": lambda z: (
        T.exp(z) * (1 / T.exp(z).sum(axis=1, keepdims=True))
    ),
    "with the maximum subtracted": lambda z: softmax_of(T.exp(z - z.max(axis=1, keepdims=True))),
    "with the maximum[:, None] subtracted": lambda z: softmax_of(
        T.exp(z - T.max(z, axis=1)[:, None])
    ),
    "exp(z - log(sum(exp(z))))": lambda z: T.exp(z - T.log(T.sum(T.exp(z), axis=1, keepdims=True))),
}

# ---- What stands between ------------------------------------------------------------------------
# Each as a function of a matrix of probabilities, and of the numbers of its elements: what is moved
# of the one is moved of the other. A negative number stands for the complement of its element.

CHOICE = np.array([[True, False], [False, True], [True, True], [False, False]])

MOVES = {
    "nothing": (lambda p: p, lambda n: n),
    "flatten": (lambda p: p.flatten(), np.ravel),
    "reshape": (lambda p: p.reshape((2, -1)), lambda n: n.reshape(2, -1)),
    ".T": (lambda p: p.T, lambda n: n.T),
    "a slice": (lambda p: p[1:, ::-1], lambda n: n[1:, ::-1]),
    "an index": (lambda p: p[2], lambda n: n[2]),
    "one column": (lambda p: p[:, 1], lambda n: n[:, 1]),
    "integer labels": (lambda p: p[T.arange(4), [0, 1, 0, 0]], lambda n: n[range(4), [0, 1, 0, 0]]),
    "an index array": (lambda p: p[[0, 3, 0]], lambda n: n[[0, 3, 0]]),
    "join": (lambda p: T.concatenate([p, p[:1]], axis=0), lambda n: np.concatenate([n, n[:1]])),
    "stack": (lambda p: T.stack([p, p * 1]), lambda n: np.stack([n, n])),
    "repeat": (lambda p: T.repeat(p, 2, axis=0), lambda n: np.repeat(n, 2, axis=0)),
    "tile": (lambda p: T.tile(p, (2, 1)), lambda n: np.tile(n, (2, 1))),
    "copy": (lambda p: p.copy(), lambda n: n),
    "dimshuffle": (lambda p: p.dimshuffle(1, "x", 0), lambda n: n.T[:, None, :]),
    "switch": (lambda p: T.switch(CHOICE, p, 1 - p), lambda n: np.where(CHOICE, n, -n)),
    "the complement": (lambda p: 1 - p, lambda n: -n),
    "set": (
        lambda p: T.set_subtensor(p[0], p[1]),
        lambda n: np.concatenate([n[1:2], n[1:]]),
    ),
    "split": (lambda p: T.split(p, [1, 3], 2)[1], lambda n: n[1:]),
    "two of them": (lambda p: p.T.flatten()[1:], lambda n: n.T.ravel()[1:]),
}

# ---- Costs --------------------------------------------------------------------------------------
# Each as an expression of the probabilities q, and as the weights of log(q) and of log(1 - q).

WEIGHT = 0.3


def binary(q):
    return -(WEIGHT * T.log(q) + (1 - WEIGHT) * T.log(1 - q)).sum()


COSTS = {
    "sum": (lambda q: -T.log(q).sum(), lambda n: (-1.0, 0.0)),
    "mean": (lambda q: -T.log(q).mean(), lambda n: (-1 / n, 0.0)),
    "weighted": (lambda q: (-2.5 * T.log(q)).sum(), lambda n: (-2.5, 0.0)),
    "log2": (lambda q: -T.log2(q).sum(), lambda n: (-1 / np.log(2), 0.0)),
}
COSTS_OF_TWO = {
    "of both": (binary, lambda n: (-WEIGHT, WEIGHT - 1)),
    "binary_crossentropy": (
        lambda q: T.nnet.binary_crossentropy(q, WEIGHT).mean(),
        lambda n: (-WEIGHT / n, (WEIGHT - 1) / n),
    ),
    "log1p": (lambda q: -T.log1p(-q).sum(), lambda n: (0.0, -1.0)),
    "log(1 - q)": (lambda q: -T.log(1 - q).mean(), lambda n: (0.0, -1 / n)),
}


# ---- The exact formulas -------------------------------------------------------------------------


def softplus(z):
    return np.logaddexp(0, z)


def exact_logsoftmax(z):
    others = z[:, ::-1] - z  # of two columns
    return -softplus(others)


def expected(cost, numbers, log_p, log_complement, slope, slope_of_complement):
    """The cost, and its derivative by each logit, from those of the logarithms."""
    weight, weight_of_complement = cost(numbers.size)
    value, gradient = 0.0, np.zeros(log_p.shape)
    for number in numbers.ravel():
        place = np.unravel_index(abs(number) - 1, log_p.shape)
        if number < 0:
            ours, others = weight_of_complement, weight
        else:
            ours, others = weight, weight_of_complement
        for factor, logarithm, derivative in (
            (ours, log_p, slope),
            (others, log_complement, slope_of_complement),
        ):
            if factor:
                value += factor * logarithm[place]
                gradient += factor * derivative(place)
    return value, gradient


def check(build, exact, dtype="float64"):
    """The value and the gradient of the cost, of plans and of the general program."""
    z = T.matrix("z", dtype=dtype)
    cost = build(z)
    f = minigrad.function([z], [cost, minigrad.grad(cost, z)])
    # What float32 cannot hold is 0.
    rtol, atol, tiny = (1e-10, 1e-15, 0) if dtype == "float64" else (2e-5, 1e-6, 1e-37)
    for magnitude in MAGNITUDES:
        logits = logits_of(magnitude).astype(dtype)
        exact_value, exact_gradient = exact(logits.astype("float64"))
        for value, gradient in (f(logits), evaluate(f.outputs, {z: logits})):
            np.testing.assert_allclose(value, exact_value, rtol=rtol, atol=tiny)
            np.testing.assert_allclose(gradient, exact_gradient, rtol=rtol, atol=atol)


def exact_sigmoid_cost(z, numbers, weights):
    def slope(place):
        return np.where(indicator(z.shape, place), np.exp(-softplus(z)), 0)

    def slope_of_complement(place):
        return np.where(indicator(z.shape, place), -np.exp(-softplus(-z)), 0)

    return expected(weights, numbers, -softplus(-z), -softplus(z), slope, slope_of_complement)


def exact_softmax_cost(z, numbers, weights):
    log_p = exact_logsoftmax(z)

    def slope(place):
        row = np.zeros(z.shape)
        row[place[0]] = -np.exp(log_p[place[0]])
        row[place] = np.exp(log_p[place[0], 1 - place[1]])
        return row

    def never(place):
        raise AssertionError("no cost of a softmax's complement is asked for")

    return expected(weights, numbers, log_p, log_p, slope, never)


def indicator(shape, place):
    found = np.zeros(shape, bool)
    found[place] = True
    return found


def logits_of(magnitude):
    return magnitude * np.array([[1.0, -1.0], [-1.0, 1.0], [1.0, 1.0], [0.5, -0.25]])


NUMBERS = np.arange(1, 9).reshape(4, 2)
BINARY_COSTS = {**COSTS, **COSTS_OF_TWO}
MOVES_OF_ONE = {name: m for name, m in MOVES.items() if name not in ("switch", "the complement")}


def some_of(writings, moves, costs):
    """Each two of the three together; all of the grid with the profile 'thorough'."""
    grid = list(product(enumerate(writings), enumerate(moves), enumerate(costs)))
    step = 1 if is_thorough else 23
    return [(w, m, c) for (i, w), (j, m), (k, c) in grid if (i + 2 * j + 3 * k) % step == 0]


def ignoring_warnings(test):
    """Run the test without NumPy's warnings, of the formulas."""
    return np.errstate(all="ignore")(test)


@pytest.mark.parametrize("writing, move, cost", some_of(SIGMOIDS, MOVES, BINARY_COSTS))
@ignoring_warnings
def test_the_cost_of_a_sigmoid_is_exact(writing, move, cost):
    expression, weights = BINARY_COSTS[cost]
    moved, moved_numbers = MOVES[move]
    check(
        lambda z: expression(moved(SIGMOIDS[writing](z))),
        lambda z: exact_sigmoid_cost(z, moved_numbers(NUMBERS), weights),
    )


@pytest.mark.parametrize("writing, move, cost", some_of(SOFTMAXES, MOVES_OF_ONE, COSTS))
@ignoring_warnings
def test_the_cost_of_a_softmax_is_exact(writing, move, cost):
    expression, weights = COSTS[cost]
    moved, moved_numbers = MOVES[move]
    check(
        lambda z: expression(moved(SOFTMAXES[writing](z))),
        lambda z: exact_softmax_cost(z, moved_numbers(NUMBERS), weights),
    )


@pytest.mark.parametrize("cost", BINARY_COSTS)
@pytest.mark.parametrize("writing", ["nnet.sigmoid", "1 / (1 + exp(-z))"])
@ignoring_warnings
def test_the_cost_of_a_float32_sigmoid_is_as_exact_as_float32(writing, cost):
    expression, weights = BINARY_COSTS[cost]
    check(
        lambda z: expression(SIGMOIDS[writing](z).flatten()),
        lambda z: exact_sigmoid_cost(z, NUMBERS.ravel(), weights),
        dtype="float32",
    )


@pytest.mark.parametrize("cost", COSTS)
@ignoring_warnings
def test_the_cost_of_a_float32_softmax_is_as_exact_as_float32(cost):
    expression, weights = COSTS[cost]
    check(
        lambda z: expression(softmax_of(T.exp(z)).T),
        lambda z: exact_softmax_cost(z, NUMBERS.T, weights),
        dtype="float32",
    )


@pytest.mark.parametrize("wide", ["float32", "float64"])
@ignoring_warnings
def test_a_probability_cast_to_a_wider_type_has_a_logarithm_of_that_type(wide):
    z = T.fvector("z")
    values = np.array([-1000.0, -40.0, 0.1, 40.0], "float32")
    for p in (T.nnet.sigmoid(z), 1 - T.nnet.sigmoid(-z), 0.5 * T.tanh(0.5 * z) + 0.5):
        (result,) = minigrad.function([z], [T.log(T.cast(p[::-1], wide))])(values)
        rtol = 1e-12 if wide == "float64" else 1e-5
        np.testing.assert_allclose(result, -softplus(-values.astype("float64"))[::-1], rtol=rtol)


@ignoring_warnings
def test_the_complement_of_a_guarded_probability_is_exact():
    z = T.dvector("z")
    p = T.nnet.sigmoid(z)
    f = minigrad.function([z], T.log(1 - T.switch(p > 2, 0.5, p)))
    np.testing.assert_allclose(f([1000.0, -40.0]), [-1000.0, -softplus(-40.0)])


DATA = np.array([-1000.0, -40.0, 0.0, 2.0])


@pytest.mark.parametrize("writing", SIGMOIDS)
def test_constants_are_no_worse_off_than_variables(writing):
    x = T.dvector("x")
    cost = -T.log(SIGMOIDS[writing](x))
    given = minigrad.function([], cost, givens={x: T.constant(DATA)})
    constant = minigrad.function([], -T.log(SIGMOIDS[writing](T.constant(DATA))))
    shared = minigrad.function([], -T.log(SIGMOIDS[writing](minigrad.shared(DATA))))
    for f in (given, constant, shared):
        np.testing.assert_allclose(f(), softplus(-DATA), rtol=1e-10)


def test_debug_mode_takes_no_cost_of_constants_for_a_bug():
    z = T.constant([[1000.0, -36.0], [36.0, -40.0]])
    p = T.exp(z) / (1 + T.exp(z))
    cost = minigrad.function([], -T.log1p(-p[1:]).sum(), mode="DebugMode")
    np.testing.assert_allclose(cost(), 36.0)


@pytest.mark.parametrize("intermediate", ["wrt", "consider_constant", "known_grads"])
def test_a_probability_that_grad_is_told_of_is_left_as_it_is(intermediate):
    x = T.dvector("x")
    p = T.nnet.sigmoid(x)
    cost = -T.log(p).sum()
    options = {
        "wrt": {"wrt": p},
        "consider_constant": {"wrt": [x, p], "consider_constant": [p]},
        "known_grads": {"wrt": x, "known_grads": {p: T.ones_like(x)}},
    }[intermediate]
    slope = minigrad.grad(cost, **options, disconnected_inputs="ignore")
    slope = slope[1] if isinstance(slope, list) else slope
    result = minigrad.function([x], slope, on_unused_input="ignore")([0.0, 1.0])
    s = 1 / (1 + np.exp(-np.array([0.0, 1.0])))
    expected = s * (1 - s) if intermediate == "known_grads" else -1 / s
    np.testing.assert_allclose(result, expected)


# ---- Other logarithms and exponentials ----------------------------------------------------------

# The expression of a and b; where; its value there, and its derivatives by a and b.
FORMS = {
    "log(exp(a) + exp(b))": (
        lambda a, b: T.log(T.exp(a) + T.exp(b)),
        (1000.0, 999.0),
        (1000.3132616875182, 0.7310585786300049, 0.2689414213699951),
    ),
    "log(exp(a) - exp(b))": (
        lambda a, b: T.log(T.exp(a) - T.exp(b)),
        (1000.0, 999.0),
        (999.5413248546129, 1.5819767068693265, -0.5819767068693265),
    ),
    "log(2 + exp(a) + exp(b))": (
        lambda a, b: T.log(2 + T.exp(a) + T.exp(b)),
        (1000.0, -1000.0),
        (1000.0, 1.0, 0.0),
    ),
    "log(1 - a)": (lambda a, b: T.log(1 - a) + 0 * b, (1e-20, 0.0), (-1e-20, -1.0, 0.0)),
    "log(1 - exp(a))": (
        lambda a, b: T.log(1 - T.exp(a)) + 0 * b,
        (-50.0, 0.0),
        (-1.928749847963918e-22, -1.928749847963918e-22, 0.0),
    ),
    "log1p(-exp(a))": (
        lambda a, b: T.log1p(-T.exp(a)) + 0 * b,
        (-1e-20, 0.0),
        (-46.051701859880914, -1e20, 0.0),
    ),
    "log(exp(a) - 1)": (
        lambda a, b: T.log(T.exp(a) - 1) + 0 * b,
        (1000.0, 0.0),
        (1000.0, 1.0, 0.0),
    ),
    "-1 + exp(a)": (lambda a, b: -1 + T.exp(a) + 0 * b, (1e-20, 0.0), (1e-20, 1.0, 0.0)),
    "1 - exp(a)": (lambda a, b: 1 - T.exp(a) + 0 * b, (1e-20, 0.0), (-1e-20, -1.0, 0.0)),
    "log(exp(a) * exp(b))": (
        lambda a, b: T.log(T.exp(a) * T.exp(b)),
        (1000.0, -999.0),
        (1.0, 1.0, 1.0),
    ),
    "log(exp(a) ** 2 / sqrt(exp(b)))": (
        lambda a, b: T.log(T.exp(a) ** 2 / T.sqrt(T.exp(b))),
        (-1000.0, 1000.0),
        (-2500.0, 2.0, -0.5),
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_logarithm_or_exponential_has_its_accurate_form(name):
    expression, point, expected = FORMS[name]
    a, b = T.dscalars("a", "b")
    cost = expression(a, b)
    results = minigrad.function([a, b], [cost, *minigrad.grad(cost, [a, b])])(*point)
    np.testing.assert_allclose(results, expected, rtol=1e-13)


def test_the_logarithm_of_a_likelihood_is_the_sum_of_logarithms():
    x = T.dvector("x")
    cost = T.log(T.prod(T.nnet.sigmoid(x)))
    value, slope = minigrad.function([x], [cost, minigrad.grad(cost, x)])(np.full(50, -100.0))
    assert (value, slope.tolist()) == (-5000.0, [1.0] * 50)


def test_a_guarded_logarithm_stays_guarded():
    x = T.dvector("x")
    cost = T.log(T.switch(x > 0, x * T.nnet.sigmoid(x), 1)).sum()
    slope = minigrad.function([x], minigrad.grad(cost, x))([0.0, -1.0])
    assert slope.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("build", [lambda y: y * (1 - y), lambda y: y + 0.5 * y])
def test_what_a_graph_shares_is_looked_through_once(build):
    x = T.dscalar("x")
    y = T.exp(x)
    for _ in range(40):  # looked through once for each way down, it would take for ever
        y = build(y)
    assert np.isfinite(minigrad.function([x], T.log(y))(-1.0))
