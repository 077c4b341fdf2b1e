"""``theano.compile.function_module``: what `function` makes and raises."""

from ...compile import Function, UnusedInputError

__all__ = ["Function", "UnusedInputError"]
