"""Mutations of derivatives: from a part of an expression to what may wrongly stand in its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator


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


_OTHER_COMPARISONS = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_OTHER_NAMES = {
    "sin": "cos",
    "cos": "sin",
    "sinh": "cosh",
    "cosh": "sinh",
    "exp": "log",
    "log": "exp",
    "sqrt": "sqr",
    "sqr": "sqrt",
    "lt": "ge",
    "le": "gt",
    "gt": "le",
    "ge": "lt",
    "eq": "neq",
    "maximum": "minimum",
    "ones_like": "zeros_like",
    "zeros_like": "ones_like",
}


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
