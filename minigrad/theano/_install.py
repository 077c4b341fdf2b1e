"""Put the modules of this room where ``import theano`` finds them."""

from __future__ import annotations

import sys
from importlib import import_module
from pkgutil import walk_packages

ROOM = __package__


def old_paths() -> list[str]:
    """The names of the modules that have a path of Theano's, without ``theano`` in front."""
    room = import_module(ROOM)
    names = [module.name for module in walk_packages(room.__path__, f"{ROOM}.")]
    paths = [name.removeprefix(f"{ROOM}.") for name in names]
    return [path for path in paths if not path.rpartition(".")[2].startswith("_")]


def install() -> None:
    """Register each module as ``theano`` or one in it; an ImportError if Theano itself is loaded."""
    there = sys.modules.get("theano")
    room = import_module(ROOM)
    if there is not None and there is not room:
        place = getattr(there, "__file__", None)
        raise ImportError(
            f"theano is loaded already{f', from {place}' if place else ''}: call "
            "minigrad.install_as_theano() before anything imports it"
        )
    modules = {path: import_module(f"{ROOM}.{path}") for path in old_paths()}
    sys.modules["theano"] = room
    sys.modules.update({f"theano.{path}": module for path, module in modules.items()})
