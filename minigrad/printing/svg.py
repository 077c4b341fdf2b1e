"""A drawing as SVG: self-contained, readable on light and on dark paper."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import category, east_asian_width

from .diagram import Arrow, Box, Diagram
from .layered import Edge, Layout, Point, layout
from .notation import xml

# How wide a letter is, in pixels: fonts of one width need six tenths of their size, or a little more.
_LETTER, _SMALL_LETTER = 7.95, 6.75
_LINE, _SMALL_LINE = 18.0, 15.0
_PADDING, _MARGIN = 12.0, 12.0

# What colours mean, told below a drawing in which they occur.
MEANINGS = {
    "input": "input",
    "shared": "shared variable",
    "constant": "constant",
    "operation": "operation",
    "derivative": "part of a derivative",
}

# Fill, line and text of each kind, on light and on dark paper.
COLOURS = {
    "input": ("#dbeafe", "#3b82f6", "#1e3a5f", "#1e3a5f", "#60a5fa", "#dbeafe"),
    "shared": ("#d1fae5", "#10b981", "#064e3b", "#064e3b", "#34d399", "#d1fae5"),
    "constant": ("#f1f3f5", "#ced4da", "#343a40", "#343a40", "#6c757d", "#e9ecef"),
    "operation": ("#ffffff", "#868e96", "#212529", "#212529", "#adb5bd", "#f1f3f5"),
    "derivative": ("#ffedd5", "#f97316", "#7c2d12", "#5c2a0c", "#fb923c", "#ffedd5"),
}

# The words of the legend, and the arrows, on light and on dark paper.
WORDS = ("#656d76", "#adb5bd")
ARROWS = ("#868e96", "#adb5bd")
# A legend is as wide as the picture, or as a phone; below each other its lines are this far apart.
_LEGEND, _LEGEND_LINE = 334.0, 22

_FONT = "ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,'Liberation Mono',monospace"


def _style() -> str:
    """The style sheet; its names begin with mg-, for drawings on pages of others."""

    def on_paper(paper: int) -> str:
        kinds = "".join(
            f".mg-{kind}>.mg-box{{fill:{fill};stroke:{line}}}.mg-{kind}>text{{fill:{text}}}"
            for kind, colours in COLOURS.items()
            for fill, line, text in [colours[3 * paper : 3 * paper + 3]]
        )
        arrows = f".mg-step{{stroke:{ARROWS[paper]}}}.mg-step-head{{fill:{ARROWS[paper]}}}"
        return f"{kinds}{arrows}.mg-drawing text.mg-word{{fill:{WORDS[paper]}}}"

    return (
        f".mg-drawing text{{font-family:{_FONT};font-size:13px;text-anchor:middle;white-space:pre}}"
        ".mg-drawing text.mg-note{font-size:11px;opacity:.85}"
        ".mg-box{stroke-width:1.2}.mg-result>.mg-box{stroke-width:3}"
        ".mg-arrow{fill:none;stroke-width:1.2;stroke-linejoin:round}"
        ".mg-update{stroke:#10b981;stroke-dasharray:5 4}"
        ".mg-update-head{fill:#10b981}.mg-frame{fill:none;stroke:#adb5bd;stroke-dasharray:3 3}"
        ".mg-drawing text.mg-word{font-size:11px;text-anchor:start}"
        f"{on_paper(0)}@media (prefers-color-scheme:dark){{{on_paper(1)}}}"
    )


def svg(drawing: Diagram) -> str:
    """The drawing as the text of an SVG file."""
    picture = _Picture(drawing)
    below = picture.height + 2 * _MARGIN
    legend, legend_width, legend_height = _legend(drawing, below, max(picture.width, _LEGEND))
    width = max(picture.width, legend_width) + 2 * _MARGIN
    height = below + legend_height
    x = (width - picture.width) / 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="mg-drawing" role="img" '
        f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}">'
        f"<style>{_style()}</style>\n"
        f'<g transform="translate({x:.1f} {_MARGIN})">\n{picture.text}</g>\n{legend}</svg>\n'
    )


class _Picture:
    """A drawing with its size; frames in it hold others."""

    def __init__(self, drawing: Diagram) -> None:
        self._frames = [[_Picture(frame) for frame in box.frames] for box in drawing.boxes]
        sizes = [_size(*pair) for pair in zip(drawing.boxes, self._frames, strict=True)]
        downward = [arrow for arrow in drawing.arrows if not arrow.is_update]
        updates = [arrow for arrow in drawing.arrows if arrow.is_update]
        counts = [0] * len(sizes)
        for arrow in downward:
            counts[arrow.end] = max(counts[arrow.end], arrow.argument + 1)
        edges = [_edge(arrow, drawing.boxes, sizes, counts) for arrow in downward]
        back = [(arrow.start, arrow.end) for arrow in updates]
        found = layout(sizes, edges, back) if sizes else Layout((), (), 0, 0)
        self.width, self.height = found.width, found.height
        arrows = zip([*downward, *updates], found.ways, strict=True)
        lines = [_arrow(arrow, way, drawing.boxes) for arrow, way in arrows]
        for box, frames, centre, size in zip(
            drawing.boxes, self._frames, found.centres, sizes, strict=True
        ):
            lines.append(_box(box, frames, centre, size))
        self.text = "".join(lines)


def _size(box: Box, frames: Sequence[_Picture]) -> tuple[float, float]:
    """The width and the height of a box."""
    letters = max(_width(box.text) * _LETTER, _width(box.note) * _SMALL_LETTER)
    width = max(letters + 2 * _PADDING, 34.0)
    height = _LINE + (_SMALL_LINE if box.note else 0) + 10
    if frames:
        width = max(width, sum(frame.width + 3 * _PADDING for frame in frames) + _PADDING)
        height += max(frame.height for frame in frames) + 3 * _PADDING
    return width, height


def _width(text: str) -> int:
    """The width of a text, in letters; some are as wide as two, and accents take no room."""
    letters = (letter for letter in text if category(letter) not in ("Mn", "Me", "Cf"))
    return sum(1 + (east_asian_width(letter) in "WF") for letter in letters)


def _edge(
    arrow: Arrow, boxes: Sequence[Box], sizes: Sequence[tuple[float, float]], counts: Sequence[int]
) -> Edge:
    """An arrow that ends above its place in the formula, or arguments from left to right."""
    start, end = boxes[arrow.start], boxes[arrow.end]
    if end.places:
        before = _width(end.text[: end.places[arrow.argument]])
        arrives = (before + 0.5 - _width(end.text) / 2) * _LETTER
    else:
        arrives = ((arrow.argument + 1) / (counts[arrow.end] + 1) - 0.5) * sizes[arrow.end][0]
    if start.n_outputs == 1:
        return Edge(arrow.start, arrow.end, None, arrives)
    leaves = ((arrow.output + 1) / (start.n_outputs + 1) - 0.5) * sizes[arrow.start][0]
    return Edge(arrow.start, arrow.end, leaves, arrives)


def _arrow(arrow: Arrow, way: Sequence[Point], boxes: Sequence[Box]) -> str:
    """A line with a head."""
    (x, y), *others = way
    path = f"M{x:.1f} {y:.1f}"
    tip = others[-1]
    for to_x, to_y in [*others[:-1], (tip[0], tip[1] - 5)]:
        if abs(to_x - x) < 0.05 or abs(to_y - y) < 0.05:
            path += f"L{to_x:.1f} {to_y:.1f}"
        else:
            middle = (y + to_y) / 2
            path += f"C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} {to_x:.1f} {to_y:.1f}"
        x, y = to_x, to_y
    kind = "update" if arrow.is_update else "step"
    ends = f'data-from="{boxes[arrow.start].id}" data-to="{boxes[arrow.end].id}"'
    return (
        f'<path class="mg-arrow mg-{kind}" {ends} d="{path}"/>'
        f'<path class="mg-head mg-{kind}-head" d="M{tip[0]:.1f} {tip[1]:.1f}l-3.5 -7h7z"/>\n'
    )


def _box(box: Box, frames: Sequence[_Picture], centre: Point, size: tuple[float, float]) -> str:
    """A box with its texts; what is given is round, what is shared has two lines."""
    (x, y), (width, height) = centre, size
    left, top = x - width / 2, y - height / 2
    is_round = box.kind in ("input", "shared")
    radius = height / 2 if is_round else 1 if box.kind == "constant" else 5
    lines = [f'<g class="mg-{box.kind}{" mg-result" * box.is_result}" data-id="{box.id}">']
    lines.append(f"<title>{xml(box.about)}</title>")
    lines.append(_rectangle(left, top, width, height, radius))
    if box.kind == "shared":
        lines.append(_rectangle(left + 3, top + 3, width - 6, height - 6, radius - 3))
    base = top + _LINE if box.note else top + _LINE + 1
    lines.append(f'<text x="{x:.1f}" y="{base:.1f}">{xml(box.text)}</text>')
    if box.note:
        base += _SMALL_LINE
        lines.append(f'<text class="mg-note" x="{x:.1f}" y="{base:.1f}">{xml(box.note)}</text>')
    left += (width - sum(frame.width + 3 * _PADDING for frame in frames) + _PADDING) / 2
    for frame in frames:
        place = base + 2 * _PADDING
        lines.append(
            f'<g transform="translate({left + _PADDING:.1f} {place:.1f})">'
            f'<rect class="mg-frame" x="{-_PADDING}" y="{-_PADDING}" rx="5" '
            f'width="{frame.width + 2 * _PADDING:.1f}" height="{frame.height + 2 * _PADDING:.1f}"/>\n'
            f"{frame.text}</g>"
        )
        left += frame.width + 3 * _PADDING
    return "".join(lines) + "</g>\n"


def _rectangle(x: float, y: float, width: float, height: float, radius: float) -> str:
    return (
        f'<rect class="mg-box" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'rx="{radius:.1f}"/>'
    )


def _legend(drawing: Diagram, y: float, most: float) -> tuple[str, float, float]:
    """Lines that tell the colours, if there is more to tell than inputs and operations; their size."""
    kinds = _kinds(drawing)
    if not kinds & {"shared", "derivative"}:
        return "", 0.0, 0.0
    words = {kind: MEANINGS[kind] for kind in MEANINGS if kind in kinds}
    if any(arrow.is_update for arrow in drawing.arrows):
        words["update"] = "new value"
    parts, x, width, height = [], 0.0, 0.0, _LEGEND_LINE
    for kind, word in words.items():
        wide = 26 + len(word) * _SMALL_LETTER
        if x and x + wide > most:
            x, height = 0.0, height + _LEGEND_LINE
        place = f'transform="translate({_MARGIN + x:.1f} {y + height - _LEGEND_LINE:.1f})"'
        mark = '<path class="mg-arrow mg-update" d="M0 5.5h20"/>'
        if kind != "update":
            mark = f'<g class="mg-{kind}">{_rectangle(0, 0, 16, 11, 3)}</g>'
        parts.append(f'<g {place}>{mark}<text class="mg-word" x="24" y="9.5">{word}</text></g>')
        width = max(width, x + wide)
        x += wide + 14
    return "".join(parts) + "\n", width, height


def _kinds(drawing: Diagram) -> set[str]:
    inner = (kinds for box in drawing.boxes for frame in box.frames for kinds in [_kinds(frame)])
    return {box.kind for box in drawing.boxes}.union(*inner)
