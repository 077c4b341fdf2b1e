"""`check_grad` where rounding hides a slope: saturation, stairs, narrow features, tiny numbers."""

from itertools import product

import numpy as np
import pytest
from draws import part_of

import minigrad
import minigrad.tensor as T
from minigrad.testing import GradientError, check_grad

# Where a derivative vanishes, or its function hardly changes; the function; the derivative by hand.
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


@pytest.mark.parametrize("name", part_of(SECOND, one_of=2))
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


@pytest.mark.parametrize(
    ("factor", "first"), part_of(product([1, 1e8], [20.0, 37.0, 40.0, 100.0, 1000.0]), one_of=2)
)
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


def test_derivatives_that_are_nothing_but_rounding_are_no_mistake():
    check_grad(lambda x: T.nnet.softmax(x).mean(axis=-1), np.zeros((2, 3)), order=2)


ROUNDED = {
    "tanh": (np.tanh, T.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "exp": (np.exp, T.exp, np.exp),
    "sine": (np.sin, T.sin, np.cos),
    "square": (np.square, T.sqr, lambda x: 2 * x),
}


@pytest.mark.parametrize(
    ("name", "dtype"), part_of(product(ROUNDED, ["float32", "float16"]), one_of=3)
)
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
