"""``theano.version``: the Theano whose names these are."""

full_version = short_version = version = "1.0.5"

__all__ = ["full_version", "short_version", "version"]
