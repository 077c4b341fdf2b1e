"""Functions of elements: NumPy's values and dtypes, finite differences' derivatives."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import assert_computes, assert_derivative
from values import ALL, FLOATS, INTEGERS, NUMBERS, broadcastable, numbers, tensors

import minigrad
import minigrad.tensor as T
from minigrad.ops.elementwise import _TABLE

ANYWHERE, POSITIVE, INSIDE, ABOVE_ONE = (-3, 3), (0.3, 3), (-0.8, 0.8), (1.3, 3)
PI = math.pi


def of_each(function):
    """A Python function of a number as a function of arrays."""
    return lambda x: np.vectorize(function, otypes=[x.dtype])(x) if x.size else x.copy()


# name: what NumPy or the standard library calls it, and where it is defined and smooth.
REAL = {
    "sqrt": (np.sqrt, POSITIVE),
    "inv": (np.reciprocal, POSITIVE),
    "exp": (np.exp, ANYWHERE),
    "exp2": (np.exp2, ANYWHERE),
    "expm1": (np.expm1, ANYWHERE),
    "log": (np.log, POSITIVE),
    "log2": (np.log2, POSITIVE),
    "log10": (np.log10, POSITIVE),
    "log1p": (np.log1p, POSITIVE),
    "sin": (np.sin, ANYWHERE),
    "cos": (np.cos, ANYWHERE),
    "tan": (np.tan, INSIDE),
    "arcsin": (np.arcsin, INSIDE),
    "arccos": (np.arccos, INSIDE),
    "arctan": (np.arctan, ANYWHERE),
    "sinh": (np.sinh, ANYWHERE),
    "cosh": (np.cosh, ANYWHERE),
    "tanh": (np.tanh, ANYWHERE),
    "arcsinh": (np.arcsinh, ANYWHERE),
    "arccosh": (np.arccosh, ABOVE_ONE),
    "arctanh": (np.arctanh, INSIDE),
    "erf": (of_each(math.erf), ANYWHERE),
    "erfc": (of_each(math.erfc), ANYWHERE),
    "gammaln": (of_each(math.lgamma), POSITIVE),
    "deg2rad": (np.deg2rad, ANYWHERE),
    "rad2deg": (np.rad2deg, ANYWHERE),
}
SIGMOID = {
    "sigmoid": (lambda x: 1 / (1 + np.exp(-x)), ANYWHERE),
    "softplus": (lambda x: np.log1p(np.exp(x)), ANYWHERE),
}


def function_called(name):
    return getattr(T, name, None) or getattr(T.nnet, name)


REAL_AND_SIGMOID = {**REAL, **SIGMOID}


@pytest.mark.parametrize("name", REAL_AND_SIGMOID)
@given(data=st.data())
def test_a_real_function_is_numpys_at_floats_of_any_shape(name, data):
    reference, domain = REAL_AND_SIGMOID[name]
    x = data.draw(tensors(FLOATS, low=domain[0], high=domain[1]))
    assert_computes(function_called(name), reference, x, atol=1e-14)


@pytest.mark.parametrize("dtype", ["bool", *INTEGERS])
@pytest.mark.parametrize("name", sorted(set(REAL_AND_SIGMOID) - {"deg2rad", "rad2deg"}))
def test_a_real_function_of_integers_is_that_of_the_float_that_holds_them(name, dtype):
    reference, (low, high) = REAL_AND_SIGMOID[name]
    x = np.arange(max(math.ceil(low), 0), math.floor(high) + 1).astype(dtype)
    holds = "float64" if dtype in ("int32", "int64", "uint32") else "float32"
    assert_computes(function_called(name), lambda x: reference(x.astype(holds)), x, atol=1e-14)


# name: what NumPy calls it; for which dtypes.
EXACT = {
    "neg": (np.negative, NUMBERS),
    "abs_": (np.abs, ALL),
    "sgn": (np.sign, NUMBERS),
    "sqr": (np.square, NUMBERS),
    "ceil": (np.ceil, FLOATS),
    "floor": (np.floor, FLOATS),
    "trunc": (np.trunc, FLOATS),
    "round": (np.rint, FLOATS),
    "isnan": (np.isnan, ALL),
    "isinf": (np.isinf, ALL),
    "invert": (np.invert, ["bool", *INTEGERS]),
    "tensor_copy": (np.array, ALL),
}


@pytest.mark.parametrize("name", EXACT)
@given(data=st.data())
def test_a_function_that_keeps_the_dtype_is_numpys_at_any_shape(name, data):
    reference, dtypes = EXACT[name]
    assert_computes(getattr(T, name), reference, data.draw(tensors(dtypes)))


SPECIAL = np.array([np.nan, np.inf, -np.inf, -0.0, 0.0, 0.5, -2.5])


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize(
    "name", ["neg", "abs_", "sgn", "ceil", "floor", "trunc", "round", "isnan", "isinf"]
)
def test_nan_infinities_and_zeros_are_treated_as_numpy_does(name, dtype):
    assert_computes(getattr(T, name), EXACT[name][0], SPECIAL.astype(dtype))


BINARY = {
    "add": (np.add, ALL),
    "sub": (np.subtract, NUMBERS),
    "mul": (np.multiply, ALL),
    "maximum": (np.maximum, ALL),
    "minimum": (np.minimum, ALL),
    "eq": (np.equal, ALL),
    "neq": (np.not_equal, ALL),
    "lt": (np.less, ALL),
    "le": (np.less_equal, ALL),
    "gt": (np.greater, ALL),
    "ge": (np.greater_equal, ALL),
    "and_": (np.bitwise_and, ["bool", *INTEGERS]),
    "or_": (np.bitwise_or, ["bool", *INTEGERS]),
    "xor": (np.bitwise_xor, ["bool", *INTEGERS]),
}


@pytest.mark.parametrize("name", BINARY)
@given(data=st.data())
def test_a_function_of_two_is_numpys_at_any_dtypes_and_shapes_that_fit(name, data):
    reference, dtypes = BINARY[name]
    assert_computes(getattr(T, name), reference, *data.draw(broadcastable(2, dtypes)))


@pytest.mark.parametrize(
    ("name", "reference"), [("int_div", np.floor_divide), ("mod", np.remainder)]
)
@given(data=st.data())
def test_division_with_remainder_is_numpys_at_any_dtypes_and_shapes_that_fit(name, reference, data):
    x, y = data.draw(broadcastable(2, NUMBERS))
    y = np.where(y == 0, np.ones_like(y), y)
    assert_computes(getattr(T, name), reference, x, y)


@given(broadcastable(2, FLOATS, 0.5, 3))
def test_true_division_of_floats_is_numpys(values):
    assert_computes(T.true_div, np.true_divide, *values)


@pytest.mark.parametrize("dtype", ["bool", *INTEGERS])
def test_true_division_of_integers_is_in_the_float_that_holds_them(dtype):
    x = np.array([0, 1, 3]).astype(dtype)
    y = np.array([1, 1, 2]).astype(dtype)
    holds = "float64" if dtype in ("int32", "int64", "uint32") else "float32"
    assert_computes(T.true_div, lambda x, y: x.astype(holds) / y.astype(holds), x, y)


@given(broadcastable(2, FLOATS, 0.5, 3))
def test_powers_of_positive_floats_are_numpys(values):
    assert_computes(T.power, np.power, *values)


@pytest.mark.parametrize("dtype", NUMBERS)
def test_powers_with_whole_exponents_are_numpys(dtype):
    x = np.array([0, 1, 2, 3]).astype(dtype)
    assert_computes(T.power, np.power, x, np.array([[0], [1], [2], [3]]).astype(dtype))


@given(broadcastable(2, FLOATS))
def test_arctan2_is_numpys(values):
    assert_computes(T.arctan2, np.arctan2, *values, atol=1e-14)


@given(broadcastable(3, ALL))
def test_clip_is_minimum_of_maximum_at_any_dtypes_and_shapes_that_fit(values):
    assert_computes(T.clip, lambda x, a, b: np.minimum(np.maximum(x, a), b), *values)


@pytest.mark.parametrize("function", [T.switch, T.where])
@given(data=st.data())
def test_switch_and_where_are_numpys_where(function, data):
    condition, x, y = data.draw(broadcastable(3, ALL))
    assert_computes(function, np.where, condition, x, y)


@pytest.mark.parametrize("dtype", ALL)
@given(data=st.data())
def test_cast_is_astype(dtype, data):
    x = data.draw(tensors(ALL, low=0))
    assert_computes(lambda x: T.cast(x, dtype), lambda x: x.astype(dtype), x)


def test_cast_to_floatX_is_cast_to_what_the_configuration_says():
    assert T.cast(T.lvector(), "floatX").dtype == minigrad.config.floatX


def test_cast_to_the_same_dtype_is_the_variable_itself():
    x = T.fvector()
    assert T.cast(x, "float32") is x


@given(tensors(FLOATS))
def test_round_half_away_from_zero_is_as_it_says(x):
    assert_computes(
        lambda x: T.round(x, "half_away_from_zero"),
        lambda x: np.sign(x) * np.floor(np.abs(x) + x.dtype.type(0.5)),
        x,
    )


def test_a_half_is_rounded_to_even_or_away_from_zero():
    x = T.constant([-1.5, -0.5, 0.5, 1.5, 2.5])
    np.testing.assert_array_equal(T.round(x).eval(), [-2, 0, 0, 2, 2])
    np.testing.assert_array_equal(T.round(x, "half_away_from_zero").eval(), [-2, -1, 1, 2, 3])


def test_another_mode_of_rounding_is_refused():
    with pytest.raises(ValueError, match="half_to_even"):
        T.round(T.dscalar(), "up")


CLOSE = np.array([1.0, 1 + 1e-9, 1 + 1e-6, 1.1, np.inf, -np.inf, np.nan, 0.0, 1e-9])


@pytest.mark.parametrize("equal_nan", [True, False])
def test_isclose_is_numpys_for_all_pairs(equal_nan):
    assert_computes(
        lambda x, y: T.isclose(x, y, equal_nan=equal_nan),
        lambda x, y: np.isclose(x, y, equal_nan=equal_nan),
        CLOSE[:, np.newaxis],
        CLOSE,
    )


@pytest.mark.parametrize("rtol, atol", [(0.2, 0.0), (0.0, 0.2), (0.0, 0.0)])
def test_isclose_takes_tolerances_as_numpys(rtol, atol):
    assert_computes(
        lambda x, y: T.isclose(x, y, rtol=rtol, atol=atol),
        lambda x, y: np.isclose(x, y, rtol=rtol, atol=atol),
        CLOSE[:, np.newaxis],
        CLOSE,
    )


@pytest.mark.parametrize(
    ("function", "x", "expected"),
    [
        (T.psi, 1.0, -0.5772156649015329),
        (T.psi, 0.5, -0.5772156649015329 - 2 * math.log(2)),
        (T.psi, -0.5, 2 - 0.5772156649015329 - 2 * math.log(2)),
        (T.tri_gamma, 1.0, PI**2 / 6),
        (T.tri_gamma, 0.5, PI**2 / 2),
        (T.tri_gamma, -0.5, PI**2 / 2 + 4),
    ],
)
def test_the_derivatives_of_log_gamma_have_the_known_values(function, x, expected):
    np.testing.assert_allclose(function(x).eval(), expected, rtol=1e-13)


@pytest.mark.parametrize("function", [T.erf, T.erfc, T.gammaln, T.psi, T.tri_gamma])
@given(x=tensors(FLOATS, low=0.5, high=3))
@settings(max_examples=5)
def test_a_special_function_keeps_shape_and_dtype(function, x):
    result = minigrad.function([v := T.TensorType(x.dtype, [None] * x.ndim)()], function(v))(x)
    assert (result.shape, result.dtype) == (x.shape, x.dtype)


# ---- Dtypes and errors -------------------------------------------------------------------------


@pytest.mark.parametrize("x", ["float32", "int8"])
@pytest.mark.parametrize("function", [T.add, T.sub, T.mul, T.maximum, T.power, T.mod])
def test_a_python_number_does_not_widen(function, x):
    v = T.TensorType(x, (None,))()
    assert function(v, 2).dtype == function(2, v).dtype == x


@pytest.mark.parametrize("function", [T.add, T.sub, T.mul, T.maximum, T.true_div])
def test_a_python_float_does_not_widen_float32(function):
    assert function(T.fvector(), 0.5).dtype == function(0.5, T.fvector()).dtype == "float32"


def test_an_array_does_widen():
    assert T.add(T.fvector(), np.ones(1)).dtype == "float64"


@pytest.mark.parametrize("name", ["neg", "sgn", "sqr"])
def test_arithmetic_of_bool_that_numpy_lacks_is_refused(name):
    with pytest.raises(TypeError, match=f"{name}.*bool.*cast"):
        getattr(T, name)(T.TensorType("bool", (None,))("b"))


@pytest.mark.parametrize("name", ["sub", "int_div", "mod", "power"])
def test_arithmetic_of_two_bools_that_numpy_lacks_is_refused(name):
    b = T.TensorType("bool", (None,))("b")
    with pytest.raises(TypeError, match=f"{name}.*bool.*cast"):
        getattr(T, name)(b, b)


@pytest.mark.parametrize("name", ["and_", "or_", "xor"])
def test_bit_operations_of_floats_are_refused_with_advice(name):
    with pytest.raises(TypeError, match="compare first"):
        getattr(T, name)(T.dvector(), T.dvector())


def test_inversion_of_floats_is_refused_with_advice():
    with pytest.raises(TypeError, match="compare first"):
        T.invert(T.dvector())


@pytest.mark.parametrize("dtype", ["complex128", "U3", "nonsense"])
def test_cast_to_what_is_no_dtype_is_refused(dtype):
    with pytest.raises(TypeError):
        T.cast(T.dvector(), dtype)


BINARY_OPS = [op for op in _TABLE.values() if op.name in BINARY or op.name in ("mod", "power")]


@pytest.mark.parametrize("op", BINARY_OPS, ids=str)
def test_known_sizes_that_do_not_fit_are_refused_when_written(op):
    x, y = T.TensorType("int64", (2,))("x"), T.TensorType("int64", (3,))("y")
    with pytest.raises(ValueError, match=f"{op.name}: shapes do not fit: x .*2.* y .*3"):
        op(x, y)


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
@pytest.mark.parametrize("op", BINARY_OPS, ids=str)
@pytest.mark.parametrize("sizes", [(1, 3), (3, 1), (2, 3)])
def test_a_dimension_of_unknown_size_does_not_broadcast(op, sizes, mode):
    x, y = T.lvectors("x", "y")
    f = minigrad.function([x, y], op(x, y), mode=mode)
    with pytest.raises(ValueError, match="size"):
        f(np.ones(sizes[0], int), np.ones(sizes[1], int))


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("function", [T.switch, T.clip])
def test_an_unknown_size_of_1_does_not_broadcast_among_three(function, place, mode):
    inputs = T.dvectors("x", "y", "z")
    f = minigrad.function(inputs, function(*inputs), mode=mode)
    with pytest.raises(ValueError, match="size"):
        f(*[np.ones(1 if i == place else 3) for i in range(3)])


def test_the_interpreter_does_not_broadcast_an_unknown_size_either():
    x, y = T.dvectors("x", "y")
    with pytest.raises(ValueError, match="a size of 1 broadcasts only if the type says so"):
        (x + y).eval({x: [1.0], y: [1.0, 2.0]})


# ---- Derivatives -------------------------------------------------------------------------------

SMOOTH = {name: domain for name, (_, domain) in REAL_AND_SIGMOID.items()}
SMOOTH |= {"neg": ANYWHERE, "sqr": ANYWHERE, "tensor_copy": ANYWHERE, "abs_": POSITIVE}


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("shape", [(), (5,), (2, 1, 2)])
def test_a_function_has_its_first_and_second_derivative(name, shape):
    low, high = SMOOTH[name]
    x = np.linspace(low, high, num=math.prod(shape) + 2)[1:-1].reshape(shape)
    assert_derivative(function_called(name), x, order=2, rtol=1e-5)


@pytest.mark.parametrize("name", SMOOTH)
@given(data=st.data())
@settings(max_examples=5)
def test_a_function_has_its_derivative_anywhere(name, data):
    low, high = SMOOTH[name]
    x = data.draw(tensors(shape=(3,), low=low, high=high))
    assert_derivative(function_called(name), x, rtol=1e-5)


# Pairs of arrays that broadcast, not equal anywhere, whose quotients are no whole numbers.
X = np.array([[0.7, 1.6, 2.3], [1.1, 2.9, 0.4]])
Y = np.array([1.25, 0.9, 1.7])
SMOOTH_BINARY = ["add", "sub", "mul", "true_div", "mod", "power", "maximum", "minimum", "arctan2"]
PAIRS = {
    "the same shape": (X, X[::-1] + 0.33),
    "a matrix and a vector": (X, Y),
    "a vector and a matrix": (Y, X),
    "a matrix and a scalar": (X, 1.33),
    "a column and a row": (X[:, :1], Y[np.newaxis, :2]),
    "scalars": (0.7, 1.1),
}


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("name", SMOOTH_BINARY)
def test_a_function_of_two_has_its_derivatives_however_they_broadcast(name, pair):
    assert_derivative(getattr(T, name), *PAIRS[pair], order=2)


@pytest.mark.parametrize("name", SMOOTH_BINARY)
@given(data=st.data())
@settings(max_examples=5)
def test_a_function_of_two_has_its_derivatives_at_any_shapes_that_fit(name, data):
    x, y = data.draw(broadcastable(2, low=1.1, high=1.4))
    # The second is larger by 0.2 to 0.8: never equal, and it never divides the first.
    assert_derivative(getattr(T, name), x, y + 0.5)


TRIPLES = {
    "the same shape": (X, X - [[0.5], [-0.5]], X + [[0.5], [0.8]]),
    "scalar bounds": (X, 0.95, 2.0),
    "column and vector": (X, np.array([[0.9], [1.3]]), Y + 0.6),
    "low above high": (X, 2.0, 0.95),
}


@pytest.mark.parametrize("triple", TRIPLES)
def test_clip_has_its_derivatives_however_the_bounds_broadcast(triple):
    assert_derivative(T.clip, *TRIPLES[triple])


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("function", [T.switch, T.where])
def test_switch_passes_the_derivative_to_what_it_takes(function, pair):
    condition = np.array([[True, False, True], [False, True, True]])
    x, y = map(np.asarray, PAIRS[pair])
    condition = condition[tuple(slice(n) for n in np.broadcast_shapes(x.shape, y.shape, (2, 1)))]
    assert_derivative(lambda x, y: function(T.constant(condition), x**2, y**3), x, y, order=2)


@pytest.mark.parametrize("name", ["sgn", "ceil", "floor", "trunc", "round"])
def test_a_step_function_has_derivative_zero(name):
    assert_derivative(getattr(T, name), [0.3, -1.4, 2.2])


def test_a_cast_between_floats_passes_the_derivative():
    assert_derivative(lambda x: T.cast(T.cast(x, "float64") ** 2, "float64"), [0.3, 2.0])
    x = T.fvector("x")
    slope = minigrad.grad(T.cast(x, "float64").sum(), x)
    assert slope.dtype == "float32"
    np.testing.assert_array_equal(slope.eval({x: [1.0, 2.0]}), [1, 1])


def test_the_derivative_of_a_power_is_exact_at_zero():
    x, n = T.dscalar("x"), T.dscalar("n")
    slopes = minigrad.function([x, n], minigrad.grad(x**n, [x, n]))
    np.testing.assert_array_equal(slopes(0.0, 1.0), [1, 0])
    np.testing.assert_array_equal(slopes(0.0, 2.0), [0, 0])
    np.testing.assert_array_equal(slopes(0.0, 0.0)[0], 0)


@pytest.mark.parametrize("exponent", [-2, -1, 0, 1, 2, 3])
def test_a_whole_power_of_a_negative_number_has_its_derivatives(exponent):
    assert_derivative(lambda x: x**exponent, [-1.3, -0.6, 0.7], order=2)


def test_where_maximum_or_minimum_is_both_the_first_has_the_derivative():
    x, y = T.dscalars("x", "y")
    for function in (T.maximum, T.minimum):
        slopes = minigrad.function([x, y], minigrad.grad(function(x, y), [x, y]))
        assert [float(s) for s in slopes(1.0, 1.0)] == [1, 0]


def test_integers_and_conditions_get_no_derivative():
    x, n = T.dvector("x"), T.lvector("n")
    slope = minigrad.grad(T.switch(n > 0, x * n, x).sum(), x)
    np.testing.assert_array_equal(slope.eval({x: [1.0, 1.0], n: [3, -3]}), [3, 1])


def test_the_derivative_of_tri_gamma_is_refused():
    x = T.dscalar("x")
    with pytest.raises(TypeError, match="tri_gamma"):
        minigrad.grad(T.tri_gamma(x), x)


# ---- The tests of derivatives tell a wrong line of the table ------------------------------------

UNARY_POINTS = {
    name: (np.linspace(low, high, num=5)[1:-1] + 0.1,) for name, (low, high) in SMOOTH.items()
}
BINARY_POINTS = {name: (X, Y) for name in SMOOTH_BINARY}
TERNARY_POINTS = {"clip": (X, 0.95, 2.0)}
POINTS = {"psi": (np.array([0.7, 2.1]),), **UNARY_POINTS, **BINARY_POINTS, **TERNARY_POINTS}
TABLE_NAMES = {"abs_": "abs"}

LINES = {
    name: (_TABLE[TABLE_NAMES.get(name, name)], points)
    for name, points in POINTS.items()
    if TABLE_NAMES.get(name, name) in _TABLE
}
CONDITION = np.array([[True, False, True], [False, True, True]])


def derivatives_of(vjp):
    """The rule, always with a tuple as result."""

    def rule(*arguments):
        result = vjp(*arguments)
        return result if isinstance(result, tuple) else (result,)

    return rule


def change_of_component(place, change):
    def mutate(vjp):
        def mutant(*arguments):
            components = list(derivatives_of(vjp)(*arguments))
            components[place] = change(components[place])
            return tuple(components)

        return mutant

    return mutate


def swapped(vjp):
    return lambda *arguments: derivatives_of(vjp)(*arguments)[::-1]


CHANGES = {
    "of the other sign": lambda g: -g,
    "doubled": lambda g: 2 * g,
    "zero": lambda g: 0 * g,
    "missing": lambda g: None,
}


def mutants():
    for name, (_, points) in LINES.items():
        for place in range(len(points)):
            for change, function in CHANGES.items():
                yield pytest.param(
                    name, change_of_component(place, function), id=f"{name}-{place}-{change}"
                )
        # The two derivatives of a sum are the same.
        if len(points) == 2 and name != "add":
            yield pytest.param(name, swapped, id=f"{name}-swapped")


def test_every_line_with_a_derivative_is_tested():
    with_derivative = {op.name for op in _TABLE.values() if op.vjp is not None}
    assert {op.name for op, _ in LINES.values()} | {"switch", "tri_gamma"} == with_derivative


@pytest.mark.parametrize("name", LINES)
def test_the_line_of_the_table_is_right(name):
    op, points = LINES[name]
    assert_derivative(op, *points, rtol=1e-5)


@pytest.mark.parametrize(("name", "mutate"), mutants())
def test_a_wrong_line_of_the_table_is_found(name, mutate, monkeypatch):
    op, points = LINES[name]
    monkeypatch.setattr(op, "vjp", mutate(op.vjp))
    with pytest.raises(AssertionError):
        assert_derivative(op, *points, rtol=1e-5)


@pytest.mark.parametrize("place", [1, 2])
@pytest.mark.parametrize("change", CHANGES)
def test_a_wrong_derivative_of_switch_is_found(place, change, monkeypatch):
    monkeypatch.setattr(
        T.switch, "vjp", change_of_component(place, CHANGES[change])(T.switch.vjp)
    )
    with pytest.raises(AssertionError):
        assert_derivative(lambda x, y: T.switch(T.constant(CONDITION), x, y), X, Y)
