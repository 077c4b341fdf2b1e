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
    """A graph from inputs to outputs, for looking at it, like ``f.maker.fgraph`` of a function.

    It cannot be changed, so it lacks Theano's methods that replace parts of it; `clone`
    and `minigrad.clone` make other graphs.

    Parameters
    ----------
    inputs, outputs : sequences of Variable
    features, update_mapping
        Theano's; ignored.
    clone : bool
        Whether to copy its variables.

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
