"""Python 2 made Python 3, as far as the standard conversions of fissix, once lib2to3, go."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from .advice import Advice
from .source import Source, parse

# Left to `rewriting`, which leaves the lines where they are; and what needs to know of the folder.
_NOT_THESE = {"execfile", "import", "intern", "reduce", "reload", "sorted", "types"}

# What only Python 2 has. A program that binds such a name, or tries whether it is there, is for both.
_NAMES = {
    *("apply", "basestring", "cmp", "execfile", "file", "intern", "long", "raw_input", "reduce"),
    *("reload", "unichr", "unicode", "xrange"),
}
_MODULES = {
    *("ConfigParser", "Queue", "StringIO", "Tkinter", "__builtin__", "cPickle", "cStringIO"),
    *("copy_reg", "httplib", "urllib2", "urlparse"),
}
_ATTRIBUTES = {
    *("getcwdu", "has_key", "ifilter", "imap", "iteritems", "iterkeys", "itervalues", "izip"),
    "maxint",
}
_FOR_BOTH = {"builtins", "future", "past", "six"}  # modules that programs for both Pythons import


class NeedsFissix(ImportError):
    """A program is for Python 2, and what converts it is not installed."""


def python_of(text: str, filename: str) -> int | None:
    """The Python that a program is for, 2 or 3; 3 if it is for both, and None if nothing shows it."""
    try:
        source = Source(text, filename)
    except SyntaxError:
        return 2
    imported = {
        word
        for node in source.nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        for word in [*(getattr(node, "module", None) or "").split("."), *alias.name.split(".")]
    }
    if "version_info" in text or imported & _FOR_BOTH or any(map(_only_in_3, source.nodes)):
        return 3
    tried = {
        inner
        for node in source.nodes
        if isinstance(node, ast.Try)
        for statement in [*node.body, *node.handlers]
        for inner in ast.walk(statement)
    }
    return (
        2 if any(_only_in_2(node, source) for node in source.nodes if node not in tried) else None
    )


def _only_in_2(node: ast.AST, source: Source) -> bool:
    """Whether a node is a name, a method or an import that Python 3 has not."""
    if isinstance(node, ast.Name):
        return node.id in _NAMES - source.bound
    if isinstance(node, ast.Attribute):
        return node.attr in _ATTRIBUTES - source.bound
    if isinstance(node, ast.Import):
        return any(alias.name in _MODULES for alias in node.names)
    return isinstance(node, ast.ImportFrom) and not node.level and node.module in _MODULES


def _only_in_3(node: ast.AST) -> bool:
    """Whether a node is something that Python 2 has not."""
    if isinstance(node, ast.FunctionDef):
        return bool(node.returns or node.args.kwonlyargs)
    if isinstance(node, ast.arg):
        return node.annotation is not None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        named = {word.arg for word in node.keywords}
        return node.func.id == "print" and bool(named) or node.func.id == "super" and not node.args
    return isinstance(
        node, ast.JoinedStr | ast.AnnAssign | ast.NamedExpr | ast.MatMult | ast.Nonlocal
    )


class Converted(NamedTuple):
    """A program that was Python 2, in Python 3."""

    text: str
    divides_integers_down: bool  # whether 1 / 2 was 0 in it
    remarks: list[Advice]  # of fissix


def as_python3(text: str, filename: str, in_package: bool = False) -> Converted:
    """Return Python 2 source as Python 3; what is no Python 2 as it is, if it is Python 3.

    Parameters
    ----------
    text : str
        The source.
    filename : str
        Its name, in messages; and, `in_package`, where the modules are that it may import.
    in_package : bool
        Whether ``import a`` may mean a module of the same package.

    Raises
    ------
    NeedsFissix
        If fissix is not installed.
    SyntaxError
        If the source is neither Python 2 nor Python 3.
    """
    try:
        from fissix.pgen2.parse import ParseError
        from fissix.pgen2.tokenize import TokenError
    except ImportError:
        raise NeedsFissix(
            f"{filename} is no Python 3. To convert it from Python 2: pip install 'minigrad[port]'"
        ) from None
    text = _without_tabs(text) if re.search("^ *\t", text, re.MULTILINE) else text
    problem = ""
    for print_is_a_function in (False, True):
        tool = _tool(in_package, print_is_a_function)
        tool.fixer_log.clear()
        try:
            # Some statements are only parsed if a line ends them.
            tree = tool.refactor_string(text if text.endswith("\n") else f"{text}\n", filename)
            converted = str(tree).rstrip("\n") + text[len(text.rstrip("\n")) :]
            converted = converted.replace("xxx_todo_changeme", "unpacked")
            parse(converted, filename)
        except ParseError as error:
            problem = f"line {error.context[1][0]}: invalid syntax at {error.value!r}"
        except (TokenError, SyntaxError) as error:
            problem = str(error)
        else:
            down = "division" not in tree.future_features
            return Converted(converted, down, list(_remarks(tool.fixer_log)))
    try:
        parse(text, filename)
    except SyntaxError as error:
        why = f"not Python 3 (line {error.lineno}: {error.msg}), nor Python 2 ({problem})"
        raise SyntaxError(f"{filename}: {why}") from None
    return Converted(text, False, [])


def _remarks(log: list[str]) -> Iterator[Advice]:
    """The advice of fissix on what it cannot convert."""
    for message in log:
        found = re.match(r"Line (\d+): (.*\bconvert\b.*)", message, re.DOTALL)
        if found:
            yield Advice(int(found[1]), found[2])


@cache
def _tool(in_package: bool, print_is_a_function: bool) -> Any:
    """The converter of fissix."""
    from fissix.refactor import RefactoringTool, get_all_fix_names

    left_out = _NOT_THESE - {"import"} if in_package else _NOT_THESE
    names = [name for name in get_all_fix_names("fissix.fixes") if name not in left_out]
    fixers = [f"fissix.fixes.fix_{name}" for name in names]
    return RefactoringTool(fixers, {"print_function": print_is_a_function})


def _without_tabs(text: str) -> str:
    """Indent by spaces alone: to a tab, Python 2 counts up to the next multiple of 8."""
    from fissix.pgen2.tokenize import generate_tokens

    inside_strings = {
        number
        for _, _, (first, _), (last, _), _ in generate_tokens(io.StringIO(f"{text}\n").readline)
        for number in range(first + 1, last + 1)
    }
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if number not in inside_strings:
            indent = re.match("[ \t]*", line)[0]  # type: ignore[index]
            lines[number - 1] = indent.expandtabs(8) + line[len(indent) :]
    return "\n".join(lines)
