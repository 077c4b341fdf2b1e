"""Sums over many rows, and rows made from them, computed block by block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...core.graph import Apply, Variable
from ...protocol.closed import ClosedGraph
from ...protocol.kernels import accumulator
from ...protocol.op import Names, SeveralOutputs, Use, in_tuple

# From so many blocks on, sums of float32 would lose digits if they were added up in float32.
_MANY_BLOCKS = 32


class Parts(SeveralOutputs):
    """An op whose inner graphs take the op's inputs, in order, or a part of each of them."""

    storage = "new"


class RowBlocks(Parts):
    """Sums over the rows of its first inputs, and rows made from them, computed block by block.

    The other inputs are the same for all blocks.
    """

    def __init__(
        self,
        graphs: Mapping[int, ClosedGraph],  # what computes the outputs, for each length of a block
        lengths: Sequence[int],
        cut: Sequence[int],  # along which axis, for each of the first inputs
        types: Sequence[Any],  # of the outputs
        joined: Sequence[int | None],  # along which axis; None for outputs that are added up
    ) -> None:
        self._graphs = dict(graphs)
        self._lengths = lengths
        self._cut = cut
        self._types = types
        self._joined = joined
        self.inner = tuple(self._graphs.values())

    def with_inner(self, inner: Sequence[ClosedGraph]) -> RowBlocks:
        graphs = dict(zip(self._graphs, inner, strict=True))
        return RowBlocks(graphs, self._lengths, self._cut, self._types, self._joined)

    def make_node(self, *inputs: Variable) -> Apply:
        return Apply(self, inputs, [type() for type in self._types])

    def compute(self, *inputs: Any) -> Sequence[Any]:
        cut, whole = inputs[: len(self._cut)], inputs[len(self._cut) :]
        ends = np.cumsum(self._lengths)[:-1]
        pieces = [np.split(x, ends, axis) for x, axis in zip(cut, self._cut, strict=True)]
        made = []
        for i, length in enumerate(self._lengths):
            made.append(self._graphs[length].compute([*(parts[i] for parts in pieces), *whole]))
        results = []
        for i, parts in enumerate(zip(*made, strict=True)):
            axis, dtype = self._joined[i], self._types[i].numpy_dtype
            if axis is None:
                results.append(np.add.reduce(parts, 0, self._dtype(i)).astype(dtype))
            else:
                results.append(np.concatenate(parts, axis))
        return results

    def statements(
        self, node: Apply, inputs: Names, outputs: Names, use: Use, inner: Names
    ) -> list[str]:
        """A loop over the blocks."""
        block, start, stop, length = map(use, ("block", "start", "stop", "length"))
        parts = [use(f"{name}_of_block") for name in outputs]
        cut = [
            f"{name}[{_shown(axis, start, stop)}]"
            for name, axis in zip(inputs, self._cut, strict=False)
        ]
        arguments = ", ".join([*cut, *inputs[len(cut) :]])
        blocks = " + ".join(
            f"{self._lengths.count(n)} * [({name}, {n})]"
            for n, name in zip(self._graphs, inner, strict=True)
        )
        zeros, add = use("zeros", np.zeros), use("add", np.add)
        lines = [
            f"{stop} = 0",
            f"for {block}, {length} in {blocks}:",
            f"    {start}, {stop} = {stop}, {stop} + {length}",
            f"    {in_tuple(parts)} = {block}({arguments})",
        ]
        lines.append(f"    if not {start}:")
        for i, (output, part, axis) in enumerate(zip(outputs, parts, self._joined, strict=True)):
            dtype, shape = self._dtype(i), self._types[i].shape
            size = str(tuple(shape))
            if None in shape:
                size = f"{part}.shape"
                if axis is not None:
                    n_rows = sum(self._lengths)
                    size = f"(*{size}[:{axis}], {n_rows}, *{size}[{axis + 1}:])"
            lines.append(f"        {output} = {zeros}({size}, {use(dtype.name, dtype)})")
        for output, part, axis in zip(outputs, parts, self._joined, strict=True):
            if axis is None:
                lines.append(f"    {add}({output}, {part}, out={output})")
            else:
                lines.append(f"    {output}[{_shown(axis, start, stop)}] = {part}")
        for i, (output, type) in enumerate(zip(outputs, self._types, strict=True)):
            if self._dtype(i) != type.numpy_dtype:
                dtype = type.numpy_dtype
                lines.append(f"{output} = {output}.astype({use(dtype.name, dtype)})")
        return lines

    def _dtype(self, i: int) -> np.dtype[Any]:
        """The dtype in which an output is added up."""
        dtype = self._types[i].numpy_dtype
        is_wide = len(self._lengths) >= _MANY_BLOCKS and self._joined[i] is None
        return np.dtype(accumulator(dtype)) if is_wide else dtype

    def infer_shape(self, node: Apply, input_shapes: Any) -> Any:
        return [type.shape for type in self._types]

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        return f"{len(self._lengths)} blocks of {self._lengths[0]} rows"

    def __str__(self) -> str:
        return "sum over rows"


def _shown(axis: int, start: str, stop: str) -> str:
    """The index of a block along an axis, as source."""
    return ", ".join([*[":"] * axis, f"{start}:{stop}"])
