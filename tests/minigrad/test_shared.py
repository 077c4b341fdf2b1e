"""Shared variables: whose the arrays are, and which types they keep."""

import sys

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad import shared


@pytest.fixture
def w():
    return shared(np.array([1.0, 2.0]), name="w")


# ---- The type -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["bool", "int8", "int64", "float32", "float64"])
def test_the_dtype_is_that_of_the_array(dtype):
    assert shared(np.ones(2, dtype)).dtype == dtype


@pytest.mark.parametrize(
    ("value", "dtype"), [(1, "int64"), (1.5, "float64"), (True, "bool"), ([1, 2], "int64")]
)
def test_the_dtype_of_python_numbers_is_numpys(value, dtype):
    assert shared(value).dtype == dtype


def test_no_size_is_fixed_unless_told():
    assert shared(np.ones((1, 3))).type.shape == (None, None)
    assert shared(np.ones((1, 3)), shape=(1, None)).type.shape == (1, None)
    assert shared(np.ones((1, 3)), broadcastable=(True, False)).type.shape == (1, None)


def test_a_value_of_another_shape_than_told_is_refused():
    with pytest.raises(TypeError, match="shared: .* dimension 0 must have size 1"):
        shared(np.ones((2, 3)), broadcastable=(True, False))


def test_strictly_only_an_array_is_taken():
    assert shared(np.ones(2), strict=True).dtype == "float64"
    with pytest.raises(TypeError, match=r"shared\(strict=True\) takes an array; got list"):
        shared([1.0], strict=True)


def test_a_variable_is_no_value():
    with pytest.raises(TypeError, match="shared takes a value; got the symbolic variable x"):
        shared(T.dscalar("x"))


def test_another_byte_order_becomes_the_machines():
    value = np.array([1.0, 2.0], ">f8" if sys.byteorder == "little" else "<f8")
    assert shared(value).get_value(borrow=True).dtype.isnative


def test_it_remembers_the_line_that_made_it():
    number = sys._getframe().f_lineno + 1
    w = shared(1.0)
    assert w.made_at == (__file__, number)


# ---- The value ------------------------------------------------------------------------------------


def test_a_borrowed_array_is_kept_itself():
    value = np.zeros(2)
    assert shared(value, borrow=True).get_value(borrow=True) is value


def test_set_value_copies_unless_told_to_borrow(w):
    value = np.zeros(2)
    w.set_value(value)
    value[:] = 5
    assert w.get_value().tolist() == [0.0, 0.0]
    w.set_value(value, borrow=True)
    assert w.get_value(borrow=True) is value


def test_a_value_got_is_writeable_and_its_own(w):
    value = w.get_value()
    value += 1
    assert w.get_value().tolist() == [1.0, 2.0]


def test_a_scalars_value_is_an_array_without_dimensions():
    value = shared(1.5).get_value()
    assert (type(value), value.shape) == (np.ndarray, ())


def test_its_size_may_change(w):
    f = minigrad.function([], w.sum())
    w.set_value([1.0, 2.0, 3.0])
    assert f() == 6


def test_a_fixed_size_may_not():
    row = shared(np.ones((1, 2)), broadcastable=(True, False))
    row.set_value(np.ones((1, 5)))
    with pytest.raises(TypeError, match="dimension 0 must have size 1"):
        row.set_value(np.ones((2, 5)))
    assert row.get_value().shape == (1, 5)


def test_a_wider_array_is_refused_and_the_old_value_stays():
    w = shared(np.ones(2, "float32"), name="w")
    with pytest.raises(TypeError, match="shared variable w: got .* float64, expected float32"):
        w.set_value(np.zeros(2))
    assert w.get_value().tolist() == [1.0, 1.0]


def test_a_narrower_array_takes_its_dtype(w):
    w.set_value(np.zeros(2, "float32"))
    assert w.get_value().dtype == np.float64


def test_zero_sets_every_element_to_zero_and_leaves_borrowed_arrays_alone(w):
    before = w.get_value(borrow=True)
    w.zero()
    assert w.get_value().tolist() == [0.0, 0.0]
    assert before.tolist() == [1.0, 2.0]


def test_functions_see_the_value_at_the_time_of_the_call(w):
    f = minigrad.function([], w * 2)
    w.set_value([5.0, 6.0])
    assert f().tolist() == [10.0, 12.0]


def test_functions_share_the_value(w):
    minigrad.function([], updates=[(w, w + 1)])()
    assert minigrad.function([], w)().tolist() == [2.0, 3.0]


def test_variables_of_one_name_are_not_confused():
    a, b = shared(1.0, name="w"), shared(2.0, name="w")
    assert minigrad.function([], a - b)() == -1


def test_a_clone_shares_the_value_whichever_of_the_two_is_set(w):
    copy = w.clone()
    w.set_value([7.0, 7.0])
    assert copy.get_value().tolist() == [7.0, 7.0]
    minigrad.function([], updates=[(copy, copy + 1)])()
    assert w.get_value().tolist() == [8.0, 8.0]
    assert minigrad.function([], [w, copy.clone() * 2])()[1].tolist() == [16.0, 16.0]


def test_a_clone_has_the_type_the_name_and_the_default_update(w):
    w.default_update = w + 1
    copy = w.clone()
    assert (copy.name, copy.type, copy.default_update) == (w.name, w.type, w.default_update)


def test_a_dtype_that_no_tensor_has_is_refused_by_name():
    with pytest.raises(TypeError, match="shared: a tensor cannot be float"):
        shared(np.longdouble(1))


MASKED = np.ma.array([1.0, 2.0], mask=[False, True])


@pytest.mark.parametrize(
    "use",
    [
        shared,
        T.constant,
        lambda value: shared(np.ones(2)).set_value(value),
        lambda value: T.dvector() + value,
        lambda value: minigrad.function([x := T.dvector()], x)(value),
        lambda value: minigrad.function([x := T.TensorType("float64", (2,))()], x)(value),
        lambda value: minigrad.function([x := T.fvector()], x, allow_input_downcast=True)(value),
        lambda value: minigrad.function([minigrad.In(x := T.dvector(), value=value)], x),
    ],
)
def test_what_is_masked_is_not_forgotten(use):
    with pytest.raises(TypeError, match=r"a masked array of shape \(2,\).*value.filled\(0\)"):
        use(MASKED)
    use(MASKED.filled(0))
    use(np.ma.array([1.0, 2.0]))


# ---- By Theano's names ----------------------------------------------------------------------------


def test_its_container_gives_a_copy_of_its_value_and_takes_another(w):
    w.container.value[0] = 7.0
    assert w.get_value().tolist() == [1.0, 2.0]
    w.container.value = [3.0, 4.0]
    assert w.get_value().tolist() == w.container.data.tolist() == [3.0, 4.0]


def test_an_attribute_value_is_refused_as_in_theano(w):
    with pytest.raises(AttributeError, match=r"use w.get_value\(\) and w.set_value"):
        _ = w.value
    with pytest.raises(AttributeError, match="no attribute value"):
        w.value = [3.0, 4.0]
