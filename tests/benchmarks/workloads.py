"""What the contestants compute: the models' sizes, their data and first parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from contestants import Contestant

DTYPES = ["float64", "float32"]
LEARNING_RATE = 0.01
MOMENTUM = 0.9


@dataclass(frozen=True)
class Autoencoder:
    """A training step of the tied autoencoder, by gradient descent with momentum.

    h = sigmoid(X · W + bh), out = h · Wᵀ + bo, cost = mean((X − out)²), and for each parameter p,
    from the old values: v ← momentum · v − learning rate · g, p ← p + v.
    """

    rows: int
    features: int
    hidden: int
    dtype: str

    def __str__(self) -> str:
        return f"{self.rows}×{self.features}→{self.hidden} {self.dtype}"

    def arrays(self) -> tuple[np.ndarray, ...]:
        """X and the first W, bh and bo."""
        X, W = standard_normal(self.dtype, (self.rows, self.features), (self.features, self.hidden))
        W /= np.sqrt(self.features + self.hidden).astype(self.dtype)
        return X, W, np.zeros(self.hidden, self.dtype), np.zeros(self.features, self.dtype)

    def prepare(self, contestant: Contestant) -> Callable[[], object]:
        return contestant.module.autoencoder(*self.arrays()).run


AUTOENCODERS = [
    Autoencoder(*sizes, dtype)
    for sizes in [
        (9000, 4, 2),  # as the donuts
        (1797, 64, 32),  # as the digits
        (128, 784, 100),
        (10000, 784, 128),
        (20000, 16, 8),
        (500, 50, 20),
        (32, 4, 2),
    ]
    for dtype in DTYPES
]


def plain(workload: object) -> str:
    """A name for tests, in ASCII."""
    return str(workload).translate({ord("×"): "x", ord("→"): "-", ord(" "): "-"})


def standard_normal(dtype: str, *shapes: tuple[int, ...]) -> list[np.ndarray]:
    """Arrays of normal numbers, the same ones in every process."""
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape, dtype) for shape in shapes]
