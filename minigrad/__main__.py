"""``python -m minigrad``: ``run`` an old program, or ``port`` it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from .porting.command import port
from .porting.running import run


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m minigrad", description="Run or convert old programs, written for Theano."
    )
    verbs = parser.add_subparsers(dest="verb", metavar="{run,port}", required=True)

    verb = verbs.add_parser(
        "run",
        help="run a program, unchanged",
        usage="python -m minigrad run [--python {2,3}] SCRIPT.py [ARGUMENTS]",
        description="Run a program as Python would, where `import theano` finds minigrad. "
        "Python 2 is converted first.",
    )
    verb.add_argument("script", metavar="SCRIPT.py")
    verb.add_argument("arguments", nargs=argparse.REMAINDER, help="arguments for the script")
    verb.set_defaults(do=lambda given: run(given.script, given.arguments, given.python))

    verb = verbs.add_parser(
        "port",
        help="show or write the changes that a program needs",
        description="Show the changes with which programs run by themselves, as a difference.",
        epilog="The exit status is 0, even if there are changes; 1 if a file cannot be read, "
        "converted or written, and then none is written; 2 for unknown options.",
    )
    verb.add_argument("paths", metavar="PATH", nargs="+", help="a file, or a folder of files")
    where = verb.add_mutually_exclusive_group()
    where.add_argument("--write", action="store_true", help="change the files; keep FILE.bak")
    where.add_argument("--output", metavar="FILE", help="write another file; - is standard output")
    verb.set_defaults(do=_port)

    for verb in verbs.choices.values():
        verb.add_argument(
            "--python",
            type=int,
            choices=(2, 3),
            help="the version of Python, if it cannot be detected",
        )
    return parser


def main(arguments: Sequence[str]) -> int | None:
    """Do what the arguments ask for, and return the exit status."""
    given = _parser().parse_args(arguments)
    status: int | None = given.do(given)
    return status


def _port(given: argparse.Namespace) -> int:
    if given.output and len(given.paths) > 1:
        _parser().error("--output takes one program")
    return port(given.paths, given.write, given.output, given.python)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
