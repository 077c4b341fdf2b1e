"""The layers of the house, the modules in each, and what each module imports.

python tests/minigrad/layers.py prints how many lines each layer has.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
# From the ground up. Those of a line are neighbours, and may import each other.
LAYERS = [
    ["core"],
    ["protocol"],
    ["ops"],
    ["gradient", "rewrite"],
    ["compile"],
    ["planner"],
    ["native"],
    ["tensor"],
    ["theano", "printing", "testing", "minigrad"],  # "minigrad" is what `import minigrad` brings
    ["autoencoder", "course", "porting"],
    ["__main__"],
]
HEIGHTS = {layer: height for height, layers in enumerate(LAYERS) for layer in layers}


def layer_of(module: str) -> str:
    """The layer of a module, as "core" of minigrad.core.graph."""
    package, _, rest = module.partition(".")
    return (rest.split(".")[0] or package) if package == "minigrad" else package


@cache
def modules() -> dict[str, Path]:
    """The files of all modules, by name."""
    files = [
        path for package in ("minigrad", "autoencoder") for path in (ROOT / package).rglob("*.py")
    ]
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files]
    return {
        name.removesuffix(".__init__"): path
        for name, path in sorted(zip(names, files, strict=True))
    }


def imported(module: str, path: Path) -> Iterator[str]:
    """The modules of ours that a module imports, wherever in it that stands."""
    package = module if path.stem == "__init__" else module.rpartition(".")[0]
    known = modules()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            above = parts[: len(parts) + 1 - node.level] if node.level else []
            source = ".".join(filter(None, [*above, node.module]))
            # What is imported from a package may be a module.
            inner = [f"{source}.{alias.name}" for alias in node.names]
            named = [name if name in known else source for name in inner]
        else:
            continue
        yield from (name for name in named if name in known)


@cache
def imports() -> set[tuple[str, str]]:
    """All pairs of a module and one that it imports."""
    return {(name, other) for name, path in modules().items() for other in imported(name, path)}


def lines() -> dict[str, int]:
    """Count the lines of each layer, docstrings and comments among them."""
    counts = dict.fromkeys(HEIGHTS, 0)
    for name, path in modules().items():
        counts[layer_of(name)] += len(path.read_text(encoding="utf-8").splitlines())
    return {layer: count for layer, count in counts.items() if count}


if __name__ == "__main__":
    for layer, count in lines().items():
        print(f"{count:7,}  {layer}")
    print(f"{sum(lines().values()):7,}  together")
