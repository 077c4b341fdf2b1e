"""Putting together and taking apart, of any dtypes and along any axis."""

import numpy as np
import pytest
from draws import ALL
from hypothesis import given
from hypothesis import strategies as st
from oracles import assert_computes

import minigrad
import minigrad.tensor as T
from minigrad.testing import check_grad, shapes, tensors


@st.composite
def joinable(draw):
    """Arrays of any dtypes that differ in size along one axis only, and that axis."""
    shape = draw(shapes(min_dims=1))
    axis = draw(st.integers(0, len(shape) - 1))
    lengths = draw(st.lists(st.integers(0, 3), min_size=1, max_size=3))
    # Size 1 elsewhere is taken to broadcast: all have it.
    parts = [draw(tensors(ALL, (*shape[:axis], n, *shape[axis + 1 :]))) for n in lengths]
    return parts, draw(st.sampled_from([axis, axis - len(shape)]))


@given(joinable())
def test_join_and_concatenate_are_numpys_concatenate(values):
    parts, axis = values

    def reference(*parts):
        return [np.concatenate(parts, axis=axis)] * 2

    assert_computes(
        lambda *parts: [T.join(axis, *parts), T.concatenate(parts, axis=axis)], reference, *parts
    )


@given(st.data())
def test_stack_is_numpys_along_any_new_axis(data):
    shape = data.draw(shapes())
    parts = [data.draw(tensors(ALL, shape)) for _ in range(data.draw(st.integers(1, 3)))]
    axis = data.draw(st.integers(-len(shape) - 1, len(shape)))
    assert_computes(
        lambda *parts: T.stack(parts, axis=axis), lambda *parts: np.stack(parts, axis=axis), *parts
    )


@given(st.data())
def test_split_undoes_join(data):
    parts, axis = data.draw(joinable())
    x = np.concatenate(parts, axis=axis)
    lengths = [part.shape[axis] for part in parts]
    assert_computes(
        lambda x: T.split(x, lengths, len(parts), axis=axis),
        lambda x: np.split(x, np.cumsum(lengths)[:-1], axis=axis),
        x,
    )


def test_split_takes_lengths_that_are_known_only_when_it_runs():
    x, lengths = T.dvector("x"), T.lvector("lengths")
    f = minigrad.function([x, lengths], T.split(x, lengths, 2))
    first, second = f([1.0, 2.0, 3.0], [1, 2])
    assert (first.tolist(), second.tolist()) == ([1.0], [2.0, 3.0])


def test_old_theanos_stack_of_tensors_one_by_one_works():
    assert_computes(T.stack, lambda x, y: np.stack([x, y]), 1.0, 2.0)


def test_nested_lists_of_variables_become_a_tensor():
    def reference(x, y):
        return [np.array([[x, y], [y, 1.0]])] * 2

    assert_computes(
        lambda x, y: [T.stacklists([[x, y], [y, 1.0]]), T.as_tensor_variable([[x, y], [y, 1.0]])],
        reference,
        2.0,
        3.0,
    )


A, B = np.array([[0.7, -1.6, 2.3], [1.1, 2.9, -0.4]]), np.array([[1.3, 0.6, -0.9]])
SMOOTH = {
    "join": (lambda x, y: T.join(0, x, y, x), [A, B]),
    "stack": (lambda x, y: T.stack([x, y, x], axis=-1), [A, A + 1]),
    "stacklists": (lambda x, y: T.stacklists([[x, y], [y, x]]), [A, A + 1]),
    "one part of a split": (lambda x: T.split(x, [1, 2], 2, axis=1)[0], [A]),
    "both parts of a split": (
        lambda x: T.split(x, [1, 1], 2)[0] * T.split(x, [1, 1], 2)[1],
        [A],
    ),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_it_passes_both_derivatives(name):
    build, values = SMOOTH[name]
    check_grad(lambda *inputs: build(*inputs) ** 3, *values, order=2)


REFUSED = {
    "join of nothing": (lambda x: T.join(0), ValueError, "at least one"),
    "join of scalars": (lambda x: T.join(0, x.sum(), x.sum()), ValueError, "use stack"),
    "join of other known sizes": (
        lambda x: T.join(0, np.ones((1, 2)), np.ones((1, 3))),
        ValueError,
        "differ in size along axis 1",
    ),
    "join along no axis": (lambda x: T.join(2, x, x), ValueError, "axis 2"),
    "concatenate of a tensor": (lambda x: T.concatenate(x), TypeError, "a list of tensors"),
    "stack of nothing": (lambda x: T.stack([]), ValueError, "at least one"),
    "stack of other ranks": (lambda x: T.stack([x, x.sum()]), ValueError, "number of dimensions"),
    "split in another number": (lambda x: T.split(x, [1, 1], 3), ValueError, "2 lengths for 3"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused_when_written(name):
    build, error, problem = REFUSED[name]
    with pytest.raises(error, match=problem):
        build(T.dmatrix("x"))


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
@pytest.mark.parametrize("lengths", [[1, 1], [2, 2]])
def test_lengths_that_do_not_add_up_are_a_value_error(lengths, mode):
    x = T.dvector("x")
    f = minigrad.function([x], T.split(x, lengths, 2), mode=mode)
    with pytest.raises(ValueError, match="split"):
        f([1.0, 2.0, 3.0])


def test_a_negative_length_is_refused_when_written():
    with pytest.raises(ValueError, match="a length must be at least 0; got -1"):
        T.split(T.dvector("x"), [4, -1], 2)


def test_a_negative_length_is_a_value_error_when_it_runs():
    x, lengths = T.dvector("x"), T.lvector("lengths")
    f = minigrad.function([x, lengths], T.split(x, lengths, 2))
    with pytest.raises(ValueError, match="do not add up"):
        f([1.0, 2.0, 3.0], [4, -1])


def test_a_single_tensor_that_is_joined_passes_its_derivative():
    check_grad(lambda x: T.concatenate([x]) ** 3, np.array([0.5, -1.5]), order=2)
