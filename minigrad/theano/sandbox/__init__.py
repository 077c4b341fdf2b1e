"""``theano.sandbox``: modules that Theano called experimental."""

from . import linalg, multinomial, neighbours, rng_mrg, softsign

__all__ = ["linalg", "multinomial", "neighbours", "rng_mrg", "softsign"]
