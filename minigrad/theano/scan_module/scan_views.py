"""``theano.scan_module.scan_views``: loops."""

from ...tensor.loops import foldl, foldr, map, reduce

__all__ = ["foldl", "foldr", "map", "reduce"]
