"""``theano.compile.builders``: operations made of expressions."""

from ...ops.inner.from_graph import OpFromGraph

__all__ = ["OpFromGraph"]
