"""Say where code in a text may be broken: phones have short lines, and in tables shorter ones."""

from __future__ import annotations

import re

from docutils import nodes

LONGEST = 34  # letters to a line, on a phone, beside what indents it
ENDS_OF_WORDS = r"(?<=[_/.])(?=\w)|(?<=[a-z])(?=[A-Z])"


def mark_long(app, doctree: nodes.document) -> None:
    """Give long code a class, for which the style sheet has a rule."""
    for literal in doctree.findall(nodes.literal):
        if max(map(len, literal.astext().split()), default=0) > LONGEST:
            literal["classes"].append("long")


def break_in_tables(app, doctree: nodes.document) -> None:
    """Let a name that has a cell of a table to itself be broken where a word of it ends."""
    for cell in doctree.findall(nodes.entry):
        for literal in cell.findall(nodes.literal):
            if literal.astext() != cell.astext():
                continue
            first, *others = re.split(ENDS_OF_WORDS, literal.astext())
            literal[:] = [nodes.Text(first)]
            for part in others:
                literal += [nodes.raw("", "<wbr>", format="html"), nodes.Text(part)]


def setup(app):
    app.connect("doctree-read", mark_long)
    app.connect("doctree-read", break_in_tables)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
