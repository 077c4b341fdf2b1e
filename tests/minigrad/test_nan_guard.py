"""NanGuardMode: what is NaN, infinite or huge is found where it first appears."""

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad import function, shared
from minigrad.compile import NanGuardMode
from minigrad.compile.inspect.nanguardmode import NanGuardError

NAN, INF = float("nan"), float("inf")


@pytest.fixture
def x():
    return T.dvector("x")


def refusal(f, *values):
    with pytest.raises(NanGuardError) as caught:
        f(*values)
    return str(caught.value)


# ---- What is found --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "value", "found"),
    [
        (T.log, -1.0, "of the 1 values of log, 1 is NaN"),
        (T.log, 0.0, "of the 1 values of log, 1 is infinite"),
        (T.inv, -0.0, "of the 1 values of inv, 1 is infinite"),
        (T.exp, 1000.0, "of the 1 values of exp, 1 is infinite"),
        (T.exp, 100.0, "of the 1 values of exp, 1 is beyond ±1e10"),
        (lambda x: -T.exp(x), 25.0, "of the 1 values of exp, 1 is beyond ±1e10"),
    ],
)
def test_the_operation_that_makes_it_is_named(x, build, value, found):
    assert found in refusal(function([x], build(x), mode="NanGuardMode"), [value])


@pytest.mark.parametrize("bad", [NAN, INF, -INF, 1e11, -1e11])
def test_an_input_is_looked_at(x, bad):
    text = refusal(function([x], T.tanh(x), mode="NanGuardMode"), [bad, 1.0, bad])
    assert "of the 3 values of the input x, 2 are" in text


@pytest.mark.parametrize("bad", [NAN, INF, 1e11])
def test_a_shared_value_is_looked_at(x, bad):
    w = shared(np.array([1.0, bad]), name="w")
    text = refusal(function([x], x * T.tanh(w), mode="NanGuardMode"), [1.0, 2.0])
    assert "of the 2 values of the shared variable w, 1 is" in text


def test_a_constant_is_looked_at(x):
    f = function([x], T.minimum(x, T.constant(INF)), mode="NanGuardMode")
    assert "of the 1 values of a constant, 1 is infinite" in refusal(f, [1.0])


def test_what_is_returned_as_it_was_given_is_looked_at(x):
    text = refusal(function([x], x, mode="NanGuardMode"), [NAN])
    assert "the input x, 1 is NaN" in text


def test_the_first_of_several_operations_is_named(x):
    y = T.log(x)  # the line
    z = T.sqr(y - y) + 1
    text = refusal(function([x], z.sum(), mode="NanGuardMode"), [0.0, 1.0])
    assert "log, 1 is infinite" in text
    assert f"test_nan_guard.py:{y.owner.made_at.number}: y = T.log(x)  # the line" in text


def test_what_the_operation_was_given_is_told(x):
    text = refusal(function([x], T.log(x), mode="NanGuardMode", name="f"), [0.0, 2.0])
    assert text.startswith("f: of the 2 values of log")
    assert "given x from 0 to 2" in text
    assert "in log, where x is float64 (2,)" in text


def test_a_condition_among_what_was_given_is_told_too(x):
    w = shared(np.array([NAN]), name="w")
    text = refusal(function([x], T.switch(T.gt(x, 0), w, 3.0), mode="NanGuardMode"), [2.0])
    assert "given input 0 from 1 to 1, w from nan to nan, input 2 from 3 to 3" in text


def test_it_is_found_though_no_result_has_it(x):
    f = function([x], T.switch(T.gt(x, 0), T.log(x), 0.0), mode="NanGuardMode")
    assert "log, 1 is infinite" in refusal(f, [0.0])


def test_in_a_derivative_the_line_is_that_of_the_expression(x):
    cost = T.sqrt(x).sum()  # the line
    text = refusal(function([x], minigrad.grad(cost, x), mode="NanGuardMode"), [0.0])
    assert "cost = T.sqrt(x).sum()  # the line" in text


def test_a_users_operation_is_looked_at(x):
    class Halving(minigrad.Op):
        itypes = otypes = [T.dvector]

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = np.where(inputs[0] > 0, inputs[0] / 2, NAN)

    assert "values of Halving, 1 is NaN" in refusal(
        function([x], Halving()(x), mode="NanGuardMode"), [2.0, 0.0]
    )


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_narrow_floats_are_looked_at(dtype):
    v = T.TensorType(dtype, (None,))("v")
    f = function([v], T.exp(v), mode="NanGuardMode")
    assert "exp, 1 is infinite" in refusal(f, np.array([1000.0], dtype))


# ---- What is not ----------------------------------------------------------------------------------


def test_ordinary_values_are_computed_as_ever(x):
    y = T.log(x).sum()
    value = np.linspace(0.1, 5.0, 100)
    assert function([x], y, mode="NanGuardMode")(value) == function([x], y, mode="FAST_RUN")(value)


def test_an_expression_that_the_rewrites_keep_finite_is_no_error():
    X = T.dmatrix("X")
    f = function([X], T.log(T.nnet.softmax(X)), mode="NanGuardMode")
    assert f([[1000.0, 0.0]]).tolist() == [[0.0, -1000.0]]


def test_integers_may_be_large():
    n = T.lscalar("n")
    assert function([n], n * 2, mode="NanGuardMode")(10**12) == 2 * 10**12


def test_an_empty_array_has_nothing_wrong(x):
    assert function([x], T.log(x), mode="NanGuardMode")([]).shape == (0,)


def test_no_other_mode_looks(x):
    with np.errstate(all="ignore"):
        assert function([x], T.log(x))([0.0]).tolist() == [-INF]


# ---- Options --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "allowed"),
    [("nan_is_error", NAN), ("inf_is_error", INF), ("inf_is_error", -INF), ("big_is_error", 1e11)],
)
def test_each_kind_can_be_allowed_by_itself(x, option, allowed):
    f = function([x], abs(x), mode=NanGuardMode(**{option: False}))
    np.testing.assert_array_equal(f([allowed]), [abs(allowed)])
    for other in {NAN, INF, 1e11} - {allowed, abs(allowed)}:
        refusal(f, [other])


def test_the_mode_can_be_the_default(x):
    minigrad.config.mode = "NanGuardMode"
    try:
        refusal(function([x], x), [NAN])
    finally:
        minigrad.config.mode = "FAST_RUN"


def test_what_is_no_mode_is_refused(x):
    with pytest.raises(ValueError, match="mode must be one of .*'NanGuardMode'; got 'NanGuard'"):
        function([x], x, mode="NanGuard")


# ---- Afterwards -----------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 1])
def test_nothing_is_stored_and_the_function_works_again(x, place):
    variables = [shared(np.ones(2), name="a"), shared(np.ones(2), name="b")]
    updates = [(v, v + 1) for v in variables]
    updates[place] = (variables[place], variables[place] + T.log(x))
    f = function([x], updates=updates, mode="NanGuardMode")
    refusal(f, [1.0, 0.0])
    assert [v.get_value().tolist() for v in variables] == [[1.0, 1.0]] * 2
    f([1.0, 1.0])
    assert variables[1 - place].get_value().tolist() == [2.0, 2.0]


def test_sizes_are_checked_as_ever(x):
    y = T.dvector("y")
    with pytest.raises(ValueError, match="sizes differ"):
        function([x, y], (x * y).shape[0], mode="NanGuardMode")([1.0], [1.0, 2.0])
