"""Matrices of derivatives, row by row in a loop; products of second derivatives with a vector."""

from __future__ import annotations

from typing import Any

from ..core.graph import Variable
from ..core.types import describe
from ..gradient import Disconnected, Rop, grad
from ..protocol.values import arranged_as, as_list
from .creation import arange
from .loops import scan

__all__ = ["hessian", "hessian_vector_product", "jacobian"]


def jacobian(
    expression: Any,
    wrt: Any,
    consider_constant: Any = None,
    disconnected_inputs: Disconnected = "raise",
) -> Any:
    """The derivatives of each element of a vector: result[i] = ∂expression[i]/∂w, for each w.

    Parameters
    ----------
    expression : vector or scalar
        For a scalar, the result is that of `grad`.
    wrt : variable, or list or tuple of variables
    consider_constant, disconnected_inputs
        As in `minigrad.grad`.

    Returns
    -------
    variable, or list or tuple of variables, as `wrt`
        Each has one more axis, in front of those of its variable in `wrt`.

    Raises
    ------
    TypeError
        If the expression is neither a vector nor a scalar.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> x = T.dvector("x")
    >>> jacobian(x**2, x).eval({x: [1.0, 3.0]})
    array([[2., 0.],
           [0., 6.]])
    """
    if not isinstance(expression, Variable) or expression.type.ndim > 1:
        raise TypeError(f"jacobian takes a vector or a scalar; got {describe(expression)}")
    if not expression.type.ndim:
        return grad(expression, wrt, consider_constant, disconnected_inputs)
    wanted = as_list(wrt)

    def row(i: Variable, y: Variable, *others: Variable) -> Any:
        return grad(expression[i], wanted, consider_constant, disconnected_inputs)

    rows, _ = scan(
        row,
        sequences=arange(expression.shape[0]),
        non_sequences=[expression, *wanted],
        return_list=True,
    )
    return arranged_as(wrt, rows)


def hessian(
    cost: Any,
    wrt: Any,
    consider_constant: Any = None,
    disconnected_inputs: Disconnected = "raise",
) -> Any:
    """result[i, j] = ∂²cost/∂w[i]∂w[j], the second derivatives of a scalar by each w alone.

    Parameters
    ----------
    cost : float scalar expression
    wrt : vector, or list or tuple of vectors
    consider_constant, disconnected_inputs
        As in `minigrad.grad`.

    Returns
    -------
    matrix, or list or tuple of matrices, as `wrt`

    Raises
    ------
    TypeError
        If `wrt` has an entry that is not a vector.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> x = T.dvector("x")
    >>> hessian(x[0] ** 2 * x[1], x).eval({x: [1.0, 3.0]})
    array([[6., 2.],
           [2., 0.]])
    """
    wanted = as_list(wrt)
    for w in wanted:
        if not isinstance(w, Variable) or w.type.ndim != 1:
            raise TypeError(f"hessian: wrt must be vectors; got {describe(w)}")
    # The first derivatives need not depend on w: of something linear, the second ones are zero.
    slopes = grad(cost, wanted, consider_constant, disconnected_inputs)
    matrices = [
        jacobian(slope, w, consider_constant, "ignore")
        for slope, w in zip(slopes, wanted, strict=True)
    ]
    return arranged_as(wrt, matrices)


def hessian_vector_product(cost: Any, wrt: Any, p: Any) -> Any:
    """The product of the matrix of second derivatives with a vector, without the matrix.

    Parameters
    ----------
    cost : float scalar expression
    wrt : variable, or list of variables
    p : variable or array, or list of them
        The vector for each variable in `wrt`, with its shape.

    Returns
    -------
    variable, or list of variables, as `wrt`

    References
    ----------
    Barak Pearlmutter, "Fast Exact Multiplication by the Hessian" (1994).

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> x = T.dvector("x")
    >>> hessian_vector_product((x**3).sum(), x, [1.0, 1.0]).eval({x: [1.0, 3.0]})
    array([ 6., 18.])
    """
    return Rop(grad(cost, wrt), wrt, p)
