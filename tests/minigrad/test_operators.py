"""Operators, methods and properties of a variable, and what is refused with advice."""

import math
import operator

import numpy as np
import pytest
from draws import ALL, INTEGERS, NUMBERS
from hypothesis import given
from hypothesis import strategies as st
from oracles import assert_computes

import minigrad
import minigrad.tensor as T
from minigrad.tensor import numpy_functions
from minigrad.testing import broadcastable, tensors

BINARY = {
    "+": (operator.add, NUMBERS),
    "-": (operator.sub, NUMBERS),
    "*": (operator.mul, NUMBERS),
    "&": (operator.and_, ["bool", *INTEGERS]),
    "|": (operator.or_, ["bool", *INTEGERS]),
    "^": (operator.xor, ["bool", *INTEGERS]),
    "<": (operator.lt, ALL),
    "<=": (operator.le, ALL),
    ">": (operator.gt, ALL),
    ">=": (operator.ge, ALL),
}
UNARY = {
    "-": (operator.neg, NUMBERS),
    "+": (operator.pos, NUMBERS),
    "abs": (operator.abs, ALL),
    "~": (operator.invert, ["bool", *INTEGERS]),
}
DIVISION = {
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "divmod": divmod,
}


@pytest.mark.parametrize("symbol", BINARY)
@given(data=st.data())
def test_an_operator_is_numpys_for_all_dtypes(symbol, data):
    function, dtypes = BINARY[symbol]
    assert_computes(function, function, *data.draw(broadcastable(2, dtypes)))


@pytest.mark.parametrize("symbol", UNARY)
@given(data=st.data())
def test_an_operator_of_one_is_numpys_for_all_dtypes(symbol, data):
    function, dtypes = UNARY[symbol]
    assert_computes(function, function, data.draw(tensors(dtypes)))


@pytest.mark.parametrize("symbol", DIVISION)
@given(values=broadcastable(2, ["float32", "float64"], (0.5, 3)))
def test_division_and_power_are_numpys(symbol, values):
    function = DIVISION[symbol]
    assert_computes(function, function, *values)


NUMBER_FIRST = {**{s: f for s, (f, _) in BINARY.items()}, **DIVISION}


@pytest.mark.parametrize("left", [True, 2, np.int64(2), np.arange(1, 4)], ids=repr)
@pytest.mark.parametrize("symbol", NUMBER_FIRST)
def test_a_number_or_array_may_stand_on_the_left_or_right(symbol, left):
    function, right = NUMBER_FIRST[symbol], np.array([1, 2, 3])
    if symbol == "/":
        right = right.astype("float64")
    assert_computes(lambda x: function(left, x), lambda x: function(left, x), right)
    assert_computes(lambda x: function(x, left), lambda x: function(x, left), right)


def test_the_matrix_product_has_an_operator_from_either_side():
    a, b = np.arange(6.0).reshape(2, 3), np.arange(3.0)
    assert_computes(lambda x: a @ x, lambda x: a @ x, b)
    assert_computes(lambda x: x @ b, lambda x: x @ b, a)


# name: the method, and NumPy's.
METHODS = {
    "T": (lambda x: x.T, lambda x: x.T),
    "shape": (lambda x: x.shape, lambda x: np.array(x.shape)),
    "size": (lambda x: x.size, lambda x: np.int64(x.size)),
    "dot": (lambda x: x.dot(x.T), lambda x: x.dot(x.T)),
    "sum": (lambda x: x.sum(axis=0), lambda x: x.sum(axis=0)),
    "mean": (lambda x: x.mean(keepdims=True), lambda x: x.mean(keepdims=True)),
    "prod": (lambda x: x.prod(1), lambda x: x.prod(1)),
    "var": (lambda x: x.var(axis=1), lambda x: x.var(axis=1)),
    "std": (lambda x: x.std(axis=1), lambda x: x.std(axis=1)),
    "max": (lambda x: x.max(axis=-1), lambda x: x.max(axis=-1)),
    "min": (lambda x: x.min(), lambda x: x.min()),
    "argmax": (lambda x: x.argmax(axis=1), lambda x: x.argmax(axis=1)),
    "argmin": (lambda x: x.argmin(), lambda x: x.argmin()),
    "any": (lambda x: x.any(axis=0), lambda x: x.any(axis=0)),
    "all": (lambda x: x.all(), lambda x: x.all()),
    "ptp": (lambda x: x.ptp(), np.ptp),
    "norm": (lambda x: x.norm(2, axis=1), lambda x: np.linalg.norm(x, axis=1)),
    "cumsum": (lambda x: x.cumsum(axis=1), lambda x: x.cumsum(axis=1)),
    "reshape": (lambda x: x.reshape((3, 2)), lambda x: x.reshape(3, 2)),
    "reshape of sizes": (lambda x: x.reshape(3, -1), lambda x: x.reshape(3, -1)),
    "flatten": (lambda x: x.flatten(), lambda x: x.flatten()),
    "ravel": (lambda x: x.ravel(), lambda x: x.ravel()),
    "dimshuffle": (lambda x: x.dimshuffle(1, "x", 0), lambda x: x.T[:, np.newaxis]),
    "dimshuffle of a list": (lambda x: x.dimshuffle([1, 0, "x"]), lambda x: x.T[..., np.newaxis]),
    "transpose": (lambda x: x.transpose(), lambda x: x.T),
    "transpose of axes": (lambda x: x.transpose(1, 0), lambda x: x.T),
    "transpose of a list": (lambda x: x.transpose([0, 1]), lambda x: x),
    "swapaxes": (lambda x: x.swapaxes(0, 1), lambda x: x.T),
    "squeeze": (lambda x: x.dimshuffle(0, "x", 1).squeeze(), lambda x: x),
    "astype": (lambda x: x.astype("int8"), lambda x: x.astype("int8")),
    "clip": (lambda x: x.clip(0, 1), lambda x: x.clip(0, 1)),
    "fill": (lambda x: x.fill(7), lambda x: np.full(x.shape, 7, "int8")),
    "zeros_like": (lambda x: x.zeros_like(), np.zeros_like),
    "ones_like": (lambda x: x.ones_like(), np.ones_like),
    "repeat": (lambda x: x.repeat(2, axis=1), lambda x: x.repeat(2, axis=1)),
    "round": (lambda x: x.round(), lambda x: x.round()),
    "copy": (lambda x: x.copy(), lambda x: x.copy()),
    "take": (lambda x: x.take([1, 0], axis=1), lambda x: x.take([1, 0], axis=1)),
    "nonzero": (lambda x: list(x.nonzero()), lambda x: list(x.nonzero())),
    "nonzero_values": (lambda x: x.nonzero_values(), lambda x: x[x.nonzero()]),
    "choose": (lambda x: (x > 0).choose([x, 1.0]), lambda x: np.where(x > 0, 1.0, x)),
    "diagonal": (lambda x: x.diagonal(1), lambda x: x.diagonal(1)),
    "trace": (lambda x: x.trace(), lambda x: x.trace()),
}
MATRIX = np.array([[0.7, -1.6, 2.3], [1.1, 0.0, -0.4]])


@pytest.mark.parametrize("name", METHODS)
def test_a_method_or_property_is_numpys(name):
    build, reference = METHODS[name]
    assert_computes(build, reference, MATRIX)


def test_a_variable_tells_its_type_name_and_owner():
    x = T.TensorType("float32", (1, None))("x")
    assert (x.name, x.ndim, x.dtype, x.broadcastable) == ("x", 2, "float32", (True, False))
    assert x.owner is None
    y = x + 1
    assert y.owner.inputs[0] is x
    assert y.type == x.type


def test_a_copy_can_be_given_a_name():
    assert T.dvector("x").copy(name="y").name == "y"


def test_eval_takes_values_for_the_inputs():
    x, y = T.dvectors("x", "y")
    assert (x - y).eval({x: [3.0], y: [1.0]}).tolist() == [2]


def test_a_variable_of_known_length_can_be_iterated_over():
    x = T.TensorType("float64", (3, None))("x")
    rows = list(x)
    assert len(rows) == 3
    np.testing.assert_array_equal(rows[2].eval({x: np.eye(3)}), [0, 0, 1])


def test_a_constant_can_be_unpacked():
    a, b = T.constant([1, 2])
    assert (a.eval(), b.eval()) == (1, 2)


REFUSED = {
    "len": (len, r"x\.shape\[0\]"),
    "iteration": (iter, "length is not known.*say how long it is: T.specify_shape"),
    "unpacking": (lambda x: [*x], "length is not known"),
    "in": (lambda x: 1.0 in x, r"T\.any\(T\.eq\(x, value\)\)"),
    "if": (lambda x: 1 if x > 0 else 2, "T.switch"),
    "and": (lambda x: (x > 0) and (x < 1), "&"),
    "not": (lambda x: not T.eq(x, 0), "~"),
    "a chain of comparisons": (lambda x: 0 < x < 1, r"\(a < b\) & \(b < c\)"),
    "setting an item": (lambda x: operator.setitem(x, 0, 1.0), "T.set_subtensor.*T.inc_subtensor"),
    "float": (float, "x is symbolic.*call the function that computes it, or .eval()"),
    "int": (int, "x is symbolic.*call the function that computes it, or .eval()"),
    "complex": (complex, "x is symbolic.*call the function that computes it, or .eval()"),
    "rounding": (round, "x is symbolic.*call the function that computes it, or .eval()"),
    "a function of math": (math.exp, "x is symbolic.*functions are those of minigrad.tensor"),
    "range": (lambda x: range(x.shape[0]), "is symbolic.*call the function"),
    "an index of a list": (lambda x: [1, 2][x.shape[0]], "is symbolic.*call the function"),
    "a format of numbers": (lambda x: f"{x:.3f}", "x is symbolic.*'.3f': call the function"),
    "an array": (np.array, "x is symbolic and makes no array"),
    "an array of several": (lambda x: np.array([x, x]), "x is symbolic and makes no array"),
    "an index of an array": (lambda x: np.ones(2)[x.shape[0]], "is symbolic and makes no array"),
    "a ufunc that T has not": (
        lambda x: np.hypot(x, 1),
        r"np\.hypot takes numbers.*minigrad\.tensor",
    ),
    "a function that T has not": (np.median, r"np\.median takes numbers.*minigrad\.tensor"),
    "a function of a submodule": (np.linalg.norm, r"np\.linalg\.norm takes numbers"),
    "a method of a ufunc": (lambda x: np.add.outer(x, x), r"np\.add\.outer takes numbers"),
    "a result for an array": (lambda x: np.exp(x, out=np.ones(2)), r"leave out out= and where="),
    "an option of NumPy's": (lambda x: np.sum(x, where=[True]), r"np\.sum of a variable is T\.sum"),
    "adding to an item": (lambda x: operator.setitem(x, 0, x[0] + 1), "T.inc_subtensor"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_only_numbers_can_do_is_refused_with_advice(name):
    attempt, advice = REFUSED[name]
    with pytest.raises(TypeError, match=advice):
        attempt(T.dvector("x"))


NUMPYS = {
    "exp": (np.exp, T.exp),
    "sqrt": (np.sqrt, T.sqrt),
    "absolute": (np.abs, T.abs_),
    "maximum": (lambda x: np.maximum(x, 0), lambda x: T.maximum(x, 0)),
    "divide": (lambda x: np.divide(1, x), lambda x: 1 / x),
    "a comparison": (lambda x: np.greater_equal(x, 0.5), lambda x: x >= 0.5),
    "isnan": (np.isnan, T.isnan),
    "sum": (np.sum, T.sum),
    "sum of rows": (
        lambda x: np.sum(x, axis=1, keepdims=True),
        lambda x: T.sum(x, 1, keepdims=True),
    ),
    "mean": (lambda x: np.mean(x, axis=0), lambda x: T.mean(x, axis=0)),
    "var": (np.var, T.var),
    "max": (lambda x: np.max(x, 0), lambda x: T.max(x, 0)),
    "add.reduce": (np.add.reduce, lambda x: T.sum(x, 0)),
    "prod of a list": (lambda x: np.prod([x.shape[0], x.shape[1], 2]), lambda x: x.size * 2),
    "sum of a list": (lambda x: np.sum([x[0], x[1]]), lambda x: x[0] + x[1]),
    "dot": (lambda x: np.dot(x, x.T), lambda x: T.dot(x, x.T)),
    "where": (lambda x: np.where(x > 0, x, -1), lambda x: T.where(x > 0, x, -1)),
    "concatenate": (
        lambda x: np.concatenate([x, np.ones((1, 2))]),
        lambda x: T.join(0, x, [[1, 1.0]]),
    ),
    "stack": (lambda x: np.stack([x, x], axis=1), lambda x: T.stack([x, x], axis=1)),
    "transpose": (np.transpose, lambda x: x.T),
    "linspace": (lambda x: np.linspace(0, x[0, 0], 3), lambda x: T.linspace(0, x[0, 0], 3)),
    "zeros_like": (np.zeros_like, T.zeros_like),
    "an array on the left": (lambda x: np.ones(2) - x, lambda x: 1 - x),
    "a NumPy number on the left": (lambda x: np.float64(2) / x, lambda x: 2 / x),
    "an array that is compared": (lambda x: np.ones(2) < x, lambda x: x > 1),
    "an array's product": (lambda x: np.ones(2) @ x, lambda x: T.sum(x, axis=0)),
    "equal": (lambda x: np.equal(x, 0.5), lambda x: T.eq(x, 0.5)),
    "equal, a number on the left": (lambda x: np.equal(0.5, x), lambda x: T.eq(0.5, x)),
    "not_equal": (lambda x: np.not_equal(x, np.ones(2)), lambda x: T.neq(x, np.ones(2))),
    "arguments by place": (
        lambda x: np.max(x, 1, None, True),
        lambda x: T.max(x, 1, keepdims=True),
    ),
    "what NumPy does anyway": (lambda x: np.reshape(x, 4, order="C"), lambda x: x.flatten()),
    "a method": (lambda x: (x + 1).log().exp().sqrt(), lambda x: T.sqrt(T.exp(T.log(x + 1)))),
}


@pytest.mark.parametrize("name", NUMPYS)
def test_a_function_of_numpys_is_that_of_variables(name):
    numpys, ours = NUMPYS[name]
    x, value = T.dmatrix("x"), np.array([[0.5, 2.0], [1.0, 3.0]])
    f = minigrad.function([x], [numpys(x), ours(x)])
    result, expected = f(value)
    np.testing.assert_array_equal(result, expected)
    assert result.dtype == expected.dtype


UFUNCS = [name for name in dir(np) if isinstance(getattr(np, name), np.ufunc)]


@pytest.mark.parametrize("name", filter(numpy_functions._own_name, UFUNCS))
def test_every_ufunc_that_is_taken_is_numpys(name):
    ufunc = getattr(np, name)
    kinds = ["bool", "int64"] if name.startswith("bitwise") or name == "invert" else ["float64"]
    for dtype in kinds:
        value = np.full(
            (2, 2), 1.5 if name == "arccosh" else 0.5 if dtype == "float64" else 1, dtype
        )
        values = [value] * ufunc.nin
        inputs = [T.TensorType(dtype, (None, None))(f"x{i}") for i in range(ufunc.nin)]
        result = minigrad.function(inputs, ufunc(*inputs))(*values)
        np.testing.assert_allclose(result, ufunc(*values), rtol=1e-12)


@pytest.mark.parametrize("name", numpy_functions.OTHER_NAMES)
def test_every_function_that_has_another_name_is_there(name):
    assert hasattr(np, name) and hasattr(T, numpy_functions.OTHER_NAMES[name])


@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.reshape(x, (4, 1), "F"),
        lambda x: np.reshape(x, (4, 1), order="F"),
        lambda x: np.max(x, 0, np.empty(2)),
        lambda x: np.size(x, 0),
        lambda x: np.array_equal(x, x),
        lambda x: np.equal(x, 1, dtype=object),
    ],
)
def test_what_a_function_of_numpys_cannot_do_with_a_variable_is_refused(call):
    with pytest.raises(TypeError, match=r"T\.|minigrad\.tensor"):
        call(T.dmatrix("x"))


def test_adding_a_variable_to_an_array_in_place_leaves_the_array_alone():
    array = before = np.ones(2)
    array += T.dvector("x")
    assert isinstance(array, minigrad.Variable)
    assert before.tolist() == [1, 1]


def test_an_array_equals_no_variable():
    assert not np.ones(2) == T.dvector("x")
    assert np.ones(2) != T.dvector("x")


def test_a_variable_is_written_by_its_name_in_a_text():
    assert f"{T.dvector('x')} {T.dvector('x'):>3}" == "x   x"


def test_a_variable_that_is_no_condition_is_true_because_it_is_there():
    assert T.dvector("x")


def test_equality_compares_identity_so_that_variables_can_be_keys():
    x, y = T.dvectors("x", "y")
    assert x == x
    assert x != y
    assert {x: 1, y: 2}[y] == 2


def test_iteration_over_a_scalar_is_refused():
    with pytest.raises(TypeError, match="cannot be iterated over"):
        iter(T.dscalar())


@pytest.mark.parametrize("symbol", ["&", "|", "^"])
def test_bit_operators_of_floats_are_refused_with_advice(symbol):
    with pytest.raises(TypeError, match="compare first, as in x > 0"):
        BINARY[symbol][0](T.dvector(), T.dvector())
