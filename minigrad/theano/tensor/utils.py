"""``theano.tensor.utils``: the shapes of all variables of a graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...compile import function
from ...core.graph import Variable
from ...tensor import shape

__all__ = ["shape_of_variables"]


def shape_of_variables(
    fgraph: Any, input_shapes: Mapping[Variable, Sequence[int]]
) -> dict[Variable, tuple[int, ...]]:
    """The shape of each variable of a graph, from those of its inputs.

    Where a shape depends on values, they are taken as 0.

    Parameters
    ----------
    fgraph : FunctionGraph
    input_shapes : dict of Variable to tuple of int

    Raises
    ------
    KeyError
        If the shape of an input is not given.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> from minigrad.theano import FunctionGraph
    >>> x = T.matrix("x")
    >>> y = x[512:]
    >>> shape_of_variables(FunctionGraph([x], [y], clone=False), {x: (1024, 1024)})[y]
    (512, 1024)
    """
    variables = list(fgraph.variables)
    f = function(list(fgraph.inputs), [shape(v) for v in variables], on_unused_input="ignore")
    shapes = f(*[np.zeros(input_shapes[x], x.dtype) for x in fgraph.inputs])
    return {v: tuple(map(int, found)) for v, found in zip(variables, shapes, strict=True)}
