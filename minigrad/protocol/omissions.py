"""Leave out what people do not write, so that printed derivatives read as if written by hand.

A factor 1 that a derivative begins with; two signs that cancel in a derivative; that a value is
repeated, where broadcasting does it anyway; that a size is a float; and whose size it is, if it is an
input's.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any, NamedTuple

from ..core.axes import Alloc, DimShuffle, Size, sizes_of
from ..core.credit import DerivedLine, credited_to
from ..core.elementwise import Cast, Elementwise, cast
from ..core.graph import Apply, Constant, Op, Variable
from ..core.table import mul, neg
from .walks import known_integer, made_by

# In so many steps it is found out at most what a size, or a value that is repeated, is made of.
_STEPS = 32
# So many factors 1 and signs are looked through.
_FACTORS = 32


# What is written in place of an op: its operand alone; the second operand in the first one's shape.
ITSELF, FILLED = "itself", "filled"


class Wording(NamedTuple):
    """The wording of a node: an op, `ITSELF` or `FILLED`, of these operands."""

    op: Op | str
    operands: Sequence[Variable]


def in_few_words(node: Apply, steps: int = _STEPS) -> Wording:
    """Return what people write of the node; so many nodes below it are looked at for a sign."""
    op, inputs = node.op, node.inputs
    if op == neg and isinstance(node.made_at, DerivedLine):  # the user's own signs are all shown
        if (x := _without_minus(inputs[0], steps)) is not None:
            return Wording(ITSELF, [x])
    if isinstance(op, Cast) and _is_count(inputs[0]) and node.out.type.is_float:
        # NumPy has sizes as Python's numbers, which take on the dtype of what they meet.
        return Wording(ITSELF, inputs)
    if isinstance(op, Size):
        size = _size(node.out)
        if size.owner is None:
            return Wording(ITSELF, [size])
        return Wording(size.owner.op, size.owner.inputs)
    if isinstance(op, Alloc) and node.out.type.ndim:
        sizes = [_size(size) for size in inputs[1:]]
        if (model := _model(sizes)) is not None:
            return Wording(FILLED, [model, _bare(inputs[0])])
        return Wording(op, [_bare(inputs[0]), *sizes])
    if isinstance(op, Elementwise) and len(inputs) > 1:
        return _of_elements(node)
    return Wording(op, inputs)


def _of_elements(node: Apply) -> Wording:
    """The wording of an elementwise operation, without what broadcasting does anyway and factors 1."""
    op, inputs = node.op, node.inputs
    bare = [_bare(x) for x in inputs]
    is_whole = [x is y and _fits(x, node) for x, y in zip(inputs, bare, strict=True)]
    for place in (0, 1) if op == mul else ():
        sign, other = sign_of_one(inputs[place]), bare[1 - place]
        if sign is not None and is_whole[1 - place]:
            return Wording(neg if sign else ITSELF, [cast(other, node.out.type.dtype)])
        if sign == "" and not other.type.ndim and isinstance(node.made_at, DerivedLine):
            ones = made_by(inputs[place], Alloc)
            filled = in_few_words(ones) if ones and _fits(inputs[place], node) else None
            if filled and filled.op == FILLED:
                return Wording(FILLED, [filled.operands[0], other])
    return Wording(op, bare if any(is_whole) else inputs)


def _fits(x: Variable, node: Apply) -> bool:
    """Whether x has the shape of the node's result."""
    return x.type.broadcastable == node.out.type.broadcastable


def _without_minus(x: Variable, steps: int) -> Variable | None:
    """Return y where x is written as -y."""
    for left in range(steps, 0, -1):
        if x.owner is None or x.name:
            return None
        op, operands = in_few_words(x.owner, left // 2)
        if op != ITSELF:
            return operands[0] if op == neg else None
        x = operands[0]
    return None


def _bare(x: Variable, steps: int = _STEPS) -> Variable:
    """x as it was before it was repeated, for where broadcasting repeats it anyway."""
    if x.owner is None or steps <= 0:
        return x
    op, inputs = x.owner.op, x.owner.inputs
    if isinstance(op, Alloc):
        return _marked(inputs[0]) if _is_beginning(x) else _bare(inputs[0], steps - 1)
    if isinstance(op, DimShuffle):
        first = _bare(inputs[0], steps - 1)
        adds_first_axes = op.new_order[-inputs[0].type.ndim :] == tuple(range(inputs[0].type.ndim))
        return first if not first.type.ndim or adds_first_axes else x
    if isinstance(op, Elementwise):
        bare = [_bare(v, (steps - 1) // len(inputs)) for v in inputs]
        if all(v.type.ndim < x.type.ndim for v in bare):
            return credited_to(x.owner.made_at, op.make_node, *bare).out
    return x


def sign_of_one(x: Variable) -> str | None:
    """Return the sign of x, if it is made of the 1s that derivatives begin with, or of -1."""
    sign, factors = "", [x]
    for factor in islice(factors, _FACTORS):  # which grows on the way
        if _is_beginning(factor):
            continue
        node = made_by(factor, neg, Alloc, DimShuffle, mul)
        if node is None:
            return None
        if node.op is neg:
            sign = "" if sign else "-"
        factors += node.inputs if node.op is mul else node.inputs[:1]
    return sign if len(factors) <= _FACTORS else None


def _is_beginning(x: Variable) -> bool:
    """Whether x is the 1 that is the derivative of a cost by itself.

    It is marked, or stands in an array that a derivative made: rules take off the mark.
    """
    array = made_by(x, Alloc)
    is_derived = array is not None and isinstance(array.made_at, DerivedLine)
    one = array.inputs[0] if array is not None and is_derived else x
    if not isinstance(one, Constant) or one.type.ndim or one.data != 1:
        return False
    return is_derived or one.written_with is not None


def _marked(one: Variable) -> Variable:
    """The 1 that a derivative begins with, marked so that it is known without its array."""
    assert isinstance(one, Constant)
    marked = Constant(one.type, one.data)
    marked.written_with = one
    return marked


def _is_count(x: Variable) -> bool:
    """Whether x is a whole number, a size, or a product that ends with one."""
    if product := made_by(x, mul):
        x = product.inputs[1]
    return known_integer(x) is not None or made_by(x, Size) is not None


def _size(size: Variable) -> Variable:
    """The size, as that of the first variable that it is known to be of."""
    for _ in range(_STEPS):
        node = made_by(size, Size)
        if node is None or node.inputs[0].owner is None:
            break
        x, source = node.inputs[0], node.inputs[0].owner
        try:
            shapes: Any = source.op.infer_shape(source, [(*sizes_of(v),) for v in source.inputs])
            earlier = shapes[x.index][node.op.axis]
        except Exception:  # a user's op may do anything
            break
        if not isinstance(earlier, Variable) or (earlier.owner and not made_by(earlier, Size)):
            break
        size = earlier
    return size


def _model(sizes: Sequence[Variable]) -> Variable | None:
    """The variable whose shape these are the sizes of, if they are all of one."""
    models: set[Variable | None] = set()
    for axis, size in enumerate(sizes):
        if isinstance(size, Constant):
            models.add(size.written_with)
        else:
            node = made_by(size, Size)
            models.add(node.inputs[0] if node is not None and node.op.axis == axis else None)
    model = models.pop() if len(models) == 1 else None
    return model if model is not None and model.type.ndim == len(sizes) else None
