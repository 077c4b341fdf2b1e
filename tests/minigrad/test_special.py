"""Special functions against SciPy, over all of their range."""

from itertools import product

import numpy as np
import pytest
from draws import FLOATS, is_thorough, part_of
from oracles import assert_computes
from scipy import special

import minigrad
import minigrad.tensor as T
from minigrad.gradient import NullTypeGradError
from minigrad.ops import bessel, incomplete
from minigrad.testing import check_grad, check_op

TINY = np.logspace(-300, -1, 60)
RANGES = {
    "erfinv": np.concatenate(
        [np.linspace(-0.999, 0.999, 101), 1 - TINY[40:], -TINY, [1, -1, 2, 0]]
    ),
    "erfcinv": np.concatenate([np.linspace(0.01, 1.99, 101), TINY, 2 - TINY[40:], [0, 2, -1, 1]]),
    "erfcx": np.concatenate(
        [np.linspace(-26, 30, 101), TINY, 1 / TINY, [2, -27, -np.inf, np.inf, np.nan]]
    ),
    "gamma": np.concatenate([np.linspace(-9.9, 9.83, 101), [150.5, 171.0, 180.0, -1.0, 0.0]]),
}


@pytest.mark.parametrize("name", RANGES)
def test_a_special_function_is_scipys(name):
    assert_computes(getattr(T, name), getattr(special, name), RANGES[name], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("name", "dtype"), part_of(product(RANGES, FLOATS), 2))
def test_it_keeps_all_promises_of_ops(name, dtype):
    check_op(getattr(T, name), np.array([0.3, 0.7, 0.9], dtype), max_examples=1)


# ---- Bessel functions ------------------------------------------------------------------------------

ORDERS = [0, 1, 2, 3, 0.5, 7.3, 20, 49.7, 170.2, -1, -4, -0.5, -1.7, -20.3]
FEW = 20 if not is_thorough else 200
# All ways of computing them, and where one takes over from another.
NUMBERS = np.concatenate(
    [np.logspace(-8, 3, FEW), np.linspace(1, 60, FEW), [2, 25, 24.999, 49.7, 400]]
)


@pytest.mark.parametrize("v", ORDERS)
def test_j_is_scipys_up_to_rounding_of_its_amplitude(v):
    value, expected = bessel.jv(v, NUMBERS), special.jv(v, NUMBERS)
    amplitude = np.where(np.abs(v) < NUMBERS, np.sqrt(2 / np.pi / NUMBERS), np.abs(expected))
    is_usual = (amplitude > 1e-290) & (amplitude < 1e300)
    error = np.abs(value - expected)[is_usual] / amplitude[is_usual]
    assert error.size > FEW and error.max() < 1e-13 * max(1, np.abs(v) / 10)  # SciPy's own


@pytest.mark.parametrize("v", ORDERS)
def test_i_is_scipys(v):
    np.testing.assert_allclose(
        bessel.iv(v, NUMBERS), special.iv(v, NUMBERS), rtol=1e-13, atol=1e-300
    )


@pytest.mark.parametrize("name", ["j0", "j1", "i0", "i1"])
def test_those_of_orders_0_and_1_are_scipys_on_both_sides_of_0(name):
    x = np.concatenate([NUMBERS, -NUMBERS])
    assert_computes(getattr(T, name), getattr(special, name), x, rtol=1e-12, atol=1e-13)


def test_where_bessel_functions_have_no_value_they_are_nan_and_at_infinity_their_limit():
    v, x = [0.5, 0.0, np.nan, 2.0, 2.0], [-1.0, np.nan, 1.0, np.inf, -np.inf]
    np.testing.assert_array_equal(T.jv(v, x).eval(), [np.nan] * 3 + [0, 0])
    np.testing.assert_array_equal(T.iv(v, x).eval(), [np.nan] * 3 + [np.inf, np.inf])
    at_0 = T.stack([T.jv([0, 1, -2, 0.5, -0.5], 0.0), T.iv([0, 1, -2, 0.5, -0.5], 0.0)])
    np.testing.assert_array_equal(at_0.eval(), [[1, 0, 0, 0, np.inf]] * 2)


def test_j_of_a_far_larger_order_is_0_and_of_a_far_larger_number_as_exact_as_that():
    assert bessel.jv(3000.0, np.array([900.0])) == special.jv(3000.0, 900.0) == 0
    x = np.float64(1e8) * np.pi  # J₀(x)² + Y₀(x)² is 2 / πx
    phase = x % (2 * np.pi) - np.pi / 4
    np.testing.assert_allclose(
        bessel.j0(np.array([x])), np.sqrt(2 / np.pi / x) * np.cos(phase), atol=1e-12
    )


# ---- Functions of an order and a number -------------------------------------------------------------

WITH_ORDER = {
    "gammaincc": (special.gammaincc, [0.5, 1.0, 3.0, 30.0, 300.0]),
    "jv": (special.jv, [0.0, 1.0, 2.5]),
    "iv": (special.iv, [0.0, 1.0, 2.5]),
    "polygamma": (special.polygamma, [0.0, 1.0, 2.0, 5.0]),
    "gammainc": (special.gammainc, [0.5, 1.0, 3.0, 30.0, 300.0]),
}


@pytest.mark.parametrize("name", WITH_ORDER)
def test_a_function_of_an_order_and_a_number_is_scipys(name):
    function, orders = WITH_ORDER[name]
    x = np.concatenate([np.linspace(0.1, 25.3, 20), [1e-3, 200.0, 299.5, 330.0]])
    # SciPy's own polygamma(0) has that error near its root.
    assert_computes(
        getattr(T, name), function, np.array(orders)[:, None], x, rtol=3e-13, atol=1e-15
    )


@pytest.mark.parametrize("name", part_of(WITH_ORDER, 5))
def test_it_keeps_all_promises_of_ops_as_a_function_of_the_number(name):
    check_op(lambda x: getattr(T, name)(2, x), np.array([0.3, 4.9]), max_examples=1)


@pytest.mark.parametrize("name", WITH_ORDER)
def test_its_derivative_by_the_number_is_that_of_finite_differences(name):
    check_grad(lambda x: getattr(T, name)(2, x), np.array([0.3, 4.9]))


@pytest.mark.parametrize("name", WITH_ORDER)
def test_in_float32_it_is_as_exact_as_that(name):
    function, x = WITH_ORDER[name][0], np.array([0.3, 4.9, 30.0], "float32")
    result = getattr(T, name)(2, x).eval()
    assert result.dtype == "float32"
    np.testing.assert_allclose(result, function(2.0, x.astype("float64")), rtol=2e-7)


@pytest.mark.parametrize("name", WITH_ORDER)
def test_its_derivative_by_the_order_is_refused(name):
    v, x = T.dscalars("v", "x")
    with pytest.raises(NullTypeGradError, match=f"{name} by its input 0, v, has not been written"):
        minigrad.grad(getattr(T, name)(v, x), v)


@pytest.mark.parametrize("dtype", ["uint8", "int64"])
def test_an_order_may_be_an_integer(dtype):
    v, x = T.scalar("v", dtype), T.dscalar("x")
    slope = minigrad.grad(T.jv(v, x), x)
    np.testing.assert_allclose(slope.eval({v: 0, x: 1.3}), -special.j1(1.3), rtol=1e-14)


def test_polygamma_of_negative_numbers_and_of_other_orders():
    x = np.array([-0.3, -7.6, -40.2])
    np.testing.assert_allclose(T.polygamma(2.0, x).eval(), special.polygamma(2, x), rtol=1e-12)
    assert np.isnan(T.polygamma([0.5, -1.0], 2.0).eval()).all()


def test_incomplete_gammas_are_0_and_1_at_the_ends_and_nan_outside():
    k, x = np.array([2.0, 2.0, -1.0, 2.0, 2.0]), np.array([0.0, np.inf, 1.0, -1.0, np.nan])
    np.testing.assert_array_equal(incomplete.gammainc(k, x), [0, 1] + [np.nan] * 3)
    np.testing.assert_array_equal(incomplete.gammaincc(k, x), [1, 0] + [np.nan] * 3)


def test_chi2sf_is_the_chance_of_a_larger_value():
    x, k = np.array([0.1, 1.0, 8.0, 90.0]), 3.0
    np.testing.assert_allclose(T.chi2sf(x, k).eval(), special.chdtrc(k, x), rtol=1e-13)


def test_both_parts_of_gamma_are_it_together():
    total = T.gammal(2.5, [0.1, 3.0]) + T.gammau(2.5, [0.1, 3.0])
    np.testing.assert_allclose(total.eval(), special.gamma(2.5), rtol=1e-14)


@pytest.mark.parametrize("name", ["tri_gamma", "j0", "j1", "i0", "i1"])
def test_what_comes_from_the_cost_is_a_factor_of_the_derivative(name):
    x = T.dvector("x")
    y = getattr(T, name)(x)
    values, weights = np.array([0.7, 2.5]), np.array([3.0, -0.5])
    once = minigrad.grad(y.sum(), x).eval({x: values})
    np.testing.assert_allclose(
        minigrad.grad((weights * y).sum(), x).eval({x: values}), weights * once, rtol=1e-12
    )
