"""Print an expression as a formula: `pp`."""

from __future__ import annotations

from ..core.graph import Variable
from ..protocol.formula import formula

# A formula repeats what a graph shares, so it may be far longer than the graph is large.
LONGEST = 100_000


def pp(expression: Variable) -> str:
    """The expression as a formula, with brackets only where Python's precedence asks for them.

    Parameters
    ----------
    expression : Variable

    Returns
    -------
    str
        At most 100,000 characters; ``…`` stands for what is left out.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> x, W, b = T.matrix("x"), T.matrix("W"), T.vector("b")
    >>> pp(T.tanh(x.dot(W) + b))
    'tanh(x @ W + b)'
    """
    if not isinstance(expression, Variable):
        raise TypeError(f"pp takes a variable; got {expression!r}")
    return formula(expression, LONGEST)


pprint = pp
