"""Reuse the array of an old shared value for a new one, if nothing else refers to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from sys import getrefcount
from typing import Any, NamedTuple

import numpy as np

from ..compile.buffers import ALONE, WORTH_RECYCLING, fill_with_nan
from ..core.graph import Variable
from ..core.sharing import SharedVariable


class NewValue(NamedTuple):
    """A result of a program that is written into an array given to it."""

    output: Variable
    place: int  # among the program's inputs, of the shared variable that will hold it
    dtype: np.dtype[Any]
    shape: tuple[int, ...]


def new_values(
    inputs: Sequence[Variable], targets: Sequence[Any], outputs: Sequence[Variable]
) -> list[NewValue]:
    """Return the outputs, new values of the targets, that are large enough to reuse old arrays."""
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
        is_large = (output.type.size or 0) * dtype.itemsize >= WORTH_RECYCLING
        if is_large and times[output] == 1:
            result.append(NewValue(output, places[target], dtype, shape))
    return result


class Recycler:
    """Gives a program the arrays for its large new values, and keeps the old ones for the next call.

    At most one array is kept for each shared variable, by the variable's number among the inputs.
    The programs of a function share the kept arrays. They are filled with NaN if that is asked for.
    """

    def __init__(
        self, new_values: Sequence[NewValue], free: dict[int, np.ndarray], filled: bool = False
    ) -> None:
        self._new_values = new_values
        self._free = free
        self._filled = filled

    def take(self) -> list[np.ndarray]:
        """Return an array for each of the new values, whatever it holds."""
        arrays = []
        for _, place, dtype, shape in self._new_values:
            array = self._free.pop(place, None)
            if array is None or array.shape != shape:
                array = np.empty(shape, dtype)
            arrays.append(array)
        if self._filled:
            fill_with_nan(arrays)
        return arrays

    def keep(self, values: list[np.ndarray]) -> None:
        """Keep those old values, among the program's inputs, that only this list refers to."""
        counts = list(map(getrefcount, values))
        for _, place, _, _ in self._new_values:
            array = values[place]
            if counts[place] == ALONE and array.base is None and array.flags.carray:
                self._free[place] = array
