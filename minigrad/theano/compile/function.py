"""``theano.compile.function``: the function of this name."""

from ...compile import function

__all__ = ["function"]
