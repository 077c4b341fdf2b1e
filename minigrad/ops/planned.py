"""Operations that only plans put in, after derivatives have been taken: they have none."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from ..core.graph import Apply, NumPyOp, Variable
from ..protocol.axes import Axes
from .shape import Itself


class Contiguous(Itself):
    """x, its rows in memory one after the other; a copy only if they were not."""

    takes_out = True
    moves = slice(1)

    def compute(self, x: Any, out: Any = None) -> Any:
        if out is None or x.flags.c_contiguous:
            return np.ascontiguousarray(x)
        out[...] = x  # in half the time of np.copyto
        return out


class Picked(NumPyOp):
    """x[i, columns[i]] for each row i of a matrix x."""

    __props__ = ()
    storage = "new"

    def make_node(self, x: Variable, columns: Variable) -> Apply:
        return Apply(self, [x, columns], [x.type.clone(shape=x.type.shape[:1])()])

    def compute(self, x: Any, columns: Any) -> Any:
        return x[_numbers_below(len(x)), columns]

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        x, columns = inputs
        return f"{x}[arange({x}.shape[0]), {columns}]"

    def axes(self, node: Apply) -> Axes:
        return Axes(["ij", "i"], ["i"], whole="j")


class Placed(NumPyOp):
    """A matrix of zeros, but for values[i] at [i, columns[i]]; or a single value for all rows i."""

    __props__ = ("n_columns",)
    storage = "new"
    takes_out = True

    def make_node(self, values: Variable, columns: Variable) -> Apply:
        shape = (*columns.type.shape, self.n_columns)
        return Apply(self, [values, columns], [values.type.clone(shape=shape)()])

    def compute(self, values: Any, columns: Any, out: Any = None) -> Any:
        if out is None:
            out = np.empty((len(columns), self.n_columns), values.dtype)
        out.fill(0)
        out[_numbers_below(len(columns)), columns] += values
        return out

    def axes(self, node: Apply) -> Axes:
        return Axes(["i"[: node.inputs[0].type.ndim], "i"], ["ij"], whole="j")


@lru_cache(maxsize=8)
def _numbers_below(n: int) -> Any:
    return np.arange(n)
