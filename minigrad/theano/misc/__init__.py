"""``theano.misc``: what had no other place."""

from . import pkl_utils

__all__ = ["pkl_utils"]
