"""``theano.gof``: what graphs are made of."""

from ...core.graph import Apply, Constant, Op, Variable
from . import graph, op

__all__ = ["Apply", "Constant", "Op", "Variable", "graph", "op"]
