"""Updates, further: which types are refused and whom the message blames, and default updates."""

import re
import sys

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad import In, function, shared
from minigrad.compile.updates import OrderedUpdates, default_updates

MODES = ["FAST_RUN", "FAST_COMPILE", "DebugMode"]


@pytest.fixture
def W():
    return shared(np.ones(2, "float32"), name="W")


def refusal(**arguments):
    with pytest.raises(TypeError) as caught:
        function(**arguments)
    return str(caught.value)


# ---- Who brought in the wider type ----------------------------------------------------------------


def test_it_says_which_part_became_wider_at_which_line_and_because_of_what(W):
    dW = shared(np.ones(2), name="dW")  # dW's line
    step = 0.5 * dW  # step's line
    message = refusal(inputs=[], updates=[(W, W - step)])
    assert re.fullmatch(
        r"the update of W is float64, but W is float32: 0\.5 \* dW became float64 at "
        rf"\S*test_updates\.py:{step.owner.made_at.number}: step = .* # step's line, "
        r"because dW is float64 "
        rf"\(shared at \S*test_updates\.py:{dW.made_at.number}: dW = .* # dW's line\)\. "
        r"Cast it, as in T\.cast\(update, 'float32'\), or change its parts",
        message,
    )


def test_the_widest_part_of_a_long_expression_is_found(W):
    x, y = T.fvector("x"), T.dvector("y")
    y = T.exp(y)  # the line
    message = refusal(inputs=[x], updates=[(W, W * T.sin(x) - 0.5 * (x + T.tanh(y)))])
    assert "exp(y) became float64 at " in message
    assert "y = T.exp(y)" in message
    assert "because y is float64." in message


def test_a_number_is_not_blamed_if_something_else_is_wider(W):
    g = T.dvector("g")
    assert "because g is float64." in refusal(inputs=[g], updates=[(W, W - 0.5 * T.exp(g))])


def test_a_shared_learning_rate_is_blamed(W):
    rate = shared(0.1, name="rate")
    message = refusal(inputs=[], updates=[(W, W - rate * W)])
    assert ": rate * W became float64 at " in message
    assert 'rate = shared(0.1, name="rate")' in message


def test_an_integer_that_makes_a_double_of_a_single_is_blamed(W):
    n = T.lscalar("n")
    message = refusal(inputs=[n], updates=[(W, W / n)])
    assert ": W / n became float64 at " in message
    assert re.search(r"because W is float32 \(shared at .*\) and n is int64\.", message)


@pytest.mark.parametrize("rate", [0.1, np.float32(0.1), shared(np.float32(0.1), "rate")])
def test_an_integer_is_blamed_with_the_number_that_it_meets(W, rate):
    count = shared(0, name="count")
    message = refusal(inputs=[], updates=[(W, W - rate / (1 + count) * W)])
    assert ": (rate|0.1) / (1 + count) became float64 at " in re.sub(
        "rate|0.1", "(rate|0.1)", message
    )
    assert " and 1 + count is int64." in message


def test_a_number_that_is_float64_whatever_it_meets_is_blamed(W):
    message = refusal(inputs=[], updates=[(W, W * T.constant(np.float64(0.1)))])
    assert " and 0.1 is float64. Cast" in message


def test_a_size_is_written_as_people_write_it(W):
    message = refusal(inputs=[], updates=[(W, W / W.shape[0])])
    assert ": W / W.shape[0] became float64" in message
    assert "W.shape[0] is int64" in message


def test_a_variable_itself_is_blamed(W):
    x = T.dvector("x")
    message = refusal(inputs=[x], updates=[(W, x)])
    assert message.startswith("the update of W is float64, but W is float32: x is float64. Cast")


def test_a_float_step_of_an_integer_counter_is_blamed():
    count = shared(0, name="count")
    message = refusal(inputs=[], updates=[(count, count + 1.0)])
    assert ": count + 1.0 became float64 at " in message
    assert " and 1.0 is float64." in message
    assert "T.cast(update, 'int64')" in message


def test_a_narrower_update_is_refused_too():
    w = shared(np.ones(2), name="w")
    v = T.fvector("v")
    assert "is float32, but w is float64" in refusal(inputs=[v], updates=[(w, v * 2)])


def test_the_cast_that_the_message_advises_is_taken(W):
    dW = shared(np.ones(2), name="dW")
    function([], updates=[(W, T.cast(W - dW, "float32"))])()
    assert W.get_value().tolist() == [0.0, 0.0]


def test_a_deep_update_is_blamed_without_recursion(W):
    y = W * shared(np.ones(2))
    for _ in range(5000):
        y = T.sin(y)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(200)
    try:
        message = refusal(inputs=[], updates=[(W, y)])
    finally:
        sys.setrecursionlimit(limit)
    assert len(message) < 1000


def test_numbers_that_do_not_fit_are_refused():
    count = shared(0, name="count")
    message = refusal(inputs=[], updates={count: 0.5})
    assert message.startswith("the update of count: got float 0.5, expected int64")


# ---- Dimensions -----------------------------------------------------------------------------------


def test_another_number_of_dimensions_is_refused_with_both_types(W):
    message = refusal(inputs=[], updates=[(W, W.sum())])
    assert "the update of W has type TensorType(float32, scalar)" in message
    assert "W has TensorType(float32, vector)" in message


def test_a_known_size_that_differs_from_a_fixed_one_is_refused():
    row = shared(np.ones((1, 2)), name="row", broadcastable=(True, False))
    message = refusal(inputs=[], updates=[(row, T.constant(np.ones((3, 2))))])
    assert "the update of row has type TensorType(float64, (3, 2))" in message


def test_the_size_of_a_variable_may_change_by_an_update(W):
    function([], updates=[(W, T.concatenate([W, W]))])()
    assert W.get_value().shape == (4,)


# ---- Together or not at all -----------------------------------------------------------------------


class Failing(minigrad.Op):
    itypes = otypes = [T.dvector]

    def perform(self, node, inputs, output_storage):
        raise RuntimeError("no")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_wherever_an_update_fails_none_is_stored(place, mode):
    variables = [shared(np.full(2, float(i)), name=f"w{i}") for i in range(3)]
    updates = [(v, v + 1) for v in variables]
    updates[place] = (variables[place], Failing()(variables[place]))
    with pytest.raises(RuntimeError, match="no"):
        function([], updates=updates, mode=mode)()
    assert [v.get_value().tolist() for v in variables] == [[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]


@pytest.mark.parametrize("mode", MODES)
def test_if_an_output_fails_no_update_is_stored(mode):
    w = shared(np.ones(2), name="w")
    with pytest.raises(RuntimeError, match="no"):
        function([], Failing()(w), updates=[(w, w + 1)], mode=mode)()
    assert w.get_value().tolist() == [1.0, 1.0]


@pytest.mark.parametrize("mode", MODES)
def test_a_failed_call_can_be_repeated(mode):
    i, w = T.lscalar("i"), shared(np.ones(2), name="w")
    f = function([i], updates=[(w, w + w[i])], mode=mode)
    with pytest.raises(IndexError):
        f(5)
    f(0)
    assert w.get_value().tolist() == [2.0, 2.0]


def test_a_refused_argument_stores_nothing():
    x, w = T.dvector("x"), shared(np.ones(2), name="w")
    with pytest.raises(TypeError):
        function([x], updates=[(w, w + x)])("text")
    assert w.get_value().tolist() == [1.0, 1.0]


@pytest.mark.parametrize("mode", MODES)
def test_three_variables_can_be_rotated(mode):
    a, b, c = variables = [shared(float(i), name="abc"[i]) for i in range(3)]
    function([], updates=[(a, b), (b, c), (c, a)], mode=mode)()
    assert [float(v.get_value()) for v in variables] == [1.0, 2.0, 0.0]


def test_an_array_given_as_new_value_is_copied():
    w, value = shared(np.zeros(2), name="w"), np.ones(2)
    f = function([], updates={w: value})
    value[:] = 7
    f()
    assert w.get_value().tolist() == [1.0, 1.0]


def test_a_result_that_is_also_an_update_is_an_array_of_its_own():
    w = shared(np.zeros(2), name="w")
    y = w + 1
    result = function([], y, updates=[(w, y)])()
    result[:] = 7
    assert w.get_value().tolist() == [1.0, 1.0]


# ---- Default updates ------------------------------------------------------------------------------


@pytest.fixture
def counter():
    n = shared(0, name="n")
    n.default_update = n + 1
    return n


def test_a_default_update_may_use_a_variable_that_has_one(counter):
    total = shared(0, name="total")
    total.default_update = total + counter
    f = function([], total)
    f(), f(), f()
    assert (counter.get_value(), total.get_value()) == (3, 3)


def test_what_an_update_uses_is_updated_by_default(counter):
    w = shared(0, name="w")
    function([], updates=[(w, counter)])()
    assert counter.get_value() == 1


@pytest.mark.parametrize(
    "expression",
    [
        lambda n: T.zeros_like(n) + 3,
        lambda n: n * 0,
        lambda n: T.fill(n, 5),
        lambda n: T.cast(T.stack([n, n]).shape[0], "float64"),
        lambda n: minigrad.grad(T.cast(n, "float64") * (x := T.dscalar()), x).shape.sum(),
    ],
)
def test_what_an_expression_was_written_with_is_updated_by_default(counter, expression):
    function([], expression(counter))()
    assert counter.get_value() == 1


def test_what_a_replaced_variable_was_written_with_is_not_updated_by_default(counter):
    zero = T.zeros_like(counter)
    function([], zero + 3, givens={counter: T.constant(0)})()
    function([], T.zeros_like(zero) + 3, givens={zero: T.constant(0)})()
    doubled = 2 * counter
    function([doubled], T.zeros_like(doubled) + 3)(4)
    assert counter.get_value() == 0


def test_what_givens_bring_in_is_updated_by_default(counter):
    n = T.lscalar("x")
    function([], n * 2, givens={n: counter})()
    assert counter.get_value() == 1


def test_what_givens_replace_is_not_used_and_so_not_updated(counter):
    function([], counter * 2, givens={counter: T.constant(0)})()
    assert counter.get_value() == 0


def test_givens_reach_into_default_updates(counter):
    step = T.lscalar("step")
    counter.default_update = counter + step
    function([], counter, givens={step: T.constant(5)})()
    assert counter.get_value() == 5


def test_what_the_update_of_an_input_uses_is_updated_by_default(counter):
    x = T.lscalar("x")
    function([In(x, value=0, update=x + counter)], x)()
    assert counter.get_value() == 1


def test_what_nothing_uses_is_not_updated(counter):
    function([], T.constant(1))()
    assert counter.get_value() == 0


def test_a_default_update_may_need_an_input(counter):
    x = T.lscalar("x")
    counter.default_update = counter + x
    function([x], counter)(5)
    assert counter.get_value() == 5
    with pytest.raises(minigrad.MissingInputError, match="depend on x"):
        function([], counter)


def test_a_default_update_has_the_type_of_its_variable(counter):
    counter.default_update = counter + 0.5
    assert "the default update of n is float64, but n is int64" in refusal(
        inputs=[], outputs=counter
    )


@pytest.mark.parametrize("wrong", ["n", "", ("n",), (), None, 0, 1, {"n": 1}, ["n"], [None]])
def test_which_default_updates_to_leave_out_is_a_list_of_shared_variables(counter, wrong):
    with pytest.raises(TypeError, match="no_default_updates is True, False, or a list"):
        function([], counter, no_default_updates=wrong)
    with pytest.raises(TypeError, match="no_default_updates is True, False, or a list"):
        function([], counter, no_default_updates=counter)
    with pytest.raises(TypeError, match="no_default_updates is True, False, or a list"):
        function([], counter, no_default_updates=(counter,))


def test_what_only_an_input_is_made_of_is_not_updated(counter):
    b = 2 * counter
    assert function([b], b)(21) == 21
    assert counter.get_value() == 0
    assert function([b], b + counter)(21) == 21
    assert counter.get_value() == 1


def test_a_default_update_takes_an_input_for_what_it_is(counter):
    b = 2 * counter
    counter.default_update = b + 100
    function([b], [b, counter])(7)
    assert counter.get_value() == 107


def test_the_default_updates_of_a_graph_can_be_collected(counter):
    assert default_updates([counter * 2]) == {counter: counter.default_update}
    assert default_updates([T.dscalar("x") * 2]) == {}
    assert default_updates([counter * 2], updated=[counter]) == {}


def test_what_has_its_state_as_an_attribute_stands_for_it_where_updates_are_left_out(counter):
    draw = counter * 2
    draw.rng = counter
    function([], draw, no_default_updates=[draw])()
    assert counter.get_value() == 0


def test_joined_updates_give_each_variable_one_new_value():
    x, y = minigrad.shared(1.0, name="x"), minigrad.shared(2.0, name="y")
    updates = OrderedUpdates([(x, x + 1)]) + {y: y + 1}
    assert list(updates) == [x, y]
    with pytest.raises(KeyError, match="x gets two different new values"):
        updates.update({x: x + 2})
    with pytest.raises(TypeError, match="only shared variables"):
        updates[T.dscalar()] = y
