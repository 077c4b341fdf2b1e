"""The models in minigrad."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from contestants import Layers, Step
from workloads import LEARNING_RATE, MOMENTUM

import minigrad
import minigrad.tensor as T
from autoencoder import TiedNetwork, momentum_updates
from minigrad.tensor.signal.pool import pool_2d


def autoencoder(X: np.ndarray, W: np.ndarray, bh: np.ndarray, bo: np.ndarray) -> Step:
    network = TiedNetwork(W, bh, bo)
    samples = T.matrix("X", dtype=X.dtype)
    cost = network.cost(samples)
    updates = momentum_updates(cost, network.parameters, LEARNING_RATE, MOMENTUM)
    step = minigrad.function([samples], cost, updates=updates)
    return Step(lambda: step(X), lambda: [p.get_value() for p in network.parameters])


def classifier(X: np.ndarray, labels: np.ndarray, layers: Layers) -> Step:
    samples, y = T.matrix("X", dtype=X.dtype), T.lvector("y")
    shared_layers = [(minigrad.shared(W), minigrad.shared(b)) for W, b in layers]
    activation = samples
    for W, b in shared_layers[:-1]:
        activation = T.tanh(activation.dot(W) + b)
    W, b = shared_layers[-1]
    probabilities = T.nnet.softmax(activation.dot(W) + b)
    cost = T.nnet.categorical_crossentropy(probabilities, y).mean()
    parameters = [parameter for layer in shared_layers for parameter in layer]
    gradients = minigrad.grad(cost, parameters)
    updates = [(p, p - LEARNING_RATE * g) for p, g in zip(parameters, gradients, strict=True)]
    step = minigrad.function([samples, y], cost, updates=updates)
    return Step(lambda: step(X, labels), lambda: [p.get_value() for p in parameters])


def softmax_regression(X: np.ndarray, labels: np.ndarray, W: np.ndarray, b: np.ndarray) -> Step:
    samples, y = T.matrix("X", dtype=X.dtype), T.lvector("y")
    parameters = W_, b_ = minigrad.shared(W), minigrad.shared(b)
    probabilities = T.nnet.softmax(samples.dot(W_) + b_)
    cost = -T.mean(T.log(probabilities)[T.arange(y.shape[0]), y])
    accuracy = T.mean(T.eq(T.argmax(probabilities, axis=1), y))
    gradients = minigrad.grad(cost, parameters)
    updates = [(p, p - LEARNING_RATE * g) for p, g in zip(parameters, gradients, strict=True)]
    step = minigrad.function([samples, y], [cost, accuracy], updates=updates)
    return Step(lambda: step(X, labels), lambda: [p.get_value() for p in parameters])


def recurrent(cell: str, X: np.ndarray, Y: np.ndarray, parameters: list[np.ndarray]) -> Step:
    samples, targets = T.tensor3("X", dtype=X.dtype), T.tensor3("Y", dtype=X.dtype)
    shared_parameters = W, U, b, V, c = [minigrad.shared(p) for p in parameters]
    size = len(parameters[1])

    def tanh_step(x, h):
        return T.tanh(T.dot(x, W) + T.dot(h, U) + b)

    def lstm_step(x, h, cells):
        a = T.dot(x, W) + T.dot(h, U) + b
        i, f, o, g = (a[:, k * size : (k + 1) * size] for k in range(4))
        cells = T.nnet.sigmoid(f) * cells + T.nnet.sigmoid(i) * T.tanh(g)
        return T.nnet.sigmoid(o) * T.tanh(cells), cells

    zeros = T.zeros((samples.shape[1], size), dtype=X.dtype)
    if cell == "tanh":
        h, _ = minigrad.scan(tanh_step, samples, zeros)
    else:
        (h, _), _ = minigrad.scan(lstm_step, samples, [zeros, zeros])
    outputs = T.dot(h.reshape((-1, size)), V) + c
    cost = T.sqr(outputs - targets.reshape((-1, len(parameters[4])))).mean()
    gradients = minigrad.grad(cost, shared_parameters)
    updates = [
        (p, p - LEARNING_RATE * g) for p, g in zip(shared_parameters, gradients, strict=True)
    ]
    step = minigrad.function([samples, targets], cost, updates=updates)
    return Step(lambda: step(X, Y), lambda: [p.get_value() for p in shared_parameters])


def convolutional(X: np.ndarray, layers: Layers) -> Step:
    images = T.tensor4("X", dtype=X.dtype)
    shared_layers = [(minigrad.shared(W), minigrad.shared(b)) for W, b in layers]
    h = images
    for W, b in shared_layers:
        maps = T.nnet.conv2d(h, W, filter_flip=False)
        h = T.tanh(pool_2d(maps, (2, 2), ignore_border=True) + b.dimshuffle("x", 0, "x", "x"))
    cost = T.sqr(h).mean()
    parameters = [parameter for layer in shared_layers for parameter in layer]
    gradients = minigrad.grad(cost, parameters)
    updates = [(p, p - LEARNING_RATE * g) for p, g in zip(parameters, gradients, strict=True)]
    step = minigrad.function([images], cost, updates=updates)
    return Step(lambda: step(X), lambda: [p.get_value() for p in parameters])


def elements(x: np.ndarray, chain: Callable[[Any, Any], Any]) -> Callable[[], object]:
    v = T.vector("x", dtype=x.dtype)
    f = minigrad.function([v], chain(T, v))
    return lambda: f(x)


def add_one(values: np.ndarray) -> Callable[[], object]:
    x = T.vector("x", dtype=values.dtype)
    f = minigrad.function([x], x + 1)
    return lambda: f(values)


def chain(operations: int) -> Callable[[], object]:
    x = T.dvector("x")
    y = x
    for _ in range(operations):
        y = T.tanh(y)
    return lambda: minigrad.function([x], y)(np.zeros(3))
