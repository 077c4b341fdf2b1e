"""Print expressions line by line: what is shared, long, or has a name is written once, with a name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, count
from keyword import iskeyword
from typing import Any, NamedTuple

from ..core.axes import Size
from ..core.graph import Constant, Variable
from ..protocol.formula import leaf, template_of
from ..protocol.precedence import Formula, Template
from .tree import letters

# A formula that is longer gets a line of its own, one that is as short as x.T gets none.
_LONG, _TINY = 50, 4

_SIZES = "nmklpq"


class _Value(NamedTuple):
    """A value to be written: a leaf, or a template with the numbers of its operands' values."""

    variable: Variable
    template: Template | None = None
    operands: Sequence[int] = ()

    @property
    def text(self) -> str:
        """The name or value of the variable itself."""
        return leaf(self.variable).text

    @property
    def has_name(self) -> bool:
        return bool(self.variable.name)

    @property
    def is_size(self) -> bool:
        node = self.variable.owner
        return node is not None and isinstance(node.op, Size) and not self.is_transparent

    @property
    def is_transparent(self) -> bool:
        """Whether it is written as its operand is."""
        return self.template is not None and not any(self.template.texts)

    def formula(self, formulas: Sequence[Formula]) -> Formula:
        """Its formula, where those of other values are given."""
        if self.template is None:
            return leaf(self.variable)
        template = self.template._replace(gaps=range(len(self.operands)))
        return template.filled([formulas[i] for i in self.operands])

    def needs_name(self, formula: Formula, n_uses: int, is_output: bool) -> bool:
        """Whether it gets a line of its own, with a name."""
        if self.template is None:
            return False
        if self.has_name or self.is_transparent:
            return self.has_name
        length = len(formula.text)
        is_short = length <= _TINY if n_uses > 1 else length <= _LONG or is_output
        return self.is_size or not is_short


def lines(outputs: Sequence[Variable]) -> list[str]:
    """A line for each value that is used more than once, is long or has a name; then the outputs."""
    values, numbers = _values(outputs)
    wanted = [numbers[output] for output in outputs]
    uses = Counter(chain(wanted, *(value.operands for value in values)))
    new_name = _Names(values)
    formulas: list[Formula] = []
    sizes: list[str] = []
    others: list[str] = []
    for number, value in enumerate(values):
        formula = value.formula(formulas)
        if value.needs_name(formula, uses[number], number in wanted):
            name = new_name(value)
            is_known = value.is_size and values[value.operands[0]].template is None
            (sizes if is_known else others).append(f"{name} = {formula.text}")
            formula = Formula(name)
        formulas.append(formula)
    unnamed = [n for n in wanted if not values[n].has_name]
    return [*sizes, *others, *(formulas[number].text for number in unnamed)]


def _values(outputs: Sequence[Variable]) -> tuple[list[_Value], dict[Variable, int]]:
    """The values that the outputs are made of, operands first, and the number of each variable's.

    Equal computations are one value.
    """
    values: list[_Value] = []
    numbers: dict[Variable, int] = {}
    known: dict[Any, int] = {}

    def number(value: _Value, key: Any) -> None:
        place = known.setdefault(key, len(values))
        if place == len(values):
            values.append(value)
        elif value.has_name and not values[place].has_name:
            values[place] = value
        numbers[value.variable] = place

    stack = [(output, False) for output in reversed(outputs)]
    templates: dict[Variable, tuple[Template, Sequence[Variable]]] = {}
    while stack:
        variable, operands_done = stack.pop()
        node = variable.owner
        if variable in numbers:
            continue
        if node is None:
            leaf_value = _Value(variable)
            is_number = isinstance(variable, Constant) and not (variable.type.ndim or variable.name)
            number(leaf_value, (leaf_value.text, variable.type.dtype) if is_number else variable)
        elif not operands_done:
            templates[variable] = template_of(node, variable.index)
            stack.append((variable, True))
            stack += [(operand, False) for operand in reversed(templates[variable][1])]
        else:
            template, operands = templates.pop(variable)
            places = tuple(numbers[operand] for operand in operands)
            number(
                _Value(variable, template, [places[gap] for gap in template.gaps]),
                (node.op, variable.index, tuple(template.texts), places),
            )
    return values, numbers


class _Names:
    """Give values names: what the user has called them, n, m, … to sizes, else a, b, …"""

    def __init__(self, values: Sequence[_Value]) -> None:
        texts = (t for v in values for t in (v.template.texts if v.template else [v.text]))
        self._taken = {word for text in texts for word in re.findall(r"\w+", text)}
        self._sizes: Iterator[str] = chain(_SIZES, (f"n_{i}" for i in count(1)))
        self._others: Iterator[str] = (letters(i).lower() for i in count())

    def __call__(self, value: _Value) -> str:
        """A new name for the value."""
        if value.has_name:
            candidates: Iterator[str] = chain([value.text], (f"{value.text}_{i}" for i in count(1)))
        else:
            candidates = self._sizes if value.is_size else self._others
        name = next(c for c in candidates if c not in self._taken and not iskeyword(c))
        self._taken.add(name)
        return name
