"""Arrays that shared variables held once hold their later values, if nobody else has them.

To make a large array anew for each update costs more than to fill it: the operating system hands
out fresh memory page by page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from sys import getrefcount
from typing import Any, NamedTuple

import numpy as np

from ..core.graph import Variable
from ..core.sharing import SharedVariable
from .buffers import fill_with_nan

# Smaller arrays NumPy gets quickly from memory that it has just given back.
_WORTH_RECYCLING = 32_768  # bytes
# What is counted for an object that only a list refers to.
_ALONE = next(map(getrefcount, [object()]))


class NewValue(NamedTuple):
    """A result of a program that is written into an array given to it.

    Attributes
    ----------
    output : Variable
        What is written.
    old : int
        The number, among the program's inputs, of the shared variable that will hold it.
    dtype, shape
        The array's.
    """

    output: Variable
    old: int
    dtype: np.dtype[Any]
    shape: tuple[int, ...]


def new_values(
    inputs: Sequence[Variable], targets: Sequence[Any], outputs: Sequence[Variable]
) -> list[NewValue]:
    """Which of the outputs, the targets' new values, are worth recycling the old ones for."""
    places = {variable: place for place, variable in enumerate(inputs)}
    times = Counter(outputs)
    result = []
    for target, output in zip(targets, outputs, strict=True):
        if not isinstance(target, SharedVariable) or target not in places or output.owner is None:
            continue
        if None in output.type.shape or not output.owner.op.takes_out or output.owner.op.view_map:
            continue
        shape = tuple(size or 0 for size in output.type.shape)
        dtype = output.type.numpy_dtype
        is_large = (output.type.size or 0) * dtype.itemsize >= _WORTH_RECYCLING
        if is_large and times[output] == 1:
            result.append(NewValue(output, places[target], dtype, shape))
    return result


class Spares:
    """The arrays that are free, one for each shared variable at most.

    Parameters
    ----------
    filled : bool
        Whether they are filled with NaN before they are used again.
    """

    def __init__(self, filled: bool = False) -> None:
        self._of: dict[int, np.ndarray] = {}
        self._filled = filled

    def take(self, wanted: Iterable[NewValue]) -> list[np.ndarray]:
        """An array for each of the values, whatever it holds."""
        arrays = []
        for value in wanted:
            spare = self._of.pop(value.old, None)
            if spare is None or spare.shape != value.shape:
                spare = np.empty(value.shape, value.dtype)
            arrays.append(spare)
        if self._filled:
            fill_with_nan(arrays)
        return arrays

    def keep(self, wanted: Iterable[NewValue], values: list[np.ndarray]) -> None:
        """Keep those of the values of a program's inputs that only this list refers to."""
        counts = list(map(getrefcount, values))
        for value in wanted:
            array = values[value.old]
            if counts[value.old] == _ALONE and array.base is None and array.flags.carray:
                self._of[value.old] = array
