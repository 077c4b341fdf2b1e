"""Tables with names: CSV, TSV and Parquet, read by pandas."""

from __future__ import annotations

import csv
import re
import warnings
from collections import Counter
from collections.abc import Sequence
from io import BytesIO, StringIO
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype, is_bool_dtype, is_complex_dtype, is_numeric_dtype
from pandas.errors import ParserWarning

from ..files.npy import first_line
from ..output import counted
from .values import MANY_ROWS, as_float64, hint_at_row_numbers, in_shell

SEPARATORS = (",", ";", "\t", "|")
# From 3.1 on pandas reads every number to its last digit unasked.
_BEFORE_3_1 = tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1)
_EXACT = {"float_precision": "round_trip"} if _BEFORE_3_1 else {}
# What pandas calls a column whose header is empty.
_UNNAMED = re.compile(r"Unnamed: \d+")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
# What a column of Python's objects holds, beside what is missing, if it holds numbers.
_NUMBERS = ("boolean", "integer", "floating", "mixed-integer-float", "decimal", "empty")
# An integer that may be beyond 64 bits.
_LONG = r"[-+]?\d{19,}"
_DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+")
# Which share of a column's cells may be no numbers for it to be one of numbers, with mistakes.
_FEW = 0.2
# The number of columns whose names a message gives.
_NAMED = 10


def read_csv(file: BinaryIO, source: str, separator: str | None = None) -> pd.DataFrame:
    """The table in a text file whose first line names the columns.

    Parameters
    ----------
    file : binary stream
        It need not be able to seek.
    source : str
        The name of the source, for messages.
    separator : str, optional
        By default the one of `SEPARATORS` that is most frequent in the first line.

    Raises
    ------
    ValueError
        If it is not such a table.
    """
    content = file if file.seekable() else BytesIO(file.read())
    start = content.tell()
    header = content.readline().decode("utf-8-sig", "replace")
    content.seek(start)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", ParserWarning)  # that fields are left out
            frame = pd.read_csv(
                content,
                sep=separator or _most_frequent(header),
                encoding="utf-8",
                index_col=False,
                skipinitialspace=True,
                low_memory=False,
                **_EXACT,
            )
    except Exception as error:
        raise ValueError(
            f"{source}: expected a table in UTF-8 with a line of column names, but "
            f"{_explained(error)}"
        ) from error
    _check_distinct(_names_in(header, separator or _most_frequent(header)), source)
    frame = _with_long_integers(frame)
    frame.columns = [str(name).strip() for name in frame.columns]
    _check_header(frame, source)
    return frame


def _with_long_integers(frame: pd.DataFrame) -> pd.DataFrame:
    """The table, with float64 where pandas leaves text of numbers.

    It does so if an integer is too large for int64, and another is negative or missing.
    """
    columns = [frame.iloc[:, index] for index in range(frame.shape[1])]
    if not any(_is_text(column) and column.str.fullmatch(_LONG).any() for column in columns):
        return frame
    return pd.concat([_numbers_of_text(column) for column in columns], axis=1)


def _is_text(column: pd.Series) -> bool:
    return infer_dtype(column, skipna=True) == "string"


def _numbers_of_text(column: pd.Series) -> pd.Series:
    """The numbers that a column of text holds, read by pandas as it reads others; else the column."""
    if not _is_text(column):
        return column
    text = StringIO("\n".join(column.fillna("")))
    try:
        read = pd.read_csv(
            text, names=["numbers"], sep="\x1f", skip_blank_lines=False, dtype=np.float64, **_EXACT
        )
    except ValueError:
        return column
    return pd.Series(read["numbers"].to_numpy(), column.index, name=column.name)


def read_parquet(file: BinaryIO, source: str) -> pd.DataFrame:
    """The table in a Parquet file.

    Raises
    ------
    ImportError
        If pandas has no engine for it.
    ValueError
        If it is not such a file.
    """
    content = file if file.seekable() else BytesIO(file.read())
    try:
        frame = pd.read_parquet(content)
    except ImportError as error:
        raise ImportError(
            f"{source}: pandas needs pyarrow for Parquet: pip install pyarrow"
        ) from error
    except Exception as error:
        raise ValueError(f"{source}: expected a Parquet file, but {first_line(error)}") from error
    frame.columns = [str(name) for name in frame.columns]
    _check_distinct(list(frame.columns), source)
    return frame


def _names_in(header: str, separator: str) -> list[str]:
    """The columns' names in the first line: pandas numbers those that are called the same."""
    try:
        (names,) = csv.reader([header], delimiter=separator, skipinitialspace=True)
    except csv.Error:  # of lines that end as those of old Macs do, which pandas reads all the same
        return []
    return [name.strip() for name in names]


def _check_distinct(names: list[str], source: str) -> None:
    """Raise a ValueError if two columns have one name; what has none is told by its place."""
    several = [name for name, n in Counter(names).items() if name and n > 1]
    if several:
        raise ValueError(
            f"{source}: expected a name of its own for each column, got {quoted(several)} more than "
            "once; rename or remove the others"
        )


def _most_frequent(header: str) -> str:
    bare = re.sub(r'"[^"]*"', "", header)
    return max(SEPARATORS, key=bare.count)  # of equals the first, which is the comma


def _explained(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is not UTF-8; convert it first"
    if isinstance(error, pd.errors.EmptyDataError):
        return "it is empty"
    if isinstance(error, ParserWarning):
        return "its rows have more fields than its first line has names"
    return first_line(error).removeprefix("Error tokenizing data. C error: ")


def _check_header(frame: pd.DataFrame, source: str) -> None:
    """Raise a ValueError if the first line holds numbers, as that of a table without names does.

    Whole numbers may be names, as years are, or the numbers that pandas gives to columns.
    """
    names = list(frame.columns)
    numbers = [name for name in names if _NUMBER.fullmatch(name)]
    whole = all(name.isdigit() for name in numbers)
    if numbers and not (whole and (len(numbers) < len(names) or names == _counted(len(names)))):
        raise ValueError(
            f"{source}: expected a first line of column names, got numbers in it: "
            f"{', '.join(numbers[:_NAMED])}; write the columns' names above them"
        )


def _counted(n: int) -> list[str]:
    return [str(i) for i in range(n)]


def quoted(names: Sequence[object]) -> str:
    """The names as a message lists them.

    Examples
    --------
    >>> quoted(["height", "width"])
    "'height', 'width'"
    """
    some = ", ".join(repr(str(name)) for name in names[:_NAMED])
    return some if len(names) <= _NAMED else f"{some} and {len(names) - _NAMED} more"


def as_numbers(features: pd.DataFrame) -> pd.DataFrame:
    """The columns, those that hold numbers as something else as float64, with NaN for missing ones.

    Pandas keeps objects for truth values of which some are missing, integers beyond 64 bits, and
    decimals; numbers can be the categories of a column that has few.
    """
    if all(_is_numeric(column) for _, column in features.items()):
        return features
    columns = [_as_numbers(features.iloc[:, index]) for index in range(features.shape[1])]
    return pd.concat(columns, axis=1)


def _as_numbers(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype if column.notna().all() else object)
    if column.dtype != object or infer_dtype(column, skipna=True) not in _NUMBERS:
        return column
    values = [
        np.nan if missing else _float(value)
        for value, missing in zip(column, column.isna(), strict=True)
    ]
    return pd.Series(values, column.index, np.float64, column.name)


def _float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:  # of an integer, which has no bounds
        return np.inf if value > 0 else -np.inf


def check_features(
    features: pd.DataFrame, source: str, chosen_by_model: bool = False, may_miss: bool = False
) -> None:
    """Raise a ValueError, a line for each kind of mistake, unless columns are numbers with names.

    Parameters
    ----------
    features : DataFrame
    source : str
    chosen_by_model : bool
        Whether a model needs just these columns, so that only their cells can be mended.
    may_miss : bool
        Whether numbers may be missing.
    """
    unnamed = [name for name in features.columns if _UNNAMED.fullmatch(name)]
    named = [name for name in features.columns if name not in unnamed]
    text = [name for name in named if not _is_numeric(features[name])]
    numeric = features[[name for name in named if name not in text]]
    mistakes = [
        unnamed and _without_name(unnamed, chosen_by_model),
        text and _of_text(features[text], chosen_by_model),
        "" if may_miss else _missing(numeric),
    ]
    told = [mistake for mistake in mistakes if mistake]
    if not told:
        return
    if not chosen_by_model:
        complete = numeric.loc[:, numeric.notna().all()]
        told.append(hint_at_row_numbers(complete.to_numpy(np.float64), list(complete.columns)))
    raise ValueError(f"{source}: " + "\n  ".join(filter(None, told)))


def _without_name(unnamed: list[str], chosen_by_model: bool) -> str:
    out = "of the file" if chosen_by_model else f"with --drop {in_shell(unnamed)}"
    return (
        f"column {quoted(unnamed)} has no name in the first line: row numbers, as pandas writes "
        f"them? Leave it out {out}, or give it a name"
    )


def _of_text(text: pd.DataFrame, chosen_by_model: bool) -> str:
    """Advice on columns that hold text; those that differ from row to row have no classes."""
    names = list(text.columns)
    row, value = _first_text(text[names[0]])
    if _DECIMAL_COMMA.fullmatch(value.strip()):
        return (
            f"expected decimal points, but {names[0]!r} has decimal commas ({value!r} in "
            f"row {row}); write the table anew: pandas.read_csv(path, sep=None, "
            "engine='python', decimal=',').to_csv('points.csv', index=False)"
        )
    if chosen_by_model:
        return f"{_no_numbers(text)}; correct {_them(names)}"
    # A column of dates has none, though it holds no numbers.
    cells = [name for name in names if 0 < _not_numbers(text[name]).mean() <= _FEW]
    told = []
    if cells:
        told.append(
            f"{_no_numbers(text[cells])}; correct {_them(cells)}, or leave the cell empty and see to "
            "missing values (--fill, --drop-missing)"
        )
    others = [name for name in names if name not in cells]
    if others:
        told.append(_of_columns_of_text(text[others]))
    return "\n  ".join(told)


def _of_columns_of_text(text: pd.DataFrame) -> str:
    """Advice on columns that are not meant to be numbers."""
    names = list(text.columns)
    row, value = _first_text(text[names[0]])
    holds, them = ("holds", "it") if len(names) == 1 else ("hold", "them")
    keys = [name for name in names if len(text) >= MANY_ROWS and text[name].is_unique]
    only = f"; {quoted(keys)} never the same twice, as names of rows" if keys else ""
    return (
        f"expected columns of numbers, but {quoted(names)} {holds} text or dates "
        f"({value!r} in row {row}{only}); leave {them} out (--drop {in_shell(names)}), one-hot "
        f"encode {them} first (pandas.get_dummies), or name the one that is the class (--label)"
    )


def _missing(numeric: pd.DataFrame) -> str:
    """A message on rows that lack a number, and in which columns; empty if none does."""
    n_missing = int(numeric.isna().any(axis=1).sum())
    if not n_missing:
        return ""
    return (
        f"{n_missing} of {len(numeric)} rows have missing values ({missing_by_column(numeric)}); "
        "leave these rows out (--drop-missing), or train with --fill median"
    )


def _is_numeric(column: pd.Series) -> bool:
    dtype = column.dtype
    return is_bool_dtype(dtype) or (is_numeric_dtype(dtype) and not is_complex_dtype(dtype))


def _no_numbers(text: pd.DataFrame) -> str:
    """The first cell of each column that is not a number, and how many others there are."""
    told = []
    for name, column in list(text.items())[:_NAMED]:
        row, value = _first_text(column)
        n_others = int(_not_numbers(column).sum()) - 1
        others = f", nor {'is' if n_others == 1 else 'are'} {counted(n_others, 'other')}"
        told.append(
            f"row {row} of {str(name)!r} is not a number ({value!r}){others if n_others else ''}"
        )
    return ", ".join(told)


def _them(names: Sequence[object]) -> str:
    return "it" if len(names) == 1 else "them"


def _first_text(column: pd.Series) -> tuple[int, str]:
    """The row and the value of the first entry that is not a number."""
    row = int(np.argmax(_not_numbers(column)))
    return row, str(column.iloc[row])


def _not_numbers(column: pd.Series) -> np.ndarray:
    """Whether each entry is something else than a number; what is missing is not."""
    try:
        return (pd.to_numeric(column, errors="coerce").isna() & column.notna()).to_numpy(bool)
    except (TypeError, ValueError):  # of what is not even text
        return column.notna().to_numpy(bool)


def missing_by_column(frame: pd.DataFrame) -> str:
    """The columns that have missing values, and how many."""
    counts = frame.isna().sum()
    return ", ".join(f"{str(name)!r}: {n}" for name, n in counts.items() if n)


def numbers(features: pd.DataFrame, source: str, origins: np.ndarray | None = None) -> np.ndarray:
    """The columns as one matrix, float64, in which what is missing is NaN.

    Parameters
    ----------
    features : DataFrame
        Its columns are numbers.
    source : str
    origins : array of int, optional
        The rows' numbers in the table, if others were left out.

    Raises
    ------
    ValueError
        If a number is not finite, or too large for float32.

    Warns
    -----
    UserWarning
        If most of a column's different numbers are the same in float64.
    """
    names = list(features.columns)
    matrix = np.empty(features.shape)
    for index, name in enumerate(names):
        column = features.iloc[:, index].to_numpy()
        if column.dtype == object:  # of a nullable dtype
            column = features.iloc[:, index].to_numpy(dtype=np.float64, na_value=np.nan)
        converted = as_float64(column[:, np.newaxis], source, [name], origins, may_miss=True)
        matrix[:, index] = converted[:, 0]
    return matrix


def classes(column: pd.Series) -> np.ndarray:
    """The classes of the samples: numbers, or text."""
    if _is_numeric(column) and not is_bool_dtype(column.dtype):
        return column.to_numpy(dtype=np.float64)
    return column.astype(str).where(column.notna(), "missing").to_numpy(dtype=str)
