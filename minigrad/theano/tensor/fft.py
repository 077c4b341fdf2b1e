"""``theano.tensor.fft``: all names of `minigrad.tensor.fft`."""

from ...tensor.fft import *  # noqa: F403
from ...tensor.fft import __all__ as __all__
