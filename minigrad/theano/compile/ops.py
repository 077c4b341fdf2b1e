"""``theano.compile.ops``: Python functions as operations; shapes, and values as they are."""

from ...core.axes import Size as Shape_i
from ...ops.passing import View as ViewOp
from ...ops.shape import Shape, SpecifyShape
from ...ops.wrapping import FromFunctionOp, as_op, wrap_py
from ...tensor import specify_shape

view_op = ViewOp()

__all__ = [
    "FromFunctionOp",
    "Shape",
    "Shape_i",
    "SpecifyShape",
    "ViewOp",
    "as_op",
    "specify_shape",
    "view_op",
    "wrap_py",
]
