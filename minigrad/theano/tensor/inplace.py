"""``theano.tensor.inplace``: all names of `minigrad.tensor.inplace`."""

from ...tensor.inplace import *  # noqa: F403
from ...tensor.inplace import __all__ as __all__
