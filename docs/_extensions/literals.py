"""Mark the code in a text whose words are so long that a phone has to break them."""

from __future__ import annotations

from docutils import nodes

LONGEST = 34  # letters to a line, on a phone, beside what indents it


def mark_long(app, doctree: nodes.document) -> None:
    """Give long code a class, for which the style sheet has a rule."""
    for literal in doctree.findall(nodes.literal):
        if max(map(len, literal.astext().split()), default=0) > LONGEST:
            literal["classes"].append("long")


def setup(app):
    app.connect("doctree-read", mark_long)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
