"""``theano.scan_module.scan_op``: the operation that `scan` makes."""

from ...ops.inner.scan import Scan

__all__ = ["Scan"]
