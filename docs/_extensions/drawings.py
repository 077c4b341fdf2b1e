"""Put minigrad's drawings into the page: there they follow its switch between light and dark.

A picture beside the page would know the system's choice alone. What is wider than the page scrolls.
"""

from __future__ import annotations

from pathlib import Path

from docutils import nodes

from minigrad.printing.svg import COLOURS

NAME = "drawings.css"


def rules() -> str:
    """Return the colours of a drawing's own style sheet, for each theme that a reader may choose."""
    return "\n".join(
        f'body[data-theme="{theme}"] .mg-{kind} > .mg-box {{ fill: {fill}; stroke: {line}; }}\n'
        f'body[data-theme="{theme}"] .mg-{kind} > text {{ fill: {text}; }}'
        for kind, colours in COLOURS.items()
        for theme, (fill, line, text) in [("light", colours[:3]), ("dark", colours[3:])]
    )


def put_in(app, doctree: nodes.document, docname: str) -> None:
    """Replace the pictures that are drawings by their SVG."""
    for image in list(doctree.findall(nodes.image)):
        file = Path(app.srcdir, image["uri"])
        if file.suffix == ".svg" and 'class="mg-drawing"' in (svg := file.read_text("utf-8")):
            svg = svg.replace("<svg ", '<svg aria-label="the graph, drawn" ', 1)
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
