"""Rules on parts of tensors: the whole, and what is cut and joined again."""

from __future__ import annotations

from typing import Any

from ...core.axes import dimshuffle
from ...core.graph import Apply, Variable
from ...core.table import add
from ...ops.indexing import ALL, INPUT, IncSubtensor, Subtensor
from ...ops.joining import Join
from ...protocol.walks import Applied, is_zeros, made_by
from ..engine import Replacement, Rewriter, rule

# So many terms of a sum are looked at, at most.
_MOST_PARTS = 16


@rule("the part that is all is the whole, perhaps with new axes", Subtensor)
def _whole(node: Applied[Subtensor], rewriter: Rewriter) -> Replacement:
    pattern = node.op.pattern
    if not all(entry in (None, ALL) for entry in pattern):
        return None
    axes = iter(range(len(pattern)))
    return [dimshuffle(node.inputs[0], ["x" if e is None else next(axes) for e in pattern])]


@rule("a slice that ends with the whole is the whole", Subtensor)
def _up_to_the_end(node: Applied[Subtensor], rewriter: Rewriter) -> Replacement:
    x, *indices = node.inputs
    given, axis = iter(indices), 0
    pattern: list[Any] = []
    kept = []
    for entry in node.op.pattern:
        if isinstance(entry, tuple):
            bounds = [next(given) if bound == INPUT else bound for bound in entry]
            if entry[0] is None and entry[2] is None and _ends(x, axis, bounds[1], rewriter):
                entry = ALL
            else:
                kept += [bound for bound in bounds if isinstance(bound, Variable)]
        elif entry == INPUT:
            kept.append(next(given))
            if kept[-1].type.dtype == "bool":
                return None
        elif entry is ...:
            return None
        axis += entry is not None
        pattern.append(entry)
    if tuple(pattern) == node.op.pattern:
        return None
    return [Subtensor(tuple(pattern))(x, *kept)]


def _ends(x: Variable, axis: int, stop: Any, rewriter: Rewriter) -> bool:
    """Whether x has no elements after the stop of a slice along the axis."""
    size = x.type.shape[axis]
    if isinstance(stop, int):
        return size is not None and stop >= size
    return stop is not None and stop is rewriter.size(x, axis)


@rule("parts of zeros that make up the whole are joined", add, needs=[IncSubtensor])
def _joined_parts(node: Apply, rewriter: Rewriter) -> Replacement:
    # So is the derivative of what was cut into parts, as the gates of a recurrent network.
    found: dict[int, tuple[int, int, Variable]] = {}
    rest = list(node.inputs)
    axes: set[int] = set()
    while rest:
        x = rest.pop()
        if (inner := made_by(x, add)) is not None and len(found) + len(rest) < _MOST_PARTS:
            rest += inner.inputs
            continue
        part = _part_of_zeros(x)
        if part is None or x.type != node.out.type:
            return None
        axis, start, stop, y = part
        if start in found:
            return None
        axes.add(axis)
        found[start] = (start, stop, y)
    parts = [found[start] for start in sorted(found)]
    if len(axes) > 1 or len(parts) < 2:
        return None
    (axis,) = axes
    ends = [0, *[stop for _, stop, _ in parts]]
    if ends[:-1] != [start for start, _, _ in parts] or ends[-1] != node.out.type.shape[axis]:
        return None
    return [Join(axis)(*[y for _, _, y in parts])]


def _part_of_zeros(x: Variable) -> tuple[int, int, int, Variable] | None:
    """Return axis, start and stop of a part of zeros, and what it is set to; None if x is none."""
    node = made_by(x, IncSubtensor)
    if node is None or not is_zeros(node.inputs[0]) or len(node.inputs) > 2:
        return None
    cut = [axis for axis, entry in enumerate(node.op.pattern) if entry != ALL]
    if len(cut) != 1 or len(node.op.pattern) != x.type.ndim:
        return None
    (axis,) = cut
    entry, size, y = node.op.pattern[axis], x.type.shape[axis], node.inputs[1]
    if not isinstance(entry, tuple) or entry[2] is not None or size is None:
        return None
    start, stop, _ = slice(*entry).indices(size)
    sizes = [stop - start if a == axis else n for a, n in enumerate(x.type.shape)]
    return (axis, start, stop, y) if list(y.type.shape) == sizes and start < stop else None


PART_RULES = (_up_to_the_end, _whole, _joined_parts)
