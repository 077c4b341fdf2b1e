"""``theano.tensor.nnet.sigm``: the sigmoid, its approximations, and softplus."""

from ....tensor.nnet import hard_sigmoid, sigmoid, softplus, ultra_fast_sigmoid

__all__ = ["hard_sigmoid", "sigmoid", "softplus", "ultra_fast_sigmoid"]
