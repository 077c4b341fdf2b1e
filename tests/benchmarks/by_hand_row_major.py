"""The models in NumPy written by hand: arrays in C order, made once, and BLAS for axis sums."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from by_hand_recurrent import recurrent  # noqa: F401  # for those who ask this module for it
from contestants import Layers, Step
from workloads import LEARNING_RATE, MOMENTUM


def autoencoder(X: np.ndarray, W: np.ndarray, bh: np.ndarray, bo: np.ndarray) -> Step:
    rows = len(X)
    parameters = [W, bh, bo]
    momentum = Momentum(parameters)
    W_gradient, bh_gradient, bo_gradient = gradients = [np.empty_like(p) for p in parameters]
    H, H_error = np.empty((2, rows, len(bh)), X.dtype)
    error = np.empty_like(X)
    minus_W, minus_bh, encoder_part = np.empty_like(W), np.empty_like(bh), np.empty_like(W)
    ones = np.ones(rows, X.dtype)

    def run():
        np.negative(W, out=minus_W)
        np.negative(bh, out=minus_bh)
        sigmoid_of_minus(np.add(np.dot(X, minus_W, out=H), minus_bh, out=H))
        np.dot(H, W.T, out=error)
        np.add(error, bo, out=error)
        np.subtract(error, X, out=error)
        flat = error.reshape(-1)
        cost = flat.dot(flat) / flat.size
        # From here on without the factor 2 / size, which `momentum` puts to the small gradients.
        np.dot(ones, error, out=bo_gradient)
        np.dot(error.T, H, out=W_gradient)
        np.dot(error, W, out=H_error)
        np.multiply(H_error, H, out=H_error)
        np.subtract(1, H, out=H)
        np.multiply(H_error, H, out=H_error)
        np.dot(ones, H_error, out=bh_gradient)
        np.add(W_gradient, np.dot(X.T, H_error, out=encoder_part), out=W_gradient)
        momentum.move(gradients, 2 / flat.size)
        return cost

    return Step(run, lambda: [p.copy() for p in parameters])


def classifier(X: np.ndarray, labels: np.ndarray, layers: Layers) -> Step:
    rows = len(X)
    parameters = [p for layer in layers for p in layer]
    gradients = [np.empty_like(p) for p in parameters]
    outputs, errors = ([np.empty((rows, len(b)), X.dtype) for _, b in layers] for _ in range(2))
    inputs = [X, *outputs[:-1]]
    scores, scores_error = outputs[-1], errors[-1]
    each_row, ones = np.arange(rows), np.ones(rows, X.dtype)
    largest, total = np.empty((2, rows, 1), X.dtype)

    def run():
        for x, y, (W, b) in zip(inputs, outputs, layers, strict=True):
            np.add(np.dot(x, W, out=y), b, out=y)
            if y is not scores:
                np.tanh(y, out=y)
        np.subtract(scores, np.max(scores, axis=1, keepdims=True, out=largest), out=scores)
        np.sum(np.exp(scores, out=scores_error), axis=1, keepdims=True, out=total)
        cost = (np.log(total).sum() - scores[each_row, labels].sum()) / rows
        # All gradients are linear in this error, so the learning rate is put in here.
        np.divide(LEARNING_RATE / rows, total, out=total)
        np.multiply(scores_error, total, out=scores_error)
        scores_error[each_row, labels] -= LEARNING_RATE / rows
        for place in reversed(range(len(layers))):
            x, error, (W, _) = inputs[place], errors[place], layers[place]
            np.dot(x.T, error, out=gradients[2 * place])
            np.dot(ones, error, out=gradients[2 * place + 1])
            if place > 0:
                x_error = np.dot(error, W.T, out=errors[place - 1])
                np.multiply(x, x, out=x)
                np.subtract(1, x, out=x)
                np.multiply(x_error, x, out=x_error)
        for p, g in zip(parameters, gradients, strict=True):
            np.subtract(p, g, out=p)
        return cost

    return Step(run, lambda: [p.copy() for p in parameters])


def softmax_regression(X: np.ndarray, labels: np.ndarray, W: np.ndarray, b: np.ndarray) -> Step:
    rows = len(X)
    W_gradient, b_gradient = np.empty_like(W), np.empty_like(b)
    scores, error = np.empty((2, rows, len(b)), X.dtype)
    each_row, ones = np.arange(rows), np.ones(rows, X.dtype)
    largest, total = np.empty((2, rows, 1), X.dtype)

    def run():
        np.add(np.dot(X, W, out=scores), b, out=scores)
        accuracy = np.count_nonzero(np.argmax(scores, axis=1) == labels) / rows
        np.subtract(scores, np.max(scores, axis=1, keepdims=True, out=largest), out=scores)
        np.sum(np.exp(scores, out=error), axis=1, keepdims=True, out=total)
        cost = (np.log(total).sum() - scores[each_row, labels].sum()) / rows
        np.divide(LEARNING_RATE / rows, total, out=total)
        np.multiply(error, total, out=error)
        error[each_row, labels] -= LEARNING_RATE / rows
        np.subtract(W, np.dot(X.T, error, out=W_gradient), out=W)
        np.subtract(b, np.dot(ones, error, out=b_gradient), out=b)
        return cost, accuracy

    return Step(run, lambda: [W.copy(), b.copy()])


def elements(x: np.ndarray, chain: Callable[[Any, Any], Any]) -> Callable[[], object]:
    return lambda: chain(np, x)


def add_one(values: np.ndarray) -> Callable[[], object]:
    return lambda: values + 1


def sigmoid_of_minus(z: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(z)), written over z."""
    np.exp(z, out=z)
    np.add(z, 1, out=z)
    return np.reciprocal(z, out=z)


class Momentum:
    """Moves parameters in place by their velocities."""

    def __init__(self, parameters: list[np.ndarray]) -> None:
        self.parameters = parameters
        self.velocities = [np.zeros_like(p) for p in parameters]

    def move(self, gradients: list[np.ndarray], factor: float) -> None:
        """Take a step; the gradients, times the factor, are written over."""
        for p, v, g in zip(self.parameters, self.velocities, gradients, strict=True):
            np.multiply(v, MOMENTUM, out=v)
            np.multiply(g, LEARNING_RATE * factor, out=g)
            np.subtract(v, g, out=v)
            np.add(p, v, out=p)
