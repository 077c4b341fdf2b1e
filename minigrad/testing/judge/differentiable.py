"""A function of arrays with its gradient: the interface between functions and the judge."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from .arguments import Arrays, as_list

# Steps into the complex numbers. The square of the first is less than the smallest number, and so
# is 0. The other must give the same slopes; it does not where a step times something small was lost.
COMPLEX_STEPS = 2.0**-600, 2.0**-300


class Differentiable(Protocol):
    """A function of arrays, with its gradient at a point."""

    names: list[str]  # of the arguments
    point: Arrays  # the arguments where the gradient is checked
    wrt: list[int]  # the numbers of the arguments that the gradient is by
    precision: float  # the relative rounding error of `values`, as far as dtypes tell

    def values(self, point: Arrays) -> np.ndarray:
        """All results at a point, one after another, as float64."""
        ...

    def gradients(self, point: Arrays, weights: np.ndarray) -> Arrays:
        """The derivatives of the weighted sum of all results, by each of the arguments `wrt`."""
        ...

    def rounded(self, point: Arrays, weights: np.ndarray) -> list[Arrays]:
        """Several gradients at the point, which scatter as widely as rounding may move them."""
        ...

    def slopes(self, point: Arrays, direction: Arrays, step: float) -> np.ndarray | None:
        """The derivatives of all results along a direction, by a step into the complex numbers.

        None if that is not possible. The direction has an array for each of the arguments
        `wrt`; the step is one of `COMPLEX_STEPS`.
        """
        return None

    def derivative(self, weights: np.ndarray) -> Differentiable:
        """The gradient of the weighted sum as a function, for second derivatives."""
        ...

    def cause(self) -> str:
        """A line that says where in the function the gradient is wrong, or nothing."""
        return ""


def near(point: Arrays, places: Sequence[int], units: int) -> Arrays:
    """Return the point, but the arrays at these places so many units of precision away."""
    moved = list(point)
    for place in places:
        x = point[place]
        moved[place] = (x * (1 + units * np.finfo(x.dtype).eps)).astype(x.dtype)
    return moved


def away(point: Arrays, places: Sequence[int], direction: Arrays, distance: float = 1.0) -> Arrays:
    """Return the point, but the arrays at these places, as float64, so far along a direction."""
    moved = list(point)
    for place, d in zip(places, direction, strict=True):
        moved[place] = point[place].astype("float64") + distance * d
    return moved


def in_parts(weights: np.ndarray, shapes: Sequence[tuple[int, ...]]) -> Arrays:
    """Return the weights of all results as an array for each, of its shape."""
    parts = np.split(weights, np.cumsum([math.prod(shape) for shape in shapes])[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


def as_results(values: Any) -> np.ndarray:
    """Return one array or several as one row of float64."""
    return np.concatenate([np.asarray(value, "float64").ravel() for value in as_list(values)])
