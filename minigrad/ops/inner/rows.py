"""Sums over many rows, computed block by block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...compile.program import Program
from ...core.axes import accumulator
from ...core.graph import Apply, Op, Use, Variable

# From so many blocks on, sums of float32 would lose digits if they were added up in float32.
_MANY_BLOCKS = 32


class RowBlocks(Op):
    """Sums over the rows of its first inputs, computed block by block.

    Parameters
    ----------
    programs : dict of int to Program
        For each length of a block: what computes the sums of one.
    lengths : sequence of int
        How many rows each block has.
    n_cut : int
        How many inputs are cut into blocks. The others are the same for all.
    types : sequence of TensorType
        The types of the sums.
    """

    def __init__(
        self,
        programs: dict[int, Program],
        lengths: Sequence[int],
        n_cut: int,
        types: Sequence[Any],
    ) -> None:
        self.programs = programs
        self._lengths = lengths
        self._n_cut = n_cut
        self._types = types

    def make_node(self, *inputs: Variable) -> Apply:
        return Apply(self, inputs, [type() for type in self._types])

    def compute(self, *values: Any) -> list[Any]:
        """The sums over all rows."""
        cut, whole = values[: self._n_cut], values[self._n_cut :]
        totals: list[Any] = []
        start = 0
        for length in self._lengths:
            block = [rows[start : start + length] for rows in cut]
            sums = self.programs[length].run(*block, *whole)
            if not totals:
                totals = list(sums) if len(self._lengths) < _MANY_BLOCKS else list(map(_wide, sums))
            else:
                for total, part in zip(totals, sums, strict=True):
                    np.add(total, part, out=total)
            start += length
        if len(self._lengths) < _MANY_BLOCKS:
            return totals
        return [
            total.astype(t.dtype, copy=False) for total, t in zip(totals, self._types, strict=True)
        ]

    def perform(self, node: Apply, inputs: list[Any], output_storage: list[list[Any]]) -> None:
        for cell, total in zip(output_storage, self.compute(*inputs), strict=True):
            cell[0] = total

    def expression(self, node: Apply, inputs: Sequence[str], use: Use) -> str:
        text = f"{use('sums_by_blocks', self.compute)}({', '.join(inputs)})"
        return text if node.nout > 1 else f"{text}[0]"

    def infer_shape(self, node: Apply, input_shapes: Any) -> Any:
        return [type.shape for type in self._types]

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        return f"{len(self._lengths)} blocks of {self._lengths[0]} rows"

    def __str__(self) -> str:
        return "sum over rows"


def _wide(x: Any) -> Any:
    """The sum of a block, in a dtype that those of many blocks can be added to."""
    return np.asarray(x, accumulator(x.dtype))
