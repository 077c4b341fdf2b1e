"""`clone`: copies of expressions in which some variables are replaced."""

from __future__ import annotations

from typing import Any

from ..core.axes import as_tensor_variable
from ..core.graph import Constant, Variable
from ..core.types import describe
from ..protocol.values import arranged_as, as_list
from ..protocol.walks import copy_into, graph_inputs
from .updates import as_pairs, of_same_type


def clone(
    output: Any,
    replace: Any = None,
    strict: bool = True,
    share_inputs: bool = True,
    copy_inputs: bool | None = None,
) -> Any:
    """Return a copy of expressions, in which some variables are replaced by others.

    Parameters
    ----------
    output : variable, or list or tuple of variables
    replace : dict or list of pairs, optional
        Variables on which the outputs depend, and their replacements.
    strict : bool
        Whether a replacement must have the type of its variable. If not, the operations that use it
        must accept it.
    share_inputs : bool
        Whether to keep the inputs instead of copying them. A copy of a shared variable
        always has the same value.
    copy_inputs : bool, optional
        An older name of `share_inputs`.

    Returns
    -------
    variable, or list or tuple of variables, as `output`

    Raises
    ------
    TypeError
        If an output is not a variable, or, with `strict`, a replacement does not have the type of
        its variable.

    Examples
    --------
    >>> import minigrad, minigrad.tensor as T
    >>> x, y = T.dscalars("x", "y")
    >>> cost = (x + 1) ** 2
    >>> minigrad.clone(cost, replace={x: 2 * y}).eval({y: 1.0})
    array(9.)
    """
    outputs = as_list(output)
    for variable in outputs:
        if not isinstance(variable, Variable):
            raise TypeError(f"clone takes a variable, or a list of them; got {describe(variable)}")
    new: dict[Variable, Variable] = {}
    for old, value in as_pairs(replace or (), "clone: replace"):
        what = f"clone: what replaces {old}"
        new[old] = of_same_type(value, old, what) if strict else as_tensor_variable(value)
    if not (share_inputs if copy_inputs is None else copy_inputs):
        inputs = [v for v in graph_inputs(outputs, new) if v not in new]
        new.update((v, v.clone()) for v in inputs if not isinstance(v, Constant))
    copy_into(new, outputs)
    results = [new.get(v, v) for v in outputs]
    return arranged_as(output, results)
