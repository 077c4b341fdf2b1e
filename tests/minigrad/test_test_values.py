"""Test values: expressions are computed while they are written, and mistakes are errors there."""

import pickle
import warnings

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad import OpFromGraph, config
from minigrad.protocol.test_values import get_test_value
from minigrad.testing import check_grad
from minigrad.theano.gof.op import debug_error_message, get_debug_values
from minigrad.theano.gradient import jacobian
from minigrad.theano.scan_module import scan_utils


@pytest.fixture
def x():
    x = T.dvector("x")
    x.tag.test_value = np.array([1.0, 2.0])
    return x


@pytest.fixture
def raising():
    with config.change_flags(compute_test_value="raise"):
        yield


def test_nothing_is_computed_unless_it_is_asked_for(x):
    assert not hasattr((2 * x).tag, "test_value")


def test_a_variable_takes_notes_of_any_name(x):
    x.tag.regularized = True
    assert x.tag.regularized and not hasattr(T.dvector().tag, "regularized")
    assert pickle.loads(pickle.dumps(x)).tag.test_value.tolist() == [1.0, 2.0]


def test_an_expression_has_a_value_as_soon_as_it_is_written(raising, x):
    w = minigrad.shared([1.0, 3.0])
    y = T.dot(x, w)
    assert y.tag.test_value == 7
    assert T.sum([x, T.exp(x) - 1 + x[0]], axis=1).tag.test_value.shape == (2,)


def test_a_derivative_has_one_too(raising, x):
    assert get_test_value(minigrad.grad((x**2).sum(), x)).tolist() == [2.0, 4.0]


def test_a_mistake_is_an_error_at_its_line(raising, x):
    W = T.dmatrix("W")
    W.tag.test_value = np.ones((3, 3))
    with pytest.raises(
        ValueError, match=r"(?s)Dot.*made at .*test_test_values.py:\d+: T.dot\(x, W"
    ):
        T.dot(x, W)


@pytest.mark.parametrize("how", ["raise", "pdb"])
def test_an_input_without_one_is_an_error_with_advice(how, x):
    y = T.dvector("y")
    with config.change_flags(compute_test_value=how):
        with pytest.raises(ValueError, match=r"y has no test value; set y.tag.test_value"):
            x + y


def test_an_input_without_one_is_warned_of_at_its_line_or_ignored(x):
    y = T.dvector("y")
    with config.change_flags(compute_test_value="warn"):
        with pytest.warns(UserWarning, match="y has no test value") as seen:
            x + y
        assert seen[0].filename == __file__
    with config.change_flags(compute_test_value="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not hasattr((x + y).tag, "test_value")
        assert (x + 1).tag.test_value.tolist() == [2.0, 3.0]


def test_a_mistake_is_an_error_also_where_missing_values_are_ignored(x):
    z = T.dvector("z")
    z.tag.test_value = np.ones(3)
    with config.change_flags(compute_test_value="ignore"), pytest.raises(ValueError, match="sizes"):
        x + z


def test_a_value_of_another_type_is_refused(raising, x):
    x.tag.test_value = np.ones((2, 2))
    with pytest.raises(TypeError, match="the test value of x"):
        2 * x


def test_what_was_written_before_is_computed_when_it_is_needed(x):
    y = T.exp(x)
    with config.change_flags(compute_test_value="raise"):
        np.testing.assert_allclose((y + 1).tag.test_value, np.exp([1.0, 2.0]) + 1)


def test_compiling_and_calling_need_no_test_values(raising, x):
    with config.change_flags(compute_test_value="off"):
        y = T.dmatrix("y")
        cost = -T.log(T.nnet.sigmoid(y)).mean()
    f = minigrad.function([y], cost)
    assert f(np.ones((3, 2))) == f(np.ones((3, 2)))
    assert cost.eval({y: [[0.0]]}) > 0
    with config.change_flags(mode="DebugMode"):
        minigrad.function([y], cost)(np.ones((2, 2)))


def test_a_loop_has_a_test_value_and_its_steps_need_none(raising, x):
    zero = T.constant(0.0, dtype="float64")
    sums, _ = minigrad.scan(lambda a, b: a + b, sequences=x, outputs_info=zero)
    assert get_test_value(sums).tolist() == [1.0, 3.0]


def loop_of(x):
    return minigrad.scan(lambda a, b: a * b, sequences=x, outputs_info=x[0])[0]


def loop_until(x):
    return minigrad.scan(lambda a: (2 * a, scan_utils.until(a > 9)), outputs_info=x[0], n_steps=9)[
        0
    ]


def derivative_of_a_graph_as_an_op(x):
    a, b = T.dscalars("a", "b")
    with config.change_flags(compute_test_value="off"):
        op = minigrad.OpFromGraph([a, b], [a * b + a])
    return minigrad.grad(op(x[0], x[1]), x)


# Each makes variables of its own on the way, which are none of the user's.
OF_MANY_VARIABLES = {
    "a loop's derivative": lambda x: minigrad.grad(loop_of(x).sum(), x),
    "a loop that ends early": loop_until,
    "a loop in a loop's derivative": lambda x: minigrad.grad(
        minigrad.scan(lambda a: loop_of(a * x), sequences=x)[0].sum(), x
    ),
    "the R operator": lambda x: minigrad.Rop(T.tanh(x), x, 2 * x),
    "a Jacobian": lambda x: jacobian(T.tanh(x) * x.sum(), x),
    "the derivative of a graph as an op": derivative_of_a_graph_as_an_op,
}


@pytest.mark.parametrize("case", OF_MANY_VARIABLES)
def test_users_give_values_to_their_own_variables_alone(case, raising, x):
    y = OF_MANY_VARIABLES[case](x)
    np.testing.assert_array_equal(get_test_value(y), y.eval({x: x.tag.test_value}))


def test_a_gradient_is_checked_without_test_values(raising):
    check_grad(lambda v: T.tanh(v).sum(), np.ones(3))


def test_nothing_is_computed_when_it_is_off_again():
    x = T.dscalar("x")
    x.tag.test_value = 1.0
    with config.change_flags(compute_test_value="raise"):
        assert (x + 1).tag.test_value == 2.0
    assert not hasattr((x + 1).tag, "test_value")


def test_an_expression_as_an_operation_has_test_values(raising):
    x = T.dscalar("x")
    x.tag.test_value = 1.0
    assert OpFromGraph([x], [x + 1])(x).tag.test_value == 2.0


def test_debug_values_are_those_of_all_variables_or_none(raising, x):
    values = get_debug_values(x, 2 * x)
    assert [[v.tolist() for v in pair] for pair in values] == [[[1, 2], [2, 4]]]
    assert [v.tolist() for v in get_debug_values(x)] == [[1, 2]]
    with config.change_flags(compute_test_value="off"):
        assert get_debug_values(x) == []


def test_debug_values_that_are_missing_are_an_error_a_warning_or_ignored(raising):
    bare = T.dvector("bare")
    with pytest.raises(ValueError, match="bare has no test value"):
        get_debug_values(bare)
    with config.change_flags(compute_test_value="warn"):
        with pytest.warns(UserWarning, match="bare has no test value"):
            assert get_debug_values(bare) == []
    with config.change_flags(compute_test_value="ignore"):
        assert get_debug_values(bare) == []


def test_a_test_value_that_is_not_right_is_an_error_or_a_warning(raising):
    with pytest.raises(ValueError, match="not right"):
        debug_error_message("not right")
    with config.change_flags(compute_test_value="warn"), pytest.warns(UserWarning, match="right"):
        debug_error_message("not right")
