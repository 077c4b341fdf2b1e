"""Draw the mathematics of pages at build, as SVG in the page: it needs no script and no font."""

from __future__ import annotations

import re
from html import escape

import ziafont
import ziamath
from docutils import nodes
from ziamath.tex import tex2mml

SIZE = 20  # of the letters, in the drawing's units
ziamath.config.math.fontsize = SIZE
ziamath.config.math.color = "currentColor"
ziafont.config.svg2 = False  # each formula holds its own letters: nothing is shared by id

# What ziamath sets closer, wider or otherwise than TeX, and what it sets as TeX would.
AS_IN_TEX = {
    r"(?<=[\w})])(?<!\\[co]dot)\s*\\(operatorname\{|(sin|cos|tan|log|exp)h?\b)": r" \\,\\\1",
    r"(?<=\)) (?=[a-z](?![a-z]))|(?<=\\log) (?=\d)": r" \\,",
    r"\\operatorname\{(\w*\d\w*)\}": r"\\mathrm{\1}",
    r"\\bmod\b": r"\\;\\mathrm{mod}\\;",
    r"\\(land|lor)\b": r"\\;\\\1\\;",
    r"\\mathrel\{\+\}": r"\\,{+}",
    r"(?<=_\{):, \\ast\}": r"\\,{:}\\,,\\,{\\ast}\\,}",
    r"(?<=_\{)::-": r"\\,{:}\\,{:}\\,{-}",
    r"(^|[(\[{=,&]|leftarrow)(\s*)-": r"\1\2{-}",
    # Around limits below a sign, a bracket would be a hundred lines high.
    r"\\left(\\[a-z]+|\\\{|[(\[|.])(?=((?!\\right).)*\\(sum|prod|max|min)_)": r"\\left\1\\textstyle ",
}

# Between formulas that stand beside each other, and are no rows of one.
BESIDE = re.compile(r"(?:\s*\\qquad)+\s*(?!.*\\end\{)", re.S)


def bold(digit: re.Match[str]) -> str:
    """Return a bold digit as a letter of its own, since ziamath would draw it like any other."""
    return "<mn>" + chr(ord("\N{MATHEMATICAL BOLD DIGIT ZERO}") + int(digit[1]))


def drawn(tex: str, inline: bool) -> str:
    """Return SVG that stands on the line and grows with the text; screen readers get the LaTeX."""
    spaced = tex
    for written, meant in AS_IN_TEX.items():
        spaced = re.sub(written, meant, spaced)
    mathml = tex2mml(spaced, inline).replace('rowspacing="3pt"', 'rowspacing="0.7em"')
    return drawn_mathml(re.sub(r'<mn mathvariant="bold">(\d)(?=</mn>)', bold, mathml), tex)


def drawn_mathml(mathml: str, read: str) -> str:
    """Return the same of a formula in MathML, and of what screen readers get."""
    svg = ziamath.Math(mathml).svg()
    _, top, width, height = map(float, re.search(r'viewBox="(.*?)"', svg)[1].split())
    style = f"width:{width / SIZE:.3f}em;height:{height / SIZE:.3f}em"
    style += f";vertical-align:{-(top + height) / SIZE:.3f}em"
    svg = svg.replace('fill="black"', 'fill="currentColor"')  # lines above letters
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(read)}" style="{style}" ', 1)


def draw_displays(app, doctree: nodes.document, docname: str) -> None:
    """Draw the formulas of variables that cells show: browsers have no letters for MathML."""

    def display(mathml: re.Match[str]) -> str:
        read = " ".join(re.findall(r">([^<>]+)<", mathml[0]))
        return f'<div class="math">{drawn_mathml(mathml[0], read)}</div>'

    for shown in doctree.findall(nodes.raw):
        if shown.get("format") == "html" and "<math " in shown.astext():
            html = re.sub(r'<math display="block">.*?</math>', display, shown.astext(), flags=re.S)
            shown[:] = [nodes.Text(html)]


def keep_together(app, doctree: nodes.document, docname: str) -> None:
    """Give formulas in a line the comma or bracket behind them, which is to begin no line."""
    for formula in list(doctree.findall(nodes.math)):
        behind = formula.next_node(descend=False, siblings=True)
        if isinstance(behind, nodes.Text) and (mark := re.match(r"[,.;:!?)’]+", behind)):
            formula["behind"] = mark[0]
            behind.parent.replace(behind, nodes.Text(behind[mark.end() :]))


def inline(translator, node: nodes.math) -> None:
    """Write a formula in a line."""
    formula, behind = drawn(node.astext(), inline=True), escape(node.get("behind", ""))
    translator.body.append(f'<span class="math">{formula}{behind}</span>')
    raise nodes.SkipNode


def block(translator, node: nodes.math_block) -> None:
    """Write a formula of its own line, or several in one, which a narrow page puts below each other."""
    formulas = [drawn(part, inline=False) for part in BESIDE.split(node.astext())]
    translator.body.append(f'<div class="math">{" ".join(formulas)}</div>')
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("drawn", (inline, None), (block, None))
    app.config.html_math_renderer = "drawn"
    app.connect("doctree-resolved", keep_together)
    app.connect("doctree-resolved", draw_displays)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
