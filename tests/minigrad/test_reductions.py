"""Reductions: every dtype, any shape, any axes, and what `keepdims` keeps."""

import numpy as np
import pytest
from draws import ALL, FLOATS, NUMBERS
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import assert_computes

import minigrad
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
@pytest.mark.parametrize("name", [*sorted(set(REDUCTIONS) - {"all", "any"})])
def test_a_reduction_has_its_derivative_over_any_axes_with_or_without_keeping_them(name, axis):
    function = getattr(T, name)
    x = np.array([0.7, 1.6, 2.3, 1.1, 2.9, 0.4, 1.3, 1.9, 0.9, 2.1, 0.6, 1.4]).reshape(2, 3, 2)
    check_grad(lambda x: [function(x, axis=axis, keepdims=keeps) for keeps in (False, True)], x)


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


# ---- Narrow dtypes -----------------------------------------------------------------------------


def random_of(dtype, shape):
    rng = np.random.default_rng(0)
    if dtype == "bool":
        return rng.integers(0, 2, shape).astype(dtype)
    if dtype.startswith("float"):
        return rng.normal(1, 2, shape).astype(dtype)
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, shape, endpoint=True, dtype=dtype)


def of_order(order):
    return lambda x, axis: T.norm(x, order, axis), lambda x, axis: np.linalg.norm(x, order, axis)


def numpy_logsumexp(x, axis):
    return np.log(np.sum(np.exp(x), axis=axis))


# name: ours; NumPy's of float64; its derivative summed over all results, which NumPy lacks.
RIGHT_TO_THE_DTYPE = {
    "sum": (T.sum, np.sum, lambda x, axis: np.ones_like(x)),
    "mean": (T.mean, np.mean, lambda x, axis: np.full_like(x, 1 / x.shape[axis])),
    "var": (
        T.var,
        np.var,
        lambda x, axis: 2 * (x - x.mean(axis, keepdims=True)) / x.shape[axis],
    ),
    "std": (
        T.std,
        np.std,
        lambda x, axis: (
            (x - x.mean(axis, keepdims=True)) / (x.shape[axis] * x.std(axis, keepdims=True))
        ),
    ),
    "norm": (*of_order(2), lambda x, axis: x / np.linalg.norm(x, None, axis, keepdims=True)),
    "norm of order 1": (*of_order(1), lambda x, axis: np.sign(x)),
    "norm of order 3": (
        *of_order(3),
        lambda x, axis: x * np.abs(x) / np.linalg.norm(x, 3, axis, keepdims=True) ** 2,
    ),
    "norm of order inf": (*of_order(np.inf), None),
    "logsumexp": (
        T.logsumexp,
        numpy_logsumexp,
        lambda x, axis: np.exp(x) / np.exp(x).sum(axis, keepdims=True),
    ),
    "softmax": (
        lambda x, axis: T.nnet.softmax(x, axis=axis),
        lambda x, axis: np.exp(x) / np.exp(x).sum(axis, keepdims=True),
        None,
    ),
    "logsoftmax": (
        lambda x, axis: T.nnet.logsoftmax(x, axis=axis),
        lambda x, axis: x - np.log(np.exp(x).sum(axis, keepdims=True)),
        lambda x, axis: 1 - x.shape[axis] * np.exp(x) / np.exp(x).sum(axis, keepdims=True),
    ),
}
LONG = [((70_000,), 0), ((35_000, 2), 0), ((2, 35_000), 1)]


def assert_right_to_its_dtype(result, expected):
    is_float = result.dtype.kind == "f"
    epsilon = np.finfo(result.dtype).eps if is_float else 0
    expected = np.asarray(expected)
    if is_float and np.abs(expected).max() > np.finfo(result.dtype).max:
        return  # it has no value of that dtype
    # Numbers below the smallest normal one have fewer digits.
    smallest = np.finfo(result.dtype).smallest_subnormal if is_float else 0
    tolerance = 16 * epsilon * np.abs(expected).max() + 2 * smallest
    np.testing.assert_allclose(result.astype(float), expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("shape, axis", LONG)
@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("name", RIGHT_TO_THE_DTYPE)
def test_of_many_narrow_floats_value_and_derivative_are_right_to_the_dtype(
    name, dtype, shape, axis
):
    ours, numpys, slope = RIGHT_TO_THE_DTYPE[name]
    values = random_of(dtype, shape)
    wide = values.astype("float64")
    x = T.TensorType(dtype, [None] * len(shape))("x")
    y = ours(x, axis=axis)
    outputs = [y] if slope is None else [y, T.grad(T.cast(y, "float64").sum(), x)]
    for mode in ("FAST_RUN", "FAST_COMPILE"):
        with np.errstate(over="ignore"):  # the sum of squares of so many float16 is infinite
            results = minigrad.function([x], outputs, mode=mode)(values)
        assert [result.dtype for result in results] == [dtype] * len(outputs)
        assert_right_to_its_dtype(results[0], numpys(wide, axis=axis))
        if slope is not None:
            assert_right_to_its_dtype(results[1], slope(wide, axis))


@pytest.mark.parametrize("shape, axis", LONG)
@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int16", "int32"])
@pytest.mark.parametrize(
    "name", sorted({*RIGHT_TO_THE_DTYPE} - {"logsumexp", "softmax", "logsoftmax"})
)
def test_of_many_integers_nothing_wraps(name, dtype, shape, axis):
    ours, numpys, _ = RIGHT_TO_THE_DTYPE[name]
    values = random_of(dtype, shape)
    x = T.TensorType(dtype, [None] * len(shape))("x")
    result = minigrad.function([x], ours(x, axis=axis))(values)
    np.testing.assert_allclose(result, numpys(values.astype("float64"), axis=axis), rtol=1e-12)


@pytest.mark.parametrize("order", [1, 2, 3, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int16", "int32", "int64", "uint64"])
def test_the_norm_of_integers_is_numpys(dtype, order):
    kinds = np.iinfo(dtype) if dtype != "bool" else None
    values = np.array([1, 1, 0] if kinds is None else [kinds.min, kinds.max, 1], dtype)
    norm = T.norm(T.constant(values), order)
    assert norm.dtype == "float64"
    np.testing.assert_allclose(norm.eval(), np.linalg.norm(values.astype(float), order), rtol=1e-14)


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode"])
@pytest.mark.parametrize(
    "dtype, values, total",
    [("float32", [1e8, 1, -1e8], 1), ("float16", [2048, 1, 1, -2048], 2)],
)
def test_narrow_floats_are_added_up_in_a_wider_dtype(dtype, values, total, mode):
    x = T.TensorType(dtype, (None,))("x")
    m = T.TensorType(dtype, (None, None))("m")
    outputs = [x.sum(), T.cumsum(x)[-1], m.sum(axis=0)[0], m.T.sum(axis=1)[0], (m * 1).sum()]
    values = np.array(values, dtype)
    results = minigrad.function([x, m], outputs, mode=mode)(values, values[:, None])
    assert [result.dtype for result in results] == [dtype] * len(outputs)
    np.testing.assert_array_equal(results, [total] * len(outputs))


def test_narrow_floats_are_multiplied_in_a_wider_dtype():
    values = np.array([1e30, 1e30, 1e-30, 1e-30], "float32")
    assert T.prod(T.constant(values)).eval() == np.float32(1)


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
def test_the_sum_of_squares_of_very_many_float32_keeps_its_digits(mode):
    x = T.fvector("x")
    values = np.full(4_000_000, 0.1, "float32")
    result = minigrad.function([x], [T.mean(T.sqr(x)), T.dot(x, x) / x.size], mode=mode)(values)
    np.testing.assert_allclose(result, float(values[0]) ** 2, rtol=2e-6)


def test_a_mean_is_never_an_integer():
    y = T.mean(T.constant([1.0, 2, 2]), dtype="int64")
    assert y.dtype == "float64"
    np.testing.assert_allclose(y.eval(), 5 / 3)


@pytest.mark.parametrize(
    "x, keywords, dtype",
    [
        ("float32", {"acc_dtype": "float64"}, "float32"),
        ("float64", {"dtype": "float32"}, "float32"),
        ("float32", {"dtype": "float64"}, "float64"),
        ("int8", {"dtype": "float32"}, "float32"),
        ("int8", {"acc_dtype": "float64"}, "int64"),
        ("float64", {"acc_dtype": "float32"}, "float64"),
    ],
)
@pytest.mark.parametrize("function", [T.sum, T.prod])
def test_acc_dtype_is_not_the_dtype_of_the_result(function, x, keywords, dtype):
    values = np.array([3, 5, 7], x)
    total = function(T.constant(values), **keywords)
    assert total.dtype == dtype
    assert total.eval() == (15 if function is T.sum else 105)


def test_a_sum_is_not_rounded_to_a_narrow_dtype_before_the_end():
    values = np.array([1e8, 1, -1e8])
    assert T.sum(T.constant(values), dtype="float32").eval() == 1
    assert T.mean(T.constant(values), dtype="float32").eval() == np.float32(1 / 3)
