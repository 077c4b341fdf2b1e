"""`check_op` finds an op that breaks any of its promises, and passes those that keep them."""

import time

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad.testing import GradientError, broadcastable, check_op, tensors

X = np.array([[0.3, 1.7, -2.2], [1.1, -0.4, 0.9]])


class Square(minigrad.Op):
    """The square, as it should be. Its subclasses break one promise each."""

    __props__ = ()

    def make_node(self, x):
        x = T.as_tensor_variable(x)
        return minigrad.Apply(self, [x], [x.type()])

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = inputs[0] ** 2

    def infer_shape(self, node, input_shapes):
        return input_shapes

    def grad(self, inputs, output_grads):
        return [2 * inputs[0] * output_grads[0]]


class OtherProgram(Square):
    def expression(self, node, inputs, use):
        return f"{inputs[0]} * {inputs[0]} * 1.001"


class OtherShape(Square):
    def infer_shape(self, node, input_shapes):
        return [tuple(size + 1 for size in input_shapes[0])]


class LessThanItsMean(Square):
    """x², less the mean of each row, and says that it goes along rows element by element."""

    def perform(self, node, inputs, output_storage):
        square = inputs[0] ** 2
        output_storage[0][0] = square - square.mean(axis=-1, keepdims=True)

    def axes(self, node):
        return minigrad.Axes(["ij"[-node.out.ndim :]], ["ij"[-node.out.ndim :]])


class Moves(Square):
    """x², and says that it is made of elements of x."""

    moves = slice(1)


class OtherForKnownSizes(Square):
    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = inputs[0] ** (2 if node.inputs[0].type.shape[0] is None else 3)


class OtherInOtherOrder(Square):
    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = np.square(inputs[0].ravel("K")).reshape(inputs[0].shape)


class ChangesItsInput(Square):
    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = inputs[0] ** 2
        if inputs[0].flags.writeable:
            inputs[0] += 1


class NoRows(Square):
    def expression(self, node, inputs, use):
        return f"{use('square', np.square)}({inputs[0]})"

    def perform(self, node, inputs, output_storage):
        if not len(inputs[0]):
            raise ValueError("no rows")
        output_storage[0][0] = inputs[0] ** 2


class SlowAtFirst(Square):
    is_first = True

    def perform(self, node, inputs, output_storage):
        if self.is_first:
            time.sleep(0.3)  # longer than Hypothesis allows
        self.is_first = False
        super().perform(node, inputs, output_storage)


class WrongDerivative(Square):
    def grad(self, inputs, output_grads):
        return [2.01 * inputs[0] * output_grads[0]]


class ReturnsItsInput(Square):
    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = inputs[0]


class NotNew(ReturnsItsInput):
    storage = "new"


class ViewOfAnother(minigrad.Op):
    """Says that its result is in the memory of its first input, and returns the second."""

    storage = "view"
    view_map = {0: [0]}
    itypes, otypes = [T.dvector, T.dvector], [T.dvector]

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = inputs[1]


class KeepsItsResult(Square):
    storage = "new"
    kept = None

    def perform(self, node, inputs, output_storage):
        if self.kept is None or self.kept.shape != inputs[0].shape:
            self.kept = np.empty_like(inputs[0])
        output_storage[0][0] = np.square(inputs[0], out=self.kept)


class NoDerivative(Square):
    """An op whose second derivative is zero, but should not be."""

    def grad(self, inputs, output_grads):
        return [Doubled()(inputs[0]) * output_grads[0]]


class Doubled(Square):
    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = inputs[0] * 2

    def grad(self, inputs, output_grads):
        return [T.zeros_like(inputs[0])]


def test_an_op_that_keeps_its_promises_passes():
    check_op(Square(), tensors("float64"))
    check_op(Square(), tensors("int64"))


@pytest.mark.parametrize(
    ("op", "promise"),
    [
        (OtherProgram(), "the program computes what the interpreter does"),
        (OtherShape(), "infer_shape tells"),
        (LessThanItsMean(), "in parts along"),
        (Moves(), "only moves elements"),
        (OtherForKnownSizes(), "sizes that are known|the program"),
        (OtherInOtherOrder(), "the order of inputs in memory"),
        (ChangesItsInput(), "inputs are not changed"),
        (NoRows(), "inputs without rows"),
        (ReturnsItsInput(), r"result 0 .* shares the memory of input 0; .* view_map = {0: \[0\]}"),
        (NotNew(), "whose storage is 'new', shares the memory of input 0"),
        (KeepsItsResult(), "whose storage is 'new', is in an array that the op keeps"),
        (WrongDerivative(), "the gradient is wrong"),
        (NoDerivative(), "the second derivative is wrong"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Square) else "",
)
def test_a_broken_promise_is_found_and_named(op, promise):
    with pytest.raises((AssertionError, ValueError), match=promise):
        check_op(op, X)


def test_a_view_of_another_input_than_the_op_says_is_found():
    with pytest.raises(AssertionError, match="storage is 'view', shares the memory of input 1"):
        check_op(ViewOfAnother(), np.ones(3), np.ones(3), order=0)


def test_an_op_may_take_its_time():
    check_op(SlowAtFirst(), X, order=0)


def test_what_is_no_input_is_refused():
    with pytest.raises(TypeError, match="drawn by a strategy, such as .* got 'float64'"):
        check_op(T.tanh, "float64")
    with pytest.raises(ValueError, match="order must be 0, 1 or 2; got 3"):
        check_op(T.tanh, X, order=3)


def test_the_line_that_is_blamed_is_that_of_the_check():
    with pytest.raises(
        GradientError, match="WrongDerivative, made at .*test_check_op.py:.*check_op"
    ):
        check_op(WrongDerivative(), X)


def test_second_derivatives_can_be_left_out():
    check_op(NoDerivative(), X, order=1)
    with pytest.raises(GradientError):
        check_op(WrongDerivative(), X, order=1)
    check_op(WrongDerivative(), X, order=0)


def test_one_strategy_may_draw_several_inputs():
    check_op(T.mul, broadcastable(2))


def test_a_function_that_makes_an_expression_is_checked_like_an_op():
    check_op(lambda x: T.nnet.softmax(x).sum(axis=0), tensors("float64", shape=(2, 3)))
