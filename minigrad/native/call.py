"""A function in C called with NumPy's arrays."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from .compiler import CompilerError, loaded

# What the C function returns: see `writing`.
_NO_MEMORY, _NOT_IN_ORDER = 1, 4

_HEAD_TEST = """\
#include <stdint.h>
typedef struct {
    int64_t count; void *type, *data; int ndim; int64_t *shape, *strides; void *base, *dtype; int flags;
} Array;
int64_t looked(const Array *x) {
    return (x->ndim == 2 && x->shape[0] == 3 && x->strides[1] == 8) * 0x10000 + x->flags;
}
int64_t place(const Array *x) { return (int64_t) x->data; }
"""


@cache
def check_arrays() -> None:
    """Raise a CompilerError if NumPy's arrays are not laid out in memory as the C source says."""
    library = loaded(_HEAD_TEST)
    for function in (library.looked, library.place):
        function.argtypes, function.restype = [ctypes.py_object], ctypes.c_int64
    x = np.zeros((3, 4))
    fits = (
        library.looked(x) & 0x10001 == 0x10001
        and library.looked(x[:, ::2].T) & 1 == 0
        and library.place(x) == x.ctypes.data
    )
    if not fits:
        raise CompilerError("NumPy's arrays are laid out in another way than minigrad knows")


class Forked:
    """Whether this process was forked: then OpenMP's threads are the parent's, and one is left."""

    is_child = False

    @classmethod
    def happened(cls) -> None:
        """Remember it."""
        cls.is_child = True


os.register_at_fork(after_in_child=Forked.happened)


def most_threads() -> int:
    """How many threads loops may take: what OMP_NUM_THREADS says, or as many as there are cores."""
    told = os.environ.get("OMP_NUM_THREADS", "").split(",")[0]
    if told.isdecimal() and int(told) > 0:
        return int(told)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Call:
    """Calls a compiled function: from arrays to a tuple of new arrays.

    Where it cannot do its work, as with a label out of range, NumPy does, and tells why.
    """

    def __init__(
        self,
        function: Any,  # of ctypes
        types: Sequence[Any],  # of the outputs
        scalars: Sequence[int],  # the inputs that may come as NumPy's scalars
        n_inputs: int,
        places: Sequence[int],  # the inputs that the function takes
        is_large: bool,  # worth several threads
    ) -> None:
        function.argtypes = [ctypes.c_int] + [ctypes.py_object] * (len(places) + len(types))
        self._function = function
        self._models = [np.empty([size or 1 for size in t.shape], t.numpy_dtype) for t in types]
        self._scalars = scalars
        self._places = places if len(places) < n_inputs else None
        self._threads = most_threads() if is_large else 1

    def __call__(self, numpy_function: Callable[..., Any], *inputs: Any) -> tuple[Any, ...]:
        given = list(inputs)
        for place in self._scalars:
            given[place] = np.asarray(given[place])
        if self._places is not None:
            given = [given[place] for place in self._places]
        outputs = [np.empty_like(model) for model in self._models]
        threads = 1 if Forked.is_child else self._threads
        status = self._function(threads, *given, *outputs)
        if status & _NOT_IN_ORDER:
            given = [np.require(x, requirements=["C", "A"]) for x in given]
            status = self._function(threads, *given, *outputs)
        if status & _NO_MEMORY:
            raise MemoryError("there is no memory for what the loops compute on the way")
        return numpy_function(*inputs) if status else tuple(outputs)
