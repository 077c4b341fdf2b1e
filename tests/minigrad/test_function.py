"""`function`, further: defaults, names, expressions as inputs, givens, and whose the arrays are.

What it promises in short is in test_semantics.py.
"""

import pickle
import re
import warnings

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad import In, function, shared

MODES = ["FAST_RUN", "FAST_COMPILE", "DebugMode"]


@pytest.fixture
def x():
    return T.dvector("x")


@pytest.fixture
def w():
    return shared(np.array([1.0, 2.0]), name="w")


# ---- Inputs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [list, tuple])
def test_inputs_come_in_a_list_or_tuple(x, kind):
    assert function(kind([x]), x)([1.0]).tolist() == [1.0]


@pytest.mark.parametrize("inputs", [3, None, "x", T.dvector("x")])
def test_anything_else_is_refused(x, inputs):
    with pytest.raises(TypeError, match="inputs must be a list of variables; got"):
        function(inputs, x)


def test_an_unnamed_input_is_passed_by_position():
    v = T.dvector()
    assert function([v], v + 1)([1.0]).tolist() == [2.0]


def test_an_unnamed_input_is_called_by_its_type_in_messages():
    with pytest.raises(TypeError, match=r"no value for <TensorType\(float64, vector\)>"):
        v = T.dvector()
        function([v], v)()


def test_an_input_is_called_by_the_name_that_In_gives_it(x):
    f = function([In(x, name="samples")], x)
    with pytest.raises(TypeError, match="no input of the name 'x'; it takes 1 inputs \\(samples"):
        f(x=[1.0])


def test_an_expression_can_be_an_input_and_is_not_computed(x):
    y = T.exp(x)
    assert function([y], y + 1)([1.0]).tolist() == [2.0]


def test_an_expression_and_what_it_is_made_of_can_be_inputs(x):
    y = T.exp(x)
    assert function([x, y], x + y)([1.0], [10.0]).tolist() == [11.0]


def test_what_only_an_input_is_made_of_is_not_needed(x):
    y = T.exp(x)
    with pytest.raises(minigrad.UnusedInputError, match="the input x"):
        function([x, y], y + 1)


def test_a_constant_as_input_is_refused():
    with pytest.raises(TypeError, match="without a value; got Constant{1.0}"):
        function([T.constant(1.0)], T.constant(1.0))


def test_all_missing_values_are_named():
    a, b, c = T.dscalars("a", "b", "c")
    with pytest.raises(TypeError, match=r"f: no value for a, c; it takes 3 inputs \(a, b=…, c\)"):
        function([a, In(b, value=1.0), c], a + b + c, name="f")()


def test_None_is_not_a_value(x):
    with pytest.raises(TypeError, match="input x: got NoneType None"):
        function([x], x)(None)


def test_a_variable_is_not_a_value(x):
    with pytest.raises(TypeError, match="input x: got the symbolic variable x, expected numbers"):
        function([x], x)(x)


def test_a_warning_about_an_unused_input_is_credited_to_the_users_line(x):
    with pytest.warns(UserWarning) as caught:
        function([x, T.dvector("y")], x, on_unused_input="warn")
    assert caught[0].filename == __file__


def test_an_ignored_unused_input_makes_no_warning_but_is_still_passed(x):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        f = function([x, T.dvector("y")], x, on_unused_input="ignore")
    with pytest.raises(TypeError, match="no value for y"):
        f([1.0])


def test_an_input_that_only_an_update_uses_is_used(x, w):
    function([x], updates=[(w, w + x)])([1.0, 1.0])
    assert w.get_value().tolist() == [2.0, 3.0]


SCALAR, ROW, FIXED = T.dscalar("s"), T.drow("r"), T.TensorType("float64", (2, 3))("fixed")
WRITTEN_WITH = {
    "the derivative of something linear": (SCALAR, T.grad(2 * SCALAR, SCALAR)),
    "its derivative by itself": (SCALAR, T.grad(SCALAR, SCALAR)),
    "a second derivative": (SCALAR, T.grad(T.grad(SCALAR**2, SCALAR) * 3, SCALAR)),
    "a derivative that is zero": (SCALAR, T.grad(T.floor(SCALAR), SCALAR)),
    "a derivative by what it is made of": (
        SCALAR,
        T.grad(3 * (y := 2 * SCALAR) + 1, y),
    ),
    "its number of elements": (SCALAR, SCALAR.size),
    "zeros": (SCALAR, T.zeros_like(SCALAR)),
    "ones of another dtype": (SCALAR, T.ones_like(SCALAR, dtype="int8")),
    "fill": (SCALAR, T.fill(SCALAR, 3.0)),
    "what is made of zeros": (SCALAR, T.exp(T.zeros_like(SCALAR)) + 1),
    "a size that is known": (ROW, ROW.shape[0]),
    "arithmetic with it": (ROW, 2 * ROW.shape[0] + 1),
    "zeros of the same shape": (ROW, T.zeros((ROW.shape[0], 2))),
    "all sizes": (FIXED, FIXED.shape[0] * FIXED.shape[1]),
    "the count of elements": (FIXED, FIXED.size),
    "the derivative of a sum": (FIXED, T.grad(FIXED.sum(), FIXED)),
}


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode"])
@pytest.mark.parametrize("name", WRITTEN_WITH)
def test_an_input_that_the_expression_was_written_with_is_used(name, mode):
    variable, expression = WRITTEN_WITH[name]
    value = np.ones([size or 2 for size in variable.type.shape])
    expected = function([], expression, givens={variable: T.constant(value)})()
    np.testing.assert_array_equal(function([variable], expression, mode=mode)(value), expected)
    again, loaded = pickle.loads(pickle.dumps([variable, expression]))
    np.testing.assert_array_equal(function([again], loaded, mode=mode)(value), expected)
    other = T.dvector("other")
    with pytest.raises(minigrad.UnusedInputError, match="other"):
        function([variable, other], expression, mode=mode)


def test_what_givens_put_for_what_an_expression_was_written_with_is_used():
    z = T.dscalar("z")
    assert function([z], T.grad(2 * SCALAR, SCALAR), givens={SCALAR: z * 3})(5.0) == 2


def test_an_input_that_is_an_expression_is_used_by_a_derivative_by_it(x):
    y = 3 * SCALAR
    assert function([y], T.grad(2 * y, y))(5.0) == 2
    assert function([SCALAR], T.grad(2 * y, y))(5.0) == 2


VECTOR, POINT, MATRIX = T.dvector("v"), T.dvector("x"), T.dmatrix("W")
NEED_NO_MORE = {
    "the derivative of a scalar": (T.grad(2 * SCALAR, SCALAR), {}, 2),
    "the L-operator by the weights of a product": (
        T.Lop(T.dot(POINT, MATRIX), MATRIX, VECTOR),
        {VECTOR: [2.0, 2.0], POINT: [0.0, 1.0]},
        [[0, 0], [2, 2]],
    ),
    "the L-operator by the point": (
        T.Lop(T.dot(POINT, MATRIX), POINT, VECTOR),
        {VECTOR: [2.0, 2.0], MATRIX: [[0.0, 1.0]]},
        [2],
    ),
    "a shape that is that of another": (
        T.grad(T.sum(2 * POINT + VECTOR), POINT),
        {VECTOR: [1.0, 1.0, 1.0]},
        [2, 2, 2],
    ),
    "a shape that is that of another through a third": (
        T.grad(T.sum(2 * POINT + T.exp(T.dot(MATRIX, VECTOR))), POINT),
        {MATRIX: [[1.0], [1.0]], VECTOR: [1.0]},
        [2, 2],
    ),
    "what cancels": (POINT * VECTOR / POINT, {VECTOR: [3.0]}, [3]),
    "the R-operator of something linear": (
        T.Rop(T.dot(POINT, MATRIX), POINT, VECTOR),
        {VECTOR: [1.0], MATRIX: [[3.0]]},
        [3],
    ),
}


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode"])
@pytest.mark.parametrize("name", NEED_NO_MORE)
def test_what_the_rewrites_need_no_more_is_not_asked_for(name, mode):
    expression, values, expected = NEED_NO_MORE[name]
    f = function([*values], expression, mode=mode, on_unused_input="ignore")
    for _ in range(2):
        np.testing.assert_array_equal(f(*values.values()), expected)


def test_a_shape_that_nothing_else_has_is_asked_for(x):
    y = T.dvector("y")
    with pytest.raises(minigrad.MissingInputError, match="depend on x"):
        function([y], T.grad(T.sum(2 * x) + T.sum(y), x))


def test_an_update_that_needs_a_variable_names_it(x, w):
    with pytest.raises(minigrad.MissingInputError, match="depend on x .*add it to the inputs"):
        function([], updates=[(w, w + x)])


# ---- Conversions of arguments ---------------------------------------------------------------------


@pytest.mark.parametrize("allow", [None, False])
def test_a_wider_array_is_refused_unless_downcast_is_allowed(allow):
    v = T.fvector("v")
    with pytest.raises(TypeError, match="input v"):
        function([v], v, allow_input_downcast=allow)(np.ones(2))


def test_allowed_to_a_function_a_downcast_is_allowed_to_all_inputs():
    a, b = T.fscalar("a"), T.bscalar("b")
    f = function([a, b], a * b, allow_input_downcast=True)
    assert f(np.float64(1.5), 2.7) == 3


def test_what_In_allows_comes_before_what_the_function_allows():
    v = T.fvector("v")
    f = function([In(v, allow_downcast=False)], v, allow_input_downcast=True)
    with pytest.raises(TypeError, match="input v"):
        f([0.1])


def test_a_strict_input_takes_only_arrays_of_its_dtype(x):
    f = function([In(x, strict=True)], x)
    assert f(np.ones(1)).tolist() == [1.0]
    with pytest.raises(TypeError, match="input x: got list"):
        f([1.0])


def test_one_In_can_serve_two_functions_with_other_options(x):
    v = T.fvector("v")
    given = In(v)
    function([given], v, allow_input_downcast=True)
    with pytest.raises(TypeError, match="input v"):
        function([given], v)(np.ones(2))


# ---- Defaults -------------------------------------------------------------------------------------


def test_a_default_is_checked_when_it_is_given(x):
    with pytest.raises(TypeError, match="the default of In: input x: got float 3.0 with 0 dim"):
        In(x, value=3.0)


def test_an_update_needs_a_default_to_start_from(x):
    with pytest.raises(TypeError, match=r"In\(x\): an update needs a value"):
        In(x, update=x + 1)


def test_a_value_that_is_passed_becomes_the_one_that_is_updated():
    n = T.lscalar("n")
    f = function([In(n, value=0, update=n + 1)], n)
    assert [int(f()), int(f(10)), int(f())] == [0, 10, 11]


def test_functions_with_one_In_have_defaults_of_their_own():
    n = T.lscalar("n")
    count = In(n, value=0, update=n + 1)
    f, g = function([count], n), function([count], n)
    f(), f()
    assert (int(f()), int(g())) == (2, 0)


@pytest.mark.parametrize("mode", MODES)
def test_a_default_is_not_updated_if_the_call_fails(x, mode):
    n = T.lscalar("n")
    f = function([x, In(n, value=0, update=n + 1)], [n, x[2]], mode=mode)
    with pytest.raises(IndexError):
        f([1.0])
    assert f([1.0, 2.0, 3.0])[0] == 0


def test_the_update_of_a_default_has_its_type():
    n = T.lscalar("n")
    with pytest.raises(TypeError, match="the update of the input n is float64, but n is int64"):
        function([In(n, value=0, update=n * 0.5)], n)


def test_a_changed_result_does_not_change_the_default(x):
    f = function([In(x, value=[1.0])], x)
    f()[:] = 7
    assert f().tolist() == [1.0]


# ---- Outputs --------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("number", [3.0, [1.0, 2.0], np.eye(2)])
def test_numbers_can_be_outputs(number, mode):
    np.testing.assert_array_equal(function([], number, mode=mode)(), number)


def test_a_list_of_one_comes_as_a_list(x):
    assert [r.tolist() for r in function([x], [x])([1.0])] == [[1.0]]


def test_a_dict_keeps_its_order(x):
    f = function([x], {"b": x.sum(), "a": x.max()})
    assert list(f([1.0])) == ["b", "a"]


@pytest.mark.parametrize("output", ["cost", object(), {1, 2}])
def test_what_cannot_be_an_output_is_refused(x, output):
    with pytest.raises(TypeError, match="an output must be a variable; got"):
        function([x], output)


def test_the_keys_of_a_dict_are_names(x):
    with pytest.raises(TypeError, match="must be names; got 1"):
        function([x], {1: x})


@pytest.mark.parametrize("mode", MODES)
def test_one_output_twice_comes_as_two_arrays(x, mode):
    y = T.exp(x)
    first, second = function([x], [y, y], mode=mode)([1.0])
    assert not np.shares_memory(first, second)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "parts",
    [
        lambda y: [y, y.T],
        lambda y: [y[0], y[:, 0]],
        lambda y: [y.reshape((4,)), y],
        lambda y: T.split(y, [1, 1], 2, axis=0),
        lambda y: [y.dimshuffle(1, "x", 0), y.ravel()],
    ],
)
def test_views_of_one_result_come_as_arrays_of_their_own(parts, mode):
    x = T.dmatrix("x")
    first, second = function([x], parts(T.exp(x)), mode=mode)(np.eye(2))
    assert not np.shares_memory(first, second)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", ["bool", "int8", "int64", "float32", "float64"])
def test_a_scalar_of_any_dtype_is_an_array_of_that_dtype(dtype, mode):
    v = T.scalar("v", dtype=dtype)
    for output in [v, T.maximum(v, v), v.dimshuffle("x")[0]]:
        result = function([v], output, mode=mode)(np.array(1, dtype))
        assert (type(result), result.shape, result.dtype) == (np.ndarray, (), dtype)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("part", [lambda c: c, lambda c: c[:2], lambda c: c.dimshuffle("x", 0)])
def test_a_constant_stays_as_it_is_when_a_result_is_changed(part, mode):
    f = function([], [part(T.constant(np.ones(2000)))], mode=mode)
    for result in f():
        result[:] = 7
    assert all((result == 1).all() for result in f())


# ---- Givens ---------------------------------------------------------------------------------------


def test_givens_swap_two_variables_at_once():
    v, w = shared(np.array([1.0]), "v"), shared(np.array([5.0]), "w")
    assert function([], v - w, givens=[(v, w), (w, v)])().tolist() == [4.0]


def test_givens_reach_into_the_updates_of_inputs():
    n, step = T.lscalar("n"), T.lscalar("step")
    f = function([In(n, value=0, update=n + step)], n, givens={step: T.constant(3)})
    assert [int(f()) for _ in range(3)] == [0, 3, 6]


def test_givens_can_be_numbers_and_are_copied(x):
    value = np.array([1.0])
    f = function([], x + 1, givens={x: value})
    value[:] = 7
    assert f().tolist() == [2.0]


def test_givens_can_replace_a_shared_variable_but_not_the_target_of_an_update(w):
    v = shared(np.zeros(2), name="v")
    f = function([], w.sum(), updates=[(w, w + 1)], givens={w: v})
    assert f() == 0
    assert (w.get_value().tolist(), v.get_value().tolist()) == ([1.0, 1.0], [0.0, 0.0])


def test_givens_leave_the_expression_as_it_was(x, w):
    y = x * 2
    function([], y, givens={x: w})
    assert function([x], y)([1.0]).tolist() == [2.0]


@pytest.mark.parametrize("given", [lambda x: x, lambda x: x * 2], ids=["variable", "expression"])
def test_givens_do_not_replace_an_input(x, w, given):
    argument = given(x)
    with pytest.raises(RuntimeError, match="f: givens replace .*, which is an input"):
        function([argument], argument.sum(), givens={argument: w}, name="f")


def test_an_expression_that_is_an_input_is_not_computed_whatever_givens_replace_in_it(x, w):
    y = x * 2
    z = T.dvector("z")
    f = function([y, z], [y + 1, x], givens={x: y + z})
    assert [r.tolist() for r in f([5.0], [10.0])] == [[6.0], [15.0]]


@pytest.mark.parametrize("name", ["self", "args", "kwargs", "values", "mode", "name", "cls"])
@pytest.mark.parametrize("mode", ["FAST_RUN", "DebugMode"])
def test_an_input_of_any_name_is_passed_by_its_name(name, mode):
    v = T.dvector(name)
    f = function([v], v * 2, mode=mode)
    assert f(**{name: [1.0]}).tolist() == [2.0]
    assert f.profile(n_calls=1, **{name: np.ones(1)}).rows


def test_a_variable_given_twice_is_refused(x, w):
    with pytest.raises(ValueError, match="givens replace x twice"):
        function([], x, givens=[(x, w), (x, w)])


@pytest.mark.parametrize("givens", [3, "xy", [3]])
def test_givens_are_pairs_or_a_dict(x, givens):
    with pytest.raises(TypeError, match="givens: a list of pairs or a dict; got"):
        function([x], x, givens=givens)


def test_what_givens_put_must_be_of_the_same_type_and_nobody_speaks_of_updates(x):
    with pytest.raises(TypeError) as caught:
        function([], x, givens={x: shared(np.ones(3, "float32"), name="s")})
    assert str(caught.value).startswith(
        "what givens put for x is float32, but x is float64: s is float32 (shared at "
    )
    assert "T.cast(value, 'float64')" in str(caught.value)
    assert "update" not in str(caught.value)


def test_only_variables_are_given(x):
    with pytest.raises(TypeError, match="givens replace variables; got 'x'"):
        function([x], x, givens={"x": x})


# ---- Modes and names ------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_a_mode_changes_no_value(x, mode):
    y = T.log(1 + T.exp(x)) + T.nnet.sigmoid(x)
    expected = y.eval({x: [-1.0, 0.0, 2.0]})
    np.testing.assert_allclose(function([x], y, mode=mode)([-1.0, 0.0, 2.0]), expected, rtol=1e-14)


def test_the_name_is_in_messages_and_in_the_program(x):
    f = function([x], x + 1, name="train")
    assert "\ndef train(x):" in f.source
    with pytest.raises(TypeError, match="train: input x"):
        f(1.0)


def test_without_a_name_it_is_called_program(x):
    assert function([x], x).name == "program"


def test_accept_inplace_is_theanos_and_changes_nothing(x):
    argument = np.ones(2)
    function([x], x + 1, accept_inplace=True)(argument)
    assert argument.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    "options", [{"rebuild_strict": False}, {"profile": None}, {"profile": False}], ids=str
)
def test_theanos_options_that_change_nothing_are_taken(x, options):
    assert function([x], x + 1, **options)([1.0]).tolist() == [2.0]


def test_options_come_in_theanos_order(x):
    f = function([x], x, "FAST_RUN", None, None, False, False, "f", True, True, None, "ignore")
    assert f(np.ones(1, np.longdouble)).tolist() == [1.0]


def test_an_implicit_input_is_one_with_a_default(x):
    assert function([In(x, value=[1.0], implicit=True)], x + 1)().tolist() == [2.0]


@pytest.mark.parametrize("name", [3, b"f", ["f"]], ids=repr)
@pytest.mark.parametrize(
    "make",
    [
        lambda name: function([], 1.0, name=name),
        lambda name: function([], 1.0).copy(name=name),
        lambda name: In(T.dvector(), name=name),
        lambda name: shared(1.0, name),
        T.vector,
        T.dvector,
        lambda name: T.vectors("x", name),
        lambda name: T.tensor("float32", (None,), name),
        lambda name: T.constant(1.0, name),
    ],
    ids=["function", "copy", "In", "shared", "vector", "dvector", "vectors", "tensor", "constant"],
)
def test_a_name_is_a_string(make, name):
    message = (
        f"the name of an? .* must be a string; got {type(name).__name__} {re.escape(repr(name))}"
    )
    with pytest.raises(TypeError, match=message):
        make(name)


# ---- Copies ---------------------------------------------------------------------------------------


def test_a_copy_computes_the_same_and_updates_the_same_variables(x, w):
    f = function([x], {"sum": (w + x).sum(), "all": w + x}, updates=[(w, w + x)], name="f")
    g = f.copy()
    assert (g.name, f.copy(name="g").name, g.mode) == ("f copy", "g", f.mode)
    assert f([1.0, 1.0])["all"].tolist() == [2.0, 3.0]
    assert g([1.0, 1.0])["all"].tolist() == [3.0, 4.0]
    assert w.get_value().tolist() == [3.0, 4.0]


@pytest.mark.parametrize("mode", MODES)
def test_a_swap_reaches_outputs_updates_and_their_targets(x, w, mode):
    other, rate = shared(np.array([5.0, 6.0]), name="other"), shared(2.0, name="rate")
    f = function([x], w.sum(), updates=[(w, w - rate * x)], mode=mode)
    g = f.copy(swap={w: other})
    assert g([1.0, 1.0]) == 11
    assert other.get_value().tolist() == [3.0, 4.0]
    assert w.get_value().tolist() == [1.0, 2.0]
    f([0.5, 0.5])
    assert w.get_value().tolist() == [0.0, 1.0]


def test_a_variable_that_is_only_updated_is_swapped_too(x, w):
    other = shared(np.zeros(2))
    function([x], updates=[(w, 2 * x)]).copy(swap=[(w, other)])([1.0, 2.0])
    assert (other.get_value().tolist(), w.get_value().tolist()) == ([2.0, 4.0], [1.0, 2.0])


def test_two_variables_can_swap_places(w):
    v = shared(np.array([10.0, 20.0]), name="v")
    f = function([], [v - w], updates=[(v, v + w), (w, w)])
    assert f.copy(swap={v: w, w: v})()[0].tolist() == [-9.0, -18.0]
    assert (v.get_value().tolist(), w.get_value().tolist()) == ([10.0, 20.0], [11.0, 22.0])


def test_the_defaults_of_a_copy_begin_as_they_are_and_are_its_own():
    n, step = T.dscalar("n"), T.dscalar("step")
    f = function([step, In(n, value=1.0, update=n + step)], n)
    f(2.0)
    g = f.copy()
    assert [float(g(1.0)), float(g(1.0)), float(f(0.0))] == [3.0, 4.0, 3.0]


def test_without_updates_nothing_is_stored_and_all_is_passed_as_before(x, w):
    n = T.dscalar("n")
    f = function([x, In(n, value=1.0, update=n + 1)], w.sum() + n, updates=[(w, w + x)])
    g = f.copy(delete_updates=True)
    assert [float(g([1.0, 1.0])), float(g([1.0, 1.0]))] == [4.0, 4.0]
    assert w.get_value().tolist() == [1.0, 2.0]


def test_a_copy_can_be_pickled_and_copied(x, w):
    g = function([x], w + x).copy(swap={w: shared(np.zeros(2))})
    assert pickle.loads(pickle.dumps(g.copy()))([1.0, 2.0]).tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("make", "error", "problem"),
    [
        (lambda w: {w: shared(1.0)}, TypeError, "swap: w is .*vector.*, but .*scalar"),
        (lambda w: {w: shared(np.ones(2, "f4"))}, TypeError, "swap: w is .*float64.*float32"),
        (lambda w: {w: np.ones(2)}, TypeError, "swap: shared variables are swapped; got an array"),
        (lambda w: {T.dvector("v"): w}, TypeError, "swap: shared variables are swapped; got .*v"),
        (lambda w: {shared(1.0, "v"): w}, ValueError, "does not use the shared variable v"),
        (lambda w: w, TypeError, "swap: a list of pairs or a dict"),
    ],
)
def test_what_cannot_be_swapped_is_refused(w, make, error, problem):
    with pytest.raises(error, match=problem):
        function([], w.sum()).copy(swap=make(w))


def test_a_swap_that_would_update_a_variable_twice_is_refused(w):
    v = shared(np.zeros(2), name="v")
    f = function([], updates=[(w, w + 1), (v, v + 1)])
    with pytest.raises(ValueError, match="v would be updated twice"):
        f.copy(swap={w: v})


def test_a_function_can_call_itself_while_it_runs(x):
    class Nested(minigrad.Op):
        itypes = otypes = [T.dvector]

        def perform(self, node, inputs, output_storage):
            (value,) = inputs
            output_storage[0][0] = f(value - 1) + 1 if value[0] > 0 else value

    f = function([x], Nested()(x) * 1)
    assert f([3.0]).tolist() == [3.0]
