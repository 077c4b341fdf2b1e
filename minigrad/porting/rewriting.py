"""Change what standard conversions leave in Python 3 source: names, imports, calls, division.

Each change keeps to its place in a line, so that lines keep their numbers.
"""

from __future__ import annotations

import ast

from .names import BUILTINS, FLOATS, MOVED, RENAMED
from .source import Source

_HELPERS = "minigrad.porting.python2"


def rename(source: Source) -> None:
    """Write names that are now others as they are now."""
    for node in source.nodes:
        if isinstance(node, ast.Attribute) and (path := source.path(node)) in RENAMED:
            new, end = RENAMED[path], source.end(node)
            parent, _, name = path.rpartition(".")
            if new.startswith(f"{parent}."):
                source.replace(end - len(name), end, new.removeprefix(f"{parent}."))
            else:
                source.replace(source.start(node), end, new)
        elif isinstance(node, ast.Attribute) and path == "numpy.NINF":
            source.replace(source.end(node) - len("NINF"), source.end(node), "inf")
            source.enclose(node, "(-", ")")
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                new = RENAMED.get(f"{node.module}.{alias.name}", "")
                parent, _, name = new.rpartition(".")
                if new and parent == node.module:
                    asname = alias.asname or alias.name
                    source.replace(source.start(alias), source.end(alias), f"{name} as {asname}")


def call_otherwise(source: Source) -> None:
    """Write calls of functions of NumPy's that have gone as those that do the same."""
    for node in source.nodes:
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        path = source.path(function)
        name_end = source.end(function)
        if path == "numpy.asscalar":  # asscalar(x) is asarray(x).item()
            source.replace(name_end - len("asscalar"), name_end, "asarray")
            source.enclose(node, "", ".item()")
        elif path == "numpy.in1d" and isinstance(function, ast.Attribute) and node.args:
            # in1d(a, b) is isin(ravel(a), b)
            source.replace(name_end - len("in1d"), name_end, "isin")
            module = source.changed(source.start(function.value), source.end(function.value))
            source.enclose(node.args[0], f"{module}.ravel(", ")")
        elif path == "numpy.fromstring" and all(word.arg != "sep" for word in node.keywords):
            source.replace(name_end - len("fromstring"), name_end, "frombuffer")
            source.enclose(node, "", ".copy()")
        elif isinstance(function, ast.Subscript) and source.path(function.value) == "numpy.cast":
            # cast[dtype](x) is dtype(dtype).type(x)
            name_end = source.end(function.value)
            source.replace(name_end - len("cast"), source.find("[", name_end) + 1, "dtype(")
            source.replace(source.end(function) - 1, source.end(function), ").type")
        elif isinstance(function, ast.Attribute) and function.attr == "tostring":
            if not node.args and path is None:  # an array's
                source.replace(name_end - len("tostring"), name_end, "tobytes")
        elif path == "sys.setdefaultencoding":  # which is UTF-8 now
            source.replace(source.start(node), source.end(node), "None")


def move_modules(source: Source, moved: dict[str, str]) -> None:
    """Import modules from where they are now, under the names that they had."""
    for node in source.nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                if first in moved:
                    new = moved[first] + alias.name.removeprefix(first)
                    name = f"{new} as {alias.asname or first}"
                    if alias.name != first and not alias.asname:  # `import a.b`, which binds a
                        name = f"{moved[first]} as {first}, {new}"
                    source.replace(source.start(alias), source.end(alias), name)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            first = node.module.partition(".")[0]
            if first in moved:
                start = source.find(first, source.start(node) + len("from"))
                source.replace(start, start + len(first), moved[first])


def import_moved(source: Source) -> None:
    """Import the functions that were Python 2's own."""
    for node in source.nodes:
        if isinstance(node, ast.Name) and node.id not in source.bound:
            if node.id in MOVED:
                source.imports.add((MOVED[node.id], node.id))
            elif node.id in BUILTINS:
                source.replace(source.start(node), source.end(node), BUILTINS[node.id])


def sort_by_keys(source: Source) -> None:
    """Write ``sort(cmp=f)`` as ``sort(key=cmp_to_key(f))``."""
    functions = {node.name for node in source.nodes if isinstance(node, ast.FunctionDef)} | {"cmp"}
    for node in source.nodes:
        if not isinstance(node, ast.Call):
            continue
        is_sorted = isinstance(node.func, ast.Name) and node.func.id == "sorted"
        if not is_sorted and not (
            isinstance(node.func, ast.Attribute) and node.func.attr == "sort"
        ):
            continue
        by = [word.value for word in node.keywords if word.arg == "cmp"]
        for word in node.keywords:
            if word.arg == "cmp":
                start = source.start(word)
                source.replace(start, start + len("cmp"), "key")
                source.enclose(word.value, "cmp_to_key(", ")")
        for argument in node.args[is_sorted : is_sorted + 1]:  # x.sort(f), sorted(x, f)
            if isinstance(argument, ast.Lambda) or (
                isinstance(argument, ast.Name) and (is_sorted or argument.id in functions)
            ):
                by.append(argument)
                source.enclose(argument, "key=cmp_to_key(", ")")
        if by:
            source.imports.add(("functools", "cmp_to_key"))


# Methods that are called by other names, now that there is one division.
_METHODS = {"__div__": "__truediv__", "__rdiv__": "__rtruediv__", "__idiv__": "__itruediv__"}


def divide(source: Source) -> None:
    """Divide as Python 2 does: integers downwards, by a function that looks where nothing tells.

    The last of all changes, as it copies what ``a /= b`` changes.
    """
    names = {node.name for node in source.nodes if isinstance(node, ast.FunctionDef)}
    augmented = []
    for node in source.nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            if _is_float(source, node.left) or _is_float(source, node.right):
                continue
            operator = source.find("/", source.end(node.left))
            if _is_integer(node.left) and _is_integer(node.right):
                source.replace(operator, operator + 1, "//")
            else:
                source.enclose(node, "old_div(", ")")
                before = source.replace_operator(operator, operator + 1, ",")
                source.unwrap(node.left, source.start(node), before)
                source.unwrap(node.right, operator + 1, source.end(node))
                source.imports.add((_HELPERS, "old_div"))
        elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Div):
            if not _is_float(source, node.value):
                augmented.append(node)
        elif isinstance(node, ast.FunctionDef) and node.name in _METHODS:
            if _METHODS[node.name] not in names:
                start = source.find(node.name, source.start(node))
                source.replace(start, start + len(node.name), _METHODS[node.name])
    for node in augmented:
        target = source.changed(source.start(node.target), source.end(node.target))
        operator = source.find("/=", source.end(node.target))
        source.replace_operator(operator, operator + 2, f" = old_idiv({target},")
        source.unwrap(node.value, operator + 2, source.end(node))
        source.enclose(node, "", ")")
        source.imports.add((_HELPERS, "old_idiv"))


def _is_float(source: Source, node: ast.AST) -> bool:
    """Whether an expression is plainly a float, or an array of floats."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float)
    if isinstance(node, ast.UnaryOp):
        return _is_float(source, node.operand)
    if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Mod):  # "%" formats strings, too
        return _is_float(source, node.left) or _is_float(source, node.right)
    if not isinstance(node, ast.Call):
        return False
    if (
        isinstance(node.func, ast.Name)
        and node.func.id == "float"
        or source.path(node.func) in FLOATS
    ):
        return True
    function = getattr(node.func, "attr", None)
    given = [*node.args, *(word.value for word in node.keywords)]
    return function in {"array", "asarray", "astype", "cast"} and any(map(_is_float_type, given))


def _is_float_type(node: ast.AST) -> bool:
    """Whether an expression names a dtype of floats, as theano.config.floatX does."""
    name = getattr(node, "value" if isinstance(node, ast.Constant) else "attr", None)
    return name in ("floatX", "float32", "float64")


def _is_integer(node: ast.AST) -> bool:
    """Whether an expression is plainly an integer, of Python's or symbolic."""
    if isinstance(node, ast.Constant):
        return type(node.value) is int
    if isinstance(node, ast.BinOp):
        kept = isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.FloorDiv)
        return kept and _is_integer(node.left) and _is_integer(node.right)
    if isinstance(node, ast.Subscript):  # x.shape[0]
        return getattr(node.value, "attr", None) == "shape" and _is_integer(node.slice)
    return isinstance(node, ast.Call) and getattr(node.func, "id", None) in ("int", "len")
