"""``theano.tensor.nlinalg``: linear algebra, as in NumPy."""

from ...tensor import diag, trace

__all__ = ["diag", "trace"]
