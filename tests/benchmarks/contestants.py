"""The contestants: minigrad, the libraries that it is compared with, and NumPy written by hand."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

Layers = list[tuple[np.ndarray, np.ndarray]]  # weights and biases


class Step(NamedTuple):
    """A training step, ready to run."""

    # Returns the cost before the step, or that and the accuracy, once everything is computed.
    run: Callable[[], Any]
    parameters: Callable[[], list[np.ndarray]]  # their values now


class Contestant(NamedTuple):
    """A library, and the module beside this one that uses it as a good user of it would.

    The module's `autoencoder(X, W, bh, bo)`, `classifier(X, labels, layers)`,
    `softmax_regression(X, labels, W, b)`, `recurrent(cell, X, Y, parameters)` and
    `convolutional(X, layers)` return a `Step`, `add_one(x)` what computes x + 1. What a library can do
    once and for all it does there, before it returns: compile, make buffers, make a tensor of its own
    of X. So it is not timed.
    """

    name: str
    package: str
    module_name: str

    def __str__(self) -> str:
        return self.name

    @property
    def module(self) -> ModuleType:
        return importlib.import_module(self.module_name)


def installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


MINIGRAD = Contestant("minigrad", "minigrad", "with_minigrad")
IN_C = Contestant("minigrad in C", "minigrad", "with_minigrad_in_c")
PYTENSOR = Contestant("PyTensor", "pytensor", "with_pytensor")
JAX = Contestant("JAX", "jax", "with_jax")
PYTORCH = Contestant("PyTorch", "torch", "with_torch")
AUTOGRAD = Contestant("autograd", "autograd", "with_autograd")
ROW_MAJOR = Contestant("NumPy row-major", "numpy", "by_hand_row_major")
FEATURE_MAJOR = Contestant("NumPy feature-major", "numpy", "by_hand_feature_major")

ENGINES = [PYTENSOR, JAX, PYTORCH]
TRAINERS = [MINIGRAD, IN_C, *ENGINES, AUTOGRAD, ROW_MAJOR]

# What an interpreter and NumPy take alone.
PYTHON = Contestant("Python", "sys", "")
NUMPY = Contestant("NumPy", "numpy", "by_hand_row_major")

CONTESTANTS = [*TRAINERS, FEATURE_MAJOR, NUMPY, PYTHON]
