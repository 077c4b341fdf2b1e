"""`verify_grad` and `numeric_grad`, as Theano calls them, on top of `check_grad`'s mechanism."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from .check import check_grad
from .judge.arguments import as_array, as_list, describe
from .judge.differentiable import as_results
from .judge.report import GradientError
from .judge.slopes import slope

# The dtypes that f gets; all others are converted to float64.
_COMPUTED_IN = {"float16": "float32", "float32": "float32"}


def verify_grad(
    fun: Callable[..., Any],
    pt: Sequence[Any],
    n_tests: int = 2,
    rng: Any = None,
    eps: float | None = None,
    out_type: str | None = None,
    abs_tol: float | None = None,
    rel_tol: float | None = None,
    mode: Any = None,
    cast_to_output_type: bool = False,
    no_debug_ref: bool = True,
) -> None:
    """Check the gradient of an expression at a point, under Theano's name for it.

    Parameters
    ----------
    fun : callable
        Builds an expression of variables, or is an Op.
    pt : list of arrays
        The point, an array for each input, of float type.
    n_tests : int
        How often to check, with other weights of the results each time.
    rng : numpy.random.RandomState or Generator, optional
        Gives the seeds of the weights. Theano requires one.
    abs_tol, rel_tol : float, optional
        If given, derivatives may also be off by ``abs_tol + rel_tol · |numerical|``.
    eps, out_type, mode, cast_to_output_type, no_debug_ref
        Theano's; ignored: the step is found by itself.

    Raises
    ------
    GradientError
        If the gradient is wrong: see `check_grad`.
    TypeError
        If pt is no list, or rng draws no random numbers.

    Examples
    --------
    >>> import numpy as np, minigrad.tensor as T
    >>> verify_grad(lambda x: T.exp(x).sum(), [np.ones((2, 3))], rng=np.random.RandomState(0))
    """
    if not isinstance(pt, (list, tuple)):
        raise TypeError(
            f"verify_grad: pt is a list of arrays, one for each input of fun; got {describe(pt)}; "
            "write [x] for a single one"
        )
    if rng is not None and not callable(getattr(rng, "uniform", None)):
        raise TypeError(
            "verify_grad: rng is a generator of random numbers, as numpy.random.RandomState(3); got "
            f"{describe(rng)}"
        )
    for number in range(n_tests):
        seed = number if rng is None else int(rng.uniform() * 2**32)
        try:
            check_grad(fun, *pt, seed=seed)
        except GradientError as error:
            if not _is_tolerated(error, abs_tol, rel_tol):
                raise


def _is_tolerated(error: GradientError, abs_tol: float | None, rel_tol: float | None) -> bool:
    """Whether all that is wrong is within the tolerances."""
    if error.report is None or error.report.unclear or (abs_tol is None and rel_tol is None):
        return False
    return all(
        math.isfinite(entry.difference)
        and entry.difference <= (abs_tol or 0.0) + (rel_tol or 0.0) * abs(entry.numeric)
        for entry in error.report.wrong
    )


class numeric_grad:
    """The numerical gradient of a function of arrays, under Theano's name for it.

    Parameters
    ----------
    f : callable
        From arrays to a number, computed by NumPy or a compiled function.
    pt : array or list of arrays
        The point. Integers are converted to float64; f gets float32 for float16, whose differences
        tell nothing.
    eps, out_type
        Theano's; ignored: the step is found by itself.

    Attributes
    ----------
    gf : array or list of arrays, as `pt`
        The numerical gradient.

    Raises
    ------
    ValueError
        If f's result is not a single number.

    Examples
    --------
    >>> import numpy as np
    >>> numeric_grad(lambda x: np.sum(x**2), np.array([1.0, 3.0])).gf
    array([2., 6.])
    """

    def __init__(
        self, f: Callable[..., Any], pt: Any, eps: float | None = None, out_type: Any = None
    ) -> None:
        given = [as_array(x, f"argument {i}") for i, x in enumerate(as_list(pt))]
        point = [x.astype(_COMPUTED_IN.get(x.dtype.name, "float64")) for x in given]
        count = len(as_results(f(*point)))
        if count != 1:
            raise ValueError(f"numeric_grad: f must return a single number; got {count}")
        gradients = [_partial_derivatives(f, point, i) for i in range(len(point))]
        for i, x in enumerate(given):
            if x.dtype == "float16":
                gradients[i] = gradients[i].astype("float16")
        self.gf = gradients if isinstance(pt, (list, tuple)) else gradients[0]

    @staticmethod
    def abs_rel_err(a: Any, b: Any) -> tuple[np.ndarray, np.ndarray]:
        """|a − b|, and that divided by |a| + |b| (by 1e-8 where both are less).

        Both are infinite where a or b is not finite, unless these are the same infinity.
        """
        x, y = np.asarray(a), np.asarray(b)
        with np.errstate(all="ignore"):
            absolute = np.where(x == y, 0.0, np.abs(x - y))
            relative = absolute / np.maximum(np.abs(x) + np.abs(y), 1e-8)
        is_finite = np.isfinite(absolute)
        return np.where(is_finite, absolute, np.inf), np.where(is_finite, relative, np.inf)

    def abs_rel_errors(self, g_pt: Any) -> list[tuple[np.ndarray, np.ndarray]]:
        """The absolute and the relative errors of a gradient, for each input."""
        own = as_list(self.gf)
        given = as_list(g_pt)
        if len(given) != len(own):
            raise ValueError(f"numeric_grad: {len(given)} gradients for {len(own)} inputs")
        for number, (a, b) in enumerate(zip(given, own, strict=True)):
            if np.shape(a) != np.shape(b):
                raise ValueError(
                    f"numeric_grad: the gradient by input {number} has shape {np.shape(a)}; the "
                    f"input has {np.shape(b)}"
                )
        return [self.abs_rel_err(a, b) for a, b in zip(given, own, strict=True)]

    def max_err(
        self, g_pt: Any, abs_tol: float, rel_tol: float
    ) -> tuple[int, tuple[int, ...], float, float]:
        """The place where a gradient is furthest off, measured by both tolerances, and its errors.

        Returns
        -------
        tuple
            The number of the input, the index of the element, its absolute and relative error.
            The error of what is not a number is infinite.
        """
        worst: tuple[float, int, tuple[int, ...], float, float] = (-1.0, 0, (), 0.0, 0.0)
        for number, (absolute, relative) in enumerate(self.abs_rel_errors(g_pt)):
            if not absolute.size:
                continue
            # An error counts only if it is beyond both tolerances.
            with np.errstate(all="ignore"):  # a tolerance may be 0
                both = np.minimum(absolute / abs_tol, relative / rel_tol)
            both = np.where(absolute == 0, 0.0, both)
            index = np.unravel_index(int(np.argmax(both)), both.shape)
            place = tuple(map(int, index))
            found = (float(both[index]), number, place)
            worst = max(worst, (*found, float(absolute[index]), float(relative[index])))
        return worst[1:]


@np.errstate(all="ignore")  # around an edge of where it is defined
def _partial_derivatives(f: Callable[..., Any], point: list[np.ndarray], i: int) -> np.ndarray:
    """The derivative by each element of an input."""
    x = point[i]
    gradient = np.zeros(x.shape, x.dtype)

    def along(index: tuple[int, ...], scale: float, distance: float) -> np.ndarray:
        moved = x.copy()
        moved[index] += distance * scale
        return as_results(f(*point[:i], moved, *point[i + 1 :]))

    for index in np.ndindex(x.shape):
        size = abs(float(x[index]))
        # Small beside 1 is not always near 0, as for a logarithm.
        for scale in (max(size, 1.0), size or 1.0):
            line = partial(along, index, scale)
            found = slope(line, np.ones(1), float(np.finfo(x.dtype).eps))
            gradient[index] = found.value / scale
            if found.kind == "smooth":
                break
    return gradient
