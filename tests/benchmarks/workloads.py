"""The work that contestants are timed at: models with sizes and data, and smaller things."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from contestants import Contestant, Step

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

    def step(self, contestant: Contestant) -> Step:
        X, W = standard_normal(self.dtype, (self.rows, self.features), (self.features, self.hidden))
        W /= np.sqrt(self.features + self.hidden).astype(self.dtype)
        bh, bo = np.zeros(self.hidden, self.dtype), np.zeros(self.features, self.dtype)
        return contestant.module.autoencoder(X, W, bh, bo)

    def prepare(self, contestant: Contestant) -> Callable[[], object]:
        return self.step(contestant).run


@dataclass(frozen=True)
class Classifier:
    """A training step of a multilayer perceptron, by plain gradient descent.

    Layers of tanh, then softmax, and the mean cross-entropy with the labels.
    """

    rows: int
    layers: tuple[int, ...]
    dtype: str

    def __str__(self) -> str:
        return f"{self.rows}×{'→'.join(map(str, self.layers))} {self.dtype}"

    def step(self, contestant: Contestant) -> Step:
        shapes = list(zip(self.layers, self.layers[1:], strict=False))
        X, *weights = standard_normal(self.dtype, (self.rows, self.layers[0]), *shapes)
        labels = np.arange(self.rows) % self.layers[-1]
        layers = []
        for W in weights:
            W /= np.sqrt(sum(W.shape)).astype(self.dtype)
            layers.append((W, np.zeros(W.shape[1], self.dtype)))
        return contestant.module.classifier(X, labels, layers)

    def prepare(self, contestant: Contestant) -> Callable[[], object]:
        return self.step(contestant).run


@dataclass(frozen=True)
class SoftmaxRegression:
    """A training step of a softmax regression with integer labels, by plain gradient descent.

    The cost is the mean cross-entropy; beside it the share of rows is asked for whose largest
    score is that of their label.
    """

    rows: int
    features: int
    classes: int
    dtype: str

    def __str__(self) -> str:
        return f"{self.rows}×{self.features}→{self.classes}, accuracy {self.dtype}"

    def step(self, contestant: Contestant) -> Step:
        shapes = (self.rows, self.features), (self.features, self.classes)
        X, W = standard_normal(self.dtype, *shapes)
        labels = np.arange(self.rows) % self.classes
        return contestant.module.softmax_regression(X, labels, W, np.zeros(len(W.T), self.dtype))

    def prepare(self, contestant: Contestant) -> Callable[[], object]:
        return self.step(contestant).run


@dataclass(frozen=True)
class Recurrent:
    """A training step of a recurrent network, by plain gradient descent through all time.

    From a = x · W + h · U + b the cell makes the next h: tanh(a), or that of an LSTM, whose gates i, f,
    o and new values g are the quarters of a. The cost is mean((h · V + c − Y)²), over all steps.
    """

    cell: str
    steps: int
    batch: int
    features: int
    hidden: int
    dtype: str = "float64"

    def __str__(self) -> str:
        sizes = f"{self.steps}×{self.batch}×{self.features}→{self.hidden}"
        return f"{self.cell} {sizes} {self.dtype}"

    def step(self, contestant: Contestant) -> Step:
        width = self.hidden * {"tanh": 1, "LSTM": 4}[self.cell]
        X, Y, W, U, V = standard_normal(
            self.dtype,
            (self.steps, self.batch, self.features),
            (self.steps, self.batch, 5),
            (self.features, width),
            (self.hidden, width),
            (self.hidden, 5),
        )
        for weights in (W, U, V):
            weights /= np.sqrt(sum(weights.shape)).astype(self.dtype)
        b, c = np.zeros(width, self.dtype), np.zeros(5, self.dtype)
        return contestant.module.recurrent(self.cell, X, Y, [W, U, b, V, c])

    def prepare(self, contestant: Contestant) -> Callable[[], object]:
        return self.step(contestant).run


@dataclass(frozen=True)
class Convolutional:
    """A training step of LeNet's two convolutional layers, by plain gradient descent.

    A layer is tanh(pool(correlate(x, w)) + b), with filters of 5 × 5, and of each 2 × 2 places the
    largest. The cost is the mean of what the second makes, squared.
    """

    images: int
    pixels: int
    filters: tuple[int, int]
    dtype: str

    def __str__(self) -> str:
        sizes = "→".join(map(str, (f"{self.pixels}²", *self.filters)))
        return f"LeNet {self.images}×{sizes} {self.dtype}"

    def step(self, contestant: Contestant) -> Step:
        first, second = self.filters
        X, *weights = standard_normal(
            self.dtype,
            (self.images, 1, self.pixels, self.pixels),
            (first, 1, 5, 5),
            (second, first, 5, 5),
        )
        layers = []
        for W in weights:
            W /= np.sqrt(W[0].size).astype(self.dtype)
            layers.append((W, np.zeros(len(W), self.dtype)))
        return contestant.module.convolutional(X, layers)

    def prepare(self, contestant: Contestant) -> Callable[[], object]:
        return self.step(contestant).run


@dataclass(frozen=True)
class FirstStep:
    """A model's first training step, from writing the model down to the first cost."""

    model: Autoencoder | Classifier | SoftmaxRegression | Recurrent | Convolutional

    def __str__(self) -> str:
        return str(self.model)

    def prepare(self, contestant: Contestant) -> Callable[[], object]:
        return lambda: self.model.step(contestant).run()


@dataclass(frozen=True)
class Chain:
    """Compiling tanh(tanh(… x)) and calling it once."""

    operations: int

    def __str__(self) -> str:
        return f"{self.operations} operations"

    def prepare(self, contestant: Contestant) -> Callable[[], object]:
        return contestant.module.chain(self.operations)


@dataclass(frozen=True)
class Elements:
    """Twenty functions of elements, one after the other."""

    size: int
    dtype: str

    def __str__(self) -> str:
        return f"20 functions of {self.size:,} {self.dtype}"

    def prepare(self, contestant: Contestant) -> Callable[[], object]:
        return contestant.module.elements(*standard_normal(self.dtype, (self.size,)), _twenty)


def _twenty(library: Any, x: Any) -> Any:
    """Written with what all libraries call by the same names."""
    y = library.tanh(x * 0.5 + 1)
    y = library.exp(-y * y) * x - y
    y = y / (1 + y * y)
    y = library.tanh(y * 3 - x) * y
    return library.exp(y * 0.1) - y * x + 2


@dataclass(frozen=True)
class AddOne:
    """A call of f(x) = x + 1, so small that it is the call that takes the time."""

    def __str__(self) -> str:
        return "f(x) = x + 1"

    def prepare(self, contestant: Contestant) -> Callable[[], object]:
        return contestant.module.add_one(np.zeros(3))


@dataclass(frozen=True)
class Import:
    """Importing a library in a new interpreter."""

    def __str__(self) -> str:
        return "import"

    def prepare(self, contestant: Contestant) -> Callable[[], object]:
        command = [sys.executable, "-c", f"import {contestant.package}"]
        return lambda: subprocess.run(command, check=True)


DONUTS = Autoencoder(9000, 4, 2, "float64")
DIGITS = Autoencoder(1797, 64, 32, "float64")
LARGE = Autoencoder(10000, 784, 128, "float64")


def in_both_dtypes(*models):
    """The models in float64, as they are, and in float32."""
    return [
        dataclasses.replace(model, dtype=dtype)
        for model in models
        for dtype in ("float64", "float32")
    ]


AUTOENCODERS = in_both_dtypes(
    DONUTS,
    DIGITS,
    Autoencoder(128, 784, 100, "float64"),
    LARGE,
    Autoencoder(20000, 16, 8, "float64"),
    Autoencoder(500, 50, 20, "float64"),
    Autoencoder(32, 4, 2, "float64"),
)
PERCEPTRON = Classifier(256, (784, 128, 64, 10), "float64")
CLASSIFIERS = in_both_dtypes(PERCEPTRON)
REGRESSIONS = in_both_dtypes(SoftmaxRegression(30000, 16, 10, "float64"))
CHAINS = in_both_dtypes(Elements(1_000_000, "float64"))
LENETS = in_both_dtypes(Convolutional(128, 28, (20, 50), "float64"))
RNN, LSTM = Recurrent("tanh", 100, 16, 10, 50), Recurrent("LSTM", 100, 16, 10, 128)


def plain(workload: object) -> str:
    """A name for tests, in ASCII."""
    return str(workload).translate(
        {ord("×"): "x", ord("→"): "-", ord("²"): "", ord(" "): "-", ord(","): None}
    )


def standard_normal(dtype: str, *shapes: tuple[int, ...]) -> list[np.ndarray]:
    """Arrays of normal numbers, the same ones in every process."""
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape, dtype) for shape in shapes]
