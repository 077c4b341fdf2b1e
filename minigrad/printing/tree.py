"""Print a graph as a tree, with one operation on each line: `debugprint`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, TextIO

from ..compile import Function
from ..core.graph import Apply, Variable
from ..protocol.formula import one_line

# From this level of a tree on, lines go no further right, but begin with the number of theirs.
DEEPEST = 50


def debugprint(
    obj: Any,
    depth: int = -1,
    print_type: bool = False,
    file: TextIO | Literal["str"] | None = None,
    ids: Literal["CHAR", "int", "id", ""] = "CHAR",
    stop_on_name: bool = False,
    print_storage: bool = False,
    print_clients: bool = False,
) -> Any:
    """Print the graph as a tree: each operation, with its inputs indented below it.

    A part that was printed before is not printed again: ``···`` stands for it, and its id tells
    where it is. Deeper than 50 levels, lines begin with the number of their level instead of
    being indented.

    Parameters
    ----------
    obj : Variable, Apply, Function, or list of these
        For a function, the graph after the rewrites is printed.
    depth : int
        The number of levels to print; -1 for all.
    print_type : bool
        Whether to print the types, too.
    file : text file or 'str', optional
        The file to print to, by default standard output; ``'str'`` returns the text.
    ids : {'CHAR', 'int', 'id', ''}
        How to mark variables: with letters, with numbers, with Python's ids, or not at all.
    stop_on_name : bool
        Whether to stop at variables that have names.
    print_storage, print_clients : bool
        Theano's; ignored: graphs have no such information.

    Raises
    ------
    TypeError
        If `obj` is none of the above.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> x = T.vector("x")
    >>> debugprint(T.sum(x * x))
    Sum{0} [id A]
      mul [id B]
        x [id C]
        x [id C]
    """
    if ids not in _IDS:
        raise ValueError(
            f"debugprint: ids must be one of {', '.join(map(repr, _IDS))}; got {ids!r}"
        )
    lines = _tree(_roots(obj), depth, print_type, _IDS[ids], stop_on_name)
    text = "".join(f"{line}\n" for line in lines)
    if file == "str":
        return text
    print(text, end="", file=sys.stdout if file is None else file)
    return file


def _tree(
    roots: Sequence[Variable],
    depth: int,
    print_type: bool,
    number: Callable[[int, Any], str],
    stop_on_name: bool,
) -> Iterator[str]:
    labels: dict[Any, str] = {}
    stack = [(root, 0) for root in reversed(roots)]
    while stack:
        variable, level = stack.pop()
        thing = variable if variable.owner is None else variable.owner
        seen = thing in labels
        label = labels.setdefault(thing, number(len(labels), thing))
        hidden = variable.owner is not None and (
            seen or level + 1 == depth or (stop_on_name and variable.name is not None)
        )
        type_text = f" <{variable.type}>" if print_type else ""
        indentation = "  " * level if level < DEEPEST else f"{'  ' * DEEPEST}{level}: "
        yield indentation + _headline(variable) + type_text + label + " ···" * hidden
        if variable.owner is not None and not hidden:
            stack += [(v, level + 1) for v in reversed(variable.owner.inputs)]


def _headline(variable: Variable) -> str:
    if variable.owner is None:
        return one_line(str(variable))
    which = f".{variable.index}" if variable.owner.nout > 1 else ""
    name = f" {variable.name!r}" if variable.name else ""
    return one_line(f"{variable.owner.op}{which}{name}")


def _roots(obj: Any) -> list[Variable]:
    if isinstance(obj, Variable):
        return [obj]
    if isinstance(obj, (Apply, Function)):
        return list(obj.outputs)
    if isinstance(obj, (list, tuple)):
        return [root for entry in obj for root in _roots(entry)]
    raise TypeError(f"debugprint takes variables, nodes or functions; got {obj!r}")


def min_informative_str(obj: Any, indent_level: int = 0) -> str:
    """Return a tree of an expression that ends where variables have names, each node with letters.

    Parameters
    ----------
    obj : Variable
    indent_level : int
        The number of levels by which to indent the tree.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> a, b = T.scalars("a", "b")
    >>> c = a + b
    >>> print(min_informative_str(T.exp(c) * c))
    A. mul
     B. exp
      C. add
       D. a
       E. b
     <C>
    """
    lines: list[str] = []
    seen: dict[Any, str] = {}
    waiting = [(obj, indent_level)]
    while waiting:
        variable, level = waiting.pop()
        if variable in seen:
            lines.append(f"{' ' * level}<{seen[variable]}>")
            continue
        seen[variable] = letters(len(seen))
        owner = None if variable.name else variable.owner
        text = variable.name or (str(owner.op) if owner else str(variable))
        lines.append(f"{' ' * level}{seen[variable]}. {text}")
        waiting += [(v, level + 1) for v in reversed(owner.inputs if owner else [])]
    return "\n".join(lines)


def letters(number: int) -> str:
    """A, B, …, Z, AA, AB, …"""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


_IDS: dict[str, Callable[[int, Any], str]] = {
    "CHAR": lambda number, thing: f" [id {letters(number)}]",
    "int": lambda number, thing: f" [id {number}]",
    "id": lambda number, thing: f" [id {id(thing)}]",
    "": lambda number, thing: "",
}
