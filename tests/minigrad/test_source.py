"""The source of a function can be pasted and run, and shows what runs: loops, blocks, constants."""

import pickle

import numpy as np
import pytest
from draws import TALL_SHAPES, at_least
from hypothesis import given

import minigrad
import minigrad.tensor as T
from minigrad.core.evaluate import evaluate
from minigrad.protocol.closed import ClosedGraph
from minigrad.testing import expressions

X = np.random.RandomState(0).rand(6, 4)


def pasted(f):
    """The function that the source defines, in a namespace where there is nothing else."""
    scope = {}
    exec(f.source, scope)
    return scope[f.name]


x = T.dmatrix("x")
COMPUTED = {
    "a function of elements": T.exp(x) + 1,
    "a softmax": T.nnet.softmax(x),
    "sums and means": x.sum(axis=0) / x.mean(),
    "the largest": T.max(x, axis=1) + T.argmax(x, axis=1),
    "a part": x[1:, ::2][0],
    "a part that is set": T.set_subtensor(x[0], 3.0),
    "what is repeated": T.alloc(x[0, 0], 3, 2),
    "a join": T.concatenate([x, 2 * x], axis=1),
    "a constant array": x.dot(T.constant(np.arange(8.0).reshape(4, 2))),
    "a large constant of one number": x + T.constant(np.full((6, 4), 0.1)).sum(),
    "numbers that are not finite": T.switch(x > 0.5, np.inf, np.nan),
    "a cast": T.cast(x, "float32") + T.cast(x, "int8"),
    "whole numbers": T.cast(x * 100, "int64") // 7,
    "a single number": T.sqrt(x[0, 0]) * 2 - 1,
    "a gradient": minigrad.grad(T.log(T.nnet.softmax(x)).sum(), x),
    "a norm": x.norm(2),
    "a running sum": T.cumsum(x, axis=1),
}


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
@pytest.mark.parametrize("output", COMPUTED.values(), ids=COMPUTED)
def test_the_source_can_be_pasted_and_run(output, mode):
    f = minigrad.function([x], output, mode=mode)
    expected = f(X)
    (result,) = pasted(f)(X)
    np.testing.assert_array_equal(result, expected)
    assert (result.dtype, result.shape) == (expected.dtype, expected.shape)


@at_least(30)
@given(expressions(of_shapes=TALL_SHAPES))
def test_so_can_that_of_random_expressions(drawn):
    f = minigrad.function(drawn.inputs, drawn.result, on_unused_input="ignore")
    expected = f(*drawn.values)
    if "put here" not in f.source:
        np.testing.assert_array_equal(pasted(f)(*drawn.values)[0], expected)


@pytest.mark.numpy_program
def test_so_can_that_of_a_training_step():
    w = minigrad.shared(np.full((4, 2), 0.5), name="w")
    cost = T.sqr(T.tanh(x.dot(w))).mean()
    f = minigrad.function([x], cost, updates=[(w, w - 0.1 * minigrad.grad(cost, w))], name="step")
    before = w.get_value()
    expected = f(X)
    result, new = pasted(f)(X, before)
    assert result == expected
    np.testing.assert_array_equal(new, w.get_value())


@pytest.mark.planner
def test_so_can_that_of_a_large_update_whose_array_is_used_again():
    w = minigrad.shared(np.ones((200, 300)), name="w")
    f = minigrad.function([], w.sum(), updates=[(w, w * 2)], name="f")
    f()
    assert pasted(f)(np.ones((200, 300)))[1].sum() == 120_000


def test_a_constant_that_is_too_long_is_asked_for():
    big = T.constant(np.arange(2000.0), name="big")
    f = minigrad.function([x], x.sum() * big)
    assert "big = ...  # put here a constant that is too long to be written: float64" in f.source


# ---- Ops of several statements, and ops that hold graphs ------------------------------------------


class Twice(minigrad.Op):
    """A graph of one input, applied to its own output: an op with an inner graph, and a loop."""

    storage = "new"

    def __init__(self, graph):
        self.inner = (graph,)

    def make_node(self, value):
        return minigrad.Apply(self, [value], [value.type()])

    def perform(self, node, inputs, output_storage):
        (graph,) = self.inner
        (value,) = inputs
        for _ in range(2):
            (value,) = evaluate(graph.outputs, {graph.inputs[0]: value})
        output_storage[0][0] = value

    def statements(self, node, inputs, outputs, use, inner):
        turn = use("turn")
        return [
            f"{outputs[0]} = {inputs[0]}",
            f"for {turn} in range(2):",
            f"    ({outputs[0]},) = {inner[0]}({outputs[0]})",
        ]


@pytest.fixture
def twice():
    y = T.dmatrix("y")
    return Twice(ClosedGraph([y], [T.exp(y) - 1]))


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode", "NanGuardMode"])
def test_an_op_that_holds_a_graph_computes_in_every_mode(twice, mode):
    f = minigrad.function([x], twice(x * 2) + 1, mode=mode)
    expected = np.exp(np.exp(2 * X) - 1) - 1 + 1
    for _ in range(2):
        np.testing.assert_allclose(f(X), expected)
    np.testing.assert_allclose(pasted(f)(X)[0], expected)


def test_the_source_shows_the_loop_and_what_is_within(twice):
    source = minigrad.function([x], twice(x)).source
    assert "for turn in range(2):" in source
    assert source.count(" = exp(") == 1


def test_the_profile_shows_what_is_within(twice):
    profile = minigrad.function([x], twice(x)).profile(X, n_calls=3)
    statements = [row.statement.split(" = ")[0] for row in profile.rows]
    assert "exp_1" in statements
    assert all(row.seconds >= 0 for row in profile.rows)


def test_an_error_within_is_told_of_the_operation_within():
    y = T.dmatrix("y")
    inner = Twice(ClosedGraph([y], [y[T.argmax(y) + 5 : T.argmax(y) + 6] + y[7]]))
    f = minigrad.function([x], inner(x))
    with pytest.raises(IndexError, match=r"in Subtensor.*\n  made at .*test_source.py"):
        f(X)


def test_an_op_that_holds_a_graph_can_be_pickled(twice):
    f = pickle.loads(pickle.dumps(minigrad.function([x], twice(x) + 1)))
    np.testing.assert_allclose(f(X), np.exp(np.exp(X) - 1))
