"""``T.signal.conv``: the convolution of images that have no channels."""

from __future__ import annotations

from typing import Any

from ...core.axes import as_tensor_variable, dimshuffle
from ...core.graph import Variable
from ..nnet.abstract_conv import AbstractConv2d

__all__ = ["conv2d"]


def conv2d(
    input: Any,
    filters: Any,
    image_shape: Any = None,
    filter_shape: Any = None,
    border_mode: Any = "valid",
    subsample: Any = (1, 1),
    **kargs: Any,
) -> Variable:
    """The convolution of each image with each filter.

    Parameters
    ----------
    input : matrix or 3-d tensor
        One image, or several: (images, rows, columns).
    filters : matrix or 3-d tensor
        One filter, or several: (filters, rows, columns).
    image_shape, filter_shape : tuple of int or None, optional
        Sizes that are known; they are checked when the program runs.
    border_mode, subsample
        As for `T.nnet.conv2d`.
    **kargs
        Theano's hints for speed; ignored.

    Returns
    -------
    Variable
        (images, filters, rows, columns), without the axis of images, or of filters, if that
        argument is a matrix.

    Raises
    ------
    TypeError
        If input or filters have other dimensions.

    Examples
    --------
    >>> conv2d([[1.0, 2.0, 4.0]], [[1.0, -1.0]]).eval()
    array([[1., 2.]])
    """
    x, x_shape, images = _with_channel("input", input, image_shape)
    w, w_shape, all_filters = _with_channel("filters", filters, filter_shape)
    y = AbstractConv2d(x_shape, w_shape, border_mode, subsample)(x, w)
    several = [axis for axis, is_list in enumerate([images, all_filters]) if is_list]
    return dimshuffle(y, [*several, 2, 3])


def _with_channel(name: str, x: Any, shape: Any) -> tuple[Variable, Any, bool]:
    """Return x with all four axes, the shape with as many, and whether x has several images."""
    x = as_tensor_variable(x)
    if x.type.ndim not in (2, 3):
        raise TypeError(
            f"signal.conv.conv2d: {name} must have 2 or 3 dimensions; got {x}, {x.type}"
        )
    order = [0, "x", 1, 2] if x.type.ndim == 3 else ["x", "x", 0, 1]
    if shape is not None:
        shape = [None if axis == "x" else shape[axis] for axis in order]
    return dimshuffle(x, order), shape, x.type.ndim == 3
