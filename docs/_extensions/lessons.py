"""Offer each page that has cells as a notebook and as slides, in files beside it."""

from __future__ import annotations

from pathlib import Path

from myst_nb.core import render
from notebooks import has_solutions, notebook
from slides import slides

HEAD = "---\nfile_format: mystnb\n"
LINKS = (
    '<p class="lesson">This page as a <a href="{name}.ipynb" download>notebook</a> '
    '{exercises}<a href="{name}.slides.html">slides</a></p>'
)
EXERCISES = '<a href="{name}.exercises.ipynb" download>notebook without solutions</a> '


def offer(app, docname, template, context, doctree) -> None:
    """Write the files of a page with cells, and links to them below its title."""
    if doctree is None or not (text := source(app, docname)).startswith(HEAD):
        return
    place = Path(app.outdir) / docname
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = lessons_beside(app, docname)
    place.with_name(f"{place.name}.ipynb").write_text(notebook(text, beside), encoding="utf-8")
    exercises = ""
    if has_solutions(text):
        file = place.with_name(f"{place.name}.exercises.ipynb")
        file.write_text(notebook(text, beside, solutions=False), encoding="utf-8")
        exercises = EXERCISES.format(name=place.name)
    html = slides(app, doctree, context["title"])
    place.with_name(f"{place.name}.slides.html").write_text(html, encoding="utf-8")
    links = LINKS.format(name=place.name, exercises=exercises)
    context["body"] = context["body"].replace("</h1>", f"</h1>\n{links}", 1)


def source(app, docname: str) -> str:
    """Return the text of a page."""
    return Path(app.env.doc2path(docname)).read_text(encoding="utf-8")


def lessons_beside(app, docname: str) -> set[str]:
    """Return the files of the pages with cells in the folder of a page."""
    folder = Path(app.env.doc2path(docname)).parent
    return {p.name for p in folder.glob("*.md") if p.read_text(encoding="utf-8").startswith(HEAD)}


def keep_outputs(app) -> None:
    """Have myst_nb put the outputs of cells into the folder of the site, not beside it."""
    folder = str(Path(app.outdir) / "_outputs")
    app.env.mystnb_config = app.env.mystnb_config.copy(output_folder=folder)


def joined(outputs: list) -> list:
    """Join what a cell has printed, which comes in pieces, cut anywhere, from a busy machine."""
    whole: list = []
    for output in outputs:
        if whole and "stream" == output["output_type"] and output["name"] == whole[-1].get("name"):
            whole[-1]["text"] += output["text"]
        else:
            whole.append(output)
    return whole


def keep_lines_whole() -> None:
    """Have myst_nb merge whole texts: it begins a line for each piece."""
    merge = render.coalesce_streams
    render.coalesce_streams = lambda outputs: merge(joined(outputs))


def setup(app):
    keep_lines_whole()
    app.connect("builder-inited", keep_outputs)
    app.connect("html-page-context", offer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
