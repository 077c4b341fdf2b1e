"""`grad`: what it refuses, its options, and that derivatives have derivatives."""

import numpy as np
import pytest
from oracles import assert_derivative

import minigrad
import minigrad.tensor as T
from minigrad import DisconnectedInputError, grad


@pytest.fixture
def x():
    return T.dvector("x")


def test_the_cost_must_be_a_scalar(x):
    with pytest.raises(TypeError, match=r"must be a scalar; .* has 1 dimensions; take its sum"):
        grad(x * 2, x)


def test_the_cost_must_be_of_float_type():
    n = T.lscalar("n")
    with pytest.raises(TypeError, match="int64, which has no derivative"):
        grad(n * 2, T.dscalar("x"))


def test_an_integer_variable_has_no_derivative(x):
    n = T.lvector("n")
    with pytest.raises(TypeError, match="n: it is int64"):
        grad((x * n).sum(), n)


@pytest.mark.parametrize("wrong", [3.0, "x", None])
def test_only_variables_have_derivatives_by_them(x, wrong):
    with pytest.raises(TypeError, match="with respect to variables"):
        grad(x.sum(), wrong)


def test_a_constant_has_no_derivative_by_it(x):
    with pytest.raises(TypeError, match="is a constant"):
        grad(x.sum(), T.constant(1.0))


def test_a_variable_that_the_cost_does_not_depend_on_is_an_error_with_advice(x):
    y = T.dvector("y")
    with pytest.raises(DisconnectedInputError, match="does not depend on y.*disconnected_inputs"):
        grad(x.sum(), y)


def test_or_a_warning_and_zeros(x):
    y = T.dvector("y")
    with pytest.warns(UserWarning, match="does not depend on y"):
        result = grad(x.sum(), y, disconnected_inputs="warn")
    assert result.eval({y: [1.0, 2.0]}).tolist() == [0.0, 0.0]


def test_or_ignored_and_zeros_or_none(x):
    y = T.dvector("y")
    assert grad(x.sum(), y, disconnected_inputs="ignore").eval({y: [1.0]}).tolist() == [0.0]
    none = grad(x.sum(), [x, y], disconnected_inputs="ignore", return_disconnected="none")
    assert none[1] is None


def test_a_variable_used_only_for_its_shape_is_disconnected(x):
    y = T.dvector("y")
    with pytest.raises(DisconnectedInputError):
        grad(x.sum() * y.shape[0], y)


def test_a_constant_piecewise_function_is_connected_with_derivative_zero(x):
    assert grad(T.floor(x).sum(), x).eval({x: [0.5]}).tolist() == [0.0]


@pytest.mark.parametrize("kind", [list, tuple])
def test_derivatives_come_in_the_container_that_the_variables_came_in(x, kind):
    y = T.dvector("y")
    result = grad((x * y).sum(), kind([x, y]))
    assert type(result) is kind
    assert len(result) == 2


def test_the_derivative_of_a_named_cost_has_a_name(x):
    cost = x.sum()
    cost.name = "cost"
    assert grad(cost, x).name == "(dcost/dx)"
    assert grad(cost, x, add_names=False).name is None


def test_contributions_of_several_uses_are_added():
    assert_derivative(lambda x: x * T.sin(x) + x, np.array([0.5, 1.0]))


def test_a_derivative_by_an_intermediate_result(x):
    y = T.sqr(x)
    assert grad((3 * y).sum(), y).eval({x: [1.0, 2.0]}).tolist() == [3.0, 3.0]


def test_by_an_intermediate_result_and_by_what_it_is_made_of(x):
    y = T.sqr(x)
    by_y, by_x = grad((y * x).sum(), [y, x])
    assert by_y.eval({x: [2.0]}).tolist() == [2.0]
    assert by_x.eval({x: [2.0]}).tolist() == [12.0]


def test_the_derivative_of_the_cost_by_itself_is_one(x):
    cost = x.sum()
    assert grad(cost, cost).eval({x: [1.0]}) == 1


def test_third_derivatives():
    x = T.dscalar("x")
    y = x**5
    for factor, power in [(5, 4), (20, 3), (60, 2), (120, 1), (120, 0)]:
        y = grad(y, x)
        assert y.eval({x: 2.0}) == pytest.approx(factor * 2.0**power)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_derivative_has_the_dtype_of_its_variable(dtype):
    x, y = T.vector("x", dtype=dtype), T.dvector("y")
    assert grad((x * y).sum(), x).dtype == dtype


def test_considered_constant_nothing_passes(x):
    y = T.sqr(x)
    result = grad((y * x).sum(), x, consider_constant=[y])
    assert result.eval({x: [3.0]}).tolist() == [9.0]


def test_known_derivatives_replace_the_cost(x):
    y = T.sqr(x)
    result = grad(None, x, known_grads={y: T.constant([1.0, 10.0])})
    assert result.eval({x: [1.0, 2.0]}).tolist() == [2.0, 40.0]


def test_known_derivatives_stand_beside_a_cost(x):
    y = T.sqr(x)
    result = grad(y.sum() + x.sum(), x, known_grads={y: T.constant([0.0, 0.0])})
    assert result.eval({x: [1.0, 2.0]}).tolist() == [1.0, 1.0]


def test_without_cost_and_known_derivatives_there_is_nothing_to_do(x):
    with pytest.raises(TypeError, match="got neither"):
        grad(None, x)


def test_an_unknown_option_is_refused(x):
    with pytest.raises(ValueError, match="disconnected_inputs is one of"):
        grad(x.sum(), x, disconnected_inputs="explode")


class Doubling(minigrad.Op):
    """Doubles, with whatever derivative it is given."""

    itypes = otypes = [T.dvector]

    def __init__(self, derivative):
        self.derivative = derivative

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = 2 * inputs[0]

    def grad(self, inputs, output_grads):
        return self.derivative(*inputs, *output_grads)


def test_a_users_derivative_is_used(x):
    double = Doubling(lambda x, g: [2 * g])
    assert grad(double(x).sum(), x).eval({x: [1.0]}).tolist() == [2.0]


def test_a_users_derivative_may_be_none_for_zero(x):
    double = Doubling(lambda x, g: [None])
    assert grad(double(x).sum(), x).eval({x: [1.0]}).tolist() == [0.0]


def test_too_many_derivatives_are_refused(x):
    double = Doubling(lambda x, g: [g, g])
    with pytest.raises(ValueError, match="has 2 terms, but it has 1 inputs"):
        grad(double(x).sum(), x)


def test_a_derivative_of_the_wrong_dimensions_is_refused(x):
    double = Doubling(lambda x, g: [g.sum()])
    with pytest.raises(ValueError, match="0 dimensions by x, which has 1"):
        grad(double(x).sum(), x)


def test_an_op_without_derivative_says_how_to_give_it_one(x):
    class Opaque(minigrad.Op):
        itypes = otypes = [T.dvector]

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = inputs[0]

    with pytest.raises(TypeError, match=r"define grad\(inputs, output_grads\) in Opaque"):
        grad(Opaque()(x).sum(), x)


def test_what_leads_nowhere_needs_no_derivative(x):
    class Opaque(minigrad.Op):
        itypes = otypes = [T.dvector]

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = inputs[0]

    y = T.dvector("y")
    assert grad((Opaque()(y) * x).sum(), x).eval({x: [1.0], y: [5.0]}).tolist() == [5.0]
