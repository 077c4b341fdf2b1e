"""Names that are safe to print into source, and new in it."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Sequence


def identifier(text: str) -> str:
    """The text as a Python name: safe to print into source, whatever the text is."""
    name = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in text)
    name = name.strip("_")[:40].rstrip("_")
    if not name or name[0].isdigit():
        return f"v_{name}"
    return f"{name}_" if keyword.iskeyword(name) else name


class Names:
    """The names in the source of several functions: those of the module, and each function's own.

    Parameters
    ----------
    reserved : iterable of str
        Names of the module that are taken.
    """

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._of_functions: list[set[str]] = []
        self._of_module = set(reserved)
        self.module = Scope(self._of_module, self._of_functions)

    def function(self) -> Scope:
        """Return the names of another function."""
        self._of_functions.append(set())
        return Scope(self._of_functions[-1], [self._of_module])


class Scope:
    """The names of a module, or those of one of its functions.

    A name of a function is none of the module's, but may be another function's, too.

    Parameters
    ----------
    taken : set of str
        The names that are taken here.
    others : list of set of str
        Names elsewhere that are not taken here either.
    """

    def __init__(self, taken: set[str], others: Sequence[set[str]]) -> None:
        self._taken = taken
        self._others = others
        self._last: dict[str, int] = {}  # for each name, the last number given to others of it

    def new(self, text: str) -> str:
        """Return a new name: the text's identifier if that is free, else with a number."""
        base = identifier(text)
        return self.numbered(base) if self._is_taken(base) else self._take(base)

    def numbered(self, base: str) -> str:
        """Return the base with the first number that makes it new."""
        name = base
        while name == base or self._is_taken(name):
            self._last[base] = self._last.get(base, 0) + 1
            name = f"{base}_{self._last[base]}"
        return self._take(name)

    def _is_taken(self, name: str) -> bool:
        return name in self._taken or any(name in other for other in self._others)

    def _take(self, name: str) -> str:
        self._taken.add(name)
        return name
