"""Settings of the library."""

from __future__ import annotations

MODES = ("FAST_RUN", "FAST_COMPILE", "DebugMode", "NanGuardMode")
_ALLOWED: dict[str, tuple[object, ...]] = {
    "floatX": ("float16", "float32", "float64"),
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
    exception_verbosity : {'low', 'high'}
        Theano's; ignored: messages always tell shapes, and the line of yours.
    compute_test_value : {'off'}
        Theano's; there are no test values.

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
    fill_buffers: bool
    exception_verbosity: str
    compute_test_value: str

    def __init__(self) -> None:
        self.floatX = "float64"
        self.mode = "FAST_RUN"
        self.fill_buffers = False
        self.exception_verbosity = "low"
        self.compute_test_value = "off"

    def __setattr__(self, name: str, value: object) -> None:
        if name not in _ALLOWED:
            raise AttributeError(f"minigrad.config has no {name!r}; it has {', '.join(_ALLOWED)}")
        if value not in _ALLOWED[name]:
            choices = ", ".join(map(str, _ALLOWED[name]))
            raise ValueError(f"config.{name} takes {choices}; got {value!r}")
        super().__setattr__(name, value)


config = Config()
