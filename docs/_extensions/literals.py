"""Say where code in a text may be broken: phones have short lines, and in tables shorter ones."""

from __future__ import annotations

import re

from docutils import nodes
from markupsafe import Markup
from sphinx import addnodes

LONGEST = 34  # letters to a line, on a phone, beside what indents it
DEFAULT = 24  # letters of a default in a signature
NARROWEST = 12  # letters to a line of a column of a table there
WIDEST = 25  # letters to such a line, beside another column
# The end of a file's name, as in `table.py`, is no word of it.
ENDS_OF_WORDS = r"(?<=[_/.(])(?<!\d[_.])(?=\w)(?!(?<=\.)(?:py|h|md|csv|npz)\b)|(?<=[a-z])(?=[A-Z])"
NAME = r"[\w.*/='-]+"
OPTION = r"(?<!\S)(--?[a-z][\w-]*)"


def mark_long(app, doctree: nodes.document) -> None:
    """Give code that is long, or fits into a line, a class, for which the style sheet has a rule."""
    for literal in doctree.findall(nodes.literal):
        if max(map(len, literal.astext().split()), default=0) > LONGEST:
            literal["classes"].append("long")
        elif len(literal.astext()) <= LONGEST:
            literal["classes"].append("short")
    for default in doctree.findall(nodes.inline):
        if "default_value" in default["classes"] and len(default.astext()) <= DEFAULT:
            default["classes"].append("short")


def let_break(name: nodes.Element) -> None:
    """Let a name be broken where a word of it ends, but no option, such as `--seed`."""
    parts = re.split(OPTION, name.astext())
    name[:] = []
    for words, option in zip(parts[::2], [*parts[1::2], ""], strict=True):
        first, *others = re.split(ENDS_OF_WORDS, words)
        name += nodes.Text(first)
        for part in others:
            name += [nodes.raw("", "<wbr>", format="html"), nodes.Text(part)]
        if option:
            name += nodes.inline("", option, classes=["option"])


def break_names(app, doctree: nodes.document) -> None:
    """Let names in the cells of tables, long ones and those that entries begin with be broken.

    A name among names alone that fits into a line is kept whole, by the style sheet.
    """
    for cell in doctree.findall(nodes.entry):
        literals = [*cell.findall(nodes.literal)]
        words = cell.astext()
        for literal in literals:
            words = words.replace(literal.astext(), "", 1)
        for literal in literals:
            if not re.search(r"\w", words):
                if re.fullmatch(NAME, literal.astext()) and len(literal.astext()) <= WIDEST:
                    literal["classes"].append("whole")
                let_break(literal)
            elif len(literal.astext()) > NARROWEST:
                let_break(literal)
    for literal in doctree.findall(nodes.literal):
        is_one_word = not re.search(r"\s|<wbr>", literal.astext())
        if "long" in literal["classes"] and is_one_word:
            let_break(literal)
    for kind in (addnodes.desc_addname, addnodes.desc_name):
        for signature in doctree.findall(kind):
            for name in [*signature.findall(addnodes.desc_sig_name)] or [signature]:
                let_break(name)


def break_in_index(app, pagename: str, template, context: dict, doctree) -> None:
    """Let names in the index be broken there, too."""

    def broken(name: str) -> Markup:
        return Markup("<wbr>").join(re.split(ENDS_OF_WORDS, name))

    for _, entries in context["genindexentries"] if pagename == "genindex" else ():
        for i, (name, (links, below, key)) in enumerate(entries):
            below = [(broken(other), places) for other, places in below]
            entries[i] = broken(name), (links, below, key)


def setup(app):
    app.connect("doctree-read", mark_long)
    app.connect("doctree-read", break_names)
    app.connect("html-page-context", break_in_index)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
