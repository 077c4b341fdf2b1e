"""Step 5: backpropagation, the chain rule over a whole graph."""

import numpy as np
import pytest
from owngrad.axes import Size
from owngrad.backprop import backpropagate, connected, grad
from owngrad.evaluate import evaluate
from owngrad.graph import toposort
from owngrad.table import exp, log, mul, sqr, sqrt, tanh
from owngrad.types import TensorType, constant

from minigrad.testing import check_grad

scalar = TensorType("float64", ())
vector = TensorType("float64", (None,))
matrix = TensorType("float64", (None, None))


def derivative(cost, x, value):
    return float(evaluate(grad(cost, [x]), {x: value})[0])


# ---- connected -----------------------------------------------------------------------------------


def test_connected_is_what_lies_between_the_wanted_and_the_cost():
    x, y = scalar("x"), scalar("y")
    a, b = exp(x), exp(y)
    cost = a * b
    aside = exp(a)  # depends on x, but does not lead to the cost
    found = connected([cost], [x])
    assert found == {x, a, cost}, "b and y do not depend on x"
    assert aside not in found


def test_connected_does_not_go_through_what_has_no_derivative():
    x = vector("x")
    size = Size(0)(x)
    assert x not in connected([size], [x]), "ask the op's connection_pattern: no element matters"


def test_connected_stops_where_it_is_told():
    x = scalar("x")
    y = exp(x)
    assert x not in connected([y * y], [x], stops=[y])


# ---- grad ----------------------------------------------------------------------------------------


def test_a_chain_of_functions_multiplies_their_derivatives():
    x = scalar("x")
    cost = exp(exp(x))
    found = derivative(cost, x, 0.5)
    assert found != 0, "nothing arrives at x: walk from the cost towards it, toposort backwards"
    assert np.isclose(found, np.exp(np.exp(0.5)) * np.exp(0.5))


def test_what_arrives_on_several_ways_is_added():
    x = scalar("x")
    found = derivative(x * x + 3 * x, x, 2.0)
    assert found == 7.0, (
        f"d(x² + 3x)/dx at 2 is 2 + 2 + 3 = 7, not {found}: x is used three times, and "
        "the derivative that arrives last is to be added to the others, not put in their place"
    )


def test_a_node_is_visited_when_its_own_derivative_is_complete():
    x = scalar("x")
    y = exp(x)
    cost = y * exp(y)
    expected = (1 + np.exp(1)) * np.exp(np.exp(1)) * np.exp(1)
    assert np.isclose(derivative(cost, x, 1.0), expected), (
        "y is used by exp and by the product: go back to its node after both of these, "
        "that is in the order of toposort, reversed"
    )


def test_the_derivative_of_the_cost_by_itself_is_one():
    x = scalar("x")
    assert derivative(x, x, 5.0) == 1.0


def test_the_derivative_by_what_the_cost_does_not_depend_on_is_zero():
    x, y = scalar("x"), vector("y")
    (zero,) = evaluate(grad(x * x, [y]), {x: 2.0, y: [1.0, 2.0]})
    assert zero.tolist() == [0.0, 0.0]


def test_derivatives_come_in_the_order_of_what_they_are_by():
    x, y = scalar("x"), scalar("y")
    assert evaluate(grad(x - 2 * y, [y, x]), {x: 1.0, y: 1.0}) == [-2.0, 1.0]


def test_the_derivative_by_a_variable_inside_the_graph():
    x = scalar("x")
    y = exp(x)
    assert np.isclose(evaluate(grad(y * y, [y]), {x: 1.0})[0], 2 * np.e)


def test_a_derivative_has_a_derivative():
    x = scalar("x")
    (first,) = grad(mul(x * x, x), [x])
    assert derivative(first, x, 2.0) == 12.0


def test_a_derivative_is_only_written_where_it_is_asked_for():
    x, y = scalar("x"), scalar("y")
    cost = x * log(y)
    (by_x,) = grad(cost, [x])
    evaluate([by_x], {x: 1.0, y: 2.0})
    assert len(toposort([by_x])) <= 3, "nothing is passed on to variables that are not connected"


@pytest.mark.parametrize("wrong", ["vector cost", "integer cost", "no list"])
def test_the_cost_is_a_float_scalar_and_the_variables_are_a_list(wrong):
    x, n = vector("x"), TensorType("int64", ())("n")
    cost = {"vector cost": x, "integer cost": n}.get(wrong, x.sum())
    with pytest.raises(TypeError):
        grad(cost, x if wrong == "no list" else [x])


def test_a_layer_with_broadcasting_is_right():
    x, w, b = matrix("x"), vector("w"), scalar("b")
    cost = sqr(tanh(x * w + b).sum(axis=1) - sqrt(w).sum()).sum() / 2
    variables = [x, w, b]
    derivatives = grad(cost, variables)

    def value(*given):
        return evaluate([cost], dict(zip(variables, given, strict=True)))[0]

    def gradient(*given):
        return evaluate(derivatives, dict(zip(variables, given, strict=True)))

    arrays = np.array([[0.5, -0.3], [0.2, 0.8], [-0.6, 0.1]]), np.array([0.7, 0.4]), np.array(0.3)
    check_grad(value, *arrays, grad=gradient)


# ---- backpropagate -------------------------------------------------------------------------------


def test_it_starts_from_any_given_derivatives():
    x = scalar("x")
    y, z = exp(x), 3 * x
    given = {y: constant(10.0), z: constant(100.0)}
    grads = backpropagate(given, connected(given, [x]))
    assert np.isclose(evaluate([grads[x]], {x: 0.0})[0], 10 + 300)


def test_a_given_derivative_gets_nothing_added():
    x = scalar("x")
    y = 2 * x
    cost = y * y
    given = {cost: constant(1.0), y: constant(10.0)}
    grads = backpropagate(given, connected(given, [x]))
    assert evaluate([grads[x]], {x: 1.0}) == [20.0]


def test_nothing_passes_a_stop():
    x = scalar("x")
    y = exp(x)
    cost = y * x
    given = {cost: constant(1.0)}
    grads = backpropagate(given, connected(given, [x], stops=[y]), stops=[y])
    assert np.isclose(evaluate([grads[x]], {x: 1.0})[0], np.e), "y counts as a constant"


def test_a_graph_of_a_thousand_nodes_is_no_trouble():
    x = scalar("x")
    y = x
    for _ in range(1000):
        y = y + 0 * x
    assert derivative(y, x, 1.0) == 1.0
