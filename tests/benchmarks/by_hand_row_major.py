"""The models in NumPy written by hand: arrays in C order, made once, and BLAS for axis sums."""

from __future__ import annotations

import numpy as np
from contestants import Step
from workloads import LEARNING_RATE, MOMENTUM


def autoencoder(X: np.ndarray, W: np.ndarray, bh: np.ndarray, bo: np.ndarray) -> Step:
    rows, features = X.shape
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
