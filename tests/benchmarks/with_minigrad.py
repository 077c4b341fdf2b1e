"""The models in minigrad."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from contestants import Layers, Step
from workloads import LEARNING_RATE, MOMENTUM

import minigrad
import minigrad.tensor as T
from autoencoder import TiedNetwork, momentum_updates


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
