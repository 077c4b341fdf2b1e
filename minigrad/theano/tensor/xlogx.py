"""``theano.tensor.xlogx``: all names of `minigrad.tensor.xlogx`."""

from ...tensor.xlogx import *  # noqa: F403
from ...tensor.xlogx import __all__ as __all__
