"""``theano.tensor.opt``: all names of `minigrad.tensor.opt`."""

from ...tensor.opt import *  # noqa: F403
from ...tensor.opt import __all__ as __all__
