"""NanGuardMode: names the operation at which NaN, infinity or a huge number first appears."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...core.evaluate import Watcher
from ...core.graph import Apply, Constant, Variable
from ...core.sharing import SharedVariable
from ...protocol.errors import explained, names_of
from .watching import WatchingMode

# Theano's limit. It has a dtype of its own, because float16 has no such number.
BIG = np.float64(1e10)


class NanGuardError(AssertionError):
    """Raised if a value is NaN, infinite or huge, and the function's mode does not allow that."""


class NanGuardMode(WatchingMode):
    """A mode that raises an error at the first float that is NaN, infinite or huge.

    The function computes the same as with ``FAST_RUN``, but first the reference interpreter
    computes each operation of the rewritten expressions, and its inputs and outputs are checked.
    If any is not allowed, the shared variables stay as they were.

    Parameters
    ----------
    nan_is_error : bool
        Whether NaN is an error.
    inf_is_error : bool
        Whether plus and minus infinity are errors.
    big_is_error : bool
        Whether other numbers beyond ±1e10 are errors.

    Examples
    --------
    >>> import minigrad, minigrad.tensor as T
    >>> x = T.dvector("x")
    >>> guard = minigrad.compile.NanGuardMode(big_is_error=False)
    >>> f = minigrad.function([x], T.log(x).sum(), mode=guard)
    >>> f([0.0, 2.0])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    minigrad.compile.inspect.nanguardmode.NanGuardError: program: of the 2 values of log, 1 is infinite
      given x from 0 to 2
      in log, where x is float64 (2,)
      made at ...
    """

    def __init__(
        self, nan_is_error: bool = True, inf_is_error: bool = True, big_is_error: bool = True
    ) -> None:
        self.nan_is_error = nan_is_error
        self.inf_is_error = inf_is_error
        self.big_is_error = big_is_error

    def watcher(self, function_name: str) -> Watcher:
        """Return the watcher that raises a `NanGuardError` at a value that is not allowed."""

        def look_at(node: Apply, inputs: Sequence[np.ndarray], made: Sequence[np.ndarray]) -> None:
            given = [(v, x) for v, x in zip(node.inputs, inputs, strict=True) if v.owner is None]
            for variable, value in (*given, *zip(node.outputs, made, strict=True)):
                found = self._found(variable, value)
                if found:
                    message = f"{function_name}: {found}{_ranges(node, inputs)}"
                    raise explained(NanGuardError(message), node, inputs)

        return look_at

    def check(
        self, function_name: str, outputs: Sequence[Variable], values: Mapping[Variable, Any]
    ) -> list[np.ndarray]:
        """Compute the outputs; raise a `NanGuardError` at the first value that is not allowed."""
        results = super().check(function_name, outputs, values)
        for output, result in zip(outputs, results, strict=True):
            found = self._found(output, result)  # an output may be an input
            if found:
                raise NanGuardError(f"{function_name}: {found}")
        return results

    def _found(self, variable: Variable, value: np.ndarray) -> str:
        """A message on what is wrong with the variable's value; empty if nothing is."""
        for kind, where in self._kinds(value).items():
            count = np.count_nonzero(where)
            if count:
                are = "is" if count == 1 else "are"
                return f"of the {value.size} values of {_source(variable)}, {count} {are} {kind}"
        return ""

    def _kinds(self, value: np.ndarray) -> dict[str, Any]:
        """The places of the numbers that are errors, for each kind of them."""
        if value.dtype.kind != "f":
            return {}
        return {
            "NaN": self.nan_is_error and np.isnan(value),
            "infinite": self.inf_is_error and np.isinf(value),
            "beyond ±1e10": self.big_is_error and np.isfinite(value) & (np.abs(value) > BIG),
        }


def _source(variable: Variable) -> str:
    """The words for a variable in a message."""
    if isinstance(variable, Constant):
        return "a constant"
    if isinstance(variable, SharedVariable):
        return f"the shared variable {variable}"
    return f"the input {variable}" if variable.owner is None else str(variable.owner.op)


def _ranges(node: Apply, inputs: Sequence[np.ndarray]) -> str:
    """The ranges of the values that the node was given, as a line of a message."""
    ranges = [
        f"{name} from {np.min(value):.4g} to {np.max(value):.4g}"
        for name, value in zip(names_of(node.inputs), inputs, strict=True)
        if value.size
    ]
    return f"\n  given {', '.join(ranges)}" if ranges else ""
