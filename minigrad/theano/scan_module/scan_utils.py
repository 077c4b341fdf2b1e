"""``theano.scan_module.scan_utils``: what ends a loop."""

from ...tensor.loops import until

__all__ = ["until"]
