"""Step 4: one step of the chain rule, for each operation."""

import numpy as np
import pytest
from owngrad import table
from owngrad.axes import DimShuffle, Sum, undo_broadcasting
from owngrad.elementwise import Elementwise, real
from owngrad.evaluate import evaluate
from owngrad.types import TensorType

from minigrad.testing import check_grad

X = np.array([[0.5, 1.5, 0.9], [1.2, 0.7, 1.1]])
Y = np.array([[0.8, 0.6, 1.4], [0.4, 1.3, 0.3]])


def of_op(inputs, y, gy):
    """The derivatives by the inputs, as the op's L_op gives them, or its grad."""
    return y.owner.op.L_op(inputs, [y], [gy])


def of_line(inputs, y, gy):
    """The derivatives by the inputs, as the line of the table has them."""
    derivatives = y.owner.op.vjp(*inputs, y, gy)
    return derivatives if isinstance(derivatives, tuple) else (derivatives,)


def judge(op, *arrays, shapes=None, derivatives_of=of_op):
    """Compare the derivatives with differences of the op's values at these arrays.

    The inputs are of these shapes; of none that is known, if none are given.
    """
    shapes = shapes or [(None,) * array.ndim for array in arrays]
    inputs = [TensorType("float64", shape)(name) for shape, name in zip(shapes, "xy", strict=False)]
    y = op(*inputs)
    gy = y.type("gy")
    derivatives = derivatives_of(inputs, y, gy)

    def value(*given):
        return evaluate([y], dict(zip(inputs, given, strict=True)))[0]

    def gradient(*given):  # weights stand behind the inputs' values, unless the value is one number
        *point, weights = given if len(given) > len(inputs) else (*given, 1.0)
        return evaluate(derivatives, {**dict(zip(inputs, point, strict=True)), gy: weights})

    assert len(derivatives) == len(inputs), "an entry for each input"
    for g, x in zip(derivatives, inputs, strict=True):
        assert g.type.ndim == x.type.ndim, f"∂cost/∂{x} has {g.type.ndim} axes, {x} {x.type.ndim}"
    check_grad(value, *arrays, grad=gradient)


# ---- Lines of the table --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sqrt", "exp", "log", "tanh"])
def test_the_derivative_of_a_function_of_one_variable_is_right(name):
    judge(getattr(table, name), X[0], derivatives_of=of_line)


@pytest.mark.parametrize("name", ["mul", "true_div", "maximum"])
def test_the_derivatives_of_a_function_of_two_variables_are_right(name):
    judge(getattr(table, name), X[0], Y[0], derivatives_of=of_line)


def test_at_a_tie_the_whole_derivative_goes_to_one_input():
    x, y, gy = (TensorType("float64", ())(name) for name in ("x", "y", "gy"))
    both = of_line([x, y], table.maximum(x, y), gy)
    assert sum(evaluate(both, {x: 1.0, y: 1.0, gy: 5.0})) == 5.0, "count it once: ≥ and <"


# ---- Linear maps ---------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [(1, 0), (0, 1), ("x", 1, 0), (1, "x", 0), (0, "x", "x", 1)])
def test_the_derivative_of_dimshuffle_brings_the_axes_back(order):
    judge(DimShuffle(order), X)


def test_the_derivative_of_dimshuffle_brings_back_an_axis_that_was_dropped():
    judge(DimShuffle((0,)), X[:, :1], shapes=[(None, 1)])


@pytest.mark.parametrize("axes", [(0,), (1,), (0, 1)])
def test_the_derivative_of_a_sum_is_repeated_along_its_axes(axes):
    judge(Sum(axes), X)


# ---- Broadcasting --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "undone"),
    [
        ((2, 3), (2, 3)),
        ((3,), (3,)),
        ((), ()),
        ((1, 3), (1, 3)),
        ((2, 1), (2, 1)),
        ((1, 1), (1, 1)),
        ((1,), (1,)),
    ],
)
def test_a_derivative_is_summed_to_the_shape_of_its_variable(shape, undone):
    g, x = TensorType("float64", (2, 3))("g"), TensorType("float64", shape)("x")
    (result,) = evaluate([undo_broadcasting(g, x)], {g: X})
    assert result.shape == undone, f"x of shape {shape} was repeated to (2, 3); so sum g to {shape}"
    assert np.isclose(result.sum(), X.sum()), "a sum over axes keeps the sum of all"


def test_a_size_that_happens_to_be_1_was_not_repeated():
    g, x = (TensorType("float64", (None, None))(name) for name in "gx")
    assert evaluate([undo_broadcasting(g, x)], {g: X})[0].shape == (2, 3)


@pytest.mark.parametrize("op", [table.mul, table.true_div])
def test_an_operand_that_was_repeated_has_its_derivatives_summed(op):
    judge(op, X, Y[0])
    judge(op, Y[0, 0], X)
    judge(op, X, Y[:, :1], shapes=[(None, None), (None, 1)])


# ---- What L_op does for every line of the table --------------------------------------------------


def test_a_function_without_a_derivative_gives_none():
    x, y = (TensorType("float64", ())(name) for name in "xy")
    z = table.lt(x, y)
    assert table.lt.L_op([x, y], [z], [z.type("gz")]) == [None, None]


def test_a_line_may_say_that_there_is_no_derivative_by_an_input():
    first = Elementwise("first", 2, lambda x, y: x, lambda x, y, z, gz: (gz, None), real)
    x, y = (TensorType("float64", ())(name) for name in "xy")
    z = first(x, y)
    by_x, by_y = first.L_op([x, y], [z], [z.type("gz")])
    assert by_x is not None and by_y is None


def test_integers_have_no_derivative():
    x, n = TensorType("float64", (None,))("x"), TensorType("int64", (None,))("n")
    z = x * n
    by_x, by_n = table.mul.L_op([x, n], [z], [z.type("gz")])
    assert by_x is not None and by_n is None
