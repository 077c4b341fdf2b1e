"""Plans: programs for the shapes that a function meets. They compute what others do, but faster."""

import gc
import tracemalloc

import numpy as np
import pytest
from draws import TALL_SHAPES, at_least
from hypothesis import given
from hypothesis import strategies as st
from oracles import weighted_sum

import minigrad
import minigrad.tensor as T
from minigrad.testing import assert_program_agrees, expressions

pytestmark = pytest.mark.planner


def strided(value):
    """The value as every other element of a larger array, in each dimension."""
    spread = np.zeros([2 * size for size in value.shape], value.dtype)
    view = spread[(..., *[slice(None, None, 2) for _ in value.shape])]
    view[...] = value
    return view


def read_only(value):
    copy = value.copy()
    copy.flags.writeable = False
    return copy


LAYOUTS = [np.array, np.asfortranarray, strided, read_only, lambda x: np.flip(np.flip(x).copy())]


def names_held(f):
    """The names that the program gives to results in buffers."""
    return [line.split(" = ")[0].strip() for line in f.source.splitlines() if " in b" in line]


# A plan agrees with the interpreter.


@at_least(40)
@given(expressions(of_shapes=TALL_SHAPES), st.lists(st.sampled_from(LAYOUTS), min_size=3))
def test_a_plan_computes_the_same_of_values_in_any_layout(drawn, layouts):
    inputs, values = drawn.inputs, drawn.values
    values = [layout(v) if v.ndim else v for layout, v in zip(layouts, values, strict=False)]
    assert_program_agrees(inputs, drawn.variables[-2:], values, rtol=1e-9, atol=1e-9)


@at_least(20)
@given(expressions(most_operations=4, of_shapes=TALL_SHAPES))
def test_a_plan_computes_the_same_gradients(drawn):
    inputs, values = drawn.inputs, drawn.values
    gradients = minigrad.grad(weighted_sum(drawn.result), inputs, disconnected_inputs="ignore")
    assert_program_agrees(inputs, [drawn.result, *gradients], values, rtol=1e-7, atol=1e-8)


def test_a_plan_computes_the_same_from_a_view_of_a_shared_value():
    w = minigrad.shared(np.arange(12.0).reshape(6, 2), name="w")
    x = T.dmatrix("x")
    f = minigrad.function([x], T.sqr(x).sum(), updates=[(w, w + x)])
    for _ in range(5):
        before = w.get_value()
        half = w.get_value(borrow=True)
        assert f(half) == np.square(before).sum()
        np.testing.assert_array_equal(w.get_value(), 2 * before)
        np.testing.assert_array_equal(half, before)


@pytest.mark.parametrize("dtype", ["float32", "int64", "bool"])
def test_a_plan_keeps_dtypes(dtype):
    x = T.TensorType(dtype, (None, None))("x")
    value = np.arange(48).reshape(24, 2).astype(dtype)
    outputs = [x.sum(axis=0), T.dot(x.T, x), x.astype("float64") * 2, x + x]
    assert_program_agrees([x], outputs, [value])


def test_a_size_of_one_that_the_type_does_not_know_does_not_broadcast_in_a_plan():
    x, y = T.dmatrices("x", "y")
    f = minigrad.function([x, y], T.tanh(x) + y)
    f(np.ones((1, 3)), np.ones((1, 3)))
    for _ in range(2):
        with pytest.raises(ValueError, match="sizes differ"):
            f(np.ones((1, 3)), np.ones((4, 3)))
        with pytest.raises(ValueError, match="sizes differ"):
            f(np.ones((4, 3)), np.ones((1, 3)))


def test_the_error_of_a_planned_program_names_the_operation():
    x, i = T.dvector("x"), T.lscalar("i")
    f = minigrad.function([x, i], T.exp(x)[i])
    assert f(np.zeros(3), 2) == 1
    with pytest.raises(IndexError, match="Subtensor"):
        f(np.zeros(3), 3)


# What a caller has stays as it is.


def test_results_are_the_callers_own():
    x = T.dmatrix("x")
    y = T.tanh(x)
    f = minigrad.function([x], [y, y.T, y + 1, y[:2], T.dot(y.T, y), y.reshape((-1,))])
    results = [f(np.full((24, 2), value)) for value in (0.1, 0.2, 0.3)]
    copies = [[r.copy() for r in result] for result in results]
    for _ in range(3):
        f(np.full((24, 2), 5.0))
    for result, copy in zip(results, copies, strict=True):
        for mine, before in zip(result, copy, strict=True):
            np.testing.assert_array_equal(mine, before)
            mine[...] = 7
    np.testing.assert_allclose(f(np.full((24, 2), 0.1))[0], np.tanh(0.1))


def test_what_an_op_of_a_user_keeps_is_not_written_over():
    kept = []

    class Keep(minigrad.Op):
        itypes = otypes = [T.dvector]

        def perform(self, node, inputs, output_storage):
            kept.append(inputs[0])
            output_storage[0][0] = inputs[0] * 2

    x = T.dvector("x")
    f = minigrad.function([x], T.exp(Keep()(T.tanh(x))))
    for value in (0.1, 0.2, 0.3):
        f(np.full(100, value))
    np.testing.assert_allclose([k[0] for k in kept], np.tanh([0.1, 0.2, 0.3]))


def test_a_single_element_of_a_buffer_is_taken_in_each_call():
    x = T.dvector("x")
    f = minigrad.function([x], T.sqr(x)[0] + 1)
    assert [float(f(np.array([value, 0.0]))) for value in (1.0, 2.0, 3.0)] == [2, 5, 10]


INDICES = {
    "the last row, by its size": lambda h: h[h.shape[0] - 1],
    "the middle column": lambda h: h[:, h.shape[1] // 2],
    "two numbers": lambda h: h[h.shape[0] - 1, 1 - h.shape[1]],
    "a number beside a slice": lambda h: h[h.shape[0] - 1, : h.shape[1] // 2],
    "a slice by a size": lambda h: h[h.shape[0] // 2 :],
    "a size of a smaller dtype": lambda h: h[T.cast(h.shape[0] - 1, "uint8")],
    "a constant of no dimensions": lambda h: h[T.constant(np.int8(1))],
    "an index array": lambda h: h[[1, 0]],
    "a mask": lambda h: h[:, T.constant([True, False, True])],
    "an index array made of sizes": lambda h: h[T.stack([h.shape[0] - 1, 0])],
    "a new shape by sizes": lambda h: h.reshape((h.shape[1], h.shape[0])),
    "a transpose": lambda h: h.T[h.shape[1] - 1],
    "a diagonal": lambda h: T.diag(h),
}


@pytest.mark.parametrize("part", INDICES.values(), ids=INDICES)
def test_a_part_of_a_buffer_is_that_of_this_call(part):
    x = T.dmatrix("x")
    h = T.exp(x)
    outputs = [part(h) * 2, minigrad.grad(T.sqr(part(h)).sum(), x)]
    f = minigrad.function([x], outputs)
    for value in (np.ones((4, 3)), np.zeros((4, 3)), np.arange(12.0).reshape(4, 3)):
        expected = minigrad.function([x], outputs, mode="FAST_COMPILE")(value)
        for result, right in zip(f(value), expected, strict=True):
            np.testing.assert_allclose(result, right, rtol=1e-12)


def test_a_view_that_depends_on_values_is_taken_in_each_call():
    class Trim(minigrad.Op):
        __props__ = ()
        view_map = {0: [0]}

        def make_node(self, x):
            return minigrad.Apply(self, [x], [T.TensorType("float64", (None,))()])

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = np.trim_zeros(inputs[0])

        def expression(self, node, inputs, use):
            return f"{use('trim', np.trim_zeros)}({inputs[0]})"

    x = T.dvector("x")
    f = minigrad.function([x], Trim()(x * 2) * 3)
    assert f(np.array([0.0, 1, 2, 0])).tolist() == [6, 12]
    assert f(np.array([1.0, 1, 0, 0])).tolist() == [6, 6]


# Which programs there are.


def test_shapes_that_recur_are_planned_once():
    x = T.dmatrix("x")
    f = minigrad.function([x], T.exp(T.tanh(x)).sum())
    for _ in range(3):
        for rows in (2, 3):
            f(np.ones((rows, 2)))
    assert len(f._programs._planned) == 2


def test_ever_new_shapes_get_the_program_for_any():
    x = T.dmatrix("x")
    f = minigrad.function([x], T.exp(T.tanh(x)).sum())
    for rows in range(2, 200):
        np.testing.assert_allclose(f(np.zeros((rows, 2))), 2 * rows)
    assert len(f._programs._planned) < 50


def test_fast_compile_plans_nothing():
    x = T.dmatrix("x")
    f = minigrad.function([x], T.exp(T.tanh(x)).sum(), mode="FAST_COMPILE")
    f(np.ones((2, 2)))
    assert not names_held(f)


def test_the_same_call_gives_the_same_bits_each_time():
    x = T.dmatrix("x")
    f = minigrad.function([x], [T.nnet.sigmoid(x).sum(axis=0), T.dot(x.T, x)])
    value = np.random.RandomState(0).randn(1000, 3)
    first = f(value)
    for _ in range(5):
        for again, result in zip(f(value), first, strict=True):
            np.testing.assert_array_equal(again, result)


# What a plan decides.


def test_tall_matrices_are_held_transposed():
    x, w, b = T.dmatrix("x"), T.dmatrix("w"), T.dvector("b")
    f = minigrad.function([x, w, b], T.tanh(T.dot(x, w) + b).sum())
    f(np.ones((90, 3)), np.ones((3, 2)), np.ones(2))
    assert "(2, 90) float64" in f.source
    assert "(90, 2) float64 in" not in f.source


def test_tall_matrices_are_held_transposed_through_functions_of_users():
    shapes = []

    class Cube(minigrad.Op):
        """x³, for each element."""

        __props__ = ()

        def make_node(self, x):
            return minigrad.Apply(self, [x], [x.type()])

        def perform(self, node, inputs, output_storage):
            shapes.append(inputs[0].shape)
            output_storage[0][0] = inputs[0] ** 3

        def axes(self, node):
            return minigrad.Axes(["ij"], ["ij"])

    class CubeOfRows(Cube):
        def axes(self, node):
            return minigrad.Axes(["ij"], ["ij"], whole="j")

    x, w = np.random.default_rng(0).normal(size=(200, 4)), np.ones((4, 3))
    X = T.dmatrix("X")
    for op, shape in ((Cube(), (3, 200)), (CubeOfRows(), (200, 3))):
        f = minigrad.function([X], op(X.dot(minigrad.shared(w))))
        shapes.clear()
        np.testing.assert_allclose(f(x), (x @ w) ** 3)
        assert shapes == [shape]


def test_wide_matrices_are_held_as_they_are():
    x, w, b = T.dmatrix("x"), T.dmatrix("w"), T.dvector("b")
    f = minigrad.function([x, w, b], T.tanh(T.dot(x, w) + b).sum())
    f(np.ones((90, 3)), np.ones((3, 50)), np.ones(50))
    assert "(90, 50) float64 in" in f.source


def test_sums_of_squares_and_of_rows_are_products():
    x = T.dmatrix("x")
    f = minigrad.function([x], [T.sqr(x).sum(), (x * T.exp(x)).sum(), T.exp(x).sum(axis=0)])
    f(np.ones((90, 20)))
    assert "sum(" not in "".join(line.split("#")[0] for line in f.source.splitlines())


def test_a_plan_adds_up_few_float32_in_float64():
    x = T.fmatrix("x")
    f = minigrad.function([x], [x.sum(), x.sum(axis=0), x.sum(axis=1), T.sqr(x).sum()])
    values = np.array([[1e8, 1, -1e8], [0, 0, 0]], "float32")
    assert [np.ravel(result).tolist() for result in f(values)[:3]] == [[1], [1e8, 1, -1e8], [1, 0]]
    many = np.tile(values, (1000, 1))
    assert f(many)[2].tolist() == [1, 0] * 1000


def test_the_transpose_of_a_product_is_computed_at_once():
    x, y = T.dmatrices("x", "y")
    f = minigrad.function([x, y], T.dot(x, y).T + 1)
    f(np.ones((20, 30)), np.ones((30, 20)))
    computed = [line for line in f.source.splitlines() if "dot(" in line.split("#")[0]]
    assert len(computed) == 1 and "(20, 20)" in computed[0]
    assert "y.T @ x.T" in computed[0]


def test_the_transpose_of_a_product_that_is_needed_too_is_a_view_of_it():
    x, y = T.dmatrices("x", "y")
    f = minigrad.function([x, y], [T.dot(x, y).T + 1, T.exp(T.dot(x, y))])
    f(np.ones((20, 30)), np.ones((30, 20)))
    assert sum("dot(" in line.split("#")[0] for line in f.source.splitlines()) == 1


def test_results_needed_at_different_times_share_a_buffer():
    x = T.dmatrix("x")
    y = x
    for _ in range(10):
        y = T.dot(T.tanh(y), y)
    f = minigrad.function([x], y.sum())
    f(np.ones((30, 30)))
    assert f.memory() <= 4 * 30 * 30 * 8


# Memory.


def test_dropping_a_function_frees_its_buffers_at_once():
    x = T.dmatrix("x")
    value = np.ones((500, 1000))
    cost = T.dot(T.exp(x), T.tanh(x).T).sum()
    minigrad.function([x], cost)(value)  # loads the modules that a first function needs
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        f = minigrad.function([x], cost)
        f(value)
        assert tracemalloc.get_traced_memory()[0] - before > 8_000_000
        del f
        assert tracemalloc.get_traced_memory()[0] - before < 1_000_000
    finally:
        tracemalloc.stop()
        gc.enable()


# Looking at a plan.


def test_a_profile_has_a_row_for_each_statement_and_the_users_line():
    x = T.dmatrix("x")
    f = minigrad.function([x], T.exp(x).sum())
    profile = f.profile(np.ones((100, 10)), n_calls=3)
    assert [row.statement.split(" = ")[0] for row in profile.rows] == ["exp_1", "sum_1"]
    assert all("test_plans.py:" in row.statement for row in profile.rows)
    assert profile.seconds == sum(row.seconds for row in profile.rows) > 0
    assert "together" in str(profile) and "exp(x)" in str(profile)


def test_a_profile_stores_no_update():
    w = minigrad.shared(np.zeros(3), name="w")
    minigrad.function([], updates=[(w, w + 1)]).profile(n_calls=3)
    assert w.get_value().tolist() == [0, 0, 0]


def test_the_memory_of_a_program_is_that_of_its_buffers():
    x = T.dmatrix("x")
    f = minigrad.function([x], T.dot(T.exp(x), T.exp(x).T).sum())
    assert f.memory() == 0
    f(np.ones((100, 100)))
    assert 2 * 80_000 <= f.memory() <= 2 * 80_000 + 1000


def test_a_planned_program_says_shapes_and_buffers():
    x = T.dmatrix("x")
    f = minigrad.function([x], T.exp(x).sum())
    f(np.ones((3, 4)))
    assert "(3, 4) float64 in b0: exp(x)" in f.source
