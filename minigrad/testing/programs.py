"""A compiled program beside the reference interpreter: they must compute the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..compile.function import function
from ..compile.interpreter import evaluate
from ..graph import Variable


def assert_program_agrees(
    inputs: Sequence[Variable],
    outputs: Sequence[Variable],
    values: Sequence[np.ndarray],
    rtol: float = 1e-10,
    atol: float = 1e-12,
) -> None:
    """Check that the compiled program computes what the interpreter does.

    With rewrites and without; and in a first call, in the next, which may use arrays of the first
    again, and in a third. Results must be the caller's own, and inputs stay as they were.

    Parameters
    ----------
    inputs, outputs : sequences of Variable
    values : sequence of array
        Of the inputs.
    rtol, atol : float
        How far floats may be apart, in float64; in float32 as many units of precision.

    Raises
    ------
    AssertionError
        If something differs; the message tells in which call, where, and by how much.

    Examples
    --------
    >>> import numpy as np, minigrad.tensor as T
    >>> x = T.dvector("x")
    >>> assert_program_agrees([x], [T.log(1 + T.exp(x))], [np.array([0.5, 2.0])])
    """
    before = [np.array(value) for value in values]
    expected = evaluate(outputs, dict(zip(inputs, values, strict=True)))
    fast = function(inputs, list(outputs), on_unused_input="ignore")
    plain = function(inputs, list(outputs), mode="FAST_COMPILE", on_unused_input="ignore")
    results = {}
    calls = {"first call": fast, "second call": fast, "third call": fast, "FAST_COMPILE": plain}
    for call, f in calls.items():
        results[call] = f(*values)
        _assert_same(results[call], expected, rtol, atol, call)
    for call, earlier in results.items():
        _assert_same(earlier, expected, rtol, atol, f"{call}, after later ones")
    for variable, value, copy in zip(inputs, values, before, strict=True):
        np.testing.assert_array_equal(value, copy, f"the program changed its input {variable}")


def _assert_same(
    results: Sequence[np.ndarray],
    expected: Sequence[np.ndarray],
    rtol: float,
    atol: float,
    call: str,
) -> None:
    for number, (result, right) in enumerate(zip(results, expected, strict=True)):
        where = f"{call}, result {number}"
        assert result.dtype == right.dtype, f"{where}: {result.dtype} instead of {right.dtype}"
        assert result.shape == right.shape, f"{where}: {result.shape} instead of {right.shape}"
        precision = np.float64(0)  # no Python number, which would be turned into a float16
        if right.dtype.kind == "f":
            precision = np.float64(np.finfo(right.dtype).eps / np.finfo("float64").eps)
        np.testing.assert_allclose(
            result, right, rtol=rtol * precision, atol=atol * precision, err_msg=where
        )
