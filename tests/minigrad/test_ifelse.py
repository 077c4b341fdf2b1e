"""`ifelse` computes the branch that is chosen, and nothing of the other."""

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad import grad
from minigrad.testing import check_op
from minigrad.theano.ifelse import ifelse

MODES = ["FAST_RUN", "FAST_COMPILE"]


class Counted(minigrad.Op):
    """x², counting how often it is computed."""

    itypes = otypes = (T.dvector,)
    storage = "new"

    def __init__(self):
        self.n_computed = 0

    def perform(self, node, inputs, output_storage):
        self.n_computed += 1
        output_storage[0][0] = inputs[0] ** 2

    def infer_shape(self, node, input_shapes):
        return input_shapes

    def grad(self, inputs, output_grads):
        return [2 * inputs[0] * output_grads[0]]


@pytest.mark.parametrize("mode", [*MODES, "DebugMode"])
def test_the_first_is_chosen_if_the_condition_holds_else_the_other(mode):
    a, b, x, y = T.dscalar("a"), T.dscalar("b"), T.dmatrix("x"), T.dmatrix("y")
    f = minigrad.function([a, b, x, y], ifelse(T.lt(a, b), T.mean(x), T.mean(y)), mode=mode)
    x, y = np.ones((2, 2)), np.full((3, 2), 5.0)
    assert f(0, 1, x, y) == 1
    assert f(1, 0, x, y) == 5


@pytest.mark.parametrize("mode", MODES)
def test_only_the_chosen_branch_is_computed(mode):
    c, x = T.iscalar("c"), T.dvector("x")
    then, other = Counted(), Counted()
    f = minigrad.function([c, x], ifelse(c, then(x + 1), other(x) * 2), mode=mode)
    np.testing.assert_array_equal(f(1, [1, 2]), [4, 9])
    np.testing.assert_array_equal(f(0, [1, 2]), [2, 8])
    np.testing.assert_array_equal(f(0, [1, 2]), [2, 8])
    assert (then.n_computed, other.n_computed) == (1, 2)
    assert "if " in f.source


def test_a_derivative_computes_the_chosen_branch_alone():
    c, x = T.iscalar("c"), T.dvector("x")
    then, other = Counted(), Counted()
    y = ifelse(c, then(x), other(2 * x))
    f = minigrad.function([c, x], [y, grad(y.sum(), x)])
    np.testing.assert_array_equal(f(1, [1, 2])[1], [2, 4])
    np.testing.assert_array_equal(f(0, [1, 2])[1], [8, 16])
    assert (then.n_computed, other.n_computed) == (1, 1)


def test_what_both_branches_need_is_computed_once():
    c, x = T.iscalar("c"), T.dvector("x")
    square = Counted()
    y = square(x)
    f = minigrad.function([c, x], ifelse(c, y + 1, y + 2))
    np.testing.assert_array_equal(f(1, [1, 2]), [2, 5])
    np.testing.assert_array_equal(f(0, [1, 2]), [3, 6])
    assert square.n_computed == 2


@pytest.mark.parametrize("mode", [*MODES, "DebugMode"])
def test_branches_are_lists_or_choices_themselves(mode):
    c, x = T.iscalar("c"), T.dvector("x")
    y, z = ifelse(c > 0, [x + 1, x[0]], [ifelse(c < -1, 2 * x, 3 * x), x[1]])
    f = minigrad.function([c, x], [y, z, grad(y.sum() + z, x)], mode=mode)
    for c, expected, last, slope in [
        (1, [2, 3], 1, [2, 1]),
        (-1, [3, 6], 2, [3, 4]),
        (-2, [2, 4], 2, [2, 3]),
    ]:
        y, z, gradient = f(c, [1, 2])
        np.testing.assert_array_equal(y, expected)
        assert z == last
        np.testing.assert_array_equal(gradient, slope)


def test_sizes_of_branches_may_differ():
    c, x = T.iscalar("c"), T.dvector("x")
    y = ifelse(c, x, T.ones((1,), dtype="float64"))
    assert y.type.broadcastable == (False,)
    f = minigrad.function([c, x], [y, y.shape[0]])
    assert f(1, [1, 2, 3])[1] == 3
    assert f(0, [1, 2, 3])[1] == 1


def test_sizes_that_both_branches_share_are_no_choice():
    c, x = T.iscalar("c"), T.dvector("x")
    y = ifelse(c, T.exp(x), T.sin(x))
    f = minigrad.function([c, x], T.zeros_like(y))
    np.testing.assert_array_equal(f(1, [1, 2]), [0, 0])
    assert "switch" not in f.source
    assert "if " not in f.source


def test_a_choice_in_a_loop_is_made_in_each_step():
    x = T.dvector("x")
    then, other = Counted(), Counted()
    y, _ = minigrad.scan(
        lambda x, h: ifelse(x > 0, then(h) + x, other(h) - x), x, T.ones((2,), dtype="float64")
    )
    f = minigrad.function([x], y)
    np.testing.assert_array_equal(f([1, -1, 2]), [[2, 2], [5, 5], [27, 27]])
    assert (then.n_computed, other.n_computed) == (2, 1)


def test_a_condition_that_is_known_leaves_no_choice():
    x = T.dvector("x")
    f = minigrad.function([x], ifelse(T.constant(1), x + 1, x + 2))
    np.testing.assert_array_equal(f([1]), [2])
    assert "if " not in f.source


def test_ifelse_keeps_all_promises_of_an_op():
    values = np.random.default_rng(0).normal(size=(3, 2))
    check_op(
        lambda x, y: ifelse(T.gt(x[0, 0], 0), x * y, T.exp(y)), values, values + 1, max_examples=2
    )


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((T.dvector("c"), 1.0, 2.0), TypeError, "the condition is a scalar"),
        ((1, [1.0, 2.0], [1.0]), ValueError, "2 variables, but 1 for else"),
        ((1, T.dvector("x"), T.fvector("y")), TypeError, "x is .*float64.*, but y is .*float32"),
        ((1, T.dvector("x"), T.dmatrix("y")), TypeError, "same dtype and number of dimensions"),
    ],
)
def test_a_mistake_is_told_at_once(arguments, error, words):
    with pytest.raises(error, match=words):
        ifelse(*arguments)
