"""``T.extra_ops``: differences, diagonals, ones in places, shapes, numbers of elements."""

import numpy as np
import pytest
from draws import ALL, NUMBERS, few
from hypothesis import given
from hypothesis import strategies as st
from oracles import assert_computes

import minigrad.tensor as T
from minigrad.testing import check_grad, check_op, shapes, tensors

MATRIX = np.random.default_rng(1).uniform(-1, 1, (3, 2))


@few
@given(tensors(ALL, shapes(min_dims=1, max_dims=3, max_side=4)), st.integers(0, 3), st.data())
def test_differences_are_numpys(x, n, data):
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    assert_computes(lambda x: T.diff(x, n, axis), lambda x: np.diff(x, n, axis), x)


def test_differences_have_a_derivative():
    check_grad(lambda x: T.diff(x, 2, 0) ** 2, MATRIX)


@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (4, 2), (2, 2, 2)])
def test_a_diagonal_is_filled_as_numpy_does_it(shape):
    def reference(a, v):
        a = a.copy()
        np.fill_diagonal(a[: a.shape[1]] if a.ndim == 2 else a, v)
        return a

    a = np.arange(np.prod(shape), dtype="float32").reshape(shape)
    assert_computes(T.fill_diagonal, reference, a, np.float32(-1))


@pytest.mark.parametrize("offset", range(-4, 4))
def test_a_diagonal_beside_the_main_one_is_filled(offset):
    def reference(a, v, k):
        return np.where(np.eye(*a.shape, k=int(k), dtype=bool), v, a)

    assert_computes(T.fill_diagonal_offset, reference, MATRIX, np.float64(7), np.int64(offset))
    assert_computes(
        lambda a, v: T.fill_diagonal_offset(a, v, offset),
        lambda a, v: reference(a, v, offset),
        MATRIX, np.float64(7),
    )  # fmt: skip


def test_filled_diagonals_have_derivatives_by_both():
    check_grad(lambda a, v: T.fill_diagonal(a, v) ** 2, MATRIX, np.float64(2))
    check_grad(lambda a, v: T.fill_diagonal_offset(a, v, -1) ** 2, MATRIX, np.float64(2))


def test_fill_diagonal_of_more_axes_takes_equal_sizes():
    a = T.dtensor3("a")
    with pytest.raises(ValueError, match="size 3, not 2"):
        T.fill_diagonal(a, 0).eval({a: np.zeros((2, 3, 2))})


@given(st.lists(st.integers(0, 3), max_size=5))
def test_one_hot_rows_are_rows_of_the_identity(labels):
    y = np.array(labels, "int64")
    assert_computes(lambda y: T.to_one_hot(y, 4, "int8"), lambda y: np.eye(4, dtype="int8")[y], y)


def test_a_label_that_no_column_has_is_refused():
    with pytest.raises(IndexError):
        T.to_one_hot([4], 4).eval()


@few
@given(tensors(NUMBERS, shapes(min_dims=1, max_dims=2, max_side=4)), st.data())
def test_compress_is_numpys(x, data):
    axis = data.draw(st.none() | st.integers(0, x.ndim - 1))
    size = x.size if axis is None else x.shape[axis]
    c = np.array(data.draw(st.lists(st.integers(0, 1), max_size=size)), "int8")
    assert_computes(lambda c, x: T.compress(c, x, axis), lambda c, x: np.compress(c, x, axis), c, x)


@pytest.mark.parametrize("m", range(7))
def test_the_window_of_bartlett_is_numpys(m):
    assert_computes(T.bartlett, lambda m: np.bartlett(int(m)), np.int64(m), atol=1e-15)


@pytest.mark.parametrize("given", [[(2, 1), (3,)], [(), (1, 4)], [(2, 3)], [(1,), (1,)]])
def test_the_shape_of_broadcasting_is_numpys(given):
    assert_computes(
        lambda *xs: list(T.extra_ops.broadcast_shape(*xs)),
        lambda *xs: [np.int64(n) for n in np.broadcast_shapes(*[x.shape for x in xs])],
        *[np.zeros(shape) for shape in given],
    )
    sizes = T.extra_ops.broadcast_shape(*given, arrays_are_shapes=True)
    assert [int(size.eval()) for size in sizes] == list(np.broadcast_shapes(*given))


@pytest.mark.parametrize("order", ["C", "F"])
def test_elements_have_numbers_and_indices(order):
    numbers = np.array([[0, 5], [23, 11]], "int32")
    assert_computes(
        lambda i: list(T.unravel_index(i, (2, 3, 4), order)),
        lambda i: list(np.unravel_index(i, (2, 3, 4), order)),
        numbers,
    )
    assert_computes(
        lambda i: T.ravel_multi_index(T.unravel_index(i, (2, 3, 4), order), (2, 3, 4), order=order),
        lambda i: i.astype("int64"),
        numbers,
    )


@pytest.mark.parametrize("mode", ["wrap", "clip"])
def test_indices_out_of_range_are_moved_as_numpy_does_it(mode):
    assert_computes(
        lambda i, j: T.ravel_multi_index((i, j), T.constant([3, 4]), mode),
        lambda i, j: np.ravel_multi_index(np.broadcast_arrays(i, j), (3, 4), mode),
        np.array([[-1], [5]]), np.array([3, 4, 9]),
    )  # fmt: skip


def test_numbers_and_indices_out_of_range_are_refused():
    with pytest.raises(ValueError, match="out of bounds"):
        T.unravel_index([6], (2, 3))[0].eval()
    with pytest.raises(ValueError):
        T.ravel_multi_index(([2], [0]), (2, 3)).eval()


def test_ops_of_places_keep_all_promises():
    numbers = np.array([[0, 5], [3, 1]])
    check_op(lambda i: T.unravel_index(i, (2, 3)), numbers, max_examples=1)
    check_op(
        lambda i, j: T.ravel_multi_index((i, j), (2, 3)), numbers % 2, numbers % 3, max_examples=1
    )


@pytest.mark.parametrize(
    "wrong",
    [
        lambda x: T.bincount(x),
        lambda x: T.bincount([[1]]),
        lambda x: T.searchsorted([[1]], x),
        lambda x: T.searchsorted([1], x, "middle"),
        lambda x: T.searchsorted([1], x, sorter=[0.0]),
        lambda x: T.compress([[1]], x),
        lambda x: T.diff(x, -1),
        lambda x: T.diff(1.0),
        lambda x: T.fill_diagonal(x, 1),
        lambda x: T.fill_diagonal([[1.0]], x),
        lambda x: T.fill_diagonal_offset(np.zeros((2, 2, 2)), 1, 0),
        lambda x: T.to_one_hot(x, 3),
        lambda x: T.bartlett(x),
        lambda x: T.unravel_index(x, (2,)),
        lambda x: T.unravel_index([1], (2,), "K"),
        lambda x: T.ravel_multi_index([[1]], (2, 2)),
        lambda x: T.ravel_multi_index([[1]], (2,), mode="no"),
    ],
)
def test_what_they_do_not_take_is_refused(wrong):
    with pytest.raises((ValueError, TypeError)):
        wrong(T.dvector("x"))
