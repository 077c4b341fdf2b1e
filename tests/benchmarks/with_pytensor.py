"""The models in PyTensor: shared variables and updates, in its default mode."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
from contestants import Step
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
