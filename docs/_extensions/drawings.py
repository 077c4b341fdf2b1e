"""Have minigrad's drawings follow the page's switch between light and dark, not the system alone."""

from __future__ import annotations

from pathlib import Path

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


def write(app, error: Exception | None) -> None:
    """Put the style sheet beside the others."""
    if error is None:
        Path(app.outdir, "_static", NAME).write_text(rules() + "\n", encoding="utf-8")


def setup(app):
    app.add_css_file(NAME)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
