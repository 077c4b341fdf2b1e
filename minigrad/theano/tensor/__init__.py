"""``theano.tensor``: all names of `minigrad.tensor`, and the modules that they had in Theano."""

# isort: skip_file

from __future__ import annotations

from . import basic, elemwise, sharedvar, subtensor, type, utils
from . import sort as _sort, var as _var  # noqa: F401  # before the functions of their names
from . import nnet as _nnet, signal as _signal
from .sharedvar import TensorSharedVariable

from ...compile.sharing import shared
from ...core.graph import Apply, Constant, Op, Variable
from ...gradient import consider_constant
from .basic import *  # noqa: F403

nnet, signal = _nnet, _signal  # the packages, which have more in them

__all__ = [
    *basic.__all__,
    "Apply",
    "Constant",
    "Op",
    "TensorSharedVariable",
    "Variable",
    "basic",
    "consider_constant",
    "elemwise",
    "nnet",
    "shared",
    "sharedvar",
    "signal",
    "subtensor",
    "type",
    "utils",
]
