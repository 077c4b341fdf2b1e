"""``theano.ifelse``: one graph or another."""

from ..ops.inner.ifelse import IfElse
from ..tensor.choices import ifelse

__all__ = ["IfElse", "ifelse"]
