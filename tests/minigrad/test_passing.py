"""Operations that change only derivatives; derivatives that are not defined; parts of a graph."""

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad import grad
from minigrad.gradient import (
    DisconnectedType,
    NullType,
    NullTypeGradError,
    consider_constant,
    disconnected_grad,
    grad_clip,
    grad_not_implemented,
    grad_scale,
    grad_undefined,
    subgraph_grad,
    zero_grad,
)

MODES = ["FAST_RUN", "FAST_COMPILE", "DebugMode"]
PASSING = [
    disconnected_grad,
    zero_grad,
    lambda x: grad_clip(x, -1, 1),
    lambda x: grad_scale(x, 3.0),
]


@pytest.fixture
def x():
    return T.dvector("x")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("passing", PASSING)
def test_the_value_is_that_of_the_input(passing, mode, x):
    f = minigrad.function([x], [passing(x), T.exp(passing(x))], mode=mode)
    given = np.array([1.0, 2.0])
    same, more = f(given)
    assert same.tolist() == [1.0, 2.0] and not np.shares_memory(same, given)
    np.testing.assert_allclose(more, np.exp(given))


@pytest.mark.parametrize("dtype", ["float32", "int64"])
@pytest.mark.parametrize("passing", PASSING)
def test_the_type_is_that_of_the_input(passing, dtype):
    type = T.TensorType(dtype, (None, 1))
    assert passing(type("x")).type == type


@pytest.mark.parametrize("passing", PASSING)
def test_nothing_is_left_of_it_in_a_program(passing, x):
    f = minigrad.function([x], 2 * passing(x))
    assert [str(node.op) for node in f.graph.nodes] == ["mul"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("passing", "derivative"),
    [
        (disconnected_grad, [1.0, 3.0]),  # of the other factor alone
        (zero_grad, [1.0, 3.0]),
        (consider_constant, [1.0, 3.0]),
        (lambda x: grad_clip(x, -2, 2), [2.0, 5.0]),
        (lambda x: grad_scale(x, -1.0), [0.0, 0.0]),
    ],
)
def test_the_derivative_that_passes_is_another(passing, derivative, mode, x):
    gradient = grad((x * passing(x)).sum(), x)
    assert minigrad.function([x], gradient, mode=mode)([1.0, 3.0]).tolist() == derivative


def test_a_cost_is_disconnected_from_what_it_depends_on_so_alone(x):
    with pytest.raises(minigrad.DisconnectedInputError):
        grad(disconnected_grad(x).sum(), x)
    assert grad(zero_grad(x).sum(), x).eval({x: [1.0]}).tolist() == [0.0]


def test_a_stable_form_is_not_found_through_it_but_before_it(x):
    # The derivative of -log(sigmoid(x)) by x, where the sigmoid is constant: none.
    y = T.nnet.sigmoid(x)
    assert grad(-T.log(zero_grad(y)).sum(), x).eval({x: [1.0]}).tolist() == [0.0]
    assert grad(-T.log(grad_scale(y, 2.0)).sum(), x).eval({x: [0.0]}).tolist() == [-1.0]


def test_it_is_printed_by_its_name(x):
    assert str(grad_clip(x, -1, 1)) == "grad_clip(x, -1, 1)"
    assert str(disconnected_grad(x)) == "disconnected_grad(x)"


def test_bounds_are_in_order(x):
    with pytest.raises(ValueError, match="grad_clip: nothing is between 1 and -1"):
        grad_clip(x, 1, -1)


class Product(minigrad.Op):
    """x · y, whose derivative by y the op says something of."""

    __props__ = ()

    def __init__(self, by_y):
        self.by_y = by_y

    def make_node(self, x, y):
        return minigrad.Apply(self, [x, y], [x.type()])

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = inputs[0] * inputs[1]

    def grad(self, inputs, output_grads):
        return [output_grads[0] * inputs[1], self.by_y(self, 1, inputs[1], "nobody knows")]


@pytest.mark.parametrize(
    ("by_y", "problem"),
    [(grad_undefined, "is not defined"), (grad_not_implemented, "has not been")],
)
def test_a_derivative_that_there_is_none_of_is_an_error_where_it_is_needed(by_y, problem, x):
    y = T.dvector("y")
    cost = Product(by_y)(x, T.exp(y)).sum()
    assert grad(cost, x).eval({x: [2.0], y: [0.0]}).tolist() == [1.0]
    with pytest.raises(NullTypeGradError, match=f"by y: .* by its input 1, .* {problem}.*: nobody"):
        grad(cost, y)
    by_x, null = grad(cost, [x, y], null_gradients="return")
    assert isinstance(null.type, NullType) and isinstance(by_x.type, T.TensorType)


def test_a_disconnected_input_may_be_told_by_its_type(x):
    y = T.dvector("y")
    cost = Product(lambda *arguments: DisconnectedType()())(x, y).sum()
    assert grad(cost, y).eval({x: [2.0], y: [3.0]}).tolist() == [0.0]


def test_what_is_disconnected_is_returned_as_it_is_asked_for(x):
    y = T.dvector("y")
    options = {"disconnected_inputs": "ignore", "return_disconnected": "Disconnected"}
    assert isinstance(grad(x.sum(), y, **options).type, DisconnectedType)
    assert DisconnectedType() == DisconnectedType() and NullType("a") != NullType("b")


def test_a_graph_is_differentiated_part_by_part():
    x, w1, w2 = T.dvector("x"), T.dvector("w1"), T.dvector("w2")
    hidden = T.tanh(w1 * x)
    cost = T.sqr(w2 * hidden).sum()
    by_w2, by_hidden = subgraph_grad([w2], [hidden], cost=cost)
    by_w1, by_x = subgraph_grad([w1], [x], start={hidden: by_hidden[0]})
    values = {x: [0.1, 0.2], w1: [0.3, 0.4], w2: [0.5, 0.6]}
    for got, expected in zip([*by_w1, *by_w2, *by_x], grad(cost, [w1, w2, x]), strict=True):
        np.testing.assert_allclose(got.eval(values), expected.eval(values))


def test_a_part_may_add_a_cost_to_where_it_starts(x):
    w = T.dvector("w")
    hidden = w * x
    (by_w,), _, of_start, of_cost = subgraph_grad(
        [w], [x], {hidden: T.ones_like(hidden)}, T.sqr(w).sum(), details=True
    )
    assert by_w.eval({w: [1.0], x: [5.0]}).tolist() == [7.0]
    assert len(of_start) == len(of_cost) == 2


def test_a_part_begins_somewhere(x):
    with pytest.raises(ValueError, match="takes a start, or a cost"):
        subgraph_grad([x], [x])
    with pytest.raises(TypeError, match="subgraph_grad: end must be a list"):
        subgraph_grad([x], x, cost=x.sum())
