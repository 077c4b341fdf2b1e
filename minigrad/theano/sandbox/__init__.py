"""``theano.sandbox``: modules that Theano called experimental."""

from . import multinomial, rng_mrg

__all__ = ["multinomial", "rng_mrg"]
