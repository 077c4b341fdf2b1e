"""A drawing as data: boxes, arrows between them, and frames that hold drawings themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, count
from typing import Any, NamedTuple

from ..compile import Function
from ..core.credit import DerivedLine
from ..core.graph import Constant, Variable
from ..core.sharing import SharedVariable
from ..core.types import TensorType
from ..protocol.errors import file_and_line
from ..protocol.formula import formula, leaf, one_line, template_of
from ..protocol.omissions import in_few_words
from ..protocol.values import as_list
from .let import Value, values

# Stands in the text of an operation for each of its arguments.
SLOT = "•"
# A text that is longer is cut off, and a formula that is longer is replaced by the op's name.
LONGEST = 64


class Box(NamedTuple):
    """A variable that is given, or an operation with its result."""

    id: str  # the same whenever the same graph is drawn; copies of a constant share one
    kind: str  # input, shared, constant, operation or derivative
    text: str  # a name, a value, or a formula with a • for each argument
    note: str  # the type
    about: str  # the whole formula, the type and the line that wrote it
    places: Sequence[int]  # at which characters of the text the arguments arrive, if it tells
    n_outputs: int = 1
    is_result: bool = False
    frames: Sequence[Diagram] = ()  # of the operation's inner graphs


class Arrow(NamedTuple):
    """A value on its way from one box to another, both told by their numbers."""

    start: int
    end: int
    argument: int = 0  # which argument it is where it ends
    output: int = 0  # which output it is where it starts
    is_update: bool = False  # the new value of a variable, for the next call


class Diagram(NamedTuple):
    """A drawing: boxes, each after those whose results it takes, and arrows between them."""

    boxes: Sequence[Box]
    arrows: Sequence[Arrow]
    ids: Mapping[Variable, str]  # the box of each variable that has one

    @property
    def size(self) -> int:
        """The number of boxes, those in frames included."""
        return len(self.boxes) + sum(f.size for box in self.boxes for f in box.frames)


def diagram(obj: Any) -> Diagram:
    """Return the drawing of a variable, of a list of them, or of what a function computes.

    It shows the same as a formula: factors of 1, and repetitions that broadcasting implies, are
    left out; equal computations are one box.
    """
    if isinstance(obj, Function):
        shared = obj.graph.inputs[len(obj.inputs) :]
        n_returned = len(obj.graph.outputs) - len(obj.updates)
        return _read(obj.graph.outputs[:n_returned], obj.updates, {*shared}, count())
    variables = as_list(obj)
    for variable in variables:
        if not isinstance(variable, Variable):
            raise TypeError(f"draw takes variables or a function; got {variable!r}")
    if not variables:
        raise ValueError("draw: there is nothing to draw in an empty list")
    return _read(variables, [], set(), count())


def _read(
    outputs: Sequence[Variable],
    updates: Sequence[tuple[Variable, Variable]],
    shared: set[Variable],
    numbers: Iterator[int],
) -> Diagram:
    """The drawing of outputs and updates; `numbers` gives new boxes their ids."""
    ends = [variable for pair in updates for variable in pair]
    found, places = values([*outputs, *ends])
    stands_for = list(range(len(found)))  # what is written as its operand is no box of its own
    for place, value in enumerate(found):
        if value.is_transparent and not value.has_name:
            stands_for[place] = stands_for[value.operands[0]]
    results = {stands_for[places[output]] for output in outputs}
    result_nodes = {found[place].variable.owner for place in results}
    box_of: dict[Any, int] = {}  # by value, and by node where a node has several outputs
    ids: dict[int, str] = {}
    boxes: list[Box] = []
    arrows: list[Arrow] = []

    def numbered(place: int) -> int:
        """The number of a value's box; of a number that is used, a new one each time."""
        if place in box_of:
            return box_of[place]
        value = found[place]
        node = value.variable.owner
        is_result = place in results or (node is not None and node in result_nodes)
        id = ids.setdefault(place, f"v{next(numbers)}")
        if node is None:
            boxes.append(_leaf(value.variable, id, value.variable in shared, is_result))
        else:
            frames = [_read(graph.outputs, [], set(), numbers) for graph in node.op.inner]
            boxes.append(_operation(value, id, is_result, _different(frames)))
        return len(boxes) - 1

    for place, value in enumerate(found):
        if stands_for[place] != place or (_is_number(value) and place not in results):
            continue
        node = value.variable.owner
        several = node is not None and node.nout > 1
        if several and node in box_of:
            box_of[place], ids[place] = box_of[node], boxes[box_of[node]].id
            continue
        operands = [stands_for[operand] for operand in _arguments(value, places)]
        starts = [numbered(operand) for operand in operands]
        end = box_of[place] = numbered(place)
        if len(operands) != len(value.operands):  # there is no place in the formula for each
            boxes[end] = boxes[end]._replace(places=())
        if several:
            box_of[node] = end
        for argument, (operand, start) in enumerate(zip(operands, starts, strict=True)):
            which = found[operand].variable.index or 0
            arrows.append(Arrow(start, end, argument, which))
    for old, new in updates:
        start = numbered(stands_for[places[new]])
        arrows.append(Arrow(start, box_of[places[old]], is_update=True))
    shown = {v: ids[stands_for[p]] for v, p in places.items() if stands_for[p] in ids}
    for box in boxes:
        for frame in box.frames:
            shown |= frame.ids
    return Diagram(boxes, arrows, shown)


def _arguments(value: Value, places: Mapping[Variable, int]) -> Sequence[int]:
    """The values that an operation takes; all its inputs, if the formula does not tell some."""
    node = value.variable.owner
    if node is None or in_few_words(node).operands is not node.inputs:
        return value.operands
    inputs = [places[x] for x in node.inputs]
    return value.operands if set(inputs) <= set(value.operands) else inputs


def _different(frames: Sequence[Diagram]) -> Sequence[Diagram]:
    """The drawings, without those that differ from an earlier one only in sizes."""
    drawn = {(tuple([box.text for box in f.boxes]), tuple(f.arrows)): f for f in reversed(frames)}
    return [*drawn.values()][::-1]


def _is_number(value: Value) -> bool:
    """Whether it is a single number without a name, which is written wherever it is used."""
    variable = value.variable
    return isinstance(variable, Constant) and variable.data.size == 1 and not variable.name


def _leaf(variable: Variable, id: str, is_shared: bool, is_result: bool) -> Box:
    """The box of a variable that is not computed."""
    note = _type(variable.type)
    if isinstance(variable, Constant):
        if variable.data.size == 1 and not variable.name:
            text = str(variable.data.reshape(()))
            return Box(id, "constant", text, "", f"{text}\n{note}", (), is_result=is_result)
        text = leaf(variable).text
        is_short = variable.name or len(text) <= LONGEST // 2
        shown = _cut(text) if is_short else "constant"
        about = f"{_cut(text)}\n{note}"
        return Box(id, "constant", shown, note, about, (), is_result=is_result)
    kind = "shared" if is_shared or isinstance(variable, SharedVariable) else "input"
    text = leaf(variable).text if variable.name else kind
    return Box(id, kind, _cut(text), note, f"{text}\n{note}", (), is_result=is_result)


def _operation(value: Value, id: str, is_result: bool, frames: Sequence[Diagram]) -> Box:
    """The box of a node, with a • in its formula for each argument."""
    variable = value.variable
    node = variable.owner
    assert node is not None
    template, _ = template_of(node, None)
    name = f"{_cut(one_line(variable.name))} = " if variable.name and node.nout == 1 else ""
    text = name + SLOT.join(template.texts)
    ends = accumulate((len(part) + 1 for part in template.texts[:-1]), initial=len(name))
    places = [end - 1 for end in ends][1:]
    if len(text) > LONGEST + len(name):
        text, places = name + _cut(one_line(str(node.op))), []
    line = node.made_at
    of_derivative = isinstance(line, DerivedLine)
    note = ", ".join(_type(output.type) for output in node.outputs)
    about = [formula(variable), note]
    if line is not None:
        about.append(file_and_line(line))
    if of_derivative:
        about.append("part of a derivative")
    kind = "derivative" if of_derivative else "operation"
    return Box(id, kind, text, note, "\n".join(about), places, node.nout, is_result, frames)


def _type(type: TensorType) -> str:
    """A type in a few words: float64 matrix, float64 (?, 3)."""
    text = str(type).removeprefix("TensorType(").removesuffix(")")
    return text.replace(", ", " ", 1).replace("None", "?")


def _cut(text: str) -> str:
    """The text, or as much of it as a box has room for."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
