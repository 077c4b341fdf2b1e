"""New variables by kind: ``T.matrix("X")``, ``T.fmatrix("X")``, ``T.matrices("X", "Y")``.

The first letter of a type is its dtype: b, w, i, l are integers of 8 to 64 bits, f and d floats of
32 and 64. Without one it is ``config.floatX``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..core.graph import Variable
from ..core.types import TensorType

# fmt: off
__all__ = [  # noqa: RUF022  # a line for each dtype
    "tensor",
    "scalar", "vector", "row", "col", "matrix", "tensor3", "tensor4", "tensor5",
    "bscalar", "bvector", "brow", "bcol", "bmatrix", "btensor3", "btensor4", "btensor5",
    "wscalar", "wvector", "wrow", "wcol", "wmatrix", "wtensor3", "wtensor4", "wtensor5",
    "iscalar", "ivector", "irow", "icol", "imatrix", "itensor3", "itensor4", "itensor5",
    "lscalar", "lvector", "lrow", "lcol", "lmatrix", "ltensor3", "ltensor4", "ltensor5",
    "fscalar", "fvector", "frow", "fcol", "fmatrix", "ftensor3", "ftensor4", "ftensor5",
    "dscalar", "dvector", "drow", "dcol", "dmatrix", "dtensor3", "dtensor4", "dtensor5",
    "scalars", "vectors", "rows", "cols", "matrices", "tensor3s", "tensor4s", "tensor5s",
    "bscalars", "bvectors", "brows", "bcols", "bmatrices", "btensor3s", "btensor4s", "btensor5s",
    "wscalars", "wvectors", "wrows", "wcols", "wmatrices", "wtensor3s", "wtensor4s", "wtensor5s",
    "iscalars", "ivectors", "irows", "icols", "imatrices", "itensor3s", "itensor4s", "itensor5s",
    "lscalars", "lvectors", "lrows", "lcols", "lmatrices", "ltensor3s", "ltensor4s", "ltensor5s",
    "fscalars", "fvectors", "frows", "fcols", "fmatrices", "ftensor3s", "ftensor4s", "ftensor5s",
    "dscalars", "dvectors", "drows", "dcols", "dmatrices", "dtensor3s", "dtensor4s", "dtensor5s",
]
# fmt: on

# In the order of the names on the left sides below.
SHAPES: dict[str, tuple[int | None, ...]] = {
    "scalar": (),
    "vector": (None,),
    "row": (1, None),
    "col": (None, 1),
    "matrix": (None,) * 2,
    "tensor3": (None,) * 3,
    "tensor4": (None,) * 4,
    "tensor5": (None,) * 5,
}


def _types(dtype: str) -> list[TensorType]:
    return [TensorType(dtype, shape) for shape in SHAPES.values()]


def _constructor(kind: str) -> Callable[..., Variable]:
    """Return a function that makes a variable of a kind."""

    def make(name: str | None = None, dtype: Any = None) -> Variable:
        return TensorType(dtype or "floatX", SHAPES[kind])(name)

    make.__name__ = make.__qualname__ = kind
    make.__doc__ = f"A new {kind}, of ``config.floatX`` unless another dtype is given."
    return make


def _plurals(dtype: str | None = None) -> list[Callable[..., list[Variable]]]:
    """Return a function for each kind that makes several variables of it."""
    makers = map(_constructor, SHAPES) if dtype is None else _types(dtype)
    return [_several(make) for make in makers]


def _several(make: Callable[..., Variable]) -> Callable[..., list[Variable]]:
    def make_several(*names: str | int) -> list[Variable]:
        """New variables: the given number of them, or one for each name.

        A single string gives one variable for each of its letters.
        """
        if len(names) != 1:
            return [make(name) for name in names]
        if isinstance(names[0], int):
            return [make() for _ in range(names[0])]
        return [make(letter) for letter in names[0]]

    return make_several


def tensor(
    dtype: Any,
    shape: Sequence[int | bool | None] | None = None,
    name: str | None = None,
    *,
    broadcastable: Sequence[bool] | None = None,
) -> Variable:
    """A new variable of any type.

    Parameters
    ----------
    dtype : str
    shape : sequence of int, None or bool
        For each dimension its size, or None if it is not known. Theano's True for size 1, which
        broadcasts, and False for unknown are understood.
    name : str, optional
    broadcastable : sequence of bool
        Theano's name for the shape.

    Examples
    --------
    >>> tensor("float32", (None, 3), name="X").type
    TensorType(float32, (None, 3))
    """
    return TensorType(dtype, shape, broadcastable=broadcastable)(name)


# fmt: off
scalar, vector, row, col, matrix, tensor3, tensor4, tensor5 = map(_constructor, SHAPES)
bscalar, bvector, brow, bcol, bmatrix, btensor3, btensor4, btensor5 = _types("int8")
wscalar, wvector, wrow, wcol, wmatrix, wtensor3, wtensor4, wtensor5 = _types("int16")
iscalar, ivector, irow, icol, imatrix, itensor3, itensor4, itensor5 = _types("int32")
lscalar, lvector, lrow, lcol, lmatrix, ltensor3, ltensor4, ltensor5 = _types("int64")
fscalar, fvector, frow, fcol, fmatrix, ftensor3, ftensor4, ftensor5 = _types("float32")
dscalar, dvector, drow, dcol, dmatrix, dtensor3, dtensor4, dtensor5 = _types("float64")

scalars, vectors, rows, cols, matrices, tensor3s, tensor4s, tensor5s = _plurals()
bscalars, bvectors, brows, bcols, bmatrices, btensor3s, btensor4s, btensor5s = _plurals("int8")
wscalars, wvectors, wrows, wcols, wmatrices, wtensor3s, wtensor4s, wtensor5s = _plurals("int16")
iscalars, ivectors, irows, icols, imatrices, itensor3s, itensor4s, itensor5s = _plurals("int32")
lscalars, lvectors, lrows, lcols, lmatrices, ltensor3s, ltensor4s, ltensor5s = _plurals("int64")
fscalars, fvectors, frows, fcols, fmatrices, ftensor3s, ftensor4s, ftensor5s = _plurals("float32")
dscalars, dvectors, drows, dcols, dmatrices, dtensor3s, dtensor4s, dtensor5s = _plurals("float64")
# fmt: on
