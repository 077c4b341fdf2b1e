"""``theano.gof.null_type``: the type of a derivative that is not defined."""

from ...gradient import NullType

__all__ = ["NullType"]
