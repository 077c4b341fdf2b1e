"""``theano.scan_module.scan_utils``: what ends a loop; whether two graphs compute the same."""

from ...tensor.loops import until
from ..gof.graph import equal_computations

__all__ = ["equal_computations", "until"]
