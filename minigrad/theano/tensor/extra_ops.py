"""``theano.tensor.extra_ops``: all names of `minigrad.tensor.extra_ops`."""

from ...tensor.extra_ops import *  # noqa: F403
from ...tensor.extra_ops import __all__ as __all__
