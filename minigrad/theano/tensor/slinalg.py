"""``theano.tensor.slinalg``: all names of `minigrad.tensor.slinalg`."""

from ...tensor.slinalg import *  # noqa: F403
from ...tensor.slinalg import __all__ as __all__
