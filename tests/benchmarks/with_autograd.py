"""The models in autograd, which differentiates ordinary NumPy code."""

from __future__ import annotations

import autograd.numpy as np
from autograd import value_and_grad
from autograd.scipy.special import expit
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
