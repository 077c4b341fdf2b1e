"""``theano.tensor.signal.downsample``: pooling by its first names."""

from ....tensor.signal.downsample import (
    DownsampleFactorMax,
    max_pool_2d,
    max_pool_2d_same_size,
)

__all__ = ["DownsampleFactorMax", "max_pool_2d", "max_pool_2d_same_size"]
