"""Keep together in a line of text what is read as one: a number and its unit, 2 × 3, a shape (2, 3)."""

from __future__ import annotations

import re

from docutils import nodes

TOGETHER = re.compile(
    r"(?<=\d) (?=(?:%|[kMG]?B|[nµm]?s)(?!\w))"  # 3 ms
    r"|(?<=\d) (?=× ?\d)|(?<=\d ×) (?=\d)"  # 2 × 3
)
TUPLE = re.compile(r"\((?:\d+|[a-zA-Z])(?:, (?:\d+|[a-zA-Z]))+\)")
KEPT = (nodes.literal, nodes.FixedTextElement, nodes.math, nodes.raw)


def keep_together(app, doctree: nodes.document) -> None:
    """Put spaces at which no line ends into the texts of a page."""
    for text in list(doctree.findall(nodes.Text)):
        if not isinstance(text.parent, KEPT):
            kept = TUPLE.sub(
                lambda shape: unbroken(shape[0]), TOGETHER.sub("\N{NO-BREAK SPACE}", text)
            )
            if kept != text:
                text.parent.replace(text, nodes.Text(kept))


def unbroken(text: str) -> str:
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def setup(app):
    app.connect("doctree-read", keep_together)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
