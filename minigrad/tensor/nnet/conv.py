"""``T.nnet.conv.conv2d``: the convolution with Theano's first interface."""

from __future__ import annotations

from typing import Any

from ...core.graph import Variable
from .abstract_conv import AbstractConv2d

__all__ = ["conv2d"]


def conv2d(
    input: Any,
    filters: Any,
    image_shape: Any = None,
    filter_shape: Any = None,
    border_mode: str = "valid",
    subsample: Any = (1, 1),
    **kargs: Any,
) -> Variable:
    """The convolution of images with filters, as `T.nnet.conv2d` computes it.

    Parameters
    ----------
    input, filters : 4-d tensors
    image_shape, filter_shape : tuple of four int or None, optional
        Sizes that are known; they are checked when the program runs.
    border_mode : {'valid', 'full'}
    subsample : tuple of two int
        The stride: only every n-th row and column is computed, for a stride of n.
    **kargs
        Theano's hints for speed, such as ``unroll_batch``; ignored.

    Raises
    ------
    ValueError
        If border_mode is none of these, or one of two options is given that change the result:
        ``imshp_logical`` and ``kshp_logical``.

    Examples
    --------
    >>> conv2d([[[[1.0, 2.0, 4.0]]]], [[[[1.0, -1.0]]]]).eval()
    array([[[[1., 2.]]]])
    """
    if border_mode not in ("valid", "full"):
        raise ValueError(
            f"nnet.conv.conv2d: border_mode is 'valid' or 'full', not {border_mode!r}; "
            "T.nnet.conv2d has more"
        )
    if refused := {"imshp_logical", "kshp_logical"}.intersection(kargs):
        raise ValueError(
            f"nnet.conv.conv2d has no {' and no '.join(sorted(refused))}: for upsampling use "
            "T.nnet.conv2d_transpose, for gaps in filters filter_dilation of T.nnet.conv2d"
        )
    return AbstractConv2d(image_shape, filter_shape, border_mode, subsample)(input, filters)
