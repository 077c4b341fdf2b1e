"""``T.fft``: Fourier transforms of real arrays, by real and imaginary parts in a last axis of 2."""

from __future__ import annotations

from math import prod
from typing import Any

from ..core.axes import as_tensor_variable, sizes_of
from ..core.elementwise import cast
from ..core.graph import Variable
from ..core.table import sqrt
from ..ops.fourier import IRFFT, RFFT
from ..protocol.values import check_choice
from .elementwise import as_float

__all__ = ["irfft", "rfft"]

NORMS = (None, "ortho", "no_norm")


def rfft(inp: Any, norm: str | None = None) -> Variable:
    """Σ x[j] · exp(−2πi jk/n) over j, for each of several real arrays x and k from 0 to n // 2.

    Parameters
    ----------
    inp : tensor of at least 2 dimensions
        (arrays, …, n): each array is transformed along all of its axes.
    norm : {None, 'ortho', 'no_norm'}
        With 'ortho', divide by the square root of an array's size.

    Returns
    -------
    tensor
        (arrays, …, n // 2 + 1, 2): the real and the imaginary part for each frequency. Along the
        last axis they go up to n // 2; the others are conjugates of these.

    Raises
    ------
    TypeError
        If there are fewer than 2 dimensions.
    ValueError
        If there is no such norm.

    Examples
    --------
    >>> rfft([[1.0, 0.0, -1.0, 0.0]]).eval()
    array([[[0., 0.],
           [2., 0.],
           [0., 0.]]])
    """
    x = _at_least(2, "rfft", inp)
    check_choice("norm", norm, NORMS)
    return _divided(RFFT(x.type.ndim - 1)(x), sizes_of(x)[1:] if norm == "ortho" else [], norm)


def irfft(inp: Any, norm: str | None = None, is_odd: bool = False) -> Variable:
    """The inverse of `rfft`: the real arrays of which `inp` is the `rfft`, with the same norm.

    Parameters
    ----------
    inp : tensor of at least 3 dimensions
        (arrays, …, n // 2 + 1, 2), as `rfft` makes it.
    norm : {None, 'ortho', 'no_norm'}
        By default, divide the sum by an array's size; with 'ortho', by the root of that; with
        'no_norm', not at all.
    is_odd : bool
        Whether n is odd, which the shape of `inp` does not tell.

    Returns
    -------
    tensor
        (arrays, …, n)

    Raises
    ------
    TypeError
        If there are fewer than 3 dimensions.
    ValueError
        If `norm` is another word, or `is_odd` is not a bool; at run time, if the last size is not
        2.

    Examples
    --------
    >>> irfft([[[0.0, 0.0], [2.0, 0.0], [0.0, 0.0]]]).eval()
    array([[ 1.,  0., -1.,  0.]])
    """
    y = _at_least(3, "irfft", inp)
    check_choice("norm", norm, NORMS)
    check_choice("is_odd", is_odd, (False, True))
    *sizes, half, _ = sizes_of(y)[1:]
    n = 2 * (half - 1) + int(is_odd)
    x = IRFFT(y.type.ndim - 2)(y, as_tensor_variable(n))
    return _divided(x, [] if norm == "no_norm" else [*sizes, n], norm)


def _at_least(ndim: int, name: str, x: Any) -> Variable:
    x = as_float(x, "floatX")
    if x.type.ndim < ndim:
        raise TypeError(
            f"{name}: the first axis counts arrays of at least {ndim - 1}; got {x.type}"
        )
    return x


def _divided(result: Variable, sizes: list[Any], norm: str | None) -> Variable:
    """Return the result divided by the product of the sizes, or for 'ortho' by its root."""
    if not sizes:
        return result
    size = cast(prod(sizes), result.type.dtype)
    return result / (sqrt(size) if norm == "ortho" else size)
