"""Parts of a tensor: any key, symbolic or not, on any dtype; setting, adding, picking."""

from itertools import product

import numpy as np
import pytest
from draws import ALL, FLOATS, NUMBERS, at_least, part_of
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import basic_indices, integer_array_indices
from oracles import assert_computes
from random_keys import keys_of

import minigrad
import minigrad.tensor as T
from minigrad.testing import check_grad, shapes, tensors

CUBE = np.arange(24.0).reshape(2, 3, 4) / 7 - 1


@given(x=tensors(ALL), data=st.data())
def test_any_basic_key_takes_what_numpys_does(x, data):
    key = data.draw(basic_indices(x.shape, allow_newaxis=True))
    assert_computes(lambda x: x[key], lambda x: x[key], x)


@given(x=tensors(ALL, shape=(2, 3, 2)), data=st.data())
def test_any_integer_arrays_take_what_numpys_do(x, data):
    key = data.draw(integer_array_indices(x.shape, result_shape=shapes(max_dims=2, min_side=2)))
    assert_computes(lambda x: x[tuple(map(T.constant, key))], lambda x: x[key], x)


@given(x=tensors(ALL, shape=(2, 3)), data=st.data())
def test_any_mask_takes_what_numpys_does(x, data):
    of_all = data.draw(tensors("bool", shape=(2, 3)))
    of_columns = data.draw(tensors("bool", shape=(3,)))
    assert_computes(
        lambda x, m, n: [x[m], x[:, n]], lambda x, m, n: [x[m], x[:, n]], x, of_all, of_columns
    )


SMALL = np.array([[0.7, -1.6, 2.3], [1.1, 2.9, -0.4], [-0.9, 1.3, 0.6]])
# Integers, slices and lists in any combination.
MIXED_KEYS = st.tuples(
    *[st.integers(-2, 1) | st.slices(3) | st.lists(st.integers(-2, 1), min_size=2, max_size=2)] * 2
)


@given(MIXED_KEYS)
def test_any_mixed_key_takes_what_numpys_does_and_has_its_derivative(key):
    assert_computes(lambda x: x[key], lambda x: x[key], SMALL)
    check_grad(lambda x: x[key], SMALL)


@given(MIXED_KEYS)
def test_any_mixed_key_can_be_set_and_added_to(key):
    def reference(x):
        written, added = x.copy(), x.copy()
        written[key] = 7
        np.add.at(added, key, 1.5)
        return [written, added]

    assert_computes(
        lambda x: [T.set_subtensor(x[key], 7), T.inc_subtensor(x[key], 1.5)], reference, SMALL
    )


def reference_of_a_key(x, y, v, w, key):
    """The part, the tensors written to, and the derivatives of weighted sums of their squares."""
    h = np.array(np.sin(x))
    part = h[key].copy()
    y = np.array(np.broadcast_to(y, part.shape))
    by_h = np.zeros_like(h)
    np.add.at(by_h, key, 2 * part * v)
    set_, numbers, increased = h.copy(), np.full(h.shape, -1), h.copy()
    places = np.arange(part.size).reshape(part.shape)
    set_[key], numbers[key] = y, places
    np.add.at(increased, key, y)
    by_set = np.where(numbers == -1, 2 * set_ * w, 0)
    by_y_set = np.where(numbers[key] == places, (2 * set_ * w)[key], 0)
    return (
        [part, set_, increased],
        [by_h * np.cos(x), by_set * np.cos(x), 2 * increased * w * np.cos(x)],
        [by_y_set, (2 * increased * w)[key]],
    )


def summed_to(g, shape):
    """g summed over the axes that broadcasting the shape to its own has repeated."""
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    repeated = tuple(a for a, n in enumerate(shape) if n == 1)
    return g.sum(axis=repeated, keepdims=True)


@at_least(20)
@given(st.data())
def test_any_key_with_expressions_in_it_is_numpys_with_its_derivatives_in_all_modes(data):
    shape = data.draw(shapes(max_dims=3, min_side=0, max_side=3))
    x = T.TensorType("float64", (None,) * len(shape))("x")
    keys = data.draw(keys_of(x, shape))
    key = tuple(keys.numpy)
    rng = np.random.default_rng(0)
    try:
        part_shape = np.zeros(shape)[key].shape
    except IndexError:
        with pytest.raises(IndexError):
            minigrad.function([x, *keys.inputs], x[tuple(keys.symbolic)], on_unused_input="ignore")(
                np.zeros(shape), *keys.values
            )
        return
    of_y = [n if data.draw(st.booleans()) else 1 for n in part_shape]
    y_value = rng.normal(size=of_y[data.draw(st.integers(0, len(of_y))) :])
    y, v, w = (
        T.TensorType("float64", (None,) * ndim)()
        for ndim in (y_value.ndim, len(part_shape), len(shape))
    )
    h = T.sin(x)
    part = h[tuple(keys.symbolic)]
    results = [part, T.set_subtensor(part, y), T.inc_subtensor(part, y)]
    by_x = [T.grad((r * r * (w if r is not part else v)).sum(), x) for r in results]
    by_y = [T.grad((r * r * w).sum(), y) for r in results[1:]]
    for mode in ("FAST_RUN", "FAST_COMPILE", "DebugMode"):
        f = minigrad.function([x, y, v, w, *keys.inputs], results + by_x + by_y, mode=mode)
        for _ in range(2):
            x_value, w_value = rng.normal(size=shape), rng.normal(size=shape)
            v_value = rng.normal(size=part_shape)
            actual = f(x_value, y_value, v_value, w_value, *keys.values)
            values, by_x_value, by_y_value = reference_of_a_key(
                x_value, y_value, v_value, w_value, key
            )
            by_y_value = [summed_to(g, y_value.shape) for g in by_y_value]
            for a, e in zip(actual, values + by_x_value + by_y_value, strict=True):
                np.testing.assert_allclose(a, e, rtol=1e-12, atol=1e-13)


BOUND = st.none() | st.integers(-5, 5)


@given(
    x=tensors(ALL, shape=(4, 2)), start=BOUND, stop=BOUND, step=st.sampled_from([None, -2, 1, 3])
)
def test_slices_with_symbolic_bounds_are_numpys(x, start, stop, step):
    inputs = [bound for bound in (start, stop, step) if bound is not None]

    def build(x, *bounds):
        given = iter(bounds)
        return x[slice(*[None if b is None else next(given) for b in (start, stop, step)])]

    assert_computes(build, lambda x, *_: x[start:stop:step], x, *inputs)


@given(x=tensors(ALL, shape=(3, 4)), i=st.integers(-3, 2), j=st.integers(-4, 3))
def test_symbolic_integers_are_numpys(x, i, j):
    assert_computes(
        lambda x, i, j: [x[i], x[:, j], x[i, j], x[i][j], x[i, None, ...]],
        lambda x, i, j: [x[i], x[:, j], x[i, j], x[i][j], x[i, None, ...]],
        x,
        i,
        j,
    )


KEYS = {
    "integer": 1,
    "negative": (0, -1),
    "slice": np.s_[:, 1:],
    "step": np.s_[..., ::-2],
    "new axis": np.s_[:, None, 0],
    "integer array": ([0, 1],),
    "arrays that broadcast": ([[0], [1]], [2, 0]),
    "arrays apart": np.s_[[1, 0], :, [2, 0]],
    "mask": CUBE > 0.3,
    "nothing": np.s_[:, 3:],
}


@pytest.mark.parametrize("key", KEYS)
def test_a_part_set_or_added_to_is_numpys(key):
    key = KEYS[key]
    part = CUBE[key]
    y = np.linspace(0.3, 1.4, part.size).reshape(part.shape)

    def build(x, y):
        return [T.set_subtensor(x[key], y), T.inc_subtensor(x[key], y)]

    def reference(x, y):
        as_set, increased = x.copy(), x.copy()
        as_set[key] = y
        np.add.at(increased, key, y)
        return [as_set, increased]

    assert_computes(build, reference, CUBE, y)


@pytest.mark.parametrize("key", ["negative", "step", "arrays that broadcast", "mask", "nothing"])
@pytest.mark.parametrize("function", [T.set_subtensor, T.inc_subtensor])
def test_a_write_has_both_derivatives(function, key):
    key = KEYS[key]
    x = CUBE[:, :, :2]
    key = key[:, :, :2] if isinstance(key, np.ndarray) else key
    part = x[key]
    y = np.linspace(0.3, 1.4, part.size).reshape(part.shape)
    check_grad(lambda x, y: function(x[key], y) ** 3, x, y, order=2)


@pytest.mark.parametrize("function", [T.set_subtensor, T.inc_subtensor])
def test_what_is_written_broadcasts_to_the_part_and_its_derivative_is_summed(function):
    x = CUBE[0]
    for y in (0.7, np.array([[0.7], [0.4]]), np.array([0.2, 0.9, 0.1, 0.5])):
        check_grad(lambda x, y: function(x[1:], y) ** 3, x, y, order=2)


def test_the_derivative_of_what_fills_a_part_of_a_known_size_is_summed():
    x, y = T.TensorType("float64", (2, 3))(), T.dmatrix("y")
    slope = T.grad(T.inc_subtensor(x[:], y).sum(), y)
    assert slope.eval({y: [[0.5]]}).tolist() == [[6.0]]
    assert slope.eval({y: [[0.5], [0.7]]}).tolist() == [[3.0], [3.0]]


def test_adding_at_an_index_that_occurs_twice_has_both_derivatives():
    check_grad(lambda x, y: T.inc_subtensor(x[[0, 0, 1]], y) ** 3, SMALL, SMALL + 2, order=2)


TWICE = [([0, 1, 0],), ([1, 1, 1],), (slice(None), [0, 0, 1]), ([0, 0], [1, 1])]


@pytest.mark.parametrize("key", TWICE)
def test_of_an_element_set_twice_only_the_value_that_stays_has_a_derivative(key):
    x = CUBE[0, :, :2]
    for y in (x[key] + 2, np.array(0.5)):
        check_grad(lambda x, y: T.set_subtensor(x[key], y) ** 3, x, y, order=2)


def test_a_write_leaves_the_argument_as_it_was():
    x = T.dvector("x")
    value = np.array([1.0, 2.0])
    minigrad.function([x], T.set_subtensor(x[0], 9.0))(value)
    assert value.tolist() == [1, 2]


@pytest.mark.parametrize("dtype", NUMBERS)
def test_a_python_number_is_written_in_the_tensors_dtype(dtype):
    x = T.TensorType(dtype, (None,))("x")
    assert T.set_subtensor(x[0], 3).dtype == T.inc_subtensor(x[0], 3).dtype == dtype


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
@pytest.mark.parametrize("mode", ["raise", "wrap", "clip"])
@pytest.mark.parametrize("indices", [[0, 1, 0], [[1], [0]], 1])
def test_take_is_numpys_whatever_it_does_out_of_range(axis, mode, indices):
    indices = np.asarray(indices) * (1 if mode == "raise" else 30) - (mode == "wrap")
    assert_computes(
        lambda x, i: T.take(x, i, axis=axis, mode=mode),
        lambda x, i: np.take(x, i, axis=axis, mode=mode),
        CUBE[0],
        indices,
    )


@given(tensors(ALL).filter(lambda x: x.ndim))
def test_nonzero_is_numpys(x):
    assert_computes(
        lambda x: [*T.nonzero(x), T.nonzero_values(x), T.nonzero(x, return_matrix=True)],
        lambda x: [*np.nonzero(x), x[np.nonzero(x)], np.array(np.nonzero(x))],
        x,
    )


@settings(max_examples=10)
@given(tensors("int64", shape=(2, 3), domain=(0, 2)), tensors(FLOATS, shape=(3, 2, 3)))
def test_choose_is_numpys(numbers, choices):
    assert_computes(
        lambda a, c: T.choose(a, [c[0], c[1], c[2]]), lambda a, c: np.choose(a, c), numbers, choices
    )


CHOICES = {
    "vectors": ((2,), (4, 2)),
    "numbers": ((2, 3), (4,)),
    "matrices": ((2,), (3, 3, 2)),
    "one for all": ((3, 2), (3, 1, 2)),
    "one number for all": ((2, 1), (2, 2, 3)),
    "with axes in front": ((2, 1, 1), (2, 1, 3, 2)),
    "a single choice": ((2, 1), (1, 3)),
    "none to make": ((0,), (4, 2, 0)),
}


def test_choose_has_numpys_out_which_it_refuses():
    assert T.choose([1], [2, 3], None, "clip").eval().tolist() == [3]
    with pytest.raises(TypeError, match="choose makes an expression, so leave out `out`"):
        T.choose([1], [2, 3], np.zeros(1))


@pytest.mark.parametrize(
    ("name", "mode"), part_of(product(CHOICES, ["raise", "wrap", "clip"]), one_of=2)
)
def test_choose_takes_a_tensor_or_a_list_of_choices_and_broadcasts(name, mode):
    shape, of_choices = CHOICES[name]
    rng = np.random.default_rng(0)
    numbers = rng.integers(0, of_choices[0], shape) + (0 if mode == "raise" else -9)
    choices = rng.normal(size=of_choices)
    count = of_choices[0]
    assert_computes(
        lambda a, c: [
            T.choose(a, c, mode=mode),
            T.choose(a, [c[i] for i in range(count)], mode=mode),
        ],
        lambda a, c: [np.choose(a, c, mode=mode)] * 2,
        numbers,
        choices,
    )
    order = 2 if mode == "raise" else 1
    check_grad(lambda c: T.choose(numbers, c, mode=mode) ** 3, choices, order=order)


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
def test_a_choice_that_is_not_there_is_an_index_error(mode):
    a, c = T.lvector("a"), T.dmatrix("c")
    for result in (T.choose(a, c), T.choose(a, [c[0], c[1]])):
        with pytest.raises(IndexError):
            minigrad.function([a, c], result, mode=mode)([0, 2], np.ones((2, 2)))


def test_picking_has_both_derivatives():
    check_grad(lambda x: T.take(x, [0, 1, 0], axis=0) ** 3, CUBE[0], order=2)
    check_grad(lambda x: T.nonzero_values(x * [[1], [0], [2]]) ** 3, CUBE[0] + 9, order=2)
    check_grad(lambda x: T.choose([[1], [0]], [x, x**2]) ** 2, CUBE[0, :2], order=2)


def test_the_derivative_of_an_element_that_is_taken_twice_counts_twice():
    x = T.dvector("x")
    slope = T.grad(x[[0, 0, 1]].sum(), x)
    np.testing.assert_array_equal(slope.eval({x: [1.0, 2.0, 3.0]}), [2, 1, 0])


REFUSED = {
    "a float": (lambda x: x[0.5], TypeError, "integer"),
    "a float array": (lambda x: x[np.array([0.5])], TypeError, "integer"),
    "a float variable": (lambda x: x[T.dscalar("i")], TypeError, "integer"),
    "a string": (lambda x: x["a"], TypeError, "integer"),
    "True": (lambda x: x[True], TypeError, "integer"),
    "a truth": (lambda x: x[T.dscalar() > 0], TypeError, "a mask has at least one dimension"),
    "a slice of slices": (lambda x: x[slice(0, slice(1, 2))], TypeError, "a bound of a slice"),
    "a slice to an ellipsis": (lambda x: x[slice(0, ...)], TypeError, "a bound of a slice"),
    "a slice in steps of a list": (lambda x: x[:: [1]], TypeError, "a bound of a slice"),
    "a slice from a vector": (lambda x: x[T.lvector() :], TypeError, "a bound of a slice"),
    "a slice from a float": (lambda x: x[1.5:], TypeError, "integer"),
    "too many": (lambda x: x[0, 0, 0], IndexError, "too many"),
    "two ellipses": (lambda x: x[..., 0, ...], IndexError, "two ellipses"),
    "out of a known range": (lambda x: T.constant([1, 2])[2], IndexError, "out of range"),
    "a whole tensor": (lambda x: T.set_subtensor(x, 0), TypeError, "index expression"),
    "more dimensions": (lambda x: T.set_subtensor(x[0], x), ValueError, "dimensions"),
    "a wider integer": (
        lambda x: T.inc_subtensor(T.ivector("v")[0], T.lscalar()),
        TypeError,
        "cast it",
    ),
    "an integer that does not fit": (
        lambda x: T.set_subtensor(T.bvector("v")[0], 300),
        TypeError,
        "a part of v, which is int8, is set: 300 does not fit",
    ),
    "a fraction among integers": (
        lambda x: T.inc_subtensor(T.bvector("v")[:1], [0.5]),
        TypeError,
        "a part of v, which is int8, is set: 0.5 does not fit",
    ),
    "no choices": (lambda x: T.choose([0], x.sum()), ValueError, "at least one dimension"),
    "a mode of choosing": (
        lambda x: T.choose([0], x, mode="?"),
        ValueError,
        "choose: mode must be",
    ),
    "a mode": (lambda x: T.take(x, [0], mode="bounce"), ValueError, "'raise', 'wrap' or 'clip'"),
    "an axis": (lambda x: T.take(x, [0], axis=2), ValueError, "axis 2"),
    "a scalar": (lambda x: T.nonzero(x.sum()), ValueError, "at least one dimension"),
}


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("value", [T.dvector(), T.lvector(), np.ones(2), np.ones(2, int), [1.0, 2]])
@pytest.mark.parametrize("write", [T.set_subtensor, T.inc_subtensor])
def test_what_is_written_into_floats_takes_their_dtype(dtype, value, write):
    assert write(T.TensorType(dtype, (None,))()[:2], value).dtype == dtype


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_key_is_refused_when_written(name):
    build, error, problem = REFUSED[name]
    with pytest.raises(error, match=problem):
        build(T.dmatrix("x"))


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
@pytest.mark.parametrize("index", [3, -4])
def test_an_index_out_of_range_is_an_index_error_when_it_runs(index, mode):
    x, i, v = T.dvector("x"), T.lscalar("i"), T.lvector("v")
    for part, value in ((x[i], index), (x[v], [index]), (T.take(x, v), [index])):
        f = minigrad.function([x, i, v], part, mode=mode, on_unused_input="ignore")
        with pytest.raises(IndexError):
            f(np.ones(3), value if part.ndim == 0 else 0, value if part.ndim else [0])


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
@pytest.mark.parametrize("function", [T.set_subtensor, T.inc_subtensor])
@pytest.mark.parametrize("key", [np.s_[1:], ([0, 1],)])
def test_a_value_that_does_not_fit_a_part_is_refused_when_it_runs(function, key, mode):
    x, y = T.dvectors("x", "y")
    f = minigrad.function([x, y], function(x[key], y), mode=mode)
    assert f(np.zeros(3), [1.0]).sum() == 2
    with pytest.raises(ValueError, match="part"):
        f(np.ones(3), np.ones(3))


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
def test_index_arrays_of_different_sizes_are_refused_when_it_runs(mode):
    x, i, j = T.dmatrix("x"), T.lvector("i"), T.lvector("j")
    f = minigrad.function([x, i, j], x[i, j], mode=mode)
    with pytest.raises((ValueError, IndexError)):
        f(np.ones((3, 3)), [0, 1], [0, 1, 2])


def test_derivatives_by_parts_that_make_up_the_whole_are_joined():
    x = T.TensorType("float64", (2, 6))("x")
    parts = [T.exp(x[:, 4:]), T.sin(x[:, :1]), T.sqr(x[:, 1:4])]
    f = minigrad.function([x], minigrad.grad(sum(y.sum() for y in parts), x))
    values = np.arange(12.0).reshape(2, 6)
    right = [np.cos(values[:, :1]), 2 * values[:, 1:4], np.exp(values[:, 4:])]
    np.testing.assert_allclose(f(values), np.concatenate(right, axis=1))
    assert "concatenate(" in f.source
    assert "+=" not in f.source


def test_derivatives_by_parts_that_overlap_are_added():
    x = T.TensorType("float64", (6,))("x")
    parts = [T.exp(x[:3]), T.sin(x[:3]), T.sqr(x[3:])]
    f = minigrad.function([x], minigrad.grad(sum(y.sum() for y in parts), x))
    values = np.arange(6.0)
    right = [np.exp(values[:3]) + np.cos(values[:3]), 2 * values[3:]]
    np.testing.assert_allclose(f(values), np.concatenate(right))
