"""Draws from few outcomes, made of numbers between 0 and 1 that were drawn before."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.graph import Apply, NumPyOp, Variable
from ...core.types import TensorType
from ...protocol.walks import known_integer


class _FromUniform(NumPyOp):
    """Draws n times for each row of probabilities; the numbers are those of the first time, and so on.

    Outcome m is drawn by a number u where u is first below p[0] + … + p[m].
    """

    __props__ = ("dtype",)
    n_differentiable = 0
    storage = "new"

    def make_node(self, pvals: Variable, unis: Variable, n: Variable) -> Apply:
        if (pvals.type.ndim, unis.type.ndim, n.type.ndim) != (2, 1, 0):
            raise TypeError(
                f"{self}: pvals must be a matrix, numbers between 0 and 1 a vector, n a scalar; got "
                f"{pvals.type}, {unis.type} and {n.type}"
            )
        rows, columns = pvals.type.shape
        return Apply(
            self, [pvals, unis, n], [TensorType(self.dtype, self._shape(rows, columns, n))()]
        )

    def _shape(self, rows: Any, columns: Any, n: Variable) -> tuple[Any, ...]:
        """Return the known sizes of the result."""
        raise NotImplementedError

    def may_refuse(self, node: Apply) -> bool:
        return True

    def _by_rows(self, pvals: Any, unis: Any, n: Any) -> Any:
        """The numbers, a row for each time."""
        if unis.size != len(pvals) * int(n):
            raise ValueError(
                f"{self}: {unis.size} numbers, but {n} for each of {len(pvals)} rows are needed"
            )
        return unis.reshape(int(n), len(pvals))


class MultinomialFromUniform(_FromUniform):
    """The count of each outcome in n draws."""

    def _shape(self, rows: Any, columns: Any, n: Variable) -> tuple[Any, ...]:
        return rows, columns

    def compute(self, pvals: Any, unis: Any, n: Any) -> Any:
        result = np.zeros(pvals.shape, self.dtype)
        sums = np.cumsum(pvals, 1, pvals.dtype)
        for numbers in self._by_rows(pvals, unis, n):
            is_above = sums > numbers[:, None]
            rows = np.flatnonzero(is_above.any(1))
            result[rows, is_above[rows].argmax(1)] += 1
        return result

    def infer_shape(self, node: Apply, input_shapes: Any) -> Any:
        return [input_shapes[0]]


class ChoiceFromUniform(_FromUniform):
    """The outcomes of n draws, none of them twice: the probabilities left are scaled up each time."""

    def _shape(self, rows: Any, columns: Any, n: Variable) -> tuple[Any, ...]:
        return rows, known_integer(n)

    def compute(self, pvals: Any, unis: Any, n: Any) -> Any:
        if n > pvals.shape[1]:
            raise ValueError(
                f"{self}: {n} different outcomes cannot be drawn from {pvals.shape[1]}"
            )
        pvals = np.array(pvals)
        result = np.full((len(pvals), int(n)), -1, self.dtype)
        for i, numbers in enumerate(self._by_rows(pvals, unis, n)):
            is_above = np.cumsum(pvals, 1, pvals.dtype) > numbers[:, None]
            rows = np.flatnonzero(is_above.any(1))
            drawn = is_above[rows].argmax(1)
            result[rows, i] = drawn
            pvals[rows, drawn] = 0
            with np.errstate(invalid="ignore"):  # nothing is left behind the last
                pvals[rows] /= pvals[rows].sum(1, keepdims=True)
        return result

    def infer_shape(self, node: Apply, input_shapes: Any) -> Any:
        return [(input_shapes[0][0], node.inputs[2])]
