"""`check_grad`: is this gradient right? With no step to choose and no tolerance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..core.errors import quoted
from ..core.evaluate import evaluate
from ..core.graph import Apply, toposort
from .judge.arguments import Arguments, Arrays, checked_places
from .judge.comparison import Comparison, weights_for
from .judge.report import GradientError, Report
from .symbolic import OfExpressions, Subject, subject_of

_SEED = 20261125
_MAX_CALLS = 20_000
# Less exact than that are the numbers of float16 alone.
_COARSE = 1e-4


def check_grad(
    f: Any,
    *point: Any,
    grad: Callable[..., Any] | None = None,
    wrt: int | str | Sequence[int | str] | None = None,
    order: int = 1,
    seed: int = _SEED,
    max_calls: int = _MAX_CALLS,
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
        how many elements are not compared. A comparison takes some 60 calls, and some always are
        made.
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
    arguments = Arguments(f, point, named)
    places = checked_places(wrt, arguments)
    if order not in (1, 2):
        raise ValueError(f"check_grad: order is 1 or 2; got {order!r}")
    if not isinstance(max_calls, int) or max_calls < 1:
        raise ValueError(
            f"check_grad: max_calls is a number of calls, 1 or more; got {max_calls!r}"
        )
    subject = subject_of(f, grad, arguments, places)
    arrays = arguments.arrays
    random = np.random.default_rng(seed)
    report, weights = _checked(subject, arrays, random, "the gradient", max_calls)
    if order == 2:
        derivative = subject.derivative(weights)
        second, _ = _checked(derivative, arrays, random, "the second derivative", max_calls)
        left_out = report.left_out + second.left_out
        report = Report([*report.entries, *second.entries], left_out)
    return report


def _checked(
    subject: Subject, point: Arrays, random: np.random.Generator, what: str, max_calls: int
) -> tuple[Report, np.ndarray]:
    """The report on a subject, which is right, and the weights of its results."""
    __tracebackhide__ = True
    if subject.precision > _COARSE:
        raise GradientError(
            f"{what} cannot be judged: f computes in float16, which is too coarse; check a function "
            "of float32 or float64"
        )
    values, again = subject.values(point), subject.values(point)
    if not np.array_equal(values, again, equal_nan=True):
        raise GradientError(
            f"{what} cannot be judged: f gives other values when it is called again; if it draws "
            "random numbers, let it draw the same in each call"
        )
    report, weights = compared(subject, point, random, max_calls)
    if report.wrong or report.unclear:
        raise GradientError(_message(report, what) + _cause(report, subject, point), report)
    return report, weights


@np.errstate(all="ignore")  # numbers that are not finite are looked at, which needs no warning
def compared(
    subject: Subject, point: Arrays, random: np.random.Generator, max_calls: int = _MAX_CALLS
) -> tuple[Report, np.ndarray]:
    """The report on a subject, right or wrong, and the weights of its results."""
    weights = weights_for(len(subject.values(point)), random)
    return Comparison(subject, point, weights, max_calls).report(random), weights


def _message(report: Report, what: str) -> str:
    if report.wrong:
        worst = report.worst(1)[0]
        place = f"{'along' if worst.is_direction else 'by'} {worst.where}"
        first = (
            f"{what} is wrong: {place} it is {worst.analytic:.10g}, but the values of the "
            f"function say {worst.numeric:.10g}, with an error of at most {worst.bound:.2g}"
        )
        if report.is_wrong_only_together:
            first += (
                "\nf has kinks here. By itself each derivative lies between the slopes of both sides, "
                "but together they are no subgradient, no mean of gradients nearby. If f is meant to "
                "count ties so (T.max gives each of the tied elements the whole), check it at a "
                "point without ties"
            )
    elif any(entry.kind in ("infinite", "spike") for entry in report.unclear):
        steep = next(e.where for e in report.unclear if e.kind in ("infinite", "spike"))
        first = (
            f"{what} cannot be judged: by {steep} the slope is infinite (it grows without end the "
            "closer one looks), so that no number is right; take another point"
        )
    elif any(entry.kind == "undefined" for entry in report.entries):
        first = f"{what} cannot be judged: f is not finite at the point, or next to it"
    else:
        first = (
            f"{what} cannot be judged: {len(report.unclear)} of {len(report.entries)} numerical "
            "derivatives are too uncertain, because its values are too inexact; take another point"
        )
    return f"{first}\n{report.table()}"


def _cause(report: Report, subject: Subject, point: Arrays) -> str:
    """Which op's derivative is the first to be wrong, for a subject that is made of ops."""
    if not report.wrong or not isinstance(subject, OfExpressions):
        return ""
    node = first_wrong(subject, point)
    if node is None:
        return ""
    line = "" if node.made_at is None else f", made at {quoted(node.made_at)}"
    return f"\nthe first op whose derivative is wrong there: {node.op}{line}"


@np.errstate(all="ignore")
def first_wrong(subject: OfExpressions, point: Arrays) -> Apply | None:
    """The first node, in the order of computing, whose own vjp is wrong at the values it gets."""
    order = toposort(subject.precise_outputs)
    variables = list(dict.fromkeys(v for node in order for v in node.inputs))
    given = dict(zip(subject.precise_inputs, subject.precisely(point), strict=True))
    known = dict(zip(variables, evaluate(variables, given), strict=True))
    moving = {subject.precise_inputs[i] for i in subject.wrt}
    for node in order:
        wrt = [i for i, v in enumerate(node.inputs) if v in moving and v.type.is_float]
        if wrt:
            moving.update(node.outputs)
        inputs = [v.type() for v in node.inputs]
        arrays = [known[v] for v in node.inputs]
        outputs = [v for v in node.op.make_node(*inputs).outputs if v.type.is_float]
        if not wrt or not outputs:
            continue
        if _is_wrong(OfExpressions(inputs, outputs, wrt, arrays), arrays):
            return node
    return None


def _is_wrong(subject: Subject, point: Arrays) -> bool:
    try:
        report, _ = compared(subject, point, np.random.default_rng(_SEED))
    except GradientError:  # a derivative of another shape than its input
        return True
    return bool(report.wrong)
