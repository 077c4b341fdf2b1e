"""Operations of a step done for all steps at once, which are the first axis of the arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...core.axes import DimShuffle, Size, Sum, dimshuffle
from ...core.elementwise import Elementwise
from ...core.graph import Apply, Variable
from ..indexing import ALL, INPUT, Subtensor
from ..joining import Join
from ..linalg import Dot, MatMul
from ..reduction import Reduction
from ..shape import Itself, Reshape, transposed
from ..softmax import Normalization

# For each input of a node: its value, and whether it has an element for each step.
Inputs = Sequence[tuple[Variable, bool]]


def at_once(node: Apply, inputs: Inputs) -> Variable | None:
    """Return the node's output for all steps, given its inputs for all; None if nobody knows how."""
    for kind, function in _HOW.items():
        if isinstance(node.op, kind):
            return function(node, inputs)
    return None


def takes_more_memory(node: Apply, changes: Sequence[bool]) -> bool:
    """Return whether the result for all steps may be far larger than what it is made of."""
    ndim = max((v.type.ndim for v, c in zip(node.inputs, changes, strict=True) if c), default=0)
    return node.out.type.ndim > ndim and not isinstance(node.op, _AS_LARGE)


def _of_elements(node: Apply, inputs: Inputs) -> Variable:
    ndim = node.out.type.ndim
    return node.op.make_node(*[_aligned(x, ndim) if all_ else x for x, all_ in inputs]).out


def _aligned(x: Variable, ndim: int) -> Variable:
    """Return x with axes after the first, so that the elements of steps have so many."""
    missing = ndim - (x.type.ndim - 1)
    return dimshuffle(x, [0, *["x"] * missing, *range(1, x.type.ndim)])


def _permuted(node: Apply, inputs: Inputs) -> Variable:
    ((x, _),) = inputs
    return dimshuffle(x, [0, *[o if o == "x" else o + 1 for o in node.op.new_order]])


def _along_axes(node: Apply, inputs: Inputs) -> Variable:
    ((x, _),) = inputs
    properties = {name: getattr(node.op, name) for name in node.op.__props__ or ()}
    properties["axis"] = tuple([axis + 1 for axis in properties["axis"]])
    return type(node.op)(**properties)(x)


def _product(node: Apply, inputs: Inputs) -> Variable | None:
    (x, x_changes), (y, y_changes) = inputs
    left, right = (v.type.ndim for v in node.inputs)
    if not y_changes:
        if left == 1:
            return Dot()(x, y)
        rows = _joined(x)
        return _cut(Dot()(rows, y), x, [1, *range(2, 1 + right)][:right])
    if not x_changes and right == 1:
        return Dot()(y, transposed(x) if left == 2 else x)
    # Products of pairs of matrices.
    if left == 1:
        x = dimshuffle(x, [0, "x", 1] if x_changes else ["x", "x", 0])
    elif not x_changes:
        x = dimshuffle(x, ["x", 0, 1])
    if right == 1:
        y = dimshuffle(y, [0, 1, "x"])
    product = MatMul()(x, y)
    kept = [0, *[1] * (left == 2), *[2] * (right == 2)]
    return dimshuffle(product, kept)


def _joined(x: Variable) -> Variable:
    """Return the matrices of all steps, one below the other."""
    return Reshape()(x, Size(0)(x) * Size(1)(x), Size(2)(x))


def _cut(product: Variable, x: Variable, axes: Sequence[int]) -> Variable:
    """Return a product with the joined rows of x, with the steps as an axis again."""
    more = [Size(1)(product)] if product.type.ndim == 2 else []
    return Reshape()(product, Size(0)(x), Size(1)(x), *more)


def _products(node: Apply, inputs: Inputs) -> Variable:
    ndim = node.out.type.ndim
    return MatMul()(*[_aligned(x, ndim) if all_ else _padded(x, ndim) for x, all_ in inputs])


def _padded(x: Variable, ndim: int) -> Variable:
    return dimshuffle(x, [*["x"] * (1 + ndim - x.type.ndim), *range(x.type.ndim)])


def _part(node: Apply, inputs: Inputs) -> Variable | None:
    (x, x_changes), *indices = inputs
    pattern = node.op.pattern
    if x_changes:
        if any(changes or i.type.ndim for i, changes in indices):
            return None
        numbers = [entry for entry in pattern if not (entry is None or isinstance(entry, tuple))]
        if ... in numbers:
            return None
        return Subtensor((ALL, *pattern))(x, *[i for i, _ in indices])
    ((index, _), *others) = indices
    if others or pattern[0] != INPUT or index.type.ndim != 1:
        return None
    return Subtensor(pattern)(x, index) if all(e == ALL for e in pattern[1:]) else None


def _reshaped(node: Apply, inputs: Inputs) -> Variable | None:
    (x, changes), *sizes = inputs
    if not changes or any(c for _, c in sizes):
        return None
    return Reshape()(x, Size(0)(x), *[size for size, _ in sizes])


def _join(node: Apply, inputs: Inputs) -> Variable | None:
    if not all(changes for _, changes in inputs):
        return None
    return Join(node.op.axis + 1)(*[x for x, _ in inputs])


def _itself(node: Apply, inputs: Inputs) -> Variable | None:
    (x, changes), *others = inputs
    if not changes or any(c for _, c in others) or node.op.__props__ != ("along",):
        return None
    return type(node.op)(tuple([axis + 1 for axis in node.op.along]))(x, *[v for v, _ in others])


_HOW: Mapping[Any, Callable[[Apply, Inputs], Variable | None]] = {
    Elementwise: _of_elements,
    DimShuffle: _permuted,
    Sum: _along_axes,
    Reduction: _along_axes,
    Normalization: _along_axes,
    Dot: _product,
    MatMul: _products,
    Subtensor: _part,
    Reshape: _reshaped,
    Itself: _itself,
    Join: _join,
}
# These make results that are hardly larger than what somebody has for all steps anyhow.
_AS_LARGE = (Dot, MatMul, DimShuffle, Subtensor)
