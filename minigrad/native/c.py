"""Pieces of C: types, numbers, blocks of lines, and where the elements of a variable are."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..core.graph import Constant, Variable

C_TYPES = {
    "float64": "double", "float32": "float", "bool": "uint8_t",
    "int8": "int8_t", "int16": "int16_t", "int32": "int32_t", "int64": "int64_t",
    "uint8": "uint8_t", "uint16": "uint16_t", "uint32": "uint32_t", "uint64": "uint64_t",
}  # fmt: skip

_THREADS = "num_threads(threads) if (threads > 1)"
PARALLEL = f"#pragma omp parallel for {_THREADS} schedule(static)"
THREADS = """\
#ifdef _OPENMP
int omp_get_thread_num(void);
#else
static int omp_get_thread_num(void) { return 0; }
#endif
"""

_ALIGNED = 64  # bytes: what a processor loads at once
_MOST_ON_THE_STACK = 1 << 18  # bytes


class Place(NamedTuple):
    """The place of a variable's elements: in an array of C, with these strides."""

    array: str
    strides: Sequence[int]  # for each axis of the variable
    dtype: Any
    is_block: bool = False  # whether the array holds one block of rows, else all

    def at(self, numbers: Sequence[str]) -> str:
        """The element at these numbers; ``n`` is the number of a row within its block."""
        terms = []
        for number, stride in zip(numbers, self.strides, strict=True):
            if number == "n" and not self.is_block:
                number = "(first + n)"
            if number != "0":
                terms.append(number if stride == 1 else f"{number} * {stride}")
        return f"{self.array}[{' + '.join(terms) or '0'}]"


class Room:
    """Arrays that are together in one piece of memory, in the order in which they are asked for."""

    def __init__(self) -> None:
        self.size = 0  # in bytes
        self.pointers: list[str] = []

    def array(self, name: str, dtype: Any, size: int) -> str:
        """Add an array of so many elements, and return its name."""
        dtype = np.dtype(dtype)
        self.pointers.append(f"{c_type(dtype)} *restrict {name} = (void *)(room + {self.size});")
        self.size += -(-size * dtype.itemsize // _ALIGNED) * _ALIGNED
        return name

    def lines(self, given: str = "") -> list[str]:
        """The lines that make the arrays: on the stack, or if they are large, in given memory.

        If no memory is given, the lines allocate it, and `freed` must come last.
        """
        if not self.size:
            return []
        if self.size <= _MOST_ON_THE_STACK:
            return [f"char room[{self.size}] __attribute__((aligned({_ALIGNED})));", *self.pointers]
        if given:
            at = f"(((intptr_t) {given} + {_ALIGNED - 1}) / {_ALIGNED}) * {_ALIGNED}"
            return [f"char *room = (void *)({at});", *self.pointers]
        taken = [f"char *room = malloc({self.size});", "if (!room) return NO_MEMORY;"]
        return [*taken, *self.pointers]

    def freed(self) -> list[str]:
        """The line that gives the memory back, if there is one."""
        return ["free(room);"] if self.size > _MOST_ON_THE_STACK else []

    def bytes_given(self) -> int:
        """The bytes of memory to be given; 0 if the arrays are on the stack."""
        return self.size + _ALIGNED if self.size > _MOST_ON_THE_STACK else 0


def c_type(dtype: Any) -> str:
    """The type of numbers of this dtype."""
    return C_TYPES[np.dtype(dtype).name]


def row_major(shape: Sequence[int]) -> list[int]:
    """The strides of an array of this shape whose rows are one after the other."""
    return [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]


def sizes(v: Variable) -> list[int]:
    """The shape of a variable whose sizes are known."""
    return [1 if size is None else size for size in v.type.shape]


def is_number(v: Variable) -> bool:
    """Whether the variable is a constant of one element, which is written as it is."""
    return isinstance(v, Constant) and v.data.size == 1


def literal(v: Any) -> str:
    """The number that the constant is, exactly."""
    value = v.data.reshape(()).item()
    if not isinstance(value, float):
        return str(int(value)) if value != -(2**63) else "INT64_MIN"
    if math.isnan(value):
        return "NAN"
    if math.isinf(value):
        return f"({'-' * (value < 0)}INFINITY)"
    return f"({value.hex()}{'f' * (v.data.itemsize == 4)})"


def indented(lines: Iterable[str]) -> list[str]:
    """The lines, one level further in."""
    return [f"    {line}" for line in lines]


def braced(lines: Iterable[str], head: str = "") -> list[str]:
    """The lines as a block, after what heads it."""
    return [f"{head} {{".lstrip(), *indented(lines), "}"]


def counted(name: str, end: Any, lines: Iterable[str], by: int = 1) -> list[str]:
    """The lines for each number below the end, of this name."""
    step = f"{name}++" if by == 1 else f"{name} += {by}"
    return braced(lines, f"for (int64_t {name} = 0; {name} < {end}; {step})")


def shared(name: str, n_shares: int, lines: Sequence[str]) -> list[str]:
    """Lines that run the given ones once for the number of each share; they set ``status``.

    Each thread begins at another share, which its core's cache may have from the last call, and goes on
    with those that nobody has taken. So the others do the work of one whose core another program has.
    """
    if n_shares == 1:
        return braced([f"const int64_t {name} = 0;", *lines])
    taken = [
        f"const int64_t {name} = (omp_get_thread_num() * {n_shares} / threads + i) % {n_shares};",
        f"if (__atomic_exchange_n(taken + {name}, 1, __ATOMIC_RELAXED)) continue;",
    ]
    begun = [
        f"char taken[{n_shares}] = {{0}};",
        f"#pragma omp parallel {_THREADS} reduction(|:status)",
    ]
    return braced([*begun, *counted("i", n_shares, [*taken, *lines])])


def filled(array: str, size: int, value: str) -> list[str]:
    """A loop that gives all elements of an array one value."""
    return [f"for (int64_t i = 0; i < {size}; i++) {array}[i] = {value};"]


def mentions(name: str | None, texts: Iterable[str]) -> bool:
    """Whether one of the texts speaks of the name."""
    return name is not None and any(re.search(rf"\b{name}\b", text) for text in texts)


def comment(text: str) -> str:
    """The text as a comment, without what could end one or mean more to C."""
    safe = re.sub(r"[^ -~]|\*/|/\*|\\|\?\?", "", text)
    return f"/* {safe if len(safe) <= 90 else safe[:89] + '...'} */"
