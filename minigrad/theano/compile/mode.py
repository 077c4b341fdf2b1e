"""``theano.compile.mode``: how functions are compiled."""

from __future__ import annotations

from typing import Any

from ...compile.settings import MODES, OTHER_MODES
from ...core.configuration import config

__all__ = [
    "FAST_COMPILE",
    "FAST_RUN",
    "Mode",
    "get_default_mode",
    "get_mode",
    "predefined_modes",
]


class Mode(str):
    """A mode, given by Theano's linker and optimizer.

    The linker has no effect. Without an optimizer, or with ``'fast_compile'``, expressions are
    computed as they are written. Tags of single optimizations have no effect.

    Examples
    --------
    >>> Mode(optimizer="fast_compile"), Mode("cvm").excluding("fusion")
    ('FAST_COMPILE', 'FAST_RUN')
    """

    def __new__(cls, linker: Any = None, optimizer: Any = "default") -> Mode:
        as_it_stands = optimizer in (None, "None", "merge", "fast_compile")
        return str.__new__(cls, "FAST_COMPILE" if as_it_stands else "FAST_RUN")

    def including(self, *tags: str) -> Mode:
        """This mode: tags of rewrites are ignored, since there is one set of rewrites."""
        return self

    excluding = requiring = including


FAST_COMPILE, FAST_RUN = Mode(optimizer="fast_compile"), Mode()


def get_mode(mode: Any = None) -> Any:
    """The mode with this name, by default ``config.mode``; a mode itself is returned unchanged.

    Raises
    ------
    ValueError
        If there is no mode with this name.
    """
    name = config.mode if mode is None else mode
    if not isinstance(name, str) or isinstance(name, Mode):
        return name
    if name not in MODES and name not in OTHER_MODES:
        raise ValueError(f"no mode is called {name!r}; there are {', '.join(predefined_modes)}")
    return str.__new__(Mode, OTHER_MODES.get(name, name))


predefined_modes = {name: get_mode(name) for name in (*MODES, *OTHER_MODES)}


def get_default_mode() -> Any:
    """The default mode, ``config.mode``."""
    return get_mode()
