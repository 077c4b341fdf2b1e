"""``theano.tensor``: all names of `minigrad.tensor`, and the modules that they had in Theano."""

# isort: skip_file

from __future__ import annotations

from . import basic, elemwise, sharedvar, subtensor, type, utils
from . import sort as _sort, var as _var  # noqa: F401  # before the functions of their names
from . import nnet as _nnet, signal as _signal
from .elemwise import CAReduce, Sum
from .sharedvar import TensorSharedVariable
from .subtensor import IncSubtensor, Subtensor

from ...compile.sharing import shared
from ...core.graph import Apply, Constant, Op, Variable
from ...gradient import consider_constant
from ..compile.ops import Rebroadcast, Shape, Shape_i, SpecifyShape
from .basic import *  # noqa: F403

nnet, signal = _nnet, _signal  # the packages, which have more in them

__all__ = [
    *basic.__all__,
    "Apply",
    "CAReduce",
    "Constant",
    "IncSubtensor",
    "Op",
    "Rebroadcast",
    "Shape",
    "Shape_i",
    "SpecifyShape",
    "Subtensor",
    "Sum",
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
