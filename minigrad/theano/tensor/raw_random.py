"""``theano.tensor.raw_random``: all names of `minigrad.tensor.raw_random`."""

from ...tensor.raw_random import *  # noqa: F403
from ...tensor.raw_random import __all__ as __all__
