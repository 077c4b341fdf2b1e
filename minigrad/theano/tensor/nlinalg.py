"""``theano.tensor.nlinalg``: all names of `minigrad.tensor.nlinalg`."""

from ...tensor.nlinalg import *  # noqa: F403
from ...tensor.nlinalg import __all__ as __all__
