"""``theano.compile.io``: inputs and outputs of functions, with options."""

from ...compile import In

__all__ = ["In"]
