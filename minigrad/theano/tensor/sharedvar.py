"""``theano.tensor.sharedvar``: the classes of shared variables, which here are one."""

from ...core.sharing import SharedVariable

TensorSharedVariable = ScalarSharedVariable = SharedVariable

__all__ = ["ScalarSharedVariable", "SharedVariable", "TensorSharedVariable"]
