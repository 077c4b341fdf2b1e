"""The models in PyTensor: shared variables and updates, in its default mode."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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


def recurrent(cell: str, X: np.ndarray, Y: np.ndarray, parameters: list[np.ndarray]) -> Step:
    samples, targets = pt.tensor3(dtype=X.dtype), pt.tensor3(dtype=X.dtype)
    shared_parameters = W, U, b, V, c = [pytensor.shared(p) for p in parameters]
    size = len(parameters[1])

    def tanh_step(x, h):
        return pt.tanh(pt.dot(x, W) + pt.dot(h, U) + b)

    def lstm_step(x, h, cells):
        a = pt.dot(x, W) + pt.dot(h, U) + b
        i, f, o, g = (a[:, k * size : (k + 1) * size] for k in range(4))
        cells = pt.sigmoid(f) * cells + pt.sigmoid(i) * pt.tanh(g)
        return pt.sigmoid(o) * pt.tanh(cells), cells

    zeros = pt.zeros((samples.shape[1], size), dtype=X.dtype)
    if cell == "tanh":
        h = pytensor.scan(tanh_step, samples, zeros, return_updates=False)
    else:
        h, _ = pytensor.scan(lstm_step, samples, [zeros, zeros], return_updates=False)
    outputs = pt.dot(h.reshape((-1, size)), V) + c
    cost = pt.sqr(outputs - targets.reshape((-1, len(parameters[4])))).mean()
    gradients = pytensor.grad(cost, shared_parameters)
    rate = np.asarray(LEARNING_RATE, X.dtype)
    updates = [(p, p - rate * g) for p, g in zip(shared_parameters, gradients, strict=True)]
    step = pytensor.function([samples, targets], cost, updates=updates)
    return Step(lambda: step(X, Y), lambda: [p.get_value() for p in shared_parameters])


def elements(x: np.ndarray, chain: Callable[[Any, Any], Any]) -> Callable[[], object]:
    v = pt.vector(dtype=x.dtype)
    f = pytensor.function([v], chain(pt, v))
    return lambda: f(x)


def add_one(values: np.ndarray) -> Callable[[], object]:
    x = pt.vector(dtype=values.dtype)
    f = pytensor.function([x], x + 1)
    return lambda: f(values)
