"""``python -m minigrad run SCRIPT.py [args]``: a program that imports theano, run with minigrad."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence
from pathlib import Path

from . import install_as_theano

USAGE = "usage: python -m minigrad run SCRIPT.py [arguments of the script]"


def main(arguments: Sequence[str]) -> None:
    """Run the script as Python would, where ``import theano`` finds minigrad."""
    if len(arguments) < 2 or arguments[0] != "run":
        raise SystemExit(USAGE)
    script = arguments[1]
    install_as_theano()
    sys.argv = list(arguments[1:])
    sys.path[0] = str(Path(script).resolve().parent)
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
