"""Settings of the library."""

from __future__ import annotations

MODES = ("FAST_RUN", "FAST_COMPILE", "DebugMode", "NanGuardMode")
_ALLOWED = {"floatX": ("float16", "float32", "float64"), "mode": MODES}


class Config:
    """Settings that hold from when they are set.

    Attributes
    ----------
    floatX : {'float64', 'float32', 'float16'}
        The dtype of ``T.matrix()`` and its like, and of Python floats that become constants.
    mode : {'FAST_RUN', 'FAST_COMPILE', 'DebugMode', 'NanGuardMode'}
        How `function` compiles if it is not told.

    Raises
    ------
    ValueError
        If a setting is given a value it does not take.
    AttributeError
        If there is no such setting.

    Examples
    --------
    >>> from minigrad import config
    >>> config.floatX
    'float64'
    """

    floatX: str
    mode: str

    def __init__(self) -> None:
        self.floatX = "float64"
        self.mode = "FAST_RUN"

    def __setattr__(self, name: str, value: object) -> None:
        if name not in _ALLOWED:
            raise AttributeError(f"minigrad.config has no {name!r}; it has {', '.join(_ALLOWED)}")
        if value not in _ALLOWED[name]:
            raise ValueError(f"config.{name} takes {', '.join(_ALLOWED[name])}; got {value!r}")
        super().__setattr__(name, value)


config = Config()
