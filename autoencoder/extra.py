"""Imports of libraries that extras install; errors name the missing extra."""

from __future__ import annotations

from importlib import import_module
from typing import Any

# The module that is missing: the package that has it, and the extra that brings it.
_BROUGHT = {
    "matplotlib": ("matplotlib", "autoencoder"),
    "sklearn": ("scikit-learn", "autoencoder"),
    "tqdm": ("tqdm", "autoencoder"),
    "PIL": ("Pillow", "autoencoder"),
    "pandas": ("pandas", "data"),
    "dask": ("dask", "distributed"),
    "distributed": ("distributed", "distributed"),
}


def load(module: str) -> Any:
    """Import a module of this package.

    Raises
    ------
    ImportError
        If it needs a library that an extra brings, and that is not installed.
    """
    try:
        return import_module(f".{module}", __package__)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _BROUGHT:
            raise
        package, extra = _BROUGHT[missing]
        raise ImportError(f"{package} is not installed: pip install 'minigrad[{extra}]'") from error
