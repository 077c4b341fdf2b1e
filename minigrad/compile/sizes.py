"""Sizes of a graph's variables that are known to be equal, so that each is checked only once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from ..core.axes import Size
from ..core.graph import Apply, Variable
from ..protocol.axes import completed, infer_shapes
from ..protocol.walks import made_by, number_if_known

# A size: a number, or the scalar expression that gives it.
Entry = int | Variable


class Check(NamedTuple):
    """Two sizes that a node needs to be equal."""

    left: tuple[int, int]  # the number of the node's input, and the axis
    right: tuple[int, int]
    sides: tuple[Entry, Entry]  # the expressions that the sizes follow from


class Sizes:
    """Follows the sizes through a graph, node by node in its order.

    Two sizes are equal if they are the same expression, or were checked to be equal before.
    """

    def __init__(self) -> None:
        self._shapes: dict[Variable, tuple[Entry, ...]] = {}
        self._equal: dict[Variable, Entry] = {}

    def unchecked(self, node: Apply) -> list[Check]:
        """The node's checks of `equal_sizes` that were not made before; now they count as made."""
        shapes = [self._shape(variable) for variable in node.inputs]
        checks = []
        for i, axis, j, other_axis in node.op.equal_sizes(node):
            sides = shapes[i][axis], shapes[j][other_axis]
            one, other = map(self._find, sides)
            if one != other:  # `!=` of variables compares identity
                checks.append(Check((i, axis), (j, other_axis), sides))
                self._join(one, other)
        self._follow(node, shapes)
        return checks

    def equal_to(self, variable: Variable, axis: int) -> list[Entry]:
        """All that the size of the variable along the axis is known to equal."""
        found = self._find(self._shape(variable)[axis])
        others = [entry for entry in self._equal if self._find(entry) is found]
        return [found, *others]

    def _follow(self, node: Apply, input_shapes: list[tuple[Entry, ...]]) -> None:
        outputs = node.outputs
        if all(None not in output.type.shape for output in outputs):
            return  # then `_shape` reads the types
        inferred = infer_shapes(node, input_shapes)
        for i, output in enumerate(outputs):
            entries: Any = output.type.shape if inferred is None else inferred[i]
            self._shapes[output] = tuple(
                known if known is not None else self._entry(output, axis, entry)
                for axis, (known, entry) in enumerate(zip(output.type.shape, entries, strict=True))
            )

    def _entry(self, output: Variable, axis: int, entry: Any) -> Entry:
        if entry is None:
            return Size(axis)(output)
        return number_if_known(entry)

    def _shape(self, variable: Variable) -> tuple[Entry, ...]:
        if variable not in self._shapes:
            self._shapes[variable] = completed(variable.type.shape, variable)
        return self._shapes[variable]

    def _find(self, entry: Entry) -> Entry:
        """The entry that stands for all sizes equal to this one."""
        passed = []
        while isinstance(entry, Variable) and entry in self._equal:
            passed.append(entry)
            entry = self._equal[entry]
        # Next time the way is a single step, since many inputs are found equal one after the other.
        self._equal.update(dict.fromkeys(passed, entry))
        return entry

    def _join(self, one: Entry, other: Entry) -> None:
        if isinstance(one, Variable):
            self._equal[one] = other
        elif isinstance(other, Variable):
            self._equal[other] = one


def is_of_inputs(check: Check, inputs: Collection[Variable]) -> bool:
    """Whether both sides are numbers or sizes of the inputs."""
    return all(isinstance(side, int) or _axis_of(side)[0] in inputs for side in check.sides)


def _axis_of(size: Variable) -> tuple[Any, int]:
    """The variable whose size this is, and along which axis; None if it is no size."""
    node = made_by(size, Size)
    return (None, 0) if node is None else (node.inputs[0], node.op.axis)


def written(size: Entry, names: Mapping[Variable, str]) -> str:
    """A size that is a number, or that of a variable, as the program writes it."""
    if isinstance(size, int):
        return str(size)
    variable, axis = _axis_of(size)
    return f"{names[variable]}.shape[{axis}]"


def value_of(size: Entry, shapes: Mapping[Variable, tuple[int, ...]]) -> int:
    """The value of a size that is a number, or that of a variable."""
    if isinstance(size, int):
        return size
    variable, axis = _axis_of(size)
    return shapes[variable][axis]
