"""``theano.gof``: what graphs are made of."""

from ...compile import MissingInputError
from ...core.graph import Apply, Constant, Op, Variable
from . import fg, graph, null_type, op
from .fg import FunctionGraph
from .op import PureOp

__all__ = [
    "Apply",
    "Constant",
    "FunctionGraph",
    "MissingInputError",
    "Op",
    "PureOp",
    "Variable",
    "fg",
    "graph",
    "null_type",
    "op",
]
