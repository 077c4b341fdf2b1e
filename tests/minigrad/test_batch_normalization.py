"""Batch normalization, and softmaxes with a bias or in two steps, against NumPy."""

import numpy as np
import pytest
from draws import FLOATS
from oracles import assert_computes

import minigrad
import minigrad.tensor as T
from minigrad.testing import check_grad

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(-1, 1, (3, 2, 2, 2))
AXES = {"per-activation": (0,), "spatial": (0, 2, 3), (0, 2): (0, 2)}
X, B, Y = RNG.uniform(-2, 2, (4, 3)), RNG.uniform(-1, 1, 3), np.array([0, 2, 1, 2])


def numpy_softmax(x):
    e = np.exp(x)
    return e / e.sum(axis=-1, keepdims=True)


def parameters(axes, dtype, keepdims):
    shape = [1 if a in AXES[axes] else n for a, n in enumerate(IMAGES.shape)]
    values = [RNG.uniform(0.5, 1, shape).astype(dtype) for _ in range(4)]
    return values if keepdims else [v.squeeze(AXES[axes]) for v in values]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("keepdims", [True, False])
@pytest.mark.parametrize("axes", AXES)
def test_a_batch_is_normalized_and_running_averages_move(axes, keepdims, dtype):
    x, values = IMAGES.astype(dtype), parameters(axes, dtype, keepdims)
    n = np.prod([x.shape[a] for a in AXES[axes]])

    def full(v):
        return v if keepdims else np.expand_dims(v, AXES[axes])

    def reference(x, gamma, beta, mean, var):
        m, v = (f(x, AXES[axes], keepdims=True) for f in (np.mean, np.var))
        invstd = 1 / np.sqrt(v + 1e-3)
        new = [0.8 * full(mean) + 0.2 * m, 0.8 * full(var) + 0.2 * v * n / (n - 1)]
        new = new if keepdims else [r.squeeze(AXES[axes]) for r in new]
        out = (x - m) * invstd * full(gamma) + full(beta)
        return [r.astype(dtype) for r in (out, m, invstd, *new)]

    def built(*inputs):
        return T.nnet.batch_normalization_train(*inputs[:3], axes, 1e-3, 0.2, *inputs[3:])

    assert_computes(built, reference, x, *values, rtol=1e-8)

    def of_given(x, gamma, beta, mean, var):
        normal = (x - full(mean)) / np.sqrt(full(var) + 1e-3)
        return (normal * full(gamma) + full(beta)).astype(dtype)

    assert_computes(
        lambda *inputs: T.nnet.batch_normalization_test(*inputs, axes=axes, epsilon=1e-3),
        of_given, x, *values, rtol=1e-8,
    )  # fmt: skip


@pytest.mark.parametrize("axes", AXES)
def test_normalization_has_its_derivatives(axes):
    gamma, beta, _, _ = parameters(axes, "float64", False)
    check_grad(lambda *a: T.nnet.batch_normalization_train(*a, axes)[0], IMAGES, gamma, beta)


def test_running_averages_update_shared_variables():
    x = T.dmatrix("x")
    mean, var = minigrad.shared(np.zeros(2)), minigrad.shared(np.ones(2))
    out, _, _, m, v = T.nnet.batch_normalization_train(
        x, np.ones(2), np.zeros(2), running_mean=mean, running_var=var
    )
    minigrad.function([x], out, updates=[(mean, m), (var, v)])(np.array([[1.0, 2.0], [3.0, 2.0]]))
    np.testing.assert_allclose(mean.get_value(), [0.2, 0.2])
    np.testing.assert_allclose(var.get_value(), [1.1, 0.9])


def test_the_older_function_takes_mean_and_deviation():
    assert_computes(
        lambda x, b: T.nnet.batch_normalization(x, b + 2, b, b, b + 3),
        lambda x, b: (x - b) * ((b + 2) / (b + 3)) + b,
        X, B,
    )  # fmt: skip


@pytest.mark.parametrize(
    "options",
    [{"axes": "all"}, {"running_mean": B}, {"axes": (0, 1)}, {"axes": 3}],
)
def test_what_it_does_not_take_is_refused(options):
    with pytest.raises(ValueError):
        T.nnet.batch_normalization_train(X, B, B, **options)


def test_costs_with_a_bias_are_those_of_the_sum():
    p = numpy_softmax(X + B)
    nll = -np.log(p[np.arange(4), Y])
    assert_computes(T.nnet.softmax_with_bias, lambda x, b: p, X, B)
    assert_computes(T.nnet.softmax_graph, numpy_softmax, B)
    assert_computes(T.nnet.crossentropy_categorical_1hot, lambda p, y: nll, p, Y)
    for name, expected in {
        "crossentropy_softmax_1hot_with_bias": [nll, p],
        "crossentropy_softmax_argmax_1hot_with_bias": [nll, p, p.argmax(1)],
        "crossentropy_softmax_max_and_argmax_1hot_with_bias": [nll, p, p.max(1), p.argmax(1)],
    }.items():
        assert_computes(getattr(T.nnet, name), lambda *_, e=expected: e, X, B, Y)


def test_a_softmax_in_two_steps():
    W1, b1 = RNG.normal(size=(3, 2)), RNG.normal(size=2)
    W2, b2 = RNG.normal(size=(2, 3, 2)), RNG.normal(size=(2, 2))

    def reference(x, W1, b1, W2, b2):
        within = numpy_softmax(np.einsum("if,cfo->ico", x, W2) + b2)
        return (numpy_softmax(x @ W1 + b1)[:, :, None] * within).reshape(4, 4)[:, :3]

    values = X, W1, b1, W2, b2
    assert_computes(
        lambda x, *weights: T.nnet.h_softmax(x, 4, 3, 2, 2, *weights), reference, *values
    )

    def of_targets(x, *weights):
        return T.nnet.h_softmax(x, 4, 3, 2, 2, *weights, target=Y)

    assert_computes(of_targets, lambda *v: reference(*v)[np.arange(4), Y], *values)
    check_grad(of_targets, *values)
