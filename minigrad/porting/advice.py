"""Advice on what is not changed in a program: where a person must decide."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple

from .names import ADVICE, RENAMED
from .source import Source


class Advice(NamedTuple):
    """A line of a program, and what to do about it."""

    line: int
    text: str


def advice(source: Source) -> list[Advice]:
    """The advice on what will not work, by the names that a program uses."""
    told: dict[str, int] = {}
    for line, path in sorted(_used(source)):
        about = _about(path)
        if about is not None:
            told.setdefault(about, line)
    for line, path in sorted(_imported_from(source)):
        told.setdefault(f"{path} is {RENAMED[path]}", line)
    return [Advice(line, text) for text, line in told.items()]


def _used(source: Source) -> Iterator[tuple[int, str]]:
    """The lines and the paths of the modules and names that a program uses."""
    for node in source.nodes:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                inner = "" if alias.name == "*" else f".{alias.name}"
                yield node.lineno, f"{node.module}{inner}"
        elif isinstance(node, ast.FunctionDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.Attribute) and (path := source.path(node)):
            yield node.lineno, path


def _imported_from(source: Source) -> Iterator[tuple[int, str]]:
    """The names that are imported from a module which has them under no name any more."""
    for node in source.nodes:
        if isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                path = f"{node.module}.{alias.name}"
                if path in RENAMED and RENAMED[path].rpartition(".")[0] != node.module:
                    yield alias.lineno, path


def _about(path: str) -> str | None:
    """The advice on a name, if there is any."""
    package, *parts = path.split(".")
    names = (".".join([package, *parts[:length]]) for length in range(len(parts) + 1))
    told = next((ADVICE[name] for name in names if name in ADVICE), None)
    if told is None and package in _LOOKED_UP and path not in _REPLACED:
        return _missing(_LOOKED_UP[package], parts)
    return told


# Packages that say themselves what is missing and what to use instead, and where they are.
_LOOKED_UP = {"theano": "minigrad.theano", "numpy": "numpy"}
_REPLACED = {*RENAMED, *(f"numpy.{name}" for name in ("NINF", "asscalar", "cast", "in1d"))}


def _missing(package: str, parts: list[str]) -> str | None:
    """The error of a package that does not have a name, or a module in it."""
    found: Any = import_module(package)
    for part in parts:
        if not isinstance(found, ModuleType):
            return None  # what a value has is seen when the program runs
        try:
            found = getattr(found, part)
        except AttributeError as error:
            try:
                found = import_module(f"{found.__name__}.{part}")
            except ImportError:
                return str(error)
    return None
