"""Products of large matrices, computed in tiles: which they are, and the C that calls `products.h`."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Iterable
from importlib.resources import files
from typing import Any

from ..core.axes import DimShuffle
from ..core.graph import Apply, Variable
from ..ops.linalg import Dot
from ..protocol.axes import axes_of
from . import c
from .compiler import loaded

# A product of matrices of which two sizes are so small beside the third is computed in other loops.
_SMALL = 256
# With fewer columns, BLAS is faster.
_FEWEST_COLUMNS = 8
_WORTH_THREADS = 1 << 18  # multiplications
# A row of what is made has room for whole vectors, a panel for two: in bytes.
_ROW, _PANEL = 64, 128


def is_small(node: Apply) -> bool:
    """Whether two sizes of a product are small beside the third."""
    return math.prod(sorted(_sizes(node).values())[:-1]) <= _SMALL


def is_tiled(node: Apply) -> bool:
    """Whether a node is a product of large matrices, that tiles are made for."""
    types = [v.type for v in (*node.inputs, *node.outputs)]
    return (
        isinstance(node.op, Dot)
        and all(t.ndim == 2 and t.dtype == types[0].dtype for t in types)
        and types[0].dtype in ("float32", "float64")
        and not is_small(node)
        and types[-1].shape[1] >= _FEWEST_COLUMNS
    )


def _sizes(node: Apply) -> dict[Any, int]:
    axes = axes_of(node)
    assert axes is not None
    sizes: dict[Any, int] = {}
    for v, labels in zip(node.inputs, axes.inputs, strict=True):
        sizes.update(zip(labels, v.type.shape, strict=True))
    return sizes


# The functions are compiled once for all programs: each of these points to one of them.
_PARAMETERS = """\
int threads, int64_t rows, int64_t columns, int64_t terms,
    const {0} *restrict a, int64_t a_row, int64_t a_column,
    const {0} *restrict b, int64_t b_row, int64_t b_column,
    {0} *restrict c, int64_t c_row, void *restrict panels"""
DECLARED = "\n".join(
    f"void (*product_{name})({_PARAMETERS.format(name)});" for name in ("double", "float")
)


def connect(library: ctypes.CDLL, nodes: Iterable[Apply]) -> None:
    """Tell the library of a program where the functions are that its products need."""
    for name in dict.fromkeys(c.c_type(node.out.type.dtype) for node in nodes if is_tiled(node)):
        function = ctypes.cast(_functions(name).product, ctypes.c_void_p)
        ctypes.c_void_p.in_dll(library, f"product_{name}").value = function.value


def _functions(name: str) -> ctypes.CDLL:
    """The library for products of numbers of this type."""
    text = files(__package__).joinpath("products.h").read_text(encoding="utf-8")
    parameters = _PARAMETERS.format("NUMBER").replace("\n", "\\\n")
    return loaded(f"#define NUMBER {name}\n#define PARAMETERS {parameters}\n{text}")


def place(v: Variable, array: str) -> c.Place:
    """Where the elements of a product are: each row has room for whole vectors."""
    return c.Place(array, [_rounded(v, _ROW), 1], v.type.numpy_dtype)


def size(v: Variable) -> int:
    """How many elements the array of a product has."""
    return c.sizes(v)[0] * _rounded(v, _ROW)


def panel_bytes(node: Apply) -> int:
    """How much memory a product needs on the way."""
    v = node.out
    return node.inputs[0].type.shape[1] * _rounded(v, _PANEL) * v.type.numpy_dtype.itemsize


def _rounded(v: Variable, to: int) -> int:
    """The number of columns, and as many more as make a multiple of so many bytes."""
    per = to // v.type.numpy_dtype.itemsize
    return -(-c.sizes(v)[1] // per) * per


def line(node: Apply, place_of: Callable[[Variable], c.Place], panels: str) -> str:
    """The line that computes a product."""
    x, y = node.inputs
    (rows, terms), columns = c.sizes(x), c.sizes(y)[1]
    made = place_of(node.out)
    arguments = [
        "threads" if rows * columns * terms >= _WORTH_THREADS else "1",
        rows, columns, terms, *_array(x, place_of), *_array(y, place_of),
        made.array, made.strides[0], panels,
    ]  # fmt: skip
    return f"product_{c.c_type(made.dtype)}({', '.join(map(str, arguments))});"


def _array(v: Variable, place_of: Callable[[Variable], c.Place]) -> list[Any]:
    """The array and the strides of a matrix, which may be a transpose."""
    if v.owner is None or not isinstance(v.owner.op, DimShuffle):
        there = place_of(v)
        assert there.dtype == v.type.numpy_dtype, v
        return [there.array, *there.strides]
    order = v.owner.op.new_order
    array, *strides = _array(v.owner.inputs[0], place_of)
    return [array, *[0 if axis == "x" else strides[int(axis)] for axis in order]]
