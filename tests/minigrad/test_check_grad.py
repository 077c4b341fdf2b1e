"""`check_grad`: right verdicts, and messages that say where and by how much."""

import math

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad.testing import GradientError, check_grad, taylor_test


class WrongCube(minigrad.Op):
    """The cube, with a derivative that is 3 % off."""

    __props__ = ()
    itypes = otypes = (T.dvector,)

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = inputs[0] ** 3

    def grad(self, inputs, output_grads):
        return [3.09 * inputs[0] ** 2 * output_grads[0]]


class Twice(minigrad.Op):
    """2 x, as if it were constant."""

    __props__ = ()
    itypes = otypes = (T.dvector,)

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = 2 * inputs[0]

    def grad(self, inputs, output_grads):
        return [T.zeros_like(inputs[0])]


class FlatSquare(minigrad.Op):
    """The square, with the right derivative, but the wrong second one."""

    __props__ = ()
    itypes = otypes = (T.dvector,)

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = inputs[0] ** 2

    def grad(self, inputs, output_grads):
        return [Twice()(inputs[0]) * output_grads[0]]


X = np.array([[0.3, 1.7, -2.2], [1.1, -0.4, 0.9]])
W = np.array([0.7, 1.2, 0.8])


def test_an_expression_is_checked_by_each_element_of_each_input():
    report = check_grad(lambda x, w: T.tanh(x.dot(w)), X, W)
    assert len(report.entries) == 9
    assert {entry.verdict for entry in report.entries} == {"agrees"}


def test_a_compiled_function_is_checked():
    x = T.fvector("x")
    f = minigrad.function([x], [T.exp(x), x.sum()])
    assert len(check_grad(f, W.astype("float32")).entries) == 3


def test_a_plain_function_is_checked_with_a_gradient_written_by_hand():
    check_grad(lambda x: float(np.sum(x**3)), X, grad=lambda x: 3 * x**2)
    with pytest.raises(GradientError):
        check_grad(lambda x: float(np.sum(x**3)), X, grad=lambda x: 3 * x)


def test_a_plain_function_with_an_array_as_result_has_a_gradient_that_takes_weights():
    check_grad(lambda x, w: x @ w, X, W, grad=lambda x, w, v: (np.outer(v, w), x.T @ v))


def test_a_plain_function_may_have_several_results():
    def gradient(x, weights):
        return weights[0] * np.cos(x) + weights[1]

    check_grad(lambda x: [np.sin(x), x.sum()], W, grad=gradient)


def test_a_wrong_derivative_is_told_with_its_place_and_size_and_the_op_it_comes_from():
    with pytest.raises(GradientError) as caught:
        check_grad(lambda weights: T.tanh(WrongCube()(T.sin(weights))), W)
    message = str(caught.value)
    assert "the gradient is wrong: by weights[" in message
    assert "the first op whose derivative is wrong there: WrongCube, made at" in message
    assert "tests/minigrad/test_check_grad.py" in message
    for entry in caught.value.report.entries:
        assert entry.verdict == "differs"
        np.testing.assert_allclose(entry.analytic, 1.03 * entry.numeric)
        assert entry.bound < 1e-9


def test_a_derivative_of_the_wrong_shape_is_told():
    with pytest.raises(GradientError, match=r"by x has shape \(3,\), but x has \(2, 3\)"):
        check_grad(lambda x: x.sum(), X, grad=lambda x: np.ones(3))


@pytest.mark.parametrize("name", ["relu", "abs_", "maximum", "round_half", "floor"])
def test_kinks_and_jumps_are_reported_and_are_no_failures(name):
    at_0 = {
        "relu": T.nnet.relu,
        "abs_": T.abs_,
        "maximum": lambda x: T.maximum(x, 2 * x),
        "round_half": lambda x: T.round(x + 0.5),
        "floor": T.floor,
    }
    report = check_grad(at_0[name], np.array([0.0, 1.7, -1.3]))
    assert [entry.where[-3:] for entry in report.kinks] == ["[0]"]


def test_at_a_kink_the_gradient_must_lie_between_the_slopes_of_both_sides():
    check_grad(lambda x: abs(x), 0.0, grad=lambda x: 0.7)
    with pytest.raises(GradientError, match="kink"):
        check_grad(lambda x: abs(x), 0.0, grad=lambda x: 1.1)


# Of a function and its derivative by hand: where it vanishes, or the function hardly changes.
FLAT = {
    "x ** 2": (0.0, lambda x: x**2, lambda x: 2 * x),
    "x ** 3": (0.0, lambda x: x**3, lambda x: 3 * x**2),
    "x ** 4": (0.0, lambda x: x**4, lambda x: 4 * x**3),
    "x ** 5": (0.0, lambda x: x**5, lambda x: 5 * x**4),
    "1 + x ** 3": (0.0, lambda x: 1 + x**3, lambda x: 3 * x**2),
    "1 + x ** 5": (0.0, lambda x: 1 + x**5, lambda x: 5 * x**4),
    "1e8 * x ** 3": (0.0, lambda x: 1e8 * x**3, lambda x: 3e8 * x**2),
    "x * abs(x)": (0.0, lambda x: x * abs(x), lambda x: 2 * abs(x)),
    "relu(x) ** 2": (0.0, lambda x: np.maximum(x, 0) ** 2, lambda x: 2 * np.maximum(x, 0)),
    "sin(x) - x": (0.0, lambda x: np.sin(x) - x, lambda x: np.cos(x) - 1),
    "log(1 + x) - x": (0.0, lambda x: np.log1p(x) - x, lambda x: -x / (1 + x)),
    "1 - cos(x)": (0.0, lambda x: 1 - np.cos(x), lambda x: np.sin(x)),
    "(x - 1) ** 2": (1.0, lambda x: (x - 1) ** 2, lambda x: 2 * (x - 1)),
    "(x - 1) ** 3": (1.0, lambda x: (x - 1) ** 3, lambda x: 3 * (x - 1) ** 2),
    "tanh(x)": (60.0, np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "1 / (1 + exp(-x))": (500.0, lambda x: 1 / (1 + np.exp(-x)), lambda x: np.exp(-x)),
    "3": (0.7, lambda x: 3.0 + 0 * x, lambda x: 0.0),
}


@pytest.mark.parametrize("name", FLAT)
def test_where_a_derivative_vanishes_the_right_one_passes_and_a_wrong_one_does_not(name):
    x, f, derivative = FLAT[name]
    (entry,) = check_grad(f, x, grad=derivative).entries
    assert entry.kind == "smooth"
    with pytest.raises(GradientError, match="is wrong"):
        check_grad(f, x, grad=lambda x: derivative(x) + 0.01)


def test_what_is_rounded_to_coarse_numbers_on_the_way_is_known_to_be_noisy():
    def saturated(x):  # the derivative is made of 1 - y, and y is 0.999998
        y = T.arccos(0.9 * T.sin(x))
        return T.nnet.sigmoid(y * T.sqr(y).sum() + y)

    report = check_grad(saturated, np.zeros(3), order=2)
    assert {entry.kind for entry in report.entries} == {"smooth"}


def cube(x):
    return T.tanh(x) ** 3


# Found by the fuzzer: the derivative is right, and its own derivative hard to tell.
SECOND = {
    "steps of 1e-22 on the way": (
        lambda x: T.nnet.sigmoid(cube(x).dot(cube(x).T.dot(cube(x))) + cube(x)[0])[..., -1],
        [[0.0, 0.006, 0.001]],
    ),
    "nearly saturated, of few elements": (
        lambda x: T.tanh(3 * x.sum(axis=0)),
        [[0.137, -0.001, 0.0], [0.0, -0.683, 0.0], [0.0, -0.622, 0.0]],
    ),
    "nearly saturated, of squares": (
        lambda x: T.tanh(0.5 * T.dot(x.T, -2 * x)),
        [[0.0]] * 4
        + [[0.001], [0.039], [0.001], [0.052], [0.0], [0.0], [0.099], [0.248], [0.127], [0.0]]
        + [[0.0], [0.0], [0.187], [0.406], [0.472], [0.492], [0.001], [0.125], [0.0], [1.936]],
    ),
    "nearly saturated, of as many squares, most of them 0": (
        lambda x: T.tanh(0.5 * T.dot(x.T, -2 * x)),
        [[0.0]] * 19 + [[0.08], [0.252], [0.338], [0.998], [1.936]],
    ),
    "saturated, of outer products": (
        lambda x: T.tanh(T.outer(2 * x + 1, T.tanh(2 * x + 1)).sum(axis=0)) ** 2,
        [0.0] * 20 + [0.073, 0.109, 0.309, 0.369, -0.562, -0.607, 0.816, 1.337, 1.773],
    ),
}


@pytest.mark.parametrize("name", SECOND)
def test_a_second_derivative_that_rounding_hides_nearly_is_no_mistake(name):
    f, x = SECOND[name]
    check_grad(f, np.array(x), order=2)


@pytest.mark.parametrize("width", [1e-3, 1e-6])
@pytest.mark.parametrize("name", ["bell", "bell on a slope", "wave", "peak"])
def test_a_feature_much_narrower_than_the_first_steps_is_seen(name, width):
    def bell(x):
        return np.exp(-(((x - 1) / width) ** 2))

    f, slope = {
        "bell": (bell, lambda x: -2 * (x - 1) / width**2 * bell(x)),
        "bell on a slope": (lambda x: x + bell(x), lambda x: 1 - 2 * (x - 1) / width**2 * bell(x)),
        "wave": (
            lambda x: (x - 1) / width * bell(x),
            lambda x: (1 / width - 2 * (x - 1) ** 2 / width**3) * bell(x),
        ),
        "peak": (
            lambda x: 1 / (1 + ((x - 1) / width) ** 2),
            lambda x: -2 * (x - 1) / width**2 / (1 + ((x - 1) / width) ** 2) ** 2,
        ),
    }[name]
    x = 1 + 0.3 * width
    (entry,) = check_grad(f, x, grad=slope).entries
    assert entry.bound < 1e-11 / width * abs(slope(x))  # it is not taken for noise
    for wrong in (lambda x: 0.0, lambda x: 1.03 * slope(x)):
        with pytest.raises(GradientError, match="is wrong"):
            check_grad(f, x, grad=wrong)


@pytest.mark.parametrize("first", [20.0, 37.0, 40.0, 100.0, 1000.0])
@pytest.mark.parametrize("factor", [1, 1e8])
def test_a_cost_that_is_saturated_is_no_mistake(first, factor):
    def cost(z):
        p = T.nnet.softmax(z.dimshuffle("x", 0))
        return factor * T.nnet.categorical_crossentropy(p, np.array([0])).mean()

    def by_hand(z):
        return np.log(np.exp(z - z.max()).sum()) + z.max() - z[0]

    def slope(z):
        p = np.exp(z - z.max())
        return p / p.sum() - np.array([1, 0, 0])

    z = np.array([first, 0.0, 1.0])
    check_grad(cost, z)
    check_grad(by_hand, z, grad=slope)
    with pytest.raises(GradientError, match="is wrong"):
        check_grad(by_hand, z, grad=lambda z: slope(z) + 0.001)


class Scaled(minigrad.Op):
    """The input, with a derivative that is so many times as large as it should be."""

    __props__ = ("factor",)

    def __init__(self, factor):
        self.factor = factor

    def make_node(self, x):
        return minigrad.Apply(self, [x], [x.type()])

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = inputs[0].copy()

    def grad(self, inputs, output_grads):
        return [np.float32(self.factor) * output_grads[0]]


@pytest.mark.parametrize("function", [T.tanh, T.exp, T.nnet.relu, lambda x: x**3])
def test_a_function_that_computes_in_float32_is_judged_by_its_own_values(function):
    x = T.fvector("x")
    values = np.array([0.3, -1.2, 0.0, 2.0], "float32")
    check_grad(minigrad.function([x], function(Scaled(1)(x))), values)
    with pytest.raises(GradientError, match="is wrong"):
        check_grad(minigrad.function([x], function(Scaled(1.03)(x))), values)


def test_values_on_a_staircase_are_told_from_their_slope():
    def root(a):
        low, high = 0.0, 2.0
        for _ in range(20):
            middle = (low + high) / 2
            low, high = (middle, high) if middle**3 < a else (low, middle)
        return low

    check_grad(root, 5.0, grad=lambda a: 1 / (3 * root(a) ** 2))
    with pytest.raises(GradientError, match="is wrong"):
        check_grad(root, 5.0, grad=lambda a: 1.03 / (3 * root(a) ** 2))
    check_grad(lambda x: (x + 1e10) - 1e10, 0.0, grad=lambda x: 1.0)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(z):
    p = np.exp(z - z.max())
    return p / p.sum()


def entropy_slope(z):
    p = softmax(z)
    return -p * (np.log(p) - (p * np.log(p)).sum())


# Numbers that are rounded on the way, so that there are stairs far wider than the shortest steps.
WIDE_STAIRS = {
    "1 - cos(x)": (2.6e-7, lambda x: 1 - np.cos(x), np.sin),
    "1 - cos(x), further": (3.3562332864730733e-3, lambda x: 1 - np.cos(x), np.sin),
    "sqrt(1 + x ** 2) - 1": (
        8e-7,
        lambda x: np.sqrt(1 + x**2) - 1,
        lambda x: x / np.sqrt(1 + x**2),
    ),
    "1 - sigmoid(x)": (29.8, lambda x: 1 - sigmoid(x), lambda x: -sigmoid(x) * sigmoid(-x)),
    "log(sigmoid(x))": (28.3, lambda x: np.log(sigmoid(x)), lambda x: sigmoid(-x)),
    "1e6 + sin(x) - 1e6": (7.3e-6, lambda x: 1e6 + np.sin(x) - 1e6, np.cos),
    "a sine of many waves on 1e6": (-6291.02, lambda x: 1e6 + np.sin(x) - 1e6, np.cos),
    "entropy": (
        np.array([-8.1, -10.8, 13.2]),
        lambda z: -(softmax(z) * np.log(softmax(z))).sum(),
        entropy_slope,
    ),
}


@pytest.mark.parametrize("name", WIDE_STAIRS)
def test_on_wide_stairs_the_right_derivative_passes_and_a_wrong_one_does_not(name):
    x, f, slope = WIDE_STAIRS[name]
    check_grad(f, x, grad=slope)
    with pytest.raises(GradientError, match="is wrong"):
        check_grad(f, x, grad=lambda x: 1.5 * slope(x))


def test_a_derivative_too_small_to_be_seen_in_the_values_is_no_mistake():
    z = np.array([306.6, -7.7, -201.7])  # the sum of the exponentials is that of the first
    check_grad(lambda z: np.log(np.exp(z).sum()), z, grad=softmax)


def test_a_jump_nearby_hides_no_derivative():
    check_grad(lambda x: np.floor(x) + x, 1.999, grad=lambda x: 1.0)
    with pytest.raises(GradientError, match="is wrong"):
        check_grad(lambda x: np.floor(x) + x, 1.999, grad=lambda x: 1.03)
    check_grad(lambda x: np.floor(x), -1.63, grad=lambda x: 0.0)


def test_at_the_edge_of_where_it_is_defined_a_function_has_the_slope_of_one_side():
    def root_of_cube(x):
        return x * np.sqrt(x) if x >= 0 else np.nan

    (entry,) = check_grad(root_of_cube, 0.0, grad=lambda x: 0.0).entries
    assert entry.kind == "edge"
    with pytest.raises(GradientError):
        check_grad(lambda x: x + x * np.sqrt(x), 0.0, grad=lambda x: 0.0)


def test_where_nothing_can_be_said_nothing_is_said():
    with pytest.raises(GradientError, match="cannot be judged: f is not finite"):
        check_grad(lambda x: np.log(x), -1.0, grad=lambda x: 1 / x)
    noise = np.random.default_rng(0)
    with pytest.raises(GradientError, match="cannot be judged: f gives other values when it is"):
        check_grad(lambda x: x + noise.normal(), 1.0, grad=lambda x: 1.0)
    with pytest.raises(GradientError, match="cannot be judged: 1 of 1.* too inexact"):
        check_grad(lambda x: np.sin(1e17 * x) + x**10, 1.0, grad=lambda x: 10 * x**9)


def test_second_derivatives_are_checked_on_demand():
    check_grad(T.sqr, W, order=2)
    check_grad(FlatSquare(), W)
    with pytest.raises(GradientError, match="the second derivative is wrong"):
        check_grad(FlatSquare(), W, order=2)


def test_the_number_of_calls_does_not_grow_with_the_size():
    def calls(size):
        count = 0

        def f(x):
            nonlocal count
            count += 1
            return np.sum(np.sin(x))

        check_grad(f, np.linspace(0.1, 1, size), grad=np.cos)
        return count

    assert calls(20_000) < 3 * calls(200)


def test_one_wrong_element_among_many_is_found():
    at = np.linspace(0.1, 1, 5000)

    def wrong(x):
        gradient = np.cos(x)
        gradient[1234] *= 1.03
        return gradient

    with pytest.raises(GradientError, match=r"by x\[1234\]"):
        check_grad(lambda x: np.sum(np.sin(x)), at, grad=wrong)


def test_by_what_makes_no_results_the_derivative_is_0():
    check_grad(lambda x: x[:0], np.ones(2), grad=lambda x, v: np.zeros(2))
    with pytest.raises(GradientError, match="is wrong"):
        check_grad(lambda x: x[:0], np.ones(2), grad=lambda x, v: np.ones(2))


def test_integers_are_passed_on_without_a_derivative():
    labels = np.array([0, 2])
    report = check_grad(lambda x, y: T.log(T.nnet.softmax(x))[T.arange(2), y], X, labels)
    assert len(report.entries) == X.size


def test_wrt_chooses_the_inputs():
    report = check_grad(lambda x, w: T.tanh(x.dot(w)), X, W, wrt=-1)
    assert [entry.where for entry in report.entries] == ["w[0]", "w[1]", "w[2]"]


def test_a_check_is_the_same_every_time_and_another_with_another_seed():
    def gradients(**seed):
        return [entry.analytic for entry in check_grad(T.sin, W, **seed).entries]

    assert gradients() == gradients()
    assert gradients(seed=1) != gradients(seed=2)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((T.exp,), {}, "pass arrays"),
        ((T.exp, 2), {}, "write floats"),
        ((T.exp, "one"), {}, "array of floats, integers or bools"),
        ((T.exp, 2.0), {"wrt": []}, "wrt chooses no argument"),
        ((T.exp, 2.0), {"wrt": 1}, "wrt is a place among the 1 arguments; got 1"),
        ((T.exp, 2.0), {"order": 3}, "order is 1 or 2; got 3"),
        ((np.float64(2), 2.0), {}, "f is a function that builds an expression"),
        ((lambda x: 3.0, 2.0), {}, "pass its gradient as grad="),
        ((lambda x: x > 0, 2.0), {}, "only floats have derivatives"),
        ((np.sin, 2.0), {"grad": np.cos, "order": 2}, "pass the gradient as f"),
        ((lambda x: x, 2.0), {"grad": lambda x: (1, 2)}, "returned 2 arrays"),
        ((np.sin, 2.0), {"grad": 3.0}, "grad is a function .*; got float 3.0"),
        (
            (np.sin, 2.0),
            {"grad": lambda x: None},
            "grad returned NoneType None for the derivative by x",
        ),
        (
            (lambda x: np.sin(x), X),
            {"grad": lambda x: x},
            "called with x, v: .* the weights .* are \\(x\\)",
        ),
        (
            (lambda x: np.sin(x), 2.0),
            {"grad": lambda x, v: x},
            "with x: .* is a single number; .* \\(x, v\\)",
        ),
        (
            (lambda x: None, 2.0),
            {"grad": np.cos},
            "f returned NoneType None; it must return real numbers",
        ),
        ((lambda x: x * 1j, 2.0), {"grad": np.cos}, "it must return real numbers"),
        ((T.tanh, 2.0), {"grad": np.cos}, "f makes an expression.*leave out grad="),
        ((math.sin, 2.0), {}, "If it computes with arrays, pass its gradient as grad="),
    ],
)
def test_bad_arguments_are_refused_with_advice(arguments, options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        check_grad(*arguments, **options)


def log_of_exp(x):
    return T.log(T.exp(-x))


def normal_density(x):
    return T.exp(-0.5 * T.sqr((x - 3) / 0.1))


# Where numbers on the way are tiny, denormal or infinite, though the derivative is none of these.
FAR_OUT = {
    "log(exp(-x))": (log_of_exp, [400.0]),
    "log(exp(-x)), denormal": (log_of_exp, [720.0]),
    "log(sum(exp(x)))": (lambda x: T.log(T.exp(x).sum()), [-400.0, -401.0]),
    "log of a density": (lambda x: T.log(T.exp(-0.5 * T.sqr(x))), [35.0]),
    "density": (normal_density, [0.0]),
    "density of a tiny number": (normal_density, [-1.7e-102]),
    "norm": (lambda x: x.norm(2), [1e-100, -2e-100]),
    "softmax": (lambda x: T.exp(x) / T.exp(x).sum(), [-400.0, -401.0]),
    "tiny tanh": (lambda x: 1e-200 * T.tanh(x), [0.3, 2.0]),
    "log of sigmoid": (lambda x: T.log(T.nnet.sigmoid(x)), [-1000.0, 1.0]),
    "log of softmax": (lambda x: T.log(T.nnet.softmax(x)), [[1.0, 2000.0]]),
    "quotient of tiny numbers": (lambda x: x / x.sum(), [1e-200, 3e-200]),
    "inverse of a tiny number": (lambda x: 1 / x, [1e-200]),
}


@pytest.mark.parametrize("name", FAR_OUT)
def test_a_right_derivative_passes_where_numbers_on_the_way_underflow_or_overflow(name):
    f, x = FAR_OUT[name]
    check_grad(f, np.array(x))


# By differences alone: where a wrong derivative must be told from the right one.
FAR_OUT_BY_HAND = {
    "log at 1e-100": (np.log, lambda x, v: v / x, [1e-100]),
    "log at numbers of all sizes": (np.log, lambda x, v: v / x, [1.0, 1e-8, 1e-30]),
    "square root at 1e-80": (np.sqrt, lambda x, v: v / (2 * np.sqrt(x)), [1.0, 1e-80]),
    "exp far down": (np.exp, lambda x, v: v * np.exp(x), [-400.0]),
    "exp far up": (np.exp, lambda x, v: v * np.exp(x), [400.0]),
    "a bell from far away": (
        lambda x: np.exp(-50 * (x - 3) ** 2),
        lambda x, v: -100 * v * (x - 3) * np.exp(-50 * (x - 3) ** 2),
        [0.0, 2.0, 1e-102],
    ),
    "1 + tanh at 1e-90": (
        lambda x: 1 + np.tanh(x),
        lambda x, v: v * (1 - np.tanh(x) ** 2),
        [1e-90],
    ),
    "a wave that is short beside x": (np.sin, lambda x, v: v * np.cos(x), [6e7]),
    "huge values": (lambda x: 1e250 * np.sin(x), lambda x, v: 1e250 * v * np.cos(x), [0.4, 1.0]),
    "tiny values": (lambda x: 1e-250 * np.sin(x), lambda x, v: 1e-250 * v * np.cos(x), [0.4, 1.0]),
}


@pytest.mark.parametrize("name", FAR_OUT_BY_HAND)
def test_far_out_too_a_wrong_derivative_is_told_from_the_right_one(name):
    f, gradient, x = FAR_OUT_BY_HAND[name]
    check_grad(f, np.array(x), grad=gradient)
    for wrong in (1.03, -1):
        with pytest.raises(GradientError, match="is wrong"):
            check_grad(f, np.array(x), grad=lambda x, v, wrong=wrong: wrong * gradient(x, v))


@pytest.mark.parametrize("x", [1e-300, 1e-310, 5e-324])
def test_a_denormal_derivative_is_as_exact_as_it_can_be(x):
    check_grad(lambda g: x * g, np.ones(1), grad=lambda g, v: v * x)


def test_waves_too_short_to_be_followed_are_not_judged():
    for x in (6e11, 1.4e14):
        with pytest.raises(GradientError, match="cannot be judged"):
            check_grad(lambda x: np.sin(x).sum(), np.array([x]), grad=np.cos)


def test_a_derivative_that_is_not_a_number_is_wrong_where_the_function_has_one():
    for nothing in (np.nan, np.inf):
        with pytest.raises(GradientError, match="by x it is (nan|inf), but"):
            check_grad(lambda x: x**2, 3.0, grad=lambda x, nothing=nothing: nothing)


INFINITE = {
    "sqrt": (T.sqrt, None, [0.0, 1.0]),
    "arcsin": (T.arcsin, None, [1.0]),
    "sqrt by hand": (np.sqrt, lambda x, v: v / (2 * np.sqrt(x)), [0.0, 1.0]),
    "sqrt of |x| by hand": (
        lambda x: np.sqrt(np.abs(x)),
        lambda x, v: v * np.sign(x) / (2 * np.sqrt(np.abs(x))),
        [0.0, 1.0],
    ),
    "cube root, made finite": (
        np.cbrt,
        lambda x, v: v / (3 * np.maximum(np.cbrt(x) ** 2, 1e-9)),
        [0.0, 1.0],
    ),
    "x log(|x|)": (
        lambda x: np.where(x == 0, 0, x * np.log(np.abs(x))),
        lambda x, v: v * (1 + np.log(np.abs(x))),
        [0.0, 1.0],
    ),
}


@pytest.mark.parametrize("name", INFINITE)
def test_where_the_slope_is_infinite_it_is_said_so(name):
    f, gradient, x = INFINITE[name]
    with pytest.raises(GradientError, match=r"cannot be judged: by \w+\[0\] the slope is infinite"):
        check_grad(f, np.array(x), grad=gradient)


@pytest.mark.parametrize("count", [2, 3, 100, 101, 300])
def test_at_ties_the_derivatives_must_be_possible_together_whatever_their_number(count):
    with pytest.raises(GradientError, match="is wrong: along .* it is") as caught:
        check_grad(T.max, np.ones(count))
    assert "T.max gives each of the tied elements the whole" in str(caught.value)
    check_grad(np.max, np.ones(count), grad=lambda x: (x == x.max()) / count)
    check_grad(np.linalg.norm, np.zeros(count), grad=lambda x: np.zeros(count))
    with pytest.raises(GradientError, match="is wrong"):
        check_grad(np.linalg.norm, np.zeros(count), grad=lambda x: np.ones(count))


def test_the_element_to_blame_is_named_first_among_many():
    def wrong(x):
        gradient = np.cos(x)
        gradient[1234] *= 1.03
        return gradient

    with pytest.raises(GradientError, match=r"by x\[1234\] it is"):
        check_grad(lambda x: np.sum(np.sin(x)), np.linspace(0.1, 1, 5000), grad=wrong)


def affine(x, params):
    return x @ params["W1"] + params["b1"]


def affine_grad(x, params, v):
    return v @ params["W1"].T, {"W1": x.T @ v, "b1": v.sum(axis=0)}


def wrong_affine_grad(x, params, v):
    dx, grads = affine_grad(x, params, v)
    return dx, grads | {"b1": v.mean(axis=0)}


PARAMS = {"W1": np.array([[0.5, -1.0], [0.3, 0.8], [1.2, 0.1]]), "b1": np.array([0.1, -0.2])}


def test_parameters_may_be_a_dict_of_arrays():
    report = check_grad(affine, X, PARAMS, grad=affine_grad)
    assert {e.where for e in report.entries} >= {"x[1, 2]", 'params["W1"][2, 1]', 'params["b1"][0]'}
    with pytest.raises(GradientError, match=r'by params\["b1"\]\[\d\] it is'):
        check_grad(affine, X, PARAMS, grad=wrong_affine_grad)
    check_grad(lambda x, params: T.tanh(x.dot(params["W1"]) + params["b1"]), X, PARAMS)


def test_parameters_may_be_nested_lists_of_arrays_of_several_shapes():
    layers = [(PARAMS["W1"], PARAMS["b1"]), (np.ones((2, 1)), np.zeros(1))]

    def net(layers):
        h = X
        for w, b in layers:
            h = T.tanh(T.dot(h, w) + b)
        return h

    report = check_grad(net, layers)
    assert "layers[1][0][0, 0]" in {e.where for e in report.entries}
    check_grad(
        lambda weights: weights[0] @ weights[1],
        [X, PARAMS["W1"]],
        grad=lambda weights, v: [v @ weights[1].T, weights[0].T @ v],
    )


def test_a_dict_alone_has_a_dict_of_derivatives():
    def grad(params, v):
        return affine_grad(X, params, v)[1]

    check_grad(lambda params: affine(X, params), PARAMS, grad=grad)
    with pytest.raises(TypeError, match=r'no derivative by params\["b1"\]; that by params has'):
        check_grad(lambda params: affine(X, params), PARAMS, grad=lambda params, v: {"W1": 0})
    with pytest.raises(TypeError, match="by params; it must be a dict"):
        check_grad(lambda params: affine(X, params), PARAMS, grad=lambda params, v: 0.0)


def leaky(x, w, slope=0.1, kind="leaky"):
    assert kind == "relu"
    return np.where(x @ w > 0, 1.0, slope) * (x @ w)


def leaky_grad(x, w, v, slope=0.1):
    inner = v * np.where(x @ w > 0, 1.0, slope)
    return np.outer(inner, w), x.T @ inner


def test_arguments_may_be_passed_by_name():
    def named(**options):
        return check_grad(leaky, X, w=-W, kind="relu", grad=leaky_grad, **options)

    assert len(named(slope=0.3).entries) == X.size + W.size  # the slope, a number, is passed on
    assert {entry.where[0] for entry in named(wrt="w").entries} == {"w"}
    with pytest.raises(GradientError, match="is wrong"):
        check_grad(leaky, X, w=-W, slope=0.3, kind="relu", grad=lambda x, w, v: leaky_grad(x, w, v))
    check_grad(lambda x, w, twice: T.tanh((1 + twice) * x.dot(w)), X, w=W, twice=True)
    x, w = T.dmatrix("x"), T.dvector("w")
    check_grad(minigrad.function([x, w], T.tanh(x.dot(w))), w=W, x=X)


def test_a_function_or_gradient_that_changes_its_argument_is_found():
    def centred(x):
        x -= x.mean()
        return x

    def grad_in_place(x, v):
        v -= v.mean()
        return v

    with pytest.raises(GradientError, match="f changes its argument x"):
        check_grad(centred, X, grad=lambda x, v: v - v.mean())
    with pytest.raises(GradientError, match="grad changes its argument v"):
        check_grad(lambda x: x - x.mean(), X, grad=grad_in_place)

    def scaled(params):
        params["b1"] *= 2
        return params["b1"]

    with pytest.raises(GradientError, match=r'f changes its argument params\["b1"\]'):
        check_grad(scaled, PARAMS, grad=lambda params, v: {"W1": 0 * PARAMS["W1"], "b1": 2 * v})


def test_an_op_that_changes_its_input_is_found():
    class Doubled(minigrad.Op):
        __props__ = ()
        itypes = otypes = (T.dvector,)

        def perform(self, node, inputs, output_storage):
            inputs[0][...] *= 2
            output_storage[0][0] = inputs[0].copy()

        def grad(self, inputs, output_grads):
            return [2 * output_grads[0]]

    with pytest.raises(GradientError, match="f changes its argument x"):
        check_grad(lambda x: Doubled()(x), W)


def test_a_layer_may_keep_in_forward_what_backward_needs():
    class Layer:
        def forward(self, x):
            self.y = np.tanh(x)
            return self.y

        def backward(self, x, v):
            return v * (1 - self.y**2)

    for dtype in ("float64", "float32"):
        layer = Layer()
        check_grad(layer.forward, X.astype(dtype), grad=layer.backward)
    layer = Layer()
    with pytest.raises(GradientError, match="is wrong"):
        check_grad(layer.forward, X, grad=lambda x, v: 1.03 * layer.backward(x, v))


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_floats_of_few_bits_are_computed_with_more(dtype):
    x = np.linspace(-1, 1, 5).astype(dtype)
    check_grad(T.tanh, x)
    check_grad(np.tanh, x, grad=lambda x, v: v * (1 - np.tanh(x) ** 2))
    with pytest.raises(GradientError, match="is wrong"):
        check_grad(np.tanh, x, grad=lambda x, v: 1.03 * v * (1 - np.tanh(x) ** 2))


def test_a_function_that_computes_in_float16_is_not_judged_but_advised():
    x = T.TensorType("float16", (False,))("x")
    with pytest.raises(GradientError, match="in float16, which is too coarse; check a function of"):
        check_grad(minigrad.function([x], T.tanh(x)), np.linspace(-1, 1, 5).astype("float16"))


def test_calls_have_a_bound_and_what_is_left_out_is_told(capsys, monkeypatch):
    n_calls = 0

    def f(x):
        nonlocal n_calls
        n_calls += 1
        return np.sin(x).sum()

    x = np.linspace(0.1, 1, 90)
    monkeypatch.setattr("minigrad.testing.judge.comparison._SECONDS", 0.0)
    report = check_grad(f, x, grad=np.cos, max_calls=500)
    assert n_calls < 700
    assert report.left_out > 0
    assert f"; {report.left_out} left out>" in repr(report)
    assert "calls of f" in capsys.readouterr().err
    assert check_grad(f, x, grad=np.cos).left_out == 0
    with pytest.raises(GradientError, match="is wrong"):
        check_grad(f, x, grad=lambda x: np.cos(x) * np.where(x > 0.9, 1.1, 1), max_calls=500)
    with pytest.raises(ValueError, match="max_calls is a number of calls, 1 or more; got 0"):
        check_grad(f, x, grad=np.cos, max_calls=0)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (
            (T.exp, [[1.0, 2.0], [3.0]]),
            {},
            "is a list whose rows differ in length; pass an array",
        ),
        ((T.exp, {"W": "one"}), {}, r'\["W"\] is str .*; it must be an array of floats'),
        ((lambda x: x, 2.0), {"wrt": "y"}, "wrt is a place among the 1 arguments; got 'y'"),
        ((lambda x, n: x, 2.0, 3), {"wrt": "n"}, "argument n is int64, not a float"),
    ],
)
def test_bad_nesting_is_refused_with_advice(arguments, options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        check_grad(*arguments, **options)


def test_derivatives_that_are_nothing_but_rounding_are_no_mistake():
    check_grad(lambda x: T.nnet.softmax(x).mean(axis=-1), np.zeros((2, 3)), order=2)


@pytest.mark.parametrize("wrt", [[0, 0], ["x", -2], ["x", 0, "x"], np.int64(0), np.array([0, -2])])
def test_an_argument_may_be_chosen_more_than_once_and_by_numpy_s_integers(wrt):
    report = check_grad(lambda x, w: x @ w, X, W, wrt=wrt, grad=lambda x, w, v: np.outer(v, w))
    assert len(report.entries) == X.size


def test_an_array_within_an_argument_may_be_chosen_by_the_name_that_messages_print():
    def grad(params, v):
        return affine_grad(X, params, v)[1]

    report = check_grad(lambda params: affine(X, params), PARAMS, wrt='params["b1"]', grad=grad)
    assert [entry.where for entry in report.entries] == ['params["b1"][0]', 'params["b1"][1]']
    with pytest.raises(
        ValueError, match=r'got .*"b2".*; or a name of these: params, params\["W1"\]'
    ):
        check_grad(lambda params: affine(X, params), PARAMS, wrt='params["b2"]', grad=grad)
    with pytest.raises(ValueError, match="got 1.5; or a name of these: params"):
        check_grad(lambda params: affine(X, params), PARAMS, wrt=1.5, grad=grad)


# So near a pole that the function has left it before the shortest step.
POLES = {
    "gammaln": (T.gammaln, None),
    "log(|x|)": (lambda x: T.log(abs(x)), None),
    "1 / x": (lambda x: 1 / x, None),
    "1 / |x|": (lambda x: 1 / abs(x), None),
    "log(x ** 2)": (lambda x: 2 * np.log(np.abs(x)), lambda x, v: 2 * v / x),
    "cotangent": (lambda x: 1 / np.tan(x), lambda x, v: -v / np.sin(x) ** 2),
}


@pytest.mark.parametrize("name", POLES)
@pytest.mark.parametrize("x", [1e-300, 3.7e-292, -1e-300, 1e-307])
@np.errstate(all="ignore")
def test_next_to_a_pole_no_right_derivative_is_called_wrong(name, x):
    f, gradient = POLES[name]
    for point in ([x], [x, 0.5]):
        try:
            check_grad(f, np.array(point), grad=gradient)
        except GradientError as error:
            assert "cannot be judged" in str(error)


def test_at_a_point_with_another_value_than_all_around_the_slope_is_that_around():
    def marked(x):
        return np.where(x == 0, 3.0, np.sin(x))

    (entry,) = check_grad(lambda x: marked(x).sum(), 0.0, grad=np.cos).entries
    assert entry.kind == "spike"
    with pytest.raises(GradientError, match="cannot be judged: by x the slope is infinite"):
        check_grad(lambda x: marked(x).sum(), 0.0, grad=lambda x: 1.03)


ROUNDED = {
    "tanh": (np.tanh, T.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "exp": (np.exp, T.exp, np.exp),
    "sine": (np.sin, T.sin, np.cos),
    "square": (np.square, T.sqr, lambda x: 2 * x),
}


@pytest.mark.parametrize("name", ROUNDED)
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_a_function_that_rounds_inside_makes_no_right_gradient_wrong(name, dtype):
    f, expression, slope = ROUNDED[name]

    def rounding(x):
        return f(x.astype(dtype)).astype("float64")

    def verdict(factor, x):
        try:
            check_grad(rounding, x, grad=lambda x, v: factor * v * slope(x))
        except GradientError as error:
            return "wrong" if "is wrong" in str(error) else "unclear"
        return "right"

    points = [np.array([x]) for x in (2.2408931992014578, 0.839, 2.492, 2.958, -1.3, -0.06)]
    verdicts = [verdict(1, x) for x in points]
    assert "wrong" not in verdicts
    assert dtype == "float16" or verdicts.count("right") >= 5
    assert {verdict(-1.5, x) for x in points} == {"wrong"}
    for x in points:
        try:
            check_grad(lambda x: T.cast(expression(T.cast(x, dtype)), "float64"), x)
        except GradientError as error:
            assert "cannot be judged" in str(error)


def test_between_the_steps_of_a_function_its_slope_is_0():
    def steps(x):
        return (np.floor(x * 1000) / 1000).sum()

    check_grad(steps, 0.3456, grad=lambda x: 0.0)
    for wrong in (1.0, 3.0):  # over long steps it has a slope of 1
        with pytest.raises(GradientError):
            check_grad(steps, 0.3456, grad=lambda x, wrong=wrong: wrong)


# Where a kink lies matters nothing; so its place is moved about.
KINKS = {
    "hinge": (lambda w: np.maximum(0, 1 - w), lambda w: -1.0 * (w < 1)),
    "hinge, of the other side": (lambda w: np.maximum(0, 1 - w), lambda w: -1.0 * (w <= 1)),
    "hinge, of the middle": (
        lambda w: np.maximum(0, 1 - w),
        lambda w: np.heaviside(1 - w, 0.5) * -1,
    ),
    "clip": (lambda w: np.clip(w, -1, 1), lambda w: 1.0 * (abs(w) <= 1)),
    "distance": (lambda w: np.abs(w - 1) * w, lambda w: np.sign(w - 1) * w + np.abs(w - 1)),
}


@pytest.mark.parametrize("name", KINKS)
@pytest.mark.parametrize(("place", "count"), [(1.0, 3), (-7.7, 3), (1e-5, 3), (3e6, 3), (0.3, 150)])
def test_a_kink_away_from_0_is_judged_as_one_at_0(name, place, count):
    f, slope = KINKS[name]
    w = np.resize(np.array([1.0, 2.0, 0.25]), count) * place
    report = check_grad(lambda w: f(w / place).sum(), w, grad=lambda w: slope(w / place) / place)
    assert "w[0]" in {entry.where for entry in report.kinks} or count > 100
    for factor in (1.03, -1):
        with pytest.raises(GradientError, match="is wrong"):
            check_grad(
                lambda w: f(w / place).sum(),
                w,
                grad=lambda w, factor=factor: factor * slope(w / place) / place,
            )


def test_rounding_may_move_an_expression_across_a_kink():
    w = np.array([2.0, 1 / 0.3, 3.0])
    report = check_grad(lambda w: T.maximum(0, 1 - np.array([0.5, 0.3, 0.2]) * w).sum(), w)
    assert len(report.kinks) == 2


@pytest.mark.parametrize("copies", [1, 60])
def test_where_kinks_point_up_and_down_a_gradient_nearby_is_right(copies):
    x = np.tile([0.0, 1.0, 0.5], copies)
    check_grad(lambda x: T.clip(x, 0, 1).sum(), x)
    check_grad(lambda x: (T.clip(x, 0, 1) ** 2 + T.clip(x, 0, 1)).sum(), x)
    check_grad(lambda x: np.clip(x, 0, 1).sum(), x, grad=lambda x: 1.0 * ((x >= 0) & (x <= 1)))
    for wrong in (1.03, 2.0):
        with pytest.raises(GradientError, match="is wrong"):
            check_grad(
                lambda x: np.clip(x, 0, 1).sum(),
                x,
                grad=lambda x, wrong=wrong: np.where(x == 0.5, wrong, 1.0),
            )


@pytest.mark.parametrize("seed", range(8))
def test_so_it_is_beside_a_smooth_part_however_small_that_gradient_is(seed):
    random = np.random.default_rng(seed)
    factors, places = random.choice([-1.0, 2.0, -0.5], 5), random.choice([0.0, 1.0, -3.0, 0.7], 5)
    w = random.normal(size=5)
    x = np.where(random.random(5) < 0.7, places, places + random.normal(size=5))
    shift = np.pi / 2 - x @ w + 0.02  # at 0.02 beside the top of a wave

    def f(x):
        return (factors * np.maximum(x - places, 0)).sum() + np.sin(x @ w + shift)

    def gradient(x, wrong=0.0):
        return factors * (x > places) + np.cos(x @ w + shift) * w + wrong * np.eye(5)[2]

    check_grad(f, x, grad=gradient)
    with pytest.raises(GradientError, match="is wrong"):
        check_grad(f, x, grad=lambda x: gradient(x, wrong=3.0))
    with pytest.raises(GradientError, match="is wrong"):
        check_grad(f, x, grad=lambda x: 1.03 * gradient(x) + 0.03 * (x == places) * factors)


def test_so_is_one_that_is_given_as_a_constant():
    def f(x):
        return np.maximum(x[0], 0) - np.maximum(x[1], 0)

    for right in ([1.0, 0.0], [0.0, -1.0], [1.0, -1.0], [0.0, 0.0]):
        check_grad(f, np.zeros(2), grad=lambda x, right=right: np.array(right))
    with pytest.raises(GradientError, match="is wrong"):
        check_grad(f, np.zeros(2), grad=lambda x: np.array([1.03, 0.0]))
    # The larger of two, less the larger of two others: no gradient counts both of a pair.
    with pytest.raises(GradientError, match="is wrong"):
        check_grad(
            lambda x: np.maximum(x[0], x[1]) - np.maximum(x[2], x[3]),
            np.ones(4),
            grad=lambda x: np.array([1.0, 1.0, -1.0, 0.0]),
        )


def test_a_list_of_numbers_is_the_derivative_by_an_array():
    def f(x):
        return x[0] * x[1]

    check_grad(f, np.array([2.0, 3.0]), grad=lambda x: [x[1], x[0]])
    check_grad(
        lambda x, y: f(x) * y,
        np.array([2.0, 3.0]),
        2.0,
        wrt=0,
        grad=lambda x, y: [y * x[1], y * x[0]],
    )
    with pytest.raises(GradientError, match=r"by x\[1\]"):
        check_grad(f, np.array([2.0, 3.0]), grad=lambda x: (x[1], 1.03 * x[0]))
    with pytest.raises(TypeError, match="returned 3 arrays"):
        check_grad(f, np.array([2.0, 3.0]), grad=lambda x: [x[1], x[0], 0.0])


@pytest.mark.parametrize("f", [lambda x: (1 / x).sum(), lambda x: T.log(x), lambda x: x**2])
@pytest.mark.parametrize("nothing", [np.inf, np.nan, 0.0, 1e-310, 1e200])
def test_numbers_that_are_not_finite_lead_to_a_verdict_not_to_a_warning(f, nothing):
    x = np.array([nothing, 1.0])
    for check in (check_grad, taylor_test):
        try:  # warnings are errors here
            check(f, x)
        except GradientError as error:
            assert "is wrong" not in str(error)


def test_a_power_of_a_negative_number_has_a_derivative_where_the_exponent_is_whole():
    x, y = np.array([-1.5, 2.0, -0.3]), np.array([2.0, 3.0, 5.0])
    check_grad(lambda x, y: x**y, x, y, wrt=0)
    check_grad(lambda x, y: x ** (2 * y + 1), x, y, wrt=0, order=2)
