"""``theano.tensor.nnet.bn``: batch normalization."""

from ....tensor.nnet import (
    batch_normalization,
    batch_normalization_test,
    batch_normalization_train,
)

__all__ = ["batch_normalization", "batch_normalization_test", "batch_normalization_train"]
