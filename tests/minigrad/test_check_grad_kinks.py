"""`check_grad` where a function has no slope: kinks, ties, jumps, edges, poles, infinite slopes."""

from itertools import product

import numpy as np
import pytest
from draws import part_of

import minigrad.tensor as T
from minigrad.testing import GradientError, check_grad, taylor_test


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


@pytest.mark.parametrize("count", part_of([2, 3, 30, 101], one_of=3))
def test_at_ties_the_derivatives_must_be_possible_together_whatever_their_number(count):
    with pytest.raises(GradientError, match="is wrong: along .* it is") as caught:
        check_grad(T.max, np.ones(count))
    assert "T.max gives each of the tied elements the whole" in str(caught.value)
    check_grad(np.max, np.ones(count), grad=lambda x: (x == x.max()) / count)
    check_grad(np.linalg.norm, np.zeros(count), grad=lambda x: np.zeros(count))
    with pytest.raises(GradientError, match="is wrong"):
        check_grad(np.linalg.norm, np.zeros(count), grad=lambda x: np.ones(count))


# So near a pole that the function has left it before the shortest step.
POLES = {
    "gammaln": (T.gammaln, None),
    "log(|x|)": (lambda x: T.log(abs(x)), None),
    "1 / x": (lambda x: 1 / x, None),
    "1 / |x|": (lambda x: 1 / abs(x), None),
    "log(x ** 2)": (lambda x: 2 * np.log(np.abs(x)), lambda x, v: 2 * v / x),
    "cotangent": (lambda x: 1 / np.tan(x), lambda x, v: -v / np.sin(x) ** 2),
}


@pytest.mark.parametrize(
    ("name", "x"), part_of(product(POLES, [1e-300, 3.7e-292, -1e-300, 1e-307, 2e-305]), one_of=2)
)
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


PLACES = [(1.0, 3), (-7.7, 3), (1e-5, 3), (3e6, 3), (0.3, 101)]


@pytest.mark.parametrize(("name", "place"), part_of(product(KINKS, PLACES), one_of=2))
def test_a_kink_away_from_0_is_judged_as_one_at_0(name, place):
    place, count = place
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


@pytest.mark.parametrize("seed", part_of(range(8), one_of=3))
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


@pytest.mark.parametrize("f", [lambda x: (1 / x).sum(), lambda x: T.log(x), lambda x: x**2])
@pytest.mark.parametrize("nothing", [np.inf, np.nan, 0.0, 1e-310, 1e200])
def test_numbers_that_are_not_finite_lead_to_a_verdict_not_to_a_warning(f, nothing):
    x = np.array([nothing, 1.0])
    for check in (check_grad, taylor_test):
        try:  # warnings are errors here
            check(f, x)
        except GradientError as error:
            assert "is wrong" not in str(error)
