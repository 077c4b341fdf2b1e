"""Convolutions of images with filters, transposed convolutions, and their derivatives."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.axes import as_tensor_variable, dimshuffle, sizes_of
from ...core.configuration import config
from ...core.elementwise import cast
from ...core.graph import Variable
from ...ops.indexing import getitem
from ..creation import arange
from ..joining import concatenate
from ..shapes import reshape
from ..sizes import as_sizes
from .conv_shapes import (
    get_conv_gradinputs_shape,
    get_conv_gradinputs_shape_1axis,
    get_conv_gradweights_shape,
    get_conv_gradweights_shape_1axis,
)
from .convolution import (
    AbstractConv2d,
    AbstractConv2d_gradInputs,
    AbstractConv2d_gradWeights,
    AbstractConv3d,
    AbstractConv3d_gradInputs,
    AbstractConv3d_gradWeights,
    get_conv_output_shape,
    get_conv_shape_1axis,
)

__all__ = [
    "AbstractConv2d",
    "AbstractConv2d_gradInputs",
    "AbstractConv2d_gradWeights",
    "AbstractConv3d",
    "AbstractConv3d_gradInputs",
    "AbstractConv3d_gradWeights",
    "bilinear_kernel_1D",
    "bilinear_kernel_2D",
    "bilinear_upsampling",
    "causal_conv1d",
    "conv2d",
    "conv2d_grad_wrt_inputs",
    "conv2d_grad_wrt_weights",
    "conv2d_transpose",
    "conv3d",
    "conv3d_grad_wrt_inputs",
    "conv3d_grad_wrt_weights",
    "frac_bilinear_upsampling",
    "get_conv_gradinputs_shape",
    "get_conv_gradinputs_shape_1axis",
    "get_conv_gradweights_shape",
    "get_conv_gradweights_shape_1axis",
    "get_conv_output_shape",
    "get_conv_shape_1axis",
    "separable_conv2d",
    "separable_conv3d",
]


def conv2d(
    input: Any,
    filters: Any,
    input_shape: Any = None,
    filter_shape: Any = None,
    border_mode: Any = "valid",
    subsample: Any = (1, 1),
    filter_flip: bool = True,
    image_shape: Any = None,
    filter_dilation: Any = (1, 1),
    num_groups: int = 1,
    unshared: bool = False,
) -> Variable:
    """The convolution y[b, o, i, j] = Σ x[b, c, i − k, j − l] · w[o, c, k, l] over c, k and l.

    i and j begin where the whole filter lies in the image, or in the image with zeros around it.

    Parameters
    ----------
    input : 4-d tensor
        The images: (batch, channels, rows, columns).
    filters : 4-d tensor
        (filters, channels, rows, columns); with groups, channels is the number in a group.
    input_shape, filter_shape : tuple of four int or None, optional
        Sizes that are known; they are checked when the program runs.
    border_mode : {'valid', 'full', 'half'}, int, or tuple of two of int or pair of int
        How many zeros are put around each image. 'valid': none, so the result is smaller than the
        image. 'full': as many as give a result at each place where filter and image overlap.
        'half': half of the filter's size, so for odd sizes the result is as large as the image.
        Numbers: so many for rows and for columns, at both ends; a pair gives those before and
        after.
    subsample : tuple of two int
        The stride: only every n-th row and column is computed, for a stride of n.
    filter_flip : bool
        Whether to turn the filters round. False gives the correlation: the sum of x[b, c,
        i + k, j + l] · w[o, c, k, l].
    image_shape : tuple, optional
        An older name of `input_shape`.
    filter_dilation : tuple of two int
        The distance in the image between rows and columns that meet neighbours in a filter.
    num_groups : int
        The number of groups into which channels and filters are divided: each group
        of filters sees one group of channels.
    unshared : bool
        Theano's; must be False: filters that differ from place to place are not supported.

    Returns
    -------
    Variable
        (batch, filters, rows, columns): see `get_conv_output_shape`. The dtype is that of x · w;
        integers are cast to floats first.

    Raises
    ------
    TypeError
        If images or filters do not have four dimensions.
    ValueError
        If an option is none of the above; at run time, if the numbers of channels differ or a
        filter is larger than an image with its zeros.
    NotImplementedError
        If `unshared` is True.

    References
    ----------
    Dumoulin and Visin, *A guide to convolution arithmetic for deep learning*, 2016.

    Examples
    --------
    >>> image = [[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]]
    >>> conv2d(image, [[[[1.0, -1.0]]]]).eval()
    array([[[[1., 1.],
             [1., 1.]]]])
    >>> conv2d(image, [[[[1.0, -1.0]]]], border_mode="full").eval()
    array([[[[ 1.,  1.,  1., -3.],
             [ 4.,  1.,  1., -6.]]]])
    """
    if image_shape is not None:
        if input_shape is not None:
            raise ValueError("conv2d: image_shape is another name of input_shape; give one of them")
        input_shape = image_shape
    return AbstractConv2d(
        *(input_shape, filter_shape, border_mode, subsample, filter_flip),
        *(filter_dilation, num_groups, unshared),
    )(input, filters)


def conv3d(
    input: Any,
    filters: Any,
    input_shape: Any = None,
    filter_shape: Any = None,
    border_mode: Any = "valid",
    subsample: Any = (1, 1, 1),
    filter_flip: bool = True,
    filter_dilation: Any = (1, 1, 1),
    num_groups: int = 1,
) -> Variable:
    """The convolution of images with three axes, such as films: see `conv2d`.

    Parameters
    ----------
    input : 5-d tensor
        (batch, channels, depth, rows, columns).
    filters : 5-d tensor
        (filters, channels, depth, rows, columns).
    input_shape, filter_shape, border_mode, subsample, filter_flip, filter_dilation, num_groups
        As in `conv2d`, with three numbers instead of two.

    Returns
    -------
    Variable
        (batch, filters, depth, rows, columns).

    Examples
    --------
    >>> conv3d([[[[[1.0, 2.0, 4.0]]]]], [[[[[1.0, -1.0]]]]]).eval()
    array([[[[[1., 2.]]]]])
    """
    return AbstractConv3d(
        *(input_shape, filter_shape, border_mode, subsample, filter_flip),
        *(filter_dilation, num_groups),
    )(input, filters)


def conv2d_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    filter_shape: Any = None,
    border_mode: Any = "valid",
    input_dilation: Any = (1, 1),
    filter_flip: bool = True,
    filter_dilation: Any = (1, 1),
    num_groups: int = 1,
    unshared: bool = False,
) -> Variable:
    """The transposed convolution: each element of the input adds a multiple of a filter to the result.

    It is the derivative of Σ input · conv2d(y, filters) by y, and makes images larger where that
    convolution makes them smaller ("deconvolution").

    Parameters
    ----------
    input : 4-d tensor
        (batch, filters, rows, columns).
    filters : 4-d tensor
        (filters, channels, rows, columns): filters as in the input, channels as in the result.
    output_shape : tuple of four, or int vector
        The shape of the result; the last two, which may be expressions, are used.
    input_dilation : tuple of two int
        The `subsample` of that convolution: the distance in the result between two neighbours in
        the input.
    filter_shape, border_mode, filter_flip, filter_dilation, num_groups, unshared
        Those of that convolution: see `conv2d`.

    Returns
    -------
    Variable
        (batch, channels, rows, columns).

    Raises
    ------
    ValueError
        When it runs, if that convolution would not have the shape of the input.

    Examples
    --------
    >>> image, filters = [[[[1.0, 2.0]]]], [[[[1.0, 10.0]]]]
    >>> conv2d_transpose(image, filters, (1, 1, 1, 4), input_dilation=(1, 2)).eval()
    array([[[[10.,  1., 20.,  2.]]]])
    """
    return AbstractConv2d_gradInputs(
        *(None, filter_shape, border_mode, input_dilation, filter_flip),
        *(filter_dilation, num_groups, unshared),
    )(filters, input, _last(output_shape, 2))


def conv2d_grad_wrt_inputs(
    output_grad: Any,
    filters: Any,
    input_shape: Any,
    filter_shape: Any = None,
    border_mode: Any = "valid",
    subsample: Any = (1, 1),
    filter_flip: bool = True,
    filter_dilation: Any = (1, 1),
    num_groups: int = 1,
    unshared: bool = False,
) -> Variable:
    """The derivative of Σ output_grad · conv2d(input, filters) by the input.

    Parameters
    ----------
    output_grad : 4-d tensor
        It has the shape of the convolution's result.
    filters : 4-d tensor
    input_shape : tuple of four, or int vector
        The input's shape; the last two, which may be expressions, are used.
    filter_shape, border_mode, subsample, filter_flip, filter_dilation, num_groups, unshared
        Those of the convolution: see `conv2d`.

    Returns
    -------
    Variable
        It has the shape of the input.

    Raises
    ------
    ValueError
        When it runs, if the convolution would not have the shape of output_grad.

    Examples
    --------
    >>> conv2d_grad_wrt_inputs([[[[1.0, 1.0]]]], [[[[1.0, -1.0]]]], (1, 1, 1, 3)).eval()
    array([[[[-1.,  0.,  1.]]]])
    """
    return AbstractConv2d_gradInputs(
        *(None, filter_shape, border_mode, subsample, filter_flip),
        *(filter_dilation, num_groups, unshared),
    )(filters, output_grad, _last(input_shape, 2))


def conv3d_grad_wrt_inputs(
    output_grad: Any,
    filters: Any,
    input_shape: Any,
    filter_shape: Any = None,
    border_mode: Any = "valid",
    subsample: Any = (1, 1, 1),
    filter_flip: bool = True,
    filter_dilation: Any = (1, 1, 1),
    num_groups: int = 1,
) -> Variable:
    """The derivative of Σ output_grad · conv3d(input, filters) by the input.

    All is as for `conv2d_grad_wrt_inputs`, with one axis more.

    >>> conv3d_grad_wrt_inputs([[[[[1.0]]]]], [[[[[1.0, 2.0]]]]], (1, 1, 1, 1, 2)).eval()
    array([[[[[2., 1.]]]]])
    """
    return AbstractConv3d_gradInputs(
        *(None, filter_shape, border_mode, subsample, filter_flip),
        *(filter_dilation, num_groups),
    )(filters, output_grad, _last(input_shape, 3))


def conv2d_grad_wrt_weights(
    input: Any,
    output_grad: Any,
    filter_shape: Any,
    input_shape: Any = None,
    border_mode: Any = "valid",
    subsample: Any = (1, 1),
    filter_flip: bool = True,
    filter_dilation: Any = (1, 1),
    num_groups: int = 1,
    unshared: bool = False,
) -> Variable:
    """The derivative of Σ output_grad · conv2d(input, filters) by the filters.

    Parameters
    ----------
    input : 4-d tensor
    output_grad : 4-d tensor
        It has the shape of the convolution's result.
    filter_shape : tuple of four, or int vector
        The filters' shape; the last two, which may be expressions, are used.
    input_shape, border_mode, subsample, filter_flip, filter_dilation, num_groups, unshared
        Those of the convolution: see `conv2d`.

    Returns
    -------
    Variable
        It has the shape of the filters.

    Raises
    ------
    ValueError
        When it runs, if the convolution would not have the shape of output_grad.

    Examples
    --------
    >>> conv2d_grad_wrt_weights([[[[1.0, 2.0, 4.0]]]], [[[[1.0, 1.0]]]], (1, 1, 1, 2)).eval()
    array([[[[6., 3.]]]])
    """
    return AbstractConv2d_gradWeights(
        *(input_shape, None, border_mode, subsample, filter_flip),
        *(filter_dilation, num_groups, unshared),
    )(input, output_grad, _last(filter_shape, 2))


def conv3d_grad_wrt_weights(
    input: Any,
    output_grad: Any,
    filter_shape: Any,
    input_shape: Any = None,
    border_mode: Any = "valid",
    subsample: Any = (1, 1, 1),
    filter_flip: bool = True,
    filter_dilation: Any = (1, 1, 1),
    num_groups: int = 1,
) -> Variable:
    """The derivative of Σ output_grad · conv3d(input, filters) by the filters.

    All is as for `conv2d_grad_wrt_weights`, with one axis more.

    >>> conv3d_grad_wrt_weights([[[[[1.0, 2.0]]]]], [[[[[3.0]]]]], (1, 1, 1, 1, 2)).eval()
    array([[[[[6., 3.]]]]])
    """
    return AbstractConv3d_gradWeights(
        *(input_shape, None, border_mode, subsample, filter_flip),
        *(filter_dilation, num_groups),
    )(input, output_grad, _last(filter_shape, 3))


# ---- What is composed of them -------------------------------------------------------------------


def separable_conv2d(
    input: Any,
    depthwise_filters: Any,
    pointwise_filters: Any,
    num_channels: int,
    input_shape: Any = None,
    depthwise_filter_shape: Any = None,
    pointwise_filter_shape: Any = None,
    border_mode: Any = "valid",
    subsample: Any = (1, 1),
    filter_flip: bool = True,
    filter_dilation: Any = (1, 1),
) -> Variable:
    """A convolution of each channel alone, then at each place a product that mixes the channels.

    Parameters
    ----------
    input : 4-d tensor
        (batch, channels, rows, columns).
    depthwise_filters : 4-d tensor
        (channels · m, 1, rows, columns): m filters for each channel.
    pointwise_filters : 4-d tensor
        (filters, channels · m, 1, 1).
    num_channels : int
        The number of channels of the input.
    input_shape, depthwise_filter_shape, pointwise_filter_shape : tuple of four, optional
        Sizes that are known.
    border_mode, subsample, filter_flip, filter_dilation
        Those of the first convolution: see `conv2d`.

    References
    ----------
    Chollet, *Xception: Deep Learning with Depthwise Separable Convolutions*, 2017.

    Examples
    --------
    >>> x = [[[[1.0, 2.0]], [[3.0, 4.0]]]]
    >>> separable_conv2d(x, [[[[1.0]]], [[[10.0]]]], [[[[1.0]], [[1.0]]]], num_channels=2).eval()
    array([[[[31., 42.]]]])
    """
    each = AbstractConv2d(
        *(input_shape, depthwise_filter_shape, border_mode, subsample, filter_flip),
        *(filter_dilation, num_channels),
    )(input, depthwise_filters)
    return AbstractConv2d(kshp=pointwise_filter_shape)(each, pointwise_filters)


def separable_conv3d(
    input: Any,
    depthwise_filters: Any,
    pointwise_filters: Any,
    num_channels: int,
    input_shape: Any = None,
    depthwise_filter_shape: Any = None,
    pointwise_filter_shape: Any = None,
    border_mode: Any = "valid",
    subsample: Any = (1, 1, 1),
    filter_flip: bool = True,
    filter_dilation: Any = (1, 1, 1),
) -> Variable:
    """A convolution of each channel alone, then a product that mixes them, of images with three axes.

    All is as for `separable_conv2d`, with one axis more.

    >>> x = [[[[[1.0, 2.0]]], [[[3.0, 4.0]]]]]
    >>> each, both = [[[[[1.0]]]], [[[[10.0]]]]], [[[[[1.0]]], [[[1.0]]]]]
    >>> separable_conv3d(x, each, both, num_channels=2).eval()
    array([[[[[31., 42.]]]]])
    """
    each = AbstractConv3d(
        *(input_shape, depthwise_filter_shape, border_mode, subsample, filter_flip),
        *(filter_dilation, num_channels),
    )(input, depthwise_filters)
    return AbstractConv3d(kshp=pointwise_filter_shape)(each, pointwise_filters)


def causal_conv1d(
    input: Any,
    filters: Any,
    filter_shape: Any,
    input_shape: Any = None,
    subsample: int = 1,
    filter_flip: bool = True,
    filter_dilation: int = 1,
    num_groups: int = 1,
    unshared: bool = False,
) -> Variable:
    """The convolution along time, in which no result depends on later inputs.

    y[b, o, t] = Σ x[b, c, t − dilation · k] · w[o, c, k] over c and k, where x is 0 before its
    beginning.

    Parameters
    ----------
    input : 3-d tensor
        (batch, channels, time).
    filters : 3-d tensor
        (filters, channels, time).
    filter_shape, input_shape : tuple of three int or None, or None
        Sizes that are known.
    subsample, filter_dilation : int
    filter_flip, num_groups, unshared
        As for `conv2d`.

    Returns
    -------
    Variable
        (batch, filters, time), as long as the input if subsample is 1.

    References
    ----------
    van den Oord et al., *WaveNet: A Generative Model for Raw Audio*, 2016.

    Examples
    --------
    >>> causal_conv1d([[[1.0, 2.0, 4.0]]], [[[1.0, 10.0]]], (1, 1, 2)).eval()
    array([[[ 1., 12., 24.]]])
    """
    x, w = as_tensor_variable(input), as_tensor_variable(filters)
    if x.type.ndim != 3 or w.type.ndim != 3:
        raise TypeError(f"causal_conv1d takes tensors of 3 dimensions; got {x.type} and {w.type}")
    image_shape, kernel_shape = (
        None if shape is None else (*shape[:2], None, shape[2])
        for shape in (input_shape, filter_shape)
    )
    y = AbstractConv2d(
        *(image_shape, kernel_shape, "full", (1, subsample), filter_flip),
        *((1, filter_dilation), num_groups, unshared),
    )(dimshuffle(x, [0, 1, "x", 2]), dimshuffle(w, [0, 1, "x", 2]))
    length = (sizes_of(x)[2] - 1) // subsample + 1
    return getitem(y, (slice(None), slice(None), 0, slice(length)))


def bilinear_upsampling(
    input: Any,
    ratio: Any = None,
    frac_ratio: Any = None,
    batch_size: Any = None,
    num_input_channels: Any = None,
    use_1D_kernel: bool = True,
) -> Variable:
    """Larger images, by linear interpolation between rows and columns.

    Row i of the result is the image at row (i − ⌊(ratio − 1) / 2⌋) / ratio, or its first or last
    row beyond these; columns are made in the same way.

    Parameters
    ----------
    input : 4-d tensor
        (batch, channels, rows, columns).
    ratio : int, or tuple of two int
        The factor for the numbers of rows and of columns.
    frac_ratio : pair of int, or pair of such pairs
        A fraction instead of ratio: images are enlarged by the numerator, and of the result every
        row and column at a multiple of the denominator is taken.
    batch_size, num_input_channels, use_1D_kernel
        Theano's hints for speed; ignored.

    Raises
    ------
    TypeError
        If the input does not have four dimensions.
    ValueError
        If neither ratio nor frac_ratio is given, or both are.

    Examples
    --------
    >>> bilinear_upsampling([[[[1.0, 3.0]]]], ratio=(1, 2)).eval()
    array([[[[1., 2., 3., 3.]]]])
    """
    x = as_tensor_variable(input)
    if x.type.ndim != 4:
        raise TypeError(f"bilinear_upsampling takes a tensor of 4 dimensions; got {x}, {x.type}")
    if (ratio is None) == (frac_ratio is None):
        raise ValueError("bilinear_upsampling takes ratio or frac_ratio, one of them")
    if frac_ratio is None:
        ratios = [(ratio, 1)] * 2 if isinstance(ratio, int) else [(n, 1) for n in ratio]
    else:
        ratios = [frac_ratio] * 2 if isinstance(frac_ratio[0], int) else list(frac_ratio)
    batch, channels, rows, columns = sizes_of(x)
    x = reshape(x, (batch * channels, 1, rows, columns))
    for axis, (numerator, denominator) in zip((2, 3), ratios, strict=True):
        divisor = math.gcd(numerator, denominator)
        x = _enlarged(x, axis, numerator // divisor)
        x = getitem(x, (*[slice(None)] * axis, slice(None, None, denominator // divisor)))
    return reshape(x, (batch, channels, *sizes_of(x)[2:]))


def frac_bilinear_upsampling(input: Any, frac_ratio: Any) -> Variable:
    """Images enlarged by a fraction: `bilinear_upsampling` with `frac_ratio`.

    >>> frac_bilinear_upsampling([[[[1.0, 3.0]]]], ((1, 1), (3, 2))).eval().round(3)
    array([[[[1.   , 1.667, 3.   ]]]])
    """
    return bilinear_upsampling(input, frac_ratio=frac_ratio)


def bilinear_kernel_1D(ratio: Any, normalize: bool = True) -> Variable:
    """min(i + 1, 2 · ratio − 1 − i) / ratio for each place i, the weights of linear interpolation.

    Parameters
    ----------
    ratio : int, or integer scalar
        The factor by which the image is enlarged.
    normalize : bool
        Whether to divide by the ratio.

    Returns
    -------
    Variable
        A vector of 2 · ratio − 1 elements, of ``config.floatX``.

    Examples
    --------
    >>> bilinear_kernel_1D(2).eval()
    array([0.5, 1. , 0.5])
    """
    first = arange(1, ratio + 1, dtype=config.floatX)
    kernel = concatenate([first, arange(ratio - 1, 0, -1, dtype=config.floatX)])
    return kernel / cast(as_tensor_variable(ratio), config.floatX) if normalize else kernel


def bilinear_kernel_2D(ratio: Any, normalize: bool = True) -> Variable:
    """The products of the weights for rows with those for columns: see `bilinear_kernel_1D`.

    Parameters
    ----------
    ratio : int, integer scalar, or tuple of two of these
        The factor for the numbers of rows and of columns of the image.
    normalize : bool
        Whether to divide by the ratio.

    Returns
    -------
    Variable
        A matrix of ``config.floatX``.

    Examples
    --------
    >>> bilinear_kernel_2D((1, 2), normalize=False).eval()
    array([[1., 2., 1.]])
    """
    of_rows, of_columns = ratio if isinstance(ratio, tuple) else (ratio, ratio)
    rows, columns = (bilinear_kernel_1D(n, normalize) for n in (of_rows, of_columns))
    return dimshuffle(rows, [0, "x"]) * dimshuffle(columns, ["x", 0])


def _enlarged(x: Variable, axis: int, ratio: int) -> Variable:
    """Return `ratio` times as many rows or columns, interpolated between their neighbours."""
    first, last = (
        getitem(x, (*[slice(None)] * axis, place)) for place in (slice(1), slice(-1, None))
    )
    shape = [*sizes_of(x)]
    shape[axis] = shape[axis] * ratio
    # Each row is added to those around its new place, the less the farther away they are.
    weights = np.minimum(np.arange(1, 2 * ratio), np.arange(1, 2 * ratio)[::-1]) / ratio
    kernel = weights.reshape([1, 1, -1, 1] if axis == 2 else [1, 1, 1, -1]).astype(x.type.dtype)
    border, apart = [0, 0], [1, 1]
    border[axis - 2], apart[axis - 2] = 2 * ratio - (ratio - 1) // 2 - 1, ratio
    extended = concatenate([first, x, last], axis=axis)
    return conv2d_transpose(extended, kernel, shape, border_mode=border, input_dilation=apart)


def _last(shape: Any, count: int) -> Any:
    """Return the sizes of images or filters along their own axes, of a shape of all their axes."""
    if isinstance(shape, (list, tuple)):
        return list(shape)[-count:]
    return as_sizes(shape, 2 + count)[-count:]
