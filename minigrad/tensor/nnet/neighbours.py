"""Rectangles of images as rows of a matrix, and back."""

from __future__ import annotations

from math import prod
from typing import Any

from ...core.axes import as_tensor_variable, dimshuffle, sizes_of
from ...core.graph import Variable
from ...ops.convolution import Pad
from ...ops.indexing import getitem
from ...ops.shape import with_sizes
from ...protocol.walks import known_integer
from ..creation import arange
from ..shapes import reshape
from ..sizes import as_size, as_sizes

__all__ = ["Images2Neibs", "images2neibs", "neibs2images"]

# How many zeros are put around an image, for a rectangle of that size.
_BORDERS = {"half": lambda size: size // 2, "full": lambda size: size - 1}
_MODES = ("valid", "ignore_borders", "wrap_centered", "half", "full")


def images2neibs(
    ten4: Any, neib_shape: Any, neib_step: Any = None, mode: str = "valid"
) -> Variable:
    """The rectangles of images, each a row of a matrix.

    Parameters
    ----------
    ten4 : 4-d tensor
        (images, channels, rows, columns).
    neib_shape : tuple of two sizes, or int vector
        Rows and columns of a rectangle.
    neib_step : tuple of two sizes, or int vector, optional
        The distance between neighbouring rectangles; by default `neib_shape`.
    mode : {'valid', 'ignore_borders', 'wrap_centered', 'half', 'full'}
        'valid' refuses images that the rectangles do not cover to the last row and column;
        'ignore_borders' leaves out the remaining rows and columns. 'wrap_centered' centres a
        rectangle of odd sizes at each place, and continues beyond a border at the opposite one.
        'half' and 'full' are 'valid' for images with zeros around them, half as many as the
        rectangle's size, or one less than its size.

    Returns
    -------
    matrix
        The rectangles of a channel are consecutive rows; then come those of the next channel, and
        of the next image.

    Raises
    ------
    TypeError
        If ten4 does not have four dimensions.
    ValueError
        If mode is none of these, or a size is even with 'wrap_centered'; at run time, if the
        rectangles do not cover the image.

    Examples
    --------
    >>> from minigrad.tensor import arange
    >>> images2neibs(arange(8).reshape((1, 1, 2, 4)), (2, 2)).eval()
    array([[0, 1, 4, 5],
           [2, 3, 6, 7]])
    """
    x = as_tensor_variable(ten4)
    if x.type.ndim != 4:
        raise TypeError(f"images2neibs takes a tensor of 4 dimensions; got {x}, {x.type}")
    if mode not in _MODES:
        raise ValueError(f"images2neibs: mode must be one of {', '.join(_MODES)}; got {mode!r}")
    lengths = as_sizes(neib_shape, 2)
    steps = lengths if neib_step is None else as_sizes(neib_step, 2)
    if mode in _BORDERS:
        widths = [_BORDERS[mode](length) for length in lengths for _ in range(2)]
        x = Pad((2, 3))(x, *map(as_size, widths))
    if mode == "wrap_centered" and any(n and n % 2 == 0 for n in map(known_integer, lengths)):
        raise ValueError(f"images2neibs: mode 'wrap_centered' takes odd sizes; got {neib_shape}")
    sizes = sizes_of(x)
    windows = [*zip(sizes[2:], lengths, steps, strict=True)]
    if mode == "wrap_centered":
        counts = [(size - 1) // step + 1 for size, _, step in windows]
    else:
        counts = [(size - length) // step + 1 for size, length, step in windows]
    places = [
        dimshuffle(arange(count) * step, [0, "x"]) + dimshuffle(arange(length), ["x", 0])
        for count, (_, length, step) in zip(counts, windows, strict=True)
    ]
    if mode == "wrap_centered":
        pairs = zip(places, windows, strict=True)
        places = [(place - length // 2) % size for place, (size, length, _) in pairs]
    elif mode != "ignore_borders":
        triples = zip(counts, windows, strict=True)
        covered = [(count - 1) * step + length for count, (_, length, step) in triples]
        x = with_sizes(x, [None, None, *covered])
    rows, columns = dimshuffle(places[0], [0, "x", 1, "x"]), dimshuffle(places[1], ["x", 0, "x", 1])
    found = getitem(x, (slice(None), slice(None), rows, columns))
    return reshape(found, (prod([*sizes[:2], *counts]), lengths[0] * lengths[1]))


class Images2Neibs:
    """``Images2Neibs(mode)(ten4, neib_shape, neib_step)`` is `images2neibs`, with its older interface.

    Examples
    --------
    >>> Images2Neibs()([[[[1, 2], [3, 4]]]], (1, 2)).eval()
    array([[1, 2],
           [3, 4]])
    """

    def __init__(self, mode: str = "valid") -> None:
        self.mode = mode

    def __call__(self, ten4: Any, neib_shape: Any, neib_step: Any = None) -> Variable:
        """Return the rectangles of images, each a row of a matrix."""
        return images2neibs(ten4, neib_shape, neib_step, self.mode)


def neibs2images(neibs: Any, neib_shape: Any, original_shape: Any, mode: str = "valid") -> Variable:
    """The images whose rectangles are the rows of a matrix; the inverse of `images2neibs`.

    Parameters
    ----------
    neibs : matrix
        A result of `images2neibs`, with rectangles that do not overlap.
    neib_shape : tuple of two sizes, or int vector
        Rows and columns of a rectangle.
    original_shape : tuple of four sizes, or int vector
        The shape of the images.
    mode : {'valid', 'ignore_borders'}
        The mode with which the matrix was made. Elements that were left out at borders are 0.

    Raises
    ------
    NotImplementedError
        If the mode is another one.

    Examples
    --------
    >>> neibs2images([[0, 1, 4, 5], [2, 3, 6, 7]], (2, 2), (1, 1, 2, 4)).eval()
    array([[[[0, 1, 2, 3],
             [4, 5, 6, 7]]]])
    """
    if mode not in ("valid", "ignore_borders"):
        raise NotImplementedError(
            f"neibs2images: rectangles of mode {mode!r} overlap; it takes 'valid' and 'ignore_borders'"
        )
    x, shape = as_tensor_variable(neibs), as_sizes(original_shape, 4)
    lengths = as_sizes(neib_shape, 2)
    counts = [size // length for size, length in zip(shape[2:], lengths, strict=True)]
    x = dimshuffle(reshape(x, (*shape[:2], *counts, *lengths)), [0, 1, 2, 4, 3, 5])
    if mode == "valid":
        return reshape(x, shape)
    covered = [count * length for count, length in zip(counts, lengths, strict=True)]
    over = [size - part for size, part in zip(shape[2:], covered, strict=True)]
    x = reshape(x, (*shape[:2], *covered))
    return Pad((2, 3))(x, as_size(0), over[0], as_size(0), over[1])
