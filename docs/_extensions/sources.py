"""Show the files of the repository that pages link to, as pages with numbered lines.

A link such as `[the table](../minigrad/core/table.py)` leads to the file where Markdown is read as
files, as on GitHub, and to its page in the site. In the reference, each name links to its lines.
"""

from __future__ import annotations

import inspect
import os
import re
from importlib import import_module
from pathlib import Path
from typing import Any

from docutils import nodes
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from sphinx import addnodes
from sphinx.util.osutil import relative_uri

from minigrad.core import table
from minigrad.core.elementwise import Elementwise
from minigrad.ops import functions

ROOT = Path(__file__).parents[2]
PAGES = "_source"


def page_of(file: Path) -> str:
    """Return the name of the page that shows a file of the repository."""
    return f"{PAGES}/{file.relative_to(ROOT).as_posix()}"


def link_to_pages(app, doctree, docname) -> None:
    """Turn links to Python files, which are downloads to Sphinx, into links to their pages."""
    for node in list(doctree.findall(addnodes.download_reference)):
        file = Path(os.path.normpath(app.srcdir / Path(docname).parent / node["reftarget"]))
        if file.suffix == ".py":
            page = page_of(file)
            shown(app.env).setdefault(docname, set()).add(file)
            uri = relative_uri(app.builder.get_target_uri(docname), f"{page}.html")
            node.replace_self(nodes.reference("", "", *node.children, refuri=uri, internal=True))


def shown(env) -> dict[str, set[Path]]:
    """Return the files that each page links to."""
    if not hasattr(env, "source_files"):
        env.source_files = {}
    return env.source_files


def linkcode_resolve(domain: str, info: dict[str, str]) -> str | None:
    """Return where the lines of a name stand, seen from a page of the reference."""
    if not info["module"]:  # an attribute that only a docstring tells of
        return None
    thing = import_module(info["module"])
    try:
        for part in info["fullname"].split("."):
            thing = getattr(thing, part)
        file, line = place_of(inspect.unwrap(thing))
    except (AttributeError, TypeError, OSError):
        return None
    return f"../{page_of(file)}.html#line-{line}" if file.is_relative_to(ROOT) else None


def place_of(thing: Any) -> tuple[Path, int]:
    """Return the file and the line where something is defined: for some, the line of the table."""
    if not isinstance(thing, Elementwise):
        return Path(inspect.getsourcefile(thing)), inspect.getsourcelines(thing)[1]
    for module in (table, functions):
        lines = Path(module.__file__).read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, start=1):
            if re.search(rf"= \w+\(\"{thing.name}\"", line):
                return Path(module.__file__), number
    raise TypeError(f"{thing} is no line of the table")


def pages(app):
    """Yield a page for each file that is linked to, and for each module."""
    files = set().union(*shown(app.env).values())
    for package in ("minigrad", "autoencoder"):
        files.update((ROOT / package).rglob("*.py"))
    formatter = HtmlFormatter(linenos="inline", lineanchors="line", anchorlinenos=True)
    for file in sorted(files):
        body = highlight(file.read_text(encoding="utf-8"), PythonLexer(), formatter)
        title = file.relative_to(ROOT).as_posix()
        heading = title.replace("/", "/<wbr>")  # a narrow page breaks it there
        context = {"title": title, "body": f"<h1>{heading}</h1>{body}", "parents": []}
        yield page_of(file), context, "page.html"


def setup(app):
    app.config.linkcode_resolve = linkcode_resolve
    app.connect("doctree-resolved", link_to_pages)
    app.connect("html-collect-pages", pages)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
