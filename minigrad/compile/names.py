"""Names that are safe to print into source, and new in it."""

from __future__ import annotations

import keyword
from collections.abc import Iterable


def identifier(text: str) -> str:
    """The text as a Python name: safe to print into source, whatever the text is."""
    name = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in text)
    name = name.strip("_")[:40].rstrip("_")
    if not name or name[0].isdigit():
        return f"v_{name}"
    return f"{name}_" if keyword.iskeyword(name) else name


class Scope:
    """The names that are taken in a module, or in one of its functions.

    A name in a function is not taken in the module, but may be taken in another function.
    """

    def __init__(self, taken: Iterable[str] = (), module: Scope | None = None) -> None:
        self._taken = set(taken)
        self._others = [] if module is None else [module._taken]  # not taken here either
        self._last: dict[str, int] = {}  # for each name, the last number given to others of it

    def function(self) -> Scope:
        """Return the names of another function of the module."""
        function = Scope(module=self)
        self._others.append(function._taken)
        return function

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
