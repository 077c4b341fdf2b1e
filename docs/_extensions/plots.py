"""Put matplotlib's figures into the page, in inks that follow its switch between light and dark.

Cells draw them as SVG without a background. What is black there gets the colour of the page's text,
what is white that of its paper, and a grey is mixed of these two. A colour that is too dark for a dark
page becomes lighter there. Pictures of pixels stay as they are.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from colorsys import hls_to_rgb, rgb_to_hls
from html import escape
from pathlib import Path

from docutils import nodes

MADE_BY = "<dc:title>Matplotlib"
WIDE = 700  # px: what is wider has letters too small for a phone, and scrolls there
DARK, LIGHT = 0.12, 0.18  # luminance, below which a colour is lighter on a dark page, and there
SETTINGS = {
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "legend.facecolor": "white",  # which is paper: curves go on below it, unseen
    "legend.framealpha": 1,
    "image.interpolation": "none",  # pixels as they are, for the reader's screen to enlarge
    "svg.hashsalt": "minigrad",
}


def ink(match: re.Match[str]) -> str:
    """Return a colour of a figure, `fill: #rrggbb`, as one of the page."""
    what, digits = match.groups()
    colour = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    if len(set(colour)) == 1:
        share = round(100 * (1 - colour[0]))
        return f"{what}: color-mix(in srgb, var(--ink) {share}%, var(--paper))"
    if luminance(colour) < DARK:
        # `--lift` is 40 % on dark pages.
        return f"{what}: color-mix(in srgb, #{digits}, {lighter(colour)} calc(2.5 * var(--lift)))"
    return match[0]


def luminance(colour: Sequence[float]) -> float:
    """Return how bright a colour is, from 0 to 1."""
    weighted = zip((0.21, 0.72, 0.07), colour, strict=True)
    return sum(weight * part**2.2 for weight, part in weighted)


def lighter(colour: Sequence[float]) -> str:
    """Return a light colour of the same hue, which stays as far from those of other hues."""
    hue, lightness, saturation = rgb_to_hls(*colour)
    while luminance(colour) < LIGHT and lightness < 1:
        lightness += 0.01
        colour = hls_to_rgb(hue, lightness, saturation)
    return "#" + "".join(f"{round(255 * part):02x}" for part in colour)


def figure(svg: str, prefix: str, label: str) -> str:
    """Return the figure as HTML, with ids that begin with a prefix, as no others of the page do."""
    svg = svg[svg.index("<svg ") :]
    # Its rules would hold for the whole page: `site.css` has them for figures.
    svg = re.sub(r"\s*<(metadata|style).*?</\1>", "", svg, flags=re.S)
    svg = re.sub(r'(<g id="patch_1">[^/]*?fill: )#ffffff', r"\1none", svg, count=1)
    written = re.findall(r"<!-- (.*?) -->", svg)
    svg = re.sub(r"\s*<!--.*?-->", "", svg, flags=re.S)
    svg = re.sub(r"\b(fill|stroke): #([0-9a-f]{6})\b", ink, svg)
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', svg))
    svg = re.sub(r' id="([^"]*)"', lambda named: named[0] * (named[1] in used), svg)
    svg = re.sub(r'( id="|href="#|url\(#)', rf"\1{prefix}-", svg)
    width = float(re.search(r'viewBox="[\d.-]+ [\d.-]+ ([\d.]+)', svg)[1]) * 4 / 3
    words = dict.fromkeys(text for text in written if re.search(r"[^\W\d]{2}", text))
    label = escape(label) or ", ".join(["Plot", *words])
    attributes = f'role="img" aria-label="{label}" style="--width: {width:.0f}"'
    svg = svg.replace("<svg ", f"<svg {attributes} ", 1)
    kind = "plot wide" if width > WIDE else "plot"
    return f'<div class="{kind}">{svg}</div>'


def put_in(app, doctree: nodes.document, docname: str) -> None:
    """Replace the pictures that matplotlib has made by their SVG."""
    for number, image in enumerate(list(doctree.findall(nodes.image))):
        file = Path(app.srcdir, image["uri"])
        if file.suffix == ".svg" and MADE_BY in (svg := file.read_text("utf-8")):
            html = figure(svg, f"plot{number}", image.get("alt", ""))
            image.replace_self(nodes.raw("", html, format="html"))


def set_up_kernels(app) -> None:
    """Have cells draw SVG: a kernel reads its settings in IPython's folder."""
    folder = Path(app.doctreedir, "ipython")
    file = folder / "profile_default" / "ipython_kernel_config.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = ["c = get_config()", 'c.InlineBackend.figure_formats = {"svg"}']
    lines.append(f"c.InlineBackend.rc = {SETTINGS}")
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    os.environ["IPYTHONDIR"] = str(folder)


def setup(app):
    app.connect("builder-inited", set_up_kernels)
    app.connect("doctree-resolved", put_in)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
