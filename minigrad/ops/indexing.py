"""Taking parts of a tensor, and setting or adding to parts: slices, integers, arrays, masks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core.axes import (
    as_tensor_variable,
    ones_like,
    size_of,
    sizes_of,
    sum_axes,
    undo_broadcasting,
    zeros_like,
)
from ..core.elementwise import broadcast_shape, cast
from ..core.graph import Apply, Constant, Gradients, NumPyOp, Variable, Variables
from ..core.operators import extend
from ..core.table import eq, maximum, switch
from ..core.types import TensorType, constant
from ..protocol.axes import Axes, Label
from ..protocol.op import InAllSteps, Names, SeveralOutputs, Use, with_numbers
from ..protocol.walks import made_by, number_if_known
from .counting import normalize_axis
from .reduction import CumSum
from .shape import Reshape, Shape

# The place in a key of an index that an input of the node gives.
INPUT = "?"


def as_pattern(x: Variable, key: Any) -> tuple[tuple[Any, ...], list[Variable]]:
    """Return the pattern of a key between brackets, and the variables that fill it.

    The pattern has an entry for each axis of the tensor and for each new one: a number, None for
    a new axis, a triple for a slice, or `INPUT` for an index that is computed. In a slice, too,
    `INPUT` stands for what is computed. An ellipsis is left only where it stands for no axis, but
    keeps index arrays apart, whose axes then come first.
    """

    variables: list[Variable] = []
    entries = [_as_index(entry, x) for entry in (key if isinstance(key, tuple) else [key])]
    entries = _without_ellipsis(entries, x)
    return tuple([_without_variables(entry, variables) for entry in entries]), variables


def _without_variables(entry: Any, taken: list[Variable]) -> Any:
    """Return the entry with `INPUT` in the places of variables, which are taken out in order."""
    if isinstance(entry, slice):
        bounds = entry.start, entry.stop, entry.step
        return tuple([_without_variables(bound, taken) for bound in bounds])
    if isinstance(entry, Variable):
        taken.append(entry)
        return INPUT
    return entry


def _as_index(entry: Any, x: Variable) -> Any:
    """Return an entry of a key as a number, a variable, a slice of these, None or an ellipsis."""
    if entry is None or entry is Ellipsis:
        return entry
    if isinstance(entry, slice):
        return slice(*[_as_bound(bound, x) for bound in (entry.start, entry.stop, entry.step)])
    if isinstance(entry, (bool, np.bool_, str, bytes)):
        raise TypeError(f"{x}[{entry!r}]: an index is an integer, slice, array, None or ...")
    if isinstance(entry, (int, np.integer)):
        return int(entry)
    index = as_tensor_variable(np.zeros(0, int) if isinstance(entry, list) and not entry else entry)
    if index.type.is_float:
        raise TypeError(f"{x}[{index}]: an index is an integer, not {index.type.dtype}; cast it")
    if index.type.ndim == 0 and index.type.dtype == "bool":
        raise TypeError(f"{x}[{index}]: a mask has at least one dimension; cast it to an integer")
    if isinstance(index, Constant) and index.type.ndim == 0:
        return int(index.data)
    return index


def _as_bound(bound: Any, x: Variable) -> Any:
    """Return a bound or the step of a slice as a number, a variable or None."""
    if not isinstance(bound, slice) and bound is not Ellipsis:
        index = _as_index(bound, x)
        if not isinstance(index, Variable) or index.type.ndim == 0:
            return index
    raise TypeError(f"{x}[...]: a bound of a slice must be an integer or None; got {bound}")


def _axes_of(entry: Any) -> int:
    """Return the number of axes of the tensor that an entry of a key is about."""
    if entry is None:
        return 0
    if isinstance(entry, Variable) and entry.type.dtype == "bool":
        return entry.type.ndim
    return 1


def _without_ellipsis(entries: list[Any], x: Variable) -> list[Any]:
    """Return the entries with full slices for the ellipsis, or at the end if there is none."""
    positions = [i for i, entry in enumerate(entries) if entry is Ellipsis]
    position = positions[0] if positions else len(entries)
    others = entries[:position] + entries[position + 1 :]
    missing = x.type.ndim - sum(map(_axes_of, others))
    if len(positions) > 1 or missing < 0:
        reason = (
            "two ellipses" if missing >= 0 else f"too many indices for {x.type.ndim} dimensions"
        )
        raise IndexError(f"{x}[{', '.join(map(str, entries))}]: {reason}")
    if positions and not missing and _keeps_apart(position, others):
        return entries
    return others[:position] + [slice(None)] * missing + others[position:]


def _keeps_apart(position: int, entries: Sequence[Any]) -> bool:
    """Return whether index arrays, or numbers beside them, are on both sides of the position."""
    numbers = [i for i, entry in enumerate(entries) if isinstance(entry, (int, Variable))]
    has_arrays = any(isinstance(entry, Variable) and entry.type.ndim for entry in entries)
    return has_arrays and numbers[0] < position <= numbers[-1]


def fill_pattern(pattern: Sequence[Any], values: Sequence[Any]) -> tuple[Any, ...]:
    """Return the key for NumPy: the pattern filled with values."""
    given = iter(values)

    def fill(entry: Any) -> Any:
        if isinstance(entry, tuple):
            return slice(*map(fill, entry))
        return next(given) if entry == INPUT else entry

    return tuple(map(fill, pattern))


def static_shape(
    x: Variable, pattern: Sequence[Any], variables: Sequence[Variable]
) -> list[int | None]:
    """Return the sizes of the part, None for those that are not known."""
    given, sizes = iter(variables), iter(x.type.shape)
    part: list[int | None] = []
    arrays: list[tuple[int | None, ...]] = []
    positions = []  # of arrays and numbers
    for position, entry in enumerate(pattern):
        if entry is None or entry is ...:
            part += [1] * (entry is None)
        elif isinstance(entry, tuple):
            bounds = [next(given) if bound == INPUT else bound for bound in entry]
            part.append(_slice_length(slice(*bounds), next(sizes)))
        else:
            positions.append(position)
            index = next(given) if entry == INPUT else constant(entry)
            if index.type.dtype == "bool":
                arrays += [(None,) for _ in zip(range(index.type.ndim), sizes, strict=False)]
                continue
            size = next(sizes)
            if entry != INPUT and size is not None and not -size <= entry < size:
                raise IndexError(f"{x}[{entry}]: index out of range for an axis of size {size}")
            arrays.append(index.type.shape)
    # The axes of arrays are where these are, if they are next to each other; else they come first.
    is_one_run = positions and positions[-1] - positions[0] == len(positions) - 1
    first = positions[0] if is_one_run else 0
    try:
        return [*part[:first], *broadcast_shape([(), *arrays]), *part[first:]]
    except ValueError as error:
        raise IndexError(f"index arrays of {x}: {error}") from None


def _slice_length(part: slice, size: Any) -> Any:
    """Return the length of the slice of an axis of this size, None if it is unknown."""
    bounds = part.start, part.stop, part.step
    if bounds in (ALL, _REVERSED):
        return size
    if not isinstance(size, int) or any(isinstance(bound, Variable) for bound in bounds):
        return None
    return len(range(*part.indices(size)))


ALL, _REVERSED = (None, None, None), (None, None, -1)


class Subtensor(NumPyOp):
    """x[key], where the key is the pattern filled with the other inputs."""

    __props__ = ("pattern",)
    n_differentiable = 1
    storage = "view"
    moves = slice(1)
    is_analytic = True

    def make_node(self, x: Variable, *indices: Variable) -> Apply:
        shape = static_shape(x, self.pattern, indices)
        return Apply(self, [x, *indices], [x.type.clone(shape=shape)()])

    # Slices are views. With arrays NumPy copies, but saying so too often only costs a copy.
    view_map = {0: [0]}
    is_view = True

    def compute(self, x: Any, *indices: Any) -> Any:
        return x[fill_pattern(self.pattern, indices)]

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        return f"{inputs[0]}[{key_text(self.pattern, with_numbers(node.inputs, inputs)[1:])}]"

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        return f"{inputs[0]}[{key_text(self.pattern, inputs[1:])}]"

    def may_refuse(self, node: Apply) -> bool:
        # Integer arrays are left to what uses them: to look at each number would cost as much.
        has_numbers = not all(entry is None or isinstance(entry, tuple) for entry in self.pattern)
        return has_numbers and not any(
            v.type.ndim and v.type.dtype != "bool" for v in node.inputs[1:]
        )

    def infer_shape(self, node: Apply, input_shapes: Any) -> Any:
        # That of an index array is left to what takes it: to look at each number is to compute it.
        if INPUT in self.pattern:
            return None
        bounds = fill_pattern(self.pattern, [number_if_known(v) for v in node.inputs[1:]])
        sizes, part = iter(input_shapes[0]), []
        for entry in bounds:
            if isinstance(entry, slice):
                part.append(_slice_length(entry, number_if_known(next(sizes))))
            elif entry is None:
                part.append(1)
            elif entry is not ...:
                next(sizes)
        return [tuple(part)]

    def sized_by(self, node: Apply) -> Sequence[int]:
        # Masks and the ends of slices; what is taken by numbers has the shape of their array.
        are_ends: list[bool] = []
        for entry in self.pattern:
            is_slice = isinstance(entry, tuple)
            are_ends += [is_slice] * (entry.count(INPUT) if is_slice else entry == INPUT)
        indices = zip(node.inputs[1:], are_ends, strict=True)
        return [i for i, (v, is_end) in enumerate(indices, 1) if is_end or v.type.dtype == "bool"]

    def _numbers(self) -> list[Any]:
        """The entries of the pattern but for new axes and slices."""
        return [entry for entry in self.pattern if not (entry is None or isinstance(entry, tuple))]

    def axes(self, node: Apply) -> Axes | None:
        indices = node.inputs[1:]
        numbers = self._numbers()
        is_mask = any(index.type.dtype == "bool" for index in indices)
        if is_mask or (len(numbers) > 1 and any(index.type.ndim for index in indices)):
            return None
        return self.labels([[f"index {i}" for i in range(v.type.ndim)] for v in indices])

    def labels(self, indices: Sequence[Sequence[Label]]) -> Axes:
        """The axes where there are slices and a single index, or no arrays; and indices' labels."""
        given = iter(indices)
        x: list[Label] = []
        part: list[Label] = []
        whole: list[Label] = []
        for entry in self.pattern:
            if entry is None:
                part.append(None)
            elif isinstance(entry, tuple):
                for _ in range(entry.count(INPUT)):
                    next(given)
                label = len(x) if entry in (ALL, _REVERSED) else None
                if entry == _REVERSED:
                    whole.append(label)
                x.append(label)
                part.append(label)
            else:
                x.append(None)
                part += next(given) if entry == INPUT else []
        return Axes([x, *indices], [part], whole)

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        x, *indices = inputs
        if {*self.pattern} <= {ALL, _REVERSED}:  # which undoes itself
            return [self(output_grads[0])]
        g = IncSubtensor(self.pattern, set_instead_of_inc=False)(
            zeros_like(x), output_grads[0], *indices
        )
        return [g, *[None] * len(indices)]

    def at_once(self, node: Apply, inputs: InAllSteps) -> Variable | None:
        (x, x_changes), *indices = inputs
        numbers = self._numbers()
        if x_changes:
            if ... in numbers or any(changes or i.type.ndim for i, changes in indices):
                return None
            return Subtensor((ALL, *self.pattern))(x, *[i for i, _ in indices])
        # One row for each step: an array of their numbers takes them all.
        ((index, _), *others) = indices
        takes_rows = self.pattern[0] == INPUT and all(e == ALL for e in self.pattern[1:])
        return self(x, index) if takes_rows and not others and index.type.ndim == 1 else None

    def __str__(self) -> str:
        return f"Subtensor{{{key_text(self.pattern, ['?'] * str(self.pattern).count('?'))}}}"


def key_text(pattern: Sequence[Any], names: Sequence[str]) -> str:
    """Return a key as Python writes it."""

    def text(entry: Any) -> str:
        if not isinstance(entry, slice):
            return "..." if entry is ... else str(entry)
        start, stop, step = (
            "" if bound is None else str(bound) for bound in (entry.start, entry.stop, entry.step)
        )
        return f"{start}:{stop}" + (f":{step}" if step else "")

    return ", ".join(map(text, fill_pattern(pattern, names))) or "()"


class IncSubtensor(NumPyOp):
    """A copy of x in which x[key] is set to y, or y is added to it."""

    __props__ = ("pattern", "set_instead_of_inc")
    n_differentiable = 2
    storage = "new"
    moves = property(lambda self: slice(2 if self.set_instead_of_inc else 0))
    verb = property(lambda self: f"{'set' if self.set_instead_of_inc else 'inc'}_subtensor")

    def make_node(self, x: Variable, y: Variable, *indices: Variable) -> Apply:
        part = static_shape(x, self.pattern, indices)
        if y.type.ndim > len(part):
            raise ValueError(
                f"{self.verb}: {y} has {y.type.ndim} dimensions, the part of {x} {len(part)}"
            )
        if not np.can_cast(y.type.numpy_dtype, x.type.numpy_dtype, "safe"):
            raise TypeError(
                f"{self.verb}: {y} is {y.type.dtype}, which does not fit into {x}, {x.type.dtype}; "
                f"cast it, as in y.astype('{x.type.dtype}')"
            )
        for mine, theirs in zip(y.type.shape[::-1], part[::-1], strict=False):
            if mine not in (1, None) and theirs is not None and mine != theirs:
                raise ValueError(
                    f"{self.verb}: {y} of shape {y.type.shape} does not fit a part of {part}"
                )
        return Apply(self, [x, y, *indices], [x.type()])

    def compute(self, x: Any, y: Any, *indices: Any) -> Any:
        key = fill_pattern(self.pattern, indices)
        result = np.array(x)
        part = result[key]
        if np.shape(y) != np.shape(part):
            y = numpy_filling(y, np.shape(part))
        if self.set_instead_of_inc:
            result[key] = y
        elif any(map(np.ndim, indices)):
            np.add.at(result, key, y)  # counts an index as often as it occurs
        else:
            result[key] += y
        return result

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        key = key_text(self.pattern, inputs[2:]).replace(":", "_").replace(", ", "__")
        from_text = "".join(c if c.isalnum() or c == "_" else "m" for c in key)
        name = f"{'set' if self.set_instead_of_inc else 'inc'}_{from_text}"
        return f"{use(name, self.compute)}({', '.join(inputs)})"

    def statements(
        self, node: Apply, inputs: Names, outputs: Names, use: Use, inner: Names
    ) -> Sequence[str]:
        has_arrays = any(v.type.ndim for v in node.inputs[2:])
        if has_arrays and not self.set_instead_of_inc:
            return [f"{outputs[0]} = {self.expression(node, inputs, use)}"]
        x, y, *indices = inputs
        part = f"{outputs[0]}[{key_text(self.pattern, indices)}]"
        if node.inputs[1].type.ndim:
            y = f"{use('filling', numpy_filling)}({y}, {part}.shape)"
        verb = "=" if self.set_instead_of_inc else "+="
        return [f"{outputs[0]} = {use('array', np.array)}({x})", f"{part} {verb} {y}"]

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        x, y, *indices = inputs
        return f"{self.verb}({x}[{key_text(self.pattern, indices)}], {y})"

    def may_refuse(self, node: Apply) -> bool:
        return True

    def refuse(self, node: Apply, inputs: list[Any]) -> None:
        x, y, *indices = inputs
        numpy_filling(y, np.shape(x[fill_pattern(self.pattern, indices)]))

    def axes(self, node: Apply) -> Axes:
        x, y, *indices = node.inputs
        axes = range(x.type.ndim)
        of_y: list[int | None] = [None] * y.type.ndim
        whole = set(axes)
        if not any(index.type.ndim for index in indices):
            part = Subtensor(self.pattern).labels([()] * len(indices))
            whole -= set(part.outputs[0]) - set(part.whole)
            # y fills the part; along axes where it is not known to, it may be repeated.
            for back, size in enumerate(reversed(y.type.shape), start=1):
                label = part.outputs[0][-back]
                if label in axes and size is not None and size == x.type.shape[label]:
                    of_y[-back] = label
                elif size != 1:
                    whole.add(label)
        others = [[None] * index.type.ndim for index in indices]
        return Axes([axes, of_y, *others], [axes], whole)

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        x, y, *indices = inputs
        gx = g = output_grads[0]
        gy = Subtensor(self.pattern)(g, *indices)
        if self.set_instead_of_inc:
            gx = IncSubtensor(self.pattern, True)(g, constant(0, dtype=g.type.dtype), *indices)
            if any(index.type.ndim and index.type.dtype != "bool" for index in indices):
                gy = switch(self._stays(g, gy, indices), gy, 0)
        return [gx, _undo_filling(gy, y) if y.type.is_float else None, *[None] * len(indices)]

    def _stays(self, x: Variable, part: Variable, indices: Sequence[Variable]) -> Variable:
        """Return True for each value that stays: no later one is set in the same place."""
        ones = Reshape()(ones_like(cast(part, "int64")), constant(-1, dtype="int64"))
        numbers = Reshape()(CumSum(0)(ones), *sizes_of(part))
        left = IncSubtensor(self.pattern, True)(zeros_like(cast(x, "int64")), numbers, *indices)
        return eq(Subtensor(self.pattern)(left, *indices), numbers)

    def __str__(self) -> str:
        verb = "Set" if self.set_instead_of_inc else "Inc"
        return f"{verb}{Subtensor(self.pattern)}"


def numpy_filling(y: Any, shape: tuple[int, ...]) -> Any:
    """Return y repeated to the shape; `numpy.add.at`, left to do it, would read beyond its end."""
    try:
        return np.broadcast_to(y, shape)
    except ValueError:
        raise ValueError(f"a value of shape {np.shape(y)} for a part of shape {shape}") from None


def _undo_filling(g: Variable, y: Variable) -> Variable:
    """Return g, of the shape of the part, summed over the axes along which y was repeated."""
    g = undo_broadcasting(g, y)
    unknown = [a for a, n in enumerate(y.type.shape) if n is None and g.type.shape[a] != 1]
    # A size n of g becomes two: y's size m and n/m, which is 1, or n if m is 1.
    sizes, repeated = [], []
    for axis, size in enumerate(sizes_of(y)):
        sizes.append(size)
        if axis in unknown:
            repeated.append(len(sizes))
            sizes.append(size_of(g, axis) // maximum(size, 1))
    return sum_axes(Reshape()(g, *sizes), repeated) if unknown else g


class Nonzero(SeveralOutputs):
    """The indices of the elements that are not zero, one vector for each axis."""

    __props__ = ("ndim",)
    n_differentiable = 0
    storage = "new"

    def make_node(self, x: Variable) -> Apply:
        return Apply(self, [x], [TensorType("int64", (None,))() for _ in range(self.ndim)])

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        return f"nonzero({inputs[0]})"

    def compute(self, x: Any) -> Sequence[Any]:
        return np.nonzero(x)

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        text = f"{use('nonzero', np.nonzero)}({inputs[0]})"
        return text if self.ndim > 1 else f"{text}[0]"


def getitem(x: Any, key: Any) -> Variable:
    """x[key], as in NumPy: integers, slices, None, ..., integer arrays, masks, also symbolic."""
    x = as_tensor_variable(x)
    pattern, indices = as_pattern(x, key)
    if shape := made_by(x, Shape):
        first, *others = pattern
        if isinstance(first, int) and not others:
            # A size that is known stays known: T.zeros(x.shape) broadcasts where x does.
            (of,) = shape.inputs
            return size_of(of, normalize_axis(first, of.type.ndim))
    return Subtensor(pattern)(x, *indices)


@extend(Variable)
class _Brackets:
    __getitem__ = getitem  # derivatives of other ops take parts, too
