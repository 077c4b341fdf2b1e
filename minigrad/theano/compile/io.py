"""``theano.compile.io``: inputs and outputs of functions, with options."""

from ...compile import In, Out

SymbolicInput, SymbolicOutput = In, Out  # Theano's other names for them

__all__ = ["In", "Out", "SymbolicInput", "SymbolicOutput"]
