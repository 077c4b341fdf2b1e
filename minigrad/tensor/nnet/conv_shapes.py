"""The shapes of images and filters, as far as the shape of a convolution's result gives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .convolution import along_axes, get_conv_shape_1axis


def get_conv_gradinputs_shape(
    kernel_shape: Sequence[Any],
    top_shape: Sequence[Any],
    border_mode: Any,
    subsample: Sequence[int],
    filter_dilation: Sequence[int] | None = None,
    num_groups: int = 1,
) -> tuple[Any, ...]:
    """The shape of the images of a convolution, from those of its filters and of its result.

    Parameters
    ----------
    kernel_shape : tuple
        (filters, channels, rows, columns), with a size more in 3-d. Each is an int, an expression, or
        None where it is unknown.
    top_shape : tuple
        (batch, filters, rows, columns), of the same length.
    border_mode, subsample, filter_dilation, num_groups
        As for `conv2d`.

    Returns
    -------
    tuple
        (batch, channels, rows, columns); None where a size is unknown, or where images of several
        sizes give that result: if subsample is not 1.

    Examples
    --------
    >>> get_conv_gradinputs_shape((20, 1, 5, 5), (128, 20, 24, 12), "valid", (1, 2))
    (128, 1, 28, None)
    """
    channels = None if kernel_shape[1] is None else kernel_shape[1] * num_groups
    options = border_mode, subsample, filter_dilation
    sizes = along_axes(get_conv_gradinputs_shape_1axis, kernel_shape, top_shape, *options)
    return (top_shape[0], channels, *sizes)


def get_conv_gradinputs_shape_1axis(
    kernel_shape: Any, top_shape: Any, border_mode: Any, subsample: int, dilation: int = 1
) -> Any:
    """The size of images along one axis: see `get_conv_gradinputs_shape`.

    >>> get_conv_gradinputs_shape_1axis(5, 32, "full", 1)
    28
    """
    if None in (kernel_shape, top_shape) or subsample != 1:
        return None
    size = (kernel_shape - 1) * dilation + 1  # of an image that a filter fits in
    return top_shape + size - get_conv_shape_1axis(size, kernel_shape, border_mode, 1, dilation)


def get_conv_gradweights_shape(
    image_shape: Sequence[Any],
    top_shape: Sequence[Any],
    border_mode: Any,
    subsample: Sequence[int],
    filter_dilation: Sequence[int] | None = None,
    num_groups: int = 1,
) -> tuple[Any, ...]:
    """The shape of the filters of a convolution, from those of its images and of its result.

    Parameters
    ----------
    image_shape : tuple
        (batch, channels, rows, columns), with a size more in 3-d. Each is an int, an expression, or
        None where it is unknown.
    top_shape : tuple
        (batch, filters, rows, columns), of the same length.
    border_mode, subsample, filter_dilation, num_groups
        As for `conv2d`.

    Returns
    -------
    tuple
        (filters, channels, rows, columns); None where a size is unknown, or where filters of
        several sizes give that result: if subsample is not 1, or the border mode is 'half'.

    Examples
    --------
    >>> get_conv_gradweights_shape((128, 1, 28, 28), (128, 20, 24, 24), "valid", (1, 1))
    (20, 1, 5, 5)
    """
    channels = None if image_shape[1] is None else image_shape[1] // num_groups
    options = border_mode, subsample, filter_dilation
    sizes = along_axes(get_conv_gradweights_shape_1axis, image_shape, top_shape, *options)
    return (top_shape[1], channels, *sizes)


def get_conv_gradweights_shape_1axis(
    image_shape: Any, top_shape: Any, border_mode: Any, subsample: int, dilation: int = 1
) -> Any:
    """The size of filters along one axis: see `get_conv_gradweights_shape`.

    >>> get_conv_gradweights_shape_1axis(28, 32, "full", 1)
    5
    """
    if None in (image_shape, top_shape) or subsample != 1 or border_mode == "half":
        return None
    by_one = get_conv_shape_1axis(image_shape, 1, border_mode, 1)  # by a filter of size 1
    spread = top_shape - by_one if border_mode == "full" else by_one - top_shape
    return spread // dilation + 1
