"""``theano.sandbox``: modules that Theano called experimental."""
