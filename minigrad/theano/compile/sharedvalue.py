"""``theano.compile.sharedvalue``: shared variables."""

from ...compile.sharing import shared
from ...core.sharing import SharedVariable

__all__ = ["SharedVariable", "shared"]
