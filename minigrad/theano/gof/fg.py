"""``theano.gof.fg``: a graph with its inputs and outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...compile import MissingInputError
from ...core.graph import Variable
from ...protocol.closed import ClosedGraph
from . import graph

__all__ = ["FunctionGraph", "MissingInputError"]


class FunctionGraph(ClosedGraph):
    """A graph from inputs to outputs, to look at: ``f.maker.fgraph`` shows the same of a function.

    It never changes, so it has nothing of Theano's that replaces parts of it; `clone` and
    `minigrad.clone` make other graphs.

    Parameters
    ----------
    inputs, outputs : sequences of Variable
    features, update_mapping
        What Theano attached to it: ignored.
    clone : bool
        Whether its variables are copies.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> x = T.scalar("x")
    >>> graph = FunctionGraph([x], [T.exp(x) + 1])
    >>> [str(node.op) for node in graph.toposort()], graph.inputs[0] is x
    (['exp', 'add'], False)
    """

    def __init__(
        self,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        features: Any = None,
        clone: bool = True,
        update_mapping: Any = None,
    ) -> None:
        super().__init__(*(graph.clone(inputs, outputs) if clone else (inputs, outputs)))
