"""``theano.scalar``: dtypes of single numbers."""

from .basic import upcast

__all__ = ["upcast"]
