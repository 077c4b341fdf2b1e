"""Test what a function promises: inputs, outputs, updates, givens, and whose the arrays are."""

import weakref
from collections import OrderedDict

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad.compile import evaluation

MODES = ["FAST_RUN", "FAST_COMPILE", "DebugMode"]


@pytest.fixture
def x():
    return T.dvector("x")


@pytest.fixture
def w():
    return minigrad.shared(np.array([1.0, 2.0]), name="w")


# ---- Inputs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_inputs_are_passed_by_position_or_by_name(mode):
    a, b = T.dscalars("a", "b")
    f = minigrad.function([a, b], a - 2 * b, mode=mode)
    assert f(1.0, 2.0) == f(1.0, b=2.0) == f(b=2.0, a=1.0) == -3


def test_an_input_with_a_default_may_be_left_out(x):
    rate = T.dscalar("rate")
    f = minigrad.function([x, minigrad.In(rate, value=0.5)], x * rate)
    assert f([2.0]).tolist() == [1.0]
    assert f([2.0], 3.0).tolist() == [6.0]
    assert f([2.0], rate=3.0).tolist() == [6.0]


def test_an_input_may_have_another_name_than_its_variable(x):
    f = minigrad.function([minigrad.In(x, name="samples")], x + 1)
    assert f(samples=[1.0]).tolist() == [2.0]


def test_a_default_can_be_updated_by_each_call():
    state, step = T.dscalars("state", "step")
    f = minigrad.function([step, minigrad.In(state, value=1.0, update=state + step)], state)
    assert [float(f(2.0)) for _ in range(3)] == [1.0, 3.0, 5.0]


def test_the_default_is_a_copy(x):
    default = np.array([1.0])
    f = minigrad.function([minigrad.In(x, value=default)], 2 * x)
    default[:] = 7
    assert f().tolist() == [2.0]


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (np.ones(2, "float32"), "float64"),
        (np.ones(2, "int64"), "float64"),
        (np.ones(2, bool), "float64"),
        ([1, 2], "float64"),
        ((1.5, 2.5), "float32"),
        ([1, 2], "int8"),
        (np.ones(2, "int8"), "int64"),
    ],
)
def test_what_loses_nothing_is_converted(value, dtype):
    v = T.vector("v", dtype=dtype)
    result = minigrad.function([v], v)(value)
    assert result.dtype == dtype
    np.testing.assert_array_equal(result, np.asarray(value))


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (np.ones(2), "float32"),
        (np.ones(2), "int64"),
        (np.ones(2, "int64"), "int8"),
        (np.ones(2, "int64"), "float32"),
        ([1.5], "int64"),
        ([300], "int8"),
        (["a"], "float64"),
        ([1j], "float64"),
        (None, "float64"),
    ],
)
def test_what_could_lose_information_is_refused_by_name(value, dtype):
    v = T.vector("v", dtype=dtype)
    with pytest.raises(TypeError, match="v"):
        minigrad.function([v], v, name="f")(value)


def test_the_refusal_says_what_came_what_is_expected_and_what_to_do():
    v = T.fmatrix("v")
    with pytest.raises(TypeError) as caught:
        minigrad.function([v], v, name="f")(np.ones((2, 3)))
    for part in (
        "f: input v",
        "(2, 3)",
        "float64",
        "expected float32",
        "allow_input_downcast=True",
    ):
        assert part in str(caught.value)


def test_allow_input_downcast_takes_it_all_the_same():
    v = T.fvector("v")
    f = minigrad.function([v], v, allow_input_downcast=True)
    assert f(np.array([1.5])).dtype == np.float32


def test_without_any_downcast_even_a_python_float_is_refused():
    v = T.fscalar("v")
    assert minigrad.function([v], v)(0.1) == np.float32(0.1)
    with pytest.raises(TypeError, match="v"):
        minigrad.function([v], v, allow_input_downcast=False)(0.1)


@pytest.mark.parametrize("value", [1.0, [[1.0]]])
def test_the_wrong_number_of_dimensions_is_refused(x, value):
    with pytest.raises(TypeError, match=r"input x.*dimensions, expected 1"):
        minigrad.function([x], x)(value)


def test_a_fixed_size_is_checked():
    row = T.row("row")
    with pytest.raises(TypeError, match="dimension 0 must have size 1"):
        minigrad.function([row], row)(np.ones((2, 2)))


@pytest.mark.parametrize(
    ("args", "kwargs", "problem"),
    [
        ((), {}, "no value for x"),
        (([1.0], [2.0]), {}, "takes 1 inputs"),
        ((), {"y": [1.0]}, "no input of the name 'y'"),
        (([1.0],), {"x": [1.0]}, "given twice"),
    ],
)
def test_a_wrong_call_is_refused(x, args, kwargs, problem):
    with pytest.raises(TypeError, match=problem):
        minigrad.function([x], x)(*args, **kwargs)


def test_inputs_of_one_name_can_be_passed_by_position_only():
    a, b = T.dscalar("a"), T.dscalar("a")
    f = minigrad.function([a, b], a - b)
    assert f(3.0, 1.0) == 2
    with pytest.raises(TypeError, match="two inputs of the name 'a'"):
        f(3.0, a=1.0)


def test_a_missing_input_is_named(x):
    y = T.dvector("y")
    with pytest.raises(minigrad.MissingInputError, match="depend on y"):
        minigrad.function([x], x + y)


def test_an_unused_input_is_an_error_unless_told_otherwise(x):
    y = T.dvector("y")
    with pytest.raises(minigrad.UnusedInputError, match="the input y"):
        minigrad.function([x, y], x)
    with pytest.warns(UserWarning, match="the input y"):
        minigrad.function([x, y], x, on_unused_input="warn")
    assert minigrad.function([x, y], x, on_unused_input="ignore")([1.0], [2.0]).tolist() == [1.0]


def test_an_input_twice_is_refused(x):
    with pytest.raises(ValueError, match="x occurs twice"):
        minigrad.function([x, x], x)


@pytest.mark.parametrize("wrong", [1.0, "x", None])
def test_an_input_that_is_no_variable_is_refused(wrong):
    with pytest.raises(TypeError, match="input of a function must be a variable"):
        minigrad.function([wrong], T.constant(1.0))


def test_a_shared_variable_as_input_is_refused_with_advice(w):
    with pytest.raises(TypeError, match="functions use shared variables without"):
        minigrad.function([w], w)


@pytest.mark.parametrize(
    "option",
    [{"mode": "FASTEST"}, {"on_unused_input": "shout"}],
    ids=lambda option: next(iter(option)),
)
def test_an_unknown_choice_is_refused_with_the_known_ones(x, option):
    with pytest.raises(ValueError, match="must be one of"):
        minigrad.function([x], x, **option)


# ---- Outputs --------------------------------------------------------------------------------------


def test_the_results_come_as_the_outputs_were_given(x):
    assert minigrad.function([x], x.sum())([1.0, 2.0]) == 3
    assert minigrad.function([x], [x.sum(), x.max()])([1.0, 2.0]) == [3, 2]
    assert minigrad.function([x], [x.sum()])([1.0, 2.0]) == [3]
    assert minigrad.function([x], {"a": x.sum(), "b": x.max()})([1.0, 2.0]) == {"a": 3, "b": 2}
    for outputs in ({}, {"outputs": []}):  # as in Theano
        assert minigrad.function([x], on_unused_input="ignore", **outputs)([1.0]) == []


@pytest.mark.parametrize("mode", MODES)
def test_a_scalar_is_an_array_without_dimensions(x, mode):
    result = minigrad.function([x], x.sum(), mode=mode)([1.0])
    assert type(result) is np.ndarray
    assert result.shape == ()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "view",
    [
        lambda x: x,
        lambda x: x.T,
        lambda x: x[::2],
        lambda x: x.reshape((-1,)),
        lambda x: x.dimshuffle(0, "x", 1),
        lambda x: T.unbroadcast(x, 0),
        lambda x: T.specify_shape(x, (2, None)),
        lambda x: x * 1,
    ],
)
def test_a_result_shares_no_memory_with_an_argument(view, mode):
    x = T.dmatrix("x")
    argument = np.ones((2, 2))
    result = minigrad.function([x], view(x), mode=mode)(argument)
    assert not np.shares_memory(result, argument)
    assert result.flags.writeable


@pytest.mark.parametrize("mode", MODES)
def test_a_result_shares_no_memory_with_shared_variables_constants_or_another(w, mode):
    constant = T.constant(np.ones(2))
    y = w + 1
    f = minigrad.function([], [w, constant, y, y, y[:1], w[:1]], mode=mode)
    results = f()
    held = [w.get_value(borrow=True), constant.data]
    for i, result in enumerate(results):
        assert not any(np.shares_memory(result, other) for other in held + results[:i])


def test_a_later_call_never_changes_an_earlier_result(x):
    f = minigrad.function([x], 2 * x)
    first = f([1.0])
    f([5.0])
    assert first.tolist() == [2.0]


def test_arguments_are_never_changed(x):
    argument = np.array([1.0, 2.0])
    minigrad.function([x], T.set_subtensor(x[0], 9.0) + T.exp(x))(argument)
    assert argument.tolist() == [1.0, 2.0]


def test_a_read_only_or_strided_argument_will_do(x):
    argument = np.arange(6.0)[::2]
    argument.flags.writeable = False
    assert minigrad.function([x], x + 1)(argument).tolist() == [1.0, 3.0, 5.0]


# ---- Updates --------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", [list, dict, OrderedDict])
def test_all_updates_are_computed_from_the_old_values(kind, mode):
    a, b = minigrad.shared(1.0, name="a"), minigrad.shared(2.0, name="b")
    swap = minigrad.function([], updates=kind([(a, b), (b, a)]), mode=mode)
    swap()
    assert (a.get_value(), b.get_value()) == (2, 1)


@pytest.mark.parametrize("mode", MODES)
def test_outputs_are_from_before_the_updates(w, mode):
    f = minigrad.function([], [w, 2 * w], updates=[(w, w + 1)], mode=mode)
    assert [r.tolist() for r in f()] == [[1.0, 2.0], [2.0, 4.0]]
    assert w.get_value().tolist() == [2.0, 3.0]


class Explosion(minigrad.Op):
    __props__ = ()
    itypes = otypes = [T.dvector]

    def perform(self, node, inputs, output_storage):
        raise KeyError("boom")


@pytest.mark.parametrize("mode", MODES)
def test_a_failing_update_leaves_every_shared_variable_as_it_was(w, mode):
    v = minigrad.shared(np.zeros(2), name="v")
    f = minigrad.function([], updates=[(w, w + 1), (v, Explosion()(w))], mode=mode)
    with pytest.raises(KeyError):
        f()
    assert w.get_value().tolist() == [1.0, 2.0]


def test_an_update_that_breaks_a_fixed_size_leaves_every_variable_as_it_was(w, x):
    row = minigrad.shared(np.ones((1, 2)), name="row", broadcastable=(True, False))
    f = minigrad.function([x], updates=[(w, w + 1), (row, T.unbroadcast(T.outer(x, w), 0))])
    with pytest.raises(TypeError, match="the update of row"):
        f([1.0, 2.0])
    assert w.get_value().tolist() == [1.0, 2.0]


def test_the_stored_value_is_not_the_argument(x, w):
    argument = np.array([5.0, 6.0])
    minigrad.function([x], updates=[(w, x)])(argument)
    argument[:] = 0
    assert w.get_value().tolist() == [5.0, 6.0]


def test_two_variables_updated_alike_hold_two_arrays(w):
    v = minigrad.shared(np.zeros(2), name="v")
    y = w * 2
    minigrad.function([], updates=[(w, y), (v, y)])()
    assert not np.shares_memory(w.get_value(borrow=True), v.get_value(borrow=True))


@pytest.mark.parametrize("mode", MODES)
def test_a_value_got_before_an_update_stays(w, mode):
    before = w.get_value(borrow=True)
    minigrad.function([], updates=[(w, w * 2)], mode=mode)()
    assert before.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("updates", "problem"),
    [
        (lambda x, w: [(x, x)], "only shared variables"),
        (lambda x, w: [(w, w), (w, 2 * w)], "updated twice"),
        (lambda x, w: [w], "list of pairs or a dict"),
        (lambda x, w: 3, "list of pairs or a dict"),
        (lambda x, w: [(w, w.sum())], "the update of w has type"),
        (lambda x, w: [(w, "new")], "the update of w"),
    ],
)
def test_a_wrong_update_is_refused(x, w, updates, problem):
    with pytest.raises((TypeError, ValueError), match=problem):
        minigrad.function([x], x, updates=updates(x, w))


def test_a_wider_update_is_blamed_on_what_brought_in_the_dtype():
    W = minigrad.shared(np.ones(2, "float32"), name="W")
    dW = minigrad.shared(np.ones(2), name="dW")
    step = 0.5 * dW
    with pytest.raises(TypeError) as caught:
        minigrad.function([], updates=[(W, W - step)])
    message = str(caught.value)
    assert "the update of W is float64, but W is float32" in message
    assert ": 0.5 * dW became float64 at" in message
    assert "step = 0.5 * dW" in message
    assert "because dW is float64 (shared at" in message
    assert "test_semantics.py" in message
    assert "T.cast" in message


def test_a_number_can_be_the_new_value(w):
    count = minigrad.shared(3, name="count")
    minigrad.function([], updates={count: 7, w: [0.0, 0.0]})()
    assert (count.get_value(), w.get_value().tolist()) == (7, [0.0, 0.0])


def test_default_updates_come_along_unless_told_otherwise(w):
    w.default_update = w + 1
    minigrad.function([], w.sum())()
    assert w.get_value().tolist() == [2.0, 3.0]
    minigrad.function([], w.sum(), no_default_updates=True)()
    minigrad.function([], w.sum(), no_default_updates=[w])()
    assert w.get_value().tolist() == [2.0, 3.0]
    minigrad.function([], w.sum(), updates=[(w, w * 0)])()
    assert w.get_value().tolist() == [0.0, 0.0]


# ---- Givens ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [list, dict])
def test_givens_stand_in_for_variables(x, w, kind):
    f = minigrad.function([], (x * 2).sum(), givens=kind([(x, w)]))
    assert f() == 6


def test_givens_reach_into_updates(x, w):
    minigrad.function([], updates=[(w, w + x)], givens={x: np.array([10.0, 20.0])})()
    assert w.get_value().tolist() == [11.0, 22.0]


def test_givens_can_pick_a_batch():
    data = minigrad.shared(np.arange(10.0), name="data")
    i, x = T.lscalar("i"), T.dvector("x")
    f = minigrad.function([i], x.sum(), givens={x: data[i * 2 : (i + 1) * 2]})
    assert f(1) == 5


def test_givens_can_replace_an_intermediate_result(x):
    y = T.exp(x)
    f = minigrad.function([x], y + 1, givens={y: x * 2})
    assert f([3.0]).tolist() == [7.0]


def test_givens_of_another_type_are_refused(x):
    with pytest.raises(TypeError, match="what givens put for x"):
        minigrad.function([], x, givens={x: T.constant(1.0)})


# ---- Shared variables, eval, config -----------------------------------------------------------


def test_get_value_is_a_copy_unless_borrowed(w):
    w.get_value()[:] = 0
    assert w.get_value().tolist() == [1.0, 2.0]
    assert w.get_value(borrow=True) is w.get_value(borrow=True)


def test_set_value_checks_the_type_and_names_the_variable(w):
    w.set_value([3])
    assert w.get_value().tolist() == [3.0]
    with pytest.raises(TypeError, match="set_value of the shared variable w"):
        w.set_value([[1.0]])
    assert w.get_value().tolist() == [3.0]


def test_the_value_of_a_shared_variable_is_a_copy():
    value = np.zeros(2)
    w = minigrad.shared(value)
    value[:] = 1
    assert w.get_value().tolist() == [0.0, 0.0]


@pytest.mark.parametrize("value", ["text", None, {}, [1, [2]], np.array([None])])
def test_what_is_not_made_of_numbers_cannot_be_shared(value):
    with pytest.raises(TypeError, match="shared"):
        minigrad.shared(value)


def test_a_shared_matrix_of_one_row_does_not_broadcast_unless_told():
    x = T.dmatrix("x")
    plain, row = np.ones((1, 2)), np.ones((1, 2))
    with pytest.raises(ValueError, match="sizes differ"):
        minigrad.function([x], x + minigrad.shared(plain))(np.ones((3, 2)))
    f = minigrad.function([x], x + minigrad.shared(row, broadcastable=(True, False)))
    assert f(np.ones((3, 2))).shape == (3, 2)


def test_eval_computes_with_the_values_given(x, w):
    assert (x + w).eval({x: [1.0, 1.0]}).tolist() == [2.0, 3.0]


EXTREMES = {
    "a cost": lambda x: T.nnet.binary_crossentropy(T.nnet.sigmoid(x), 1.0),
    "its derivative": lambda x: minigrad.grad(
        T.nnet.binary_crossentropy(T.nnet.sigmoid(x), 1.0).sum(), x
    ),
    "a logarithm of a softmax": lambda x: T.log(T.nnet.softmax(x)),
    "log(1 + exp(x))": lambda x: T.log(1 + T.exp(x)),
    "an expression of sizes": lambda x: x[x.shape[0] - 1],
    "a sum": lambda x: T.sum(T.sqr(x) * 0.1),
}


@pytest.mark.parametrize("name", EXTREMES)
def test_eval_gives_what_a_function_gives(x, name):
    expression = EXTREMES[name](x)
    f = minigrad.function([x], expression)
    for value in ([-1000.0, 1000.0], [0.5, 30.0], [0.1, 0.2, 0.3]):
        result = expression.eval({x: value})
        assert np.isfinite(result).all()
        np.testing.assert_allclose(result, f(value), rtol=1e-14)


def test_eval_of_what_was_evaluated_before_makes_no_new_function(x, monkeypatch):
    y = T.exp(x)
    assert y.eval({x: [0.0]}) == 1
    monkeypatch.setattr(evaluation, "Function", None)
    assert y.eval({x: [0.0, 0.0]}).tolist() == [1, 1]


def test_eval_may_be_given_values_of_anything(x, w):
    y = x * 2
    z = y + w
    assert z.eval({y: [1.0, 1.0]}).tolist() == [2.0, 3.0]
    assert z.eval({x: [1.0, 1.0], w: [0.0, 1.0]}).tolist() == [2.0, 3.0]
    assert z.eval({z: [7.0]}).tolist() == [7.0]
    assert w.eval().tolist() == [1.0, 2.0]


def test_eval_updates_nothing(x):
    count = minigrad.shared(0.0)
    count.default_update = count + 1
    assert [(x * count).eval({x: [1.0]}).tolist() for _ in range(2)] == [[0.0], [0.0]]


def test_what_was_evaluated_is_freed_when_it_is_dropped(x):
    y = T.exp(x * 2)
    y.eval({x: [1.0]})
    node = weakref.ref(y.owner)
    del y
    assert node() is None


def test_eval_without_a_value_names_the_input(x):
    with pytest.raises(minigrad.MissingInputError, match="depend on x of .*give it one"):
        (x + 1).eval()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_floatX_types_the_constructors_and_python_floats(dtype):
    before = minigrad.config.floatX
    try:
        minigrad.config.floatX = dtype
        assert T.matrix().dtype == T.vector().dtype == T.constant(0.1).dtype == dtype
        assert T.zeros((2,)).dtype == dtype
    finally:
        minigrad.config.floatX = before


def test_a_wrong_setting_is_refused():
    with pytest.raises(ValueError, match="takes float64, float32, float16"):
        minigrad.config.floatX = "int8"
    with pytest.raises(AttributeError, match="has no 'devise'; did you mean device"):
        minigrad.config.devise = "gpu"
