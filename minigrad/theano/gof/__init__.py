"""``theano.gof``: what graphs are made of."""

from ...compile import MissingInputError
from ...core.graph import Apply, Constant, Op, Variable
from . import fg, graph, op
from .fg import FunctionGraph

__all__ = [
    "Apply",
    "Constant",
    "FunctionGraph",
    "MissingInputError",
    "Op",
    "Variable",
    "fg",
    "graph",
    "op",
]
