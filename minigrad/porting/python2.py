"""Functions of Python 2 that Python 3 lacks, for programs that ``python -m minigrad port`` has made."""

from __future__ import annotations

import math
import sys
from decimal import ROUND_HALF_UP, Context, Decimal
from pathlib import Path
from typing import Any

import numpy as np

from .conversion import convert, read
from .standard import python_of

__all__ = ["cmp", "execfile", "old_div", "old_idiv", "round"]

_ALL_DIGITS = Context(prec=1200)  # more than a float can have


def old_div(a: Any, b: Any) -> Any:
    """a / b as in Python 2: rounded down if both are integers.

    Integers may be Python's, in NumPy's arrays, or symbolic, as in Theano.

    Examples
    --------
    >>> from minigrad.porting.python2 import old_div
    >>> old_div(7, 2), old_div(7, 2.0)
    (3, 3.5)
    >>> import minigrad.tensor as T
    >>> old_div(T.iscalar("n"), 2)
    n // 2
    """
    return a // b if _integer(a) and _integer(b) else a / b


def old_idiv(a: Any, b: Any) -> Any:
    """Return a after ``a /= b`` as in Python 2; an array is changed in place."""
    if _integer(a) and _integer(b):
        a //= b
    else:
        a /= b
    return a


def _integer(x: Any) -> bool:
    """Whether Python 2 would take x for an integer, or for an array of such."""
    if isinstance(x, int):
        return True
    if isinstance(x, list | tuple):  # as an array will take it, with which it is divided
        x = np.asarray(x)
    return str(getattr(x, "dtype", "")).startswith(("int", "uint", "bool"))


def cmp(a: Any, b: Any) -> int:
    """-1, 0 or 1: a < b, a == b or a > b."""
    return int(a > b) - int(a < b)


def execfile(
    path: str, globals: dict[str, Any] | None = None, locals: dict[str, Any] | None = None
) -> None:
    """Execute a file of Python 2 or 3, with the names of the caller if not with others."""
    caller = sys._getframe(1)
    if globals is None:
        globals, locals = caller.f_globals, caller.f_locals
    text = read(Path(path)).text
    program = convert(text, path, python_of(text, path) or 3)
    exec(compile(program.tree(path), path, "exec", dont_inherit=True), globals, locals)


def round(x: Any, digits: int = 0) -> float:
    """The float with so many digits nearest to x; of two equally near, the larger in size.

    Examples
    --------
    >>> from minigrad.porting.python2 import round
    >>> round(2.5), round(-0.125, 2)
    (3.0, -0.13)
    """
    value = float(x)
    if not math.isfinite(value):
        return value
    step = Decimal(1).scaleb(-digits)
    return float(Decimal(value).quantize(step, ROUND_HALF_UP, _ALL_DIGITS))
