"""Print an expression as a formula: `pp`."""

from __future__ import annotations

from typing import Any

from ..core.graph import Variable
from ..protocol.formula import formula
from .let import lines

# A formula repeats what a graph shares, so it may be far longer than the graph is large.
LONGEST = 100_000


def pp(expression: Any, let: bool = False) -> str:
    """The expression as a formula, with brackets only where Python's precedence needs them.

    Parts that people do not write are left out: the factor 1 with which a derivative begins, and
    repetitions that broadcasting implies.

    Parameters
    ----------
    expression : Variable
        With `let`, it may also be a list or tuple of variables.
    let : bool
        Whether to write several lines: a part that is used more than once, is long or has a
        name gets a line and a name, before its uses; sizes are called n, m, …

    Returns
    -------
    str
        A formula is at most 100,000 characters long; ``…`` stands for what is left out.

    Raises
    ------
    TypeError
        If an argument is not a variable.

    Examples
    --------
    >>> import minigrad, minigrad.tensor as T
    >>> X, W, b, y = T.matrix("X"), T.matrix("W"), T.vector("b"), T.matrix("y")
    >>> h = T.tanh(X.dot(W) + b)
    >>> pp(h)
    'tanh(X @ W + b)'
    >>> cost = T.sqr(h - y).sum() / X.shape[0]
    >>> print(pp(minigrad.grad(cost, [W, b]), let=True))
    n = X.shape[0]
    a = tanh(X @ W + b)
    c = 1.0 / n * (2.0 * (a - y)) * (1.0 - sqr(a))
    X.T @ c
    sum(c, axis=0)
    """
    variables = expression if let and isinstance(expression, (list, tuple)) else [expression]
    for variable in variables:
        if not isinstance(variable, Variable):
            raise TypeError(f"pp takes a variable; got {variable!r}")
    if not let:
        return formula(expression, LONGEST)
    return "\n".join(
        f"{line.name.text} = {line.formula.text}" if line.name else line.formula.text
        for line in lines(variables)
    )


pprint = pp
