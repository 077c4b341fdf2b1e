"""A model file: an ``.npz`` archive of named arrays, with the hyperparameters as JSON text.

Nothing in it is pickled, so that reading a file from a stranger runs none of their code. Format 1,
which did not say so, held the network alone; format 2 may hold a scaler beside it, and format 3 an
imputer, and how large the errors of training were.
"""

from __future__ import annotations

import json
import math
import os
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from ..fitting.percentiles import PERCENTAGES
from .npy import Header, first_line, read_data, read_header
from .whole import open_for_reading, replacing


def _shapes(n_features: int, n_hidden: int, n_epochs: int) -> dict[str, tuple[int, ...]]:
    """Every array that a model must have, and its shape."""
    weights, hidden_bias, output_bias = (n_features, n_hidden), (n_hidden,), (n_features,)
    return {
        "weights": weights,
        "hidden_bias": hidden_bias,
        "output_bias": output_bias,
        "weights_velocity": weights,
        "hidden_bias_velocity": hidden_bias,
        "output_bias_velocity": output_bias,
        "costs": (n_epochs,),
    }


ARRAYS = tuple(_shapes(0, 0, 0))


def _more_shapes(n_features: int, n_hidden: int, n_scores: int) -> dict[str, tuple[int, ...]]:
    """Every array that a model may have besides, and its shape."""
    weights, hidden_bias, output_bias = (n_features, n_hidden), (n_hidden,), (n_features,)
    return {
        "weights_mean": weights,
        "weights_mean_square": weights,
        "hidden_bias_mean": hidden_bias,
        "hidden_bias_mean_square": hidden_bias,
        "output_bias_mean": output_bias,
        "output_bias_mean_square": output_bias,
        "steps": (),
        "validation_scores": (n_scores,),
        "error_percentiles": (len(PERCENTAGES),),
        "error": (),
    }


# What Adam remembers, all or nothing; only of a model that was fitted with early stopping; and not of
# one that went on training.
*MOMENTS, VALIDATION_SCORES, ERROR_PERCENTILES, ERROR = _more_shapes(0, 0, 0)
# Whatever the weights are.
_FLOAT64 = ("costs", "steps", VALIDATION_SCORES, ERROR_PERCENTILES, ERROR)
# Only a model that was fitted to named features has this one, of text.
FEATURE_NAMES = "feature_names"
HYPERPARAMETERS = "hyperparameters"
# To be raised when a file holds something that today's `read_model` would refuse or misunderstand.
FORMAT, FIRST_NUMBERED = 3, 2
FORMAT_ENTRY = "format"
# The imputer before the scaler, as JSON text, and what it fills each feature's missing values with.
IMPUTER = "imputer"
IMPUTER_STATISTICS = "imputer_statistics_"
# The scaler, as JSON text; its fitted attributes are arrays whose names begin with the prefix.
SCALER = "scaler"
SCALER_PREFIX = "scaler_"
# The scalers that a file can hold, and their fitted attributes: a number for each feature.
SCALERS = {
    "Preparation": ("low_", "span_"),
    "MinMaxScaler": ("min_", "scale_", "data_min_", "data_max_", "data_range_"),
    "StandardScaler": ("mean_", "var_", "scale_"),
    "RobustScaler": ("center_", "scale_"),
    "MaxAbsScaler": ("max_abs_", "scale_"),
}
_SCALER_ARRAYS = frozenset(SCALER_PREFIX + name for names in SCALERS.values() for name in names)
_TEXTS = (FORMAT_ENTRY, HYPERPARAMETERS, SCALER, IMPUTER)

# How many bytes more than the file itself its arrays may have, if it is compressed: weights hardly
# shrink, so that a file which grows by more when it is unpacked is there to fill the memory.
MOST_GAINED = 2**24
# Bytes of one text: the hyperparameters, or the name of a feature.
LONGEST_TEXT = 2**20
_ENCRYPTED = 1  # a bit of a member's flags


class Stored(NamedTuple):
    """The contents of a model file."""

    #: What JSON can hold, by name.
    hyperparameters: dict[str, Any]
    #: Those named in `ARRAYS`, perhaps the feature names, and those of the steps before the network.
    arrays: dict[str, np.ndarray]
    #: The scaler's class and parameters, and what the steps are called, if there is one.
    scaler: dict[str, Any] | None = None
    #: The parameters of the imputer before the scaler, if there is one.
    imputer: dict[str, Any] | None = None
    format: int = FORMAT


def write_model(
    path: str | os.PathLike[str],
    hyperparameters: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray],
    steps: Mapping[str, Mapping[str, Any]] = {},
) -> None:
    """Write the file whole, or leave what was there.

    Parameters
    ----------
    path : path
        Used as given; no suffix is added.
    hyperparameters : mapping of str to what JSON can hold
    arrays : mapping of str to array
        Those named in `ARRAYS`, perhaps the feature names, as `as_text` makes them, and those of
        the steps before the network.
    steps : mapping of str to what JSON can hold
        `SCALER` and `IMPUTER`, if the model has them.

    Raises
    ------
    OSError
        If the file cannot be written.
    ValueError
        If `read_model` would refuse what is to be written.
    """
    texts = {FORMAT_ENTRY: FORMAT, HYPERPARAMETERS: hyperparameters, **steps}
    entries = {name: np.array(json.dumps(value)) for name, value in texts.items()} | dict(arrays)
    entries = {name: np.asarray(array) for name, array in entries.items()}
    try:
        _check_headers({name: Header(a.shape, False, a.dtype, 0) for name, a in entries.items()})
        for name, array in entries.items():
            _check_values(name, array)
    except ValueError as error:
        raise ValueError(f"{os.fsdecode(path)}: the model cannot be saved: {error}") from None
    with replacing(path) as file:
        np.savez(file, **entries)  # type: ignore[arg-type]  # none is named allow_pickle


def as_text(names: Sequence[str]) -> np.ndarray:
    """The names of features as an array of text, which needs no pickle.

    Raises
    ------
    ValueError
        If one of them would come back as another.

    Examples
    --------
    >>> as_text(["height", "width"])
    array(['height', 'width'], dtype='<U6')
    """
    text = np.array([str(name) for name in names])
    for name, kept in zip(names, text.tolist(), strict=True):
        if name != kept:
            raise ValueError(
                f"the feature name {name!r} would come back from a file as {kept!r}; rename it in "
                "feature_names_in_"
            )
    return text


def read_model(path: str | os.PathLike[str]) -> Stored:
    """The content of a file made by `write_model`, of this or an earlier version.

    What the file declares is checked before any of its data is read, so that memory and time stay
    in proportion to the size of the file.

    Parameters
    ----------
    path : path

    Raises
    ------
    OSError
        If the file cannot be opened.
    ValueError
        If it is not such a file, is damaged, holds pickled objects, or if an array is missing,
        extra, of the wrong shape or dtype, or not finite; or if a newer version wrote it.
    """
    with open_for_reading(path) as file, expecting_a_model(path):
        arrays = _read_arrays(file)
        texts = {name: arrays.pop(name) for name in _TEXTS if name in arrays}
        return Stored(
            _parse(texts, HYPERPARAMETERS),
            arrays,
            _parse(texts, SCALER) if SCALER in texts else None,
            _parse(texts, IMPUTER) if IMPUTER in texts else None,
            _format(texts.get(FORMAT_ENTRY)),
        )


@contextmanager
def expecting_a_model(path: str | os.PathLike[str]) -> Iterator[None]:
    """Make whatever reading raises a ValueError that names the file."""
    try:
        yield
    except Exception as error:
        # Not a list of classes: damage makes parsers raise nearly anything.
        raise ValueError(
            f"{os.fsdecode(path)}: expected a model written by AutoEncoder.save or --save, but "
            f"{first_line(error)}"
        ) from error


def _read_arrays(file: BinaryIO) -> dict[str, np.ndarray]:
    if not file.seekable():
        raise ValueError("it is a pipe, where a file is needed")
    # Asked first because `zipfile` also opens what has an archive only at its end.
    if file.read(2) != b"PK":
        raise ValueError("it is not an .npz file")
    size = file.seek(0, os.SEEK_END)
    with _opened(file) as archive:
        members = _check_members(archive.infolist(), size)
        _check_format(archive, members)
        _check_names(members)
        headers = {}
        for name, member in members.items():
            with _blaming(name), archive.open(member) as stream:
                headers[name] = read_header(stream, member.file_size)
        _check_headers(headers)
        arrays = {}
        for name, member in members.items():
            with _blaming(name), archive.open(member) as stream:
                stream.read(headers[name].offset)
                arrays[name] = _native(read_data(stream, headers[name]))
            _check_values(name, arrays[name])
    return arrays


def _opened(file: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except Exception as error:
        raise ValueError(f"it is damaged or cut off: {first_line(error)}") from error


@contextmanager
def _blaming(name: str) -> Iterator[None]:
    """Say which member of the archive the error is about."""
    try:
        yield
    except Exception as error:
        raise ValueError(f"its entry {name!r} is damaged: {first_line(error)}") from error


def _check_members(members: list[zipfile.ZipInfo], size: int) -> dict[str, zipfile.ZipInfo]:
    """The members by their arrays' names, if they can be those of a model."""
    for member in members:
        if not member.filename.endswith(".npy"):
            raise ValueError(
                f"its entry {member.filename!r} is not an array: those are named *.npy"
            )
    named = {member.filename.removesuffix(".npy"): member for member in members}
    if len(named) < len(members):
        raise ValueError("it holds two arrays of the same name")
    for name, member in named.items():
        if member.flag_bits & _ENCRYPTED:
            raise ValueError(f"its entry {name!r} is encrypted")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f"its entry {name!r} is compressed in a way that NumPy never does")
    unpacked = sum(member.file_size for member in members)
    if unpacked > size + MOST_GAINED:
        raise ValueError(
            f"its {size} bytes would unpack to {unpacked}, which no model's numbers do; "
            "if this is one all the same, write it without compression"
        )
    return named


def _check_format(archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo]) -> None:
    """Raise a ValueError if a newer version wrote the file, whatever else is in it."""
    if FORMAT_ENTRY not in members:
        return
    member = members[FORMAT_ENTRY]
    with _blaming(FORMAT_ENTRY), archive.open(member) as stream:
        header = read_header(stream, member.file_size)
        _check_text(FORMAT_ENTRY, header)
        text = _native(read_data(stream, header))
        _check_values(FORMAT_ENTRY, text)
    if _format(text) > FORMAT:
        raise ValueError(
            f"it was written by a newer version of minigrad: its format is {_format(text)}, and "
            f"this version reads formats up to {FORMAT}; upgrade minigrad"
        )


def _format(text: np.ndarray | None) -> int:
    if text is None:
        return 1
    number = str(text)
    if not (
        number.isascii() and number.isdigit() and len(number) < 10 and int(number) >= FIRST_NUMBERED
    ):
        raise ValueError(
            f"its entry {FORMAT_ENTRY!r} is not the number of a format: {number[:20]!r}"
        )
    return int(number)


def _check_names(members: Mapping[str, zipfile.ZipInfo]) -> None:
    """Raise a ValueError unless all arrays of a model are there, and no others."""
    missing = {HYPERPARAMETERS, *ARRAYS} - members.keys()
    judged = (VALIDATION_SCORES, ERROR_PERCENTILES, ERROR)
    allowed = {*_TEXTS, FEATURE_NAMES, *ARRAYS, *MOMENTS, *judged}
    if members.keys() & set(MOMENTS):
        missing |= set(MOMENTS) - members.keys()
    if SCALER in members:
        allowed |= _SCALER_ARRAYS
    if IMPUTER in members:
        allowed.add(IMPUTER_STATISTICS)
        missing |= {SCALER, IMPUTER_STATISTICS} - members.keys()
    extra = members.keys() - allowed
    if missing or extra:
        raise ValueError(f"arrays are missing: {sorted(missing)}, or unknown: {sorted(extra)[:5]}")


def _check_headers(headers: Mapping[str, Header]) -> None:
    """Raise a ValueError unless these are the arrays of one model."""
    weights = headers["weights"]
    if len(weights.shape) != 2 or min(weights.shape) < 1:
        raise ValueError(
            f"its weights have shape {weights.shape} instead of two sizes of at least 1"
        )
    n_features, n_hidden = weights.shape
    costs = headers["costs"]
    n_epochs = math.prod(costs.shape)
    n_scores = math.prod(headers[VALIDATION_SCORES].shape) if VALIDATION_SCORES in headers else 0
    shapes = _shapes(n_features, n_hidden, n_epochs)
    more = _more_shapes(n_features, n_hidden, n_scores)
    shapes |= {name: shape for name, shape in more.items() if name in headers}
    for name, shape in shapes.items():
        header = headers[name]
        if header.shape != shape:
            raise ValueError(
                f"its array {name!r} has shape {header.shape}, which for weights of shape "
                f"{weights.shape} should be {shape}"
            )
        if header.dtype.name not in ("float32", "float64"):
            raise ValueError(
                f"its array {name!r} is not all finite float32 or float64 numbers, "
                f"but {header.dtype}"
            )
        if name not in _FLOAT64 and header.dtype.name != weights.dtype.name:
            raise ValueError(
                f"its array {name!r} is {header.dtype.name}, but its weights are "
                f"{weights.dtype.name}"
            )
    for name in {*_SCALER_ARRAYS, IMPUTER_STATISTICS} & headers.keys():
        header = headers[name]
        if header.shape != (n_features,) or header.dtype.name != "float64":
            raise ValueError(
                f"its array {name!r} should be {n_features} float64 numbers, one for each feature; "
                f"it is {header.dtype} of shape {header.shape}"
            )
    for name in headers.keys() & {*_TEXTS, FEATURE_NAMES}:
        _check_text(name, headers[name])
    names = headers.get(FEATURE_NAMES)
    if names is not None and names.shape != (n_features,):
        raise ValueError(
            f"its {math.prod(names.shape)} feature names do not name {n_features} features"
        )


def _check_text(name: str, header: Header) -> None:
    dtype = header.dtype
    if dtype.kind != "U" or dtype.itemsize > LONGEST_TEXT:
        raise ValueError(
            f"its entry {name!r} should be text of at most {LONGEST_TEXT} bytes; it is {dtype}"
        )
    if name != FEATURE_NAMES and header.shape != ():
        raise ValueError(f"its entry {name!r} is not one text")


def _native(array: np.ndarray) -> np.ndarray:
    """A copy in this machine's byte order, with memory of its own."""
    return np.array(array, array.dtype.newbyteorder("="), order="C")


def _check_values(name: str, array: np.ndarray) -> None:
    if array.dtype.kind != "U":
        if not np.isfinite(array).all():
            raise ValueError(f"its array {name!r} is not all finite numbers")
    # NumPy fails only later, where the text becomes a str.
    elif array.reshape(-1).view(np.uint32).max(initial=0) > sys.maxunicode:
        raise ValueError(f"its entry {name!r} has a character that Unicode does not have")


def _parse(texts: Mapping[str, np.ndarray], name: str) -> dict[str, Any]:
    """The named values that a text holds, as JSON."""
    try:
        values = json.loads(texts[name].item())
    except Exception as error:
        raise ValueError(f"its entry {name!r} is not readable: {first_line(error)}") from error
    if not isinstance(values, dict):
        raise ValueError(f"its entry {name!r} does not hold named values")
    return values
