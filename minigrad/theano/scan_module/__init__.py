"""``theano.scan_module``: loops."""

from ...tensor.loops import foldl, foldr, map, reduce, scan, until
from . import scan_utils

__all__ = ["foldl", "foldr", "map", "reduce", "scan", "scan_utils", "until"]
