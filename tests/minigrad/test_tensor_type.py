"""Types: which there are, which values they take, and what they say of those they do not take."""

import math

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad import config
from minigrad.core.types import DTYPES, TensorType, check_dtype, constant

FLOATS = ["float16", "float32", "float64"]
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]


def vector(dtype):
    return TensorType(dtype, (None,))


# ---- What types there are -------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_dtype_can_be_said_by_name_by_class_or_by_numpys_object(dtype):
    said = [dtype, np.dtype(dtype), np.dtype(dtype).type, np.dtype(dtype).newbyteorder()]
    assert {TensorType(way, ()).dtype for way in said} == {dtype}


@pytest.mark.parametrize("dtype", [float, "double", "f8"])
def test_numpys_other_names_of_a_dtype_will_do(dtype):
    assert TensorType(dtype, ()).dtype == "float64"


def test_floatX_is_read_when_the_type_is_made():
    before = TensorType("floatX", ())
    config.floatX = "float32"
    try:
        assert (before.dtype, TensorType("floatX", ()).dtype) == ("float64", "float32")
    finally:
        config.floatX = "float64"


def test_an_unknown_dtype_is_refused_with_the_known_ones():
    with pytest.raises(TypeError, match="no dtype is called 'real'; there are bool, int8"):
        TensorType("real", ())


@pytest.mark.parametrize("dtype", ["U5", "datetime64[s]", object])
def test_a_dtype_that_is_no_number_is_refused(dtype):
    with pytest.raises(TypeError, match="a tensor cannot be .*; choose of bool, int8"):
        check_dtype(dtype)


def test_complex_numbers_are_refused_by_name():
    with pytest.raises(TypeError, match="minigrad has no complex numbers"):
        TensorType("complex128", ())


def test_broadcastable_is_whether_a_size_is_known_to_be_1():
    assert TensorType("float64", (1, None, 3)).broadcastable == (True, False, False)


@pytest.mark.parametrize("way", ["positional", "keyword"])
def test_theanos_broadcastable_makes_a_type_too(way):
    flags = (False, True)
    made = {
        "positional": lambda: TensorType("float64", flags),
        "keyword": lambda: TensorType("float64", broadcastable=flags),
    }[way]()
    assert made == TensorType("float64", (None, 1))


@pytest.mark.parametrize("size", [-1, 2.0, "3"])
def test_a_size_is_a_whole_number_or_None(size):
    with pytest.raises(TypeError, match="a whole number or None; got"):
        TensorType("float64", (size,))


def test_a_type_needs_a_shape():
    with pytest.raises(TypeError, match="takes a dtype and a shape"):
        TensorType("float64")


def test_types_of_equal_dtype_and_shape_are_equal_and_hash_alike():
    a, b = TensorType("float64", (None, 1)), TensorType(np.float64, [None, True])
    assert a == b
    assert hash(a) == hash(b)


@pytest.mark.parametrize("other", [vector("float32"), TensorType("float64", (3,)), "float64"])
def test_types_of_another_dtype_or_shape_are_not(other):
    assert vector("float64") != other


def test_a_copy_differs_in_what_it_is_told_to():
    x = TensorType("float64", (None, 3))
    assert x.clone() == x
    assert x.clone(dtype="int8") == TensorType("int8", (None, 3))
    assert x.clone(shape=(2,)) == TensorType("float64", (2,))


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ((), "TensorType(float64, scalar)"),
        ((None, None), "TensorType(float64, matrix)"),
        ((None, 3), "TensorType(float64, (None, 3))"),
        ((None,) * 6, "TensorType(float64, (None, None, None, None, None, None))"),
    ],
)
def test_a_type_is_shown_by_the_usual_name_of_its_shape(shape, text):
    assert str(TensorType("float64", shape)) == text


# ---- Which values a type takes --------------------------------------------------------------------


def test_an_array_of_the_type_is_taken_as_it_is():
    value = np.ones(2)
    assert vector("float64").filter(value) is value


@pytest.mark.parametrize("source", DTYPES)
@pytest.mark.parametrize("target", DTYPES)
def test_an_array_is_converted_exactly_if_numpy_calls_it_safe(source, target):
    value = np.ones(2, source)
    if np.can_cast(source, target, "safe"):
        assert vector(target).filter(value).dtype == target
    else:
        with pytest.raises(TypeError, match=f"dtype {source}, expected {target}"):
            vector(target).filter(value)


@pytest.mark.parametrize("target", FLOATS)
def test_python_floats_become_any_float(target):
    assert vector(target).filter([0.1]).tolist() == [np.dtype(target).type(0.1)]


@pytest.mark.parametrize("target", FLOATS)
def test_but_not_if_no_downcast_is_allowed_and_the_value_changes(target):
    f = vector(target)
    if target == "float64":
        assert f.filter([0.1], allow_downcast=False).tolist() == [0.1]
    else:
        with pytest.raises(TypeError, match="lose information"):
            f.filter([0.1], allow_downcast=False)


def test_a_python_float_without_loss_is_taken_even_if_no_downcast_is_allowed():
    assert vector("float32").filter([0.5], allow_downcast=False).tolist() == [0.5]


@pytest.mark.parametrize("target", INTEGERS)
def test_python_integers_become_any_integer_that_holds_them(target):
    largest = int(np.iinfo(target).max)
    assert vector(target).filter([largest]).tolist() == [largest]
    if target != "uint64":
        with pytest.raises(TypeError, match=f"expected {target}"):
            vector(target).filter([largest + 1])


def test_a_negative_number_is_not_unsigned():
    with pytest.raises(TypeError, match="expected uint8"):
        vector("uint8").filter([-1])


def test_an_integer_that_a_float_cannot_hold_is_refused():
    assert vector("float32").filter([2**24]).tolist() == [2**24]
    with pytest.raises(TypeError, match="expected float32"):
        vector("float32").filter([2**24 + 1])


@pytest.mark.parametrize("value", [[0.5], [np.nan], [np.inf]])
def test_a_fraction_or_no_number_is_not_an_integer(value):
    with pytest.raises(TypeError, match="expected int64"):
        vector("int64").filter(value)


def test_an_empty_list_is_of_every_dtype():
    assert [vector(dtype).filter([]).shape for dtype in DTYPES] == [(0,)] * len(DTYPES)


def test_with_downcast_allowed_everything_that_is_a_number_is_taken():
    taken = vector("int8").filter(np.array([1.9, -2.0]), allow_downcast=True)
    assert (taken.dtype, taken.tolist()) == (np.int8, [1, -2])


def test_strictly_only_an_array_of_just_the_dtype_is_taken():
    assert vector("float64").filter(np.ones(1), strict=True).tolist() == [1.0]
    for value in [[1.0], np.ones(1, "float32")]:
        with pytest.raises(TypeError, match=r"expected an array of float64 \(strict\)"):
            vector("float64").filter(value, strict=True)


@pytest.mark.parametrize("value", ["a", ["a"], None, 1j, {}, [None], np.array(["2020"], "M8[Y]")])
def test_what_is_not_made_of_numbers_is_refused_even_with_downcast(value):
    with pytest.raises(TypeError, match="expected numbers of float64"):
        vector("float64").filter(value, allow_downcast=True)


def test_a_ragged_list_is_refused():
    with pytest.raises(TypeError, match="makes no array"):
        vector("float64").filter([[1.0], [1.0, 2.0]])


def test_a_variable_is_no_value():
    with pytest.raises(TypeError, match="got the symbolic variable x, expected numbers"):
        vector("float64").filter(T.dvector("x"))


@pytest.mark.parametrize("value", [1.0, [[1.0]]])
def test_another_number_of_dimensions_is_refused_with_both_numbers(value):
    with pytest.raises(TypeError, match=rf"with {np.ndim(value)} dimensions, expected 1"):
        vector("float64").filter(value)


def test_another_size_than_the_fixed_one_is_refused_by_its_axis():
    with pytest.raises(TypeError, match="dimension 1 must have size 3"):
        TensorType("float64", (None, 3)).filter(np.ones((2, 4)))


def test_a_numpy_scalar_is_shown_with_its_dtype():
    with pytest.raises(TypeError, match=r"got np.int64\(300\), expected int8"):
        TensorType("int8", ()).filter(np.int64(300))


def test_a_long_value_is_cut_off_in_the_message():
    with pytest.raises(TypeError) as caught:
        vector("int8").filter([1000] * 1000)
    assert len(str(caught.value)) < 300


# ---- Variables and constants of a type ------------------------------------------------------------


def test_a_type_makes_variables():
    x = vector("float32")("x")
    assert (x.name, x.type) == ("x", vector("float32"))


def test_a_variable_of_the_type_is_taken_as_it_is():
    x = T.dvector("x")
    assert vector("float64").filter_variable(x) is x


@pytest.mark.parametrize("x", [T.fvector("x"), T.dmatrix("x")])
def test_a_variable_of_another_type_is_refused_with_both_types(x):
    with pytest.raises(TypeError, match=r"got x of type .*, expected TensorType\(float64, vector"):
        vector("float64").filter_variable(x)


def test_numbers_become_a_constant_that_keeps_its_value():
    value = np.ones(2)
    made = vector("float64").filter_variable(value)
    value[:] = 7
    assert made.data.tolist() == [1.0, 1.0]
    assert not made.data.flags.writeable


def test_a_constant_is_a_copy_that_cannot_be_changed():
    value = np.ones(2)
    made = constant(value)
    value[:] = 7
    assert made.data.tolist() == [1.0, 1.0]
    with pytest.raises(ValueError, match="read-only"):
        made.data[0] = 7


def test_a_constant_knows_its_sizes():
    assert constant(np.ones((2, 1))).type == TensorType("float64", (2, 1))


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_constant_made_of_an_array_keeps_its_dtype(dtype):
    assert constant(np.ones(2, dtype)).type.dtype == dtype


SMALLEST = {
    True: "bool",
    2: "int8",
    -129: "int16",
    2**15: "int32",
    2**31: "int64",
    -(2**63): "int64",
    2**63: "uint64",
    0.5: "float32",
    math.inf: "float32",
    0.1: "float64",
    1e40: "float64",
    1e-50: "float64",
}


@pytest.mark.parametrize("number, dtype", SMALLEST.items())
def test_a_python_number_takes_the_smallest_dtype_that_holds_it(number, dtype):
    variable = constant(number)
    assert variable.type.dtype == dtype
    assert variable.data.item() == number


def test_nan_is_a_small_number():
    assert constant(math.nan).type.dtype == "float32"


@pytest.mark.parametrize("floatX", ["float32", "float16"])
@pytest.mark.parametrize("number", [0.5, 0.1, 1e40])
def test_a_python_float_is_floatX_where_that_is_narrow(floatX, number, monkeypatch):
    monkeypatch.setattr(minigrad.config, "floatX", floatX)
    assert constant(number).type.dtype == floatX


def test_an_integer_that_no_dtype_holds_is_refused_by_its_value():
    with pytest.raises(TypeError, match=f"no dtype holds the number {2**64}"):
        constant(2**64)


@pytest.mark.parametrize("flags", [(0, 0, 1), (False, False, True), (np.False_, 0, np.int8(1))])
def test_zeros_and_ones_are_flags_as_in_old_programs(flags):
    pattern = (False, False, True)
    assert TensorType("float64", flags).broadcastable == pattern
    assert TensorType("float64", broadcastable=flags).broadcastable == pattern
    assert T.tensor("float64", flags).broadcastable == pattern
    assert minigrad.shared(np.ones((2, 2, 1)), broadcastable=flags).broadcastable == pattern


def test_a_program_with_flags_of_0_takes_any_sizes():
    z = TensorType("float64", (0, 0))("z")
    f = minigrad.function([z], 2 * z)
    for shape in [(2, 2), (0, 3), (1, 1)]:
        np.testing.assert_array_equal(f(np.ones(shape)), np.full(shape, 2))


def test_flags_of_numpy_make_a_pattern():
    flags = [size == 1 for size in np.array([1, 5])]
    assert TensorType("float64", flags).broadcastable == (True, False)


def test_dimensions_are_put_in_front_of_a_constant():
    assert constant([1.0, 2.0], ndim=3).type.shape == (1, 1, 2)
    with pytest.raises(ValueError, match="a constant of 2 dimensions cannot have only 1"):
        constant([[1.0]], ndim=1)


def test_a_constant_that_would_change_as_the_dtype_is_refused():
    assert constant(0.1, dtype="float32").type.dtype == "float32"
    with pytest.raises(TypeError, match="does not fit into a constant of int8"):
        constant(300, dtype="int8")
    with pytest.raises(TypeError, match="does not fit into a constant of int64"):
        constant(0.5, dtype="int64")


@pytest.mark.parametrize("value", ["text", None, 1j, T.dscalar("x")])
def test_a_constant_is_made_of_numbers(value):
    with pytest.raises(TypeError, match="a constant must be made of numbers; got"):
        constant(value)


# ---- Dtypes of results ----------------------------------------------------------------------------


@pytest.mark.parametrize("left", DTYPES)
@pytest.mark.parametrize("right", DTYPES)
def test_tensors_mix_as_numpy_arrays_do(left, right):
    x, y = vector(left)("x"), vector(right)("y")
    assert T.maximum(x, y).dtype == np.result_type(left, right)


@pytest.mark.parametrize("dtype", FLOATS)
def test_a_python_number_does_not_widen_a_float(dtype):
    x = vector(dtype)("x")
    results = [x + 1, 1 - x, x * 0.5, 2.0 / x, x**2, x + True]
    assert {result.dtype for result in results} == {dtype}


def test_a_python_integer_does_not_widen_an_integer():
    assert (vector("int8")("n") * 2).dtype == "int8"


def test_a_python_float_makes_a_float_of_an_integer():
    assert (T.lvector("n") * 0.5).dtype == "float64"


def test_the_quotient_of_integers_is_a_float():
    assert (T.lvector("n") / 2).dtype == "float64"


def test_a_shared_scalar_widens_as_an_array_does():
    rate = minigrad.shared(np.float64(0.1))
    assert (T.fvector("x") * rate).dtype == "float64"
