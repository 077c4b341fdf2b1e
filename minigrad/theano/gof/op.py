"""``theano.gof.op``: what a node computes."""

from ...core.graph import Op

__all__ = ["Op"]
