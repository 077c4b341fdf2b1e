"""The pages that are notebooks: plain Python, which ran in its order when the site was built."""

import json
import re

import cells
import notebooks
import pytest
from lessons_of_docs import DOCS, LESSONS, TEXTS

LESSON_FILES = {name.rpartition("/")[2] for name in LESSONS}


def code(page):
    """Return the cells of a page that are code."""
    return [cell for cell in cells.read(TEXTS[page]) if cell.is_code]


@pytest.fixture
def run(site):
    """Return a function: the cells of a page as they have run, with their outputs."""

    def cells_of(page):
        notebook = (site / "_outputs" / page).with_suffix(".ipynb").read_text(encoding="utf-8")
        return [cell for cell in json.loads(notebook)["cells"] if cell["cell_type"] == "code"]

    return cells_of


@pytest.mark.parametrize("page", LESSONS)
def test_the_cells_of_a_page_are_python_without_jupyter(page):
    for cell in code(page):
        # An error has the number of the line on the page.
        compile("\n" * (cell.line - 1) + cell.text, str(DOCS / page), "exec")


@pytest.mark.parametrize("page", LESSONS)
def test_all_cells_of_a_page_ran_in_their_order(page, run):
    have_run = run(page)
    assert ["".join(cell["source"]) for cell in have_run] == [cell.text for cell in code(page)]
    assert [cell["execution_count"] for cell in have_run] == list(range(1, len(have_run) + 1))


@pytest.mark.parametrize("page", LESSONS)
def test_no_cell_of_a_page_failed_or_warned(page, run):
    outputs = [output for cell in run(page) for output in cell["outputs"]]
    assert outputs
    assert not [output for output in outputs if output["output_type"] == "error"]
    assert not [output["text"] for output in outputs if output.get("name") == "stderr"]


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


@pytest.mark.parametrize("page", LESSONS)
def test_no_cell_needs_a_solution_so_that_learners_get_a_page_without(page):
    code = [cell for cell in cells.read(TEXTS[page]) if cell.is_code]
    hidden = ["hide-cell" in cell.tags for cell in code]
    assert hidden == sorted(hidden)


@pytest.mark.parametrize("page", LESSONS)
def test_a_notebook_links_to_other_notebooks_alone(page):
    text = notebooks.notebook(TEXTS[page], LESSON_FILES)
    sources = [c["source"] for c in json.loads(text)["cells"] if c["cell_type"] == "markdown"]
    targets = re.findall(r"\]\((?!https?:)([^)]*)\)", "\n".join(sources))
    assert set(targets) <= {name.replace(".md", ".ipynb") for name in LESSON_FILES}


def test_a_notebook_names_a_file_of_the_repository_by_its_path():
    page = (
        "# T\n\n[The table](../../minigrad/core/table.py), [core/a.py](../core/a.py), [T](a.md#b)."
    )
    assert (
        notebooks.linked(page, ()) == "# T\n\nThe table (`minigrad/core/table.py`), `core/a.py`, T."
    )


def test_without_solutions_there_is_an_empty_cell_for_each_and_no_answer_in_words():
    code = "```{code-cell}\n:tags: [hide-cell]\nanswer = 42\n```\n"
    page = f"# T\n\n**1.** Why?\n\n:::{{dropdown}} Solution\nTherefore.\n:::\n\n{code}"
    title, empty = json.loads(notebooks.notebook(page, solutions=False))["cells"]
    assert "Why?" in title["source"] and "Therefore" not in title["source"]
    assert empty["cell_type"] == "code" and not empty["source"] and not empty["metadata"]


def test_a_page_is_read_as_text_and_code_with_its_tags_and_lines():
    page = "---\na: b\n---\n\n# T\n\n```{code-cell}\n:tags: [hide-cell]\nx = 1\n```\n\nEnd.\n"
    text, code, end = cells.read(page)
    assert (text.text, text.is_code) == ("# T", False)
    assert (code.text, code.is_code, code.tags, code.line) == ("x = 1", True, ("hide-cell",), 9)
    assert end.text == "End."
