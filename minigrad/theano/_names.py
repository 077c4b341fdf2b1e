"""Print which of Theano's names are there, and which are out of scope, as docs/from-theano.md has them.

python -m minigrad.theano._names
"""

from __future__ import annotations

import sys
from types import ModuleType

from ..tensor import constructors
from ..tensor.absent import OUT_OF_SCOPE
from ._install import PACKAGE, old_paths

MANY = 20
# What is told of names that are too many.
MORE = {"tensor": " and the [constructors](reference/constructors.md) of variables"}
INSTEAD = {"tensor.inplace": "each function of elements, `_inplace` after its name"}


def public(path: str) -> list[str]:
    """The names of a module of this package, without modules and constructors of variables."""
    module = sys.modules[f"{PACKAGE}.{path}" if path else PACKAGE]
    return sorted(
        name
        for name in module.__all__
        if name not in constructors.__all__ and not isinstance(getattr(module, name), ModuleType)
    )


def there() -> str:
    """The table of modules and their names; a module with many of its package's says just that."""
    rows = ["| module | names |", "|---|---|"]
    for path in ["", *sorted(old_paths())]:
        names, package = public(path), path.rpartition(".")[0]
        if path in INSTEAD:
            told = INSTEAD[path]
        elif path and len(names) > MANY and set(names) <= set(public(package)):
            told = f"those of `{f'theano.{package}'.rstrip('.')}`"
        else:
            told = " ".join(f"`{name}`" for name in names) + MORE.get(path, "")
        rows.append(f"| `{f'theano.{path}'.rstrip('.')}` | {told or 'modules'} |")
    return "\n".join(rows)


def out_of_scope() -> str:
    """The table of names that are out of scope, by their reasons; `*` stands for any letters."""
    rows = ["| names | why they are out of scope |", "|---|---|"]
    for reason in dict.fromkeys(OUT_OF_SCOPE.values()):
        names = [f"`{name}`" for name, why in OUT_OF_SCOPE.items() if why == reason]
        rows.append(f"| {' '.join(names)} | {reason} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(there(), out_of_scope(), sep="\n\n")
