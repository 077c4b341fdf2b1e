"""``theano.tensor.nnet.sigm``: the sigmoid, its approximations, and softplus."""

from ....tensor.nnet import hard_sigmoid, sigmoid, softplus, ultra_fast_sigmoid

sigmoid_inplace, ultra_fast_sigmoid_inplace = sigmoid, ultra_fast_sigmoid  # nothing is overwritten

__all__ = [
    "hard_sigmoid",
    "sigmoid",
    "sigmoid_inplace",
    "softplus",
    "ultra_fast_sigmoid",
    "ultra_fast_sigmoid_inplace",
]
