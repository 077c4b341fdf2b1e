"""What the extra ``autoencoder`` brings, asked for where it is missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_BROUGHT = {"matplotlib": "matplotlib", "sklearn": "scikit-learn", "tqdm": "tqdm"}


def load(module: str) -> Any:
    """Import a module of this package.

    Raises
    ------
    ImportError
        If it needs matplotlib, scikit-learn or tqdm, and that is not installed.
    """
    try:
        return import_module(f".{module}", __package__)
    except ModuleNotFoundError as error:
        package = _BROUGHT.get((error.name or "").partition(".")[0])
        if package is None:
            raise
        raise ImportError(
            f"autoencoder needs {package}: pip install 'minigrad[autoencoder]'"
        ) from error
