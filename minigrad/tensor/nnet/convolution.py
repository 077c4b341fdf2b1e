"""The options of a convolution, and the shapes that they give.

The classes have the names of Theano's operations, and are called on variables like these. They
compose operations of `ops.convolution`, which do not handle borders and do not turn filters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...core.axes import as_tensor_variable, sizes_of
from ...core.elementwise import cast
from ...core.graph import Variable
from ...ops.convolution import Correlate, CorrelateFilters, CorrelateInputs, Pad, Trim
from ...ops.indexing import getitem
from ...ops.shape import with_sizes
from ...ops.windows import count_windows
from ...protocol.walks import known_integer, number_if_known
from ..elementwise import as_real
from ..sizes import as_size, as_sizes

# How many zeros there are at both ends of an axis, for a filter of that size with its gaps.
_MODES = {"valid": lambda size: 0, "half": lambda size: size // 2, "full": lambda size: size - 1}


class _Convolution:
    """The options of a convolution, checked, and applied to variables."""

    n_axes: int

    def __init__(
        self,
        imshp: Any = None,
        kshp: Any = None,
        border_mode: Any = "valid",
        subsample: Any = 1,
        filter_flip: bool = True,
        filter_dilation: Any = 1,
        num_groups: int = 1,
        unshared: bool = False,
    ) -> None:
        if unshared:
            raise NotImplementedError(
                f"{self}: unshared filters, different at each place, are not supported; multiply "
                "the result of images2neibs by them and add up"
            )
        if int(num_groups) < 1:
            raise ValueError(f"{self}: num_groups must be 1 or more; got {num_groups}")
        self.imshp, self.kshp = imshp, kshp
        self.border_mode = _checked_mode(border_mode, self.n_axes)
        self.subsample = self._whole_numbers("subsample", subsample)
        self.filter_flip = filter_flip
        self.filter_dilation = self._whole_numbers("filter_dilation", filter_dilation)
        self.num_groups = int(num_groups)

    def __str__(self) -> str:
        return type(self).__name__

    def _whole_numbers(self, name: str, value: Any) -> tuple[int, ...]:
        numbers = tuple(map(int, [value] * self.n_axes if np.ndim(value) == 0 else value))
        if len(numbers) != self.n_axes or min(numbers) < 1:
            raise ValueError(
                f"{self}: {name} must be {self.n_axes} numbers, 1 or more; got {value!r}"
            )
        return numbers

    @property
    def _properties(self) -> tuple[Any, ...]:
        return self.subsample, self.filter_dilation, self.num_groups

    def _checked(self, name: str, x: Any, shape: Any = None) -> Variable:
        """Return x as a variable with as many axes as it must have, and sizes that are checked."""
        x = as_tensor_variable(x)
        if x.type.ndim != self.n_axes + 2:
            raise TypeError(
                f"{self}: {name} must have {self.n_axes + 2} dimensions; got {x}, {x.type}"
            )
        if shape is None:
            return x
        sizes = [None if size is None else known_integer(as_size(size)) for size in shape]
        if len(sizes) != x.type.ndim:
            raise ValueError(
                f"{self}: the shape of {name} must be {x.type.ndim} sizes; got {shape!r}"
            )
        # To know a 1 would be to let the axis broadcast.
        return with_sizes(x, [None if size == 1 else size for size in sizes])

    def _borders(self, kernel: Sequence[Any]) -> list[tuple[Any, Any]]:
        """Return how many zeros are before and after the images along each axis."""
        spread = [(k - 1) * d + 1 for k, d in zip(kernel, self.filter_dilation, strict=True)]
        return _borders(self.border_mode, spread)

    def _padded(self, x: Variable, kernel: Sequence[Any]) -> Variable:
        return self._border(Pad, x, self._borders(kernel))

    def _border(self, op: type[Pad | Trim], x: Variable, borders: Sequence[Any]) -> Variable:
        along = [axis for axis, border in enumerate(borders) if border != (0, 0)]
        widths = [as_size(width) for axis in along for width in borders[axis]]
        return op(tuple(2 + axis for axis in along))(x, *widths) if along else x

    def _turned(self, filters: Variable) -> Variable:
        if not self.filter_flip:
            return filters
        return getitem(filters, (..., *[slice(None, None, -1)] * self.n_axes))


class _Forward(_Convolution):
    def __call__(self, img: Any, kern: Any) -> Variable:
        """Return the convolution of images with filters."""
        x, w = self._checked("input", img, self.imshp), self._checked("filters", kern, self.kshp)
        x, w, dtype = _of_one_dtype(x, w)
        y = Correlate(*self._properties)(self._padded(x, _sizes(w)), self._turned(w))
        return cast(y, dtype)


class _GradInputs(_Convolution):
    def __call__(self, kern: Any, topgrad: Any, shape: Any) -> Variable:
        """Return the derivative by images of that shape from that by the result."""
        w, g = self._checked("filters", kern, self.kshp), self._checked("output_grad", topgrad)
        w, g, dtype = _of_one_dtype(w, g)
        sizes = [*map(number_if_known, as_sizes(shape, self.n_axes))]
        borders = self._borders(_sizes(w))
        padded = [sum(border, size) for size, border in zip(sizes, borders, strict=True)]
        x = CorrelateInputs(*self._properties)(self._turned(w), g, *map(as_size, padded))
        return cast(self._border(Trim, x, borders), dtype)


class _GradWeights(_Convolution):
    def __call__(self, img: Any, topgrad: Any, shape: Any) -> Variable:
        """Return the derivative by filters of that shape from that by the result."""
        x, g = self._checked("input", img, self.imshp), self._checked("output_grad", topgrad)
        x, g, dtype = _of_one_dtype(x, g)
        kernel = [*map(number_if_known, as_sizes(shape, self.n_axes))]
        x = self._padded(x, kernel)
        w = CorrelateFilters(*self._properties)(x, g, *map(as_size, kernel))
        return cast(self._turned(w), dtype)


class AbstractConv2d(_Forward):
    """``AbstractConv2d(border_mode=…)(img, kern)`` is `conv2d`, with Theano's older interface."""

    n_axes = 2


class AbstractConv3d(_Forward):
    """``AbstractConv3d(border_mode=…)(img, kern)`` is `conv3d`, with Theano's older interface."""

    n_axes = 3


class AbstractConv2d_gradInputs(_GradInputs):
    """``AbstractConv2d_gradInputs(…)(kern, topgrad, shape)`` is `conv2d_grad_wrt_inputs`."""

    n_axes = 2


class AbstractConv3d_gradInputs(_GradInputs):
    """``AbstractConv3d_gradInputs(…)(kern, topgrad, shape)`` is `conv3d_grad_wrt_inputs`."""

    n_axes = 3


class AbstractConv2d_gradWeights(_GradWeights):
    """``AbstractConv2d_gradWeights(…)(img, topgrad, shape)`` is `conv2d_grad_wrt_weights`."""

    n_axes = 2


class AbstractConv3d_gradWeights(_GradWeights):
    """``AbstractConv3d_gradWeights(…)(img, topgrad, shape)`` is `conv3d_grad_wrt_weights`."""

    n_axes = 3


def _of_one_dtype(a: Variable, b: Variable) -> tuple[Variable, Variable, str]:
    """Return both in the dtype in which their products are added up, and the dtype of the result."""
    a, b = as_real(a), as_real(b)
    dtype = np.result_type(a.type.numpy_dtype, b.type.numpy_dtype).name
    wide = "float32" if dtype == "float16" else dtype
    return cast(a, wide), cast(b, wide), dtype


def _sizes(x: Variable) -> list[Any]:
    """Return the sizes of images or filters along their own axes, as numbers where they are known."""
    return [*map(number_if_known, sizes_of(x)[2:])]


# ---- Borders and shapes ----------------------------------------------------------------------------


def _checked_mode(mode: Any, n_axes: int) -> Any:
    """Return the border mode, a name or a pair of numbers of zeros for each axis."""
    if isinstance(mode, str) and mode in _MODES:
        return mode
    if isinstance(mode, (int, np.integer)):
        mode = (mode,) * n_axes
    try:
        pairs = [(pad, pad) if np.ndim(pad) == 0 else pad for pad in mode]
        checked = tuple((int(before), int(after)) for before, after in pairs)
    except (TypeError, ValueError):
        checked = ()
    if len(checked) != n_axes or min(map(min, checked)) < 0:
        raise ValueError(
            "border_mode is 'valid', 'full', 'half', a number of zeros, or one for each of the "
            f"{n_axes} axes, or a pair for each; got {mode!r}"
        )
    return checked


def _borders(mode: Any, spread: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Return how many zeros are before and after the images along each axis."""
    if isinstance(mode, str):
        return [(width, width) for width in map(_MODES[mode], spread)]
    return list(mode)


def get_conv_output_shape(
    image_shape: Sequence[Any],
    kernel_shape: Sequence[Any],
    border_mode: Any,
    subsample: Sequence[int],
    filter_dilation: Sequence[int] | None = None,
) -> tuple[Any, ...]:
    """The shape of a convolution's result: ⌊(n + zeros − (k − 1) · dilation − 1) / subsample⌋ + 1.

    Parameters
    ----------
    image_shape : tuple
        (batch, channels, rows, columns), with a size more in 3-d. Each is an int, an expression, or
        None where it is unknown.
    kernel_shape : tuple
        (filters, channels, rows, columns), of the same length.
    border_mode, subsample, filter_dilation
        As for `conv2d`.

    Returns
    -------
    tuple
        (batch, filters, rows, columns); None where a size is unknown.

    Raises
    ------
    ValueError
        If the lengths differ, or `border_mode` is not valid.

    Examples
    --------
    >>> get_conv_output_shape((128, 1, 28, 28), (20, 1, 5, 5), "valid", (1, 1))
    (128, 20, 24, 24)
    >>> get_conv_output_shape((None, 1, 28, None), (20, 1, 5, 5), (2, 1), (3, 1))
    (None, 20, 10, None)
    """
    n_axes = len(subsample)
    if not len(image_shape) == len(kernel_shape) == n_axes + 2:
        raise ValueError(
            f"get_conv_output_shape: {tuple(image_shape)} and {tuple(kernel_shape)} have two sizes "
            f"more than there are axes, {n_axes}"
        )
    mode = _checked_mode(border_mode, n_axes)
    sizes = along_axes(
        get_conv_shape_1axis, image_shape, kernel_shape, mode, subsample, filter_dilation
    )
    return (image_shape[0], kernel_shape[0], *sizes)


def along_axes(
    of_1_axis: Callable[..., Any],
    a: Sequence[Any],
    b: Sequence[Any],
    border_mode: Any,
    subsample: Sequence[int],
    filter_dilation: Sequence[int] | None,
) -> list[Any]:
    """Return the results of a function for the sizes and options along each axis of images."""
    n_axes = len(subsample)
    is_same = isinstance(border_mode, (str, int))
    modes = [border_mode] * n_axes if is_same else border_mode
    dilation = filter_dilation or [1] * n_axes
    each = zip(a[2:], b[2:], modes, subsample, dilation, strict=True)
    return [of_1_axis(*of_one) for of_one in each]


def get_conv_shape_1axis(
    image_shape: Any, kernel_shape: Any, border_mode: Any, subsample: int, dilation: int = 1
) -> Any:
    """The size of a convolution's result along one axis: see `get_conv_output_shape`.

    >>> get_conv_shape_1axis(28, 5, "half", 1), get_conv_shape_1axis(28, None, "half", 1)
    (28, None)
    """
    if None in (image_shape, kernel_shape):
        return None
    mode = border_mode if isinstance(border_mode, str) else [border_mode]
    spread = (kernel_shape - 1) * dilation + 1
    ((before, after),) = _borders(_checked_mode(mode, 1), [spread])
    return count_windows([image_shape + before + after], [kernel_shape], [subsample], [dilation])[0]
