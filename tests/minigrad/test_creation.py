"""Tensors made of sizes, bounds or others' shapes: NumPy's values and dtypes, and derivatives."""

import numpy as np
import pytest
from draws import ALL, FLOATS, INTEGERS
from hypothesis import given
from hypothesis import strategies as st
from oracles import assert_computes

import minigrad
import minigrad.tensor as T
from minigrad.testing import broadcastable, check_grad, tensors

SIZE = st.integers(0, 4)


@given(tensors(ALL))
def test_what_is_like_another_has_its_shape_and_dtype(x):
    assert_computes(
        lambda x: [T.zeros_like(x), T.ones_like(x), T.fill(x, np.float32(2))],
        lambda x: [np.zeros_like(x), np.ones_like(x), np.full(x.shape, np.float32(2))],
        x,
    )


@given(broadcastable(2, "float64", max_dims=3))
def test_fill_takes_the_shape_of_both(values):
    assert_computes(
        T.fill, lambda a, b: np.broadcast_to(b, np.broadcast_shapes(a.shape, b.shape)), *values
    )


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
def test_fill_with_sizes_that_do_not_fit_is_refused_when_it_runs(mode):
    a, b = T.dmatrices("a", "b")
    f = minigrad.function([a, b], T.fill(a, b), mode=mode)
    for shape in ((2, 2), (1, 3)):
        with pytest.raises(ValueError, match="cannot fill"):
            f(np.ones((2, 3)), np.ones(shape))


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("name", ["zeros", "ones", "zeros_like", "ones_like", "eye", "tri"])
def test_the_dtype_can_be_chosen(name, dtype):
    argument = T.dvector() if name.endswith("like") else 3
    assert getattr(T, name)(argument, dtype=dtype).dtype == dtype


@pytest.mark.parametrize("name", ["zeros", "ones", "eye", "tri"])
def test_the_dtype_is_else_floatX(name):
    assert getattr(T, name)(3).dtype == minigrad.config.floatX


@given(SIZE, SIZE)
def test_zeros_and_ones_take_sizes_that_are_known_only_when_it_runs(m, n):
    assert_computes(
        lambda m, n: [T.zeros((m, n)), T.ones((m, 2, n)), T.zeros(m), T.ones(T.stack([m, n]))],
        lambda m, n: [np.zeros((m, n)), np.ones((m, 2, n)), np.zeros(m), np.ones((m, n))],
        m,
        n,
    )


@given(x=tensors(ALL, shape=(2, 1)), m=SIZE, n=SIZE)
def test_alloc_repeats_a_value_of_any_dtype(x, m, n):
    assert_computes(
        lambda x, m, n: T.alloc(x, m, 2, n), lambda x, m, n: np.broadcast_to(x, (m, 2, n)), x, m, n
    )


@given(m=SIZE, n=SIZE, k=st.integers(-5, 5))
def test_eye_and_tri_are_numpys_with_symbolic_sizes_and_diagonal(m, n, k):
    assert_computes(
        lambda m, n, k: [T.eye(m, n, k), T.tri(m, n, k), T.eye(m), T.tri(m)],
        lambda m, n, k: [np.eye(m, n, k), np.tri(m, n, k), np.eye(m), np.tri(m)],
        m,
        n,
        k,
    )


@given(x=tensors(ALL, shape=(2, 3, 4)), k=st.integers(-5, 5))
def test_diagonals_and_triangles_are_numpys_for_any_dtype(x, k):
    assert_computes(
        lambda x: [
            T.diagonal(x, k, 2, 0),
            T.diagonal(x, k, -1, 1),
            T.diag(x[0], k),
            T.diag(x[0, 0], k),
            T.tril(x, k),
            T.triu(x, k),
            T.trace(x, k),
            T.identity_like(x[0]),
        ],
        lambda x: [
            np.diagonal(x, k, 2, 0),
            np.diagonal(x, k, -1, 1),
            np.diag(x[0], k),
            np.diag(x[0, 0], k),
            np.tril(x, k),
            np.triu(x, k),
            np.trace(x, k, dtype=None if x.dtype.kind == "f" else np.sum(x).dtype),
            np.eye(3, 4, dtype=x.dtype),
        ],
        x,
    )


@given(start=st.integers(-5, 5), stop=st.integers(-5, 5), step=st.sampled_from([-2, -1, 1, 3]))
def test_arange_of_integers_is_numpys_symbolic_or_not(start, stop, step):
    assert_computes(
        lambda a, b, c: [
            T.arange(a, b, c),
            T.arange(start, stop, step),
            T.arange(b),
            T.arange(a, b),
        ],
        lambda a, b, c: [
            *[np.arange(start, stop, step)] * 2,
            np.arange(stop),
            np.arange(start, stop),
        ],
        start,
        stop,
        step,
    )


@pytest.mark.parametrize("dtype", FLOATS)
def test_arange_of_floats_is_numpys(dtype):
    bounds = [np.asarray(bound, dtype) for bound in (-1, 2, 0.25)]
    assert_computes(T.arange, lambda *bounds: np.arange(*bounds, dtype=dtype), *bounds)


@pytest.mark.parametrize("dtype", INTEGERS)
def test_arange_of_integers_is_in_64_bits(dtype):
    wide = "uint64" if dtype.startswith("u") else "int64"
    assert T.arange(T.TensorType(dtype, ())()).dtype == wide


@pytest.mark.parametrize("num", [0, 1, 2, 5])
@pytest.mark.parametrize("endpoint", [True, False])
@pytest.mark.parametrize("dtype", FLOATS)
def test_linspace_is_numpys(num, endpoint, dtype):
    start, stop = np.asarray(-0.5, dtype), np.asarray(1.75, dtype)
    assert_computes(
        lambda a, b, n: T.linspace(a, b, n, endpoint),
        lambda a, b, n: np.linspace(a, b, int(n), endpoint).astype(dtype),
        start,
        stop,
        num,
    )


def test_linspace_of_integers_is_of_floats():
    assert_computes(lambda: T.linspace(0, 1, 5), lambda: np.linspace(0, 1, 5))


GRIDS = [np.s_[0:2, 0:3], np.s_[1:7:2, -1:2, 0:2], np.s_[0:1:0.25, 0:2]]


@pytest.mark.parametrize("key", GRIDS, ids=str)
def test_mgrid_and_ogrid_are_numpys(key):
    for grid, reference in ((T.mgrid, np.mgrid), (T.ogrid, np.ogrid)):
        for result, right in zip(grid[key], reference[key], strict=True):
            np.testing.assert_array_equal(result.eval(), right)


def test_a_grid_of_one_slice_is_a_range():
    assert T.mgrid[1:4].eval().tolist() == T.ogrid[1:4].eval().tolist() == [1, 2, 3]


MATRIX = np.array([[0.7, -1.6, 2.3], [1.1, 2.9, -0.4]])
SMOOTH = {
    "fill": (lambda x, y: T.fill(x, y), [MATRIX, [[0.5], [0.7]]]),
    "fill with more": (lambda x, y: T.fill(x, y), [[0.2, 0.3, 0.1], MATRIX]),
    "alloc": (lambda x: T.alloc(x, 2, 2, 3), [MATRIX]),
    "diag of a vector": (lambda x: T.diag(x, -1), [MATRIX[0]]),
    "diag of a matrix": (lambda x: T.diag(x, 1), [MATRIX]),
    "diagonal": (lambda x: T.diagonal(x, -1), [MATRIX]),
    "trace": (T.trace, [MATRIX]),
    "tril": (lambda x: T.tril(x, 1), [MATRIX]),
    "triu": (lambda x: T.triu(x, -1), [MATRIX]),
    "linspace": (lambda a, b: T.linspace(a, b, 4), [0.3, 1.7]),
    "linspace without end": (lambda a, b: T.linspace(a, b, 4, endpoint=False), [0.3, 1.7]),
    "arange": (lambda a, c: T.arange(a, 2.05, c), [0.3, 0.5]),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_it_passes_both_derivatives(name):
    build, values = SMOOTH[name]
    check_grad(lambda *inputs: build(*inputs) ** 3, *values, order=2)


@pytest.mark.parametrize("function", [T.zeros_like, T.ones_like, T.identity_like])
def test_what_is_like_another_does_not_depend_on_its_values(function):
    x = T.dmatrix("x")
    with pytest.raises(minigrad.gradient.DisconnectedInputError):
        T.grad(function(x).sum(), x)


REFUSED = {
    "alloc of more dimensions": (lambda x: T.alloc(x, 3), ValueError, "more than the 1"),
    "alloc to a float size": (lambda x: T.alloc(x, 3, 2.5), TypeError, "whole number"),
    "arange of a vector": (lambda x: T.arange(x[0]), TypeError, "scalars"),
    "linspace of a vector": (lambda x: T.linspace(x[0], 1.0), TypeError, "scalars"),
    "diag of three axes": (lambda x: T.diag(x[None]), ValueError, "vector or a matrix"),
    "diagonal of a vector": (lambda x: T.diagonal(x[0]), ValueError, "two dimensions"),
    "diagonal of one axis": (lambda x: T.diagonal(x, 0, 1, -1), ValueError, "different axes"),
    "tril of a vector": (lambda x: T.tril(x[0]), ValueError, "two dimensions"),
    "triu of a vector": (lambda x: T.triu(x[0]), ValueError, "two dimensions"),
    "identity_like of a vector": (lambda x: T.identity_like(x[0]), ValueError, "matrix"),
    "a grid without end": (lambda x: T.mgrid[0:2, 1:], TypeError, "with an end"),
    "a grid of numbers": (lambda x: T.ogrid[0:2, 1], TypeError, "with an end"),
    "a vector of sizes": (lambda x: T.zeros(T.lvector("v")), ValueError, "unknown length"),
    "a dtype": (lambda x: T.zeros(3, dtype="complex64"), TypeError, "complex"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_made_is_refused_when_written(name):
    build, error, problem = REFUSED[name]
    with pytest.raises(error, match=problem):
        build(T.dmatrix("x"))


@pytest.mark.parametrize("bounds", [(-1, 0, 4), (0, 10, 4), (-2.5, 2.5, 6)])
def test_linspace_of_integers_rounds_down_as_numpy(bounds):
    result = T.linspace(*bounds, dtype="int64")
    np.testing.assert_array_equal(result.eval(), np.linspace(*bounds, dtype="int64"))
    assert result.dtype == "int64"


def test_a_range_between_small_integers_does_not_wrap():
    start, stop = T.bscalar("start"), T.bscalar("stop")
    f = minigrad.function([start, stop], [T.arange(start, stop), T.arange(stop, start, -1)])
    for result, expected in zip(
        f(-100, 100), [np.arange(-100, 100), np.arange(100, -100, -1)], strict=True
    ):
        np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode"])
def test_sizes_are_reckoned_in_int64_whatever_they_are_made_of(mode):
    n, x = T.bscalar("n"), T.dvector("x")
    expressions = [
        T.alloc(x[0], n, n).flatten().shape[0],
        T.zeros((n, 100)).size,
        T.zeros((100, 100, n)).sum(axis=(0, 1)).shape[0] * 1000,
        T.zeros((T.constant(100), T.constant(100))).size,
        T.tile(x, n).shape[0],
        T.repeat(x, n).shape[0],
        T.alloc(1, n, n).sum(),
        T.alloc(T.constant(1), 100, 100).sum(),
        T.mean(T.alloc(x[0], n, 100)),
    ]
    results = minigrad.function([n, x], expressions, mode=mode)(100, np.ones(5))
    expected = [10_000, 10_000, 100_000, 10_000, 500, 500, 10_000, 10_000, 1]
    np.testing.assert_array_equal(results, expected)
