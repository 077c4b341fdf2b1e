"""Write expressions as people do: as formulas, from the outside inwards, as far as a limit allows."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..core import graph
from ..core.graph import Apply, Constant, Variable
from .omissions import FILLED, ITSELF, Wording, in_few_words
from .precedence import ATOM, LOOSE, NUMBER, UNARY, Formula, Template, gap, parsed

# What `str` and messages show of an expression, in characters.
SHORT = 60

_WORDS = {ITSELF: gap(0), FILLED: f"fill({gap(0)}, {gap(1)})"}


def _template(node: Apply, index: int | None, wording: Wording) -> Template:
    """The template of a node's formula; of one of its outputs, if an index is given."""
    op, operands = wording
    gaps = [*map(gap, range(len(operands)))]
    text = _WORDS[op] if isinstance(op, str) else op.formula(node, gaps)
    template = parsed(text, len(operands))
    if index is not None and node.nout > 1:
        template = template.within(ATOM).between("", f"[{index}]")
    return template


def is_number(variable: Variable) -> bool:
    """Whether it is a number without a name."""
    return isinstance(variable, Constant) and not (variable.type.ndim or variable.name)


def leaf(variable: Variable) -> Formula:
    """A variable that is not computed: its name or type; a constant is its value."""
    if variable.name or not isinstance(variable, Constant):
        return Formula(one_line(variable.name or f"<{variable.type}>"))
    text = re.sub(r"\s+", " ", str(variable.data))
    return Formula(text, UNARY if text[0] == "-" else NUMBER if text.isdigit() else ATOM)


def one_line(text: str) -> str:
    """The text without the line breaks that a name may have."""
    return " ".join(text.splitlines())


def called(name: str, variable: Variable) -> Formula:
    """A variable by this name."""
    return Formula(one_line(name))


def by_name(variable: Variable) -> Formula | None:
    """The variable by its name; None if it has none."""
    return called(variable.name, variable) if variable.name else None


class Language(NamedTuple):
    """Functions that write nodes, with gaps for operands; what is not computed; what has a name."""

    template: Callable[[Apply, int | None, Wording], Template]
    leaf: Callable[[Variable], Formula]
    called: Callable[[str, Variable], Formula]


PYTHON = Language(_template, leaf, called)


def template_of(
    node: Apply, index: int | None, language: Language = PYTHON
) -> tuple[Template, Sequence[Variable]]:
    """The template of a node's formula, and its operands; of one output, if an index is given."""
    wording = in_few_words(node)
    return language.template(node, index, wording), wording.operands


class _Gap(NamedTuple):
    """A gap in a formula for an operand, and its content: text, and further gaps."""

    variable: Variable
    needed: int
    pieces: list[str | _Gap]


def _spelled_out(
    node: Apply, index: int | None, language: Language, needed: int = LOOSE
) -> list[str | _Gap]:
    """The node's formula, with gaps for its operands."""
    template, operands = template_of(node, index, language)
    template = template.within(needed)
    pieces: list[str | _Gap] = [template.texts[0]]
    for number, need, text in zip(template.gaps, template.needed, template.texts[1:], strict=True):
        pieces += [_Gap(operands[number], need, []), text]
    return pieces


def formula(
    expression: Variable | Apply,
    limit: int = SHORT,
    name_of: Callable[[Variable], Formula | None] = lambda variable: None,
    otherwise: Callable[[Variable], Formula] = lambda variable: Formula("…"),
    language: Language = PYTHON,
) -> str:
    """The expression as a formula of about so many characters at most.

    It is spelled out from the outside inwards, as far as the limit allows: no more of the graph
    is looked at than is shown. An operand with a name in `name_of` need not be spelled
    out, and beyond the limit, it is written otherwise. The language is Python, or another.
    """

    def length(pieces: Sequence[str | _Gap]) -> int:
        texts = [
            p if isinstance(p, str) else otherwise(p.variable).within(p.needed) for p in pieces
        ]
        return sum(map(len, texts))

    if isinstance(expression, Apply):
        pieces = _spelled_out(expression, None, language)
    elif expression.owner is None:
        return language.leaf(expression).text
    else:
        pieces = _spelled_out(expression.owner, expression.index, language)
    left = limit - length(pieces)
    waiting = deque(piece for piece in pieces if isinstance(piece, _Gap))
    while waiting:
        gap = waiting.popleft()
        variable, node = gap.variable, gap.variable.owner
        gap.pieces[:] = [otherwise(variable).within(gap.needed)]
        text = name_of(variable) or (language.leaf(variable) if node is None else None)
        if text is not None:
            longer: list[str | _Gap] = [text.within(gap.needed)]
        elif node is not None and left > 0 and len(node.inputs) < limit:
            longer = _spelled_out(node, variable.index, language, gap.needed)
        else:
            continue
        if (more := length(longer) - length(gap.pieces)) <= max(left, 0):
            left -= more
            gap.pieces[:] = longer
            waiting.extend(piece for piece in longer if isinstance(piece, _Gap))
    return _text(pieces)


def _text(pieces: Sequence[str | _Gap]) -> str:
    """The pieces as one text."""
    texts: list[str] = []
    stack = [*reversed(pieces)]
    while stack:
        piece = stack.pop()
        if isinstance(piece, str):
            texts.append(piece)
        else:
            stack.extend(reversed(piece.pieces))
    return "".join(texts)


def short(x: Variable) -> str:
    """The variable as a short formula, as `str` and messages show it; what is named by its name."""
    node = x.owner
    if node is not None and len(node.inputs) < SHORT:
        text = formula(x, name_of=by_name)
        if len(text) <= SHORT:
            return text
    return leaf(x).text if node is None else one_line(f"{node.op}.{x.index}")


graph.written = short
