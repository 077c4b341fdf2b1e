"""Reductions: every dtype, any shape, any axes, and what `keepdims` keeps."""

import numpy as np
import pytest
from draws import ALL, FLOATS, NUMBERS
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import assert_computes

import minigrad.tensor as T
from minigrad.ops.reduction import Recurrence
from minigrad.testing import check_grad, tensors


def mean_dtype(x):
    return x.dtype if x.dtype.kind == "f" else "float64"


# name: NumPy's function of x, axis and keepdims; for which dtypes; whether of nothing, too.
REDUCTIONS = {
    "sum": (np.sum, ALL, True),
    "prod": (np.prod, ALL, True),
    "all": (np.all, ALL, True),
    "any": (np.any, ALL, True),
    "max": (np.max, ALL, False),
    "min": (np.min, ALL, False),
    "mean": (np.mean, ALL, False),
    "var": (np.var, ALL, False),
    "std": (np.std, ALL, False),
    "logsumexp": (lambda x, **kw: np.log(np.sum(np.exp(x), **kw)), FLOATS, False),
    "norm": (lambda x, **kw: np.sqrt(np.sum(np.square(x), **kw)), FLOATS, True),
}


def axes_of(ndim):
    """None, an axis counted from either end, or several."""
    one = st.integers(-ndim, ndim - 1) if ndim else st.nothing()
    several = st.lists(st.integers(0, max(ndim - 1, 0)), min_size=1, max_size=ndim, unique=True)
    return st.none() | one | (several.map(tuple) if ndim else st.nothing())


@pytest.mark.parametrize("name", REDUCTIONS)
@given(data=st.data())
def test_a_reduction_is_numpys_over_any_axes_with_or_without_keeping_them(name, data):
    reference, dtypes, of_nothing = REDUCTIONS[name]
    x = data.draw(tensors(dtypes).filter(lambda x: of_nothing or x.size))
    keywords = {"axis": data.draw(axes_of(x.ndim)), "keepdims": data.draw(st.booleans())}
    assert_computes(
        lambda x: getattr(T, name)(x, **keywords),
        lambda x: reference(x, **keywords),
        x,
        rtol=1e-9,
        atol=1e-9,
    )


@pytest.mark.parametrize("name", ["argmax", "argmin"])
@given(data=st.data())
def test_the_place_of_an_extreme_is_numpys_along_one_axis_or_all(name, data):
    x = data.draw(tensors(ALL).filter(lambda x: x.size))
    axis = data.draw(st.none() | (st.integers(-x.ndim, x.ndim - 1) if x.ndim else st.nothing()))
    assert_computes(
        lambda x: getattr(T, name)(x, axis=axis),
        lambda x: np.asarray(getattr(np, name)(x, axis=axis), "int64"),
        x,
    )


@given(tensors(NUMBERS, shape=(2, 3, 2)))
def test_argmax_over_several_axes_numbers_them_as_if_they_were_one(x):
    def reference(x):
        return x.transpose(1, 0, 2).reshape(3, 4).argmax(axis=1)

    assert_computes(lambda x: T.argmax(x, axis=(0, 2)), reference, x)


@given(tensors(NUMBERS, shape=(2, 3)))
def test_the_largest_and_its_place_come_together(x):
    assert_computes(
        lambda x: T.max_and_argmax(x, axis=1), lambda x: [x.max(axis=1), x.argmax(axis=1)], x
    )


@given(tensors(NUMBERS).filter(lambda x: x.size))
def test_ptp_is_the_largest_minus_the_smallest(x):
    assert_computes(T.ptp, lambda x: x.max() - x.min(), x)


@given(x=tensors(ALL), data=st.data())
def test_running_sums_are_numpys(x, data):
    axis = data.draw(st.none() | (st.integers(-x.ndim, x.ndim - 1) if x.ndim else st.nothing()))
    assert_computes(
        lambda x: T.cumsum(x, axis=axis), lambda x: np.cumsum(x, axis=axis), x, atol=1e-9
    )


MATRIX = np.array([[0.7, -1.6, 2.3], [1.1, 2.9, -0.4]])


@pytest.mark.parametrize("ord", [0, 1, 2, 3, np.inf, -np.inf])
def test_the_norm_of_a_vector_is_numpys_for_every_order(ord):
    assert_computes(
        lambda x: T.cast(T.norm(x, ord), "float64"), lambda x: np.linalg.norm(x, ord), MATRIX[0]
    )


@pytest.mark.parametrize("ddof", [0, 1])
@pytest.mark.parametrize("name", ["var", "std"])
def test_ddof_is_subtracted_from_the_number_of_elements(name, ddof):
    assert_computes(
        lambda x: getattr(T, name)(x, axis=1, ddof=ddof),
        lambda x: getattr(np, name)(x, axis=1, ddof=ddof),
        MATRIX,
    )


@pytest.mark.parametrize("name", ["sum", "prod", "mean"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_dtype_of_the_result_can_be_chosen(name, dtype):
    assert_computes(
        lambda x: getattr(T, name)(x, axis=0, dtype=dtype),
        lambda x: getattr(np, name)(x, axis=0, dtype=dtype),
        np.arange(1, 7).reshape(2, 3),
        rtol=1e-7,
    )


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2)])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("name", [*sorted(set(REDUCTIONS) - {"all", "any"})])
def test_a_reduction_has_its_derivative_over_any_axes(name, keepdims, axis):
    x = np.array([0.7, 1.6, 2.3, 1.1, 2.9, 0.4, 1.3, 1.9, 0.9, 2.1, 0.6, 1.4]).reshape(2, 3, 2)
    check_grad(lambda x: getattr(T, name)(x, axis=axis, keepdims=keepdims), x)


@pytest.mark.parametrize("axis", [None, 0, -1])
def test_running_sums_have_both_derivatives(axis):
    check_grad(lambda x: T.cumsum(x, axis=axis) ** 2, MATRIX, order=2)


@settings(max_examples=10)
@given(st.lists(st.sampled_from([0.0, 0.5, -1.5, 2.0]), min_size=1, max_size=4))
def test_a_product_has_both_derivatives_whatever_factors_are_zero(factors):
    check_grad(T.prod, factors, order=2)


def test_each_of_several_equal_extremes_gets_the_whole_derivative():
    x = T.dvector("x")
    slope = T.grad(T.max(x), x)
    np.testing.assert_array_equal(slope.eval({x: [1.0, 3.0, 3.0]}), [0, 1, 1])


@pytest.mark.parametrize(
    "name", ["sum", "prod", "mean", "var", "std", "max", "min", "all", "any", "argmax", "cumsum"]
)
@pytest.mark.parametrize("axis", [2, -3])
def test_an_axis_that_does_not_exist_is_refused(name, axis):
    with pytest.raises(np.exceptions.AxisError):
        getattr(T, name)(T.dmatrix(), axis=axis)


@pytest.mark.parametrize("name", ["sum", "mean", "max", "argmax"])
def test_an_axis_named_twice_is_refused(name):
    with pytest.raises(ValueError, match="axis"):
        getattr(T, name)(T.dmatrix(), axis=(0, -2))


@pytest.mark.parametrize("name", ["max", "min", "argmax", "argmin"])
def test_of_nothing_there_is_no_extreme(name):
    x = T.dvector("x")
    with pytest.raises(ValueError, match=name):
        getattr(T, name)(x).eval({x: []})


def test_a_recurrence_has_derivatives_by_its_factors_and_its_terms():
    a, b = np.array([0.5, -1.5, 2.0]), np.array([1.0, 0.3, -0.7])
    check_grad(Recurrence(), a, b, order=2)
