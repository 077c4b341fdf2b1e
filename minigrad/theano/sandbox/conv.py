"""``theano.sandbox.conv``: an older path of the first convolution."""

from ...tensor.nnet.conv import conv2d

__all__ = ["conv2d"]
