"""``theano.ifelse``: one graph or another."""

from ..tensor.choices import ifelse

__all__ = ["ifelse"]
