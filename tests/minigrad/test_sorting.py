"""Values in order: sorting, the largest ones, and where values belong."""

import numpy as np
import pytest
from draws import ALL, FLOATS, NUMBERS, few
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from oracles import assert_computes, weighted_sum

import minigrad
import minigrad.tensor as T
from minigrad.testing import check_grad, check_op, shapes, tensors

CUBE = np.random.default_rng(0).permutation(12).reshape(2, 3, 2) / 3.0
SHAPES = shapes(min_dims=1, max_dims=3, max_side=4)
KINDS = ["quicksort", "mergesort", "heapsort", "stable"]


@few
@given(tensors(ALL, SHAPES), st.sampled_from(KINDS), st.data())
def test_a_tensor_is_sorted_along_any_axis_as_numpy_does_it(x, kind, data):
    axis = data.draw(st.none() | st.integers(-x.ndim, x.ndim - 1))
    assert_computes(lambda x: T.sort(x, axis, kind), lambda x: np.sort(x, axis=axis, kind=kind), x)
    assert_computes(
        lambda x: T.argsort(x, axis, "stable"), lambda x: np.argsort(x, axis=axis, kind="stable"), x
    )


@pytest.mark.parametrize("axis", [0, 1, 2, None])
def test_sort_keeps_all_promises_of_ops(axis):
    check_op(lambda x: T.sort(x, axis), CUBE, max_examples=1)


def test_argsort_keeps_all_promises_of_ops():
    check_op(lambda x: T.argsort(x, 1), CUBE, max_examples=1)


def test_the_derivative_of_a_sorted_value_goes_to_where_it_was():
    x = T.dvector("x")
    g = minigrad.grad((T.sort(x) * [1.0, 10.0, 100.0]).sum(), x)
    assert g.eval({x: [5.0, 9.0, 7.0]}).tolist() == [1, 100, 10]


def test_nan_is_sorted_last():
    assert np.isnan(T.sort([np.nan, 1.0, 2.0]).eval()).tolist() == [False, False, True]


@few
@given(tensors(NUMBERS, shapes(min_dims=1, max_dims=3, min_side=1, max_side=4)), st.data())
def test_the_largest_values_are_the_last_of_the_sorted_ones(x, data):
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    k = data.draw(st.integers(1, x.shape[axis]))
    sign = data.draw(st.sampled_from([1, -1]))

    def reference(x):
        ordered = np.flip(np.sort(x, axis), axis)
        return np.take(
            ordered, range(k) if sign > 0 else range(x.shape[axis] - k, x.shape[axis]), axis
        )

    assert_computes(lambda x: T.topk(x, sign * k, axis), reference, x)
    assert_computes(
        lambda x: T.sort(T.topk(x, sign * k, axis, sorted=False), axis),
        lambda x: np.sort(reference(x), axis),
        x,
    )


@given(arrays("int8", 6, elements=st.integers(0, 2)))
def test_of_equal_values_the_first_is_among_the_largest(x):
    expected = sorted(range(6), key=lambda i: (-int(x[i]), i))[:4]
    assert T.argtopk(T.constant(x), 4).eval().tolist() == expected


@pytest.mark.parametrize(("k", "is_sorted"), [(2, True), (-1, True), (2, False)])
def test_topk_keeps_all_promises_of_ops(k, is_sorted):
    check_op(lambda x: T.topk(x, k, 1, is_sorted), CUBE, max_examples=1)


def test_the_number_of_values_may_be_symbolic_and_places_of_another_dtype():
    x, k = T.dvector("x"), T.lscalar("k")
    f = minigrad.function([x, k], T.topk_and_argtopk(x, k, idx_dtype="int32"))
    values, places = f([1, 5, 3], 2)
    assert (values.tolist(), places.tolist(), places.dtype) == ([5, 3], [1, 2], "int32")
    values, places = f([1, 5, 3], -2)
    assert (values.tolist(), places.tolist()) == ([3, 1], [2, 0])
    assert T.topk(x, 2).type.shape == (2,)


@pytest.mark.parametrize("k", [0, 4, -4])
def test_no_values_or_more_than_there_are_are_refused(k):
    with pytest.raises(ValueError, match="topk"):
        T.topk(T.dvector("x"), k).eval({}) if k == 0 else T.topk([1.0, 2.0, 3.0], k).eval()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda x: T.sort(x, kind="bogo"),
        lambda x: T.sort(x, order="name"),
        lambda x: T.topk(x, 1.5),
        lambda x: T.topk(x, [1]),
        lambda x: T.topk(x, 1, idx_dtype="float32"),
        lambda x: T.sort(x, axis=2),
    ],
)
def test_what_sort_and_topk_do_not_know_is_refused(wrong):
    with pytest.raises((ValueError, TypeError)):
        wrong(T.dvector("x"))


@few
@given(
    arrays("float64", st.integers(0, 6), elements=st.integers(-3, 3)),
    arrays("float32", (2, 3), elements=st.integers(-3, 3)),
    st.sampled_from(["left", "right"]),
)
def test_searchsorted_is_numpys(x, v, side):
    order = np.argsort(x)
    assert_computes(
        lambda x, v, order: [
            T.extra_ops.searchsorted(T.sort(x), v, side),
            T.extra_ops.searchsorted(x, v, side, order),
        ],
        lambda x, v, order: [np.searchsorted(np.sort(x), v, side)] * 2,
        x, v, order,
    )  # fmt: skip


@given(st.lists(st.integers(0, 5), max_size=8), st.integers(0, 8))
def test_bincount_is_numpys(numbers, least):
    x, weights = np.array(numbers, "int32"), np.linspace(1, 2, len(numbers))
    assert_computes(
        lambda x, w: [T.bincount(x, minlength=least), T.bincount(x, w, least)],
        lambda x, w: [np.bincount(x, minlength=least), np.bincount(x, w, least).astype(float)],
        x, weights,
    )  # fmt: skip


@pytest.mark.parametrize("dtype", FLOATS)
def test_bincount_has_a_derivative_by_the_weights(dtype):
    check_grad(lambda w: T.bincount([2, 0, 2], w), np.array([1.0, 2.0, 3.0], dtype))


def test_bincount_refuses_negative_numbers():
    with pytest.raises(ValueError, match="at least 0; got -1"):
        T.bincount([1, -1]).eval()


@few
@given(tensors(NUMBERS, shapes(max_dims=2, max_side=4)))
def test_unique_is_numpys(x):
    def reference(x):
        return np.unique(x.ravel(), return_index=True, return_inverse=True, return_counts=True)

    assert_computes(lambda x: T.extra_ops.unique(x, True, True, True), reference, x)
    assert_computes(T.extra_ops.unique, np.unique, x)


@pytest.mark.parametrize("axis", [0, 1, 2, None])
@pytest.mark.parametrize("with_zeros", [False, True])
def test_running_products_are_numpys_and_their_derivative_is_right_at_zeros(axis, with_zeros):
    x = CUBE - CUBE[0, 1, 0] * with_zeros
    assert_computes(lambda x: T.cumprod(x, axis), lambda x: np.cumprod(x, axis), x)
    check_grad(lambda x: weighted_sum(T.cumprod(x, axis)), x)


def test_running_products_keep_all_promises_of_ops():
    check_op(lambda x: T.cumprod(x, 1), CUBE[:, :, :1] + 1, max_examples=1)
    check_op(lambda x: T.cumprod(x, 0), np.array([1, 2, 3], "int8"), max_examples=1)
