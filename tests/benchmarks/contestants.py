"""Who takes part: minigrad, the libraries that it is compared with, and NumPy written by hand."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np


class Step(NamedTuple):
    """A training step, ready to run."""

    run: Callable[[], Any]  # returns the cost before the step, once everything is computed
    parameters: Callable[[], list[np.ndarray]]  # their values now


class Contestant(NamedTuple):
    """A library, and the module beside this one that uses it as a good user of it would.

    The module has a function for each model, `autoencoder(X, W, bh, bo)` for instance, which
    returns a `Step`. What a library can do once and for all it does there, before it returns:
    compile, make buffers, make a tensor of its own of X. So a step is timed without it.
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
PYTENSOR = Contestant("PyTensor", "pytensor", "with_pytensor")
JAX = Contestant("JAX", "jax", "with_jax")
PYTORCH = Contestant("PyTorch", "torch", "with_torch")
AUTOGRAD = Contestant("autograd", "autograd", "with_autograd")
ROW_MAJOR = Contestant("NumPy row-major", "numpy", "by_hand_row_major")
FEATURE_MAJOR = Contestant("NumPy feature-major", "numpy", "by_hand_feature_major")

ENGINES = [PYTENSOR, JAX, PYTORCH]
CONTESTANTS = [MINIGRAD, *ENGINES, AUTOGRAD, ROW_MAJOR, FEATURE_MAJOR]
