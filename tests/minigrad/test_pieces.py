"""Products in pieces: NumPy's values, more digits of float32, and one thread."""

import math
import threading
import time

import numpy as np
import pytest
from draws import at_least
from hypothesis import given
from hypothesis import strategies as st

import minigrad
import minigrad.tensor as T
from minigrad.ops import pieces
from minigrad.ops.pieces import dot_for

DTYPES = ["float32", "float64"]
SIZES = st.integers(0, 3).map(lambda power: 10**power).flatmap(lambda n: st.integers(n, 10 * n))
AROUND_THE_LIMITS = [
    limit + difference
    for limit in (
        pieces._MANY_NARROW,
        pieces._AT_ONCE,
        2 * pieces._AT_ONCE,
        10_000,
        pieces._DOT_WORTH_THREADS,
    )
    for difference in (-1, 0, 1, 7)
]


@st.composite
def matrices(draw):
    """Two matrices, by rows or by columns, whose product is about as large as one in pieces."""
    rows, inner = draw(SIZES), draw(SIZES)
    size = draw(st.sampled_from([pieces.SHARED_PRODUCT, 10**6, pieces._WORTH_THREADS]))
    columns = max(1, size // (rows * inner) + draw(st.integers(-1, 1)))
    shapes = [(rows, inner), (inner, columns)]
    if draw(st.booleans()):
        shapes = [shape[::-1] for shape in reversed(shapes)]
    return [normal(draw, shape) for shape in shapes]


def normal(draw, shape):
    values = np.random.default_rng(0).standard_normal(shape)
    if draw(st.booleans()):
        values = np.repeat(values, 2, axis=1)[:, : shape[1]]  # rows that do not touch
    return np.asarray(values, order=draw(st.sampled_from("CF")))


@pytest.mark.parametrize("dtype", DTYPES)
@at_least(12)
@given(pair=matrices())
def test_a_product_in_pieces_is_the_product(dtype, pair):
    x, y = (matrix.astype(dtype) for matrix in pair)
    out = np.full((len(x), y.shape[1]), np.nan, dtype)
    result = dot_for(x, y)(x, y, out=out)
    error = np.abs(result - np.dot(x.astype(float), y.astype(float)))
    assert result is out
    assert (error <= x.shape[1] * np.finfo(dtype).eps * np.dot(np.abs(x), np.abs(y))).all()
    assert np.array_equal(result, dot_for(x, y)(x, y))


@pytest.mark.parametrize("step", [1, 2, -1])
@pytest.mark.parametrize("length", AROUND_THE_LIMITS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_dot_product_in_pieces_is_the_dot_product(dtype, length, step):
    x, y = np.random.default_rng(0).random((2, 2 * length)).astype(dtype)[:, ::step][:, :length]
    result = dot_for(x, y)(x, y)
    expected = math.fsum(x.astype(np.longdouble) * y)
    assert abs(result / expected - 1) < 100 * np.finfo(dtype).eps
    assert result.dtype == dtype


@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize("columns", [1, 3, 100])
@pytest.mark.parametrize("length", [1, 1024, 2000, pieces._MANY_ROWS, 40_009])
def test_sums_of_rows_and_columns_in_pieces_are_the_sums(length, columns, order):
    x = np.asarray(np.random.default_rng(0).random((length, columns)), "float32", order=order)
    weights = np.linspace(0, 1, length, dtype="float32")
    expected = np.dot(weights.astype(float), x.astype(float))
    for factors in ((weights, x), (x.T, weights)):
        out = np.full(columns, np.nan, "float32")
        assert dot_for(*factors)(*factors, out=out) is out
        np.testing.assert_allclose(out, expected, rtol=1e-6)


MEANS = {
    "of squares": (lambda x: T.mean(T.sqr(x)), lambda x: np.mean(x**2)),
    "of products": (lambda x: T.mean(x * (x + 1)), lambda x: np.mean(x * (x + 1))),
    "of rows": (lambda x: T.mean(x, axis=0), lambda x: np.mean(x, axis=0)),
    "of columns": (lambda x: T.mean(x.T, axis=1), lambda x: np.mean(x, axis=0)),
    "along rows": (lambda x: T.mean(x, axis=1), lambda x: np.mean(x, axis=1)),
}


@pytest.mark.parametrize("shape", [(1_000_000, 2), (100_000, 30), (20, 100_000)])
@pytest.mark.parametrize("values", ["all 0.1", "random"])
@pytest.mark.parametrize("name", MEANS)
def test_means_of_many_float32_keep_their_digits(name, values, shape):
    build, expected = MEANS[name]
    data = np.full(shape, 0.1) if values == "all 0.1" else np.random.default_rng(0).random(shape)
    data = data.astype("float32")
    x = T.fmatrix("x")
    result = minigrad.function([x], build(x))(data)
    np.testing.assert_allclose(result, expected(data.astype(float)), rtol=1e-6)


PRODUCTS = {
    "a small product": ((100, 50), (50, 20), ".dot("),
    "a product that OpenBLAS would share": ((450, 64), (64, 32), " product_in_pieces("),
    "a large product": ((1000, 100), (100, 100), ".dot("),
    "a short dot product": ((1000,), (1000,), ".dot("),
    "a dot product that OpenBLAS would share": ((36_000,), (36_000,), " dot_in_pieces("),
    "a long dot product": ((1_000_000,), (1_000_000,), ".dot("),
}


@pytest.mark.planner
@pytest.mark.parametrize("name", PRODUCTS)
def test_a_plan_chooses_by_the_sizes(name):
    *shapes, called = PRODUCTS[name]
    x, y = (T.TensorType("float64", [None] * len(shape))() for shape in shapes)
    f = minigrad.function([x, y], T.dot(x, y))
    f(*map(np.ones, shapes))
    assert called in f.source


# ---- Threads -------------------------------------------------------------------------------------


def training_step(rows, features, hidden, dtype):
    """A step of a tied autoencoder, to be called."""
    rng = np.random.default_rng(0)
    X = rng.random((rows, features)).astype(dtype)
    w = minigrad.shared(rng.normal(0, 0.1, (features, hidden)).astype(dtype))
    b = minigrad.shared(np.zeros(hidden, dtype))
    x = T.matrix("x", dtype=dtype)
    cost = T.mean(T.sqr(x - T.dot(T.nnet.sigmoid(T.dot(x, w) + b), w.T)))
    gradients = minigrad.grad(cost, [w, b])
    step = minigrad.function([x], cost, updates=[(w, w - gradients[0]), (b, b - gradients[1])])
    return lambda: step(X)


def openblas():
    """Return what threadpoolctl tells of NumPy's OpenBLAS."""
    threadpoolctl = pytest.importorskip("threadpoolctl")
    found = [one for one in threadpoolctl.threadpool_info() if one["internal_api"] == "openblas"]
    if not found:
        pytest.skip("NumPy computes with another library")
    return found


def share_of_other_threads(step):
    """Return the time on processors that other threads take during some steps, as a part of ours."""
    all_threads, this_one = time.process_time(), time.thread_time()
    for _ in range(30):
        step()
    all_threads, this_one = time.process_time() - all_threads, time.thread_time() - this_one
    return all_threads / this_one - 1


SMALL_STEPS = [
    (9000, 4, 2, "float64"),
    (9000, 4, 2, "float32"),
    (1797, 64, 32, "float64"),
    (20_000, 16, 8, "float64"),
    (20_000, 16, 8, "float32"),
    (2000, 20, 20, "float64"),
]


@pytest.mark.planner
@pytest.mark.parametrize("sizes", SMALL_STEPS, ids=str)
def test_a_step_that_one_thread_does_as_fast_takes_one_thread(sizes):
    openblas()
    step = training_step(*sizes)
    step()
    time.sleep(0.2)  # until threads that are busy waiting for a next product have given up
    # What threads of other tests do, or pytest-xdist's, only makes them larger.
    assert min(share_of_other_threads(step) for _ in range(3)) < 0.2


def test_others_see_no_change_of_the_number_of_threads():
    before = openblas()
    step = training_step(1797, 64, 32, "float64")
    seen = []

    def call():
        for _ in range(30):
            step()

    thread = threading.Thread(target=call)
    thread.start()
    while thread.is_alive():
        seen.append(openblas())
    thread.join()
    assert seen
    assert all(one == before for one in [*seen, openblas()])
