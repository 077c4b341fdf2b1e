"""``theano.tensor.subtensor``: writing into a part."""

from ...tensor import inc_subtensor, set_subtensor, take

__all__ = ["inc_subtensor", "set_subtensor", "take"]
