"""``theano.tensor``: all names of `minigrad.tensor`, and the modules that they had in Theano."""

# isort: skip_file

from __future__ import annotations

from ... import tensor as _tensor
from . import basic, elemwise, sharedvar, subtensor, type
from . import sort as _sort  # noqa: F401  # before the function of its name
from . import (  # noqa: F401
    fft as _fft,
    raw_random as _raw,
    randomstreams as _streams,
    shared_randomstreams as _shared,
)
from . import nnet as _nnet, signal as _signal
from .sharedvar import TensorSharedVariable
from .var import TensorVariable

# Functions come after modules, of which some have the same names: var, for one.
from ...tensor import *  # noqa: F403

nnet, signal = _nnet, _signal  # type: ignore[misc]  # the packages, which have more in them

__all__ = [
    *_tensor.__all__,
    "TensorSharedVariable",
    "TensorVariable",
    "basic",
    "elemwise",
    "nnet",
    "sharedvar",
    "signal",
    "subtensor",
    "type",
]
