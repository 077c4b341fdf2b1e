"""``theano.sandbox.softsign``: an older path of `T.nnet.softsign`."""

from ...tensor.nnet import softsign

__all__ = ["softsign"]
