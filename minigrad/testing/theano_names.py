"""Theano's `verify_grad` and `numeric_grad`, built on `check_grad`."""

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
        A function that builds an expression from variables, or an Op.
    pt : list of arrays
        The point: a float array for each input.
    n_tests : int
        The number of checks, each with other weights of the results.
    rng : numpy.random.RandomState or Generator, optional
        It draws the seeds of the weights. Theano requires one.
    abs_tol, rel_tol : float, optional
        If given, derivatives may also be off by ``abs_tol + rel_tol · |numerical|``.
    eps, out_type, mode, cast_to_output_type, no_debug_ref
        Theano's; ignored: the step is chosen automatically.

    Raises
    ------
    GradientError
        If the gradient is wrong: see `check_grad`.
    TypeError
        If pt is not a list, or rng is not a random generator.

    Examples
    --------
    >>> import numpy as np, minigrad.tensor as T
    >>> verify_grad(lambda x: T.exp(x).sum(), [np.ones((2, 3))], rng=np.random.RandomState(0))
    """
    if not isinstance(pt, (list, tuple)):
        raise TypeError(
            f"verify_grad: pt must be a list of arrays, one for each input of fun; got {describe(pt)}; "
            "write [x] for a single one"
        )
    if rng is not None and not callable(getattr(rng, "uniform", None)):
        raise TypeError(
            "verify_grad: rng must be a random generator, such as numpy.random.RandomState(3); got "
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
        A function from arrays to a number, in NumPy or compiled.
    pt : array or list of arrays
        The point. Integers are converted to float64, and float16, which is too coarse for
        differences, to float32.
    eps, out_type
        Theano's; ignored: the step is chosen automatically.

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
