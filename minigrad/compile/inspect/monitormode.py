"""MonitorMode: the user's functions get each operation, with its inputs and outputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, NamedTuple

import numpy as np

from ...core.evaluate import Watcher
from ...core.graph import Apply
from .watching import WatchingMode


class Computed(NamedTuple):
    """An operation that has been computed: its inputs and outputs, each in a list."""

    inputs: list[list[np.ndarray]]
    outputs: list[list[np.ndarray]]


# It gets the operation's number, its node, and what was computed.
Look = Callable[[int, Apply, Computed], None]


class MonitorMode(WatchingMode):
    """A mode that passes each operation to functions, before the program is run.

    The reference interpreter computes the rewritten expressions, operation by operation.

    Parameters
    ----------
    pre_func, post_func : callable, optional
        Functions that are called, in this order, after each operation. They get its number, its
        node, and an object whose ``inputs`` and ``outputs`` are lists of lists with one array
        each.
    linker, optimizer
        Theano's; ignored.

    Examples
    --------
    >>> import minigrad, minigrad.tensor as T
    >>> from minigrad.compile.inspect.monitormode import MonitorMode
    >>> def show(i, node, fn):
    ...     print(i, node.op, [output[0].tolist() for output in fn.outputs])
    >>> x = T.dscalar("x")
    >>> minigrad.function([x], T.exp(x) + x, mode=MonitorMode(post_func=show))(0.0)
    0 exp [1.0]
    1 add [1.0]
    array(1.)
    """

    def __init__(
        self,
        pre_func: Look | None = None,
        post_func: Look | None = None,
        linker: Any = None,
        optimizer: Any = "default",
    ) -> None:
        self._looks = [look for look in (pre_func, post_func) if look is not None]

    def watcher(self, function_name: str) -> Watcher:
        """Return the watcher that shows each operation to the user's functions."""
        numbers = count()

        def show(node: Apply, inputs: Sequence[np.ndarray], made: Sequence[np.ndarray]) -> None:
            computed = Computed([[x] for x in inputs], [[y] for y in made])
            number = next(numbers)
            for look in self._looks:
                look(number, node, computed)

        return show

    def including(self, *tags: str) -> MonitorMode:
        """This mode: all rewrites are always used."""
        return self

    excluding = including


def detect_nan(i: int, node: Apply, fn: Computed) -> None:
    """Print the operation, its inputs and outputs if an output has a NaN; for use as `post_func`."""
    for (output,) in fn.outputs:
        if output.dtype.kind == "f" and np.isnan(output).any():
            print("*** NaN detected ***")
            print(node)
            print(f"Inputs : {[x for (x,) in fn.inputs]}")
            print(f"Outputs: {[y for (y,) in fn.outputs]}")
            break
