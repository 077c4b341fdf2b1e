"""The slopes of an expression by a step into the complex numbers, exact but for rounding.

An analytic function has f(x + i h) = f(x) + i h f'(x) + O(h²): the imaginary part is the slope, with
nothing to be subtracted from it, and so h can be so small that h² is nothing.

References
----------
W. Squire and G. Trapp, "Using complex variables to estimate derivatives of real functions", *SIAM
Review* 40 (1998).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..core.elementwise import Elementwise
from ..core.graph import Apply, Constant, Variable, toposort
from ..core.sharing import SharedVariable
from ..protocol.sizes import check_sizes
from .judge.differentiable import COMPLEX_STEPS

# Times the longer step, what is smaller is no longer exact.
_TOO_SMALL = 2.0**-700

# What computes complex numbers as it does real ones, without a fork between branches where real
# numbers are. So neither abs nor maximum are here; nor power, whose complex logarithm is not exact.
_ANALYTIC_FUNCTIONS = frozenset(
    [np.add, np.subtract, np.multiply, np.true_divide, np.negative, np.reciprocal, np.square]
    + [np.exp, np.expm1, np.log, np.log10, np.sqrt]
    + [np.sin, np.cos, np.tan, np.sinh, np.cosh, np.tanh]
)


def is_analytic(outputs: Sequence[Variable]) -> bool:
    """Whether every op on the way to the outputs computes complex numbers too."""
    return all(map(_is_analytic, toposort(outputs)))


def _is_analytic(node: Apply) -> bool:
    op = node.op
    return op.is_analytic or (isinstance(op, Elementwise) and op.function in _ANALYTIC_FUNCTIONS)


def slopes(
    inputs: Sequence[Variable],
    outputs: Sequence[Variable],
    point: Sequence[np.ndarray],
    direction: Sequence[np.ndarray],
    step: float = COMPLEX_STEPS[0],
) -> list[np.ndarray] | None:
    """The derivatives of analytic outputs along a direction.

    There are none where a number on the way is infinite, or so small that a step times it may be
    lost.

    Parameters
    ----------
    inputs, outputs : sequences of Variable
        Floats are float64.
    point, direction : sequences of array
        For each input; where the direction is 0 nothing moves.
    step : float
        One of `COMPLEX_STEPS`.
    """
    moved = [x + 1j * step * d if np.any(d) else x for x, d in zip(point, direction, strict=True)]
    known: dict[Variable, np.ndarray] = dict(zip(inputs, moved, strict=True))
    for node in toposort(outputs, stop_at=known):
        values = [_value(variable, known) for variable in node.inputs]
        check_sizes(node, values)
        cells: list[list[np.ndarray | None]] = [[None] for _ in node.outputs]
        node.op.perform(node, values, cells)
        results = [np.asarray(cell[0]) for cell in cells]
        known.update(zip(node.outputs, results, strict=True))
        if not all(map(_is_safe, (*values, *results))):
            return None
    return [np.imag(_value(output, known)) / step for output in outputs]


def _is_safe(value: np.ndarray) -> bool:
    """Whether nothing is so small that a step times it may be lost, nor infinite."""
    sizes = np.abs(np.real(value))
    return bool(np.all(((sizes >= _TOO_SMALL) | (sizes == 0)) & (sizes < np.inf)))


def _value(variable: Variable, known: dict[Variable, np.ndarray]) -> np.ndarray:
    if variable in known:
        return known[variable]
    assert isinstance(variable, (Constant, SharedVariable))
    return variable.data
