"""Comparing a compiled program with the reference interpreter: they must compute the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..compile.function import function
from ..compile.inspect.debug import precision_of
from ..compile.programs import failing_planner_is_an_error
from ..core.evaluate import evaluate
from ..core.graph import Variable


def assert_program_agrees(
    inputs: Sequence[Variable],
    outputs: Sequence[Variable],
    values: Sequence[np.ndarray],
    rtol: float = 1e-10,
    atol: float = 1e-12,
) -> None:
    """Check that the compiled program computes what the interpreter does.

    It is checked with rewrites and without, and in three calls, of which later ones may reuse
    arrays of the first. Results must be new arrays, and inputs must not change.

    Parameters
    ----------
    inputs, outputs : sequences of Variable
    values : sequence of array
        The values of the inputs.
    rtol, atol : float
        Tolerances for float64; for results computed in float32, they are scaled to its
        precision.

    Raises
    ------
    AssertionError
        If something differs; the message says in which call, where, and by how much.

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
    # NumPy's numbers, because a Python number would be turned into a float16 beside one.
    units = [np.float64(precision_of(output) / np.finfo("float64").eps) for output in outputs]
    tolerances = [(rtol * unit, atol * unit) for unit in units]
    results = {}
    calls = {"first call": fast, "second call": fast, "third call": fast, "FAST_COMPILE": plain}
    for call, f in calls.items():
        with failing_planner_is_an_error():
            results[call] = f(*values)
        _assert_same(results[call], expected, tolerances, call)
    for call, earlier in results.items():
        _assert_same(earlier, expected, tolerances, f"{call}, after later ones")
    for variable, value, copy in zip(inputs, values, before, strict=True):
        np.testing.assert_array_equal(value, copy, f"the program changed its input {variable}")


def _assert_same(
    results: Sequence[np.ndarray],
    expected: Sequence[np.ndarray],
    tolerances: Sequence[tuple[float, float]],
    call: str,
) -> None:
    for number, (result, right) in enumerate(zip(results, expected, strict=True)):
        where = f"{call}, result {number}"
        assert result.dtype == right.dtype, f"{where}: {result.dtype} instead of {right.dtype}"
        assert result.shape == right.shape, f"{where}: {result.shape} instead of {right.shape}"
        rtol, atol = tolerances[number] if right.dtype.kind == "f" else (0, 0)
        np.testing.assert_allclose(result, right, rtol=rtol, atol=atol, err_msg=where)
