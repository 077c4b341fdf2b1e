"""The options of ``python -m autoencoder``: read, and checked, before anything slow begins."""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

from .data import DONUTS, read_like, read_samples
from .extra import load
from .files import check_writable

LARGEST_SEED = 2**32 - 1
PICTURE_FORMATS = ("png", "pdf", "svg", "jpg", "jpeg", "webp", "eps")
PROGRAM = "python -m autoencoder"
TRAIN, APPLY, SHOW = "train", "apply", "show"
_FIGURE = "autoencoder.png"
_DATA = (
    "a table (.csv, .tsv or .parquet with column names; .npy or .npz without), - for CSV on standard "
    "input, a folder of images, digits, or donuts (%(default)s)"
)
_LABEL = (
    "the column that is the class, which is not learned but colours the picture: its name or "
    "number, or none (tables with names: none; without: the last)"
)
_DASK = (
    "train on a Dask cluster: the address of its scheduler, or local for one on this machine; "
    "--data is then a pattern of files, as 'part-*.parquet', each of which a worker reads"
)
_STATUS = (
    "Exit status: 0 done, 1 training only made the cost worse, 2 bad input, 130 interrupted by "
    "Ctrl-C."
)


def parse_options(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The options on the command line; leaves the program if one of them is wrong.

    Parameters
    ----------
    argv : sequence of str, optional
        By default what the program was called with.

    Returns
    -------
    Namespace
        The options by name. ``verb`` is what to do; ``data`` is what was read, as `Samples`.

    Raises
    ------
    SystemExit
        With status 2 after one line on stderr, if an option is unknown or out of its range, the
        data or the model cannot be read, or an output cannot be written.
    ImportError
        If what is to be read needs a library that is not installed.

    Examples
    --------
    >>> parse_options(["--hidden", "3"]).hidden
    3
    """
    words = list(sys.argv[1:] if argv is None else argv)
    verb = words.pop(0) if words and not words[0].startswith("-") else TRAIN
    if verb not in _PARSERS:
        _Parser(prog=PROGRAM).error(
            f"{verb!r} is none of {', '.join(_PARSERS)}; data to train on is given as --data {verb}"
        )
    return _PARSERS[verb](words)


def _train(words: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(
        prog=PROGRAM,
        usage=f"{PROGRAM} [train] [options]\n       {PROGRAM} apply MODEL FILE [options]\n"
        f"       {PROGRAM} show MODEL",
        description="Train a tied-weight autoencoder, print its cost, and draw what it learned. "
        "'apply' uses a saved model on new rows ('apply --help' lists its options); 'show' tells what "
        "one is.",
        epilog="Features are scaled to 0-1 first, each column by its own range, the pixels of images "
        f"all by one; a saved model holds the scaling. {_STATUS}",
    )
    _add(parser, "--data", "SOURCE", str, DONUTS, _DATA)
    _add(parser, "--label", "COLUMN", str, None, _LABEL)
    _add(parser, "--drop", "COLUMN", str, [], "columns to leave out", nargs="+", action="extend")
    _add_flag(parser, "--drop-missing", "leave out rows with missing values")
    _add(parser, "--hidden", "N", _whole(1), 2, "hidden units (%(default)s)")
    _add(parser, "--epochs", "N", _whole(1), 10000, "trips through the data (%(default)s)")
    _add(parser, "--lr", "X", _number(0, math.inf), 0.1, "learning rate (%(default)s)")
    _add(
        parser,
        "--momentum",
        "X",
        _number(0, 1),
        0.9,
        "share of its speed a step keeps (%(default)s)",
    )
    _add(parser, "--batch-size", "N", _whole(1), None, "samples a step (all)")
    _add(
        parser, "--seed", "N", _whole(0, LARGEST_SEED), 0, "seed of the first weights (%(default)s)"
    )
    _add(parser, "--dask", "ADDRESS|local", str, None, _DASK)
    _add(parser, "--figure", "FILE", _picture, _FIGURE, "the picture (%(default)s)")
    _add(parser, "--save", "MODEL.npz", _output, None, "write the model with its scaling")
    _add_flag(parser, "--show", "open the picture in a window too")
    _add_flag(parser, "--quiet", "print nothing but warnings and errors")
    options = parser.parse_args(words)
    options.verb = TRAIN
    _check_distinct(
        parser, {"--data": options.data, "--figure": options.figure, "--save": options.save}
    )
    wanted = {"label": options.label, "drop": options.drop, "drop_missing": options.drop_missing}
    options.client = None
    if options.dask is None:
        options.data = _read(parser, "--data", lambda: read_samples(options.data, **wanted))
        return options
    parts = load("data.parts")
    _read(parser, "--data", lambda: parts.find_files(options.data))
    with ExitStack() as stack:
        options.client = _read(parser, "--dask", lambda: load("clusters").connect(options.dask))
        stack.enter_context(options.client)
        options.data = _read(parser, "--data", lambda: parts.read_parts(options.data, **wanted))
        stack.pop_all()  # it is closed when the model is trained
    return options


def _apply(words: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(
        prog=f"{PROGRAM} {APPLY}",
        description="Use a saved model on new rows, and tell how well it reconstructs them. Columns "
        "with names are found by them; the column of the class may be there or not.",
        epilog=_STATUS,
    )
    parser.add_argument("model", metavar="MODEL", help="what --save wrote")
    parser.add_argument("source", metavar="FILE", help="new rows: a source as of train's --data")
    _add(parser, "--codes", "OUT.csv", _output, None, "write the code of each row")
    _add(parser, "--reconstruct", "OUT.csv", _output, None, "write the rows as rebuilt")
    _add(
        parser,
        "--scores",
        "OUT.csv",
        _output,
        None,
        "write the error of each scaled row",
    )
    _add(parser, "--figure", "FILE", _picture, None, "draw the new rows")
    _add_flag(parser, "--drop-missing", "leave out rows with missing values")
    _add_flag(parser, "--quiet", "print nothing but warnings and errors")
    options = parser.parse_args(words)
    options.verb = APPLY
    outputs = ("codes", "reconstruct", "scores", "figure")
    _check_distinct(
        parser,
        {"MODEL": options.model, "FILE": options.source}
        | {f"--{name}": getattr(options, name) for name in outputs},
    )
    model = _read(parser, "MODEL", lambda: load("saving").load(options.model))
    options.kept = load("kept").Kept.of(model)
    options.data = _read(
        parser,
        "FILE",
        lambda: read_like(
            options.source,
            options.kept.n_features,
            options.kept.names,
            options.kept.label,
            options.kept.image_shape,
            options.kept.largest,
            drop_missing=options.drop_missing,
        ),
    )
    return options


def _show(words: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(
        prog=f"{PROGRAM} {SHOW}", description="Tell what a saved model is.", epilog=_STATUS
    )
    parser.add_argument("model", metavar="MODEL", help="what --save wrote")
    options = parser.parse_args(words)
    options.verb, options.quiet = SHOW, False
    model = _read(parser, "MODEL", lambda: load("saving").load(options.model))
    options.kept = load("kept").Kept.of(model)
    return options


_PARSERS = {TRAIN: _train, APPLY: _apply, SHOW: _show}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line: the usage that argparse prints would bury it."""
        one_line = " ".join(message.split())
        self.exit(2, f"{self.prog}: {one_line}; --help lists the options\n")


def _add(
    parser: _Parser,
    flag: str,
    metavar: str,
    read: Callable[[str], Any],
    default: Any,
    text: str,
    **more: Any,
) -> None:
    parser.add_argument(flag, metavar=metavar, type=read, default=default, help=text, **more)


def _add_flag(parser: _Parser, flag: str, text: str) -> None:
    parser.add_argument(flag, action="store_true", help=text)


def _read(parser: _Parser, argument: str, read: Callable[[], Any]) -> Any:
    """What `read` reads; leaves the program if it cannot."""
    try:
        return read()
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        parser.error(f"argument {argument}: {what}; give a file that can be read")
    except ValueError as error:
        parser.error(f"argument {argument}: {error}")


def _output(path: str) -> str:
    """The path, if a file can be written there."""
    try:
        check_writable(path)
    except OSError as error:
        raise argparse.ArgumentTypeError(
            f"{path}: {error.strerror or error}; choose a file in a directory that takes new files"
        ) from error
    return path


def _picture(path: str) -> str:
    """The path, if a picture can be written there."""
    if Path(path).suffix[1:].lower() not in PICTURE_FORMATS:
        raise argparse.ArgumentTypeError(
            f"{path}: expected a name that ends in .{', .'.join(PICTURE_FORMATS)}, "
            "such as autoencoder.png"
        )
    return _output(path)


def _whole(low: int, high: float = math.inf) -> Callable[[str], int]:
    """A reader of whole numbers from `low` to `high`."""
    return _reader(int, "a whole number", low, high)


def _number(low: float, high: float) -> Callable[[str], float]:
    """A reader of finite numbers from `low` to `high`."""
    return _reader(float, "a number", low, high)


def _reader(kind: Callable[[str], Any], noun: str, low: float, high: float) -> Callable[[str], Any]:
    bounds = f"of at least {low}" if high == math.inf else f"from {low} to {high}"

    def read(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        # False for NaN too.
        if not (low <= value <= high and value < math.inf):
            raise argparse.ArgumentTypeError(f"got {text!r}, expected {noun} {bounds}")
        return value

    return read


def _check_distinct(parser: _Parser, files: dict[str, str | None]) -> None:
    """Leave the program if two options name the same file: one would overwrite the other."""
    owners: dict[str, str] = {}
    for flag, path in files.items():
        if path is not None and owners.setdefault(os.path.realpath(path), flag) != flag:
            owner = owners[os.path.realpath(path)]
            parser.error(f"argument {flag}: {path}: is the file of {owner} too; choose another")
