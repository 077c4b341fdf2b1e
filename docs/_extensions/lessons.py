"""Offer each page that has cells as a notebook and as slides, in files beside it."""

from __future__ import annotations

from pathlib import Path

from notebooks import notebook
from slides import slides

HEAD = "---\nfile_format: mystnb\n"
LINKS = (
    '<p class="lesson">{prompt}<a href="{name}.ipynb" download>notebook</a> '
    '<a href="{name}.slides.html">slides</a></p>'
)


def offer(app, docname, template, context, doctree) -> None:
    """Write the files of a page with cells, and links to them below its title."""
    if doctree is None or not (text := source(app, docname)).startswith(HEAD):
        return
    place = Path(app.outdir) / docname
    place.parent.mkdir(parents=True, exist_ok=True)
    place.with_name(f"{place.name}.ipynb").write_text(notebook(text), encoding="utf-8")
    html = slides(app, doctree, context["title"])
    place.with_name(f"{place.name}.slides.html").write_text(html, encoding="utf-8")
    links = LINKS.format(name=place.name, prompt="This page as a ")
    context["body"] = context["body"].replace("</h1>", f"</h1>\n{links}", 1)


def source(app, docname: str) -> str:
    """Return the text of a page."""
    return Path(app.env.doc2path(docname)).read_text(encoding="utf-8")


def keep_outputs(app) -> None:
    """Have myst_nb put the outputs of cells into the folder of the site, not beside it."""
    folder = str(Path(app.outdir) / "_outputs")
    app.env.mystnb_config = app.env.mystnb_config.copy(output_folder=folder)


def setup(app):
    app.connect("builder-inited", keep_outputs)
    app.connect("html-page-context", offer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
