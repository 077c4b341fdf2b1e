"""``theano.tensor.shared_randomstreams``: all names of the module of `minigrad.tensor`."""

from ...tensor.shared_randomstreams import *  # noqa: F403
from ...tensor.shared_randomstreams import __all__ as __all__
