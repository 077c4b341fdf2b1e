"""Write a page as a Jupyter notebook: its cells without outputs, its solutions folded."""

from __future__ import annotations

import json
import re

from cells import Cell, read

FENCED = re.compile(r"^(:{3,}|`{3,})\{([\w-]+)\}[ ]*([^\n]*)\n(.*?)^\1[ ]*$", re.M | re.S)
ROLE = re.compile(r"\{[\w:-]+\}(`[^`]+`)")


def plain(markdown: str) -> str:
    """Return what Jupyter's Markdown has for the directives and roles of a page."""

    def replaced(match: re.Match[str]) -> str:
        _, name, title, body = match.groups()
        body = re.sub(r"\A(:[\w-]+:[^\n]*\n)+", "", body).strip("\n")
        if name == "dropdown":
            return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"
        if name == "math":
            return f"$$\n{body}\n$$"
        heading = f"**{title or name.capitalize()}.** "
        return "\n".join(f"> {line}".rstrip() for line in (heading + body).splitlines())

    return ROLE.sub(r"\1", FENCED.sub(replaced, markdown))


def as_json(cell: Cell, number: int) -> dict[str, object]:
    """Return a cell as the notebook format has it."""
    common = {"id": f"cell-{number}", "metadata": {}}
    if not cell.is_code:
        return common | {"cell_type": "markdown", "source": plain(cell.text)}
    if cell.tags:
        folded = {"jupyter": {"source_hidden": True}} if "hide-cell" in cell.tags else {}
        common["metadata"] = {"tags": list(cell.tags)} | folded
    code = {"cell_type": "code", "execution_count": None, "outputs": []}
    return common | code | {"source": cell.text}


def notebook(page: str) -> str:
    """Return the page as the text of an `.ipynb`."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    content = {
        "cells": [as_json(cell, number) for number, cell in enumerate(read(page))],
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
