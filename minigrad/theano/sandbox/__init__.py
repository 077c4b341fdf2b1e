"""``theano.sandbox``: modules that Theano called experimental."""

from . import conv, linalg, multinomial, neighbours, rng_mrg, softsign

__all__ = ["conv", "linalg", "multinomial", "neighbours", "rng_mrg", "softsign"]
