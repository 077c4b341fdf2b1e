"""A drawing in the language of Mermaid, https://mermaid.js.org/syntax/flowchart.html."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import count

from .diagram import Box, Diagram
from .svg import COLOURS

# What stands around the text of a box.
_SHAPES = {"input": ("([", "])"), "shared": ("[(", ")]")}


def text(drawing: Diagram) -> str:
    """The drawing as the lines of a flowchart."""
    kinds: dict[str, None] = {}
    lines = ["flowchart TD", *_lines(drawing, "  ", count(), kinds)]
    for kind in kinds:
        fill, stroke, color = COLOURS[kind][:3]
        lines.append(f"  classDef {kind} fill:{fill},stroke:{stroke},color:{color}")
    return "\n".join(lines)


def _lines(
    drawing: Diagram, indent: str, numbers: Iterator[int], kinds: dict[str, None]
) -> Iterator[str]:
    """The boxes, then the arrows; `kinds` gets the kinds that are met."""
    names = [f"b{next(numbers)}" for _ in drawing.boxes]
    for name, box in zip(names, drawing.boxes, strict=True):
        kinds[box.kind] = None
        before, after = _SHAPES.get(box.kind, ("[", "]"))
        yield f"{indent}{name}{before}{_label(box)}{after}:::{box.kind}"
        if box.is_result:
            yield f"{indent}style {name} stroke-width:3px"
        for number, frame in enumerate(box.frames):
            yield f'{indent}subgraph {name}_{number}["computed by it"]'
            yield f"{indent}  direction TD"
            yield from _lines(frame, indent + "  ", numbers, kinds)
            yield f"{indent}end"
            yield f"{indent}{name} -.- {name}_{number}"
    n_arguments = Counter(arrow.end for arrow in drawing.arrows if not arrow.is_update)
    for arrow in drawing.arrows:
        which = f"|{arrow.argument + 1}|" if n_arguments[arrow.end] > 1 else ""
        line = '-. "new value" .->' if arrow.is_update else f"-->{which}"
        yield f"{indent}{names[arrow.start]} {line} {names[arrow.end]}"


def _label(box: Box) -> str:
    """The text of a box in quotation marks, within which Mermaid needs only some letters replaced."""
    text = f"{box.text}\n{box.note}" if box.note else box.text
    return '"' + "".join(_ENTITIES.get(letter, letter) for letter in text) + '"'


# Mermaid has # where HTML has &; within quotation marks it reads Markdown, and directives, %%.
_ENTITIES = {
    "\n": "<br>",
    **{letter: f"#{ord(letter)};" for letter in '#&"<>`*_\\%'},
}
