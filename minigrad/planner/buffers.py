"""Assign buffers to the results of a program, so that those needed at one time do not overlap."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence

from ..compile.buffers import Buffer, Placement
from ..compile.memory import Memory
from ..core.graph import Apply, Variable


def assign_buffers(order: Sequence[Apply], memory: Memory) -> Placement:
    """Return a buffer for each result that can have one; see `compile.buffers.BufferAssigner`."""
    buffers: dict[Variable, Buffer] = {}
    slot_sizes: list[int] = []
    free: list[tuple[int, int]] = []  # the sizes of the slots that are free, and their numbers
    live = new_bytes = 0
    for node in order:
        overwritten = memory.overwritten[node]
        if overwritten in buffers:
            buffers[node.out] = _buffer(node.out, buffers[overwritten].slot)
        elif overwritten is None and memory.can_be_placed(node):
            buffers[node.out] = _buffer(node.out, _take(free, slot_sizes, _bytes(node.out)))
        elif overwritten is None:
            live += sum(_bytes(v) for v in node.outputs if v in memory.origins(v))
            new_bytes = max(new_bytes, live)
        for origin in memory.freed_after(node):
            if origin is overwritten or origin.owner is None:
                continue
            if origin in buffers:
                slot = buffers[origin].slot
                insort(free, (slot_sizes[slot], slot))
            else:
                live -= _bytes(origin)
    return Placement(buffers, slot_sizes, new_bytes)


def _take(free: list[tuple[int, int]], slot_sizes: list[int], size: int) -> int:
    """Take a free slot: the smallest that is large enough, else the largest, made larger."""
    if not free:
        slot_sizes.append(size)
        return len(slot_sizes) - 1
    _, slot = free.pop(min(bisect_left(free, (size, 0)), len(free) - 1))
    slot_sizes[slot] = max(slot_sizes[slot], size)
    return slot


def _buffer(variable: Variable, slot: int) -> Buffer:
    shape = tuple(size or 0 for size in variable.type.shape)  # which is known
    return Buffer(slot, variable.type.numpy_dtype, shape)


def _bytes(variable: Variable) -> int:
    """Return how many bytes it takes, as far as its size is known."""
    return (variable.type.size or 0) * variable.type.numpy_dtype.itemsize
