"""``theano.compile.pfunc``: `function` by its older name."""

from ...compile import function as pfunc

__all__ = ["pfunc"]
