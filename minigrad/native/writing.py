"""A schedule written in C: a function for each pass over rows, and one that calls them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from . import c, products
from .arrays import Arrays
from .call import ARRAYS
from .elements import mathematics
from .pass_writing import Once, Rows
from .passes import Schedule

_HEAD = """\
#define IN_ORDER 0x101 /* of an array: row by row, and aligned */

/* What functions return: 0, or what is wrong: memory is lacking, a column is out of range, an array is
   not in order. */
enum { NO_MEMORY = 1, OUT_OF_RANGE = 2, NOT_IN_ORDER = 4 };
"""


class Written(NamedTuple):
    """A function in C, and how many bytes of memory it is to be given beside inputs and outputs."""

    source: str
    room: int


def head() -> str:
    """Return what all C sources begin with."""
    others = "\n".join([ARRAYS, _HEAD, c.THREADS, products.DECLARED])
    return f"{mathematics()}\n#include <stdlib.h>\n\n{others}"


def written(schedule: Schedule, number: int) -> Written:
    """Return a function of the number of threads, and a list of inputs, outputs, and memory.

    It is called ``region_`` and its number, and stands after the `head`.
    """
    name, arrays = f"region_{number}", Arrays(schedule)
    functions, calls = [], []
    for i, pass_ in enumerate(schedule.passes):
        if pass_.n_rows is None:
            calls += Once(arrays, pass_).lines()
        else:
            rows = Rows(arrays, pass_, f"{name}_pass_{i}")
            functions += [*rows.function(), ""]
            calls += rows.calls()
    source = "\n".join([*functions, *_entry(name, arrays, calls), ""])
    return Written(source, arrays.room.bytes_given())


def _entry(name: str, arrays: Arrays, calls: Sequence[str]) -> list[str]:
    """The function that Python calls."""
    count = len(arrays.given)
    lines = [
        f"for (int i = 0; i < {count}; i++)",
        "    if ((list->items[i]->flags & IN_ORDER) != IN_ORDER) return NOT_IN_ORDER;",
    ]
    for i, (a, v) in enumerate(arrays.given.items()):
        const = "const " if a.startswith("a") else ""
        lines.append(f"{const}{c.c_type(v.type.dtype)} *restrict {a} = list->items[{i}]->data;")
    lines += arrays.room.lines(f"list->items[{count}]->data")
    head = f"int {name}(int threads, const List *list)"
    return c.braced([*lines, "int status = 0;", *calls, "return status;"], head)
