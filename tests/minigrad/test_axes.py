"""Ops tell how they go along their axes, and do."""

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad import Axes
from minigrad.protocol.axes import infer_shapes
from minigrad.testing.promises import assert_goes_along_its_axes, perform_unchecked

rng = np.random.default_rng(0)
VECTOR, OTHER_VECTOR = rng.normal(size=(2, 5))
MATRIX, OTHER, CUBE = rng.normal(size=(5, 3)), rng.normal(size=(5, 3)), rng.normal(size=(5, 3, 4))
NUMBERS = np.array([2, 0, 1, 1, 2])

# The labels along which each op goes part by part, and what it is.
OPS = {
    "a function of elements": (2, lambda x: T.exp(x), MATRIX),
    "one that broadcasts": (2, lambda x, y: x * y, MATRIX, MATRIX[0]),
    "one of a column": (2, lambda x, y: x * y.dimshuffle(0, "x"), MATRIX, VECTOR),
    "a cast": (2, lambda x: T.cast(x, "float32"), MATRIX),
    "a choice": (2, lambda x, y: T.switch(x > 0, x, y), MATRIX, OTHER),
    "the transpose": (2, lambda x: x.T, MATRIX),
    "new axes": (1, lambda x: x.dimshuffle("x", 0, "x"), VECTOR),
    "repeating": (2, lambda x, n: T.alloc(x, n, 3), MATRIX[0], 5),
    "a sum": (3, lambda x: x.sum(axis=1), CUBE),
    "the largest": (2, lambda x: T.max(x, axis=1), CUBE),
    "where the largest is": (1, lambda x: T.argmax(x, axis=1), MATRIX),
    "a norm": (1, lambda x: x.norm(2, axis=0), MATRIX),
    "running sums": (1, lambda x: T.cumsum(x, axis=0), MATRIX),
    "a softmax": (1, lambda x: T.nnet.softmax(x), MATRIX),
    "its logarithm": (1, lambda x: T.nnet.logsoftmax(x, axis=0), MATRIX),
    "a product of matrices": (3, lambda x, y: T.dot(x, y), MATRIX, MATRIX.T),
    "that with a vector": (2, lambda x, y: T.dot(x, y), MATRIX.T, VECTOR),
    "that of vectors": (1, lambda x, y: T.dot(x, y), VECTOR, OTHER_VECTOR),
    "products of many matrices": (4, lambda x, y: T.batched_dot(x, y), CUBE, CUBE.swapaxes(1, 2)),
    "one after the other": (1, lambda x, y: T.concatenate([x, y], axis=1), MATRIX, OTHER),
    "pieces": (1, lambda x, n, m: T.split(x, [n, m], 2, axis=1)[0], MATRIX, 1, 2),
    "a slice of columns": (1, lambda x: x[:, 1:], MATRIX),
    "a slice of columns, whose start is computed": (1, lambda x, i: x[:, i:], MATRIX, 1),
    "a column": (1, lambda x: x[:, 1], MATRIX),
    "columns by number": (2, lambda x, i: x[:, i], MATRIX, NUMBERS),
    "rows backwards": (1, lambda x: x[::-1], MATRIX),
    "columns set": (1, lambda x, y: T.set_subtensor(x[:, :2], y[:, :2]), MATRIX, OTHER),
    "a column increased": (1, lambda x: T.inc_subtensor(x[:, 1], 1), MATRIX),
    "a reshape of each row": (1, lambda x: x.reshape((x.shape[0], -1)), CUBE),
    "a reshape of each matrix": (2, lambda x: x.reshape((x.shape[0], x.shape[1], 2, 2)), CUBE),
    "a shape that is checked": (1, lambda x, n: T.specify_shape(x, (None, n)), MATRIX, 3),
    "a size that broadcasts no more": (1, lambda x: T.unbroadcast(x, 1), MATRIX[:, :1]),
}


@pytest.mark.parametrize("sizes_are_known", [True, False])
@pytest.mark.parametrize(
    ("count", "build", "values"), [(c, f, v) for c, f, *v in OPS.values()], ids=OPS
)
def test_parts_along_a_label_are_parts_of_the_result_or_add_up_to_it(
    count, build, values, sizes_are_known
):
    node, arrays = applied(build, values, sizes_are_known)
    told = node.op.axes(node)
    labels = {label for labels in (*told.inputs, *told.outputs) for label in labels} - {None}
    labels -= set(told.whole)
    assert len(labels) == count or (len(labels) < count and not sizes_are_known)
    assert_goes_along_its_axes(node, arrays, perform_unchecked(node, arrays))


def applied(build, values, sizes_are_known):
    """The node whose output the function builds, and the values of its inputs."""
    inputs = [T.constant(value) for value in values]
    if not sizes_are_known:
        ones = [[size == 1 for size in x.type.shape] for x in inputs]
        inputs = [
            minigrad.shared(x.data, broadcastable=b) for x, b in zip(inputs, ones, strict=True)
        ]
    node = build(*inputs).owner
    return node, [v.eval() for v in node.inputs]


class Double(minigrad.Op):
    """2 · x, of a matrix, with nothing told but its axes."""

    __props__ = ()
    itypes = otypes = [T.dmatrix]

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = 2 * inputs[0]

    def axes(self, node):
        return Axes(["ij"], ["ij"])


def test_shapes_follow_from_the_axes():
    x = T.dmatrix("x")
    f = minigrad.function([x], Double()(x).shape[0], on_unused_input="ignore")
    assert "double" not in f.source
    assert infer_shapes(Double()(x).owner, [(2, 3)]) == [(2, 3)]


class Pairs(minigrad.Op):
    """x + y, of matrices, with nothing told but the axes."""

    __props__ = ()
    itypes, otypes = [T.dmatrix, T.dmatrix], [T.dmatrix]

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = inputs[0] + inputs[1]

    def axes(self, node):
        return Axes(["ij", "ij"], ["ij"])


def test_axes_with_one_label_are_checked_to_have_one_size():
    x, y = T.dmatrices("x", "y")
    f = minigrad.function([x, y], Pairs()(x, y))
    with pytest.raises(ValueError, match="x has 3 along axis 1, y has 1 along axis 1"):
        f(np.ones((2, 3)), np.ones((2, 1)))


@pytest.mark.parametrize(
    ("told", "message"),
    [
        (Axes(["ij"], ["i"]), r"Odd: axes has 2 labels, .*, for input 0 \(x\), whose number .* 1"),
        (Axes(["i"], ["ij"]), r"Odd: axes has 2 labels, .*, for output 0, whose number .* 1"),
        (Axes(["i", "i"], ["i"]), r"Odd: axes tells the labels of 2 inputs, but there are 1"),
    ],
)
def test_labels_that_do_not_fit_the_inputs_or_outputs_are_refused_by_name(told, message):
    class Odd(minigrad.Op):
        __props__ = ()
        itypes = otypes = [T.dvector]

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = -inputs[0]

        def axes(self, node):
            return told

    x = T.dvector("x")
    with pytest.raises(ValueError, match=message):
        minigrad.function([x], Odd()(x) + x)([1.0])
