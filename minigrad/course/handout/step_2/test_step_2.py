"""Step 2: a type says what arrays a variable can be; broadcasting is decided by types alone."""

import numpy as np
import pytest
from owngrad.axes import DimShuffle, Sum
from owngrad.elementwise import broadcast_shape
from owngrad.types import TensorType

vector = TensorType("float64", (None,))
matrix = TensorType("float64", (None, None))
row = TensorType("float64", (1, None))


# ---- TensorType.filter ---------------------------------------------------------------------------


def test_a_list_becomes_an_array_of_the_dtype():
    array = vector.filter([1, 2])
    assert isinstance(array, np.ndarray)
    assert array.dtype == np.float64 and array.tolist() == [1.0, 2.0]


def test_an_unknown_size_takes_any():
    for n in (0, 1, 5):
        assert vector.filter(np.ones(n)).shape == (n,)


def test_a_known_size_takes_no_other():
    with pytest.raises(TypeError):
        TensorType("float64", (None, 3)).filter(np.ones((2, 4)))


@pytest.mark.parametrize("value", [1.0, np.ones((2, 2))])
def test_another_number_of_dimensions_is_refused(value):
    with pytest.raises(TypeError):
        vector.filter(value)


def test_the_message_tells_what_came_and_what_was_expected():
    with pytest.raises(TypeError) as caught:
        vector.filter(np.ones((2, 3)))
    assert "(2, 3)" in str(caught.value), "the message is to tell the shape that came"
    assert str(vector) in str(caught.value), "and the type that was expected"


# ---- Broadcasting --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shapes", "result"),
    [
        ([(2, 3)], [2, 3]),
        ([(2, 3), (2, 3)], [2, 3]),
        ([(), ()], []),
        ([(2, 3), (3,)], [2, 3]),
        ([(), (2, 3)], [2, 3]),
        ([(2, 1), (1, 3)], [2, 3]),
        ([(2, 1), (2, 1)], [2, 1]),
        ([(None, 3), (2, 3)], [2, 3]),
        ([(None,), (None,)], [None]),
        ([(None, 1), (1, None)], [None, None]),
        ([(4,), (3, 1), (2, 1, 1)], [2, 3, 4]),
    ],
)
def test_shapes_are_combined_from_the_right(shapes, result):
    assert list(broadcast_shape(shapes)) == result


def test_sizes_that_are_known_to_differ_are_refused():
    with pytest.raises(ValueError, match="do not fit"):
        broadcast_shape([(2, 3), (2, 4)])


def test_a_sum_of_variables_has_the_broadcast_type():
    x, b = matrix("x"), vector("b")
    assert (x + b).type == matrix
    assert (row("r") + row("s")).type == row


# ---- The operations that broadcasting is made of -------------------------------------------------


def test_dimshuffle_permutes_axes():
    x = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(DimShuffle((1, 0)).compute(x), x.T)


def test_dimshuffle_puts_in_axes_of_size_1():
    x = np.arange(6.0).reshape(2, 3)
    result = DimShuffle(("x", 1, "x", 0)).compute(x)
    assert result.shape == (1, 3, 1, 2)
    np.testing.assert_array_equal(result[0, :, 0, :], x.T)


def test_dimshuffle_drops_axes_that_are_not_named():
    x = np.arange(3.0).reshape(1, 3, 1)
    np.testing.assert_array_equal(DimShuffle((1,)).compute(x), [0.0, 1.0, 2.0])


def test_a_sum_loses_the_axes_it_goes_over():
    x = TensorType("float64", (2, None, 4))("x")
    assert Sum((1,)).make_node(x).out.type.shape == (2, 4)
    assert Sum((0, 2)).make_node(x).out.type.shape == (None,)
    assert Sum((0, 1, 2)).make_node(x).out.type.shape == ()


def test_a_sum_keeps_floats_and_widens_integers():
    for dtype, total in {"float32": "float32", "int8": "int64", "bool": "int64"}.items():
        x = TensorType(dtype, (None,))("x")
        assert Sum((0,)).make_node(x).out.type.dtype == total, "total_dtype says which it is"


def test_the_input_of_the_sum_is_the_input_of_its_node():
    x = matrix("x")
    assert Sum((0,)).make_node(x).inputs == [x]
