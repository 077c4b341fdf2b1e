"""`check_grad`: is this gradient right? It needs no step and no tolerance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .judge.report import Report
from .judge.verdict import MAX_CALLS, SEED, check
from .symbolic import differentiable


def check_grad(
    f: Any,
    *point: Any,
    grad: Callable[..., Any] | None = None,
    wrt: int | str | Sequence[int | str] | None = None,
    order: int = 1,
    seed: int = SEED,
    max_calls: int = MAX_CALLS,
    **named: Any,
) -> Report:
    """Check a gradient at a point against finite differences.

    If f has several results, the gradient of their sum with random weights v is checked, Σₖ vₖ
    ∂fₖ/∂xᵢ. It must lie within the error of the numerical derivative, which is measured, not
    chosen: see `minigrad.testing.judge.slopes`. If there are many elements, only those with the
    largest derivatives and some others are checked one by one, and all together along random
    directions; so the number of calls of f does not grow with the size.

    Parameters
    ----------
    f : callable
        A function that builds an expression from variables; or a compiled function; or a
        plain function of arrays, with `grad`.
    *point : arrays, or what makes some, or lists and dicts of arrays
        The point at which to check. Integers and bools are passed on unchanged, and have no
        derivative. Values of a float32 function are computed in float64, unless it is compiled;
        float16 is too coarse to tell a derivative, and is converted to float32.
    grad : callable, optional
        The gradient of a plain function: it takes the arguments of f, and returns the derivative
        by each argument (or each of `wrt`), a single one without a list; the derivative by a dict
        is a dict. If f's result is not a single number, it takes one more argument, the weights
        v, and returns Σₖ vₖ ∂fₖ/∂x. Before each call of it, f is called with the same arrays, for
        layers that keep values for the backward pass.
    wrt : int or str, or list of these, optional
        The arguments whose derivatives to check: their positions or names, or names of arrays in
        them, such as ``'params["W1"]'``. By default all of float type.
    order : {1, 2}
        2 also checks the second derivatives, as derivatives of the gradient.
    seed : int
        The seed for drawing weights and directions.
    max_calls : int
        For a slow f: after so many calls of f, no new comparison is begun. If there are fewer
        than a hundred calls for each element, directions are checked first. ``report.left_out``
        is the number of chosen elements that were not compared. A comparison takes some 60 calls;
        a few are always made.
    **named
        Arguments of f that are passed by name. Arrays, and lists and dicts of arrays, are part of
        the point, after the positional ones; everything else is passed on unchanged, also to `grad`
        if it takes it.

    Returns
    -------
    Report
        The comparisons. ``report.kinks`` lists the places where f has no derivative, but a slope
        on each side (relu at 0); there the gradient must lie between the two. A kink is not a
        failure.

    Raises
    ------
    GradientError
        If the gradient is wrong, or does not have the shape of its argument. The message says
        where and by how much, and for expressions which op's derivative is the cause. Also if
        there can be no verdict, because the function's values are too noisy or not finite, or its
        slope is infinite; and if f or grad changes its arguments.
    TypeError, ValueError
        If an argument has the wrong kind.

    References
    ----------
    Griewank and Walther, *Evaluating Derivatives*, 2nd edition, chapter 3, for the product with
    weights; `minigrad.testing.judge.slopes` for the numerical derivative.

    Examples
    --------
    >>> import numpy as np, minigrad.tensor as T
    >>> from minigrad.testing import check_grad
    >>> check_grad(lambda x, w: T.tanh(x.dot(w)), np.ones((2, 3)), np.ones(3))
    <Report: derivatives: 9 agree>
    >>> check_grad(lambda x: np.sin(x), 0.5, grad=np.sin)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    minigrad.testing.judge.report.GradientError: the gradient is wrong: by x it is 0.4794255386, but the
    values of the function say 0.8775825619, with an error of at most ...
    """
    __tracebackhide__ = True  # pytest shows the line of the test instead
    return check(differentiable(f, point, named, grad, wrt), order, seed, max_calls)
