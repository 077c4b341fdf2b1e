"""The precedence of formulas: brackets stand only where Python's asks for them.

A formula is written without a thought of brackets, with gaps for its operands: ``f"{x} * {y}"``. Parsed
as Python, it tells how tightly it binds, and how tightly what stands in its gaps has to.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

# How tightly Python's operators bind: https://docs.python.org/3/reference/expressions.html.
LOOSE, _COMPARISON, UNARY, _POWER, NUMBER, ATOM = 0, 1, 8, 9, 10, 11
_BINARY: dict[type[ast.operator], int] = {
    **{ast.BitOr: 2, ast.BitXor: 3, ast.BitAnd: 4, ast.LShift: 5, ast.RShift: 5},
    **{ast.Add: 6, ast.Sub: 6, ast.Pow: _POWER},
    **dict.fromkeys([ast.Mult, ast.MatMult, ast.Div, ast.FloorDiv, ast.Mod], 7),
}


class Formula(NamedTuple):
    """A formula as text, and how tightly it binds."""

    text: str
    binds: int = ATOM
    brackets: tuple[str, str] = ("(", ")")

    def within(self, needed: int) -> str:
        """The text, in brackets if it does not bind as tightly as needed where it stands."""
        return self.text if self.binds >= needed else self.text.join(self.brackets)


class Template(NamedTuple):
    """The formula of a node, with gaps for its operands."""

    texts: Sequence[str]  # what stands before, between and after the gaps
    gaps: Sequence[int]  # the number of the operand that each gap is for
    needed: Sequence[int]  # how tightly that must bind to stand there without brackets
    binds: int  # how tightly the whole binds
    brackets: tuple[str, str] = ("(", ")")

    def within(self, needed: int) -> Template:
        """This template, in brackets if it does not bind as tightly as needed where it stands."""
        if not any(self.texts):  # it is its operand, and so binds as that does
            return self._replace(needed=[needed])
        return self if self.binds >= needed else self.between(*self.brackets)

    def between(self, before: str, after: str) -> Template:
        """This template between two texts that make it as tight as a name."""
        texts = [before + self.texts[0], *self.texts[1:]]
        texts[-1] += after
        return self._replace(texts=texts, binds=ATOM)

    def filled(self, operands: Sequence[Formula]) -> Formula:
        """The formula with these operands."""
        if not any(self.texts):
            return operands[self.gaps[0]]
        pieces = [self.texts[0]]
        for number, needed, text in zip(self.gaps, self.needed, self.texts[1:], strict=True):
            pieces += [operands[number].within(needed), text]
        return Formula("".join(pieces), self.binds, self.brackets)


_GAP = re.compile(r"_operand_(\d+)_")


def gap(number: int) -> str:
    """The gap in a formula where this operand is to be written."""
    return f"_operand_{number}_"


@lru_cache(maxsize=10_000)
def parsed(text: str, n_operands: int) -> Template:
    """The text as a template. What is no Python is taken to bind as tightly as a name."""
    pieces = _GAP.split(" ".join(text.splitlines()))
    gaps = [int(number) for number in pieces[1::2]]
    if any(number >= n_operands for number in gaps):  # no gap, but an op's own words
        return Template([" ".join(text.splitlines())], [], [], ATOM)
    try:
        body = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        binds = ATOM
        needed = [
            LOOSE if re.search(r"[(\[,] ?$", before) and re.match(" ?[)\\],]", after) else ATOM
            for before, after in zip(pieces[:-2:2], pieces[2::2], strict=True)
        ]
    else:
        binds = ATOM if text.startswith("(") and body.col_offset else _binding(body)
        needs: dict[str, int] = {}
        for operand, need in _operands(body):
            if isinstance(operand, ast.Name):
                needs[operand.id] = max(need, needs.get(operand.id, LOOSE))
        needed = [needs.get(gap(number), LOOSE) for number in gaps]
    return Template(pieces[::2], gaps, needed, binds)


def _binding(expression: ast.expr) -> int:
    """The precedence of a parsed expression."""
    match expression:
        case ast.BinOp(_, operator, _):
            return _BINARY[type(operator)]
        case ast.UnaryOp(ast.USub() | ast.UAdd() | ast.Invert(), _):
            return UNARY
        case ast.Compare():
            return _COMPARISON
        case ast.UnaryOp() | ast.BoolOp() | ast.IfExp() | ast.Lambda() | ast.Tuple():
            return LOOSE
        case _:
            return ATOM


def _operands(body: ast.expr) -> Iterator[tuple[ast.expr, int]]:
    """The operands in a parsed expression, and how tightly each has to bind."""
    for part in ast.walk(body):
        match part:
            case ast.BinOp(left, ast.Pow(), right):
                yield from ((left, NUMBER), (right, UNARY))
            case ast.BinOp(left, operator, right):
                binds = _BINARY[type(operator)]
                yield from ((left, binds), (right, binds + 1))
            case ast.UnaryOp(operator, operand):
                yield operand, _COMPARISON if isinstance(operator, ast.Not) else UNARY
            case ast.Compare(left, _, others):  # a < b < c is not (a < b) < c
                yield from ((operand, _COMPARISON + 1) for operand in (left, *others))
            case ast.BoolOp(_, operands):
                yield from ((operand, _COMPARISON) for operand in operands)
            case ast.IfExp(test, x, y):
                yield from ((operand, _COMPARISON) for operand in (test, x, y))
            case ast.Attribute(value) | ast.Subscript(value) | ast.Call(value):
                yield value, ATOM
