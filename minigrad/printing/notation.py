"""The notation of mathematics as trees, and how they are written: in LaTeX and in MathML.

A tree is small, the notation of one operation, with gaps for its operands. Each kind of notation
has a line in `KINDS`, LaTeX beside MathML, so that both always say the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from html import escape
from typing import Any, NamedTuple

from ..protocol.precedence import Formula, Template

# How tightly notation binds. A big operator, such as a sum, reaches to the end of a product.
LOOSE, OR, AND, COMPARISON, SUM, BIG, PRODUCT, TIGHT, ATOM, NAME = range(10)


class Notation(NamedTuple):
    """A kind of notation, of parts: text for a leaf, a number and what it needs for a gap."""

    kind: str
    parts: Sequence[Any]
    binds: int = ATOM


def gap(number: int) -> Notation:
    """The gap where the operand of this number is to be written."""
    return Notation("gap", (number, LOOSE), NAME)


def within(part: Notation, needed: int) -> Notation:
    """The part, in brackets if it does not bind as tightly as needed."""
    if part.kind == "gap":
        return part._replace(parts=(part.parts[0], max(needed, part.parts[1])))
    return part if part.binds >= needed else make("brackets", part)


def make(kind: str, *parts: Notation, binds: int = ATOM) -> Notation:
    """Notation of this kind."""
    return Notation(kind, parts, binds)


# ---- What operations are written with ----------------------------------------------------------------


def _leaf(kind: str, text: Any) -> Notation:
    return Notation(kind, (str(text),), NAME)


# Letters, of which several stand upright; numbers; operators between operands; such as stand close
# to one, or for themselves; words as they are; the names of functions.
name, number, sign, mark = (partial(_leaf, kind) for kind in ("name", "number", "sign", "mark"))
words, function = (partial(_leaf, kind) for kind in ("words", "function"))


def row(*parts: Notation, binds: int = ATOM) -> Notation:
    """The parts one after the other."""
    return Notation("row", parts, binds)


def listed(parts: Sequence[Notation]) -> Notation:
    """The parts with commas between them."""
    return row(*[piece for part in parts for piece in (sign(","), part)][1:], binds=LOOSE)


def infix(left: Notation, operator: str, right: Notation, binds: int, more: int = 0) -> Notation:
    """An operator between two; that on the right has to bind so much more tightly."""
    return row(within(left, binds), sign(operator), within(right, binds + more), binds=binds)


def prefix(operator: str, operand: Notation, binds: int = SUM) -> Notation:
    """An operator before its operand."""
    return row(mark(operator), within(operand, binds + 1), binds=binds)


def fraction(above: Notation, below: Notation) -> Notation:
    """A fraction."""
    return make("fraction", above, below, binds=TIGHT)


def power(base: Notation, exponent: Notation) -> Notation:
    """A base with an exponent."""
    return make("power", within(base, ATOM), exponent, binds=TIGHT)


def index(base: Notation, *below: Notation) -> Notation:
    """A base with indices."""
    return make("index", within(base, NAME), below[0] if len(below) == 1 else listed(below))


def call(called: str | Notation, *arguments: Notation) -> Notation:
    """A function of arguments."""
    head = function(called) if isinstance(called, str) else called
    inside = arguments[0] if len(arguments) == 1 else listed(arguments)
    return make("call", head, inside, binds=NAME)


def big(operator: str, axes: Sequence[Notation], body: Notation) -> Notation:
    """A sum, product or the like over indices."""
    head = make("under", mark(operator), listed(axes)) if axes else mark(operator)
    return make("applied", head, within(body, BIG), binds=BIG)


def cases(value: Notation, condition: Notation, otherwise: Notation) -> Notation:
    """One value where a condition holds, else another."""
    return make("cases", value, condition, otherwise)


# ---- Two ways to write it ----------------------------------------------------------------------------


def _fenced(left: str, right: str) -> str:
    return f"<mrow><mo>{left}</mo>@<mo>{right}</mo></mrow>"


# fmt: off
# kind: LaTeX, MathML; @ is for a part, which in MathML is one element. The last may repeat it.
KINDS = {
    "fraction": (r"\frac{@}{@}",                 "<mfrac>@@</mfrac>"),
    "root":     (r"\sqrt{@}",                    "<msqrt>@</msqrt>"),
    "power":    ("@^{@}",                        "<msup>@@</msup>"),
    "index":    ("@_{@}",                        "<msub>@@</msub>"),
    "applied":  ("@ @",                          "<mrow>@@</mrow>"),
    "under":    ("@_{@}",                        "<munder>@@</munder>"),
    "brackets": (r"\left(@\right)",              _fenced("(", ")")),
    "square":   (r"\left[@\right]",              _fenced("[", "]")),
    "absolute": (r"\left|@\right|",              _fenced("|", "|")),
    "norm":     (r"\left\lVert @\right\rVert",   _fenced("‖", "‖")),
    "floor":    (r"\left\lfloor @\right\rfloor", _fenced("⌊", "⌋")),
    "ceil":     (r"\left\lceil @\right\rceil",   _fenced("⌈", "⌉")),
    "call":     (r"@\left(@\right)",             f"<mrow>@<mo>&#x2061;</mo>{_fenced('(', ')')}</mrow>"),
    "cases":    (r"\begin{cases} @ & \text{if } @ \\ @ & \text{otherwise} \end{cases}",
                 "<mrow><mo>{</mo><mtable><mtr><mtd>@</mtd><mtd><mtext>if&#xa0;</mtext>@</mtd></mtr>"
                 "<mtr><mtd>@</mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow>"),
    "row":      ("@",                            "<mrow>@</mrow>"),
}
# fmt: on

_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ",
        "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma "
        "tau upsilon varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi "
        "Omega".split(),
        strict=True,
    )
)
# By which a name is known to be a letter: TeX's names, and the usual ones of two.
GREEK = {word: letter for letter, word in _GREEK.items()} | {"epsilon": "ε", "phi": "φ"}
_LETTERS = {
    **{letter: f"\\{word}" for letter, word in _GREEK.items()},
    **{"𝟎": r"\mathbf{0}", "𝟏": r"\mathbf{1}", "∞": r"\infty"},
}
_FUNCTIONS = set(
    "exp log sin cos tan sinh cosh tanh arcsin arccos arctan max min arg det dim".split()
)
# Between factors that need no sign: numbers and what is multiplied by them; and matrices.
TIMES, THIN = "\u2062", "\u2009"
_SIGNS = {
    **{"−": "-", "⊙": r"\odot", "⋅": r"\cdot", "×": r"\times", "⊤": r"\top", "∂": r"\partial"},
    **{"∑": r"\sum", "∏": r"\prod", "⋀": r"\bigwedge", "⋁": r"\bigvee"},
    **{"≠": r"\neq", "≤": r"\leq", "≥": r"\geq", "∧": r"\land", "∨": r"\lor", "¬": r"\lnot"},
    **{"⊕": r"\oplus", "←": r"\leftarrow", "∗": r"\ast", "…": r"\ldots", "mod": r"\bmod"},
    **{"+←": r"\mathrel{+}\leftarrow"},
}
_SPECIAL = {
    **{c: f"\\{c}" for c in "{}$&#_%"},
    **{"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"},
}


def _tex(text: str) -> str:
    """The text, safe to stand in \\text."""
    return "".join(_SPECIAL.get(c, c) for c in text)


def _latex_name(text: str) -> str:
    if text in _LETTERS:
        return _LETTERS[text]
    return text if len(text) == 1 else rf"\mathrm{{{_tex(text)}}}"


def _latex_sign(text: str) -> str:
    """The sign with space around it, but for a comma."""
    return ", " if text == "," else f" {_SIGNS.get(text, text)} "


def _latex_mark(text: str) -> str:
    command = _SIGNS.get(text, text)
    return f"{command} " if command[0] == "\\" else command


def _latex_function(text: str) -> str:
    return f"\\{text}" if text in _FUNCTIONS else rf"\operatorname{{{_tex(text)}}}"


def xml(text: str) -> str:
    """The text as XML can hold it."""
    return re.sub(r"[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", escape(text))


# The leaves, which have text for their only part.
_LEAVES: dict[str, tuple[Callable[[str], str], Callable[[str], str]]] = {
    "name": (_latex_name, lambda text: f"<mi>{xml(text)}</mi>"),
    "number": (str, lambda text: f"<mn>{xml(text)}</mn>"),
    "sign": (_latex_sign, lambda text: f"<mo>{xml(text)}</mo>"),
    "mark": (_latex_mark, lambda text: f"<mo>{xml(text)}</mo>"),
    "words": (lambda text: rf"\text{{{_tex(text)}}}", lambda text: f"<mtext>{xml(text)}</mtext>"),
    "function": (_latex_function, lambda text: f"<mi>{xml(text)}</mi>"),
}
LATEX, MATHML = 0, 1
_BRACKETS = [(r"\left(", r"\right)"), ("<mrow><mo>(</mo>", "<mo>)</mo></mrow>")]


@lru_cache(maxsize=10_000)
def template(notation: Notation, language: int) -> Template:
    """The notation in LATEX or MATHML, with gaps for its operands."""
    texts, gaps, needed = [""], [], []
    for piece in _pieces(notation, language):
        if isinstance(piece, str):
            texts[-1] += piece
        else:
            texts.append("")
            gaps.append(piece[0])
            needed.append(piece[1])
    return Template(texts, gaps, needed, notation.binds, _BRACKETS[language])


def formula(notation: Notation, language: int) -> Formula:
    """Notation without gaps in LATEX or MATHML."""
    return Formula(template(notation, language).texts[0], notation.binds, _BRACKETS[language])


def _pieces(notation: Notation, language: int) -> Iterator[str | tuple[int, int]]:
    """The pieces of a notation: texts, and the number and needs of each gap."""
    kind, parts, _ = notation
    if kind == "gap":
        yield parts[0], parts[1]
    elif kind in _LEAVES:
        yield _LEAVES[kind][language](parts[0])
    else:
        first, *others = KINDS[kind][language].split("@")
        if kind == "row":
            others = [*[""] * (len(parts) - 1), *others]
        yield first
        for part, text in zip(parts, others, strict=True):
            yield from _pieces(part, language)
            yield text


# ---- What is settled when all is written -------------------------------------------------------------

_OPENED = r"(?:<m(?:row|sup|sub)[^>]*>)*"
_WORD = r"\\mathrm\{[^{}]*\}"


def finished(text: str, language: int) -> str:
    """The text, with signs between factors where they need one, and as few marks as people write."""
    if language == MATHML:
        text = re.sub(rf"<mo>{TIMES}</mo>(?={_OPENED}<mn)", "<mo>⋅</mo>", text)
        text = re.sub(rf"(?<=</mn>)<mo>{TIMES}</mo>(?={_OPENED}<mfrac)", "<mo>⋅</mo>", text)
        text = re.sub(rf"(?<!</mn>)<mo>{TIMES}</mo>(?={_OPENED}<mo>\()", "<mo>⋅</mo>", text)
        return re.sub(f"<mo>[{TIMES}{THIN}]</mo>", '<mspace width="0.17em"/>', text)
    text = re.sub(rf" {TIMES} (?=\d)", r" \\cdot ", text)
    text = re.sub(rf"(?<=\d) {TIMES} (?=\\frac)", r" \\cdot ", text)
    text = re.sub(rf"(?<!\d) {TIMES} (?=\\left\()", r" \\cdot ", text)
    text = re.sub(rf"({_WORD}) [{TIMES}{THIN}] ", r"\1 \\, ", text)
    text = re.sub(rf" [{TIMES}{THIN}] (?={_WORD})", r" \\, ", text)
    text = re.sub(f" [{TIMES}{THIN}] ", " ", text)
    text = re.sub(r"([_^])\{ *(\w|\\top) *\}(?!\w)", r"\1\2", _with_plain_brackets(text))
    text = re.sub(r"(\\[a-z]+) +(?=[,})\]])", r"\1", re.sub(r" +", " ", text))
    return re.sub(r" +([_^])", r"\1", text).strip()


def _with_plain_brackets(text: str) -> str:
    """The text, its brackets stretched only where something high is in them."""
    pieces = re.split(r"(\\left|\\right)(?![A-Za-z])", text)
    opened: list[list[Any]] = []  # where, and whether something high has followed
    for place, piece in enumerate(pieces):
        is_high = re.search(r"\\(frac|sum|prod|big|begin|sqrt)", piece) is not None
        if piece == r"\left":
            opened.append([place, False])
        elif piece == r"\right":
            first, is_high = opened.pop()
            if not is_high:
                pieces[first] = pieces[place] = ""
        if is_high and opened:
            opened[-1][1] = True
    return "".join(pieces)
