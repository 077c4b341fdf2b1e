"""``theano.tensor.nnet.nnet``: all names of `minigrad.tensor.nnet`."""

from ....tensor.nnet import *  # noqa: F403
from ....tensor.nnet import __all__ as __all__
