"""`ifelse`: one graph or another."""

from __future__ import annotations

from typing import Any

from ..core.axes import as_tensor_variable
from ..core.graph import Variable
from ..ops.inner.ifelse import IfElse
from ..protocol.values import as_list


def ifelse(
    condition: Any, then_branch: Any, else_branch: Any, name: str | None = None
) -> Variable | list[Variable]:
    """Return one branch if the condition is true, else the other; only that branch is computed.

    `T.switch` chooses element by element, and computes both.

    Parameters
    ----------
    condition : scalar
        True if it is not 0.
    then_branch, else_branch : variable, or list of variables
        Equally many, with the same dtypes and numbers of dimensions. Sizes may differ.
    name : str, optional
        The name of the choice in programs and messages.

    Returns
    -------
    variable, or list of variables, as the branches

    Raises
    ------
    TypeError
        If the condition is not a scalar, or a pair of branches differs in dtype or dimensions.
    ValueError
        If the branches have different numbers of variables.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> x = T.dvector("x")
    >>> y = ifelse(x[0] > 0, x**2, x.sum() + x)
    >>> y.eval({x: [1.0, 3.0]}), y.eval({x: [-1.0, 3.0]})
    (array([1., 9.]), array([1., 5.]))
    """
    condition = as_tensor_variable(condition)
    if condition.type.ndim:
        raise TypeError(
            f"ifelse: the condition is a scalar; {condition} has {condition.type.ndim} dimensions; "
            "T.switch chooses element by element"
        )
    then, other = (
        [*map(as_tensor_variable, as_list(branch))] for branch in (then_branch, else_branch)
    )
    if len(then) != len(other):
        raise ValueError(
            f"ifelse: {len(then)} variables, but {len(other)} for else; give equally many"
        )
    for x, y in zip(then, other, strict=True):
        if x.type.dtype != y.type.dtype or x.type.ndim != y.type.ndim:
            raise TypeError(
                f"ifelse: {x} is {x.type}, but {y} is {y.type}; both must have the same dtype and "
                "number of dimensions"
            )
    outputs: list[Variable] = IfElse(len(then), name).make_node(condition, *then, *other).outputs
    is_list = isinstance(then_branch, (list, tuple)) or isinstance(else_branch, (list, tuple))
    return outputs if is_list else outputs[0]
