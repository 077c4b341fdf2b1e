"""Write a page as a Jupyter notebook: its cells without outputs, its solutions folded or left out."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import replace

from cells import Cell, read

FENCED = re.compile(r"^(:{3,}|`{3,})\{([\w-]+)\}[ ]*([^\n]*)\n(.*?)^\1[ ]*$", re.M | re.S)
SOLUTION = re.compile(r"^(:{3,})\{dropdown\} Solution\n.*?^\1[ ]*$\n?", re.M | re.S)
ROLE = re.compile(r"\{[\w:-]+\}(`[^`]+`)")
LINK = re.compile(r"\[([^]]+)\]\((?!\w+:)(?:\.\./)*([^)#]+)[^)]*\)")
INSTALL = (
    "\n\nTo run the cells, install what they need into the Python of this notebook: "
    '`pip install ".[docs]"` in a clone of the repository of minigrad.'
)


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


def linked(markdown: str, lessons: Collection[str]) -> str:
    """Return the text with the links that a notebook can follow from wherever it is kept.

    A lesson is the notebook beside this one, a file of the repository is named by its path.
    """

    def replaced(match: re.Match[str]) -> str:
        text, target = match.groups()
        if target in lessons:
            return f"[{text}]({target.removesuffix('.md')}.ipynb)"
        if target.endswith(".md"):
            return text
        return f"`{target}`" if target.endswith(text) else f"{text} (`{target}`)"

    return LINK.sub(replaced, markdown)


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


def has_solutions(page: str) -> bool:
    """Return whether there is anything to leave out."""
    return any("hide-cell" in cell.tags for cell in read(page))


def for_notebooks(page: str, lessons: Collection[str], solutions: bool) -> list[Cell]:
    """Return the cells, those of solutions empty if these are not wanted."""
    cells = []
    for cell in read(page):
        if not cell.is_code:
            text = cell.text if solutions else SOLUTION.sub("", cell.text)
            cells.append(replace(cell, text=linked(text, lessons)))
        elif solutions or "hide-cell" not in cell.tags:
            cells.append(cell)
        else:
            cells.append(replace(cell, text="", tags=()))
    if "pip install" not in page:
        cells[0] = replace(cells[0], text=cells[0].text + INSTALL)
    return cells


def notebook(page: str, lessons: Collection[str] = (), solutions: bool = True) -> str:
    """Return the page as the text of an `.ipynb`; `lessons` are the pages that lie beside it."""
    cells = for_notebooks(page, lessons, solutions)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    content = {
        "cells": [as_json(cell, number) for number, cell in enumerate(cells)],
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
