"""Put minigrad's drawings into the page: there they follow its switch between light and dark.

A picture beside the page would know the system's choice alone. What is wider than the page is set
smaller, as far as it can be read; then it scrolls.
"""

from __future__ import annotations

import re
from pathlib import Path

from docutils import nodes

from minigrad.printing.svg import ARROWS, COLOURS, WORDS

NAME = "drawings.css"


def rules() -> str:
    """Return the colours of a drawing's own style sheet, for each theme that a reader may choose."""
    lines = []
    for paper, theme in enumerate(["light", "dark"]):
        page = f'body[data-theme="{theme}"]'
        lines.append(f"{page} .mg-drawing text.mg-word {{ fill: {WORDS[paper]}; }}")
        lines.append(f"{page} .mg-step {{ stroke: {ARROWS[paper]}; }}")
        lines.append(f"{page} .mg-step-head {{ fill: {ARROWS[paper]}; }}")
        for kind, colours in COLOURS.items():
            fill, line, text = colours[3 * paper : 3 * paper + 3]
            lines.append(f"{page} .mg-{kind} > .mg-box {{ fill: {fill}; stroke: {line}; }}")
            lines.append(f"{page} .mg-{kind} > text {{ fill: {text}; }}")
    return "\n".join(lines)


def put_in(app, doctree: nodes.document, docname: str) -> None:
    """Replace the pictures that are drawings by their SVG."""
    for image in list(doctree.findall(nodes.image)):
        file = Path(app.srcdir, image["uri"])
        if file.suffix == ".svg" and 'class="mg-drawing"' in (svg := file.read_text("utf-8")):
            size = [re.search(rf'{side}="(\d+)"', svg)[1] for side in ("width", "height")]
            style = "--width: {}; --height: {}".format(*size)
            shown = f'aria-label="the graph, drawn" style="{style}"'
            svg = svg.replace("<svg ", f"<svg {shown} ", 1)
            image.replace_self(nodes.raw("", f'<div class="drawing">{svg}</div>', format="html"))


def write(app, error: Exception | None) -> None:
    """Put the style sheet beside the others."""
    if error is None:
        Path(app.outdir, "_static", NAME).write_text(rules() + "\n", encoding="utf-8")


def setup(app):
    app.add_css_file(NAME)
    app.connect("doctree-resolved", put_in)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
