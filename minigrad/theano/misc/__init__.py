"""``theano.misc``: what had no other place."""

from . import pkl_utils, safe_asarray

__all__ = ["pkl_utils", "safe_asarray"]
