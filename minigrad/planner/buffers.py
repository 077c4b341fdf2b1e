"""Arrays that outlive a call: which results of a program are written into which of them."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..compile.memory import Memory
from ..core.graph import Apply, Variable

# Arrays begin at multiples of so many bytes, as the widest instructions of today want them.
_ALIGNMENT = 64


class Buffer(NamedTuple):
    """An array in the memory of a slot, which others use at other times."""

    slot: int
    dtype: np.dtype[Any]
    shape: tuple[int, ...]


class Buffers:
    """A place for each result that can have one, so that those needed at one time do not overlap.

    Attributes
    ----------
    of : dict of Variable to Buffer
        Where each of the results is written.
    slot_sizes : list of int
        The bytes of each slot.
    new_bytes : int
        How many bytes of other arrays there are at most at one time, as far as sizes are known.
    """

    def __init__(self, order: Sequence[Apply], memory: Memory) -> None:
        self.of: dict[Variable, Buffer] = {}
        self.slot_sizes: list[int] = []
        self.new_bytes = 0
        free: list[tuple[int, int]] = []  # the sizes of the slots that are free, and their numbers
        live = 0
        for node in order:
            overwritten = memory.to_overwrite(node)
            if overwritten in self.of:
                self.of[node.out] = self._buffer(node.out, self.of[overwritten].slot)
            elif overwritten is None and memory.can_be_placed(node):
                self.of[node.out] = self._buffer(node.out, self._take(free, _bytes(node.out)))
            elif overwritten is None:
                live += sum(_bytes(v) for v in node.outputs if v in memory.origins(v))
                self.new_bytes = max(self.new_bytes, live)
            for origin in memory.freed_after(node):
                if origin is overwritten or origin.owner is None:
                    continue
                if origin in self.of:
                    slot = self.of[origin].slot
                    insort(free, (self.slot_sizes[slot], slot))
                else:
                    live -= _bytes(origin)

    def _take(self, free: list[tuple[int, int]], size: int) -> int:
        """A free slot: the smallest that is large enough, else the largest, made larger."""
        if not free:
            self.slot_sizes.append(size)
            return len(self.slot_sizes) - 1
        _, slot = free.pop(min(bisect_left(free, (size, 0)), len(free) - 1))
        self.slot_sizes[slot] = max(self.slot_sizes[slot], size)
        return slot

    def _buffer(self, variable: Variable, slot: int) -> Buffer:
        return Buffer(slot, variable.type.numpy_dtype, _shape(variable))


def _shape(variable: Variable) -> tuple[int, ...]:
    """The shape, which is known."""
    return tuple(size or 0 for size in variable.type.shape)


def _bytes(variable: Variable) -> int:
    """How many it takes, as far as its size is known."""
    return (variable.type.size or 0) * variable.type.numpy_dtype.itemsize


def allocate(slot_sizes: Sequence[int], buffers: Mapping[str, Buffer]) -> dict[str, np.ndarray]:
    """New arrays for the buffers, by their names."""
    slots = [np.empty(size + _ALIGNMENT, np.uint8) for size in slot_sizes]
    starts = [-slot.ctypes.data % _ALIGNMENT for slot in slots]
    return {
        name: np.ndarray(b.shape, b.dtype, slots[b.slot], starts[b.slot])
        for name, b in buffers.items()
    }


def fill_with_nan(arrays: Iterable[np.ndarray]) -> None:
    """Make every element of the arrays, in C order, NaN, or −1 (or the largest) if an integer."""
    for array in arrays:
        array.reshape(-1).view(np.uint8).fill(0xFF)
