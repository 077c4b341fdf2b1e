"""Compiling C source to a function: once, kept in a folder, and loaded."""

from __future__ import annotations

import atexit
import ctypes
import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

# No -ffast-math: NaN, infinities and signed zeros are what they are in NumPy, and each operation is
# rounded. Traps and errno are nothing that NumPy's users see; without them loops with conditions and
# roots can be vectorized.
FLAGS = (
    "-std=gnu11 -O3 -march=native -fwrapv -fno-math-errno -fno-trapping-math "
    "-ffp-contract=off -shared -fPIC -w"
).split()
_MOST_BYTES = 1 << 28  # of objects that are kept
_SECONDS = 60


class CompilerError(RuntimeError):
    """Raised if there is no C compiler that works."""


class SourceError(RuntimeError):
    """Raised if the compiler refuses minigrad's source: a bug of minigrad."""


def compiler() -> tuple[str, ...]:
    """The command that compiles C, and takes OpenMP if it can; it is looked for once.

    Raises
    ------
    CompilerError
        If there is none that works.
    """
    chosen = os.environ.get("CC")
    command = found(chosen)
    if not command:
        raise CompilerError(f"no C compiler works: tried {chosen or 'cc, gcc and clang'}")
    return command


def has_compiler() -> bool:
    """Return whether there is a compiler that works."""
    return bool(found(os.environ.get("CC")))


@cache
def found(chosen: str | None) -> tuple[str, ...]:
    """The command of the compiler that is chosen, or else of one that works; () if none does."""
    for words in [shlex.split(chosen)] if chosen else [["cc"], ["gcc"], ["clang"]]:
        if words and shutil.which(words[0]):
            for more in (["-fopenmp"], []):
                with suppress(CompilerError, SourceError), tempfile.TemporaryDirectory() as folder:
                    _compile((*words, *FLAGS, *more), "int one(void) { return 1; }", folder)
                    return (*words, *FLAGS, *more)
    return ()


def _compile(command: Sequence[str], source: str, folder: str | Path) -> Path:
    """Compile the source in a folder, and return the object."""
    written, made = Path(folder, "loops.c"), Path(folder, "loops.so")
    written.write_text(source, encoding="utf-8")
    try:
        run = subprocess.run(
            [*command, str(written), "-o", str(made), "-lm"],
            capture_output=True, text=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        raise CompilerError(f"{command[0]}: {error}") from None
    if run.returncode or not made.exists():
        raise SourceError(f"{command[0]} refuses the loops: {run.stderr.strip()[:2000]}")
    return made


@cache
def cache_folder() -> Path:
    """The folder of the objects; a new one, gone with the process, where none can be written to."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(home, "minigrad", "native")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(_fleeting())


@cache
def _fleeting() -> str:
    """A folder that is gone when the process ends."""
    folder = tempfile.mkdtemp(prefix="minigrad-native-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _processor() -> str:
    """A text that differs for processors that cannot run each other's objects."""
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        return "".join(sorted({line for line in lines if line.startswith(("flags", "Features"))}))
    return platform.processor()


def _opened(path: Path) -> ctypes.CDLL:
    """Load an object, and with the first one OpenMP, which then reads its settings.

    Unless OpenMP is told otherwise, its threads wait awake for a millisecond: too long if other
    programs want the cores.
    """
    mine = {} if "OMP_WAIT_POLICY" in os.environ else {"GOMP_SPINCOUNT": "10000"}
    new = {name: value for name, value in mine.items() if name not in os.environ}
    os.environ.update(new)
    try:
        return ctypes.CDLL(str(path))
    finally:
        for name in new:
            del os.environ[name]


def loaded(source: str, *flags: str) -> ctypes.CDLL:
    """The library that the source makes, found in the cache or compiled; with more flags, if given.

    Raises
    ------
    CompilerError
        If there is no compiler, or what it makes cannot be loaded.
    SourceError
        If it refuses the source.
    """
    command = (*compiler(), *flags)
    told = "\n".join([*command, platform.machine(), _processor(), source])
    path = cache_folder() / f"{hashlib.sha256(told.encode()).hexdigest()[:40]}.so"
    if path.exists():
        with suppress(OSError):  # a damaged file is made anew
            library = _opened(path)
            os.utime(path)
            return library
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        made = _compile(command, source, folder)
        made.replace(path)  # at once: other processes see a whole file or none
    _forget_old(path.parent)
    try:
        return _opened(path)
    except OSError as error:
        raise CompilerError(f"the compiled loops cannot be loaded: {error}") from None


def _forget_old(folder: Path) -> None:
    """Delete the objects that were used longest ago, where there are too many."""
    with suppress(OSError):
        files = sorted(
            [(path.stat().st_mtime, path.stat().st_size, path) for path in folder.glob("*.so")],
            reverse=True,
        )
        total = 0
        for _, size, path in files:
            total += size
            if total > _MOST_BYTES:
                path.unlink(missing_ok=True)
