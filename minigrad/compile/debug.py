"""DebugMode: the compiled program's results beside those of the reference interpreter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..graph import Variable, ancestors, toposort
from ..ops.broadcasting import Shape, Size
from .interpreter import evaluate
from .rounding import rounded_at_random

# Rewrites change the order of operations, and so the rounding: by how many units of precision.
TOLERANCE = 1e4
# Where the interpreter's own rounding is more, how many times what rounding it at random shows, in
# so many runs.
_TIMES, _RUNS = 30, 8


class DisagreementError(AssertionError):
    """A compiled program computed something else than the reference interpreter."""


def compare_with_interpreter(
    name: str,
    outputs: Sequence[Variable],
    values: Mapping[Variable, np.ndarray],
    results: Sequence[np.ndarray],
) -> None:
    """Raise a DisagreementError unless the results are the outputs' values.

    Where the interpreter's value is not finite, the program may have found a better one; also where
    it is uncertain, because rounding was magnified: log(1 - sigmoid(x)), say. How far rounding has
    moved it is found out by more of it, if there is a difference.
    """
    with np.errstate(all="ignore"):
        expected = evaluate(outputs, values)
    for number, (output, right, result) in enumerate(zip(outputs, expected, results, strict=True)):
        if result.dtype != right.dtype or result.shape != right.shape:
            difference = f"{result.dtype} {result.shape} instead of {right.dtype} {right.shape}"
        else:
            wrong = _differs(result, right, TOLERANCE * precision_of(output))
            if wrong.any():
                wrong &= ~_is_explained_by_rounding(output, values, result, right)
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
    """Where the arrays differ by more than the tolerance, relative to the largest number."""
    if right.dtype.kind != "f":
        return np.asarray(result != right)
    with np.errstate(all="ignore"):
        finite = np.isfinite(right)
        scale = np.max(np.abs(np.where(finite, right, 0)), initial=1.0)
        close = np.abs(np.subtract(result, right, dtype=float)) <= tolerance * scale
    return np.asarray(finite & ~close)


def _is_explained_by_rounding(
    output: Variable, values: Mapping[Variable, np.ndarray], result: np.ndarray, right: np.ndarray
) -> np.ndarray:
    """Where the interpreter's value is as uncertain as it differs from the result."""
    random = np.random.default_rng(0)
    choices = _that_choices_are_made_by(output)
    with np.errstate(all="ignore"):
        try:
            runs = [
                rounded_at_random([output, *choices], values, random, doubtful=True)
                for _ in range(_RUNS)
            ]
        except (ValueError, IndexError):  # of an index that was rounded
            return np.ones(right.shape, bool)
        # It is not known which elements an unknown number of those has met.
        if not all(np.isfinite(x).all() for _, *numbers in runs for x in numbers):
            return np.ones(right.shape, bool)
        if right.dtype.kind != "f":
            return np.any([run != right for run, *_ in runs], axis=0)
        spread = np.max([np.abs(np.subtract(run, right, dtype=float)) for run, *_ in runs], axis=0)
        difference = np.abs(np.subtract(result, right, dtype=float))
        return ~np.isfinite(spread) | (difference <= _TIMES * spread)


def _that_choices_are_made_by(output: Variable) -> list[Variable]:
    """The floats of which comparisons and the like make integers and truths; inputs are known."""
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
