"""``theano.scan_module.scan_utils``: what ends a loop; copies; whether two graphs compute the same."""

from ...compile.cloning import clone
from ...tensor.loops import until
from ..gof.graph import equal_computations

__all__ = ["clone", "equal_computations", "until"]
