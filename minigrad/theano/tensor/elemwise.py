"""``theano.tensor.elemwise``: the ops that programs ask nodes for."""

from ...core.axes import DimShuffle, Sum
from ...core.elementwise import Elementwise as Elemwise
from ...ops.reduction import Reduction as CAReduce

__all__ = ["CAReduce", "DimShuffle", "Elemwise", "Sum"]
