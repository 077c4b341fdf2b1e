"""``theano.tensor.subtensor``: parts of tensors, and writing into them."""

from ...ops.indexing import IncSubtensor, Subtensor
from ...tensor import inc_subtensor, set_subtensor, take

__all__ = ["IncSubtensor", "Subtensor", "inc_subtensor", "set_subtensor", "take"]
