"""Failures at run time: the natural exception, the operation, what it met, and the user's line."""

import traceback

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T


@pytest.fixture
def x():
    return T.dmatrix("x")


def message(error, f, *values):
    with pytest.raises(error) as caught:
        f(*values)
    return str(caught.value)


def test_a_size_that_does_not_fit_is_told_with_shapes_and_line(x):
    W = minigrad.shared(np.ones((4, 2)), name="W")
    product = x.dot(W)  # the line
    text = message(ValueError, minigrad.function([x], product), np.ones((3, 5)))
    assert "Dot: sizes differ: x has 5 along axis 1, W has 4 along axis 0" in text
    assert "x is float64 (3, 5), W is float64 (4, 2)" in text
    assert "product = x.dot(W)" in text
    assert f"test_errors.py:{product.owner.made_at.number}" in text


def test_eval_tells_the_same(x):
    y = T.dmatrix("y")
    text = message(ValueError, lambda: (x + y).eval({x: np.ones((2, 3)), y: np.ones((2, 4))}))
    assert "add: sizes differ: x has 3 along axis 1, y has 4 along axis 1" in text
    assert "test_errors.py" in text


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode"])
@pytest.mark.parametrize("operation", [T.add, T.mul, T.maximum, T.switch, T.true_div])
def test_a_size_of_1_never_broadcasts_by_chance(x, operation, mode):
    y = T.dmatrix("y")
    arguments = [T.gt(x, 0), x, y] if operation is T.switch else [x, y]
    f = minigrad.function([x, y], operation(*arguments), mode=mode)
    text = message(ValueError, f, np.ones((2, 3)), np.ones((1, 3)))
    assert "T.addbroadcast" in text


def test_an_index_out_of_range_is_an_index_error(x):
    i = T.lscalar("i")
    text = message(IndexError, minigrad.function([x, i], x[i]), np.ones((2, 2)), 7)
    assert "out of bounds" in text
    assert "test_errors.py" in text


def test_a_reshape_that_does_not_fit_is_a_value_error(x):
    text = message(ValueError, minigrad.function([x], x.reshape((7, 1))), np.ones((2, 2)))
    assert "cannot reshape" in text
    assert "Reshape" in text


def test_the_largest_of_nothing_is_a_value_error(x):
    text = message(ValueError, minigrad.function([x], x.max()), np.ones((0, 2)))
    assert "max" in text


def test_an_exception_of_a_users_op_stays_what_it_is(x):
    class Failing(minigrad.Op):
        itypes = otypes = [T.dmatrix]

        def perform(self, node, inputs, output_storage):
            raise ZeroDivisionError("none of that")

    text = message(ZeroDivisionError, minigrad.function([x], Failing()(x)), np.ones((2, 2)))
    assert text.startswith("none of that\n")
    assert "in Failing, where x is float64 (2, 2)" in text


def test_an_assertion_of_a_users_op_stays_what_it_is(x):
    class Failing(minigrad.Op):
        itypes = otypes = [T.dmatrix]

        def perform(self, node, inputs, output_storage):
            raise AssertionError("not so")

    assert "not so" in message(AssertionError, minigrad.function([x], Failing()(x)), np.eye(2))


def test_the_line_of_a_gradient_is_that_of_the_expression(x):
    y = T.dmatrix("y")
    cost = T.sqr(x - y).sum()  # the line
    f = minigrad.function([x, y], minigrad.grad(cost, x))
    assert "cost = T.sqr(x - y).sum()" in message(ValueError, f, np.ones((2, 3)), np.ones((3, 3)))


def test_a_traceback_shows_the_programs_line(x):
    y = T.dmatrix("y")
    f = minigrad.function([x, y], x + y)
    with pytest.raises(AssertionError) as caught:
        f._program.run(np.ones((2, 2)), np.ones((3, 2)))
    assert "assert x.shape[0] == y.shape[0]" in "".join(traceback.format_exception(caught.value))


# When the expression is written, what is known can be refused.


def test_shapes_that_cannot_fit_are_refused_when_written():
    a, b = T.constant(np.ones((2, 3))), T.constant(np.ones((2, 4)))
    with pytest.raises(ValueError, match="shapes do not fit"):
        a + b
    with pytest.raises(ValueError, match="dot"):
        T.dot(a, b)


def test_an_axis_that_does_not_exist_is_refused_when_written(x):
    with pytest.raises(np.exceptions.AxisError):
        x.sum(axis=2)


@pytest.mark.parametrize(
    ("refused", "advice"),
    [
        (len, r"shape\[0\]"),
        (iter, "iter"),
        (lambda x: 1 in x, "T.eq"),
        (lambda x: bool(x > 0), "T.switch"),
        (lambda x: x.__setitem__(0, 1), "set_subtensor"),
    ],
    ids=["len", "iter", "in", "bool", "assignment"],
)
def test_what_needs_a_value_is_refused_with_advice(x, refused, advice):
    with pytest.raises(TypeError, match=advice):
        refused(x)
