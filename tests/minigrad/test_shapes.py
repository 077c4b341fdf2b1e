"""Other arrangements of the same elements, of any dtype and also of nothing."""

import numpy as np
import pytest
from draws import ALL
from hypothesis import given
from hypothesis import strategies as st
from oracles import assert_computes

import minigrad
import minigrad.tensor as T
from minigrad.testing import check_grad, tensors

VIEWS = {
    "transpose": (T.transpose, np.transpose),
    "flatten": (T.flatten, np.ravel),
    "shape": (T.shape, lambda x: np.array(x.shape, "int64")),
    "shape_padleft": (lambda x: T.shape_padleft(x, 2), lambda x: x[np.newaxis, np.newaxis]),
    "shape_padright": (
        lambda x: T.shape_padright(x, 2),
        lambda x: x[..., np.newaxis, np.newaxis],
    ),
    "reshape to one axis": (lambda x: T.reshape(x, (x.size,)), lambda x: x.reshape(x.size)),
    "reshape to its shape": (lambda x: x.reshape(x.shape, ndim=x.ndim), lambda x: x),
    "repeat of all": (lambda x: T.repeat(x, 2), lambda x: np.repeat(x, 2)),
    "roll of all": (lambda x: T.roll(x, 2), lambda x: np.roll(x, 2)),
    "tile": (lambda x: T.tile(x, (2, 1)), lambda x: np.tile(x, (2, 1))),
    "tile by one number": (lambda x: T.tile(x, 3), lambda x: np.tile(x, 3)),
    "squeeze": (lambda x: T.squeeze(T.shape_padleft(x), 0), lambda x: x),
}


@pytest.mark.parametrize("name", VIEWS)
@given(x=tensors(ALL))
def test_an_arrangement_is_numpys_for_any_dtype_and_shape(name, x):
    assert_computes(*VIEWS[name], x)


@given(x=tensors(ALL), data=st.data())
def test_transpose_takes_axes_in_any_order(x, data):
    order = data.draw(st.permutations(range(x.ndim)))
    signed = [axis - x.ndim * data.draw(st.booleans()) for axis in order]
    assert_computes(lambda x: T.transpose(x, signed), lambda x: x.transpose(order), x)


@given(x=tensors(ALL).filter(lambda x: x.ndim), data=st.data())
def test_what_is_done_along_an_axis_is_numpys_along_any(x, data):
    axis, other = (data.draw(st.integers(-x.ndim, x.ndim - 1)) for _ in range(2))
    count = data.draw(st.integers(0, 3))
    each = data.draw(st.lists(st.integers(0, 2), min_size=x.shape[axis], max_size=x.shape[axis]))
    each = np.array(each, int)
    shift = data.draw(st.integers(-4, 4))
    assert_computes(
        lambda x: [
            T.swapaxes(x, axis, other),
            T.moveaxis(x, axis, other),
            T.expand_dims(x, axis),
            T.shape_padaxis(x, axis),
            T.repeat(x, count, axis=axis),
            T.repeat(x, each, axis=axis),
            T.roll(x, shift, axis=axis),
        ],
        lambda x: [
            np.swapaxes(x, axis, other),
            np.moveaxis(x, axis, other),
            np.expand_dims(x, axis),
            np.expand_dims(x, axis),
            np.repeat(x, count, axis=axis),
            np.repeat(x, each, axis=axis),
            np.roll(x, shift, axis=axis),
        ],
        x,
    )


@given(tensors(ALL, shape=(2, 3, 2)), st.permutations([0, 1, 2, "x", "x"]))
def test_dimshuffle_permutes_and_adds_axes(x, pattern):
    order = [axis for axis in pattern if axis != "x"]
    new = [place for place, axis in enumerate(pattern) if axis == "x"]
    assert_computes(
        lambda x: x.dimshuffle(*pattern), lambda x: np.expand_dims(x.transpose(order), new), x
    )


def test_flatten_leaves_as_many_dimensions_as_asked_even_of_nothing():
    x = np.zeros((0, 2, 3))
    assert_computes(lambda x: T.flatten(x, 2), lambda x: x.reshape(0, 6), x)


@pytest.mark.parametrize("reps", [[3], [2, 1], [0, 2], [1, 2, 2]])
def test_tile_takes_a_vector_of_any_length_up_to_ndim(reps):
    assert_computes(
        lambda x, reps: T.tile(x, reps, ndim=3),
        lambda x, reps: np.tile(x, [1] * (3 - len(reps)) + list(reps)),
        np.arange(6.0).reshape(2, 3),
        np.array(reps, "int32"),
    )


def test_an_axis_of_no_entries_is_repeated_by_a_list_of_no_numbers():
    assert_computes(lambda x: T.repeat(x, [], axis=1), lambda x: x, np.zeros((2, 0)))


@pytest.mark.parametrize("repeats", [[2], [0], [2, 0, 1]])
@pytest.mark.parametrize("is_known", [True, False])
def test_a_vector_of_one_number_repeats_each_entry_so_often(repeats, is_known):
    x, r = np.arange(6.0).reshape(2, 3), np.array(repeats)
    values = [x] if is_known else [x, r]
    assert_computes(
        lambda x, r=repeats: T.repeat(x, r, axis=1), lambda x, r=r: np.repeat(x, r, axis=1), *values
    )
    vector = T.lvector("vector")
    f = minigrad.function([vector], T.repeat(x, vector, axis=1))
    np.testing.assert_array_equal(f(repeats), np.repeat(x, repeats, axis=1))


SMOOTH = {
    "tile by a vector": lambda x: T.tile(x, T.specify_shape(T.arange(1, 3), (2,))),
    "repeat by a vector of one": lambda x: T.repeat(x, [2], axis=1),
    "repeat by a vector": lambda x: T.repeat(x, T.arange(1, 4), axis=1),
    "tile": lambda x: T.tile(x, (2, 2)),
    "repeat each": lambda x: T.repeat(x, [2, 0, 1], axis=1),
    "repeat": lambda x: T.repeat(x, 2, axis=0),
    "roll": lambda x: T.roll(x, 1, axis=1),
    "moveaxis": lambda x: T.moveaxis(x, 0, -1),
    "swapaxes": lambda x: T.swapaxes(x, 0, -1),
    "expand_dims": lambda x: T.expand_dims(x, 1),
    "specify_shape": lambda x: T.specify_shape(x, (2, 3)),
    "reshape": lambda x: T.reshape(x, (3, -1)),
    "unbroadcast": lambda x: T.unbroadcast(x[:1], 0),
    "addbroadcast": lambda x: T.addbroadcast(x[:1], 0) + T.ones((3, 3)),
    "patternbroadcast": lambda x: T.patternbroadcast(x[:1], (True, False)) * T.ones((3, 3)),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_an_arrangement_passes_both_derivatives(name):
    x = np.array([[0.7, -1.6, 2.3], [1.1, 2.9, -0.4]])
    check_grad(lambda x: SMOOTH[name](x) ** 3, x, order=2)


def test_what_is_known_of_sizes_is_kept():
    x = T.TensorType("float64", (2, None, 1))("x")
    assert T.transpose(x).type.shape == (1, None, 2)
    assert T.squeeze(x).type.shape == (2, None)
    assert T.expand_dims(x, 0).type.shape == (1, 2, None, 1)
    assert T.specify_shape(x, (None, 5, None)).type.shape == (2, 5, 1)
    assert T.reshape(x, (4, 3)).type.shape == (4, 3)


def test_patternbroadcast_sets_which_axes_broadcast():
    x = T.TensorType("float64", (1, None))("x")
    assert T.patternbroadcast(x, (False, True)).broadcastable == (False, True)


REFUSED = {
    "transpose by too few": (lambda x: T.transpose(x, [0]), "2 axes"),
    "transpose by one twice": (lambda x: T.transpose(x, [0, 0]), "once"),
    "dimshuffle of one twice": (lambda x: x.dimshuffle(0, 1, 0), "once"),
    "dimshuffle of one too far": (lambda x: x.dimshuffle(0, 2), "axes"),
    "squeeze of what may be longer": (lambda x: T.squeeze(x, 0), "not known to have size 1"),
    "moveaxis to fewer places": (lambda x: T.moveaxis(x, [0, 1], [0]), "cannot go to 1 places"),
    "patternbroadcast of another rank": (lambda x: T.patternbroadcast(x, [True]), "2 dimensions"),
    "reshape to two unknown sizes": (lambda x: x.reshape((-1, -1)), "only one size can be -1"),
    "specify_shape of another rank": (lambda x: T.specify_shape(x, (1, 2, 3)), "got 3 sizes"),
    "flatten to none": (lambda x: T.flatten(x, 0), "from 1 to 2"),
    "expand_dims too far": (lambda x: T.expand_dims(x, 4), "axis 4"),
    "swapaxes too far": (lambda x: T.swapaxes(x, 0, 2), "axis 2"),
    "tile in too few dimensions": (lambda x: T.tile(x, 2, ndim=1), "need 2 dimensions, not 1"),
    "tile by too many": (lambda x: T.tile(x, [1, 2, 3], ndim=2), "need 3 dimensions, not 2"),
    "tile by a vector": (lambda x: T.tile(x, T.lvector()), "unknown length: say ndim="),
    "repeat by too many": (
        lambda x: T.repeat(T.specify_shape(x, (2, None)), [1, 2, 3], axis=0),
        "3 numbers for 2",
    ),
    "repeat too far": (lambda x: T.repeat(x, 2, axis=2), "axis 2"),
    "roll too far": (lambda x: T.roll(x, 2, axis=-3), "axis -3"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_arrangement_that_cannot_be_is_refused_when_written(name):
    build, problem = REFUSED[name]
    with pytest.raises(ValueError, match=problem):
        build(T.dmatrix("x"))


@pytest.mark.parametrize("repeats", [1.5, [1.5, 1.5], [[1]], [True, False]])
def test_how_often_to_repeat_is_a_whole_number_or_a_vector(repeats):
    with pytest.raises(TypeError):
        T.repeat(T.dmatrix("x"), repeats, axis=0)


@pytest.mark.parametrize("size", [1.5, "2"])
def test_a_size_that_is_no_whole_number_is_refused(size):
    with pytest.raises(TypeError):
        T.reshape(T.dmatrix("x"), (2, size))


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
@pytest.mark.parametrize(
    "build",
    [
        lambda x: T.reshape(x, (4, 2)),
        lambda x: T.specify_shape(x, (2, 4)),
        lambda x: T.addbroadcast(x, 0),
        lambda x: T.patternbroadcast(x, (False, True)),
        lambda x: T.repeat(x, [1, 2], axis=1),
        lambda x: T.tile(x, T.cast(x[0], "int64"), ndim=2),
    ],
    ids=["reshape", "specify_shape", "addbroadcast", "patternbroadcast", "repeat", "tile"],
)
def test_sizes_that_turn_out_otherwise_are_a_value_error(build, mode):
    x = T.dmatrix("x")
    with pytest.raises(ValueError):
        minigrad.function([x], build(x), mode=mode)(np.ones((2, 3)))


def test_an_axis_that_no_longer_broadcasts_passes_the_derivative():
    check_grad(lambda x: T.unbroadcast(x, 0) ** 3, np.array([[0.5, -1.5]]), order=2)
