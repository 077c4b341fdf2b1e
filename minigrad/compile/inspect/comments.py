"""What a program's lines say at their end: the expression they compute, and who asked for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ...core.credit import Line
from ...core.graph import Apply, Constant, Variable
from ...ops.shape import is_transposed, transposed
from ..buffers import Buffer
from ..names import identifier

# Comments stand at this column, and longer formulas are broken off.
_COLUMN = 48
_LONGEST_FORMULA = 60


class Commentator:
    """Writes comments to a program's statements, in their order.

    Parameters
    ----------
    names : dict of Variable to str
    buffer_of : dict of Variable to Buffer, optional
        For a planned program: which results have a place. The comments tell it, and the shapes.
    """

    def __init__(
        self, names: Mapping[Variable, str], buffer_of: Mapping[Variable, Buffer] | None
    ) -> None:
        self._names = names
        self._buffer_of = buffer_of
        self._formulas: dict[Variable, str] = {}

    def added_to(self, statement: str, node: Apply) -> str:
        """The statement, which computes the node, with a comment."""
        comment = self._place_in_memory(node) + self._formula(node) + _place(node.made_at)
        return f"{statement.ljust(_COLUMN)}  # {comment}"

    def _place_in_memory(self, node: Apply) -> str:
        """What a plan knows of a result: shape, dtype, order in memory, and the buffer it is in.

        Without a word about it the order is that of C, row by row.
        """
        variable = node.outputs[0]
        if self._buffer_of is None or node.nout > 1 or not variable.type.ndim:
            return ""
        sizes = ", ".join("?" if size is None else str(size) for size in variable.type.shape)
        buffer = self._buffer_of.get(variable)
        where = "" if buffer is None else f" in b{buffer.slot}"
        is_by_columns = is_transposed(variable) and transposed(variable).owner is not None
        order = ", by columns" if is_by_columns else ""
        shape = f"({sizes}{',' * (variable.type.ndim == 1)})"
        return f"{shape} {variable.type.dtype}{order}{where}: "

    def _formula(self, node: Apply) -> str:
        """The node in terms of what the user has named, as far as that is short."""
        inputs = [self._formulas.get(v) or self._short_name(v) for v in node.inputs]
        formula = node.op.formula(node, inputs)
        if len(formula) > _LONGEST_FORMULA:
            formula = node.op.formula(node, [self._short_name(v) for v in node.inputs])
        # What is long even so is not written again wherever it is used.
        if len(formula) <= _LONGEST_FORMULA and node.nout == 1 and not node.out.name:
            self._formulas[node.out] = formula
        return _without_outer_brackets(_one_line(formula))

    def _short_name(self, variable: Variable) -> str:
        if isinstance(variable, Constant):
            if variable.name:
                return identifier(variable.name)
            return str(variable.data) if variable.data.size == 1 else "constant"
        return self._names[variable]


def _place(line: Line | None) -> str:
    return "" if line is None else f"    {_one_line(Path(line.filename).name)}:{line.number}"


def _one_line(text: str) -> str:
    """The text, safe to stand in a comment."""
    return re.sub(r"[^ -~\u00a0-\u2027\u202a-\uffff]", "?", text)


def _without_outer_brackets(text: str) -> str:
    """``(a + b)`` as ``a + b``, but not ``(a + b) * (c + d)``."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for character in text[:-1]:
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return text
    return text[1:-1]
