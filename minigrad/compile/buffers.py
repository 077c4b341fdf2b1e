"""Arrays that are kept between calls. A planner decides which results are written into them.

To make a large array anew costs more than to fill it: the operating system hands out fresh memory
page by page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from sys import getrefcount
from typing import Any, NamedTuple

import numpy as np

from ..core.graph import Apply, Variable
from .memory import Memory

# Smaller arrays NumPy gets quickly from memory that it has just given back.
WORTH_RECYCLING = 32_768  # bytes
# What is counted for an object that only a list refers to.
ALONE = next(map(getrefcount, [object()]))
# Arrays begin at multiples of so many bytes, as the widest instructions of today want them.
_ALIGNMENT = 64


class Buffer(NamedTuple):
    """An array in the memory of a slot, which other arrays use at other times."""

    slot: int
    dtype: np.dtype[Any]
    shape: tuple[int, ...]


class Placement(NamedTuple):
    """The memory that the results of a program are written to."""

    of: Mapping[Variable, Buffer]  # not all have a buffer
    slot_sizes: Sequence[int]  # in bytes
    new_bytes: int  # the most bytes of other arrays at one time, as far as sizes are known


# A function of a program's nodes, in their order, and of what is known of their memory.
BufferAssigner = Callable[[Sequence[Apply], Memory], Placement]

NOWHERE = Placement({}, (), 0)


def room(size: int, filled: bool = False) -> np.ndarray:
    """Memory of so many bytes, in which programs make arrays. It may be filled: see `fill_with_nan`."""
    array = np.empty(size + _ALIGNMENT, np.uint8)
    if filled:
        fill_with_nan([array])
    return array[-array.ctypes.data % _ALIGNMENT :][:size]


def fill_with_nan(arrays: Iterable[np.ndarray]) -> None:
    """Make every element of the arrays, in C order, NaN, or −1 (or the largest) if an integer."""
    for array in arrays:
        array.reshape(-1).view(np.uint8).fill(0xFF)
