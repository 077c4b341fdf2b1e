"""``theano.gof.op``: what a node computes."""

from ...core.graph import Op
from ...protocol.test_values import get_test_value

__all__ = ["Op", "get_test_value"]
