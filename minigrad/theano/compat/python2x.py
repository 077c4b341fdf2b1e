"""``theano.compat.python2x``: what Python 2 lacked at first."""

from collections import OrderedDict

__all__ = ["OrderedDict"]
