"""``theano.tensor.elemwise``: the ops that programs ask nodes for."""

from ...core.axes import DimShuffle
from ...core.elementwise import Elementwise as Elemwise

__all__ = ["DimShuffle", "Elemwise"]
