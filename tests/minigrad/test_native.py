"""Programs as loops in C compute what NumPy's do, are made once, and say what they are."""

import os
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest
from draws import few, is_thorough
from hypothesis import given
from hypothesis import strategies as st

import minigrad
import minigrad.tensor as T
from minigrad.compile.inspect.debug import DisagreementError
from minigrad.core.elementwise import TABLE
from minigrad.native import c, call, compiler, elements, pass_writing, programs, threads
from minigrad.native.compiler import CompilerError, loaded
from minigrad.native.elements import FUNCTIONS, has_vectors
from minigrad.native.writing import head
from minigrad.testing.strategies import expressions

try:
    compiler.compiler()
except CompilerError:
    pytestmark = pytest.mark.skip(reason="there is no compiler of C")


@pytest.fixture(autouse=True)
def same_numbers(monkeypatch):
    """The same random numbers in a test, whichever were before."""
    monkeypatch.setitem(globals(), "RANDOM", np.random.default_rng(0))


@pytest.fixture(autouse=True)
def few_rows_in_a_block(monkeypatch):
    """Several blocks, and shares, though there are few rows."""
    monkeypatch.setattr(pass_writing, "_BLOCK_BYTES", 128)
    monkeypatch.setattr(pass_writing, "_WORTH_SHARING", 32)
    monkeypatch.setattr(pass_writing, "_WORTH_SUMS", 2)


def regions_of(f):
    """The operations in C of the latest program."""
    return [node.op for node in f.graph.nodes if str(node.op) == "region"]


def in_both(inputs, outputs, *values, **options):
    """Return the results of the programs in C and NumPy for the values, and the function in C."""
    f, g = (minigrad.function(inputs, outputs, mode=mode, **options) for mode in ("C", "FAST_RUN"))
    with np.errstate(all="ignore"):
        result = f(*values)
        assert regions_of(f)
        return result, g(*values), f


# ---- Functions of elements -----------------------------------------------------------------------

SPECIAL = [
    0.0,
    -0.0,
    np.inf,
    -np.inf,
    np.nan,
    1.0,
    -1.0,
    5e-324,
    -1e-310,
    1e-17,
    709.7,
    -745.2,
    1e300,
]
RANDOM = np.random.default_rng(0)
NUMBERS = np.concatenate([
    SPECIAL, RANDOM.normal(size=200), RANDOM.normal(size=100) * 30,
    RANDOM.choice([-1, 1], 100) * 10.0 ** RANDOM.uniform(-300, 300, 100),
    1 + RANDOM.normal(size=50) * 1e-9,
])  # fmt: skip


def functions_of(x, y, names):
    for name in names:
        arguments = {"switch": [x > y, x, y], "clip": [x, y, -y]}.get(name, [x, y])
        arguments = arguments[: TABLE[name].n_inputs]
        yield name, TABLE[name](*arguments)


# As exact as NumPy's, but for how many units in the last place.
UNITS = {"power": 2, "tan": 2, "sinh": 2, "cosh": 2}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_each_function_is_numpys_of_all_kinds_of_numbers(dtype):
    x, y = T.TensorType(dtype, (None,))("x"), T.TensorType(dtype, (None,))("y")
    named = dict(functions_of(x, y, FUNCTIONS))
    wide_x, wide_y = T.dvectors("x", "y")  # NumPy's of float32 lose what is denormal
    wide = minigrad.function(
        [wide_x, wide_y], [*dict(functions_of(wide_x, wide_y, FUNCTIONS)).values()]
    )
    with np.errstate(all="ignore"):
        values = NUMBERS.astype(dtype), np.roll(NUMBERS, 5).astype(dtype)
    f = minigrad.function([x, y], [*named.values()], mode="C")
    with np.errstate(all="ignore"):
        mine = f(*values)
        numpys = [b.astype(a.dtype) for a, b in zip(mine, wide(*values), strict=True)]
    assert len(regions_of(f)) == 1
    for name, a, b in zip(named, mine, numpys, strict=True):
        assert a.dtype == ("bool" if b.dtype == "bool" else dtype), name
        assert (np.isnan(a) == np.isnan(b)).all(), name
        if a.dtype == "bool":
            assert (a == b).all(), name
            continue
        with np.errstate(all="ignore"):
            apart = np.abs(a - b) / np.spacing(np.abs(b))
        same = (a == b) | np.isnan(b)
        assert (same | (apart <= 4 + UNITS.get(name, 0))).all(), (name, values[0][~same][:3])
        zeros = (b == 0) & (a == 0) & (name not in ("maximum", "minimum", "relu", "clip"))
        assert (np.signbit(a) == np.signbit(b))[zeros].all(), name


EXACT = {
    "exp": np.exp, "expm1": np.expm1, "log": np.log, "log1p": np.log1p, "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.maximum(x, 0) + np.log1p(np.exp(-abs(x))),
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "sinh": np.sinh, "cosh": np.cosh,
    "arcsin": np.arcsin, "arccos": np.arccos, "arctan": np.arctan, "arcsinh": np.arcsinh,
    "arccosh": np.arccosh, "arctanh": np.arctanh,
    "log2": np.log2, "log10": np.log10, "exp2": np.exp2,
}  # fmt: skip


@pytest.mark.skipif(np.finfo(np.longdouble).eps > 1e-18, reason="no floats are wider here")
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_functions_are_exact_to_four_units_in_the_last_place(dtype):
    x = T.TensorType(dtype, (None,))("x")
    wide = np.longdouble if dtype == "float64" else np.float64
    least, most = (-300, 700) if dtype == "float64" else (-36, 88)
    count = 100_000 if is_thorough else 4000
    values = np.concatenate(
        [
            RANDOM.normal(size=count) * 20,
            RANDOM.uniform(-most, most, count),
            RANDOM.uniform(-1, 1, count),
            RANDOM.choice([-1, 1], count) * 10 ** RANDOM.uniform(least, -least, count),
        ]
    )
    values = values[np.abs(values) < np.finfo(dtype).max].astype(dtype)
    mine, _, _ = in_both([x], [*dict(functions_of(x, x, EXACT)).values()], values)
    for (name, exact), a in zip(EXACT.items(), mine, strict=True):
        with np.errstate(all="ignore"):
            b = exact(values.astype(wide))
            is_finite = np.isfinite(b.astype(dtype))
            apart = np.abs(a - b) / np.spacing(np.abs(b).astype(dtype))
        assert not (apart[is_finite] > 4).any(), name


@pytest.mark.skipif(np.finfo(np.longdouble).eps > 1e-18, reason="no floats are wider here")
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_functions_of_two_numbers_are_exact_to_four_units_in_the_last_place(dtype):
    x, y = (T.TensorType(dtype, (None,))() for _ in range(2))
    wide = np.longdouble if dtype == "float64" else np.float64
    a, b = (10 ** RANDOM.uniform(-30, 30, 40_000) for _ in range(2))
    a[::2], b[::2] = RANDOM.normal(size=(2, 20_000)) * 5
    values = a.astype(dtype), b.astype(dtype)
    mine, _, _ = in_both([x, y], [x**y, T.arctan2(x, y)], *values)
    for function, result in zip((np.power, np.arctan2), mine, strict=True):
        with np.errstate(all="ignore"):
            exact = function(*[value.astype(wide) for value in values])
            is_finite = np.isfinite(exact.astype(dtype))
            apart = np.abs(result - exact) / np.spacing(np.abs(exact).astype(dtype))
        assert is_finite.sum() > 10_000 and not (apart[is_finite] > 4).any(), function


@pytest.mark.parametrize(("dtype", "vector"), [("float64", "v_cos"), ("float32", "v_cosf")])
def test_sines_of_many_numbers_are_computed_at_once_where_c_can(dtype, vector):
    if not has_vectors():
        pytest.skip("C's library has no functions of many numbers")
    x = T.TensorType(dtype, (None,))()
    f = minigrad.function([x], T.cos(x), mode="C")
    f(RANDOM.normal(size=1000).astype(dtype))
    library = loaded("\n".join([head(), f.c_source]))
    assert f"{vector}\0".encode() in Path(library._name).read_bytes()


@pytest.mark.parametrize("name", ["sin", "cos"])
def test_what_c_computes_one_by_one_and_numpy_at_once_is_left_to_numpy(monkeypatch, name):
    monkeypatch.setattr(elements, "has_vectors", lambda: False)
    f = minigrad.function([x], T.exp(TABLE[name](T.exp(x))), mode="C")
    np.testing.assert_allclose(f(LARGE), np.exp(getattr(np, name)(np.exp(LARGE))), rtol=1e-12)
    assert f"{name}(" not in f.c_source and len(regions_of(f)) == 2


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_each_operation_is_rounded_as_numpys(dtype):
    x, y, z = (T.TensorType(dtype, (None,))() for _ in range(3))
    a, b, c = RANDOM.normal(size=(3, 1000)).astype(dtype)
    outputs = [x * x - y * y, T.sqrt(T.sqr(x) - T.sqr(y)), x * y + z, z - x * y * 3, 1 - 2 * x * z]
    for values in ((a, a, c), (a, b, c)):
        mine, numpys, _ = in_both([x, y, z], outputs, *values)
        for one, other in zip(mine, numpys, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64", "uint64"])
def test_integers_wrap_as_numpys(dtype):
    x, y = T.TensorType(dtype, (None,))("x"), T.TensorType(dtype, (None,))("y")
    limits = np.iinfo(dtype)
    a = np.array([limits.min, limits.max, 3, 7, limits.max], dtype)
    outputs = [x + y, x - y, x * y, T.sqr(x), x < y, T.eq(x, y), T.switch(x > y, x, y), x.sum()]
    mine, numpys, _ = in_both([x, y], outputs, a, a[::-1].copy())
    for u, v in zip(mine, numpys, strict=True):
        assert u.dtype == v.dtype and (u == v).all()


# ---- Graphs --------------------------------------------------------------------------------------


@few
@given(st.lists(expressions(most_operations=6), min_size=4, max_size=4))
def test_random_expressions_and_their_gradients_are_numpys(found):
    inputs, outputs, values = [], [], []
    for e in found:
        cost = e.result.sum()
        inputs += e.inputs
        values += e.values
        outputs += [e.result, *minigrad.grad(cost, e.inputs, disconnected_inputs="ignore")]
    modes = [
        minigrad.function(inputs, outputs, mode=mode, on_unused_input="ignore")
        for mode in ("C", "FAST_RUN")
    ]
    with np.errstate(all="ignore"):
        mine, numpys = (f(*values) for f in modes)
    for a, b in zip(mine, numpys, strict=True):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-8)


x, w = T.dmatrix("x"), T.dmatrix("w")
LARGE = RANDOM.normal(size=(101, 6))
GRAPHS = {
    "sums over each axis": ([x], [x.sum(), x.sum(0), x.sum(1), T.exp(x).sum(0), (x.T * 2).sum(0)]),
    "largest and smallest": ([x], [x.max(), x.max(0), x.min(1), (x - x.max(1, keepdims=True))]),
    "where they are": (
        [x],
        [T.argmax(x, axis=1), T.argmin(x, axis=0), T.argmax(x.round(), axis=0)],
    ),
    "of integers": ([x], [T.cast(x.round() * 3, "int32").max(1), T.argmax(x, axis=1).min()]),
    "means and deviations": ([x], [x.mean(0), x.std(1), x.var()]),
    "products": ([x, w], [T.dot(x, w), T.dot(x.T, x), T.dot(w.T, x.T) + 1, T.dot(x[:, 0], x)]),
    "softmax": ([x], [T.nnet.softmax(x), T.nnet.logsoftmax(x), T.nnet.softmax(x.T)]),
    "logsumexp": ([x], [T.log(T.exp(x).sum(1)), T.log(T.exp(x).sum())]),
    "what broadcasts": ([x], [x * x.sum(0), x - x.sum(1)[:, None], x + x[0], x[:, :1] * 2]),
    "rows after sums": ([x], [T.dot(x - x.mean(0), (x - x.mean(0)).T.dot(x))]),
    "transposes": ([x], [x.T, x.T + x.T, (x.T * x.sum(1)).T, T.exp(x.T).sum(1)]),
    "no arrays": ([x], [x.sum() * 2 + 1, T.exp(x[0, 0]) / x[1, 1]]),
}


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_graph_is_computed_as_numpy_does(name, dtype):
    inputs, outputs = GRAPHS[name]
    values = [LARGE.astype(dtype), LARGE[:6, :3].astype(dtype)][: len(inputs)]
    given_ = [T.TensorType(dtype, (None, None))(v.name) for v in inputs]
    outputs = minigrad.clone(outputs, dict(zip(inputs, given_, strict=True)), strict=False)
    mine, numpys, _ = in_both(given_, outputs, *values)
    for a, b in zip(mine, numpys, strict=True):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        np.testing.assert_allclose(a, b, rtol=1e-12 if dtype == "float64" else 1e-5, atol=1e-5)


def test_the_place_of_the_largest_is_that_of_the_first_nan():
    values = LARGE.copy()
    values[::3, 4] = values[::2, 2] = np.nan
    (mine, other), numpys, _ = in_both([x], [T.argmax(x, axis=1), T.argmin(x, axis=1)], values)
    assert (mine == numpys[0]).all() and (other == numpys[1]).all()


def test_wide_rows_do_not_go_on_the_stack(monkeypatch):
    monkeypatch.setattr(c, "_MOST_ON_THE_STACK", 1 << 10)
    outputs = [T.exp(x).sum(0), (T.exp(x) - T.exp(x).sum(1, keepdims=True)).sum(0)]
    mine, numpys, f = in_both([x], outputs, RANDOM.normal(size=(40, 300)))
    assert "malloc" in f.c_source
    for a, b in zip(mine, numpys, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def labelled():
    labels = T.ivector("labels")
    p = T.nnet.softmax(T.dot(x, w))
    cost = -T.log(p)[T.arange(labels.shape[0]), labels].mean()
    return [x, w, labels], [cost, minigrad.grad(cost, w)]


def test_labels_pick_and_count_from_the_end():
    labels = RANDOM.integers(-3, 3, len(LARGE)).astype("int32")
    mine, numpys, f = in_both(*labelled(), LARGE, LARGE[:6, :3], labels)
    assert len(regions_of(f)) == 1
    for a, b in zip(mine, numpys, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_a_label_out_of_range_is_the_error_of_numpys_program():
    f = minigrad.function(*labelled(), mode="C")
    labels = np.zeros(len(LARGE), "int32")
    f(LARGE, LARGE[:6, :3], labels)
    labels[77] = 3
    with pytest.raises(IndexError, match="index 3 is out of bounds") as caught:
        f(LARGE, LARGE[:6, :3], labels)
    assert "test_native.py" in str(caught.value)  # the line that wrote it


def test_so_is_one_of_which_only_the_derivative_is_asked():
    inputs, (_, gradient) = labelled()
    f = minigrad.function(inputs, gradient, mode="C")
    f(LARGE, LARGE[:6, :3], np.full(len(LARGE), -3, "int32"))
    for wrong in (3, -4):
        with pytest.raises(IndexError):
            f(LARGE, LARGE[:6, :3], np.full(len(LARGE), wrong, "int32"))


def test_a_failing_call_updates_nothing():
    total = minigrad.shared(np.zeros(3), name="total")
    inputs, (cost, _) = labelled()
    f = minigrad.function(inputs, cost, updates=[(total, total + inputs[0].sum())], mode="C")
    with pytest.raises(IndexError):
        f(LARGE, LARGE[:6, :3], np.full(len(LARGE), 9, "int32"))
    assert not total.get_value().any()


LAYOUTS = {
    "by columns": np.asfortranarray,
    "every other": lambda a: np.repeat(a, 2, axis=1)[:, ::2],
    "backwards": lambda a: a[::-1, ::-1].copy()[::-1, ::-1],
    "read-only": lambda a: np.broadcast_to(a, a.shape),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_arrays_may_come_in_any_order(layout):
    f = minigrad.function([x], [T.tanh(x) * 2, x.sum(0)], mode="C")
    mine, numpys = f(LAYOUTS[layout](LARGE)), f(LARGE)
    assert all((a == b).all() for a, b in zip(mine, numpys, strict=True))


def test_results_are_new_arrays():
    f = minigrad.function([x], [x + 0.0, T.exp(x)], mode="C")
    first, second = f(LARGE), f(LARGE)
    assert not any(np.shares_memory(a, b) for a in (*first, LARGE) for b in second)


def test_a_large_result_is_in_memory_that_nobody_has_any_more():
    f = minigrad.function([x], T.exp(x), mode="C")
    large = np.tile(LARGE, (100, 1))
    row = f(large + 1)[3]  # which holds all that it is a part of
    place = f(large).ctypes.data
    held = f(large)
    assert held.ctypes.data == place
    assert f(large + 2).ctypes.data != place
    np.testing.assert_allclose(held, np.exp(large), rtol=1e-14)
    np.testing.assert_allclose(row, np.exp(large + 1)[3], rtol=1e-14)
    f.free()
    assert not any(arrays._kept for op in regions_of(f) for _, arrays in op.call._kept)


@few
@given(
    sizes=st.tuples(*[st.integers(2, 70)] * 3),
    dtype=st.sampled_from(["float64", "float32"]),
    held=st.sampled_from([0, 48]),
)
def test_products_of_any_sizes_are_numpys_whichever_way_blocks_are_held(sizes, dtype, held):
    x, y, u, v = (T.TensorType(dtype, (None,) * ndim)() for ndim in (2, 2, 1, 1))
    outputs = [T.dot(x.T, u), T.dot(u, abs(x)), T.dot(x, v), T.dot(x.T, y), T.dot(u, T.sqr(y))]
    n_rows, features, columns = sizes
    random = np.random.default_rng(sizes)
    shapes = (n_rows, features), (n_rows, columns), n_rows, features
    values = [random.normal(size=shape).astype(dtype) for shape in shapes]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pass_writing, "_MOST_FEATURES", held)
        patch.setattr(pass_writing, "_SHORT", held)
        mine, numpys, _ = in_both([x, y, u, v], outputs, *values)
    for a, b in zip(mine, numpys, strict=True):
        np.testing.assert_allclose(
            a, b, rtol=0, atol=100 * np.finfo(dtype).eps * (1 + abs(b).max())
        )


def test_a_slow_function_of_another_is_computed_in_a_loop_of_its_own():
    y = T.exp(T.tanh(x * 2) + T.nnet.sigmoid(x))
    mine, numpys, f = in_both([x], [y.sum(), (y + T.tanh(y)).sum(0)], LARGE)
    loops = f.c_source.split("#pragma omp simd")[1:]
    assert [loop.count("vector_") for loop in loops][:3] == [2, 1, 1]
    for a, b in zip(mine, numpys, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)


def test_what_stands_by_for_loops_has_no_buffers():
    f = minigrad.function([x], (T.exp(x) * T.tanh(x)).sum(0), mode="C")
    f(LARGE)
    assert "exp(" in f.source and "room(" not in f.source


def test_what_has_no_c_is_numpys_in_the_same_program():
    f = minigrad.function([x], T.sort(T.exp(x), axis=0) * 2 + 1, mode="C")
    np.testing.assert_allclose(f(LARGE), np.sort(np.exp(LARGE), axis=0) * 2 + 1, rtol=1e-14)
    assert len(regions_of(f)) == 2 and "sort" in f.source


def test_an_op_without_c_is_left_out():
    class Double(minigrad.Op):
        __props__ = ()
        itypes = otypes = (T.dmatrix,)

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = 2 * inputs[0]

    f = minigrad.function([x], T.exp(Double()(x) + 1), mode="C")
    np.testing.assert_allclose(f(LARGE), np.exp(2 * LARGE + 1), rtol=1e-14)


@pytest.mark.parametrize("axis", [None, 0, 1])
@pytest.mark.parametrize("name", ["max", "argmax", "argmin", "sum", "any"])
def test_a_reduction_of_any_number_of_dimensions_is_numpys(name, axis):
    for ndim in range(0 if axis is None else axis + 1, 4):
        x = T.TensorType("float64", (None,) * ndim)("x")
        values = RANDOM.normal(size=(3, 4, 5)[:ndim])
        mine, numpys, _ = in_both([x], [getattr(T, name)(T.exp(x), axis=axis)], values)
        np.testing.assert_allclose(mine[0], numpys[0], rtol=1e-14)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    "row",
    [
        [np.inf, 0, 5], [np.inf, np.inf, 0], [-np.inf, -np.inf, -np.inf], [-np.inf, 0, 3],
        [np.nan, 1, 2], [7, 7, 7], [0, 0, -30], [1000, -1000, 999], [0, -30, -30], [0, -700, -1000],
    ],
)  # fmt: skip
def test_softmax_and_its_like_are_numpys_whatever_is_largest(row, dtype):
    x = T.TensorType(dtype, (None, None))("x")
    outputs = [T.nnet.softmax(x), T.nnet.logsoftmax(x), T.log(T.exp(x).sum(1)), T.argmax(x, axis=1)]
    mine, numpys, _ = in_both([x], outputs, np.array([row, row[::-1]], dtype))
    for a, b in zip(mine, numpys, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13 if dtype == "float64" else 2e-6)


def test_exponentials_are_computed_once_for_a_cost_and_its_derivative():
    y = T.lvector("y")
    probabilities = T.nnet.softmax(T.dot(x, w))
    cost = -T.mean(T.log(probabilities)[T.arange(y.shape[0]), y])
    f = minigrad.function([x, w, y], [cost, T.grad(cost, w)], mode="C")
    f(LARGE, LARGE[:6, :4], np.arange(len(LARGE)) % 4)
    assert f.c_source.count("vector_exp(") == 1


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64"])
def test_the_extremes_of_integers_may_be_the_extremes_of_their_dtype(dtype):
    x = T.TensorType(dtype, (None, None))("x")
    limits = np.iinfo(dtype)
    values = np.array([[limits.min, limits.min], [limits.max, limits.max], [0, limits.min]], dtype)
    mine, numpys, _ = in_both([x], [x.max(1), x.min(1), x.max(), x.min(0)], values)
    for a, b in zip(mine, numpys, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("shape", [(3, 0), (0, 3), (0, 0)])
def test_functions_of_no_numbers_are_numpys(shape):
    softmax, logsoftmax = T.nnet.softmax, T.nnet.logsoftmax
    outputs = [
        softmax(x),
        logsoftmax(x),
        T.log(T.exp(x).sum(1)),
        T.log(T.exp(x).sum(0)),
        T.sum(x, 1),
    ]
    f, g = (minigrad.function([x], outputs, mode=mode) for mode in ("C", "FAST_RUN"))
    for a, b in zip(f(np.zeros(shape)), g(np.zeros(shape)), strict=True):
        np.testing.assert_array_equal(a, b)


# ---- Threads -------------------------------------------------------------------------------------


def test_the_bits_are_the_same_with_any_number_of_threads(monkeypatch):
    results = []
    for count in (1, 2, 3):
        monkeypatch.setattr(call, "most_threads", lambda count=count: count)
        f = minigrad.function([x], [T.exp(x).sum(0), T.tanh(x).sum(), x.std()], mode="C")
        results.append(f(np.tile(LARGE, (200, 1))))
        assert [op.call.threads for op in regions_of(f)] == [count]
    for one, *several in zip(*results, strict=True):
        assert all(other.tobytes() == one.tobytes() for other in several)


def test_the_sums_of_all_shares_are_much_less_than_what_is_added_up(monkeypatch):
    monkeypatch.undo()
    f = minigrad.function([x], T.exp(x).sum(axis=0), mode="C")
    values = RANDOM.normal(size=(40, 20_000))
    np.testing.assert_allclose(f(values), np.exp(values).sum(axis=0), rtol=1e-13)
    assert f.memory() < values.nbytes / 5


@pytest.mark.parametrize(("told", "most"), [(0, 3), (2, 2)])
def test_how_many_threads_there_are_is_told_by_config_or_else_by_the_environment(
    monkeypatch, told, most
):
    monkeypatch.setenv("OMP_NUM_THREADS", "3,1")
    with minigrad.config.change_flags(threads=told):
        f = minigrad.function([x], T.exp(x).sum(0), mode="C")
        f(np.tile(LARGE, (200, 1)))
    assert [op.call.threads for op in regions_of(f)] == [most]


def test_one_thread_is_not_timed(monkeypatch):
    monkeypatch.setattr(threads, "perf_counter", None)
    minigrad.function([x], T.exp(x).sum(0), mode="C")(np.zeros((3, 4)))


def test_threads_of_users_call_one_function():
    f = minigrad.function([x], [T.exp(x).sum(0), x * 2], mode="C")
    values = [LARGE + i for i in range(8)]
    expected = [f(v) for v in values]
    wrong = []

    def work(i):
        for _ in range(50):
            got = f(values[i])
            if any((a != b).any() for a, b in zip(got, expected[i], strict=True)):
                wrong.append(i)

    started = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    assert not wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_after_a_fork_it_works(monkeypatch):
    monkeypatch.setattr(call, "most_threads", lambda: 2)
    f = minigrad.function([x], T.exp(x).sum(), mode="C")
    values = np.tile(LARGE, (200, 1))
    expected = f(values)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that there are threads
        child = os.fork()
    if not child:
        os._exit(int(f(values) != expected))
    assert os.waitpid(child, 0)[1] == 0


# ---- The compiler --------------------------------------------------------------------------------


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    """A cache folder of its own, and nothing remembered of the compiler."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    remembered = (compiler.found, compiler.cache_folder, compiler._fleeting, call.check_arrays)
    for function in remembered:
        function.cache_clear()
    monkeypatch.setattr(programs, "_told", False)
    yield tmp_path / "minigrad" / "native"
    for function in remembered:
        function.cache_clear()


SOURCE = "int answer(void) { return 42; }"


def test_an_object_is_compiled_once_and_then_found(empty_cache, monkeypatch):
    assert loaded(SOURCE).answer() == 42
    monkeypatch.setattr(compiler, "_compile", None)
    assert loaded(SOURCE).answer() == 42


def test_a_damaged_object_is_made_anew(empty_cache):
    compiler.compiler()
    made = compiler.cache_folder()
    loaded(SOURCE.replace("42", "43"))
    (path,) = made.glob("*.so")
    copy = path.with_name("kept")
    path.replace(copy)
    path.write_bytes(copy.read_bytes()[:100])
    assert loaded(SOURCE.replace("42", "43")).answer() == 43


def test_the_objects_used_longest_ago_are_forgotten(empty_cache, monkeypatch):
    loaded(SOURCE)
    (first,) = compiler.cache_folder().glob("*.so")
    os.utime(first, (1, 1))
    monkeypatch.setattr(compiler, "_MOST_BYTES", first.stat().st_size * 3 // 2)
    loaded(SOURCE.replace("42", "44"))
    assert not first.exists() and len([*compiler.cache_folder().glob("*.so")]) == 1


def test_without_a_home_to_write_to_objects_go_with_the_process(tmp_path, empty_cache, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert loaded(SOURCE).answer() == 42


@pytest.mark.parametrize("command", ["/nowhere/cc", "false", "gcc --no-such-option"])
def test_without_a_compiler_it_is_said_once_and_numpy_computes(empty_cache, monkeypatch, command):
    monkeypatch.setenv("CC", command)
    f = minigrad.function([x], T.exp(x).sum(0), mode="C")
    with pytest.warns(RuntimeWarning, match="no C compiler works: tried .* NumPy computes"):
        result = f(LARGE)
    np.testing.assert_allclose(result, np.exp(LARGE).sum(0))
    f(LARGE[1:])  # which would warn again


def test_that_there_is_no_compiler_is_found_once(empty_cache, monkeypatch):
    monkeypatch.setenv("CC", "false")
    runs = []

    def fails(*words):
        runs.append(words)
        raise CompilerError("it does not work")

    monkeypatch.setattr(compiler, "_compile", fails)
    for _ in range(3):
        with pytest.raises(CompilerError):
            compiler.compiler()
    assert len(runs) == 2  # with OpenMP and without


def test_without_the_layer_mode_c_is_numpys():
    code = (
        "import sys; sys.modules['minigrad.native'] = None\n"
        "import minigrad, minigrad.tensor as T\n"
        "x = T.dvector('x'); print(minigrad.function([x], T.exp(x).sum(), mode='C')([0.0, 0.0]))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "2.0\n"


# ---- DebugMode -----------------------------------------------------------------------------------


def test_debug_mode_checks_what_is_computed_in_c_if_it_is_told(monkeypatch):
    w = minigrad.shared(1.0)
    with minigrad.config.change_flags(**{"DebugMode.check_c": True}):
        f = minigrad.function([x], T.exp(x * w).sum(0), mode="DebugMode", updates={w: 2 * w})
    for _ in range(2):
        f(LARGE)
    assert w.get_value() == 4
    monkeypatch.setattr(
        call.Call, "__call__", lambda self, numpy_function, *inputs: (np.zeros(6), w.get_value())
    )
    with pytest.raises(DisagreementError, match="in C: result 0 .* differs"):
        f(LARGE)
    assert w.get_value() == 4


def test_debug_mode_leaves_c_alone_if_it_is_not_told(monkeypatch):
    monkeypatch.setattr(call.Call, "__call__", None)
    f = minigrad.function([x], T.exp(x).sum(0), mode="DebugMode")
    np.testing.assert_allclose(f(LARGE), np.exp(LARGE).sum(0))


# ---- What it says --------------------------------------------------------------------------------


def test_the_source_in_c_tells_what_users_wrote():
    f = minigrad.function([x], T.tanh(x).sum(0), mode="C", name="f")
    assert f.c_source == ""
    f(LARGE)
    assert "/* tanh(x) */" in f.c_source and "int region_0(" in f.c_source


def test_no_name_of_users_gets_into_it_as_code():
    evil = T.dmatrix("*/ } int broken; /* ??/\n#include <x>")
    f = minigrad.function([evil], T.exp(evil).sum(0), mode="C")
    np.testing.assert_allclose(f(LARGE), np.exp(LARGE).sum(0), rtol=1e-12)


def test_the_mode_can_be_set_for_all():
    with minigrad.config.change_flags(mode="C"):
        f = minigrad.function([x], T.exp(x).sum(0))
    f(LARGE)
    assert regions_of(f)


def test_it_is_profiled_like_any_statement():
    f = minigrad.function([x], T.exp(x).sum(0), mode="C")
    assert any("region" in row.statement for row in f.profile(LARGE, n_calls=2).rows)


def test_nothing_stays_behind():
    f = minigrad.function([x], [T.exp(x).sum(0), T.sqr(x)], mode="C")
    f(LARGE)
    before = sys.getrefcount(LARGE)
    for _ in range(300):
        f(LARGE)
    assert sys.getrefcount(LARGE) == before
