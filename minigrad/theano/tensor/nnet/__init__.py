"""``theano.tensor.nnet``: all names of `minigrad.tensor.nnet`, and their modules in Theano."""

from ....tensor.nnet import *  # noqa: F403
from ....tensor.nnet import __all__ as _names
from ....tensor.nnet.abstract_conv import conv2d as abstract_conv2d
from ....tensor.nnet.abstract_conv import conv2d_grad_wrt_inputs
from . import abstract_conv, bn, conv, conv3d2d, neighbours, nnet, sigm
from .nnet import logsoftmax_op, softmax_op

__all__ = [
    *_names,
    "abstract_conv",
    "abstract_conv2d",
    "bn",
    "conv",
    "conv2d_grad_wrt_inputs",
    "conv3d2d",
    "logsoftmax_op",
    "neighbours",
    "nnet",
    "sigm",
    "softmax_op",
]
