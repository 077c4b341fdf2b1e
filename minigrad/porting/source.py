"""A program's text, what its names mean, and changes of it by the places that Python's parser tells."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple


def parse(text: str, filename: str) -> ast.Module:
    """The syntax tree of Python 3 source; a SyntaxError if it is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of escapes that mean nothing, which old strings have
        return ast.parse(text, filename)


class _Edit(NamedTuple):
    """A replacement for a part of the text."""

    start: int
    end: int
    rank: int  # the order of those that start at the same place and replace nothing
    new: str


class Source:
    """A program in Python 3, which is read and changed.

    Places are counted in bytes, as the parser does. All changes refer to the text as it was given.
    """

    def __init__(self, text: str, filename: str) -> None:
        self.text = text
        self.tree = parse(text, filename)
        self.imports: set[tuple[str, str]] = set()  # what is to be imported: (module, name)
        self._bytes = text.encode()
        self._starts = [0]
        for line in self._bytes.split(b"\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._edits: list[_Edit] = []

    # What names mean

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes of the syntax tree, each before those in it."""
        return list(ast.walk(self.tree))

    @cached_property
    def imported(self) -> dict[str, str]:
        """The meanings of imported names: {"T": "theano.tensor"}."""
        names = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    first = alias.name.partition(".")[0]
                    names[alias.asname or first] = alias.name if alias.asname else first
            elif isinstance(node, ast.ImportFrom) and not node.level:
                for alias in node.names:
                    names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        return names

    @cached_property
    def bound(self) -> set[str]:
        """The names that the program gives a meaning, anywhere in it."""
        return {name for node in self.nodes for name in _bound_by(node)}

    def path(self, node: ast.AST) -> str | None:
        """The full name of an expression of names and dots: "numpy.random" for np.random."""
        dots = []
        while isinstance(node, ast.Attribute):
            dots.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self.imported:
            return None
        return ".".join([self.imported[node.id], *reversed(dots)])

    @cached_property
    def _ranks(self) -> dict[ast.AST, int]:
        """The order of the nodes: each after those it is in."""
        return {node: rank for rank, node in enumerate(self.nodes)}

    # Where nodes are

    def start(self, node: ast.AST) -> int:
        """The place where a node starts."""
        return self._starts[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> int:
        """The place behind a node."""
        return self._starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]

    def find(self, word: str, start: int) -> int:
        """The place where a word or an operator is next, but for comments."""
        pattern = rb"(?:#[^\n]*|(?!#).)*?(?=" + re.escape(word.encode()) + b")"
        match = re.compile(pattern, re.DOTALL).match(self._bytes, start)
        assert match
        return match.end()

    # Changes

    def replace(self, start: int, end: int, new: str) -> None:
        """Put something else in the place of a part."""
        self._edits.append(_Edit(start, end, 0, new))

    def enclose(self, node: ast.AST, before: str, after: str) -> None:
        """Put something before and behind a node, around all that encloses parts of it."""
        start, end, rank = self.start(node), self.end(node), self._ranks[node] + 1
        self._edits.append(_Edit(start, start, rank, before))
        self._edits.append(_Edit(end, end, -rank, after))

    def replace_operator(self, start: int, end: int, new: str) -> int:
        """Replace an operator and the spaces before it; return where that starts.

        A space follows, and the spaces that indent a line stay.
        """
        line = self._bytes[self._bytes.rfind(b"\n", 0, start) + 1 : start]
        spaces = len(line) - len(line.rstrip(b" ")) if line.strip() else 0
        follows = self._bytes[end : end + 1].isspace()
        self.replace(start - spaces, end, new if follows else f"{new} ")
        return start - spaces

    def unwrap(self, node: ast.AST, start: int, end: int) -> None:
        """Drop the brackets around a node, if there are such between two places."""
        before, behind = self._bytes[start : self.start(node)], self._bytes[self.end(node) : end]
        if (before.strip(), behind.strip()) == (b"(", b")") and not isinstance(node, ast.Yield):
            opening, closing = start + before.index(b"("), self.end(node) + behind.index(b")")
            self.replace(opening, opening + 1, "")
            self.replace(closing, closing + 1, "")

    def changed(self, start: int = 0, end: int | None = None) -> str:
        """The text, or a part of it, with all changes so far."""
        end = len(self._bytes) if end is None else end
        done, pieces = start, []
        for edit in sorted(self._edits, key=lambda edit: (edit.start, edit.end, edit.rank)):
            if start <= edit.start and edit.end <= end:
                pieces += [self._bytes[done : edit.start].decode(), edit.new]
                done = edit.end
        return "".join([*pieces, self._bytes[done:end].decode()])


def _bound_by(node: ast.AST) -> Iterator[str]:
    """The names that a node gives a meaning."""
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0]
