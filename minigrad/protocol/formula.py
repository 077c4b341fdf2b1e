"""Write expressions as people do: as a formula, with brackets only where precedence asks for them.

An op writes its own formula (`Op.formula`) without a thought of brackets: ``f"{x} * {y}"``. Parsed as
Python, that tells how tightly the formula binds, and how tightly what stands in it has to.
"""

from __future__ import annotations

import ast
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from ..core import graph
from ..core.graph import Apply, Constant, Variable

# How tightly Python's operators bind: https://docs.python.org/3/reference/expressions.html.
_LOOSE, _COMPARISON, _UNARY, _POWER, _NUMBER, _ATOM = 0, 1, 8, 9, 10, 11
_BINARY: dict[type[ast.operator], int] = {
    **dict.fromkeys([ast.BitOr], 2),
    **dict.fromkeys([ast.BitXor], 3),
    **dict.fromkeys([ast.BitAnd], 4),
    **dict.fromkeys([ast.LShift, ast.RShift], 5),
    **dict.fromkeys([ast.Add, ast.Sub], 6),
    **dict.fromkeys([ast.Mult, ast.MatMult, ast.Div, ast.FloorDiv, ast.Mod], 7),
    **dict.fromkeys([ast.Pow], _POWER),
}

# What error messages and `str` show of an expression.
SHORT = 60


class Formula(NamedTuple):
    """A formula as text, and how tightly it binds."""

    text: str
    binds: int = _ATOM

    def within(self, needed: int) -> str:
        """The text, in brackets if it does not bind as tightly as needed where it stands."""
        return self.text if self.binds >= needed else f"({self.text})"


class Template(NamedTuple):
    """A node's formula with gaps for its operands.

    Attributes
    ----------
    texts : sequence of str
        What stands before, between and after the gaps.
    gaps : sequence of int
        The number of the operand that each gap is for.
    needed : sequence of int
        For each gap, how tightly the operand must bind to stand there without brackets.
    binds : int
        How tightly the whole binds.
    """

    texts: Sequence[str]
    gaps: Sequence[int]
    needed: Sequence[int]
    binds: int

    def within(self, needed: int) -> Template:
        """This template, in brackets if it does not bind as tightly as needed where it stands."""
        if not any(self.texts):  # it is its operand, and so binds as that does
            return self._replace(needed=[needed])
        return self if self.binds >= needed else self._between("(", ")")

    def _between(self, before: str, after: str) -> Template:
        texts = [before + self.texts[0], *self.texts[1:]]
        texts[-1] += after
        return self._replace(texts=texts, binds=_ATOM)

    def filled(self, operands: Sequence[Formula]) -> Formula:
        """The formula with these operands."""
        if not any(self.texts):
            return operands[self.gaps[0]]
        pieces = [self.texts[0]]
        for gap, needed, text in zip(self.gaps, self.needed, self.texts[1:], strict=True):
            pieces += [operands[gap].within(needed), text]
        return Formula("".join(pieces), self.binds)


def template_of(node: Apply, index: int | None = None) -> Template:
    """The template of a node's formula; with an index that of the output, if there are several."""
    count = len(node.op.formula_inputs(node))
    template = _parsed(node.op.formula(node, [f"_operand_{i}_" for i in range(count)]))
    if index is None or node.nout == 1:
        return template
    return template.within(_ATOM)._between("", f"[{index}]")


_GAP = re.compile(r"_operand_(\d+)_")


@lru_cache(maxsize=10_000)
def _parsed(formula: str) -> Template:
    """The formula as a template.

    What is no Python binds as tightly as a name, as far as anyone knows.
    """
    pieces = _GAP.split(" ".join(formula.splitlines()))
    gaps = [int(number) for number in pieces[1::2]]
    try:
        body = ast.parse(formula.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        binds = _ATOM
        needed = [
            _LOOSE if re.search(r"[(\[,] ?$", before) and re.match(" ?[)\\],]", after) else _ATOM
            for before, after in zip(pieces[:-2:2], pieces[2::2], strict=True)
        ]
    else:
        binds = _ATOM if formula.startswith("(") and body.col_offset else _binding(body)
        needs: dict[str, int] = {}
        for operand, need in _operands(body):
            if isinstance(operand, ast.Name):
                needs[operand.id] = max(need, needs.get(operand.id, _LOOSE))
        needed = [needs.get(f"_operand_{gap}_", _LOOSE) for gap in gaps]
    return Template(pieces[::2], gaps, needed, binds)


def _binding(expression: ast.expr) -> int:
    """How tightly a parsed expression binds."""
    match expression:
        case ast.BinOp(_, operator, _):
            return _BINARY[type(operator)]
        case ast.UnaryOp(ast.USub() | ast.UAdd() | ast.Invert(), _):
            return _UNARY
        case ast.Compare():
            return _COMPARISON
        case ast.Constant(bool()):
            return _ATOM
        case ast.Constant(int()):
            return _NUMBER
        case ast.UnaryOp() | ast.BoolOp() | ast.IfExp() | ast.Lambda() | ast.Tuple():
            return _LOOSE
        case _:
            return _ATOM


def _operands(body: ast.expr) -> Iterator[tuple[ast.expr, int]]:
    """The operands in a parsed expression, and how tightly each has to bind."""
    for part in ast.walk(body):
        match part:
            case ast.BinOp(left, ast.Pow(), right):
                yield from ((left, _NUMBER), (right, _UNARY))
            case ast.BinOp(left, operator, right):
                binds = _BINARY[type(operator)]
                yield from ((left, binds), (right, binds + 1))
            case ast.UnaryOp(ast.Not(), operand):
                yield operand, _COMPARISON
            case ast.UnaryOp(_, operand):
                yield operand, _UNARY
            case ast.Compare(left, _, others):  # a < b < c is not (a < b) < c
                yield from ((operand, _COMPARISON + 1) for operand in (left, *others))
            case ast.BoolOp(_, operands):
                yield from ((operand, _COMPARISON) for operand in operands)
            case ast.IfExp(test, x, y):
                yield from ((operand, _COMPARISON) for operand in (test, x, y))
            case ast.Attribute(value) | ast.Subscript(value) | ast.Call(value):
                yield value, _ATOM


def leaf(variable: Variable) -> Formula:
    """A variable that is not computed: its name or type; a constant is its value."""
    if variable.name or not isinstance(variable, Constant):
        return Formula(one_line(variable.name or f"<{variable.type}>"))
    text = re.sub(r"\s+", " ", str(variable.data))
    if text.startswith("-"):
        return Formula(text, _UNARY)
    return Formula(text, _NUMBER if text.isdigit() else _ATOM)


def one_line(text: str) -> str:
    """The text without the line breaks that a name may have."""
    return " ".join(text.splitlines())


class _Place:
    """A place in a formula, and what is written there: text, and further places."""

    __slots__ = ("needed", "pieces", "variable")

    def __init__(self, variable: Variable, needed: int) -> None:
        self.variable = variable
        self.needed = needed
        self.pieces: list[str | _Place] = []


def formula(
    expression: Variable | Apply,
    limit: int = SHORT,
    known: Callable[[Variable], Formula | None] = lambda variable: None,
    otherwise: Callable[[Variable], Formula] = lambda variable: Formula("…"),
) -> str:
    """The expression as a formula of about so many characters at most.

    It is spelled out from the outside inwards, as far as there is room: no more of the graph is
    looked at than is shown.

    Parameters
    ----------
    expression : Variable or Apply
        A node that has several outputs stands for all of them.
    limit : int
    known : callable, optional
        How an operand is written that need not be spelled out; None for others.
    otherwise : callable, optional
        How an operand is written for which there is no room.
    """
    if isinstance(expression, Apply):
        root, index = expression, None
    elif expression.owner is None:
        return leaf(expression).text
    else:
        root, index = expression.owner, expression.index

    def spelled_out(node: Apply, index: int | None, needed: int) -> list[str | _Place]:
        template = template_of(node, index).within(needed)
        operands = node.op.formula_inputs(node)
        pieces: list[str | _Place] = [template.texts[0]]
        for gap, need, text in zip(template.gaps, template.needed, template.texts[1:], strict=True):
            pieces += [_Place(operands[gap], need), text]
        return pieces

    def shortest(place: _Place) -> str:
        return otherwise(place.variable).within(place.needed)

    def length(pieces: Sequence[str | _Place]) -> int:
        return sum(len(p if isinstance(p, str) else shortest(p)) for p in pieces)

    pieces = spelled_out(root, index, _LOOSE)
    room = limit - length(pieces)
    waiting = deque(piece for piece in pieces if isinstance(piece, _Place))
    while waiting:
        place = waiting.popleft()
        variable, node = place.variable, place.variable.owner
        text = known(variable) or (leaf(variable) if node is None else None)
        place.pieces = [shortest(place)]
        if text is not None:
            longer: list[str | _Place] = [text.within(place.needed)]
        elif node is not None and room > 0 and len(node.inputs) < limit:
            longer = spelled_out(node, variable.index, place.needed)
        else:
            continue
        if (more := length(longer) - length(place.pieces)) <= max(room, 0):
            room -= more
            place.pieces = longer
            waiting.extend(piece for piece in longer if isinstance(piece, _Place))
    return _text(pieces)


def _text(pieces: Sequence[str | _Place]) -> str:
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
        text = formula(x, known=_by_name)
        if len(text) <= SHORT:
            return text
    return leaf(x).text if node is None else one_line(f"{node.op}.{x.index}")


def _by_name(variable: Variable) -> Formula | None:
    return Formula(one_line(variable.name)) if variable.name else None


graph.written = short
