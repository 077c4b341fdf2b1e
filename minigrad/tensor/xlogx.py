"""``T.xlogx``: x · log x and x · log y, which are 0 where x is 0."""

from ..ops.functions import xlogx, xlogy0

xlogy = xlogy0

__all__ = ["xlogx", "xlogy", "xlogy0"]
