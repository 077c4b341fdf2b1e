"""The settings of `minigrad.config`: their values, and how the environment sets them."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..core.configuration import Config, config
from ..core.operators import extend
from ..protocol.test_values import watch
from .ignored import FIRST_VALUES, IN_SECTIONS, REASONS, SECTIONS, is_ignored

MODES = ("FAST_RUN", "C", "FAST_COMPILE", "DebugMode", "NanGuardMode")
# Theano's other names for them. What it measures with a mode, `profile=True` measures here.
OTHER_MODES = {
    "Mode": "FAST_RUN",
    "FAST_RUN_NOGC": "FAST_RUN",
    "PROFILE_MODE": "FAST_RUN",
    "ProfileMode": "FAST_RUN",
    "DEBUG_MODE": "DebugMode",
}

config.add("mode", *MODES)
config.add("threads", *range(1025))
config.add("fill_buffers", False, True)
config.add("DebugMode.check_c", False, True)
config.add("compute_test_value", "off", "ignore", "warn", "raise", "pdb")
config.add("on_unused_input", "raise", "warn", "ignore")
config.add("profile", False, True)
_core_set = Config.__setattr__


@extend(Config)
class _Settings:
    def __setattr__(self: Any, name: str, value: Any) -> None:
        if name in self._choices:
            _core_set(self, name, OTHER_MODES.get(value, value) if name == "mode" else value)
            if name == "compute_test_value":
                watch(value != "off")
        elif is_ignored(name):
            self.__dict__[name] = value
        else:
            raise self._unknown(name)

    def __getattr__(self: Any, name: str) -> Any:
        """Settings that are ignored: the value that was set, or with which Theano begins."""
        if name in SECTIONS:
            return Section(self, name)
        if is_ignored(name):
            return FIRST_VALUES.get(name, "")
        raise self._unknown(name)

    def _unknown(self: Any, name: str) -> AttributeError:
        names = [*self._choices, *REASONS]
        from difflib import get_close_matches  # which takes time to import

        near = get_close_matches(name, names, 1) or get_close_matches(name.lower(), names, 1)
        advice = f"; did you mean {near[0]}?" if near else f"; it has {', '.join(self._choices)}"
        return AttributeError(f"minigrad.config has no {name!r}{advice}")

    @contextmanager
    def change_flags(self: Any, *settings: Mapping[str, Any], **more: Any) -> Iterator[None]:
        """Change these settings while a block or a function runs, and restore them after it.

        Examples
        --------
        >>> from minigrad import config
        >>> with config.change_flags(floatX="float32"):
        ...     config.floatX
        'float32'
        >>> config.floatX
        'float64'
        """
        wanted = {key: value for part in (*settings, more) for key, value in part.items()}
        before = {name: getattr(self, name) for name in wanted}
        try:
            for name, value in wanted.items():
                setattr(self, name, value)
            yield
        finally:
            for name, value in before.items():
                setattr(self, name, value)


class Section:
    """The settings whose names begin with a word and a dot, as ``config.blas.ldflags``."""

    def __init__(self, settings: Config, name: str) -> None:
        self.__dict__.update(_settings=settings, _name=name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        path = f"{self._name}.{name}"
        return (
            Section(self._settings, path) if path in IN_SECTIONS else getattr(self._settings, path)
        )

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._settings, f"{self._name}.{name}", value)


def set_by_flags(flags: str, variable: str) -> None:
    """Set what the flags of an environment variable say, such as ``floatX=float32,mode=FAST_RUN``.

    Raises
    ------
    ValueError
        If a flag has no value, or one that its setting does not accept.
    """
    for flag in filter(None, map(str.strip, flags.split(","))):
        name, has_value, text = (part.strip() for part in flag.partition("="))
        if not has_value:
            raise ValueError(f"{variable}: {flag!r} has no value; write name=value")
        choices = {str(choice).lower(): choice for choice in config._choices.get(name, ())}
        choices |= {"1": True, "0": False} if "true" in choices else {}
        try:
            setattr(config, name, choices.get(text.lower(), text))
        except AttributeError as error:
            warnings.warn(f"{variable}: {error}", stacklevel=2)
        except ValueError as error:
            raise ValueError(f"{variable}: {error}") from None


_read: dict[str, str] = {}  # the flags that were read last


def set_by_environment(environment: Mapping[str, str] = os.environ) -> None:
    """Set the flags in THEANO_FLAGS, then those in MINIGRAD_FLAGS, which override them.

    Flags that were read before, and have not changed since, are not set again.
    """
    variables = ("THEANO_FLAGS", "MINIGRAD_FLAGS")
    flags = {variable: environment.get(variable, "") for variable in variables}
    if flags != _read:
        _read.update(flags)
        for variable in variables:
            set_by_flags(flags[variable], variable)


Config.__doc__ = """Settings of the library; a new value takes effect at once.

The environment sets them, too, when minigrad is imported: ``MINIGRAD_FLAGS`` and ``THEANO_FLAGS``
are lists such as ``floatX=float32,mode=FAST_COMPILE``. Theano settings that have no effect here
are accepted and ignored: `docs/from-theano.md` lists them, with the reasons.

Attributes
----------
floatX : {'float64', 'float32', 'float16'}
    The dtype of ``T.matrix()`` and similar variables, of quotients of integers, and of constants
    made from Python floats; but if it is float64, floats that float32 holds exactly become
    float32.
mode : {'FAST_RUN', 'C', 'FAST_COMPILE', 'DebugMode', 'NanGuardMode'}
    The default mode of `function`.
threads : int
    The number of threads of loops in mode ``'C'``, if they have enough work, in functions planned
    from then on. 0 means ``OMP_NUM_THREADS``, or the number of cores. The results have the same
    bits with any number.
fill_buffers : bool
    Whether functions made from then on fill the arrays that they reuse with NaN (integers with −1)
    before each call, so that values of an earlier call cannot look like results. It costs time,
    and is for tests; ``DebugMode`` always does it.
DebugMode.check_c : bool
    Whether ``DebugMode`` checks the program of mode ``'C'``, too. Compiling it takes some tenths of
    a second for each function and each set of input shapes.
compute_test_value : {'off', 'ignore', 'warn', 'raise', 'pdb'}
    Whether an expression is computed as soon as it is written, from the test values of its
    inputs, ``x.tag.test_value``, so that wrong shapes are errors at the line that writes them. If
    an input has no test value, that is ignored, gives a warning, or is an error; 'pdb' means
    'raise'.
on_unused_input : {'raise', 'warn', 'ignore'}
    What `function` does about unused inputs by default.
profile : bool
    Whether functions measure their calls by default.

Raises
------
AttributeError, ValueError
    If there is no such setting, or it does not accept the value.

Examples
--------
>>> from minigrad import config
>>> config.floatX
'float64'
"""
