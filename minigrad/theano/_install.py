"""Put the modules of this package where ``import theano`` finds them."""

from __future__ import annotations

import sys
from importlib import import_module
from pkgutil import walk_packages

PACKAGE = __package__


def old_paths() -> list[str]:
    """The names of the modules that have a path of Theano's, without ``theano`` in front."""
    package = import_module(PACKAGE)
    names = [module.name for module in walk_packages(package.__path__, f"{PACKAGE}.")]
    paths = [name.removeprefix(f"{PACKAGE}.") for name in names]
    return [path for path in paths if not path.rpartition(".")[2].startswith("_")]


def install() -> None:
    """Register each module as ``theano`` or one in it; an ImportError if Theano itself is loaded."""
    there = sys.modules.get("theano")
    package = import_module(PACKAGE)
    if there is not None and there is not package:
        place = getattr(there, "__file__", None)
        raise ImportError(
            f"theano is loaded already{f', from {place}' if place else ''}: call "
            "minigrad.install_as_theano() before anything imports it"
        )
    modules = {path: import_module(f"{PACKAGE}.{path}") for path in old_paths()}
    sys.modules["theano"] = package
    sys.modules.update({f"theano.{path}": module for path, module in modules.items()})
