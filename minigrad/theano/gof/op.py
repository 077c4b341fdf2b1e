"""``theano.gof.op``: what a node computes."""

from ...core.graph import Op
from ...protocol.test_values import get_test_value

PureOp = Op  # without what writes C

__all__ = ["Op", "PureOp", "get_test_value"]
