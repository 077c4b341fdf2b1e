"""The folders that learners work in: files of the core with holes, and what is handed out beside."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from .cutting import shown, with_holes
from .syllabus import HOLES, STEPS

HERE = Path(__file__).parent
# The modules of the learner's package, by their names.
MODULES = {path.stem: path for path in [*(HERE.parent / "core").glob("*.py"), HERE / "network.py"]}


def lay_out_course(folder: Path, holes: Collection[str] = tuple(HOLES)) -> None:
    """Lay out the course in a new or empty folder, with these holes; else a FileExistsError."""
    make_empty(folder)
    hand_out("", folder)
    for number, _ in enumerate(STEPS, start=1):
        hand_out(f"step_{number}", folder / f"step_{number}")
    package = folder / "owngrad"
    package.mkdir()
    for module in MODULES:
        prefix = f"{module}."
        own = {h.removeprefix(prefix): HOLES[h] for h in holes if h.startswith(prefix)}
        text = with_holes(source(module), own) if own else source(module)
        (package / f"{module}.py").write_text(text, encoding="utf-8")


def source(module: str) -> str:
    """The source of a module of the learner's package, without holes."""
    text = MODULES[module].read_text(encoding="utf-8")
    return text.replace("from ..core.", "from .")


def solution(number: int) -> str:
    """The definitions that a step asks for, as the core has them."""
    parts = []
    for hole in STEPS[number - 1].holes:
        module, _, name = hole.partition(".")
        parts.append(f"# {module}.py\n{shown(source(module), name)}\n")
    return "\n".join(parts)


def make_empty(folder: Path) -> None:
    """Make the folder, if it is not there; raise a FileExistsError if there is anything in it."""
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise FileExistsError(f"{folder} exists and is not an empty folder; name a new one")
    folder.mkdir(parents=True, exist_ok=True)


def hand_out(name: str, folder: Path) -> None:
    """Copy the files of a folder of `handout`."""
    folder.mkdir(exist_ok=True)
    for path in (HERE / "handout" / name).iterdir():
        if path.is_file():
            (folder / path.name).write_bytes(path.read_bytes())
