"""``theano.tensor.extra_ops``: functions that were no part of Theano's first ones."""

from ...tensor import cumsum, repeat, squeeze

__all__ = ["cumsum", "repeat", "squeeze"]
