"""``theano.compile.ops``: Python functions as operations."""

from ...ops.wrapping import FromFunctionOp, as_op, wrap_py

__all__ = ["FromFunctionOp", "as_op", "wrap_py"]
