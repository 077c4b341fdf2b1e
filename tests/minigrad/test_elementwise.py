"""The table of functions of elements: values, dtypes, broadcasting, and every derivative."""

import inspect
import math
import re
from decimal import Decimal, getcontext
from itertools import product

import numpy as np
import pytest
from cases import BITS, COMPARISONS, KINKED, ONE, TWO
from draws import few, part_of
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays, mutually_broadcastable_shapes
from oracles import assert_computes

import minigrad
import minigrad.tensor as T
from minigrad.core import elementwise
from minigrad.ops import functions
from minigrad.tensor import formulas
from minigrad.testing import assert_program_agrees, check_grad

DTYPES = ["int8", "int16", "int32", "int64", "uint8", "float32", "float64"]


def numbers(low, high):
    return st.floats(low, high).map(lambda x: round(x, 3))


def evaluated(function, *arrays_):
    inputs = [T.TensorType(a.dtype, (None,) * a.ndim)() for a in arrays_]
    return function(*inputs).eval(dict(zip(inputs, arrays_, strict=True)))


@pytest.mark.parametrize("name", ONE)
@given(data=st.data())
def test_a_function_of_one_tensor_is_numpys(name, data):
    function, (low, high) = ONE[name].function, ONE[name].smooth
    shape = data.draw(st.sampled_from([(), (3,), (2, 3), (0,), (2, 0, 1)]))
    x = data.draw(arrays("float64", shape, elements=numbers(low, high)))
    with np.errstate(all="ignore"):
        expected = function(x) if x.size else x
    np.testing.assert_allclose(evaluated(getattr(T, name), x), expected, rtol=1e-12)


@pytest.mark.parametrize("name", [n for n in ONE if n not in ("erf", "erfc", "gammaln")])
@pytest.mark.parametrize("dtype", DTYPES)
def test_its_dtype_is_at_least_numpys(name, dtype):
    x = np.ones(2, dtype)
    if name == "arctanh":
        x = np.zeros(2, dtype)
    result = evaluated(getattr(T, name), x)
    if name in ("neg", "abs_", "sgn", "sqr"):
        assert result.dtype == x.dtype
    elif x.dtype.kind == "f":
        assert result.dtype == x.dtype
    else:
        assert result.dtype == np.result_type(dtype, np.float32)


@pytest.mark.parametrize("name", ONE)
@pytest.mark.parametrize("dtype", ["int8", "int64", "float32", "float64"])
def test_a_function_of_one_tensor_compiles_to_the_same(name, dtype):
    low, high = ONE[name].smooth
    x = T.TensorType(dtype, (None,))("x")
    value = np.linspace(low, high, 5).astype(dtype) if dtype[0] == "f" else np.ones(3, dtype)
    if name == "arctanh" and dtype[0] == "i":
        value = np.zeros(3, dtype)
    assert_program_agrees([x], [getattr(T, name)(x)], [value])


# ---- Docstrings ------------------------------------------------------------------------------------

# Said in words, the function and the derivative.
WORDS = {
    "erf",
    "erfinv",
    "erfcinv",
    "psi",
    "tri_gamma",
    "polygamma",
    "gammainc",
    "gammaincc",
    *["j0", "j1", "jv", "i0", "i1", "iv"],
    "ceil",
    "floor",
    "rint",
    "trunc",
    "maximum",
    "minimum",
}
WORDS |= {"arctan2", "clip", "switch"}
NAMES = vars(np) | {"gamma": np.vectorize(math.gamma), "erf": np.vectorize(math.erf)}
SPECIAL = ("erfc", "psi", "tri_gamma", "polygamma", "j0", "j1", "jv", "i0", "i1", "iv")
NAMES |= {name: elementwise.TABLE[name].function for name in SPECIAL}


def said(text, names):
    """Evaluate the beginning of the text, up to words about it, as Python."""
    return eval(re.split(r"[,:] (?![^(]*\))| where", text)[0], NAMES, names)


def points(name):
    op = elementwise.TABLE[name]
    if op.result is elementwise.bits:
        return [np.array([1, 5, 12]), np.array([3, 4, 10])][: op.n_inputs]
    others = {
        "arccosh": [1.5, 2.0, 3.0],
        "log1mexp": [-2.0, -0.5, -0.1],
        "polygamma": [0.0, 1.0, 3.0],
    }
    x = others.get(name, [0.2, 0.5, 0.7])
    return [np.array(x), np.array([0.3, 0.5, 0.1]), np.array([0.6, 0.4, 0.65])][: op.n_inputs]


def named(name):
    op = elementwise.TABLE[name]
    names = (
        list(inspect.signature(op.vjp).parameters)[:-1]
        if op.vjp
        else ["x", "y", "z"][: op.n_inputs] + ["result"]
    )
    with np.errstate(all="ignore"):
        return dict(zip(names, [*points(name), op.function(*points(name))], strict=False))


@pytest.mark.parametrize("name", elementwise.TABLE)
def test_the_docstring_gives_the_formula_and_the_derivative(name):
    formula, *derivatives = formulas.FORMULAS[name]
    document = elementwise.TABLE[name].__doc__.replace("`", "")
    assert document.startswith(formula.replace("`", ""))
    assert "Derivative: " in document and all(d in document for d in derivatives)
    assert bool(derivatives) == (elementwise.TABLE[name].vjp is not None)
    assert "The dtype: " in document


@pytest.mark.parametrize("name", [name for name in elementwise.TABLE if name not in WORDS])
def test_a_formula_that_is_python_is_marked_as_code_in_the_docstring(name):
    python = formulas.FORMULAS[name][0].partition(",")[0].partition(":")[0]
    assert elementwise.TABLE[name].__doc__.startswith(f"``{python}")


@pytest.mark.parametrize("name", [name for name in elementwise.TABLE if name not in WORDS])
def test_the_formula_of_the_docstring_is_the_function(name):
    values = named(name)
    value = values.popitem()[1]
    np.testing.assert_allclose(said(formulas.FORMULAS[name][0], values), value, rtol=1e-12)


@pytest.mark.parametrize(
    "name", [n for n, op in elementwise.TABLE.items() if op.vjp and n != "relu"]
)
def test_the_derivative_of_the_docstring_is_the_derivative(name):
    inputs = [T.dvector(f"x{i}") for i in range(len(points(name)))]
    cost = T.sum(elementwise.TABLE[name](*inputs))
    for x, text in zip(inputs, formulas.FORMULAS[name][1:], strict=True):
        if text == formulas.UNKNOWN:
            with pytest.raises(minigrad.gradient.NullTypeGradError, match="has not been written"):
                minigrad.grad(cost, x)
            continue
        slope = minigrad.grad(cost, x, disconnected_inputs="ignore")
        result = slope.eval(dict(zip(inputs, points(name), strict=True)))
        np.testing.assert_allclose(said(text, named(name)) * np.ones(3), result, rtol=1e-12)


@pytest.mark.parametrize(("operation", "expected"), [(T.add, 9.0), (T.mul, 24.0)])
def test_sums_and_products_take_any_number_of_inputs(operation, expected):
    x, y = T.dscalars("x", "y")
    values = {x: 2.0, y: 3.0}
    assert operation(x, y, 4).eval(values) == expected
    assert operation(x).eval(values) == 2.0


@pytest.mark.parametrize(
    ("operation", "count"),
    [(T.exp, 2), (T.sub, 3), (T.sub, 1), (T.clip, 2), (T.switch, 2), (T.add, 0)],
)
def test_another_number_of_inputs_is_refused(operation, count):
    x = T.dvector("x")
    with pytest.raises(TypeError, match=f"inputs, not {count}"):
        operation(*[x] * count)


@pytest.mark.parametrize("name", ONE)
@few
@given(data=st.data())
def test_its_derivatives_are_those_of_finite_differences(name, data):
    low, high = ONE[name].smooth
    margin = 0.01 * (high - low)
    x = data.draw(
        arrays(
            "float64", st.sampled_from([(), (3,)]), elements=numbers(low + margin, high - margin)
        )
    )
    check_grad(getattr(T, name), x, order=2)


@pytest.mark.parametrize("name", [*TWO, *KINKED, *COMPARISONS])
@given(data=st.data())
def test_a_function_of_two_tensors_broadcasts_as_numpys(name, data):
    function = (TWO | KINKED | COMPARISONS)[name].function
    shapes = data.draw(mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3))
    values = [
        data.draw(arrays("float64", shape, elements=numbers(0.5, 2)))
        for shape in shapes.input_shapes
    ]
    inputs = [T.TensorType("float64", [1 if s == 1 else None for s in v.shape])() for v in values]
    expression = getattr(T, name)(*inputs)
    result = expression.eval(dict(zip(inputs, values, strict=True)))
    np.testing.assert_array_equal(result, function(*values))
    assert result.shape == shapes.result_shape
    assert_program_agrees(inputs, [expression], values)


@pytest.mark.parametrize(
    ("name", "left", "right"),
    part_of(
        product([*TWO, *KINKED], DTYPES, ["int8", "int64", "uint8", "float32", "float64"]), one_of=3
    ),
)
def test_the_dtype_of_two_tensors_is_numpys(name, left, right):
    function = (TWO | KINKED)[name].function
    x, y = np.full(2, 3, left), np.full(2, 2, right)
    result = evaluated(getattr(T, name), x, y)
    expected = function(x, y)
    if name == "true_div" and np.result_type(x, y).kind != "f":
        assert result.dtype == minigrad.config.floatX
    elif name == "arctan2" and np.result_type(x, y).kind != "f":
        # NumPy's float16 for small integers is of no use for derivatives.
        assert result.dtype == np.result_type(np.result_type(x, y), np.float32)
    else:
        assert result.dtype == expected.dtype
    np.testing.assert_allclose(result, function(x.astype(float), y.astype(float)), rtol=1e-6)


@pytest.mark.parametrize("name", TWO)
@few
@given(data=st.data())
def test_the_derivatives_of_two_tensors_are_those_of_finite_differences(name, data):
    low, high = TWO[name].smooth
    shapes = data.draw(
        mutually_broadcastable_shapes(num_shapes=2, max_dims=2, min_side=1, max_side=3)
    )
    values = [
        data.draw(arrays("float64", shape, elements=numbers(low, high)))
        for shape in shapes.input_shapes
    ]
    check_grad(getattr(T, name), *values, order=2)


@pytest.mark.parametrize(
    "shapes", [[(2, 1), (2, 2, 3)], [(1, 3), (2, 2, 3)], [(1, 1), (2, 1, 3)], [(2, 1, 1), (1, 3)]]
)
def test_of_what_is_repeated_along_some_of_the_axes_the_derivative_is_the_sum(shapes):
    random = np.random.default_rng(0)
    check_grad(T.mul, *[random.uniform(0.5, 2, shape) for shape in shapes])


X = np.array([[0.3, 1.7, -2.2], [1.1, -0.4, 0.9]])
Y = np.array([0.7, 1.2, 0.8])


@pytest.mark.parametrize("name", KINKED)
def test_the_derivatives_away_from_kinks_are_those_of_finite_differences(name):
    check_grad(getattr(T, name), X, Y)


def test_at_a_tie_the_first_of_the_two_gets_the_derivative_of_the_maximum():
    x, y = T.dscalars("x", "y")
    f = minigrad.function([x, y], minigrad.grad(T.maximum(x, y), [x, y]))
    assert f(1.0, 1.0) == [1.0, 0.0]


def test_clip_has_the_derivative_1_inside_and_0_outside():
    x = T.dvector("x")
    slope = minigrad.grad(T.clip(x, -1, 1).sum(), x)
    np.testing.assert_array_equal(slope.eval({x: [-2.0, 0.5, 2.0]}), [0, 1, 0])


@pytest.mark.parametrize("bounds", [(-1.0, 1.0), (-0.5, 0.5)])
def test_clip_has_derivatives_by_its_bounds(bounds):
    check_grad(T.clip, X, np.array(bounds[0]), np.array(bounds[1]))


def test_where_the_bounds_cross_the_lower_one_comes_first():
    x = np.array([-1.5, 0.3, 0.7, 1.1, 1.9])
    assert evaluated(T.clip, x, np.array(1.2), np.array(0.5)).tolist() == [1.2, 1.2, 1.2, 1.2, 0.5]
    check_grad(T.clip, x, 1.2, 0.5)
    check_grad(T.clip, x, np.array([1.2, -1.0, 0.9, 0.0, 2.2]), np.array([0.5, 1.0, 0.2, 1.0, 0.1]))


@given(data=st.data())
def test_clip_is_low_where_x_is_less_else_high_where_x_is_more_else_x(data):
    dtype = data.draw(st.sampled_from(DTYPES))
    shapes = data.draw(mutually_broadcastable_shapes(num_shapes=3, max_dims=2, max_side=3))
    x, low, high = (
        data.draw(arrays(dtype, shape, elements=st.integers(0, 9))) for shape in shapes.input_shapes
    )
    assert_computes(
        T.clip, lambda *v: np.where(v[0] < v[1], v[1], np.minimum(v[0], v[2])), x, low, high
    )


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode"])
@pytest.mark.parametrize("exponent", [0, 0.0, np.zeros(4), "a variable"])
def test_to_the_power_of_0_everything_has_the_derivative_0(exponent, mode):
    x, y = T.dvectors("x", "y")
    cost = (x ** (y if isinstance(exponent, str) else exponent)).sum()
    f = minigrad.function([x, y], minigrad.grad(cost, x), mode=mode, on_unused_input="ignore")
    assert f([np.inf, -np.inf, np.nan, 0.0], np.zeros(4)).tolist() == [0, 0, 0, 0]


def test_logarithms_that_only_rewrites_write_have_both_derivatives():
    check_grad(functions.log1mexp, [-3.0, -0.2], order=2)
    check_grad(functions.logaddexp, [-1.0, 2.0], [0.4, 1.7], order=2)


@pytest.mark.parametrize("x", [1 - 1e-10, 1e-10 - 1, 1 - 1e-15, 0.3, 1e-300])
def test_slopes_of_inverse_functions_are_exact_also_next_to_their_ends(x):
    getcontext().prec = 50
    square = 1 - Decimal(x) ** 2
    v = T.dscalar("v")
    slopes = [minigrad.grad(f(v), v) for f in (T.arcsin, T.arccos, T.arctanh)]
    expected = [float(1 / square.sqrt()), float(-1 / square.sqrt()), float(1 / square)]
    np.testing.assert_allclose(minigrad.function([v], slopes)(x), expected, rtol=5e-16)


@given(arrays("bool", (2, 3)))
def test_switch_takes_from_either_side_and_so_do_its_derivatives(condition):
    check_grad(lambda x, y: T.switch(T.constant(condition), x, y), X, Y)
    np.testing.assert_array_equal(T.switch(condition, X, Y).eval(), np.where(condition, X, Y))


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, -1, -2, 0.5, 1.5])
def test_a_power_with_a_constant_exponent_has_its_derivatives(exponent):
    check_grad(lambda x: x**exponent, np.array([0.5, 1.0, 2.0]), order=2)


@pytest.mark.parametrize("exponent", [0, 1, 2, 3])
def test_a_whole_power_has_a_derivative_at_zero_and_below(exponent):
    x = T.dvector("x")
    slope = minigrad.function([x], minigrad.grad((x**exponent).sum(), x))
    at = np.array([0.0, -2.0])
    expected = exponent * at ** max(exponent - 1, 0)
    np.testing.assert_allclose(slope(at), expected)


@pytest.mark.parametrize("at", [(0.0, 0.0), (0.0, 2.0), (0.0, 1.5)])
def test_the_derivatives_of_a_power_of_0_are_0_and_no_nan(at):
    x, y = T.dscalars("x", "y")
    f = minigrad.function([x, y], minigrad.grad(x**y, [x, y]))
    assert f(*at) == [0.0, 0.0]


def test_a_power_with_constant_exponents_has_the_derivatives_of_each():
    exponents = np.array([0.0, 1.0, 2.0, 3.0])
    check_grad(lambda x: x**exponents, np.array([0.5, 1.0, -2.0, 0.0]), order=2)


def test_a_power_has_second_derivatives_where_the_exponent_passes_through_0():
    check_grad(T.power, np.array([0.5, 2.0]), np.array([0.0, 0.0]), order=2)


@pytest.mark.parametrize("name", COMPARISONS)
def test_a_comparison_is_bool(name):
    assert evaluated(getattr(T, name), X, X).dtype == bool


@pytest.mark.parametrize("name", BITS)
@pytest.mark.parametrize("dtype", ["bool", "int8", "int64", "uint8"])
def test_operations_on_bits_are_numpys(name, dtype):
    x, y = np.array([0, 1, 0, 1], dtype), np.array([0, 0, 1, 1], dtype)
    result = evaluated(getattr(T, name), x, y)
    np.testing.assert_array_equal(result, BITS[name].function(x, y))
    assert result.dtype == x.dtype


@pytest.mark.parametrize("name", BITS)
def test_operations_on_bits_refuse_floats_and_advise(name):
    x = T.dvector("x")
    with pytest.raises(TypeError, match="compare first"):
        getattr(T, name)(x, x)


def test_neg_of_bool_is_refused_with_advice():
    with pytest.raises(TypeError, match="cast it"):
        -T.constant(np.array([True]))


@pytest.mark.parametrize("dtype", ["bool", "int8", "int64", "uint8", "float32", "float64"])
@pytest.mark.parametrize("target", ["bool", "int16", "int64", "float32", "float64"])
def test_cast_converts_as_numpy_does(dtype, target):
    x = np.array([0, 1, 2]).astype(dtype)
    result = evaluated(lambda v: T.cast(v, target), x)
    np.testing.assert_array_equal(result, x.astype(target))
    assert result.dtype == target


def test_a_cast_between_floats_passes_the_derivative_in_the_inputs_dtype():
    x = T.fvector("x")
    slope = minigrad.grad(T.sqr(T.cast(x, "float64")).sum(), x)
    assert slope.dtype == "float32"
    np.testing.assert_array_equal(slope.eval({x: np.array([3.0], "f")}), [6.0])


@pytest.mark.parametrize("number", [2, 2.5])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_python_number_does_not_widen_a_float(number, dtype):
    x = T.vector("x", dtype=dtype)
    assert (x * number).dtype == (number / x).dtype == (x**number).dtype == dtype


def test_two_arrays_of_unknown_size_do_not_broadcast():
    x, y = T.dvectors("x", "y")
    f = minigrad.function([x, y], x + y)
    with pytest.raises(ValueError, match=r"sizes differ.*broadcasts only if the type says so"):
        f(np.ones(1), np.ones(3))


def test_isnan_and_isinf_find_what_they_name():
    x = np.array([0.0, np.nan, np.inf, -np.inf])
    np.testing.assert_array_equal(evaluated(T.isnan, x), np.isnan(x))
    np.testing.assert_array_equal(evaluated(T.isinf, x), np.isinf(x))


def test_isclose_is_numpys():
    a = np.array([1.0, 1.0, np.inf, np.inf, np.nan])
    b = np.array([1.0 + 1e-9, 1.1, np.inf, -np.inf, np.nan])
    for equal_nan in (False, True):
        result = evaluated(lambda x, y, e=equal_nan: T.isclose(x, y, equal_nan=e), a, b)
        np.testing.assert_array_equal(result, np.isclose(a, b, equal_nan=equal_nan))


# ---- Integers, and programs in float32 ---------------------------------------------------------


@pytest.mark.parametrize(
    "build, dtype, values, expected",
    [
        (lambda y: 2 * y - 1, "uint8", [0, 1], [-1, 1]),
        (lambda y: y - 128, "uint8", [100, 200], [-28, 72]),
        (lambda y: y * -1, "uint8", [0, 1], [0, -1]),
        (lambda y: y + 300, "int8", [1], [301]),
        (lambda y: T.eq(y, 300), "uint8", [44, 45], [False, False]),
        (lambda y: y < 1000, "int8", [127, -128], [True, True]),
        (lambda y: T.clip(y, -300, 300), "int8", [127, -128], [127, -128]),
        (lambda y: T.switch(y > 0, 300, y), "int8", [1, 0], [300, 0]),
        (lambda y: T.maximum(y, 70_000), "uint16", [1, 65_535], [70_000, 70_000]),
    ],
)
def test_no_integer_wraps_beside_one_of_pythons(build, dtype, values, expected):
    x = T.TensorType(dtype, (None,))()
    for mode in ("FAST_RUN", "FAST_COMPILE"):
        result = minigrad.function([x], build(x), mode=mode)(np.array(values, dtype))
        np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize(
    "build, value",
    [
        (lambda n: n * 2, 200),
        (lambda n: n * n * n * n * n, 10**10),
        (lambda n: 100 - n * 300, -29_900),
        (lambda n: n**4, 10**8),
        (lambda n: -(n * -100) * 10**9, 10**13),
        (lambda n: T.sqr(n) // 3 % 2000, 1333),
        (lambda n: T.maximum(n, 70_000) + n, 70_100),
        (lambda n: abs(T.constant(-128)) + n, 228),
        (lambda n: T.clip(n * 1000, 0, n * n) * n, 10**6),
    ],
)
def test_nothing_computed_of_known_integers_wraps(build, value):
    assert build(T.constant(100)).eval() == value


def test_what_is_not_defined_of_known_integers_is_left_to_run_time():
    with np.errstate(divide="ignore"):
        assert (T.constant(1) // T.constant(0)).eval() == 0
    with pytest.raises(ValueError, match="negative integer powers"):
        (T.constant(2) ** T.constant(-1)).eval()


@pytest.mark.parametrize(
    "build, message",
    [
        (lambda b: b + 2**70, f"add of b, {2**70}: no dtype holds the number {2**70}"),
        (lambda b: b * "two", "mul of b, str 'two': a constant must be made of numbers"),
        (lambda b: b / "two", "true_div of b, str 'two': a constant must be made of numbers"),
        (lambda b: T.maximum([1, None], b), r"maximum of list \[1, None\], b: a constant"),
    ],
)
def test_an_operand_that_is_refused_is_named_with_the_operation_and_the_other(build, message):
    with pytest.raises(TypeError, match=message):
        build(T.bvector("b"))


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int64", "uint64"])
def test_what_is_close_does_not_wrap(dtype):
    a, b = np.array([1, 0, 1], dtype), np.array([0, 1, 1], dtype)
    np.testing.assert_array_equal(T.isclose(a, b, atol=1.5).eval(), [True] * 3)
    np.testing.assert_array_equal(T.isclose(a, b, atol=0.5).eval(), [False, False, True])


@pytest.mark.parametrize("floatX", ["float16", "float32", "float64"])
@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int32", "int64", "uint64"])
def test_integers_divide_into_floatX_rounded_once(floatX, dtype, monkeypatch):
    monkeypatch.setattr(minigrad.config, "floatX", floatX)
    x = np.array([1, np.iinfo(dtype).max if dtype != "bool" else 1], dtype)
    for build in (lambda x: x / 3, lambda x: 1 / x, lambda x: x / x):
        with np.errstate(over="ignore"):  # float16 ends at 65504
            result = build(T.constant(x)).eval()
            expected = build(x.astype("float64")).astype(floatX)
        assert result.dtype == floatX
        np.testing.assert_array_equal(result, expected)


FLOAT32_PROGRAMS = {
    "Adam's rate": lambda x, t: T.constant(1) - 0.9,
    "a mask": lambda x, t: (1 - T.eq(t, 0)) * x,
    "a choice of numbers": lambda x, t: T.switch(x > 0, 1, 0) * x,
    "half a comparison": lambda x, t: (x > 0) * 0.5 * x,
    "signs": lambda x, t: (T.neq(x, 0) * 2 - 1) * x,
    "ones": lambda x, t: T.alloc(1, 3) * x,
    "an accuracy": lambda x, t: T.sum(T.eq(t, t)) / t.shape[0],
    "a quotient by a list": lambda x, t: t[:2] / [1, 2],
    "a mean over a count": lambda x, t: x.sum() / T.cast(x.shape[0], "float32"),
    "a list": lambda x, t: T.constant([0.5, 0.1]) * x[:2],
    "any number": lambda x, t: 0.1 * x + 2**40 - 1e-30 * x / 1e6,
    "a counter in int8": lambda x, t: (t.astype("int8") + 1) * 0.1 * x,
}


@pytest.mark.parametrize("build", FLOAT32_PROGRAMS.values(), ids=FLOAT32_PROGRAMS)
def test_a_float32_program_stays_float32(build, monkeypatch):
    monkeypatch.setattr(minigrad.config, "floatX", "float32")
    assert build(T.fvector("x"), T.ivector("t")).dtype == "float32"


@pytest.mark.parametrize("name", ["a mask", "half a comparison", "signs", "ones", "any number"])
def test_a_float32_program_stays_float32_where_floatX_is_float64(name):
    assert FLOAT32_PROGRAMS[name](T.fvector("x"), T.ivector("t")).dtype == "float32"


def test_a_number_too_large_for_a_float_is_not_made_infinite():
    x = T.fvector("x")
    assert (x * 1e40).dtype == "float64"
    assert (T.TensorType("float16", (None,))() * 70_000).dtype == "float64"


def test_python_floats_alone_are_floatX():
    np.testing.assert_allclose(T.sqrt(2.0).eval(), math.sqrt(2), rtol=1e-15)


@pytest.mark.parametrize("function", [T.deg2rad, T.rad2deg])
def test_degrees_of_small_integers_are_float32(function):
    assert function(T.bvector()).dtype == function(T.TensorType("uint16", ())()).dtype == "float32"
    assert function(T.ivector()).dtype == "float64"


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_half_away_from_zero_is_exact(dtype):
    kind = np.dtype(dtype).type
    half, one = kind(0.5), kind(1)
    digits = np.finfo(dtype).nmant
    values = [
        (np.nextafter(half, kind(0)), 0),
        (half, 1),
        (-half, -1),
        (kind(2.5), 3),
        (np.nextafter(kind(2.5), one), 2),
        (kind(2**digits + 1), 2**digits + 1),
        (kind(2 ** (digits - 1) + 0.5), 2 ** (digits - 1) + 1),
        (kind(np.inf), np.inf),
        (kind(-0.0), -0.0),
    ]
    x = np.array([value for value, _ in values])
    result = T.round(T.constant(x), "half_away_from_zero").eval()
    np.testing.assert_array_equal(result, [rounded for _, rounded in values])
    assert np.signbit(result[-1])


def _with_a_local_out(x):
    out = np.exp(x)
    return out


def _with_out(x, out=None):
    return np.exp(x, out=out)


def _with_out_by_name(x, *, out=None):
    return np.exp(x, out=out)


@pytest.mark.parametrize("function", [_with_a_local_out, _with_out, _with_out_by_name])
def test_a_function_is_given_an_array_to_write_into_only_if_it_takes_one(function):
    x = T.dmatrix("x")
    op = elementwise.Elementwise("users", 1, function, lambda x, y, gy: gy * y, elementwise.real)
    f = minigrad.function([x], op(2 * x).sum())
    for _ in range(2):
        np.testing.assert_allclose(f(np.ones((3, 2))), 6 * np.exp(2))
