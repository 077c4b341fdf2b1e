"""Mutations of derivatives: from a part of an expression to what may wrongly stand in its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any


def changed(node: ast.AST) -> Iterator[ast.expr]:
    """The parts that a wrong derivative might have instead of this one."""
    match node:
        case ast.UnaryOp(ast.USub(), operand):
            yield operand
        case ast.BinOp(left, op, right):
            yield from _changed_operation(left, op, right)
        case ast.Compare(left, [op], [right]) if type(op) in _OTHER_COMPARISONS:
            yield ast.Compare(left, [_OTHER_COMPARISONS[type(op)]()], [right])
        case ast.Call(ast.Name(name), [_, *_]) if name in _OTHER_NAMES:
            yield ast.Call(ast.Name(_OTHER_NAMES[name], ast.Load()), node.args, node.keywords)
        case ast.Call(function, [*first, x, y], []) if ast.dump(x) != ast.dump(y):
            yield ast.Call(function, [*first, y, x], [])
        case ast.Constant(float() | int() as value) if not isinstance(value, bool):
            yield ast.Constant(value * 1.03 if isinstance(value, float) else value + 1)
        case ast.Attribute(value, "T"):
            yield value


def _changed_operation(left: ast.expr, op: ast.operator, right: ast.expr) -> Iterator[ast.expr]:
    match op:
        case ast.Add() | ast.Sub():
            other = ast.Sub() if isinstance(op, ast.Add) else ast.Add()
            yield ast.BinOp(left, other, right)
            yield left
        case ast.Mult():
            yield left
            yield right
        case ast.Div() | ast.Pow() | ast.FloorDiv():
            yield left
            yield ast.BinOp(right, op, left)


def _both_ways(*pairs: tuple[Any, Any]) -> dict[Any, Any]:
    """Return a dictionary in which each of a pair stands for the other."""
    return {old: new for pair in pairs for old, new in (pair, pair[::-1])}


_OTHER_COMPARISONS = _both_ways(
    (ast.Lt, ast.GtE),
    (ast.LtE, ast.Gt),
    (ast.Eq, ast.NotEq),
    (ast.Is, ast.IsNot),
    (ast.In, ast.NotIn),
)
_OTHER_NAMES = {"eq": "neq", "maximum": "minimum"} | _both_ways(
    ("sin", "cos"),
    ("sinh", "cosh"),
    ("exp", "log"),
    ("sqrt", "sqr"),
    ("lt", "ge"),
    ("le", "gt"),
    ("ones_like", "zeros_like"),
)


def replaced(tree: ast.AST, old: ast.AST, new: ast.AST) -> ast.AST:
    """A copy of a tree in which one node is another."""
    if tree is old:
        return new
    copy = type(tree)()
    for name, value in ast.iter_fields(tree):
        if isinstance(value, list):
            value = [replaced(v, old, new) if isinstance(v, ast.AST) else v for v in value]
        elif isinstance(value, ast.AST):
            value = replaced(value, old, new)
        setattr(copy, name, value)
    return ast.copy_location(copy, tree) if hasattr(tree, "lineno") else copy
