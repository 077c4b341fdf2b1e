"""Step 3: the value of an expression, node by node."""

import numpy as np
import pytest
from owngrad.evaluate import MissingInputError, _value, evaluate
from owngrad.graph import Apply, NumPyOp, Op, perform
from owngrad.sharing import SharedVariable
from owngrad.table import exp
from owngrad.types import TensorType, constant

scalar = TensorType("float64", ())
vector = TensorType("float64", (None,))


class Twice(NumPyOp):
    """2 x, and a count of how often it was computed."""

    def __init__(self):
        self.count = 0

    def make_node(self, x):
        return Apply(self, [x], [x.type()])

    def compute(self, x):
        self.count += 1
        return 2 * x


class SumAndProduct(Op):
    """x + y and x y: two outputs, each with a place of its own."""

    def make_node(self, x, y):
        return Apply(self, [x, y], [x.type(), x.type()])

    def perform(self, node, inputs, output_storage):
        x, y = inputs
        output_storage[0][0] = x + y
        output_storage[1][0] = x * y


class Lying(NumPyOp):
    """Promises a scalar, and makes a vector."""

    def make_node(self, x):
        return Apply(self, [x], [scalar()])

    def compute(self, x):
        return np.ones(3)


# ---- One node ------------------------------------------------------------------------------------


def test_a_numpy_op_puts_what_it_computes_into_the_storage():
    x, storage = scalar("x"), [[None]]
    NumPyOp.perform(Twice(), Twice().make_node(x), [np.array(3.0)], storage)
    assert storage == [[6.0]], "the value of output i belongs in output_storage[i][0]"


def test_a_node_is_performed_and_gives_a_list_of_values():
    results = perform(Twice().make_node(scalar("x")), [np.array(3.0)])
    assert results == [6.0]


def test_each_output_has_its_own_storage():
    node = SumAndProduct().make_node(scalar("x"), scalar("y"))
    assert perform(node, [np.array(3.0), np.array(4.0)]) == [7.0, 12.0]


def test_a_result_that_is_not_of_the_promised_type_is_refused():
    with pytest.raises(TypeError, match="promised"):
        perform(Lying().make_node(scalar("x")), [np.array(3.0)])


# ---- The value of a variable ---------------------------------------------------------------------


def test_a_value_is_looked_up_or_is_the_data_of_the_variable():
    x = scalar("x")
    assert _value(x, {x: np.array(1.0)}) == 1.0
    assert _value(constant(2.0), {}) == 2.0
    assert _value(SharedVariable(scalar, np.array(3.0)), {}) == 3.0


def test_a_value_that_is_given_comes_before_that_of_a_shared_variable():
    w = SharedVariable(scalar, np.array(3.0))
    assert _value(w, {w: np.array(1.0)}) == 1.0


def test_an_input_without_a_value_is_named():
    with pytest.raises(MissingInputError, match="height"):
        _value(scalar("height"), {})


# ---- The value of an expression ------------------------------------------------------------------


def test_an_expression_is_computed():
    x, y = scalar("x"), scalar("y")
    assert evaluate([x * y + 3 * x], {x: 2.0, y: 5.0}) == [16.0]


def test_a_vector_broadcasts_as_its_type_says():
    x, s = vector("x"), scalar("s")
    np.testing.assert_allclose(evaluate([exp(x) * s], {x: [0, 1], s: 2})[0], [2, 2 * np.e])


def test_several_outputs_come_in_their_order():
    x = scalar("x")
    assert evaluate([x, x * x, 2 * x], {x: 3.0}) == [3.0, 9.0, 6.0]


def test_what_two_outputs_share_is_computed_once():
    twice, x = Twice(), scalar("x")
    y = twice(x)
    evaluate([y + 1, y * y], {x: 3.0})
    assert twice.count == 1, f"it was computed {twice.count} times: walk the order of toposort"


def test_any_variable_can_be_given_and_then_is_not_computed():
    twice, x = Twice(), scalar("x")
    y = twice(x)
    assert evaluate([y + 1], {y: 10.0}) == [11.0]
    assert twice.count == 0, "the walk is to stop at what is given"


def test_an_output_that_is_given_stays_as_it_is():
    total, product = SumAndProduct()(scalar("x"), scalar("y"))
    x, y = total.owner.inputs
    values = {x: 3.0, y: 4.0, total: 100.0}
    assert evaluate([total, product], values) == [100.0, 12.0]


def test_the_results_are_the_callers_own():
    w = SharedVariable(vector, np.ones(2))
    (result,) = evaluate([w], {})
    result[:] = 5
    assert w.data.tolist() == [1, 1], "a caller who changes their result has changed the variable"


def test_a_watcher_is_told_of_each_node_in_its_order():
    told = []
    x = scalar("x")
    y = Twice()(x)
    z = Twice()(y)
    evaluate([z], {x: 1.0}, watch=lambda node, inputs, results: told.append((node, *results)))
    assert told == [(y.owner, 2.0), (z.owner, 4.0)]


def test_what_a_watcher_puts_in_the_place_of_a_result_counts():
    def watch(node, inputs, results):
        results[0] = np.array(10.0)

    y = Twice()(scalar("x"))
    (value,) = evaluate([y], {y.owner.inputs[0]: 1.0}, watch=watch)
    assert value == 10.0, "call watch before you keep the results"
