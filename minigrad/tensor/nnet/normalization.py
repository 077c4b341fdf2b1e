"""Batch normalization: each unit minus its mean, divided by its standard deviation.

Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal
Covariate Shift" (2015).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...core.axes import as_tensor_variable, dimshuffle, restore_axes
from ...core.elementwise import cast
from ...core.graph import Variable
from ...core.table import sqrt
from ...ops.counting import element_count, normalize_axes
from ..reductions import mean as mean_of
from ..reductions import var as var_of
from ..shapes import addbroadcast, patternbroadcast

Axes = str | int | Sequence[int]


def batch_normalization(
    inputs: Any, gamma: Any, beta: Any, mean: Any, std: Any, mode: str = "low_mem"
) -> Variable:
    """(inputs − mean) · gamma / std + beta, for each element; they broadcast. `mode` is ignored.

    >>> batch_normalization([[1.0, 3.0]], 2.0, 1.0, 2.0, 1.0).eval()
    array([[-1.,  3.]])
    """
    inputs, gamma, beta, mean, std = map(as_tensor_variable, (inputs, gamma, beta, mean, std))
    return (inputs - mean) * (gamma / std) + beta


def batch_normalization_train(
    inputs: Any,
    gamma: Any,
    beta: Any,
    axes: Axes = "per-activation",
    epsilon: float = 1e-4,
    running_average_factor: float = 0.1,
    running_mean: Any = None,
    running_var: Any = None,
) -> tuple[Variable, ...]:
    """(inputs − mean) / √(var + epsilon) · gamma + beta, with mean and variance of the batch.

    Parameters
    ----------
    inputs : tensor
    gamma, beta : tensors
        They have the dimensions of inputs, with size 1 along `axes`; or lack these axes.
    axes : {'per-activation', 'spatial'}, int or sequence of int
        The axes along which mean and variance are taken. 'per-activation' is the first axis,
        'spatial' all axes except the second.
    epsilon : float
    running_average_factor : float
        The weight of the batch in the running averages.
    running_mean, running_var : tensors, optional
        They have the shape of gamma.

    Returns
    -------
    out : Variable
        It has the shape of inputs.
    mean, invstd : Variable
        The mean, and 1 / √(var + epsilon), whose axes have size 1.
    new_running_mean, new_running_var : Variable
        Returned if running averages are given: their next values, with their types. The variance of
        the batch has the divisor n − 1 in them, as in Theano.

    Raises
    ------
    ValueError
        If only one running average is given, or a parameter has other dimensions.

    Examples
    --------
    >>> out, mean, invstd = batch_normalization_train([[1.0], [3.0]], [1.0], [0.0], epsilon=0.0)
    >>> out.eval().tolist(), mean.eval().tolist()
    ([[-1.0], [1.0]], [[2.0]])
    """
    x = as_tensor_variable(inputs)
    along = _axes(x, axes)
    if (running_mean is None) != (running_var is None):
        raise ValueError("batch_normalization_train: give both running averages, or none")
    mean = mean_of(x, along, keepdims=True)
    variance = var_of(x, along, keepdims=True)
    invstd = 1 / sqrt(variance + epsilon)
    out = (x - mean) * (_parameter(x, gamma, along) * invstd) + _parameter(x, beta, along)
    results = [out, mean, invstd]
    if running_mean is not None:
        n = cast(element_count(x, along), x.type.dtype)
        for old, new in ((running_mean, mean), (running_var, variance * (n / (n - 1)))):
            old = as_tensor_variable(old)
            average = _parameter(x, old, along) * (1 - running_average_factor)
            average = average + new * running_average_factor
            if old.type.ndim != x.type.ndim:
                average = dimshuffle(average, [a for a in range(x.type.ndim) if a not in along])
            known = [size == 1 for size in old.type.shape]
            results.append(cast(patternbroadcast(average, known), old.type.dtype))
    return tuple(results)


def batch_normalization_test(
    inputs: Any,
    gamma: Any,
    beta: Any,
    mean: Any,
    var: Any,
    axes: Axes = "per-activation",
    epsilon: float = 1e-4,
) -> Variable:
    """(inputs − mean) / √(var + epsilon) · gamma + beta, with a given mean and variance.

    Parameters are those of `batch_normalization_train`; mean and var have the shape of gamma.

    >>> batch_normalization_test([[1.0], [3.0]], [1.0], [0.0], [1.0], [4.0], epsilon=0.0).eval()
    array([[0.],
           [1.]])
    """
    x = as_tensor_variable(inputs)
    along = _axes(x, axes)
    gamma, beta, mean, var = (_parameter(x, p, along) for p in (gamma, beta, mean, var))
    return (x - mean) * (gamma / sqrt(var + epsilon)) + beta


def _axes(x: Variable, axes: Axes) -> tuple[int, ...]:
    """Return the axes along which mean and variance are taken, counted from 0."""
    if axes == "per-activation":
        return (0,)
    if axes == "spatial":
        return (0, *range(2, x.type.ndim))
    if isinstance(axes, str):
        raise ValueError(f"axes must be 'per-activation', 'spatial', or numbers; got {axes!r}")
    return normalize_axes(axes, x.type.ndim)


def _parameter(x: Variable, parameter: Any, along: Sequence[int]) -> Variable:
    """Return the parameter with the dimensions of x, so that it broadcasts along the axes."""
    p = as_tensor_variable(parameter)
    if p.type.ndim == x.type.ndim:
        return addbroadcast(p, *along)
    if p.type.ndim != x.type.ndim - len(along):
        raise ValueError(
            f"batch normalization: a parameter has {x.type.ndim} dimensions as the inputs, or "
            f"{x.type.ndim - len(along)}; got {p} of {p.type}"
        )
    return restore_axes(p, along, x.type.ndim)
