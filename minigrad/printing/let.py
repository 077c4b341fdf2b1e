"""Print expressions line by line: what is shared, long, or has a name is written once, with a name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, count, zip_longest
from keyword import iskeyword
from typing import Any, NamedTuple

from ..core.axes import Size
from ..core.graph import Variable
from ..protocol.formula import PYTHON, Language, is_number, leaf
from ..protocol.omissions import Wording, in_few_words
from ..protocol.precedence import Formula, Template
from .tree import letters

# A formula that is longer gets a line of its own, one that is as short as x.T gets none.
_LONG, _TINY = 50, 4

_SIZES = "nmklpq"

# Ends the name of a variable that gets a new value.
BECOMES = "←"

_UNUSED = Formula("")


class Equation(NamedTuple):
    """A formula, of this variable, and the name that it gets, if it gets one."""

    name: Formula | None
    formula: Formula
    variable: Variable


class Value(NamedTuple):
    """A value to be written: a leaf, or templates whose gaps are the numbers of other values.

    By the template in Python it is decided what gets a line, whatever the language.
    """

    variable: Variable
    template: Template | None = None
    translated: Template | None = None

    @property
    def operands(self) -> Sequence[int]:
        """The numbers of the values that are written in it, each as often as it is."""
        return () if self.translated is None else self.translated.gaps

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
        return self.translated is not None and not any(self.translated.texts)

    def needs_name(self, formula: Formula, n_uses: int, is_output: bool) -> bool:
        """Whether it gets a line of its own, with a name."""
        if self.template is None:
            return False
        if self.has_name or self.is_transparent:
            return self.has_name
        length = len(formula.text)
        is_short = length <= _TINY if n_uses > 1 else length <= _LONG or is_output
        return self.is_size or not is_short


def lines(
    outputs: Sequence[Variable], language: Language = PYTHON, titles: Sequence[str] = ()
) -> list[Equation]:
    """A line for each value that is used more than once, is long or has a name; then the outputs.

    With titles, the first outputs are called by these; one that ends with an arrow is not used in
    other lines.
    """
    found, numbers = values(outputs, language)
    wanted = [numbers[output] for output in outputs]
    uses = Counter(wanted)
    for number in reversed(range(len(found))):
        if uses[number]:  # a language may leave out what another writes
            uses.update(found[number].operands)
    new_name = _Names(found)
    title_of = {
        number: title
        for number, title in zip(wanted, titles, strict=False)
        if found[number].template and not title.endswith(BECOMES)
    }
    formulas: list[Formula] = []
    translations: list[Formula] = []
    sizes: list[Equation] = []
    others: list[Equation] = []
    for number, value in enumerate(found):
        variable, template, translated = value
        if not uses[number]:
            formulas.append(_UNUSED)
            translations.append(_UNUSED)
            continue
        formula = template.filled(formulas) if template else leaf(variable)
        translation = translated.filled(translations) if translated else language.leaf(variable)
        title = title_of.get(number)
        if title or value.needs_name(formula, uses[number], number in wanted):
            name = title or new_name(value)
            is_known = value.is_size and found[value.operands[0]].template is None
            called = language.called(name, variable)
            line = Equation(called, translation, variable)
            (sizes if is_known and not title else others).append(line)
            formula, translation = Formula(name), called
        formulas.append(formula)
        translations.append(translation)
    for output, number, title in zip_longest(outputs, wanted, titles):
        is_written = title_of.get(number) == title if title else found[number].has_name
        if not is_written:
            left = language.called(title, output) if title else None
            others.append(Equation(left, translations[number], output))
    return [*sizes, *others]


def values(
    outputs: Sequence[Variable], language: Language = PYTHON
) -> tuple[list[Value], dict[Variable, int]]:
    """The values that the outputs are made of, operands first, and the number of each variable's.

    Equal computations are one value.
    """
    found: list[Value] = []
    numbers: dict[Variable, int] = {}
    number_of: dict[Any, int] = {}

    def number(value: Value, key: Any) -> None:
        place = number_of.setdefault(key, len(found))
        if place == len(found):
            found.append(value)
        elif value.has_name and not found[place].has_name:
            found[place] = value
        numbers[value.variable] = place

    stack = [(output, False) for output in reversed(outputs)]
    wordings: dict[Variable, Wording] = {}
    while stack:
        variable, operands_done = stack.pop()
        node = variable.owner
        if variable in numbers:
            continue
        if node is None:
            text = leaf(variable).text
            key = (text, variable.type.dtype) if is_number(variable) else variable
            number(Value(variable), key)
        elif not operands_done:
            wordings[variable] = in_few_words(node)
            stack.append((variable, True))
            stack += [(operand, False) for operand in reversed(wordings[variable].operands)]
        else:
            wording = wordings.pop(variable)
            places = [numbers[operand] for operand in wording.operands]
            in_python, translated = (
                template._replace(gaps=[places[gap] for gap in template.gaps])
                for template in (
                    spoken.template(node, variable.index, wording) for spoken in (PYTHON, language)
                )
            )
            number(
                Value(variable, in_python, translated),
                (node.op, variable.index, tuple(in_python.texts), tuple(places)),
            )
    return found, numbers


class _Names:
    """Give values names: what the user has called them, n, m, … to sizes, else a, b, …"""

    def __init__(self, values: Sequence[Value]) -> None:
        texts = (t for v in values for t in (v.template.texts if v.template else [v.text]))
        self._taken = {word for text in texts for word in re.findall(r"\w+", text)}
        self._sizes: Iterator[str] = chain(_SIZES, (f"n_{i}" for i in count(1)))
        self._others: Iterator[str] = (letters(i).lower() for i in count())

    def __call__(self, value: Value) -> str:
        """A new name for the value."""
        if value.has_name:
            candidates: Iterator[str] = chain([value.text], (f"{value.text}_{i}" for i in count(1)))
        else:
            candidates = self._sizes if value.is_size else self._others
        name = next(c for c in candidates if c not in self._taken and not iskeyword(c))
        self._taken.add(name)
        return name
