"""Products of matrices in C are NumPy's, of any sizes, orders in memory, and numbers of threads."""

import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from draws import few
from hypothesis import given
from hypothesis import strategies as st

import minigrad
import minigrad.tensor as T
from minigrad.native import c, call, compiler, pass_writing, products
from minigrad.native.compiler import CompilerError

try:
    compiler.compiler()
except CompilerError:
    pytestmark = pytest.mark.skip(reason="there is no compiler of C")

x, w = T.dmatrices("x", "w")


def statements_of(f):
    """The statements of the latest program, without the functions that it calls."""
    return f.source[f.source.rindex("def ") :]


def in_c(inputs, outputs, *values):
    """Return the results of a program in C, which must be nothing but loops and tiles."""
    f = minigrad.function(inputs, outputs, mode="C")
    result = f(*values)
    assert ".dot(" not in statements_of(f)
    assert "product_" in f.c_source
    return result


def normal(shape, dtype, is_transposed):
    """Random numbers, in memory row by row or column by column."""
    random = np.random.default_rng([*shape, is_transposed])
    values = random.normal(size=shape[:: -1 if is_transposed else 1]).astype(dtype)
    return values.T if is_transposed else values


@few
@given(
    sizes=st.tuples(st.integers(2, 130), st.integers(2, 600), st.integers(8, 70)).filter(
        lambda sizes: np.prod(sorted(sizes)[:-1]) > products._SMALL
    ),
    dtype=st.sampled_from(["float64", "float32"]),
    turned=st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_a_product_is_numpys(sizes, dtype, turned):
    rows, terms, columns = sizes
    a, b = normal((rows, terms), dtype, turned[0]), normal((terms, columns), dtype, turned[1])
    left, right = T.TensorType(dtype, (None, None))("left"), T.TensorType(dtype, (None, None))()
    product = T.dot(left.T if turned[0] else left, right.T if turned[1] else right)
    values = [a.T if turned[0] else a, b.T if turned[1] else b]
    result = in_c([left, right], product.T if turned[2] else product, *values)
    exact = a.astype("float64") @ b
    assert result.dtype == dtype
    np.testing.assert_allclose(
        result.T if turned[2] else result,
        exact,
        rtol=0,
        atol=2 * np.finfo(dtype).eps * (np.abs(a).astype("float64") @ np.abs(b)).max(),
    )


def network(dtype):
    """The inputs and outputs of two layers: rows, sums over all rows, a cost with its derivative."""
    x, w = (T.TensorType(dtype, (None, None))() for _ in range(2))
    hidden = T.tanh(T.dot(x, w))
    error = T.dot(hidden, w.T) - x
    cost = T.sqr(error).sum()
    rows = [hidden, T.dot(error, w), hidden.sum(axis=1)]
    sums = [T.dot(hidden.T, x), T.dot(x.T, hidden), error.sum(axis=0)]
    return [x, w], [*rows, *sums, cost, T.grad(cost, w)]


@few
@given(
    sizes=st.tuples(st.integers(30, 700), st.integers(17, 40), st.integers(16, 40)),
    dtype=st.sampled_from(["float64", "float32"]),
    block_bytes=st.sampled_from([32, 2048, 1 << 17]),
)
def test_products_within_blocks_of_rows_are_numpys(sizes, dtype, block_bytes):
    n_rows, features, hidden = sizes
    inputs, outputs = network(dtype)
    values = normal((n_rows, features), dtype, False), normal((features, hidden), dtype, False) / 9
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pass_writing, "_BLOCK_BYTES", block_bytes)
        mine = in_c(inputs, outputs, *values)
    exact = minigrad.function(inputs, outputs)(*values)
    tolerance = 30 * np.finfo(dtype).eps
    for a, b in zip(mine, exact, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * abs(b).max())


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_products_within_blocks_of_rows_have_the_bits_of_one_thread(monkeypatch, dtype):
    inputs, outputs = network(dtype)
    values = normal((700, 40), dtype, False), normal((40, 30), dtype, False) / 9
    results = []
    for threads in (1, 2, 5):
        monkeypatch.setattr(call, "most_threads", lambda threads=threads: threads)
        results.append(in_c(inputs, outputs, *values))
    for one, *several in zip(*results, strict=True):
        assert all(other.tobytes() == one.tobytes() for other in several)


def test_threads_that_share_sums_and_updates_of_weights_give_the_bits_of_one_thread(monkeypatch):
    inputs, outputs = network("float64")
    step = inputs[1] - 0.1 * (outputs[-1] + 0.01 * inputs[1])
    values = normal((2500, 300), "float64", False), normal((300, 250), "float64", False) / 20
    results = []
    for threads in (1, 2, 5):
        monkeypatch.setattr(call, "most_threads", lambda threads=threads: threads)
        f = minigrad.function(inputs, [*outputs, step], mode="C")
        results.append(f(*values))
    entry = f.c_source[f.c_source.rindex("int region_0(") :]
    assert c.PARALLEL in entry
    for one, *several in zip(*results, strict=True):
        assert all(other.tobytes() == one.tobytes() for other in several)
    numpys = minigrad.function(inputs, [*outputs, step])(*values)
    for mine, exact in zip(results[0], numpys, strict=True):
        np.testing.assert_allclose(mine, exact, rtol=1e-10, atol=1e-12 * abs(exact).max())


def test_rows_between_products_of_one_block_are_not_kept_for_all():
    inputs, outputs = network("float64")
    f = minigrad.function(inputs, outputs[-2:], mode="C")
    X, W = normal((20_000, 40), "float64", False), normal((40, 30), "float64", False) / 9
    f(X, W)
    assert "product_of_rows_double(" in f.c_source and "product_of_terms_double(" in f.c_source
    assert f.memory() < X.nbytes / 10


def test_a_matrix_that_rows_are_multiplied_by_twice_is_copied_once():
    y = T.dmatrix("y")
    f = minigrad.function([x, y, w], T.exp(T.dot(x, w)) + T.tanh(T.dot(y, w)), mode="C")
    values = [np.random.default_rng(i).normal(size=(300, 200)) / 9 for i in range(2)]
    weights = np.random.default_rng(2).normal(size=(200, 50))
    expected = np.exp(values[0] @ weights) + np.tanh(values[1] @ weights)
    np.testing.assert_allclose(f(*values, weights), expected, rtol=1e-11)
    assert f.c_source.count(" product_of_rows_double(n_rows") == 2
    assert f.c_source.count(" pack_double(1, 50, 200, ") == 1


def test_nothing_is_read_beyond_the_end_of_a_matrix_that_is_added_up_with_the_rows_of_data():
    square, y = T.dmatrices("square", "y")
    made_at_once = T.tanh(T.dot(square, y))  # the rows of square are its columns, too
    inputs, outputs = [square, x, y], [T.dot(x.T, made_at_once), made_at_once, T.dot(x.T, y)]
    values = [normal((200, n), "float64", False) / 9 for n in (200, 20, 17)]
    f = minigrad.function(inputs, outputs, mode="C")
    for mine, numpys in zip(f(*values), minigrad.function(inputs, outputs)(*values), strict=True):
        np.testing.assert_allclose(mine, numpys, rtol=1e-11, atol=1e-13)
    lengths = re.findall(r"product_of_terms_double\(.*, (\d+), \w+, \d+\);", f.c_source)
    assert lengths
    assert all(int(length) % 8 == 0 for length in lengths)  # whole vectors, of 64 bytes


@pytest.mark.parametrize("count", [2, 3, 7])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_bits_are_those_of_one_thread(monkeypatch, dtype, count):
    a, b = normal((301, 70), dtype, False), normal((70, 300), dtype, False)
    left, right = (T.TensorType(dtype, (None, None))() for _ in range(2))
    results = []
    for threads in (1, count):
        monkeypatch.setattr(call, "most_threads", lambda threads=threads: threads)
        results.append(in_c([left, right], [T.dot(left, right), T.dot(right.T, left.T)], a, b))
    for one, several in zip(*results, strict=True):
        assert one.tobytes() == several.tobytes()


def test_infinities_and_nan_stay_in_their_rows_and_columns():
    a, b = normal((30, 40), "float64", False), normal((40, 17), "float64", False)
    a[3, 5], a[7, 1], b[9, 16] = np.inf, np.nan, -np.inf
    result = in_c([x, w], T.dot(x, w), a, b)
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(result, a @ b, rtol=1e-12, atol=1e-13)


def test_products_of_products_and_functions_between_them_are_one_region():
    a, b = normal((200, 30), "float64", False), normal((30, 20), "float64", False)
    hidden = T.tanh(T.dot(x, w))
    out = T.dot(hidden, w.T)
    cost = T.sqr(x - out).mean()
    outputs = [cost, out, minigrad.grad(cost, w)]
    f = minigrad.function([x, w], outputs, mode="C")
    for mine, numpys in zip(f(a, b), minigrad.function([x, w], outputs)(a, b), strict=True):
        np.testing.assert_allclose(mine, numpys, rtol=1e-12, atol=1e-15)
    assert statements_of(f).count("= region") == 1


@pytest.mark.parametrize(
    "product",
    [T.dot(x, w[:, :5]), T.dot(x, w[:, 0]), T.dot(T.cast(x, "int64"), T.cast(w, "int64"))],
    ids=["few columns", "a vector", "integers"],
)
def test_other_products_are_left_to_numpy(product):
    f = minigrad.function([x, w], product, mode="C")
    a, b = normal((80, 70), "float64", False), normal((70, 60), "float64", False)
    np.testing.assert_allclose(f(a, b), minigrad.function([x, w], product)(a, b), rtol=1e-12)
    assert "product_" not in f.c_source


def test_the_memory_on_the_way_is_kept_for_the_next_call_and_given_back_by_free():
    f = minigrad.function([x, w], T.tanh(T.dot(T.tanh(T.dot(x, w)), w.T)), mode="C")
    a, b = normal((600, 300), "float64", False), normal((300, 200), "float64", False)
    result = f(a, b)
    (region,) = [node.op for node in f.graph.nodes if str(node.op) == "region"]
    kept = [arrays for _, arrays in region.call._kept if arrays._kept]
    assert kept
    before = [arrays._kept[-1].ctypes.data for arrays in kept]
    assert f.memory() == kept[-1]._kept[-1].nbytes + result.nbytes
    f(a, b)
    assert [arrays._kept[-1].ctypes.data for arrays in kept][-1] == before[-1]
    f.free()
    assert not any(arrays._kept for arrays in kept)


def test_what_is_read_for_the_last_time_is_written_over():
    y = x
    for _ in range(4):
        y = T.tanh(T.dot(y, w))
    f = minigrad.function([x, w], y.sum(), mode="C")
    a, b = normal((400, 64), "float64", False), normal((64, 64), "float64", False) / 8
    np.testing.assert_allclose(f(a, b), minigrad.function([x, w], y.sum())(a, b), rtol=1e-12)
    assert f.memory() < 5 * a.nbytes  # of four products, and their functions


def test_a_sum_is_not_written_over_before_it_is_at_its_place():
    v = T.dvector("v")
    z = T.outer(v, abs(v))
    y = T.cos(z)
    logarithm = T.log(1 + T.sqr(T.stack([T.exp(y), y])).sum(axis=0))
    result = T.switch(T.le(z, logarithm), z * 2, logarithm)
    outputs = [result, result.sum(), T.grad(result.sum(), v)]
    value = np.array([0.7, 1.6, 0.6])
    f, g = (minigrad.function([v], outputs, mode=mode) for mode in ("C", "FAST_RUN"))
    for mine, numpys in zip(f(value), g(value), strict=True):
        np.testing.assert_allclose(mine, numpys, rtol=1e-13)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_sum_can_be_a_factor(dtype):
    left, t = T.TensorType(dtype, (None, None))("left"), T.TensorType(dtype, (None,) * 3)("t")
    a, b = normal((500, 30), dtype, False), normal((3, 30, 40), dtype, False)
    result = in_c([left, t], T.dot(left, t.sum(axis=0)), a, b)
    np.testing.assert_allclose(result, a @ b.sum(axis=0), rtol=1e-3, atol=1e-4)


def test_threads_of_users_do_not_get_in_each_others_way():
    f = minigrad.function([x, w], T.tanh(T.dot(T.tanh(T.dot(x, w)), w.T)).sum(0), mode="C")
    b = normal((70, 60), "float64", False)
    values = [normal((400, 70), "float64", False) for _ in range(8)]
    expected = [f(a, b).tobytes() for a in values]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda i: f(values[i % 8], b).tobytes(), range(80)))
    assert results == expected * 10
