"""Cutting definitions out of a module's source, and showing them."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from itertools import accumulate

_HOLE = '''

def hole(what: str) -> Variable:
    """A NotImplementedError, raised where an expression of yours is to stand."""
    raise NotImplementedError(what)
'''


def with_holes(source: str, holes: Mapping[str, str]) -> str:
    """The source in which the named definitions raise NotImplementedError, with these messages.

    A function keeps its docstring; a line of the table keeps all but the body of its derivative.
    """
    tree, text = ast.parse(source), source.encode()
    # Places in a syntax tree are counted in bytes.
    starts = [0, *accumulate(map(len, text.splitlines(keepends=True)))]
    cuts = []
    for name, message in holes.items():
        first, last, new = _cut(definition(tree, name), message)
        assert last.end_lineno is not None and last.end_col_offset is not None
        begin = starts[first.lineno - 1] + first.col_offset
        end = starts[last.end_lineno - 1] + last.end_col_offset
        cuts.append((begin, end, new.encode()))
    for begin, end, replacement in sorted(cuts, reverse=True):
        text = text[:begin] + replacement + text[end:]
    return text.decode() + (_HOLE if any(b"hole(" in new for _, _, new in cuts) else "")


def shown(source: str, name: str) -> str:
    """The source of a definition, as it stands in the module."""
    node = definition(ast.parse(source), name)
    return ast.get_source_segment(source, node, padded=True) or ""


def definition(tree: ast.Module, name: str) -> ast.stmt:
    """The function, method or assignment of this name; a LookupError if there is none."""
    found: ast.Module | ast.stmt = tree
    for part in name.split("."):
        inside = [node for node in getattr(found, "body", []) if _name(node) == part]
        if not inside:
            raise LookupError(f"nothing is called {name}")
        found = inside[0]
    assert isinstance(found, ast.stmt)
    return found


def derivative(line: ast.stmt) -> ast.Lambda:
    """The derivative in a line of the table."""
    return next(node for node in ast.walk(line) if isinstance(node, ast.Lambda))


def _name(node: ast.stmt) -> str | None:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return getattr(node, "name", None)


def _cut(node: ast.stmt, message: str) -> tuple[ast.expr | ast.stmt, ast.expr | ast.stmt, str]:
    """The first and last part of what is cut out, and what is put in its place."""
    if isinstance(node, ast.Assign):
        body = derivative(node).body
        return body, body, f'hole("{message}")'
    assert isinstance(node, ast.FunctionDef)
    statements = node.body[1:] if ast.get_docstring(node) else node.body
    return statements[0], statements[-1], f'raise NotImplementedError("{message}")'
