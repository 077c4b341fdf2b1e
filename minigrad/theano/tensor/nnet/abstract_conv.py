"""``theano.tensor.nnet.abstract_conv``: convolutions, their derivatives, and their operations."""

from ....tensor.nnet.abstract_conv import *  # noqa: F403
from ....tensor.nnet.abstract_conv import __all__ as __all__
