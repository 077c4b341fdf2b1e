"""``theano.tensor.basic``: all names of `minigrad.tensor`."""

from ...tensor import *  # noqa: F403
from ...tensor import __all__ as __all__
