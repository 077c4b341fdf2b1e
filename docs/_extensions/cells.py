"""Read a page as what it also is, a notebook: its Markdown and its `{code-cell}`s in their order."""

from __future__ import annotations

import re
from dataclasses import dataclass

FENCE = re.compile(r"^(`{3,})\{code-cell\}[^\n]*\n(.*?)^\1[ ]*$\n?", re.M | re.S)
OPTION = re.compile(r":(\w[\w-]*):[ ]*(.*)\n")


@dataclass(frozen=True)
class Cell:
    """A cell: its text, the line of the page where that begins, and the tags of code."""

    text: str
    line: int
    is_code: bool
    tags: tuple[str, ...] = ()


def read(page: str) -> list[Cell]:
    """Return the cells of a page; what its head says of the format is none."""
    cells, end = [], 0
    if head := re.match(r"---\n.*?^---\n", page, re.M | re.S):
        end = head.end()

    def markdown(start: int, stop: int) -> None:
        text = page[start:stop].strip("\n")
        if text:
            cells.append(Cell(text, page.count("\n", 0, start) + 1, False))

    for fence in FENCE.finditer(page, end):
        markdown(end, fence.start())
        text, tags = fence[2], ()
        while option := OPTION.match(text):
            if option[1] == "tags":
                tags = tuple(re.findall(r"[\w-]+", option[2]))
            text = text[option.end() :]
        line = page.count("\n", 0, fence.start(2) + len(fence[2]) - len(text)) + 1
        cells.append(Cell(text.rstrip("\n"), line, True, tags))
        end = fence.end()
    markdown(end, len(page))
    return cells
