"""The models in autograd, which differentiates ordinary NumPy code."""

from __future__ import annotations

import autograd.numpy as np
from autograd import value_and_grad
from autograd.scipy.special import expit, logsumexp
from contestants import Step
from workloads import LEARNING_RATE, MOMENTUM


def autoencoder(X, W, bh, bo) -> Step:
    def cost(parameters):
        W, bh, bo = parameters
        h = expit(np.dot(X, W) + bh)
        return np.mean((X - (np.dot(h, W.T) + bo)) ** 2)

    parameters = [W, bh, bo]
    velocities = [np.zeros_like(p) for p in parameters]
    cost_and_gradients = value_and_grad(cost)

    def run():
        value, gradients = cost_and_gradients(parameters)
        for p, v, g in zip(parameters, velocities, gradients, strict=True):
            v *= MOMENTUM
            v -= LEARNING_RATE * g
            p += v
        return value

    return Step(run, lambda: [p.copy() for p in parameters])


def classifier(X, labels, layers) -> Step:
    rows = np.arange(len(labels))

    def cost(layers):
        activation = X
        for W, b in layers[:-1]:
            activation = np.tanh(np.dot(activation, W) + b)
        W, b = layers[-1]
        scores = np.dot(activation, W) + b
        return np.mean(logsumexp(scores, axis=1) - scores[rows, labels])

    cost_and_gradients = value_and_grad(cost)

    def run():
        value, gradients = cost_and_gradients(layers)
        for layer, layer_gradients in zip(layers, gradients, strict=True):
            for p, g in zip(layer, layer_gradients, strict=True):
                p -= LEARNING_RATE * g
        return value

    return Step(run, lambda: [p.copy() for layer in layers for p in layer])


def softmax_regression(X, labels, W, b) -> Step:
    rows = np.arange(len(labels))

    def cost(parameters):
        W, b = parameters
        scores = np.dot(X, W) + b
        return np.mean(logsumexp(scores, axis=1) - scores[rows, labels])

    parameters = [W, b]
    cost_and_gradients = value_and_grad(cost)

    def run():
        accuracy = np.mean(np.argmax(np.dot(X, W) + b, axis=1) == labels)
        value, gradients = cost_and_gradients(parameters)
        for p, g in zip(parameters, gradients, strict=True):
            p -= LEARNING_RATE * g
        return value, accuracy

    return Step(run, lambda: [p.copy() for p in parameters])
