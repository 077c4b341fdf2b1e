"""Failures at run time: the natural exception, the operation, what it met, and the user's line."""

import linecache
import re
import sys
import traceback
import warnings
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from draws import part_of

import minigrad
import minigrad.tensor as T
from minigrad.protocol.walks import ancestors


@pytest.fixture
def x():
    return T.dmatrix("x")


WARNING = ("message", "category", "filename", "lineno")


def message(error, f, *values):
    with pytest.raises(error) as caught:
        f(*values)
    return str(caught.value)


def test_a_size_that_does_not_fit_is_told_with_shapes_and_line(x):
    W = minigrad.shared(np.ones((4, 2)), name="W")
    product = x.dot(W)  # the line
    text = message(ValueError, minigrad.function([x], product), np.ones((3, 5)))
    assert "Dot: sizes differ: x has 5 along axis 1, W has 4 along axis 0" in text
    assert "x is float64 (3, 5), W is float64 (4, 2)" in text
    assert "product = x.dot(W)" in text
    assert f"test_errors.py:{product.owner.made_at.number}" in text


def test_eval_tells_the_same(x):
    y = T.dmatrix("y")
    text = message(ValueError, lambda: (x + y).eval({x: np.ones((2, 3)), y: np.ones((2, 4))}))
    assert "add: sizes differ: x has 3 along axis 1, y has 4 along axis 1" in text
    assert "test_errors.py" in text


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode"])
@pytest.mark.parametrize("operation", [T.add, T.mul, T.maximum, T.switch, T.true_div])
def test_a_size_of_1_never_broadcasts_by_chance(x, operation, mode):
    y = T.dmatrix("y")
    arguments = [T.gt(x, 0), x, y] if operation is T.switch else [x, y]
    f = minigrad.function([x, y], operation(*arguments), mode=mode)
    text = message(ValueError, f, np.ones((2, 3)), np.ones((1, 3)))
    assert "T.addbroadcast" in text


def test_an_index_out_of_range_is_an_index_error(x):
    i = T.lscalar("i")
    text = message(IndexError, minigrad.function([x, i], x[i]), np.ones((2, 2)), 7)
    assert "out of bounds" in text
    assert "test_errors.py" in text


def test_a_reshape_that_does_not_fit_is_a_value_error(x):
    text = message(ValueError, minigrad.function([x], x.reshape((7, 1))), np.ones((2, 2)))
    assert "cannot reshape" in text
    assert "Reshape" in text


def test_the_largest_of_nothing_is_a_value_error(x):
    text = message(ValueError, minigrad.function([x], x.max()), np.ones((0, 2)))
    assert "max" in text


def test_an_exception_of_a_users_op_stays_what_it_is(x):
    class Failing(minigrad.Op):
        itypes = otypes = [T.dmatrix]

        def perform(self, node, inputs, output_storage):
            raise ZeroDivisionError("none of that")

    text = message(ZeroDivisionError, minigrad.function([x], Failing()(x)), np.ones((2, 2)))
    assert text.startswith("none of that\n")
    assert "in Failing, where x is float64 (2, 2)" in text


def test_an_assertion_of_a_users_op_stays_what_it_is(x):
    class Failing(minigrad.Op):
        itypes = otypes = [T.dmatrix]

        def perform(self, node, inputs, output_storage):
            raise AssertionError("not so")

    assert "not so" in message(AssertionError, minigrad.function([x], Failing()(x)), np.eye(2))


def test_the_line_of_a_gradient_is_that_of_the_expression(x):
    y = T.dmatrix("y")
    cost = T.sqr(x - y).sum()  # the line
    f = minigrad.function([x, y], minigrad.grad(cost, x))
    assert "cost = T.sqr(x - y).sum()" in message(ValueError, f, np.ones((2, 3)), np.ones((3, 3)))


def test_a_traceback_shows_the_programs_line(x):
    y = T.dmatrix("y")
    f = minigrad.function([x, y], x + y)
    with pytest.raises(AssertionError) as caught:
        f._programs.general.run(np.ones((2, 2)), np.ones((3, 2)))
    assert "assert x.shape[0] == y.shape[0]" in "".join(traceback.format_exception(caught.value))


# When the expression is written, what is known can be refused.


def test_shapes_that_cannot_fit_are_refused_when_written():
    a, b = T.constant(np.ones((2, 3))), T.constant(np.ones((2, 4)))
    with pytest.raises(ValueError, match="shapes do not fit"):
        a + b
    with pytest.raises(ValueError, match="dot"):
        T.dot(a, b)


def test_an_axis_that_does_not_exist_is_refused_when_written(x):
    with pytest.raises(np.exceptions.AxisError):
        x.sum(axis=2)


@pytest.mark.parametrize("axis", ["a", 1.5, [None], object], ids=repr)
@pytest.mark.parametrize("name", ["sum", "prod", "mean", "max", "argmax", "any", "cumsum"])
def test_what_is_no_axis_is_refused_by_name(name, axis):
    with pytest.raises(
        TypeError, match=f"^{name}: axis must be a whole number.*; got {re.escape(repr(axis))}"
    ):
        getattr(T, name)(T.dmatrix(), axis=axis)


@pytest.mark.parametrize("axis", ["a", 0.5, None], ids=repr)
def test_what_is_no_axis_to_join_along_is_refused(x, axis):
    with pytest.raises(TypeError, match=rf"axis must be a whole number; got {axis!r}"):
        T.concatenate([x, x], axis=axis)


NO_NUMBERS = {
    "alloc": lambda x, value: T.alloc(1.0, value),
    "zeros": lambda x, value: T.zeros(value),
    "arange": lambda x, value: T.arange(value),
    "concatenate": lambda x, value: T.concatenate([x, value]),
    "dot": lambda x, value: T.dot(x, value),
    "reshape": lambda x, value: x.reshape(value),
    "Lop": lambda x, value: T.Lop(x, x, value),
    "Rop": lambda x, value: T.Rop(x, x, value),
    "grad": lambda x, value: T.grad(None, x, known_grads={x: value}),
}


@pytest.mark.parametrize("value", [None, "a"], ids=repr)
@pytest.mark.parametrize("name", NO_NUMBERS)
def test_who_was_given_what_is_no_number_is_told(x, name, value):
    with pytest.raises(
        TypeError, match=f"{name}: a constant must be made of numbers; got .*{value}"
    ):
        NO_NUMBERS[name](x, value)


@pytest.mark.parametrize(
    ("refused", "problem"),
    [
        (lambda x: T.Lop(T.argmax(x), x, 1.0), "Lop: f and wrt must be of float type; .* is int64"),
        (lambda x: T.Rop(T.argmax(x), x, x), "Rop: f and wrt must be of float type; .* is int64"),
        (lambda x: T.Rop(x, T.lvector("n"), x), "Rop: f and wrt .*; n is int64"),
        (lambda x: T.Lop(3.0, x, x), "Lop: f and wrt must be variables; got 3.0"),
        (lambda x: T.Rop(3.0, x, x), "Rop: f and wrt must be variables; got 3.0"),
        (lambda x: T.Rop(x, 3.0, x), "Rop: f and wrt must be variables; got 3.0"),
    ],
)
def test_a_product_with_a_jacobian_speaks_of_no_cost(x, refused, problem):
    with pytest.raises(TypeError, match=problem):
        refused(x)


@pytest.mark.parametrize(
    ("refused", "advice"),
    [
        (len, r"shape\[0\]"),
        (iter, "iter"),
        (lambda x: 1 in x, "T.eq"),
        (lambda x: bool(x > 0), "T.switch"),
        (lambda x: x.__setitem__(0, 1), "set_subtensor"),
        (lambda x: x.__delitem__(0), "del x.*does not change"),
        (lambda x: pow(x, 2, 3), r"x\*\*y % modulo"),
    ],
    ids=["len", "iter", "in", "bool", "assignment", "deletion", "pow"],
)
def test_what_needs_a_value_is_refused_with_advice(x, refused, advice):
    with pytest.raises(TypeError, match=advice):
        refused(x)


# ---- Sizes ----------------------------------------------------------------------------------------

PAIRS = {  # what a second argument of size 1 along the first axis must not be repeated in
    "add": lambda x, y: x + y,
    "sub": lambda x, y: y - x,
    "power": lambda x, y: T.power(x, y),
    "minimum": lambda x, y: T.minimum(x, y),
    "eq": lambda x, y: T.eq(x, y),
    "and": lambda x, y: T.and_(T.gt(x, 0), T.gt(y, 0)),
    "arctan2": lambda x, y: T.arctan2(x, y),
    "clip": lambda x, y: T.clip(x, y, 9.0),
    "switch": lambda x, y: T.switch(T.gt(y, 0), x, x),
    "fill": lambda x, y: T.fill(x, y),
    "alloc": lambda x, y: T.alloc(y, 3, x.shape[1]),
    "concatenate": lambda x, y: T.concatenate([x, y], axis=1),
    "stack": lambda x, y: T.stack([x, y]),
    "dot": lambda x, y: T.dot(x.T, y),
    "outer_sum": lambda x, y: (x * y).sum(),
    "mean_of_squares": lambda x, y: T.sqr(x - y).mean(),
    "crossentropy": lambda x, y: T.nnet.binary_crossentropy(x / 2, y),
    "gradient_step": lambda x, y: y - 0.1 * minigrad.grad((x * y).sum(), y),
}


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode", "eval"])
@pytest.mark.parametrize("name", PAIRS)
def test_nothing_repeats_a_size_of_1_that_is_not_known_to_be_1(x, name, mode):
    y = T.dmatrix("y")
    result = PAIRS[name](x, y)
    values = {x: np.ones((3, 2)), y: np.ones((1, 2))}
    with pytest.raises(ValueError, match="test_errors.py"):
        if mode == "eval":
            result.eval(values)
        else:
            minigrad.function([x, y], result, mode=mode)(*values.values())


def test_a_vector_of_size_1_is_no_scalar(x):
    y = T.dvector("y")
    with pytest.raises(ValueError, match="x has 2 along axis 1, y has 1 along axis 0|T.addbroad"):
        minigrad.function([x, y], x + y)(np.ones((3, 2)), np.ones(1))


def test_the_advice_is_given_only_where_a_size_is_1(x):
    y = T.dmatrix("y")
    text = message(ValueError, minigrad.function([x, y], x + y), np.ones((3, 2)), np.ones((2, 2)))
    assert "T.addbroadcast" not in text


def test_the_advice_helps(x):
    y = T.dmatrix("y")
    f = minigrad.function([x, y], x + T.addbroadcast(y, 0))
    assert f(np.ones((3, 2)), np.ones((1, 2))).shape == (3, 2)
    text = message(ValueError, f, np.ones((3, 2)), np.ones((3, 2)))
    assert "test_errors.py" in text


def test_a_failed_call_leaves_the_function_as_it_was(x):
    y = T.dmatrix("y")
    f = minigrad.function([x, y], x + y)
    message(ValueError, f, np.ones((3, 2)), np.ones((2, 2)))
    assert f([[1.0]], [[2.0]]).tolist() == [[3.0]]


# ---- Whose error, and where -----------------------------------------------------------------------


class Raising(minigrad.Op):
    itypes = otypes = [T.dmatrix]

    def __init__(self, error):
        self.error = error

    def perform(self, node, inputs, output_storage):
        raise self.error


WAYS = ["FAST_RUN", "FAST_COMPILE", "DebugMode", "eval"]


def run(result, x, value, way):
    if way == "eval":
        return result.eval({x: value})
    return minigrad.function([x], result, mode=way)(value)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", [ValueError, KeyError, RuntimeError, np.linalg.LinAlgError])
def test_an_error_of_a_users_op_keeps_its_type_and_tells_the_line(x, kind, way):
    y = Raising(kind("why"))(x)  # the line
    with pytest.raises(kind) as caught:
        run(y, x, np.eye(2), way)
    assert type(caught.value) is kind
    text = str(caught.value)
    assert "why" in text
    assert "where x is float64 (2, 2)" in text
    assert f"test_errors.py:{y.owner.made_at.number}: y = Raising" in text


@pytest.mark.parametrize("way", WAYS)
def test_an_error_with_other_arguments_than_a_message_keeps_them(x, way):
    with pytest.raises(FileNotFoundError) as caught:
        run(Raising(FileNotFoundError(2, "not there", "data.npy"))(x), x, np.eye(2), way)
    assert caught.value.filename == "data.npy"
    if sys.version_info >= (3, 11):
        assert "test_errors.py" in caught.value.__notes__[0]


@pytest.mark.parametrize("way", WAYS)
def test_an_error_keeps_its_cause(x, way):
    class Caused(minigrad.Op):
        itypes = otypes = [T.dmatrix]

        def perform(self, node, inputs, output_storage):
            raise ValueError("outer") from KeyError("inner")

    with pytest.raises(ValueError, match="outer") as caught:
        run(Caused()(x), x, np.eye(2), way)
    assert isinstance(caught.value.__cause__, KeyError)


@pytest.mark.parametrize("way", WAYS)
def test_the_traceback_leads_into_a_users_op(x, way):
    with pytest.raises(ValueError, match="why") as caught:
        run(Raising(ValueError("why"))(x), x, np.eye(2), way)
    assert "raise self.error" in "".join(traceback.format_exception(caught.value))


def test_an_error_in_a_function_that_an_op_calls_tells_both_lines(x):
    inner = minigrad.function([x], x[5])

    class Calling(minigrad.Op):
        itypes = otypes = [T.dmatrix]

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = inner(inputs[0])

    text = message(IndexError, minigrad.function([x], Calling()(x)), np.eye(2))
    assert text.index("inner = minigrad") < text.index("in Calling")


def test_a_keyboard_interrupt_passes_untouched(x):
    with pytest.raises(KeyboardInterrupt) as caught:
        minigrad.function([x], Raising(KeyboardInterrupt("stop"))(x))(np.eye(2))
    assert caught.value.args == ("stop",)


@pytest.mark.parametrize("plan", [False, True])
def test_a_warning_shows_the_users_line_and_a_mode_that_helps(x, plan):
    y = T.log(x)
    f = minigrad.function([x], y.sum(), mode="FAST_RUN" if plan else "FAST_COMPILE")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        f(np.array([[-1.0]]))
    text = warnings.formatwarning(*[getattr(caught[0], a) for a in WARNING])
    assert "invalid value encountered in log" in text
    assert f"test_errors.py:{y.owner.made_at.number}" in text
    assert "mode='NanGuardMode'" in text


def test_the_lines_of_a_program_that_is_dropped_are_forgotten_when_the_next_comes(x):
    f = minigrad.function([x], T.log(x))
    f(np.ones((1, 1)))
    before = set(linecache.cache)
    del f
    minigrad.function([x], T.exp(x))(np.ones((1, 1)))
    assert not before <= set(linecache.cache)


def test_a_program_may_be_dropped_while_python_walks_through_the_lines_of_all(x):
    f = minigrad.function([x], T.log(x))
    f(np.ones((1, 1)))
    for filename in list(linecache.cache):  # as `linecache.checkcache` does
        f = None
        linecache.cache[filename]
    assert f is None


def test_a_warning_made_an_error_tells_the_line(x):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        text = message(RuntimeWarning, minigrad.function([x], T.log(x)), np.zeros((1, 1)))
    assert "in log, where x is float64 (1, 1)" in text


def test_a_name_in_a_message_is_the_one_that_the_user_gave(x):
    hidden = T.exp(x)
    hidden.name = "hidden"
    text = message(ValueError, minigrad.function([x], hidden.dot(hidden)), np.ones((3, 2)))
    assert "hidden is float64 (3, 2)" in text


# ---- eval -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ([1.0], "eval takes {variable: value}; got list"),
        ({"x": 1.0}, "eval takes {variable: value}; got the key str 'x'"),
        (np.ones(3), r"eval takes {variable: value}; got an array of shape \(3,\)"),
        (3.0, "eval takes {variable: value}; got float 3.0"),
    ],
)
def test_eval_takes_values_by_variable(x, values, problem):
    with pytest.raises(TypeError, match=problem):
        (x + 1).eval(values)


def test_eval_checks_the_values_as_a_function_does(x):
    with pytest.raises(TypeError, match=r"the value of x: got .* with 1 dimensions, expected 2"):
        (x + 1).eval({x: [1.0]})


# ---- How a line is told ---------------------------------------------------------------------------


def test_a_file_below_the_working_directory_is_told_from_there(x, monkeypatch):
    monkeypatch.chdir(Path(__file__).parent.parent)
    text = message(IndexError, minigrad.function([x], x[5]), np.eye(2))
    assert "  made at minigrad/test_errors.py:" in text


def test_any_other_file_is_told_in_full(x, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    text = message(IndexError, minigrad.function([x], x[5]), np.eye(2))
    assert f"  made at {__file__}:" in text


def test_a_line_that_cannot_be_read_is_told_by_its_number(x):
    scope = {"x": x}
    exec(compile("\n\ny = x[5]", "<typed in>", "exec"), scope)
    text = message(IndexError, minigrad.function([x], scope["y"]), np.eye(2))
    assert text.endswith("made at <typed in>:3")


def test_a_cell_of_a_notebook_has_the_number_that_the_notebook_shows(x, monkeypatch):
    """IPython gives a cell the name of a file; asked for that, it tells what it calls the cell."""
    names = {"kernel_1/123.py": ("Cell", "In[3]")}
    shell = SimpleNamespace(compile=SimpleNamespace(format_code_name=names.get))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    cell = {"x": x}
    exec(compile("\ny = x.dot(x)", "kernel_1/123.py", "exec"), cell)
    f = minigrad.function([x], cell["y"])
    assert message(ValueError, f, np.ones((3, 5))).endswith("made at In[3]:2")
    assert "    In[3]:2\n" in f.source


# ---- Sizes that do not fit, where the result is not needed but for its shape ----------------------

MATRIX, OTHER, VECTOR, ANOTHER = T.dmatrix("m"), T.dmatrix("n"), T.dvector("v"), T.dvector("w")
CUBE, OTHER_CUBE, MASK = T.dtensor3("t"), T.dtensor3("u"), T.TensorType("bool", (None,))("mask")
K, J = T.lscalar("k"), T.lscalar("j")
THAT_DO_NOT_FIT = {
    "add": (MATRIX + OTHER, {MATRIX: (2, 3), OTHER: (2, 1)}),
    "dot": (T.dot(MATRIX, OTHER), {MATRIX: (2, 3), OTHER: (2, 3)}),
    "dot of a part": (T.dot(VECTOR[MASK], ANOTHER), {VECTOR: 5, MASK: 5, ANOTHER: 4}),
    "dot of rows": (T.dot(MATRIX[MASK], OTHER), {MATRIX: (5, 2), MASK: 5, OTHER: (4, 4)}),
    "batched_dot": (T.batched_dot(CUBE, OTHER_CUBE), {CUBE: (2, 3, 4), OTHER_CUBE: (3, 4, 4)}),
    "tensordot": (T.tensordot(CUBE, OTHER_CUBE, 2), {CUBE: (2, 3, 4), OTHER_CUBE: (4, 3, 5)}),
    "batched_tensordot": (
        T.batched_tensordot(CUBE, OTHER_CUBE, [[1], [1]]),
        {CUBE: (2, 3, 4), OTHER_CUBE: (2, 5, 4)},
    ),
    "batched_tensordot's batch": (
        T.batched_tensordot(CUBE, OTHER_CUBE, [[1], [1]]),
        {CUBE: (2, 3, 4), OTHER_CUBE: (3, 3, 4)},
    ),
    "split": (T.split(VECTOR, [K, J], 2)[0], {VECTOR: 5, K: 2, J: 2}),
    "split into less than nothing": (T.split(VECTOR, [K, J], 2)[0], {VECTOR: 5, K: -2, J: 7}),
    "a mask": (VECTOR[MASK], {VECTOR: 5, MASK: 4}),
    "a mask that is set": (T.set_subtensor(VECTOR[MASK], 0), {VECTOR: 5, MASK: 4}),
    "a value for a mask": (
        T.inc_subtensor(VECTOR[MASK], ANOTHER),
        {VECTOR: 5, MASK: 5, ANOTHER: 4},
    ),
    "a value for a slice": (T.set_subtensor(MATRIX[:2], OTHER), {MATRIX: (3, 2), OTHER: (3, 2)}),
    "an index": (MATRIX[5], {MATRIX: (3, 2)}),
    "an index that is an input": (MATRIX[K], {MATRIX: (3, 2), K: 7}),
    "reshape": (MATRIX.reshape((2, MATRIX.shape[1])), {MATRIX: (3, 2)}),
    "reshape to an input": (MATRIX.reshape((K, 2)), {MATRIX: (3, 2), K: 2}),
    "flatten": (MATRIX.flatten() + VECTOR, {MATRIX: (2, 3), VECTOR: 5}),
    "specify_shape": (T.specify_shape(MATRIX, (3, None)), {MATRIX: (4, 2)}),
    "addbroadcast": (T.addbroadcast(MATRIX, 0), {MATRIX: (3, 2)}),
    "alloc": (T.alloc(VECTOR, K, 3), {VECTOR: 2, K: 2}),
    "alloc of less than nothing": (T.alloc(VECTOR[0], K, 3), {VECTOR: 2, K: -2}),
    "join": (T.join(0, MATRIX, OTHER), {MATRIX: (2, 3), OTHER: (2, 1)}),
    "joined": (T.join(0, VECTOR, ANOTHER) + MATRIX[0], {VECTOR: 2, ANOTHER: 2, MATRIX: (3, 3)}),
    "max of nothing": (T.max(MATRIX, axis=0), {MATRIX: (0, 3)}),
    "argmax of nothing": (T.argmax(MATRIX, axis=0), {MATRIX: (0, 3)}),
    "switch": (T.switch(MASK, VECTOR, ANOTHER), {MASK: 3, VECTOR: 3, ANOTHER: 2}),
    "diag": (T.diag(MATRIX) + VECTOR, {MATRIX: (3, 3), VECTOR: 2}),
    "repeat": (T.repeat(VECTOR, K), {VECTOR: 3, K: -1}),
}


@pytest.mark.parametrize(
    ("name", "mode"),
    part_of(product(THAT_DO_NOT_FIT, ["FAST_RUN", "FAST_COMPILE", "DebugMode"]), one_of=2),
)
def test_sizes_that_do_not_fit_are_refused_though_only_the_shape_is_needed(name, mode):
    result, sizes = THAT_DO_NOT_FIT[name]
    values = [np.array(s) if v in (K, J) else np.ones(s, v.dtype) for v, s in sizes.items()]
    outputs = [result.shape, T.zeros_like(result), T.ones_like(result).sum()]
    if result.ndim:
        outputs += [T.arange(result.shape[0]), result.shape[-1] * 2]
    floats = [v for v in sizes if v.dtype == "float64"]
    if result.dtype == "float64":
        outputs += minigrad.grad(result.sum(), floats, disconnected_inputs="ignore")
    for output in outputs:
        if result not in ancestors([output]):
            continue  # the type knows what was asked for
        f = minigrad.function([*sizes], output, mode=mode, on_unused_input="ignore")
        for _ in range(2):
            with pytest.raises((ValueError, IndexError), match=r"made at tests.*: "):
                f(*values)


def test_a_check_of_what_is_not_needed_names_the_operation_and_its_sizes():
    f = minigrad.function([MATRIX, K], T.zeros_like(MATRIX.reshape((K, 2))))
    assert f(np.ones((3, 2)), 3).shape == (3, 2)
    with pytest.raises(
        ValueError, match=r"in Reshape, where m is float64 \(3, 2\), k is int64 \(\)"
    ):
        f(np.ones((3, 2)), 2)


@pytest.mark.planner
def test_a_check_that_sizes_have_passed_is_in_no_plan():
    f = minigrad.function([MATRIX], T.zeros_like(T.exp(MATRIX.reshape((2, MATRIX.shape[0])))))
    f(np.ones((3, 2)))
    assert "check" not in f.source


def test_what_cannot_fail_is_not_checked():
    cost = T.sqr(T.nnet.sigmoid(T.dot(MATRIX, OTHER) + VECTOR) - CUBE[0]).mean()
    f = minigrad.function(
        [MATRIX, OTHER, VECTOR, CUBE], [cost, *minigrad.grad(cost, [MATRIX, OTHER, VECTOR])]
    )
    assert "check_" not in f.source
