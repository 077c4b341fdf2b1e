"""``theano.tensor.sort``: values in order, and their places."""

from ...tensor.sorting import argsort, argtopk, sort, topk, topk_and_argtopk

__all__ = ["argsort", "argtopk", "sort", "topk", "topk_and_argtopk"]
