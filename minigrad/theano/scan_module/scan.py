"""``theano.scan_module.scan``: loops."""

from ...tensor.loops import scan

__all__ = ["scan"]
