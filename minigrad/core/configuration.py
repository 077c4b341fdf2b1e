"""Settings of the library."""

from __future__ import annotations

MODES = ("FAST_RUN", "FAST_COMPILE", "DebugMode", "NanGuardMode")
# For each setting what it takes, the default first.
_CHOICES: dict[str, tuple[object, ...]] = {
    "floatX": ("float64", "float32", "float16"),
    "mode": MODES,
    "fill_buffers": (False, True),
    "exception_verbosity": ("low", "high"),
    "compute_test_value": ("off",),
}


class Config:
    """Settings that hold from when they are set.

    Attributes
    ----------
    floatX : {'float64', 'float32', 'float16'}
        The dtype of ``T.matrix()`` and its like, of quotients of integers, and of Python floats
        that become constants; where it is float64, those that float32 holds exactly are that.
    mode : {'FAST_RUN', 'FAST_COMPILE', 'DebugMode', 'NanGuardMode'}
        How `function` compiles if it is not told.
    fill_buffers : bool
        Whether functions made from then on fill the arrays that they use again with NaN (integers
        with −1) before each call, so that nothing of an earlier call can pass for a result. It
        costs time, and is for tests; ``DebugMode`` does it anyway.
    exception_verbosity, compute_test_value
        Theano's; ignored: messages always tell shapes, and there are no test values.

    Raises
    ------
    AttributeError, ValueError
        If there is no such setting, or it does not take the value.

    Examples
    --------
    >>> from minigrad import config
    >>> config.floatX
    'float64'
    """

    floatX: str
    mode: str
    fill_buffers: bool

    def __init__(self) -> None:
        for name, choices in _CHOICES.items():
            setattr(self, name, choices[0])

    def __setattr__(self, name: str, value: object) -> None:
        if name not in _CHOICES:
            raise AttributeError(f"minigrad.config has no {name!r}; it has {', '.join(_CHOICES)}")
        if value not in _CHOICES[name]:
            choices = ", ".join(map(str, _CHOICES[name]))
            raise ValueError(f"config.{name} takes {choices}; got {value!r}")
        super().__setattr__(name, value)


config = Config()
