"""Comments for a program's statements: the formula that each computes, and the line that wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...core.graph import Apply, Constant, Variable
from ...ops.shape import is_transposed, transposed
from ...protocol.errors import file_and_line
from ...protocol.formula import formula, leaf
from ...protocol.precedence import Formula
from ..names import identifier

# Comments stand at this column, and longer formulas are broken off.
_COLUMN = 48
_LONGEST_FORMULA = 60


class Comments:
    """Writes a comment to each statement; in a planned program they tell buffers and shapes, too."""

    def __init__(
        self, names: Mapping[Variable, str], slot_of: Mapping[Variable, int] | None
    ) -> None:
        self._names = names
        self._slot_of = slot_of

    def added_to(self, statement: str, node: Apply) -> str:
        """The statement, which computes the node, with a comment."""
        line = node.made_at
        where = f"    {_one_line(file_and_line(line))}" if line else ""
        comment = self._place_in_memory(node) + self._formula(node) + where
        return f"{statement.ljust(_COLUMN)}  # {comment}"

    def _place_in_memory(self, node: Apply) -> str:
        """A result as a plan knows it: shape, dtype, order if not row by row, and its buffer."""
        variable = node.outputs[0]
        if self._slot_of is None or node.nout > 1 or not variable.type.ndim:
            return ""
        sizes = ", ".join("?" if size is None else str(size) for size in variable.type.shape)
        slot = self._slot_of.get(variable)
        where = "" if slot is None else f" in b{slot}"
        is_by_columns = is_transposed(variable) and transposed(variable).owner is not None
        order = ", by columns" if is_by_columns else ""
        shape = f"({sizes}{',' * (variable.type.ndim == 1)})"
        return f"{shape} {variable.type.dtype}{order}{where}: "

    def _formula(self, node: Apply) -> str:
        """The node's formula in named variables, and in results of other statements if it is long."""
        text = _one_line(formula(node, _LONGEST_FORMULA, self._own_name, self._name))
        if len(text) <= _LONGEST_FORMULA:
            return text
        return text[:_LONGEST_FORMULA].rpartition(" ")[0] + " …"

    def _own_name(self, variable: Variable) -> Formula | None:
        """The name of a variable that is not spelled out: an input, or one that the user has named."""
        is_spelled_out = variable.owner and variable.owner.nout == 1 and not variable.name
        return None if is_spelled_out else self._name(variable)

    def _name(self, variable: Variable) -> Formula:
        """The name of a variable, which need not be in the program."""
        if isinstance(variable, Constant):
            if variable.name:
                return Formula(identifier(variable.name))
            return leaf(variable) if variable.data.size == 1 else Formula("constant")
        if variable in self._names:
            return Formula(self._names[variable])
        return Formula("…") if variable.owner else leaf(variable)


def _one_line(text: str) -> str:
    """The text, safe to stand in a comment."""
    return re.sub(r"[^ -~\u00a0-\u2027\u202a-\uffff]", "?", text)
