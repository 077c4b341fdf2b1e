"""``theano.compile.pfunc``: `function` by its older name, and `Param`."""

from ...compile import Param
from ...compile import function as pfunc

__all__ = ["Param", "pfunc"]
