"""Keep tables whole in outputs whose lines are broken where the page ends, as messages have them."""

from __future__ import annotations

import re
from itertools import groupby

from docutils import nodes

COLUMNS = re.compile(r"\S {2,}\S")


def part_tables(app, doctree: nodes.document, docname: str) -> None:
    """Make each table in the output of a cell for words a block of its own."""
    for block in list(doctree.findall(nodes.literal_block)):
        output = block.parent
        if "cell_output" in output["classes"] and "tag_words" in output.parent["classes"]:
            block.replace_self([part(block, *of) for of in groupby(lines(block), is_row)])


def lines(block: nodes.literal_block) -> list[str]:
    return block.astext().splitlines()


def is_row(line: str) -> bool:
    """Whether there are columns in it."""
    return bool(COLUMNS.search(line))


def part(block: nodes.literal_block, are_rows: bool, own: list[str]) -> nodes.literal_block:
    """Return a block of some of its lines; rows have a class, for which the style sheet has a rule."""
    text = "\n".join(own)
    made = nodes.literal_block(text, text, **block.attributes)
    made["classes"] = [*block["classes"], "part", *["columns"] * are_rows]
    return made


def setup(app):
    app.connect("doctree-resolved", part_tables)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
