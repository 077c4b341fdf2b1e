"""``theano.tensor.var``: the classes of variables."""

from ...core.sharing import SharedVariable as TensorSharedVariable
from ...tensor import TensorConstant, TensorVariable

__all__ = ["TensorConstant", "TensorSharedVariable", "TensorVariable"]
