"""``theano.sandbox.linalg.ops``: linear algebra, as in NumPy and in SciPy."""

from ...tensor import nlinalg, slinalg
from ...tensor.nlinalg import *  # noqa: F403
from ...tensor.slinalg import *  # noqa: F403

__all__ = [*nlinalg.__all__, *slinalg.__all__]
