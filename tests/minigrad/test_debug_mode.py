"""DebugMode: whatever the compiled program gets wrong is found by comparing with `perform`."""

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad import function, shared
from minigrad.compile import checks, plan
from minigrad.compile.inspect.debug import DisagreementError, compare_with_interpreter
from minigrad.rewrite.engine import Rewriter, rule
from minigrad.theano.scan_module import until


class Doubling(minigrad.Op):
    """Doubles when it is performed; in a compiled program it is what it is told."""

    __props__ = ("source",)
    itypes = otypes = [T.dvector]

    def __init__(self, source):
        self.source = source

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = 2 * inputs[0]

    def expression(self, node, inputs, use):
        return self.source.format(inputs[0])


@pytest.fixture
def x():
    return T.dvector("x")


def test_what_agrees_is_returned(x):
    assert function([x], Doubling("{0} + {0}")(x), mode="DebugMode")([1.0]).tolist() == [2.0]


@pytest.mark.parametrize(
    ("source", "difference"),
    [
        ("3 * {0}", r"3.0 instead of 2.0 at index \(0,\)"),
        ("(2 * {0})[:1]", r"float64 \(1,\) instead of float64 \(2,\)"),
        ("(2 * {0}).astype('float32')", r"float32 \(2,\) instead of float64 \(2,\)"),
        ("2 * {0} * [1, float('nan')]", r"nan instead of 4.0 at index \(1,\)"),
        ("2 * {0} * (1 + 1e-9)", r"2.000000002 instead of 2.0 at index \(0,\)"),
    ],
)
def test_another_value_shape_or_dtype_is_found(x, source, difference):
    f = function([x], Doubling(source)(x), mode="DebugMode", name="f")
    with pytest.raises(DisagreementError, match=rf"f: result 0 .*: {difference}"):
        f([1.0, 2.0])


def test_no_other_mode_looks(x):
    for mode in ["FAST_RUN", "FAST_COMPILE"]:
        assert function([x], Doubling("3 * {0}")(x), mode=mode)([1.0]).tolist() == [3.0]


def test_a_difference_of_rounding_is_none(x):
    y = Doubling("2 * {0} * (1 + 4e-16)")(x)
    function([x], y, mode="DebugMode")([1.0])


def test_which_result_differs_is_told(x):
    f = function([x], [x, Doubling("3 * {0}")(x)], mode="DebugMode")
    with pytest.raises(DisagreementError, match="result 1 "):
        f([1.0])


def test_a_wrong_update_is_found_and_not_stored():
    w = shared(np.ones(2), name="w")
    f = function([], updates=[(w, Doubling("3 * {0}")(w))], mode="DebugMode")
    with pytest.raises(DisagreementError):
        f()
    assert w.get_value().tolist() == [1.0, 1.0]


def test_a_wrong_integer_is_found_however_large():
    class Same(minigrad.Op):
        __props__ = ()
        itypes = otypes = [T.lscalar]

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = inputs[0]

        def expression(self, node, inputs, use):
            return f"{inputs[0]} + 1"

    n = T.lscalar("n")
    f = function([n], Same()(n), mode="DebugMode")
    with pytest.raises(DisagreementError):
        f(2**62)


def test_a_wrong_rewrite_is_found(x, monkeypatch):
    @rule("the exponential is the sine, which it is not", T.exp)
    def wrong(node, rewriter):
        return [T.sin(node.inputs[0])]

    monkeypatch.setattr(checks, "improve", lambda outputs: Rewriter([wrong]).final(outputs))
    f = function([x], T.exp(x), mode="DebugMode")
    with pytest.raises(DisagreementError, match="result 0"):
        f([1.0])


def test_a_better_value_than_the_interpreters_is_no_mistake(x):
    f = function([x], T.log(T.exp(x)), mode="DebugMode")
    assert f([1000.0]).tolist() == [1000.0]


POINTS = [0.0, 1e-20, -1e-20, 1.0, -1.0, 16.0, 25.0, 36.0, 40.0, -36.0, 710.0, -1000.0, 1000.0]
MORE_ACCURATE = {
    "log(1 - sigmoid(x))": lambda x: T.log(1 - T.nnet.sigmoid(x)),
    "log(1 + x)": lambda x: T.log(1 + x / 1e20),
    "exp(x) - 1": lambda x: T.exp(x / 1e20) - 1,
    "a crossentropy": lambda x: T.nnet.binary_crossentropy(T.nnet.sigmoid(x), 0.0),
    "a crossentropy written out": lambda x: -T.log(1 - 1 / (1 + T.exp(-x))),
    "log(softmax(x))": lambda x: T.log(T.nnet.softmax(x)),
    "log(1 - sigmoid(x)) in a loop": lambda x: minigrad.scan(
        lambda x, h: T.log(1 - T.nnet.sigmoid(x)) - T.tanh(h), x, T.constant(0.5)
    )[0],
    "a cancellation": lambda x: ((x + 1e5) - 1e5 - x) * 2 + 1e5 * x - 1e5 * x,
    "where it is largest, as a float": lambda x: (
        x[:1] + T.argmax(T.nnet.binary_crossentropy(T.nnet.sigmoid(x), 0.0))
    ),
    "whether it is positive": lambda x: T.log(1 + T.exp(x / 1e20)) - np.log(2) > 0,
}


@pytest.mark.parametrize("name", MORE_ACCURATE)
def test_what_is_more_accurate_than_the_interpreter_or_rounded_otherwise_is_no_mistake(x, name):
    y = MORE_ACCURATE[name](x)
    outputs = [y, y.shape, y[y.shape[0] - 1], y[:0]]
    if y.dtype == "float64":
        outputs += [y.sum(), minigrad.grad(y.sum(), x), T.argmax(y)]
    f = function([x], outputs, mode="DebugMode")
    with np.errstate(all="ignore"):
        f(np.array(POINTS))
        for point in POINTS:
            f(np.array([point, -point]))


@pytest.mark.parametrize(
    "decide",
    [T.le, T.lt, T.eq, T.neq, lambda h, v: T.switch(h <= v, v, -v), lambda h, v: T.floor(h - v)]
    + [lambda h, v: T.any(h > v), lambda h, v: T.all(h <= v), lambda h, v: T.sum(T.eq(h, v))]
    + [lambda h, v: T.argmax(T.stack([h, v]), axis=0), lambda h, v: T.cast(h - v + 2, "int64")],
)
def test_what_flips_by_rounding_is_no_mistake(x, decide):
    h = (x * T.exp(T.sin(x))) / T.exp(T.sin(x))  # it is x, up to its last bits
    f = function([x], decide(h, x), mode="DebugMode")
    for seed in range(30):
        f(np.random.default_rng(seed).normal(size=10))


def test_where_a_loop_ends_by_rounding_is_no_mistake(x):
    def step(x):
        return x, until(T.gt((x * T.exp(T.sin(x))) / T.exp(T.sin(x)), x))

    f = function([x], minigrad.scan(step, x)[0], mode="DebugMode")
    for seed in range(30):
        f(np.random.default_rng(seed).normal(size=10))


def test_a_wrong_decision_is_found(x):
    y = Doubling("2 * {0} * (1 + 1e-9)")(x)
    f = function([x], y > 2 * x + 1e-10, mode="DebugMode")
    with pytest.raises(DisagreementError):
        f([1.0, 3.0])


def test_a_wrong_value_is_found_beside_a_cancellation(x):
    y = Doubling("2 * {0} * (1 + 1e-9)")(x)
    f = function([x], T.log(1 - T.nnet.sigmoid(x)) + y, mode="DebugMode")
    with pytest.raises(DisagreementError):
        f([3.0, 40.0])
    g = function([x], (y + 1e5) - 1e5, mode="DebugMode")
    with pytest.raises(DisagreementError):
        g([10.0])


@pytest.mark.planner
def test_a_part_of_an_old_buffer_would_be_found(x, monkeypatch):
    monkeypatch.setattr(
        plan, "_is_lasting_view", lambda n, buffers, _: n.op.is_view and n.inputs[0] in buffers
    )
    h = T.exp(x)
    with pytest.raises(DisagreementError, match="nan"):
        function([x], h[[0, 1]] * 2, mode="DebugMode")([1.0, 2.0])


def test_updates_and_givens_are_compared_with_their_own_values(x):
    w = shared(np.ones(2), name="w")
    f = function([], x * w, updates=[(w, w + x)], givens={x: w * 3}, mode="DebugMode")
    assert [f().tolist(), f().tolist()] == [[3.0, 3.0], [48.0, 48.0]]


def test_two_inputs_of_one_name_are_compared():
    a, b = T.dscalar("a"), T.dscalar("a")
    assert function([a, b], a - b, mode="DebugMode")(3.0, 1.0) == 2


def test_comparison_can_be_made_by_hand(x):
    with pytest.raises(DisagreementError, match="check: result 0"):
        compare_with_interpreter("check", [x + 1], {x: np.ones(1)}, [np.ones(1)])


def test_a_result_is_as_precise_as_the_coarsest_float_it_is_made_of():
    x = T.fmatrix("x")
    mean = T.cumsum(T.log(T.nnet.softmax(x, axis=0)), axis=0) / x.shape[0]
    f = minigrad.function([x], mean, mode="DebugMode")
    assert f(np.array([[0, 0, 0], [0, 0, 0.002]], "f")).dtype == "float64"
