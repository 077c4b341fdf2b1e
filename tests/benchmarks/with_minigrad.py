"""The models in minigrad."""

from __future__ import annotations

import numpy as np
from contestants import Step
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
