"""``theano.compile.nanguardmode``: the mode that stops at NaN, infinite and huge numbers."""

from ...compile import NanGuardMode

__all__ = ["NanGuardMode"]
