"""``theano.scan_module``: loops."""

from ...tensor.loops import foldl, foldr, map, reduce, until
from . import scan as _scan_module
from . import scan_op, scan_utils

scan = _scan_module.scan  # Theano has a module of this name, too

__all__ = ["foldl", "foldr", "map", "reduce", "scan", "scan_op", "scan_utils", "until"]
