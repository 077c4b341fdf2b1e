"""The models in PyTensor: shared variables and updates, in its default mode."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytensor
import pytensor.tensor as pt
from contestants import Layers, Step
from workloads import LEARNING_RATE, MOMENTUM


def autoencoder(X: np.ndarray, W: np.ndarray, bh: np.ndarray, bo: np.ndarray) -> Step:
    parameters = [pytensor.shared(value) for value in (W, bh, bo)]
    velocities = [pytensor.shared(np.zeros_like(value)) for value in (W, bh, bo)]
    samples = pt.matrix(dtype=X.dtype)
    W_, bh_, bo_ = parameters
    h = pt.sigmoid(samples @ W_ + bh_)
    cost = pt.sqr(samples - (h @ W_.T + bo_)).mean()
    momentum, rate = np.array([MOMENTUM, LEARNING_RATE], X.dtype)
    updates = []
    for p, v, g in zip(parameters, velocities, pytensor.grad(cost, parameters), strict=True):
        new_v = momentum * v - rate * g
        updates += [(v, new_v), (p, p + new_v)]
    step = pytensor.function([samples], cost, updates=updates)
    return Step(lambda: step(X), lambda: [p.get_value() for p in parameters])


def classifier(X: np.ndarray, labels: np.ndarray, layers: Layers) -> Step:
    samples, y = pt.matrix(dtype=X.dtype), pt.lvector()
    shared_layers = [(pytensor.shared(W), pytensor.shared(b)) for W, b in layers]
    activation = samples
    for W, b in shared_layers[:-1]:
        activation = pt.tanh(activation @ W + b)
    W, b = shared_layers[-1]
    log_probabilities = pt.special.log_softmax(activation @ W + b, axis=-1)
    cost = -log_probabilities[pt.arange(y.shape[0]), y].mean()
    parameters = [parameter for layer in shared_layers for parameter in layer]
    gradients = pytensor.grad(cost, parameters)
    rate = np.asarray(LEARNING_RATE, X.dtype)
    updates = [(p, p - rate * g) for p, g in zip(parameters, gradients, strict=True)]
    step = pytensor.function([samples, y], cost, updates=updates)
    return Step(lambda: step(X, labels), lambda: [p.get_value() for p in parameters])


def softmax_regression(X: np.ndarray, labels: np.ndarray, W: np.ndarray, b: np.ndarray) -> Step:
    samples, y = pt.matrix(dtype=X.dtype), pt.lvector()
    parameters = W_, b_ = pytensor.shared(W), pytensor.shared(b)
    scores = samples @ W_ + b_
    cost = -pt.special.log_softmax(scores, axis=-1)[pt.arange(y.shape[0]), y].mean()
    accuracy = pt.eq(scores.argmax(axis=1), y).mean()
    rate = np.asarray(LEARNING_RATE, X.dtype)
    gradients = pytensor.grad(cost, parameters)
    updates = [(p, p - rate * g) for p, g in zip(parameters, gradients, strict=True)]
    step = pytensor.function([samples, y], [cost, accuracy], updates=updates)
    return Step(lambda: step(X, labels), lambda: [p.get_value() for p in parameters])


def add_one(values: np.ndarray) -> Callable[[], object]:
    x = pt.vector(dtype=values.dtype)
    f = pytensor.function([x], x + 1)
    return lambda: f(values)
