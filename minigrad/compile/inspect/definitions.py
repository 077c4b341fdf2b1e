"""The imports and constants with which a program's source can be pasted and run."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...core.graph import Op

# Larger arrays are not written out.
_LONGEST = 100


def definitions(values: Mapping[str, Any]) -> list[str]:
    """The lines that define the objects that the program calls by these names."""
    imports: dict[str, list[str]] = {}
    others: list[str] = []
    for name, value in values.items():
        found = _importable(value)
        if found is not None:
            module, original = found
            imports.setdefault(module, []).append(
                original if original == name else f"{original} as {name}"
            )
        else:
            others.append(f"{name} = {_written(value, imports)}")
    lines = [
        f"from {module} import {', '.join(sorted(names))}" for module, names in imports.items()
    ]
    if any("numpy." in line for line in others):
        lines.insert(0, "import numpy")
    return [*lines, *others, ""] if values else []


def _importable(value: Any) -> tuple[str, str] | None:
    """The module and name that the value can be imported by."""
    if not callable(value) or isinstance(value, np.generic):
        return None
    name = getattr(value, "__name__", "")
    for module in ("numpy", getattr(value, "__module__", None)):
        if module in (None, "builtins", "__main__"):
            continue
        try:
            if getattr(importlib.import_module(module), name, None) is value:
                return module, name
        except ImportError:
            continue
    # Modules may have the value under another name than its own.
    package = __name__.partition(".")[0] + "."
    # A module that must not be imported is None there.
    ours = [
        (m, vars(module)) for m, module in sys.modules.items() if m.startswith(package) and module
    ]
    return next(((m, key) for m, names in ours for key, x in names.items() if x is value), None)


def _written(value: Any, imports: dict[str, list[str]]) -> str:
    """The value as an expression; a placeholder, with a comment, where it cannot be written."""
    if isinstance(value, np.dtype):
        return f'numpy.dtype("{value.name}")'
    if isinstance(value, np.generic):
        return f"numpy.{type(value).__name__}({_number(value.item())})"
    if isinstance(value, np.ndarray):
        return _array(value)
    owner = getattr(value, "__self__", None)
    if isinstance(owner, np.ufunc):
        return f"numpy.{owner.__name__}.{value.__name__}"
    if isinstance(owner, Op) and owner.__props__ is not None:
        text = _op(owner, imports)
        if text is not None:
            return f"{text}.{value.__name__}"
    return f"...  # put here what this calls: {_one_line(value)}"


def _array(value: np.ndarray) -> str:
    dtype = value.dtype.name
    if value.size and np.array_equal(value, np.full_like(value, value.flat[0]), equal_nan=True):
        if not value.ndim:
            return f'numpy.array({_number(value.item())}, "{dtype}")'
        return f'numpy.full({value.shape}, {_number(value.flat[0].item())}, "{dtype}")'
    if value.size > _LONGEST:
        return f"...  # put here a constant that is too long to be written: {dtype} {value.shape}"
    numbers = ", ".join(_number(number) for number in value.ravel().tolist())
    return f'numpy.array([{numbers}], "{dtype}").reshape({value.shape})'


def _number(number: Any) -> str:
    text = repr(number)
    return text if np.isfinite(number) else f'float("{text}")'


def _op(op: Op, imports: dict[str, list[str]]) -> str | None:
    """An expression that makes an op equal to this one, if its properties are its arguments."""
    found = _importable(type(op))
    properties = {name: getattr(op, name) for name in op.__props__ or ()}
    if found is None or not all(isinstance(p, (int, str, tuple)) for p in properties.values()):
        return None
    try:
        if type(op)(**properties) != op:
            return None
    except Exception:  # it is made in another way
        return None
    module, name = found
    if name not in imports.setdefault(module, []):
        imports[module].append(name)
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in properties.items())})"


def _one_line(value: Any) -> str:
    return ascii(value)[:100]
