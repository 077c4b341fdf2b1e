"""``theano.tensor.signal.conv``: the convolution of images without channels."""

from ....tensor.signal.conv import conv2d

__all__ = ["conv2d"]
