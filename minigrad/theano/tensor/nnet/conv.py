"""``theano.tensor.nnet.conv``: the convolution by its first interface."""

from ....tensor.nnet.conv import conv2d

__all__ = ["conv2d"]
