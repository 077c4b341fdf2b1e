"""`check_grad`: is this gradient right? With no step to choose and no tolerance."""

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

    If f has several results, it is the gradient of their sum with random weights v that is
    checked, Σₖ vₖ ∂fₖ/∂xᵢ. It must be within the error of the numerical derivative, which is found
    out, not chosen: see `minigrad.testing.judge.slopes`. If there are many elements, only those with
    the largest derivatives and some others are checked one by one, and all together along random
    directions; so the number of calls of f does not grow with the size.

    Parameters
    ----------
    f : callable
        A function that builds an expression of variables; or a compiled function; or a plain
        function of arrays, with `grad`.
    *point : arrays, or what makes some, or lists and dicts of arrays
        Where to check. Integers and bools are passed on, and have no derivative. Values of a
        float32 function are computed in float64, unless it is a compiled one; float16 is too coarse
        to tell a derivative, and is converted to float32.
    grad : callable, optional
        The gradient of a plain function: takes what f takes, and returns the derivative by each
        argument (or each of `wrt`), a single one without a list; that by a dict is a dict. If f's
        result is not a single number, it takes one argument more, the weights v, and returns
        Σₖ vₖ ∂fₖ/∂x. Whenever it is called, f was called before with the same arrays, as layers
        need it that keep something for the way back.
    wrt : int or str, or list of these, optional
        Which arguments' derivatives to check, by their places or names, or the names of arrays in
        them, as ``'params["W1"]'``; by default all those of float type.
    order : {1, 2}
        2: check the second derivatives too, as derivatives of the gradient.
    seed : int
        Draws the weights and directions.
    max_calls : int
        For a slow f: no further comparison is begun after so many calls of it. If there are less
        than a hundred for each element, directions are looked at first. ``report.left_out`` tells
        how many of the elements that were chosen are not compared. A comparison takes some 60
        calls, and some always are made.
    **named
        Arguments of f that are passed by name. Arrays, and lists and dicts of arrays, are part of
        the point, after those that are passed by place; all else is passed on as it is, to grad too
        if it takes it.

    Returns
    -------
    Report
        What was compared. ``report.kinks`` lists the places where f has no derivative, but one on
        each side (relu at 0); the gradient must lie between these. It is no failure.

    Raises
    ------
    GradientError
        If the gradient is wrong, or of another shape than its argument. The message says where and
        by how much, and for expressions which op's derivative is the cause. Also if the function's
        values are too noisy, or not finite, or its slope is infinite, so that nothing can be said;
        and if f or grad changes its arguments.
    TypeError, ValueError
        If an argument is not of its kind.

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
