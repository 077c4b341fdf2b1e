"""``theano.tensor.nnet.conv3d2d``: convolution of films, with Theano's older order of axes."""

from __future__ import annotations

from typing import Any

from ....core.axes import as_tensor_variable
from ....core.graph import Variable
from ....tensor.nnet import conv3d as _conv3d

__all__ = ["conv3d"]


def conv3d(
    signals: Any,
    filters: Any,
    signals_shape: Any = None,
    filters_shape: Any = None,
    border_mode: Any = "valid",
) -> Variable:
    """The convolution of films, with channels after time.

    Parameters
    ----------
    signals : 5-d tensor
        (batch, time, channels, rows, columns).
    filters : 5-d tensor
        (filters, time, channels, rows, columns).
    signals_shape, filters_shape : sequence, optional
        Known sizes of their shapes.
    border_mode
        As for `T.nnet.conv3d`.

    Returns
    -------
    Variable
        (batch, time, filters, rows, columns).

    Examples
    --------
    >>> conv3d([[[[[1.0]]], [[[2.0]]], [[[4.0]]]]], [[[[[1.0]]], [[[-1.0]]]]]).eval().ravel()
    array([1., 2.])
    """
    signals, filters = as_tensor_variable(signals), as_tensor_variable(filters)
    result: Any = _conv3d(
        *(signals.dimshuffle(0, 2, 1, 3, 4), filters.dimshuffle(0, 2, 1, 3, 4)),
        *(_channels_first(signals_shape), _channels_first(filters_shape), border_mode),
    )
    return result.dimshuffle(0, 2, 1, 3, 4)


def _channels_first(shape: Any) -> Any:
    return None if shape is None else [shape[axis] for axis in (0, 2, 1, 3, 4)]
