"""What is computed of many rows, block by block: sums over them, and rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.graph import Apply, Op, Variable
from ...protocol.kernels import accumulator
from ...protocol.op import Use

# From so many blocks on, sums of float32 would lose digits if they were added up in float32.
_MANY_BLOCKS = 32


class RowBlocks(Op):
    """Sums over the rows of its first inputs, and rows made from them, computed block by block.

    Parameters
    ----------
    programs : dict of int to Program
        For each length of a block: what computes the outputs for one.
    lengths : sequence of int
        How many rows each block has.
    cut : sequence of int
        For each of the first inputs: along which axis it is cut into blocks. The other inputs are
        the same for all blocks.
    types : sequence of TensorType
        The types of the outputs.
    joined : sequence of int or None
        For each output: along which axis those of the blocks follow each other; None if they are
        added up.
    """

    storage = "new"

    def __init__(
        self,
        programs: dict[int, Any],
        lengths: Sequence[int],
        cut: Sequence[int],
        types: Sequence[Any],
        joined: Sequence[int | None],
    ) -> None:
        self.programs = programs
        self._lengths = lengths
        self._cut = cut
        self._types = types
        self._joined = joined

    def make_node(self, *inputs: Variable) -> Apply:
        return Apply(self, inputs, [type() for type in self._types])

    def compute(self, *values: Any) -> list[Any]:
        """The sums over all rows, and the rows of all blocks."""
        cut, whole = values[: len(self._cut)], values[len(self._cut) :]
        is_wide = len(self._lengths) >= _MANY_BLOCKS
        results: list[Any] = []
        start = 0
        for length in self._lengths:
            stop = start + length
            rows = [x[_part(axis, start, stop)] for x, axis in zip(cut, self._cut, strict=True)]
            block = self.programs[length].run(*rows, *whole)
            if not results:
                results = [
                    (_wide(part) if is_wide else part) if axis is None else self._room(part, axis)
                    for part, axis in zip(block, self._joined, strict=True)
                ]
            for result, part, axis in zip(results, block, self._joined, strict=True):
                if axis is not None:
                    result[_part(axis, start, stop)] = part
                elif start:
                    np.add(result, part, out=result)
            start = stop
        return [x.astype(t.dtype, copy=False) for x, t in zip(results, self._types, strict=True)]

    def _room(self, part: Any, axis: int) -> Any:
        """An array for the rows of all blocks, of which this is one."""
        shape = list(part.shape)
        shape[axis] = sum(self._lengths)
        return np.empty(shape, part.dtype)

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
        return "by rows"


def _part(axis: int, start: int, stop: int) -> tuple[slice, ...]:
    """The index of a block along an axis."""
    return (slice(None),) * axis + (slice(start, stop),)


def _wide(x: Any) -> Any:
    """The sum of a block, in a dtype that those of many blocks can be added to."""
    return np.asarray(x, accumulator(x.dtype))
