"""The slopes of an expression by a step into the complex numbers, exact except for rounding.

An analytic function has f(x + i h) = f(x) + i h f'(x) + O(h²): the imaginary part is h times the
slope. Nothing is subtracted, so h can be so small that h² does not matter.

References
----------
W. Squire and G. Trapp, "Using complex variables to estimate derivatives of real functions", *SIAM
Review* 40 (1998).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core.elementwise import Elementwise
from ..core.graph import Apply, Variable, toposort
from ..protocol.axes import check_sizes
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
    return all(
        op.is_analytic or (isinstance(op, Elementwise) and op.function in _ANALYTIC_FUNCTIONS)
        for op in (node.op for node in toposort(outputs))
    )


def slopes(
    inputs: Sequence[Variable],
    outputs: Sequence[Variable],
    point: Sequence[np.ndarray],
    direction: Sequence[np.ndarray],
    step: float = COMPLEX_STEPS[0],
) -> list[np.ndarray] | None:
    """The derivatives of analytic outputs along a direction, by one of the `COMPLEX_STEPS`, or None."""
    moved = [x + 1j * step * d if np.any(d) else x for x, d in zip(point, direction, strict=True)]
    known = dict(zip(inputs, moved, strict=True))
    for node in toposort(outputs, stop_at=known):
        values = [known[v] if v in known else v.data for v in node.inputs]
        check_sizes(node, values)
        results = perform_unchecked(node, values)
        known.update(zip(node.outputs, results, strict=True))
        if not all(map(_is_safe, (*values, *results))):
            return None
    return [np.imag(known[v] if v in known else v.data) / step for v in outputs]


def perform_unchecked(node: Apply, values: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The op's results for values that need not be of the types of the node's inputs."""
    cells: list[list[Any]] = [[None] for _ in node.outputs]
    node.op.perform(node, list(values), cells)
    return [np.asarray(cell[0]) for cell in cells]


def _is_safe(value: np.ndarray) -> bool:
    """Whether nothing is so small that a step times it may be lost, nor infinite."""
    sizes = np.abs(np.real(value))
    return bool(np.all(((sizes >= _TOO_SMALL) | (sizes == 0)) & (sizes < np.inf)))
