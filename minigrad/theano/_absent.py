"""Let the modules of this package name the nearest instead of names that they lack."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType
from typing import Any, NoReturn

from ..tensor.absent import AbsentName, why_absent

PACKAGE = __package__
# What asks finders when a module is imported: without it Python's own message is shown.
IMPORTING = "_find_and_load_unlocked"


def teach(module: ModuleType) -> None:
    """Give the module a `__getattr__` that raises an `AbsentName`.

    A module that is not a package becomes an empty one, so that ``from module import name`` looks
    for a module of that name, and `Finder` says why there is none.
    """
    own: Callable[[str], Any] | None = vars(module).get("__getattr__")

    def __getattr__(name: str) -> Any:
        if own is not None:
            with suppress(AttributeError):
                return own(name)
        raise AbsentName(module.__name__, name)

    vars(module).update(__getattr__=__getattr__, __path__=vars(module).get("__path__", []))


class Finder:
    """The finder that Python asks last: it raises errors for missing modules of this package."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> NoReturn | None:
        """Raise a ModuleNotFoundError with a hint for a name in this package; ignore all others.

        `importlib.util.find_spec` gets None, as for any module that is not there.
        """
        parent, _, last = name.rpartition(".")
        is_in_package = any(
            f"{parent}.".startswith(f"{root}.")
            and sys.modules.get(root) is sys.modules.get(PACKAGE)
            for root in (PACKAGE, "theano")
        )
        if is_in_package and sys._getframe(2).f_code.co_name == IMPORTING:
            # Not by its full name, of which `from … import` expects that it may be no module.
            raise ModuleNotFoundError(why_absent(parent, last), name=name.removeprefix("minigrad."))
        return None
