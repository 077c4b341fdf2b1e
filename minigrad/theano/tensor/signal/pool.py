"""``theano.tensor.signal.pool``: pooling."""

from ....tensor.signal.pool import Pool, max_pool_2d_same_size, pool_2d, pool_3d

__all__ = ["Pool", "max_pool_2d_same_size", "pool_2d", "pool_3d"]
