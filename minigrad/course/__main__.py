"""The command line of the course: ``python -m minigrad.course start DIR``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path

from .folder import lay_out_course, solution
from .game import lay_out_game
from .syllabus import STEPS, holes_from


def main(arguments: Sequence[str] | None = None) -> int:
    """Do as the command line says; return 1 if the folder cannot be used."""
    options = _parser().parse_args(arguments)
    try:
        print(options.run(options))
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    steps = range(1, len(STEPS) + 1)
    parser = argparse.ArgumentParser(prog="python -m minigrad.course", description=__doc__)
    commands = parser.add_subparsers(required=True)
    start = commands.add_parser("start", help="lay out the course in a new folder")
    start.add_argument("folder", type=Path)
    start.add_argument(
        "--step",
        type=int,
        choices=steps,
        default=1,
        help="the first step to do; earlier ones are done",
    )
    start.set_defaults(run=_start)
    answer = commands.add_parser("solution", help="show the core's own lines for a step")
    answer.add_argument("step", type=int, choices=steps)
    answer.set_defaults(run=_solution)
    game = commands.add_parser("game", help="lay out derivatives, some wrong, in a new folder")
    game.add_argument("folder", type=Path)
    game.add_argument("--seed", type=int, default=0, help="each seed gives another game")
    game.set_defaults(run=_game)
    return parser


def _start(options: argparse.Namespace) -> str:
    folder = options.folder
    lay_out_course(folder, holes_from(options.step))
    first = folder / f"step_{options.step}" / "README.md"
    return f"Read {folder / 'README.md'}, then {first}; run pytest in {folder}."


def _solution(options: argparse.Namespace) -> str:
    if isinstance(sys.stdout, TextIOWrapper):  # a console may lack the signs of formulas
        sys.stdout.reconfigure(errors="replace")
    return solution(options.step)


def _game(options: argparse.Namespace) -> str:
    lay_out_game(options.folder, options.seed)
    return f"Read {options.folder / 'README.md'}."


if __name__ == "__main__":
    sys.exit(main())
