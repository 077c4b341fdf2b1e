"""Arrays of shared variables: those that nobody refers to any more are used again, no others."""

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T

recycling = pytest.importorskip("minigrad.planner.recycling")
pytestmark = pytest.mark.planner


@pytest.fixture
def moving():
    """A large shared variable, and a function that adds its input to it."""
    w = minigrad.shared(np.zeros((200, 300)), name="w")
    x = T.dmatrix("x")
    return w, minigrad.function([x], w.sum(), updates=[(w, w + x)])


def test_the_array_of_a_value_that_was_replaced_is_used_again(moving):
    w, f = moving
    x = np.ones((200, 300))
    seen = set()
    for _ in range(6):
        f(x)
        seen.add(w.get_value(borrow=True).ctypes.data)
    assert w.get_value()[0, 0] == 6
    assert len(seen) <= 3


@pytest.mark.parametrize("part", [np.s_[:], np.s_[:1, :1]], ids=["it", "a view of it"])
def test_a_value_that_somebody_has_is_left_to_him(part, moving):
    w, f = moving
    held = []
    for _ in range(6):
        f(np.ones((200, 300)))
        value = w.get_value(borrow=True)
        held.append(value if part == np.s_[:] else value[part])
        del value
    assert [value[0, 0] for value in held] == [1, 2, 3, 4, 5, 6]


def test_a_value_that_another_variable_holds_too_is_left_to_it(moving):
    w, f = moving
    other = minigrad.shared(w.get_value(borrow=True), borrow=True)
    for _ in range(3):
        f(np.ones((200, 300)))
    assert other.get_value()[0, 0] == 0


def test_a_value_that_cannot_be_written_to_is_not_used_again(moving):
    w, f = moving
    value = np.zeros((200, 300))
    value.flags.writeable = False
    w.set_value(value, borrow=True)
    del value
    for _ in range(4):
        f(np.ones((200, 300)))
    assert w.get_value()[0, 0] == 4


def test_a_failing_call_leaves_the_values_as_they_were(moving):
    w, f = moving
    for _ in range(3):
        f(np.ones((200, 300)))
    i = T.lscalar("i")
    g = minigrad.function([i], w[i, 0], updates=[(w, 2 * w)])
    g(0)
    with pytest.raises(IndexError):
        g(1000)
    assert w.get_value()[0, 0] == 6


def test_a_new_value_of_another_shape_is_planned_for_anew(moving):
    w, f = moving
    f(np.ones((200, 300)))
    f(np.ones((200, 300)))
    w.set_value(np.zeros((100, 400)))
    assert f(np.ones((100, 400))) == 0
    assert f(np.ones((100, 400))) == 40_000


def test_an_array_that_takes_the_new_value_of_a_shared_variable_is_filled_too():
    value = recycling.NewValue(T.dvector(), 0, np.dtype("float64"), (3,))
    taken = recycling.Recycler([value], {}, filled=True).take()
    assert np.isnan(taken[0]).all()
