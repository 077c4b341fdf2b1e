"""An old program's text, made one of today's."""

from __future__ import annotations

import ast
import io
import tokenize
from pathlib import Path
from typing import NamedTuple

from . import rewriting
from .advice import Advice, advice
from .source import Source, parse
from .standard import as_python3


class Program(NamedTuple):
    """A program of today's, made of an old one."""

    body: str  # all but `imports`: its lines have the numbers that they had
    imports: list[str]  # statements
    python: int  # that it was for
    source: Source  # the old text, or what was Python 3 then
    remarks: list[Advice]

    @property
    def text(self) -> str:
        """The program, its imports in front of its first statement."""
        first = _first(parse(self.body, ""))
        if not self.imports or first is None:
            return self.body
        lines = self.body.split("\n")
        number = min(node.lineno for node in [first, *getattr(first, "decorator_list", [])])
        lines[number - 1 : number - 1] = self.imports
        return "\n".join(lines)

    def advice(self) -> list[Advice]:
        """The advice on what is left to do."""
        return [*self.remarks, *advice(self.source)]

    def tree(self, filename: str) -> ast.Module:
        """The program's syntax tree, with its imports, and with the lines of `body`."""
        tree = parse(self.body, filename)
        first = _first(tree)
        if first is not None:
            imports = parse("\n".join(self.imports), filename).body
            for node in imports:
                for inner in ast.walk(node):
                    ast.copy_location(inner, first)
            place = tree.body.index(first)
            tree.body[place:place] = imports
        return tree


def convert(
    text: str,
    filename: str,
    python: int = 3,
    in_package: bool = False,
    theano: str = "theano",
) -> Program:
    """Return a program for today's Python and NumPy that does the same as an old one.

    Parameters
    ----------
    text : str
        The old program.
    filename : str
        Its name.
    python : int
        Its version of Python, 2 or 3.
    in_package : bool
        Whether ``import a`` may mean a module in the same package.
    theano : str
        The package to import instead of theano.

    Raises
    ------
    SyntaxError
        If it is valid in neither version of Python.
    NeedsFissix
        If it is for Python 2, and the package fissix is not installed.
    """
    moved = {"theano": theano} if theano != "theano" else {}
    remarks: list[Advice] = []
    divides_down = False
    if python == 2:
        text, divides_down, remarks = as_python3(text, filename, in_package)
        moved["pickle"] = "minigrad.porting.pickle"
    source = Source(text, filename)
    rewriting.rename(source)
    rewriting.call_otherwise(source)
    rewriting.move_modules(source, moved)
    if python == 2:
        rewriting.import_moved(source)
        rewriting.sort_by_keys(source)
    if divides_down:
        rewriting.divide(source)
    imports = _statements(source.imports)
    return Program(source.changed(), imports, python, source, remarks)


class Text(NamedTuple):
    """A file's text, its lines ended by newlines alone, and how it is written."""

    text: str
    encoding: str
    newline: str

    def encoded(self) -> bytes:
        """The bytes of the file."""
        return self.text.replace("\n", self.newline).encode(self.encoding)


def read(path: Path) -> Text:
    """Read a program in the encoding that it names."""
    content = path.read_bytes()
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        text = content.decode(encoding)
    except (SyntaxError, UnicodeError) as error:
        raise SyntaxError(f"{path}: {error}") from None
    newline = "\r\n" if "\r\n" in text else "\n"
    return Text(text.replace("\r\n", "\n").replace("\r", "\n"), encoding, newline)


def _statements(imports: set[tuple[str, str]]) -> list[str]:
    """The statements that import names from modules."""
    modules = sorted({module for module, _ in imports})
    names = {m: ", ".join(sorted(name for of, name in imports if of == m)) for m in modules}
    return [f"from {module} import {names[module]}" for module in modules]


def _first(tree: ast.Module) -> ast.stmt | None:
    """The first statement that imports may stand in front of."""
    for node in tree.body:
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        if not is_docstring and not is_future:
            return node
    return None
