"""Estimating how far rounding has moved the results of an expression, by rounding at random.

References
----------
D. S. Parker, *Monte Carlo arithmetic* (1997): results whose operations are rounded at random scatter
as far as rounding has moved them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...core.elementwise import Elementwise, truth
from ...core.evaluate import Watcher, evaluate
from ...core.graph import Apply, Op, Variable, perform
from ...ops.reduction import REDUCTIONS
from ...ops.windows import largest_of_windows
from ...protocol.closed import ClosedGraph
from ...protocol.kernels import numpy_clip, numpy_relu


def rounded_at_random(
    outputs: Sequence[Variable],
    values: Mapping[Variable, np.ndarray],
    random: np.random.Generator,
    doubtful: bool = False,
) -> list[np.ndarray]:
    """The values of the outputs, where each operation's floats get random last bits.

    If `doubtful`, three things more are uncertain. A result that is infinite though its inputs are
    finite becomes NaN. Results of constants alone are rounded, too, since rewriting may have computed
    them more accurately. And numbers that are almost equal are sometimes compared as if they were
    equal, as they may be without rounding.
    """
    # Results of constants alone, such as the exponent of a power's derivative, are most often exact.
    varying = set(values)

    def round_at_random(node: Apply, inputs: Sequence[Any], results: list[Any]) -> None:
        if node.op.inner:
            inner = [_Watched(graph, round_at_random) for graph in node.op.inner]
            varying.update(v for graph in inner for v in graph.inputs)
            storage: list[list[Any]] = [[None] for _ in results]
            node.op.with_inner(inner).perform(node, [*inputs], storage)
            results[:] = [np.asarray(value) for (value,) in storage]
        if doubtful and _compares_floats(node):
            inputs = _made_equal_at_random(inputs, random)
            results[:] = perform(node, [*inputs])
        if doubtful and all(np.isfinite(x).all() for x in inputs):
            results[:] = map(_with_nan_for_infinity, results)
        if doubtful or not varying.isdisjoint(node.inputs):
            varying.update(node.outputs)
            if not _is_exact(node):
                exact = _are_whole(node.op, inputs) if not doubtful else False
                results[:] = [_with_random_last_bits(x, random, exact) for x in results]

    return evaluate(outputs, values, round_at_random)


class _Watched(ClosedGraph):
    """A graph whose operations are watched while it is computed."""

    def __init__(self, graph: ClosedGraph, watch: Watcher) -> None:
        super().__init__(graph.inputs, graph.outputs)
        self._watch = watch

    def compute(self, values: Sequence[Any]) -> list[Any]:
        return evaluate(self.outputs, dict(zip(self.inputs, values, strict=True)), self._watch)


# Functions that return one of their arguments' numbers, or a whole number, and round nothing.
_EXACT_FUNCTIONS = frozenset(
    [np.maximum, np.minimum, numpy_clip, np.abs, np.negative, np.sign, np.array, numpy_relu]
    + [np.floor, np.ceil, np.trunc, np.rint, REDUCTIONS["max"][0], REDUCTIONS["min"][0]]
    + [largest_of_windows]
)


def _is_exact(node: Apply) -> bool:
    is_choice = getattr(node.op, "function", None) in _EXACT_FUNCTIONS
    return node.op.is_view or bool(node.inputs[node.op.moves]) or is_choice


# Functions that make whole numbers of whole numbers, as in the exponent x - 1 of a power's derivative.
_OF_WHOLE_NUMBERS = frozenset([np.add, np.subtract, np.multiply])


def _are_whole(op: Op, inputs: Sequence[np.ndarray]) -> np.ndarray | bool:
    """Whether results of an op are whole numbers, made of whole numbers."""
    if getattr(op, "function", None) not in _OF_WHOLE_NUMBERS:
        return False
    return np.logical_and.reduce(np.broadcast_arrays(*[x == np.rint(x) for x in inputs]))


# Numbers are almost equal if they differ by at most so many times their precision.
_ALMOST = 30


def _compares_floats(node: Apply) -> bool:
    """Whether it compares two tensors of floats, one of which has been computed."""
    is_comparison = isinstance(node.op, Elementwise) and node.op.result is truth
    has_floats = all(v.type.is_float for v in node.inputs)
    return (
        is_comparison and has_floats and len(node.inputs) == 2 and any(v.owner for v in node.inputs)
    )


def _made_equal_at_random(
    pair: Sequence[np.ndarray], random: np.random.Generator
) -> list[np.ndarray]:
    """x and y, with none, half or all of the elements of y that almost equal x's replaced by x's."""
    x, y = np.broadcast_arrays(*pair)
    precision = max(np.finfo(x.dtype).eps, np.finfo(y.dtype).eps)
    is_near = np.abs(x - y) <= _ALMOST * precision * np.maximum(np.abs(x), np.abs(y))
    return [x, np.where(is_near & (random.random(x.shape) < random.choice([0.0, 0.5, 1.0])), x, y)]


def _with_nan_for_infinity(x: np.ndarray) -> np.ndarray:
    return np.asarray(np.where(np.isinf(x), np.nan, x), x.dtype) if x.dtype.kind == "f" else x


def _with_random_last_bits(
    x: np.ndarray, random: np.random.Generator, exact: np.ndarray | bool = False
) -> np.ndarray:
    """The floats with random last bits, except the floats that are exact."""
    if x.dtype.kind != "f":
        return x
    units = random.choice([-1.0, 1.0], size=x.shape)
    info = np.finfo(x.dtype)
    last = np.maximum(np.abs(x) * info.eps, info.smallest_subnormal)
    is_exact = (x == 0) | (exact & (last < 1))
    return np.asarray(np.where(is_exact, x, x + units * last), x.dtype)
