"""``theano.tensor.nnet``: all names of `minigrad.tensor.nnet`, and their modules in Theano."""

from ....tensor.nnet import *  # noqa: F403
from ....tensor.nnet import __all__ as _names
from . import abstract_conv, bn, conv, conv3d2d, neighbours, nnet, sigm

__all__ = [*_names, "abstract_conv", "bn", "conv", "conv3d2d", "neighbours", "nnet", "sigm"]
