"""Test what `check_grad` takes: nested, by name, in any dtype; and what it refuses."""

import math

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad.testing import GradientError, check_grad

X = np.array([[0.3, 1.7, -2.2], [1.1, -0.4, 0.9]])
W = np.array([0.7, 1.2, 0.8])


def test_integers_are_passed_on_without_a_derivative():
    labels = np.array([0, 2])
    report = check_grad(lambda x, y: T.log(T.nnet.softmax(x))[T.arange(2), y], X, labels)
    assert len(report.entries) == X.size


def test_wrt_chooses_the_inputs():
    report = check_grad(lambda x, w: T.tanh(x.dot(w)), X, W, wrt=-1)
    assert [entry.where for entry in report.entries] == ["w[0]", "w[1]", "w[2]"]


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((T.exp,), {}, "pass arrays"),
        ((T.exp, 2), {}, "write floats"),
        ((T.exp, "one"), {}, "array of floats, integers or bools"),
        ((T.exp, 2.0), {"wrt": []}, "wrt chooses no argument"),
        ((T.exp, 2.0), {"wrt": 1}, "wrt must be a place among the 1 arguments, or .*; got 1"),
        ((T.exp, 2.0), {"order": 3}, "order must be 1 or 2; got 3"),
        ((np.float64(2), 2.0), {}, "f is a function that builds an expression"),
        ((lambda x: 3.0, 2.0), {}, "pass its gradient as grad="),
        ((lambda x: x > 0, 2.0), {}, "only floats have derivatives"),
        ((np.sin, 2.0), {"grad": np.cos, "order": 2}, "pass the gradient as f"),
        ((lambda x: x, 2.0), {"grad": lambda x: (1, 2)}, "returned 2 arrays"),
        ((np.sin, 2.0), {"grad": 3.0}, "grad is a function .*; got float 3.0"),
        (
            (np.sin, 2.0),
            {"grad": lambda x: None},
            "grad returned NoneType None for the derivative by x",
        ),
        (
            (lambda x: np.sin(x), X),
            {"grad": lambda x: x},
            "called with x, v: .* the weights .* are \\(x\\)",
        ),
        (
            (lambda x: np.sin(x), 2.0),
            {"grad": lambda x, v: x},
            "with x: .* is a single number; .* \\(x, v\\)",
        ),
        (
            (lambda x: None, 2.0),
            {"grad": np.cos},
            "f returned NoneType None; it must return real numbers",
        ),
        ((lambda x: x * 1j, 2.0), {"grad": np.cos}, "it must return real numbers"),
        ((T.tanh, 2.0), {"grad": np.cos}, "f makes an expression.*leave out grad="),
        ((math.sin, 2.0), {}, "If it computes with arrays, pass its gradient as grad="),
    ],
)
def test_bad_arguments_are_refused_with_advice(arguments, options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        check_grad(*arguments, **options)


def affine(x, params):
    return x @ params["W1"] + params["b1"]


def affine_grad(x, params, v):
    return v @ params["W1"].T, {"W1": x.T @ v, "b1": v.sum(axis=0)}


def wrong_affine_grad(x, params, v):
    dx, grads = affine_grad(x, params, v)
    return dx, grads | {"b1": v.mean(axis=0)}


PARAMS = {"W1": np.array([[0.5, -1.0], [0.3, 0.8], [1.2, 0.1]]), "b1": np.array([0.1, -0.2])}


def test_parameters_may_be_a_dict_of_arrays():
    report = check_grad(affine, X, PARAMS, grad=affine_grad)
    assert {e.where for e in report.entries} >= {"x[1, 2]", 'params["W1"][2, 1]', 'params["b1"][0]'}
    with pytest.raises(GradientError, match=r'by params\["b1"\]\[\d\] it is'):
        check_grad(affine, X, PARAMS, grad=wrong_affine_grad)
    check_grad(lambda x, params: T.tanh(x.dot(params["W1"]) + params["b1"]), X, PARAMS)


def test_parameters_may_be_nested_lists_of_arrays_of_several_shapes():
    layers = [(PARAMS["W1"], PARAMS["b1"]), (np.ones((2, 1)), np.zeros(1))]

    def net(layers):
        h = X
        for w, b in layers:
            h = T.tanh(T.dot(h, w) + b)
        return h

    report = check_grad(net, layers)
    assert "layers[1][0][0, 0]" in {e.where for e in report.entries}
    check_grad(
        lambda weights: weights[0] @ weights[1],
        [X, PARAMS["W1"]],
        grad=lambda weights, v: [v @ weights[1].T, weights[0].T @ v],
    )


def test_a_dict_alone_has_a_dict_of_derivatives():
    def grad(params, v):
        return affine_grad(X, params, v)[1]

    check_grad(lambda params: affine(X, params), PARAMS, grad=grad)
    with pytest.raises(TypeError, match=r'no derivative by params\["b1"\]; that by params has'):
        check_grad(lambda params: affine(X, params), PARAMS, grad=lambda params, v: {"W1": 0})
    with pytest.raises(TypeError, match="by params; it must be a dict"):
        check_grad(lambda params: affine(X, params), PARAMS, grad=lambda params, v: 0.0)


def leaky(x, w, slope=0.1, kind="leaky"):
    assert kind == "relu"
    return np.where(x @ w > 0, 1.0, slope) * (x @ w)


def leaky_grad(x, w, v, slope=0.1):
    inner = v * np.where(x @ w > 0, 1.0, slope)
    return np.outer(inner, w), x.T @ inner


def test_arguments_may_be_passed_by_name():
    def named(**options):
        return check_grad(leaky, X, w=-W, kind="relu", grad=leaky_grad, **options)

    assert len(named(slope=0.3).entries) == X.size + W.size  # the slope, a number, is passed on
    assert {entry.where[0] for entry in named(wrt="w").entries} == {"w"}
    with pytest.raises(GradientError, match="is wrong"):
        check_grad(leaky, X, w=-W, slope=0.3, kind="relu", grad=lambda x, w, v: leaky_grad(x, w, v))
    check_grad(lambda x, w, twice: T.tanh((1 + twice) * x.dot(w)), X, w=W, twice=True)
    x, w = T.dmatrix("x"), T.dvector("w")
    check_grad(minigrad.function([x, w], T.tanh(x.dot(w))), w=W, x=X)


def test_a_function_or_gradient_that_changes_its_argument_is_found():
    def centred(x):
        x -= x.mean()
        return x

    def grad_in_place(x, v):
        v -= v.mean()
        return v

    with pytest.raises(GradientError, match="f changes its argument x"):
        check_grad(centred, X, grad=lambda x, v: v - v.mean())
    with pytest.raises(GradientError, match="grad changes its argument v"):
        check_grad(lambda x: x - x.mean(), X, grad=grad_in_place)

    def scaled(params):
        params["b1"] *= 2
        return params["b1"]

    with pytest.raises(GradientError, match=r'f changes its argument params\["b1"\]'):
        check_grad(scaled, PARAMS, grad=lambda params, v: {"W1": 0 * PARAMS["W1"], "b1": 2 * v})


def test_an_op_that_changes_its_input_is_found():
    class Doubled(minigrad.Op):
        __props__ = ()
        itypes = otypes = (T.dvector,)

        def perform(self, node, inputs, output_storage):
            inputs[0][...] *= 2
            output_storage[0][0] = inputs[0].copy()

        def grad(self, inputs, output_grads):
            return [2 * output_grads[0]]

    with pytest.raises(GradientError, match="f changes its argument x"):
        check_grad(lambda x: Doubled()(x), W)


def test_a_layer_may_keep_in_forward_what_backward_needs():
    class Layer:
        def forward(self, x):
            self.y = np.tanh(x)
            return self.y

        def backward(self, x, v):
            return v * (1 - self.y**2)

    for dtype in ("float64", "float32"):
        layer = Layer()
        check_grad(layer.forward, X.astype(dtype), grad=layer.backward)
    layer = Layer()
    with pytest.raises(GradientError, match="is wrong"):
        check_grad(layer.forward, X, grad=lambda x, v: 1.03 * layer.backward(x, v))


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (
            (T.exp, [[1.0, 2.0], [3.0]]),
            {},
            "is a list whose rows differ in length; pass an array",
        ),
        ((T.exp, {"W": "one"}), {}, r'\["W"\] is str .*; it must be an array of floats'),
        (
            (lambda x: x, 2.0),
            {"wrt": "y"},
            "wrt must be a place among the 1 arguments, or .*; got 'y'",
        ),
        ((lambda x, n: x, 2.0, 3), {"wrt": "n"}, "argument n is int64, not a float"),
    ],
)
def test_bad_nesting_is_refused_with_advice(arguments, options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        check_grad(*arguments, **options)


@pytest.mark.parametrize("wrt", [[0, 0], ["x", -2], ["x", 0, "x"], np.int64(0), np.array([0, -2])])
def test_an_argument_may_be_chosen_more_than_once_and_by_numpy_s_integers(wrt):
    report = check_grad(lambda x, w: x @ w, X, W, wrt=wrt, grad=lambda x, w, v: np.outer(v, w))
    assert len(report.entries) == X.size


def test_an_array_within_an_argument_may_be_chosen_by_the_name_that_messages_print():
    def grad(params, v):
        return affine_grad(X, params, v)[1]

    report = check_grad(lambda params: affine(X, params), PARAMS, wrt='params["b1"]', grad=grad)
    assert [entry.where for entry in report.entries] == ['params["b1"][0]', 'params["b1"][1]']
    with pytest.raises(ValueError, match=r'one of the names params, params\["W1"\].*; got .*"b2"'):
        check_grad(lambda params: affine(X, params), PARAMS, wrt='params["b2"]', grad=grad)
    with pytest.raises(ValueError, match="one of the names params.*; got 1.5"):
        check_grad(lambda params: affine(X, params), PARAMS, wrt=1.5, grad=grad)


def test_a_list_of_numbers_is_the_derivative_by_an_array():
    def f(x):
        return x[0] * x[1]

    check_grad(f, np.array([2.0, 3.0]), grad=lambda x: [x[1], x[0]])
    check_grad(
        lambda x, y: f(x) * y,
        np.array([2.0, 3.0]),
        2.0,
        wrt=0,
        grad=lambda x, y: [y * x[1], y * x[0]],
    )
    with pytest.raises(GradientError, match=r"by x\[1\]"):
        check_grad(f, np.array([2.0, 3.0]), grad=lambda x: (x[1], 1.03 * x[0]))
    with pytest.raises(TypeError, match="returned 3 arrays"):
        check_grad(f, np.array([2.0, 3.0]), grad=lambda x: [x[1], x[0], 0.0])
