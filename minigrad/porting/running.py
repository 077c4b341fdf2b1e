"""Running a program in this process, after converting it and the modules that it imports."""

from __future__ import annotations

import linecache
import sys
import sysconfig
import traceback
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from .. import install_as_theano
from ..compile.settings import set_by_environment
from .conversion import Program, convert, read
from .standard import NeedsFissix, python_of

# Where modules are that were installed, and are for this Python.
_INSTALLED = {Path(sysconfig.get_path("stdlib")).resolve(), Path(__file__).resolve().parents[1]}
_INSTALLED_NAMES = {"site-packages", "dist-packages"}


class Converter:
    """Makes code of old programs, and remembers them."""

    def __init__(self, script: Path) -> None:
        self.folder = script.resolve().parent
        self.python = 3  # for modules beside the script that do not show what they are for
        self.programs: dict[str, Program] = {}

    def code(self, path: str, python: int | None = None, in_package: bool = False) -> CodeType:
        """The code of a program, whose converted text tracebacks will show."""
        text = read(Path(path)).text
        beside = self.folder in Path(path).resolve().parents
        python = python or python_of(text, path) or (self.python if beside else 3)
        program = convert(text, path, python, in_package)
        self.programs[path] = program
        if program.body != text:
            lines = program.body.splitlines(keepends=True)
            linecache.cache[path] = (len(program.body), None, lines, path)
        return compile(program.tree(path), path, "exec", dont_inherit=True)


class Finder(MetaPathFinder):
    """Finds minigrad as theano, and modules that are to be converted when they are loaded."""

    def __init__(self, converter: Converter) -> None:
        self.converter = converter

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A spec that converts source that is not installed; or one of theano, or a missing six."""
        if fullname == "theano":
            return ModuleSpec(fullname, Minigrad(), is_package=True)
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None and fullname == "six":
            return ModuleSpec(fullname, Six(), is_package=True)
        if spec is None or spec.origin is None or type(spec.loader) is not SourceFileLoader:
            return None
        folders = Path(spec.origin).resolve().parents
        if any(folder in _INSTALLED or folder.name in _INSTALLED_NAMES for folder in folders):
            return None
        spec.loader = Converting(fullname, spec.origin, self.converter)
        return spec


class Minigrad(Loader):
    """Installs minigrad as theano, and not before that is imported: a program may set THEANO_FLAGS."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the package, after all its modules were registered."""
        install_as_theano()
        set_by_environment()  # again: six may have been imported before
        return sys.modules[spec.name]

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing, as it has been executed."""


class Six(Minigrad):
    """Stands in for six, which Theano brought along, where it is not installed."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the package, after its modules were registered."""
        six = import_module("minigrad.theano.compat.six")
        sys.modules.update({"six": six, "six.moves": six.moves})
        for name in six.moves.MODULES:
            sys.modules[f"six.moves.{name}"] = getattr(six.moves, name)
        return six


class Converting(SourceFileLoader):
    """Loads a module converted, and neither reads nor writes files of bytecode."""

    def __init__(self, fullname: str, path: str, converter: Converter) -> None:
        super().__init__(fullname, path)
        self.converter = converter

    def get_code(self, fullname: str) -> CodeType:
        """The code of the converted module."""
        in_package = "." in fullname or self.is_package(fullname)
        return self.converter.code(self.get_filename(fullname), in_package=in_package)


def run(script: str, arguments: Sequence[str], python: int | None = None) -> None:
    """Run a program as Python would, where ``import theano`` finds minigrad.

    First, Python 2 is converted, and names that NumPy no longer has are replaced, in the program
    and in modules that it imports, unless these are installed packages. Standard error says whether
    the program was Python 2 and, if it fails, what may be wrong.

    Raises
    ------
    SystemExit
        If the program cannot be read or converted, or raises an exception.
    """
    converter = Converter(Path(script))
    try:
        code = converter.code(script, python)
    except (OSError, SyntaxError, NeedsFissix) as error:
        raise SystemExit(f"minigrad: {error}") from None
    converter.python = converter.programs[script].python
    if converter.python == 2:
        _say(f"{script} is Python 2; what changes is shown by: python -m minigrad port {script}")
    sys.argv = [script, *arguments]
    sys.path[0] = str(converter.folder)
    sys.meta_path.insert(0, Finder(converter))
    main: Any = ModuleType("__main__")
    main.__file__ = script
    sys.modules["__main__"] = main
    try:
        exec(code, main.__dict__)
    except Exception as error:
        own = error.__traceback__
        traceback.print_exception(type(error), error, own and own.tb_next)
        for path, program in converter.programs.items():
            for line, text in program.advice():
                _say(f"{path}:{line}: {text}")
        raise SystemExit(1) from None


def _say(text: str) -> None:
    print(f"minigrad: {text}", file=sys.stderr)
