"""Ask what is known of a variable: which number it is, how large it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from ..core.graph import Constant, Op, Variable

Entry = TypeVar("Entry")


def entry_for(op: Op, table: Mapping[Any, Entry]) -> Entry | None:
    """Return the entry of the op, else of its class or the nearest parent of that, in the table."""
    for key in (op, *type(op).__mro__):
        if key in table:
            return table[key]
    return None


def number_of(x: Variable) -> float | None:
    """Return the number that every element is, if x is such a constant."""
    if not isinstance(x, Constant) or not x.data.size:
        return None
    number = x.data.item(0)
    return number if x.data.size == 1 or (x.data == number).all() else None


def is_single(x: Variable) -> bool:
    """Whether x is known to have a single element."""
    return set(x.type.shape) <= {1}


def is_normal(number: float, dtype: str) -> bool:
    """Whether the float dtype holds the number to its full precision."""
    return bool(np.finfo(dtype).tiny <= abs(number) <= np.finfo(dtype).max)


def keeps_types(before: Sequence[Variable], after: Sequence[Variable]) -> bool:
    """Whether the variables can stand for each other: neither dtype nor broadcasting is lost."""
    return all(
        old.type.dtype == new.type.dtype
        and old.type.ndim == new.type.ndim
        and all(
            (was is None and now != 1) or was == now
            for was, now in zip(old.type.shape, new.type.shape, strict=True)
        )
        for old, new in zip(before, after, strict=True)
    )
