"""``theano.sandbox.rng_mrg``: streams of random numbers by MRG31k3p."""

from ...ops.random.mrg import M1, M2
from ...ops.random.mrg import MRGUniform as mrg_uniform  # the op's name in Theano
from ...tensor.rng_mrg import MRG_RandomStreams, guess_n_streams

__all__ = ["M1", "M2", "MRG_RandomStreams", "guess_n_streams", "mrg_uniform"]
