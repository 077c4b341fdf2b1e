"""``theano.compat``: what differed between versions of Python, once."""

from collections import OrderedDict

from . import python2x

izip, imap = zip, map

__all__ = ["OrderedDict", "imap", "izip", "python2x"]
