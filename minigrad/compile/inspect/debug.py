"""DebugMode: the compiled program's results beside those of the reference interpreter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...core.axes import Size
from ...core.evaluate import evaluate
from ...core.graph import Variable, toposort
from ...ops.shape import Shape
from ...protocol.walks import ancestors
from .rounding import rounded_at_random

# Rewrites change the order of operations, and so the rounding: by how many units of precision.
TOLERANCE = 1e4
# Where the interpreter's own rounding is more, how many times what rounding it at random shows, in
# at most so many runs: what a comparison decides by the last bit takes some until it flips.
_TIMES, _MOST_RUNS = 30, 64


class DisagreementError(AssertionError):
    """Raised if a compiled program and the reference interpreter compute different results."""


def compare_with_interpreter(
    name: str,
    outputs: Sequence[Variable],
    values: Mapping[Variable, np.ndarray],
    results: Sequence[np.ndarray],
) -> None:
    """Raise a DisagreementError unless the results are the outputs' values.

    Where the interpreter's value is not finite, the program may have found a better one; also where
    the value is uncertain, because rounding was magnified: log(1 - sigmoid(x)), say. If there is a
    difference, more rounding, at random, shows how far rounding has moved the value.
    """
    with np.errstate(all="ignore"):
        expected = evaluate(outputs, values)
    for number, (output, right, result) in enumerate(zip(outputs, expected, results, strict=True)):
        is_other_shape = result.shape != right.shape
        if is_other_shape and _has_a_shape_by_rounding(output, values, right.shape):
            continue
        if is_other_shape or result.dtype != right.dtype:
            difference = f"{result.dtype} {result.shape} instead of {right.dtype} {right.shape}"
        else:
            wrong = _differs(result, right, TOLERANCE * precision_of(output))
            if wrong.any():
                wrong = _not_explained_by_rounding(output, values, result, right, wrong)
            difference = _described(result, right, wrong)
        if difference:
            raise DisagreementError(
                f"{name}: result {number} ({output}) of the compiled program differs from the "
                f"reference interpreter's: {difference}; this is a bug in minigrad or in an Op"
            )


def precision_of(output: Variable) -> float:
    """The relative rounding error of the coarsest float type that the output is made of."""
    floats = {v.type.numpy_dtype for v in ancestors([output]) if v.type.is_float}
    return max([float(np.finfo(dtype).eps) for dtype in floats], default=0.0)


def _differs(result: np.ndarray, right: np.ndarray, tolerance: float) -> np.ndarray:
    """Whether elements differ by more than the tolerance, relative to the largest number."""
    if right.dtype.kind != "f":
        return np.asarray(result != right)
    with np.errstate(all="ignore"):
        finite = np.isfinite(right)
        scale = np.max(np.abs(np.where(finite, right, 0)), initial=1.0)
        close = np.abs(np.subtract(result, right, dtype=float)) <= tolerance * scale
    return np.asarray(finite & ~close)


def _has_a_shape_by_rounding(
    output: Variable, values: Mapping[Variable, np.ndarray], shape: tuple[int, ...]
) -> bool:
    """Whether the output has another shape if it is rounded otherwise: how often a loop runs, say."""
    random = np.random.default_rng(0)
    with np.errstate(all="ignore"):
        for _ in range(_MOST_RUNS):
            try:
                (run,) = rounded_at_random([output], values, random, doubtful=True)
            except (ValueError, IndexError):  # of an index that was rounded
                return True
            if run.shape != shape:
                return True
    return False


def _not_explained_by_rounding(
    output: Variable,
    values: Mapping[Variable, np.ndarray],
    result: np.ndarray,
    right: np.ndarray,
    wrong: np.ndarray,
) -> np.ndarray:
    """Whether elements are wrong, and differ by more than the interpreter's are uncertain."""
    random = np.random.default_rng(0)
    outputs = [output, *_that_choices_are_made_by(output)]
    difference = np.abs(np.subtract(result, right, dtype=float))
    spread = np.zeros(right.shape)
    with np.errstate(all="ignore"):
        for _ in range(_MOST_RUNS):
            try:
                run, *numbers = rounded_at_random(outputs, values, random, doubtful=True)
            except (ValueError, IndexError):  # of an index that was rounded
                return np.zeros_like(wrong)
            if run.shape != right.shape:
                return np.zeros_like(wrong)
            # If one of the floats that choices are made by is unknown, so is every result.
            if not all(np.isfinite(x).all() for x in numbers):
                return np.zeros_like(wrong)
            if right.dtype.kind == "f":
                spread = np.maximum(spread, np.abs(np.subtract(run, right, dtype=float)))
                wrong = wrong & np.isfinite(spread) & ~(difference <= _TIMES * spread)
            else:
                wrong = wrong & (run == right)
            if not wrong.any():
                break
    return wrong


def _that_choices_are_made_by(output: Variable) -> list[Variable]:
    """The computed floats from which comparisons and the like make integers and truth values."""
    return [
        variable
        for node in toposort([output])
        if not isinstance(node.op, (Size, Shape)) and not node.outputs[0].type.is_float
        for variable in node.inputs
        if variable.type.is_float and variable.owner is not None
    ]


def _described(result: np.ndarray, right: np.ndarray, wrong: np.ndarray) -> str:
    """The first difference; empty if there is none."""
    if not wrong.any():
        return ""
    if not right.ndim:
        return f"{result} instead of {right}"
    index = tuple(map(int, np.argwhere(wrong)[0]))
    return f"{result[index]} instead of {right[index]} at index {index}"
