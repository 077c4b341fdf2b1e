"""``theano.tensor.nnet.nnet``: all names of `minigrad.tensor.nnet`, softmaxes as operations."""

from ....tensor.nnet import *  # noqa: F403
from ....tensor.nnet import __all__ as _names
from ....tensor.nnet import logsoftmax, softmax

softmax_op, logsoftmax_op = softmax, logsoftmax

__all__ = [*_names, "logsoftmax_op", "softmax_op"]
