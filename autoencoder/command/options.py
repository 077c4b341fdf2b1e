"""The options of ``python -m autoencoder``, read and checked before anything slow begins."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, NoReturn, TypeAlias

from ..data import DONUTS, NO_LABEL, read_like, read_samples
from ..extra import load
from ..fitting.corruption import CORRUPTIONS
from ..fitting.engines import ENGINES
from ..fitting.percentiles import PERCENTAGES, USUAL_PERCENTAGE
from ..nearest import did_you_mean
from ..optimizers import OPTIMIZERS
from ..output import complain
from .readers import (
    NO_PICTURE,
    PICTURE_FORMATS,
    either,
    number,
    one_of,
    output,
    percentage,
    picture,
    share,
    whole,
)

LARGEST_SEED = 2**32 - 1
PROGRAM = "python -m autoencoder"
TRAIN, APPLY, SHOW = "train", "apply", "show"
AUTO, ALL = "auto", "all"
_DATA = (
    "a table (.csv, .tsv or .parquet with column names; .npy or .npz without), - for CSV on standard "
    "input, a folder of images, digits, or donuts"
)
_LABEL = (
    "the column that is the class, which is not learned but colours the picture: its name or "
    "number, or none (tables with names: none; without: the last)"
)
_DASK = (
    "train on a Dask cluster: the address of its scheduler, or local for one on this machine; "
    "--data is then a pattern of files, as 'part-*.parquet', each of which a worker reads"
)
# What the original program did stays what is done with its data, and with tables like it; for other
# data, what is best for most.
_ORIGINAL = {"epochs": 10000, "lr": 0.1, "batch_size": ALL}
_USUAL = {"epochs": 600, "lr": AUTO, "batch_size": AUTO}
_PICTURE = f"the picture, .{', .'.join(PICTURE_FORMATS)}, or {NO_PICTURE}"
_CORRUPTION = f"noise that the network learns to remove: {' or '.join(CORRUPTIONS)}"
_ENGINE = "how to compute: numpy; c, which needs a compiler; or auto, which is c if that saves time"
FILLINGS = ("mean", "median")
_FILL = f"fill missing values with each column's {' or '.join(FILLINGS)}; a saved model keeps these"
_THRESHOLD = (
    "mark rows with a larger error than this percentage of the training rows: "
    f"{', '.join(map(str, PERCENTAGES))} ({USUAL_PERCENTAGE})"
)
_Options: TypeAlias = "tuple[tuple[str, str, Callable[[str], Any] | None, Any, str], ...]"
# Each option: what stands for its value, what reads it, its default, and what it is. What has no
# value has no reader.
_TRAINING: _Options = (
    ("--data", "SOURCE", str, DONUTS, _DATA),
    ("--label", "COLUMN", str, None, _LABEL),
    ("--drop", "COLUMN", str, [], "columns to leave out"),
    ("--drop-missing", "", None, False, "leave out rows with missing values"),
    ("--fill", "NAME", one_of(FILLINGS), None, _FILL),
    ("--hidden", "N", whole(1), 2, "hidden units"),
    ("--optimizer", "NAME", one_of(OPTIMIZERS), "momentum", f"{' or '.join(OPTIMIZERS)}"),
    ("--epochs", "N", whole(1), None, "largest number of passes over the data (10000 or 600)"),
    ("--lr", "X", either(AUTO, number(0)), None, "learning rate (0.1 or auto)"),
    ("--momentum", "X", number(0, 1), 0.9, "share of its velocity that a step keeps"),
    (
        "--batch-size",
        "N",
        either(AUTO, either(ALL, whole(1))),
        None,
        "rows in each step (all or auto)",
    ),
    (
        "--early-stopping",
        "",
        None,
        False,
        "stop when the error of held-out samples no longer falls",
    ),
    (
        "--validation-fraction",
        "X",
        share,
        0.1,
        "share of the samples that early stopping holds out",
    ),
    ("--n-iter-no-change", "N", whole(1), 100, "epochs to wait for a smaller error"),
    ("--tol", "X", number(0), 1e-4, "share by which the error must fall in these epochs"),
    ("--corruption", "NAME", one_of(CORRUPTIONS), None, _CORRUPTION),
    ("--corruption-level", "X", number(0), 0.3, "share masked, or standard deviation"),
    ("--engine", "NAME", one_of(ENGINES), "auto", _ENGINE),
    ("--seed", "N", whole(0, LARGEST_SEED), 0, "seed of the first weights"),
    ("--dask", "ADDRESS|local", str, None, _DASK),
    ("--figure", "FILE", picture, "autoencoder.png", _PICTURE),
    ("--save", "MODEL.npz", output, None, "write the model, with its scaling"),
    ("--show", "", None, False, "also open the picture in a window"),
    ("--quiet", "", None, False, "print only warnings and errors"),
)
_APPLYING: _Options = (
    ("--threshold", "PERCENT", percentage, None, _THRESHOLD),
    ("--codes", "OUT.csv", output, None, "write the code of each row"),
    ("--reconstruct", "OUT.csv", output, None, "write the rebuilt rows"),
    (
        "--scores",
        "OUT.csv",
        output,
        None,
        "write the error of each scaled row, and whether it is large",
    ),
    ("--figure", "FILE", picture, None, "draw the new rows"),
    ("--drop-missing", "", None, False, "leave out rows with missing values"),
    ("--quiet", "", None, False, "print only warnings and errors"),
)
# Which options have no effect without another.
_NEEDS = {
    "--early-stopping": ("--validation-fraction", "--n-iter-no-change", "--tol"),
    "--corruption": ("--corruption-level",),
}
# What messages of the library call parameters that have options.
_OPTIONS = {
    "learning_rate": "--lr",
    "optimizer": "--optimizer",
    "corruption": "--corruption",
    "engine='c'": "--engine c",
}
_STATUS = "Exit status: 0 if done, {}2 for bad input, 130 if interrupted by Ctrl-C."
_STATUS_OF_TRAINING = _STATUS.format("1 if training only made the cost worse, ")
_STATUS_OF_OTHERS = _STATUS.format("")


def parse_options(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The options on the command line; the program ends if one of them is wrong.

    Parameters
    ----------
    argv : sequence of str, optional
        By default those with which the program was called.

    Returns
    -------
    Namespace
        The options by name. ``verb`` is the command; ``data`` has the `Samples` that were read.

    Raises
    ------
    SystemExit
        With status 2 after one line on stderr, if an option is unknown or out of its range, the
        data or the model cannot be read, or an output cannot be written.
    ImportError
        If reading the data needs a library that is not installed.

    Examples
    --------
    >>> parse_options(["--hidden", "3"]).hidden
    3
    """
    words = list(sys.argv[1:] if argv is None else argv)
    verb = words.pop(0) if words and not words[0].startswith("-") else TRAIN
    if verb not in _PARSERS:
        _Parser(prog=PROGRAM).error(
            f"{verb!r} is not one of {', '.join(_PARSERS)}; to train on this data, use --data {verb}"
        )
    return _PARSERS[verb](words)


def in_options(message: str) -> str:
    """The library's message, with options in place of the estimator's parameters.

    Examples
    --------
    >>> in_options("Try a smaller learning_rate (it is 0.5), or another optimizer.")
    'Try a smaller --lr (it is 0.5), or another --optimizer.'
    """
    for parameter, option in _OPTIONS.items():
        message = re.sub(rf"\b{parameter}(?!\w)", option, message)
    return message


def _train(words: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(
        prog=PROGRAM,
        usage=f"{PROGRAM} [train] [options]\n       {PROGRAM} apply MODEL FILE [options]\n"
        f"       {PROGRAM} show MODEL",
        description="Train a tied-weight autoencoder, print its cost, and draw what it learned. "
        "'apply' uses a saved model on new rows ('apply --help' lists its options); 'show' describes "
        "one.",
        epilog="Features are scaled to 0-1 first: each column by its own range, the pixels of images "
        "all by the same; a saved model keeps the scaling. Where there are two defaults, the first "
        "is for donuts, .npy and .npz, as in the original program, the second for other data. "
        f"{_STATUS_OF_TRAINING}",
    )
    _add(parser, _TRAINING)
    options = parser.parse_args(words)
    options.verb = TRAIN
    _check_together(parser, options)
    _check_distinct(
        parser, {"--data": options.data, "--figure": options.figure, "--save": options.save}
    )
    options.client = None
    if options.dask is None:
        keep = options.fill is not None
        options.data = _read(
            parser,
            "--data",
            lambda: read_samples(options.data, **_wanted(options), keep_missing=keep),
        )
    else:
        _connect(parser, options)
    _fill_in(options)
    _tell_of_no_effect(parser, options)
    return options


def _connect(parser: _Parser, options: argparse.Namespace) -> None:
    """Have the workers of a cluster read the data."""
    parts = load("data.parts")
    _read(parser, "--data", lambda: parts.find_files(options.data))
    with ExitStack() as stack:
        options.client = _read(
            parser, "--dask", lambda: load("command.clusters").connect(options.dask)
        )
        stack.callback(options.client.close)
        options.data = _read(
            parser, "--data", lambda: parts.read_parts(options.data, **_wanted(options))
        )
        stack.pop_all()  # it is closed when the model is trained


def _wanted(options: argparse.Namespace) -> dict[str, Any]:
    """The options for reading a table, as keyword arguments."""
    return {"label": options.label, "drop": options.drop, "drop_missing": options.drop_missing}


def _fill_in(options: argparse.Namespace) -> None:
    """Give the options that depend on the data their defaults."""
    original = (
        options.client is None and options.data.names is None and options.data.image_shape is None
    )
    defaults = dict(_ORIGINAL if original else _USUAL)
    if options.optimizer == "adam":  # whose steps are as long as the rate
        defaults["lr"] = AUTO
    for name, value in defaults.items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    if options.batch_size == ALL:
        options.batch_size = None


def _apply(words: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(
        prog=f"{PROGRAM} {APPLY}",
        description="Use a saved model on new rows, and report how well it reconstructs them. Columns "
        "are found by their names, if they have names; the class's column may be missing.",
        epilog=_STATUS_OF_OTHERS,
    )
    parser.add_argument("model", metavar="MODEL", help="a file that --save wrote")
    parser.add_argument("source", metavar="FILE", help="new rows: a source, as for --data of train")
    _add(parser, _APPLYING)
    options = parser.parse_args(words)
    options.verb = APPLY
    outputs = ("codes", "reconstruct", "scores", "figure")
    _check_distinct(
        parser,
        {"MODEL": options.model, "FILE": options.source}
        | {f"--{name}": getattr(options, name) for name in outputs},
    )
    model = _read(parser, "MODEL", lambda: load("files.saving").load(options.model))
    options.kept = load("command.kept").Kept.of(model)
    if options.threshold is None:
        options.threshold = USUAL_PERCENTAGE
    elif options.kept.network.error_percentiles_ is None:
        parser.error(
            f"argument --threshold: {options.model} does not know the errors of training; "
            "train it again"
        )
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
            keep_missing=options.kept.imputer is not None and not options.drop_missing,
        ),
    )
    return options


def _show(words: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(
        prog=f"{PROGRAM} {SHOW}",
        description="Describe a saved model.",
        epilog=_STATUS_OF_OTHERS,
    )
    parser.add_argument("model", metavar="MODEL", help="a file that --save wrote")
    options = parser.parse_args(words)
    options.verb, options.quiet = SHOW, False
    model = _read(parser, "MODEL", lambda: load("files.saving").load(options.model))
    options.kept = load("command.kept").Kept.of(model)
    return options


_PARSERS = {TRAIN: _train, APPLY: _apply, SHOW: _show}


class _Parser(argparse.ArgumentParser):
    def __init__(self, **options: Any) -> None:
        # An abbreviation would take --drop for --drop-missing where a verb has no --drop.
        super().__init__(allow_abbrev=False, **options)

    def parse_args(self, words: Sequence[str]) -> argparse.Namespace:  # type: ignore[override]  # they are always given
        """The options; for an unknown one, the error names the nearest."""
        options, unknown = self.parse_known_args(words)
        if unknown:
            flags = [flag.partition("=")[0] for flag in unknown if flag.startswith("--")]
            nearest = did_you_mean(flags[0], self._option_string_actions) if flags else ""
            self.error(f"unrecognized arguments: {' '.join(unknown)}{nearest}")
        return options

    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line: the usage that argparse prints would bury it.

        A table has a line for each kind of mistake; those after the first are indented.
        """
        lines = "\n  ".join(" ".join(line.split()) for line in message.split("\n  "))
        self.exit(2, f"{self.prog}: {lines}; --help lists the options\n")


def _add(parser: _Parser, table: _Options) -> None:
    for flag, metavar, read, default, text in table:
        if read is None:
            parser.add_argument(flag, action="store_true", help=text)
            continue
        several: dict[str, Any] = (
            {"nargs": "+", "action": "extend"} if isinstance(default, list) else {}
        )
        shown = "" if default in (None, []) else " (%(default)s)"
        parser.add_argument(
            flag, metavar=metavar, type=read, default=default, help=text + shown, **several
        )


def _read(parser: _Parser, argument: str, read: Callable[[], Any]) -> Any:
    """The result of `read`; leave the program if it cannot read."""
    try:
        return read()
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        parser.error(f"argument {argument}: {what}; {_instead(argument, error.filename or '')}")
    except ValueError as error:
        parser.error(f"argument {argument}: {error}")


def _instead(argument: str, path: str) -> str:
    """Advice on what to give instead of a file that cannot be read."""
    if not any(mark in path for mark in "*?["):
        return "give a file that can be read"
    if argument == "--data":
        return "the files that a pattern matches are read as one table with --dask local"
    return "give one file, not a pattern"


def _check_together(parser: _Parser, options: argparse.Namespace) -> None:
    """Leave the program if two options exclude each other."""
    if options.optimizer == "adam" and options.momentum == 1:
        parser.error("argument --momentum: expected less than 1 with --optimizer adam, got 1")
    if options.corruption == "masking" and options.corruption_level > 1:
        parser.error(
            "argument --corruption-level: expected a share of at most 1 with --corruption masking, "
            f"got {options.corruption_level:g}"
        )
    if options.label in options.drop and options.label != NO_LABEL:
        parser.error(f"argument --label: {options.label} is in --drop too; leave it out of one")
    if options.fill and options.drop_missing:
        parser.error("argument --fill: leaves nothing to --drop-missing; say one of them")
    in_memory = {
        "--early-stopping": options.early_stopping,
        "--corruption": options.corruption,
        "--fill": options.fill,
    }
    for flag, value in in_memory.items():
        if value and options.dask is not None:
            parser.error(f"argument {flag}: needs the data in memory; leave it out, or --dask")


def _tell_of_no_effect(parser: _Parser, options: argparse.Namespace) -> None:
    """Complain of options that were given a value, but not the option that they belong to."""
    for needed, flags in _NEEDS.items():
        idle = [flag for flag in flags if _value(options, flag) != parser.get_default(_name(flag))]
        if idle and not _value(options, needed):
            has = "has" if len(idle) == 1 else "have"
            complain(f"{', '.join(idle)} {has} no effect without {needed}")


def _value(options: argparse.Namespace, flag: str) -> Any:
    return getattr(options, _name(flag))


def _name(flag: str) -> str:
    """The name that argparse gives the option's value."""
    return flag.removeprefix("--").replace("-", "_")


def _check_distinct(parser: _Parser, files: dict[str, str | None]) -> None:
    """Leave the program if two options name the same file: one would overwrite the other."""
    owners: dict[str, str] = {}
    for flag, path in files.items():
        if path is not None and owners.setdefault(os.path.realpath(path), flag) != flag:
            owner = owners[os.path.realpath(path)]
            parser.error(f"argument {flag}: {path}: is the file of {owner} too; choose another")
