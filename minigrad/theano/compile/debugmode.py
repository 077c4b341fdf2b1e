"""``theano.compile.debugmode``: the mode that checks each result against the interpreter."""

DebugMode = "DebugMode"

__all__ = ["DebugMode"]
