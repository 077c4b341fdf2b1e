"""``T.signal``: pooling, and the convolution of images without channels."""

from . import conv, downsample, pool

__all__ = ["conv", "downsample", "pool"]
