"""A function in C called with NumPy's arrays."""

from __future__ import annotations

import ctypes
import math
from collections import deque
from collections.abc import Callable, Sequence
from functools import cache, partial
from sys import getrefcount
from typing import Any

import numpy as np

from ..compile.buffers import ALONE, WORTH_RECYCLING, fill_with_nan
from ..core.configuration import config
from .compiler import CompilerError, loaded
from .threads import Threads, most_threads

# What the C function returns: see `writing`.
_NO_MEMORY, _NOT_IN_ORDER = 1, 4

# To pass a list of arrays takes a fifth of the time of passing each array.
ARRAYS = """\
/* What NumPy's arrays, and Python's lists of them, are in memory. */
typedef struct {
    int64_t count; void *type, *data; int ndim; int64_t *shape, *strides; void *base, *dtype; int flags;
} Array;
typedef struct { int64_t count; void *type; int64_t size; const Array **items; } List;
"""

_LOOK = f"""\
#include <stdint.h>
{ARRAYS}
int64_t flags(const List *x) {{ return x->items[1]->flags; }}
int64_t place(const List *x) {{ return (int64_t) x->items[1]->data; }}
int64_t fits(const List *x) {{
    const Array *y = x->items[1];
    return x->size == 2 && y->ndim == 2 && y->shape[0] == 3 && y->strides[1] == 8;
}}
"""


@cache
def check_arrays() -> None:
    """Raise a CompilerError if NumPy's arrays are not in memory what the C source says."""
    library = loaded(_LOOK)
    for function in (library.flags, library.place, library.fits):
        function.argtypes, function.restype = [ctypes.py_object], ctypes.c_int64
    x = np.zeros((3, 4))
    if not (
        library.fits([x, x])
        and library.place([x, x]) == x.ctypes.data
        and library.flags([x, x]) & 0x101 == 0x101
        and not library.flags([x, x.T]) & 1
    ):
        raise CompilerError(
            "this version of NumPy lays out arrays in a way that minigrad does not know"
        )


_MOST_KEPT = 2  # of an output: the value that is, and the next


class NewArrays:
    """Makes arrays of one shape and dtype, or returns an earlier one that nobody refers to any more."""

    def __init__(self, shape: Sequence[int], dtype: Any) -> None:
        self._make = partial(np.empty, tuple(shape), np.dtype(dtype))
        self._kept: deque[Any] = deque()

    def take(self) -> Any:
        """Return an array, whatever it holds."""
        for _ in range(len(self._kept)):
            try:
                old = [self._kept.popleft()]  # so that no other thread has it
            except IndexError:
                break
            if next(map(getrefcount, old)) == ALONE:
                return old.pop()
            self._kept += old
        return self._make()

    def keep(self, array: Any) -> None:
        """Remember an array, for when nobody has it."""
        if len(self._kept) < _MOST_KEPT:
            self._kept.append(array)

    def free(self) -> None:
        """Forget all."""
        self._kept.clear()


def _filled(make: Callable[[], Any]) -> Any:
    """A new array, full of NaN or of what no integer should be."""
    array = make()
    fill_with_nan([array])
    return array


def _listing(n_inputs: int, scalars: Sequence[int], makers: Sequence[Any]) -> Callable[..., Any]:
    """A function from inputs to a list: the inputs as arrays, then the arrays from the makers.

    Its source is written for these inputs and makers, because it runs at each call.
    """
    inputs = [f"x_{i}" for i in range(n_inputs)]
    arrays = [f"asarray({x})" if i in scalars else x for i, x in enumerate(inputs)]
    new = {f"make_{i}": make for i, make in enumerate(makers)}
    source = f"lambda {', '.join(inputs)}: [{', '.join([*arrays, *[f'{make}()' for make in new]])}]"
    listing: Callable[..., Any] = eval(source, {"asarray": np.asarray, **new})
    return listing


class Call:
    """Calls a compiled function, from arrays to new arrays.

    If it fails, for example at a label out of range, NumPy computes instead, and raises the error.
    """

    def __init__(
        self,
        function: Any,  # of ctypes: of the number of threads, and a list of inputs, outputs, memory
        n_inputs: int,
        outputs: Sequence[tuple[Sequence[int], Any]],  # the shape and dtype of each
        scalars: Sequence[int],  # the inputs that may come as NumPy's scalars
        room: int,  # how many bytes of memory the function needs, 0 if none
        is_large: bool,  # worth several threads
    ) -> None:
        function.argtypes = [ctypes.c_int, ctypes.py_object]
        self.threads = most_threads() if is_large else 1
        self.run = partial(function, 1) if self.threads == 1 else Threads(function, self.threads)
        # What makes each output, and the memory; and those that are kept, with their numbers.
        makers: list[Callable[[], Any]] = []
        self._kept: list[tuple[int, NewArrays]] = []
        memory = [((room,), "uint8")] if room else []
        for i, (shape, dtype) in enumerate([*outputs, *memory]):
            if math.prod(shape) * np.dtype(dtype).itemsize >= WORTH_RECYCLING:
                arrays = NewArrays(shape, dtype)
                self._kept.append((i, arrays))
                makers.append(arrays.take)
            else:
                makers.append(partial(np.empty, tuple(shape), np.dtype(dtype)))
        if config.fill_buffers:  # then elements that are not computed show
            makers = [partial(_filled, make) for make in makers]
        self._list = _listing(n_inputs, scalars, makers)
        self._end = -len(memory) or None

    def __call__(self, numpy_function: Callable[..., Any], *inputs: Any) -> Sequence[Any]:
        arrays = self._list(*inputs)
        status = self.run(arrays)
        if status:
            status = self._again(status, arrays)
        outputs = arrays[len(inputs) : self._end]
        if self._kept:
            for i, new in self._kept:
                new.keep(arrays[len(inputs) + i])
        return numpy_function(*inputs) if status else outputs

    def _again(self, status: int, arrays: list[Any]) -> int:
        """Return the status of a second try, with arrays in order; raise a MemoryError if need be."""
        if status & _NOT_IN_ORDER:
            in_order = [np.require(x, requirements=["C", "A"]) for x in arrays]
            status = self.run(in_order)
        if status & _NO_MEMORY:
            raise MemoryError(
                "there is not enough memory for the intermediate results of the loops"
            )
        return status

    def __repr__(self) -> str:
        return "a function compiled from f.c_source"

    def free(self) -> None:
        """Give back the memory that lasts from call to call."""
        for _, arrays in self._kept:
            arrays.free()
