"""The command line of the course: ``python -m minigrad.course start DIR``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path

from .folder import lay_out_course, solution
from .syllabus import STEPS, holes_from


def main(arguments: Sequence[str] | None = None) -> int:
    """Do as the command line says; return 1 if the folder cannot be used."""
    steps = range(1, len(STEPS) + 1)
    parser = argparse.ArgumentParser(prog="python -m minigrad.course", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", help="lay out the course in a new folder")
    start.add_argument("folder", type=Path)
    start.add_argument(
        "--step", type=int, choices=steps, default=1, help="those before it are done"
    )
    answer = commands.add_parser("solution", help="show the core's own lines for a step")
    answer.add_argument("step", type=int, choices=steps)
    options = parser.parse_args(arguments)
    if options.command == "solution":
        if isinstance(sys.stdout, TextIOWrapper):  # a console may lack the signs of formulas
            sys.stdout.reconfigure(errors="replace")
        print(solution(options.step))
        return 0
    try:
        lay_out_course(options.folder, holes_from(options.step))
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    first = options.folder / f"step_{options.step}" / "README.md"
    print(f"Read {options.folder / 'README.md'}, then {first}; run pytest in {options.folder}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
