"""Converting old programs: showing the changes as a difference, or writing them."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple

from .conversion import Text, convert, read
from .standard import python_of


class Ported(NamedTuple):
    """A program's old text and its new text."""

    old: Text
    new: Text


def port(
    paths: Sequence[str], write: bool = False, output: str | None = None, python: int | None = None
) -> int:
    """Convert old programs: show the changes, or write them.

    Parameters
    ----------
    paths : sequence of str
        Files, and folders of files.
    write : bool
        Whether to write the files themselves; the old ones are kept with ``.bak`` added to
        their names.
    output : str or None
        The file to write instead, "-" for standard output; there is one program then.
    python : int or None
        Their version of Python, 2 or 3; None to find out. A file that could be either counts as
        Python 2 if a file in the same folder or above is Python 2.

    Returns
    -------
    int
        The command's exit status: 0, or 1 if a file cannot be read, converted or written; then
        nothing is written.
    """
    texts, programs, problems = {}, [], []
    for path in _files(paths):
        try:
            texts[path] = read(path)
        except (OSError, SyntaxError) as error:
            problems.append(str(error))
    pythons = {path: python or python_of(text.text, str(path)) for path, text in texts.items()}
    folders = {path.resolve().parent for path, number in pythons.items() if number == 2}
    for path, text in texts.items():
        beside = not folders.isdisjoint(
            path.resolve().parents
        )  # a program of Python 2, or below one
        try:
            number = pythons[path] or (2 if beside else 3)
            programs.append((path, _ported(path, text, number)))
        except (SyntaxError, ImportError) as error:
            problems.append(str(error))
    changed = [(path, ported) for path, ported in programs if ported.new != ported.old]
    try:
        if output == "-":
            sys.stdout.writelines(ported.new.text for _, ported in programs)
        elif not (write or output):
            sys.stdout.writelines(line for path, ported in changed for line in _diff(path, ported))
        elif not problems:
            targets = [Path(output)] if output else [path for path, _ in changed]
            new = [ported.new for _, ported in (programs if output else changed)]
            _write(targets, new, with_backups=not output)
    except OSError as error:
        problems.append(str(error))
    for problem in problems:
        print(problem, file=sys.stderr)
    return bool(problems)


def _files(paths: Iterable[str]) -> Iterator[Path]:
    """The files, and those in the folders, but for hidden ones."""
    for path in map(Path, paths):
        inner = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        yield from (
            file
            for file in inner
            if not any(p.startswith(".") for p in file.relative_to(path).parts)
        )


def _ported(path: Path, old: Text, python: int) -> Ported:
    """Convert a file, and tell what is left to do."""
    in_package = (path.parent / "__init__.py").exists() and not any(
        b"__main__" in beside.read_bytes() for beside in path.parent.glob("*.py")
    )
    program = convert(old.text, str(path), python, in_package, theano="minigrad.theano")
    for line, text in program.advice():
        print(f"{path}:{line}: {text}", file=sys.stderr)
    return Ported(old, old._replace(text=program.text))


def _diff(path: Path, ported: Ported) -> Iterator[str]:
    """The lines that tell how a file changes."""
    old, new = (text.text.splitlines(keepends=True) for text in ported)
    for line in unified_diff(old, new, str(path), str(path)):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _write(paths: Sequence[Path], texts: Sequence[Text], with_backups: bool) -> None:
    """Write all files or none; what they were, if asked for, into others."""
    backups = [path.with_name(f"{path.name}.bak") for path in paths] if with_backups else []
    for backup in backups:
        if backup.exists():
            raise FileExistsError(f"{backup} is there already; move it away, and nothing is lost")
    written = []
    try:
        for path, text in zip(paths, texts, strict=True):
            handle, name = tempfile.mkstemp(dir=path.parent)
            written.append(name)
            with os.fdopen(handle, "wb") as file:
                file.write(text.encoded())
            if path.exists():
                shutil.copymode(path, name)
        for path, backup in zip(paths, backups, strict=False):  # if there are any
            shutil.copy2(path, backup)
        for path, name in zip(paths, written, strict=True):
            os.replace(name, path)
    finally:
        for name in written:
            Path(name).unlink(missing_ok=True)
