"""DebugMode: the compiled program's results beside those of the reference interpreter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..graph import Variable, ancestors
from .interpreter import evaluate

# Rewrites change the order of operations, and so the rounding: by how many units of precision.
TOLERANCE = 1e4


class DisagreementError(AssertionError):
    """A compiled program computed something else than the reference interpreter."""


def compare_with_interpreter(
    name: str,
    outputs: Sequence[Variable],
    values: Mapping[Variable, np.ndarray],
    results: Sequence[np.ndarray],
) -> None:
    """Raise a DisagreementError unless the results are the outputs' values.

    Where the interpreter's value is not finite, the program may have found a better one.
    """
    with np.errstate(all="ignore"):
        expected = evaluate(outputs, values)
    for number, (output, right, result) in enumerate(zip(outputs, expected, results, strict=True)):
        if result.dtype != right.dtype or result.shape != right.shape:
            difference = f"{result.dtype} {result.shape} instead of {right.dtype} {right.shape}"
        else:
            difference = _difference(result, right, TOLERANCE * precision_of(output))
        if difference:
            raise DisagreementError(
                f"{name}: result {number} ({output}) of the compiled program differs from the "
                f"reference interpreter's: {difference}; this is a bug in minigrad or in an Op"
            )


def precision_of(output: Variable) -> float:
    """The relative rounding error of the coarsest float type that the output is made of."""
    floats = {v.type.numpy_dtype for v in ancestors([output]) if v.type.is_float}
    return max([float(np.finfo(dtype).eps) for dtype in floats], default=0.0)


def _difference(result: np.ndarray, right: np.ndarray, tolerance: float) -> str:
    """Where and by how much the arrays differ; empty if they agree."""
    if right.dtype.kind == "f":
        with np.errstate(all="ignore"):
            finite = np.isfinite(right)
            scale = np.max(np.abs(np.where(finite, right, 0)), initial=1.0)
            close = np.abs(np.subtract(result, right, dtype=float)) <= tolerance * scale
        wrong = finite & ~close
    else:
        wrong = result != right
    if not wrong.any():
        return ""
    if not right.ndim:
        return f"{result} instead of {right}"
    index = tuple(map(int, np.argwhere(wrong)[0]))
    return f"{result[index]} instead of {right[index]} at index {index}"
