"""Write a page as slides: one HTML file that holds all it needs, a slide for each section."""

from __future__ import annotations

import ast
import base64
import mimetypes
import re
from pathlib import Path

from docutils import nodes
from pygments.formatters import HtmlFormatter

HERE = Path(__file__).parent
SHARED = {"shadows": "../_static/shadows.css", "screens": "screens.js"}  # with the site, with tests
LONG = 25  # lines of code, for which a screen has room


def slides(app, doctree: nodes.document, title: str) -> str:
    """Return the file: what each section says, without the sections in it, is a slide."""
    found = []
    for section in doctree.findall(nodes.section):
        slide = nodes.container()
        slide += [node.deepcopy() for node in section if not isinstance(node, nodes.section)]
        heading = slide[0]
        heading.replace_self(nodes.rubric("", "", *heading.children))
        divide_code(slide)
        body = app.builder.render_partial(slide)["fragment"]
        found.append(f'<section class="slide"><div>{with_pictures(app, body)}</div></section>')
    template = (HERE / "slides.html").read_text(encoding="utf-8")
    light = HtmlFormatter(style=app.config.pygments_style or "default").get_style_defs(".highlight")
    dark = HtmlFormatter(style=app.config.pygments_dark_style).get_style_defs(".highlight")
    pygments = f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}"
    parts = {"title": title, "pygments": pygments, "slides": "\n".join(found)}
    for name, file in SHARED.items():
        parts[name] = (HERE / file).read_text(encoding="utf-8")
    return re.sub(r"\{\{ (\w+) \}\}", lambda match: parts[match[1]], template)


def divide_code(slide: nodes.Element) -> None:
    """Make long code several blocks, so that it can go on on the next screen."""
    for block in list(slide.findall(nodes.literal_block)):
        if "cell_input" in block.parent["classes"] and len(block.astext().splitlines()) > LONG:
            pieces = paragraphs(block.astext())
            block.replace_self([nodes.literal_block(p, p, **block.attributes) for p in pieces])


def paragraphs(code: str) -> list[str]:
    """Return the parts between empty lines, each of which is whole statements."""
    found = [""]
    for part in re.split(r"\n\n+(?=\S)", code):
        if is_whole(found[-1]):
            found.append(part)
        else:  # an empty line within a string or brackets
            found[-1] += f"\n\n{part}"
    return found[1:]


def is_whole(code: str) -> bool:
    """Whether it is Python by itself."""
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True


def with_pictures(app, html: str) -> str:
    """Put the pictures into the page."""
    files = {name: app.srcdir / path for path, name in app.builder.images.items()}

    def data(match: re.Match[str]) -> str:
        file = files[match[1]]
        kind = mimetypes.guess_type(file.name)[0]
        return f'src="data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"'

    return re.sub(r'src="[^"]*_images/([^"]+)"', data, html)
