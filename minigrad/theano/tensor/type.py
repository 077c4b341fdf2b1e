"""``theano.tensor.type``: the type of a tensor."""

from ...core.types import TensorType

__all__ = ["TensorType"]
