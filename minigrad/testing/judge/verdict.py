"""The verdict on a gradient: a report, or a `GradientError` that says where it is wrong."""

from __future__ import annotations

import numpy as np

from .comparison import Comparison, signed
from .differentiable import Differentiable
from .report import GradientError, Report

SEED = 20261125
MAX_CALLS = 20_000
# Only the numbers of float16 are less exact than that.
_COARSE = 1e-4


def check(
    f: Differentiable, order: int = 1, seed: int = SEED, max_calls: int = MAX_CALLS
) -> Report:
    """Judge the gradient of a function at its point, as `minigrad.testing.check_grad` says."""
    __tracebackhide__ = True  # pytest shows the line of the test instead
    if order not in (1, 2):
        raise ValueError(f"check_grad: order must be 1 or 2; got {order!r}")
    if not isinstance(max_calls, int) or max_calls < 1:
        raise ValueError(
            f"check_grad: max_calls must be a number of calls, 1 or more; got {max_calls!r}"
        )
    random = np.random.default_rng(seed)
    with np.errstate(all="ignore"):  # to look at numbers that are not finite needs no warning
        report, weights = _checked(f, random, "the gradient", max_calls)
        if order == 2:
            second, _ = _checked(f.derivative(weights), random, "the second derivative", max_calls)
            left_out = report.left_out + second.left_out
            report = Report([*report.entries, *second.entries], left_out)
    return report


def _checked(
    f: Differentiable, random: np.random.Generator, what: str, max_calls: int
) -> tuple[Report, np.ndarray]:
    """The report on a gradient that is right, and the weights of the results."""
    __tracebackhide__ = True
    if f.precision > _COARSE:
        raise GradientError(
            f"{what} cannot be judged: f computes in float16, which is too coarse; check a function "
            "of float32 or float64"
        )
    values, again = f.values(f.point), f.values(f.point)
    if not np.array_equal(values, again, equal_nan=True):
        raise GradientError(
            f"{what} cannot be judged: f gives other values when it is called again; if it draws "
            "random numbers, let it draw the same in each call"
        )
    report, weights = compared(f, random, max_calls)
    if report.wrong or report.unclear:
        cause = f.cause() if report.wrong else ""
        raise GradientError(_message(report, what) + cause, report)
    return report, weights


def compared(
    f: Differentiable, random: np.random.Generator | None = None, max_calls: int = MAX_CALLS
) -> tuple[Report, np.ndarray]:
    """The report on a gradient, right or wrong, and the weights of the results."""
    random = np.random.default_rng(SEED) if random is None else random
    weights = signed(len(f.values(f.point)), random)
    return Comparison(f, f.point, weights, max_calls).report(random), weights


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
    elif steep := [e.where for e in report.unclear if e.kind in ("infinite", "spike")]:
        first = (
            f"{what} cannot be judged: by {steep[0]} the slope is infinite (it grows without end the "
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
