"""The cells of the pages that are notebooks run in their order, without Jupyter."""

import sys

import cells
import pytest
from lessons_of_docs import DOCS, LESSONS, TEXTS


@pytest.fixture(autouse=True)
def figures_are_closed():
    """Close what a page has drawn: matplotlib warns of more than 20 figures in a process."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.mark.parametrize("page", LESSONS)
def test_the_cells_of_a_page_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    names = {"__name__": "__main__"}
    for cell in cells.read(TEXTS[page]):
        if cell.is_code:
            # Errors, and the lines of the reader that minigrad names, have the numbers of the page.
            code = compile("\n" * (cell.line - 1) + cell.text, str(DOCS / page), "exec")
            exec(code, names)


@pytest.mark.parametrize("page", LESSONS)
def test_a_page_begins_with_text_and_has_cells(page):
    first, *others = cells.read(TEXTS[page])
    assert first.text.startswith("# ") and any(cell.is_code for cell in others)


@pytest.mark.parametrize("page", [page for page in LESSONS if page.startswith("chapters/")])
def test_a_chapter_has_exercises_whose_solutions_are_checked(page):
    text = TEXTS[page]
    assert "\n## Exercises\n" in text
    solutions = [cell for cell in cells.read(text) if "hide-cell" in cell.tags]
    assert solutions and all("assert" in cell.text for cell in solutions)


def test_a_page_is_read_as_text_and_code_with_its_tags_and_lines():
    page = "---\na: b\n---\n\n# T\n\n```{code-cell}\n:tags: [hide-cell]\nx = 1\n```\n\nEnd.\n"
    text, code, end = cells.read(page)
    assert (text.text, text.is_code) == ("# T", False)
    assert (code.text, code.is_code, code.tags, code.line) == ("x = 1", True, ("hide-cell",), 9)
    assert end.text == "End."
