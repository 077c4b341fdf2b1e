"""``theano.scan_module``: loops."""
