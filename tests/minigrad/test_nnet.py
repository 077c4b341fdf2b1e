"""``T.nnet``: values, dtypes, derivatives, and what labels and distributions must be."""

import numpy as np
import pytest
from draws import FLOATS, INTEGERS
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import assert_computes

import minigrad
import minigrad.tensor as T
from minigrad.testing import broadcastable, check_grad, tensors

nnet = T.nnet


def elu(x, alpha=1.0):
    return np.where(x > 0, x, x.dtype.type(alpha) * np.expm1(np.minimum(x, 0)))


def selu(x):
    dtype = x.dtype.type
    return dtype(1.0507009873554805) * elu(x, 1.6732632423543772)


def ultra_fast(x):
    h = np.clip(x / 2, -3, 3)
    size = np.abs(h)
    line = 0.935409070603099 + 0.0458812946797165 * (size - 1.7)
    z = np.where(size < 1.7, 1.5 * h / (1 + size), np.sign(h) * line)
    return ((z + 1) / 2).astype(x.dtype)


ACTIVATIONS = {
    "sigmoid": (nnet.sigmoid, lambda x: 1 / (1 + np.exp(-x))),
    "softplus": (nnet.softplus, lambda x: np.log1p(np.exp(x))),
    "softsign": (nnet.softsign, lambda x: x / (1 + np.abs(x))),
    "relu": (nnet.relu, lambda x: np.maximum(x, 0)),
    "leaky relu": (lambda x: nnet.relu(x, 0.25), lambda x: np.where(x > 0, x, x / 4)),
    "elu": (nnet.elu, elu),
    "elu of another alpha": (lambda x: nnet.elu(x, 0.5), lambda x: elu(x, 0.5)),
    "selu": (nnet.selu, selu),
    "hard_sigmoid": (
        nnet.hard_sigmoid,
        lambda x: np.clip(x * x.dtype.type(0.2) + x.dtype.type(0.5), 0, 1),
    ),
    "ultra_fast_sigmoid": (nnet.ultra_fast_sigmoid, ultra_fast),
}
SMOOTH_AT = np.array([-8.0, -4.1, -2.2, -0.7, 0.4, 1.3, 2.1, 4.2, 7.0])


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(x=tensors(FLOATS, domain=(-9, 9)))
def test_an_activation_has_its_value_and_dtype_at_any_shape(name, x):
    assert_computes(*ACTIVATIONS[name], x)


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - {"sigmoid", "softplus"}))
def test_an_activation_of_integers_is_float32_up_to_16_bits_and_else_float64(name, dtype):
    function, reference = ACTIVATIONS[name]
    x = np.arange(3).astype(dtype)
    is_float = np.result_type(dtype, np.float32)
    assert_computes(function, lambda x: reference(x.astype(is_float)), x, rtol=1e-6)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_has_both_derivatives(name):
    check_grad(ACTIVATIONS[name][0], SMOOTH_AT, order=2)


def test_the_derivative_of_relu_at_zero_is_one_half_as_theanos():
    x = T.dscalar("x")
    assert T.grad(nnet.relu(x), x).eval({x: 0.0}) == 0.5


def test_the_slope_of_relu_below_zero_can_be_learnt():
    check_grad(nnet.relu, np.outer([1, -1], [0.5, 1.5, 2.5]), [0.1, 0.2, 0.3])


@given(tensors(FLOATS, domain=(-20, 20)))
@settings(max_examples=10)
def test_ultra_fast_sigmoid_is_within_three_hundredths_of_the_sigmoid(x):
    v = T.TensorType(x.dtype, [None] * x.ndim)()
    f = minigrad.function([v], [nnet.ultra_fast_sigmoid(v), nnet.sigmoid(v)])
    fast, exact = f(x)
    assert np.all(np.abs(fast - exact) < 0.03)


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@given(data=st.data())
def test_softmax_and_its_logarithm_are_as_defined_along_any_axis(data):
    x = data.draw(tensors(FLOATS).filter(lambda x: x.size and x.ndim))
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    assert_computes(
        lambda x: [nnet.softmax(x, axis=axis), nnet.logsoftmax(x, axis=axis)],
        lambda x: [softmax(x, axis), np.log(softmax(x, axis))],
        x,
        atol=1e-14,
    )


@pytest.mark.parametrize("axis", [0, 1, -1, (0, 1), None])
@pytest.mark.parametrize("function", [nnet.softmax, nnet.logsoftmax])
def test_softmax_and_its_logarithm_have_both_derivatives(function, axis):
    x = np.array([[0.7, -1.6, 2.3], [1.1, 1.9, -0.4]])
    check_grad(lambda x: function(x, axis=axis), x, order=2)


@pytest.mark.parametrize("function", [nnet.softmax, nnet.logsoftmax])
def test_without_an_axis_a_vector_is_a_row_as_in_theano(function):
    assert function(T.dvector()).type.shape == (1, None)
    assert function(T.dvector(), axis=0).type.shape == (None,)


@pytest.mark.parametrize("function", [nnet.softmax, nnet.logsoftmax])
def test_softmax_refuses_a_scalar_and_an_axis_that_is_not_there(function):
    with pytest.raises(ValueError, match="at least one dimension"):
        function(T.dscalar())
    with pytest.raises(np.exceptions.AxisError):
        function(T.dmatrix(), axis=2)


PROBABILITIES = np.array([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]])
LABELS = np.array([2, 0])


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("label_dtype", INTEGERS)
def test_categorical_crossentropy_of_labels_and_of_one_hot_rows_is_the_same(dtype, label_dtype):
    p, labels = PROBABILITIES.astype(dtype), LABELS.astype(label_dtype)

    def reference(p, labels, one_hot):
        return [-np.log(p[[0, 1], LABELS])] * 2

    assert_computes(
        lambda p, labels, one_hot: [
            nnet.categorical_crossentropy(p, labels),
            nnet.categorical_crossentropy(p, one_hot),
        ],
        reference,
        p,
        labels,
        np.eye(3, dtype=label_dtype)[LABELS],
    )


def test_categorical_crossentropy_of_distributions_has_both_derivatives():
    check_grad(nnet.categorical_crossentropy, PROBABILITIES, PROBABILITIES[::-1], order=2)


@pytest.mark.parametrize(
    "cost",
    [
        lambda x: nnet.categorical_crossentropy(nnet.softmax(x), T.constant(LABELS)),
        lambda x: nnet.crossentropy_softmax_1hot(x, T.constant(LABELS))[0],
        lambda x: nnet.crossentropy_softmax_1hot(x, T.constant(LABELS))[1],
    ],
    ids=["categorical", "softmax_1hot", "its probabilities"],
)
def test_costs_of_labels_have_both_derivatives(cost):
    check_grad(cost, np.array([[0.7, -1.6, 2.3], [1.1, 1.9, -0.4]]), order=2)


def test_crossentropy_softmax_1hot_is_the_cost_and_the_probabilities():
    def reference(x, labels):
        return [-np.log(softmax(x))[[0, 1], labels], softmax(x)]

    assert_computes(nnet.crossentropy_softmax_1hot, reference, PROBABILITIES * 7, LABELS)


def test_crossentropy_softmax_1hot_takes_a_vector_for_one_row():
    cost, probabilities = nnet.crossentropy_softmax_1hot(T.constant(PROBABILITIES[0]), [1])
    np.testing.assert_allclose(cost.eval(), -np.log(softmax(PROBABILITIES[:1]))[:, 1])
    assert probabilities.eval().shape == (1, 3)


def test_labels_may_have_several_dimensions():
    p = np.stack([PROBABILITIES, PROBABILITIES[:, ::-1]])
    labels = np.stack([LABELS, LABELS])

    def reference(p, labels):
        return -np.log(np.take_along_axis(p, labels[..., np.newaxis], -1)[..., 0])

    assert_computes(nnet.categorical_crossentropy, reference, p, labels)


@pytest.mark.parametrize("labels", [T.dvector("y"), T.lscalar("n"), T.ltensor3("z")], ids=str)
@pytest.mark.parametrize(
    "function", [nnet.categorical_crossentropy, nnet.crossentropy_softmax_1hot]
)
def test_labels_of_another_type_are_refused(function, labels):
    with pytest.raises(TypeError, match="integer labels with one dimension less"):
        function(T.dmatrix("p"), labels)


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    "cost",
    [
        lambda p, y: nnet.categorical_crossentropy(p, y),
        lambda p, y: nnet.crossentropy_softmax_1hot(p, y)[0],
    ],
    ids=["categorical", "softmax_1hot"],
)
def test_there_must_be_a_label_for_each_row(cost, count, mode):
    p, y = T.dmatrix("p"), T.lvector("y")
    f = minigrad.function([p, y], cost(p, y), mode=mode)
    with pytest.raises(ValueError):
        f(PROBABILITIES, np.zeros(count, int))


@given(st.sampled_from(FLOATS).flatmap(lambda dtype: broadcastable(2, dtype, (0.1, 0.9))))
def test_binary_crossentropy_is_as_defined_however_it_broadcasts(values):
    assert_computes(
        nnet.binary_crossentropy,
        lambda p, t: -(t * np.log(p) + (1 - t) * np.log(1 - p)),
        *values,
        rtol=1e-9,
    )


@given(st.sampled_from(FLOATS).flatmap(lambda dtype: broadcastable(2, dtype, (0.1, 0.9))))
def test_sigmoid_binary_crossentropy_is_binary_crossentropy_of_the_sigmoid(values):
    assert_computes(
        nnet.sigmoid_binary_crossentropy,
        lambda x, t: t * np.log1p(np.exp(-x)) + (1 - t) * np.log1p(np.exp(x)),
        *values,
        rtol=1e-9,
    )


@pytest.mark.parametrize("function", [nnet.binary_crossentropy, nnet.sigmoid_binary_crossentropy])
def test_a_binary_cost_has_both_derivatives(function):
    check_grad(function, PROBABILITIES, [0.25, 0.6, 0.9], order=2)


@pytest.mark.parametrize("function", [nnet.binary_crossentropy, nnet.sigmoid_binary_crossentropy])
def test_targets_of_integers_do_not_widen_float32(function):
    assert function(T.fvector(), T.lvector()).dtype == "float32"


@pytest.mark.parametrize("function", [T.nnet.softmax, T.nnet.logsoftmax])
@pytest.mark.parametrize("place", [T.argmax, T.argmin])
def test_the_place_of_the_largest_or_smallest_softmax_needs_no_softmax(function, place):
    x = T.dmatrix("x")
    f = minigrad.function([x], place(function(x, axis=1), axis=1))
    values = np.random.RandomState(0).normal(size=(50, 7))
    assert "softmax" not in f.source
    numpy_place = getattr(np, place.__name__)
    np.testing.assert_array_equal(f(values), numpy_place(values, axis=1))


@pytest.mark.parametrize("axis", [0, None])
def test_the_place_along_other_axes_than_the_softmax_is_that_of_its_values(axis):
    x = T.dmatrix("x")
    f = minigrad.function([x], T.argmax(T.nnet.softmax(x, axis=1), axis=axis))
    values = np.array([[9.0, 8.0], [1.0, -9.0]])
    np.testing.assert_array_equal(f(values), np.argmax([[0.73, 0.27], [1.0, 0.0]], axis=axis))


@pytest.mark.parametrize("dtype", ["int32", "float64"])
def test_a_confusion_matrix_counts_what_each_value_is_taken_for(dtype):
    actual, pred = T.vector("actual", dtype), T.vector("pred", dtype)
    f = minigrad.function([actual, pred], T.nnet.confusion_matrix(actual, pred))
    matrix, order = f([2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 5])
    assert matrix.tolist() == [[2, 0, 0, 0], [0, 0, 0, 1], [1, 0, 2, 0], [0, 0, 0, 0]]
    assert order.tolist() == [0, 1, 2, 5] and (matrix.dtype, order.dtype) == ("int64", dtype)


def test_a_confusion_matrix_is_one_of_vectors():
    with pytest.raises(ValueError, match="confusion_matrix: pred must be a vector; got .* matrix"):
        T.nnet.confusion_matrix([1, 2], T.imatrix("pred"))
