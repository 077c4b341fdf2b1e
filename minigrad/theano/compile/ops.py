"""``theano.compile.ops``: Python functions as operations; shapes, and values as they are."""

from __future__ import annotations

from typing import Any

from ...core.axes import Size as Shape_i
from ...core.graph import Variable
from ...ops.passing import View as ViewOp
from ...ops.shape import Shape, SpecifyShape
from ...ops.wrapping import FromFunctionOp, as_op, wrap_py
from ...tensor import as_tensor_variable, patternbroadcast, specify_shape

view_op = ViewOp()


class Rebroadcast:
    """``Rebroadcast((axis, broadcasts), …)(x)`` is x, which broadcasts along these axes or does not.

    `T.patternbroadcast` takes all axes at once.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> Rebroadcast((0, True), (1, False))(T.matrix("x")).broadcastable
    (True, False)
    """

    def __init__(self, *axis: tuple[int, bool]) -> None:
        self.axis = dict(axis)

    def __call__(self, x: Any) -> Variable:
        """x with its new pattern; a ValueError if it has fewer axes."""
        pattern = dict(enumerate(as_tensor_variable(x).broadcastable))
        if not pattern.keys() >= self.axis.keys():
            raise ValueError(f"Rebroadcast: {x} has {len(pattern)} axes, not {max(self.axis) + 1}")
        return patternbroadcast(x, [*(pattern | self.axis).values()])


__all__ = [
    "FromFunctionOp",
    "Rebroadcast",
    "Shape",
    "Shape_i",
    "SpecifyShape",
    "ViewOp",
    "as_op",
    "specify_shape",
    "view_op",
    "wrap_py",
]
