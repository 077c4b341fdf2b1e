"""The samples to learn from: features, and perhaps classes, from any source."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..extra import load
from ..nearest import did_you_mean
from ..output import counted
from .sources import DONUTS, Images, read_source
from .values import as_float64, in_shell, listed

if TYPE_CHECKING:
    import pandas as pd

# As a label: no column is the class.
NO_LABEL = "none"


class Samples(NamedTuple):
    """Samples to learn from, one in each row.

    Attributes
    ----------
    features : array of shape (n_samples, n_features), float64
        NaN stands for missing values, if these are kept.
    labels : array of shape (n_samples,), optional
        Classes: numbers or text.
    names : list of str, optional
        The names of the features; without them the columns are numbered.
    label : str or int, optional
        The name of the class's column, or its number among those that were not left out.
    image_shape : (height, width), optional
        If the rows are images.
    largest : float, optional
        The value of white, or of black, in an image.
    source : str
        The name of the source.
    note : str
        A message about what was left out; empty if nothing was.
    origins : array of shape (n_samples,), optional
        A name for each row in its source: the file's name if the rows are images, or the number
        of the row, counted from 0, if some were left out. By default the rows' own numbers.
    label_guessed : bool
        Whether the last column was taken as the class because no `label` was given.
    """

    features: np.ndarray
    labels: np.ndarray | None = None
    names: list[str] | None = None
    label: str | int | None = None
    image_shape: tuple[int, int] | None = None
    largest: float | None = None
    source: str = DONUTS
    note: str = ""
    origins: np.ndarray | None = None
    label_guessed: bool = False

    def frame(self) -> np.ndarray | pd.DataFrame:
        """The features for scikit-learn: a data frame if they have names."""
        if self.names is None:
            return self.features
        return load("data.frames").pd.DataFrame(self.features, columns=self.names)


class _Wanted(NamedTuple):
    """The treatment of missing values, and whether a model says which columns there are."""

    drop_missing: bool
    keep_missing: bool
    #: There are no --label and --drop then.
    chosen_by_model: bool = False


def read_samples(
    source: str | os.PathLike[str] = DONUTS,
    label: str | int | None = None,
    *,
    drop: Sequence[str | int] = (),
    drop_missing: bool = False,
    keep_missing: bool = False,
) -> Samples:
    """Read samples, as the command's ``--data`` does.

    Parameters
    ----------
    source : path or str
        A table (``.csv``, ``.tsv``, ``.txt``, ``.parquet``, ``.npy``, ``.npz``), a folder of
        images, ``-`` for CSV on standard input, ``donuts`` or ``digits``. CSV has a first line of
        column names; a ``.npz`` archive holds one array. Images must have one size, and are read in
        grey; those in subfolders have the name of their folder as their class.
    label : str or int, optional
        The column that is the class, by name or by number, or ``'none'``. By default it is the
        last one in tables without names, and none in tables with names.
    drop : sequence of str or int
        Columns to leave out.
    drop_missing : bool
        Whether to leave out rows with missing features, instead of refusing them. A class may be
        missing, since nothing is computed from it.
    keep_missing : bool
        Whether to keep missing values, as NaN, to be filled in. Even so, each column must have a
        value.

    Returns
    -------
    Samples

    Raises
    ------
    OSError
        If the source cannot be opened.
    ValueError
        If it cannot be read, a column is not there, or some values are not numbers: text, missing
        values, infinity.
    ImportError
        If it needs pandas, which is not installed.

    Warns
    -----
    UserWarning
        If most of a column's distinct numbers become equal in float64.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = f"{folder}/x.csv"
    ...     with open(path, "w") as file:
    ...         _ = file.write("height,width,kind\\n1,2,a\\n3,4,b\\n")
    ...     samples = read_samples(path, label="kind")
    >>> samples.names, samples.features.tolist(), samples.labels.tolist()
    (['height', 'width'], [[1.0, 2.0], [3.0, 4.0]], ['a', 'b'])
    """
    name = os.fsdecode(source)
    read = read_source(name)
    if isinstance(read, Images):
        if drop or label not in (None, NO_LABEL):
            option = "--drop" if drop else "--label"
            raise ValueError(
                f"{name}: {option} is for the columns of a table; the class of an image is the "
                "name of its folder"
            )
        return _from_images(read if label is None else read._replace(labels=None), name)
    names = None if isinstance(read, np.ndarray) else list(read.columns)
    columns = list(range(read.shape[1]))
    for dropped in drop:
        columns.remove(_find(dropped, names, columns, f"{name}: --drop"))
    guessed = label is None and names is None
    label_at = None
    if guessed:
        label_at = columns[-1] if columns else None
    elif label not in (None, NO_LABEL):
        label_at = _find(label, names, columns, f"{name}: --label")
    features = [column for column in columns if column != label_at]
    if not features:
        raise ValueError(
            f"{name}: expected at least one feature column and the class column, got shape "
            f"{read.shape}; add a last column for the class (zeros will do), or say --label none"
            if guessed
            else f"{name}: expected at least one column for the features, but none is left"
        )
    samples = _select(read, features, label_at, name, _Wanted(drop_missing, keep_missing))
    _check_columns(samples)
    if names is None and label_at is not None:
        samples = samples._replace(label=columns.index(label_at))
    return samples._replace(label_guessed=guessed)


def read_like(
    source: str | os.PathLike[str],
    n_features: int,
    names: Sequence[str] | None = None,
    label: str | int | None = None,
    image_shape: tuple[int, int] | None = None,
    largest: float | None = None,
    *,
    drop_missing: bool = False,
    keep_missing: bool = False,
) -> Samples:
    """Read new samples for a trained model.

    Columns with names are found by their names, in any order. The class's column may be there or
    not; other columns are left out, and `Samples.note` says so. Columns without names must be in
    the order of training; if there is one more, it is the class. If a model without names does not
    know the place of the class, it is the last column, and the note says so. The pixels of images
    are scaled to the model's range.

    Parameters
    ----------
    source : path or str
        As in `read_samples`.
    n_features, names, label, image_shape, largest
        The properties of the samples on which the model was trained.
    drop_missing, keep_missing : bool
        As in `read_samples`, but columns without any value are allowed.

    Raises
    ------
    OSError, ValueError, ImportError
        As in `read_samples`; a ValueError also if columns are missing, if there is a column for a
        class whose place is unknown, or if images have another size.
    """
    name = os.fsdecode(source)
    read = read_source(name)
    if isinstance(read, Images):
        if read.shape != image_shape:
            trained_on = "no images" if image_shape is None else f"images of {_size(image_shape)}"
            raise ValueError(
                f"{name}: its images are {_size(read.shape)} pixels, but the model was trained on "
                f"{trained_on}"
            )
        samples = _from_images(read, name)
        scale = 1.0 if largest is None else largest / read.largest
        return samples._replace(features=scale * read.pixels, largest=largest)
    notes: list[str] = []
    if names is None or isinstance(read, np.ndarray):
        features, label_at = _by_number(read, n_features, names, label, name, image_shape)
        if label_at not in (None, label):
            notes.append(f"{name}: column {label_at}, the last, is taken for the class")
    else:
        features, label_at, extra = _by_name(list(read.columns), names, label, name)
        if extra:
            notes.append(f"{name}: {_columns(extra)} left out, which the model was not trained on")
    wanted = _Wanted(drop_missing, keep_missing, chosen_by_model=True)
    samples = _select(read, features, label_at, name, wanted)
    note = "; ".join(filter(None, [samples.note, *notes]))
    return samples._replace(names=None if names is None else list(names), note=note)


def _by_number(
    table: Any,
    n_features: int,
    names: Sequence[str] | None,
    label: str | int | None,
    source: str,
    image_shape: tuple[int, int] | None,
) -> tuple[list[int], int | None]:
    """The columns of the features, and that of the class, if their order is that of training."""
    n_columns = table.shape[1]
    if n_columns == n_features:
        return list(range(n_features)), None
    if n_columns != n_features + 1:
        images = f"images of {_size(image_shape)} pixels, or " if image_shape else ""
        raise ValueError(
            f"{source}: expected {images}the {counted(n_features, 'column')} that the model was "
            f"trained on, and perhaps one for the class; got {n_columns}"
        )
    if isinstance(label, int) and 0 <= label < n_columns:
        label_at = label
    elif names is None:
        label_at = n_features
    else:
        raise ValueError(
            f"{source}: expected the {counted(n_features, 'column')} that the model was trained "
            f"on, got {n_columns}; the model knows columns by their names, and not where the class "
            "stood: leave it out, or give a table with names"
        )
    return [column for column in range(n_columns) if column != label_at], label_at


def _by_name(
    there: list[str], names: Sequence[str], label: str | int | None, source: str
) -> tuple[list[int], int | None, list[str]]:
    """The columns of the features, that of the class, and the names of the others."""
    missing = [name for name in names if name not in there]
    if missing:
        raise ValueError(
            f"{source}: {_columns(missing)} missing, which the model was trained on; it has "
            f"{_quoted(there)}{did_you_mean(missing[0], set(there) - set(names))}"
        )
    features = [there.index(name) for name in names]
    label_at = there.index(label) if isinstance(label, str) and label in there else None
    extra = [name for i, name in enumerate(there) if i not in (*features, label_at)]
    return features, label_at, extra


def _from_images(images: Images, source: str) -> Samples:
    return Samples(
        images.pixels,
        images.labels,
        image_shape=images.shape,
        largest=images.largest,
        source=source,
        origins=images.files,
    )


def _find(wanted: str | int, names: list[str] | None, left: Sequence[int], where: str) -> int:
    """The number of the column, among those that are left, that has this name or number."""
    column = _number(wanted, names, n_columns=max(left, default=-1) + 1)
    if column is not None and column in left:
        return column
    told = f"{where}: there is no column {str(wanted)!r} among "
    if names is None:
        raise ValueError(f"{told}columns {list(left)}")
    there = [names[i] for i in left]
    raise ValueError(f"{told}{_quoted(there)}{_instead(str(wanted), there)}")


def _instead(wanted: str, names: Sequence[str]) -> str:
    """A hint at what may have been meant by the name of a column that is not there."""
    several = [part.strip() for part in wanted.split(",")]
    if len(several) > 1 and set(several) <= set(names):
        return f"; write names with spaces between them: {in_shell(several)}"
    return did_you_mean(wanted, names)


def _number(wanted: str | int, names: list[str] | None, n_columns: int) -> int | None:
    if names is not None and wanted in names:
        return names.index(str(wanted))
    try:
        column = int(wanted)
    except ValueError:
        return None
    return column if column >= 0 else column + n_columns


def _select(
    table: Any,
    columns: list[int],
    label_at: int | None,
    source: str,
    wanted: _Wanted,
) -> Samples:
    """The samples in these columns of the table; a class that is missing costs no row."""
    select = _select_array if isinstance(table, np.ndarray) else _select_frame
    samples = select(table, columns, label_at, source, wanted)
    missing = np.isnan(samples.features).sum(axis=0)
    if not missing.any():
        return samples
    names = samples.names or [f"column {i}" for i in range(len(missing))]
    lacking = [f"{names[i]} in {missing[i]}" for i in np.flatnonzero(missing)]
    n_rows = counted(len(samples.features), "row")
    more = "; --drop-missing leaves such rows out" if wanted.chosen_by_model else ""
    empty = np.flatnonzero(missing == len(samples.features))
    if empty.size:
        more += f"; no row has a value of {listed([names[i] for i in empty])}: was it left out?"
    return samples._replace(
        note=f"{source}: {counted(int(missing.sum()), 'missing value')} filled in: "
        f"{listed(lacking)} of {n_rows}{more}"
    )


def _check_columns(samples: Samples) -> None:
    """Raise a ValueError if a column has no value at all."""
    empty = np.flatnonzero(np.isnan(samples.features).all(axis=0)).tolist()
    if empty:
        names = samples.names
        which = _columns([names[i] for i in empty]) if names else f"columns {empty} are"
        raise ValueError(
            f"{samples.source}: {which} without any value, so that there is nothing to fill "
            "it with; leave it out (--drop)"
        )


def _select_array(
    table: np.ndarray,
    columns: list[int],
    label_at: int | None,
    source: str,
    wanted: _Wanted,
) -> Samples:
    features = table[:, columns]
    complete = ~np.isnan(features).any(axis=1)
    if not (complete.all() or wanted.drop_missing or wanted.keep_missing):
        row = complete.argmin()
        raise ValueError(
            f"{source}: {(~complete).sum()} of {len(complete)} rows have missing values, the first "
            f"NaN in row {row}, column {columns[np.isnan(features[row]).argmax()]}; leave these rows "
            "out (--drop-missing), or train with --fill median"
        )
    complete |= not wanted.drop_missing
    _check_any(complete, source, wanted)
    origins = _origins(complete)
    return Samples(
        as_float64(features[complete], source, origins=origins, may_miss=wanted.keep_missing),
        None if label_at is None else table[complete, label_at].astype(np.float64),
        label=label_at,
        source=source,
        note=_dropped(complete, source),
        origins=origins,
    )


def _select_frame(
    table: pd.DataFrame,
    columns: list[int],
    label_at: int | None,
    source: str,
    wanted: _Wanted,
) -> Samples:
    frames = load("data.frames")
    features = table.iloc[:, columns]
    if len(features) == 0:
        raise ValueError(f"{source}: expected at least one row below the columns' names, got none")
    features = frames.as_numbers(features)
    may_miss = wanted.drop_missing or wanted.keep_missing
    frames.check_features(features, source, wanted.chosen_by_model, may_miss)
    complete = ~features.isna().any(axis=1).to_numpy() | (not wanted.drop_missing)
    _check_any(complete, source, wanted)
    origins = _origins(complete)
    label = None if label_at is None else table.iloc[complete, label_at]
    return Samples(
        frames.numbers(features[complete], source, origins),
        None if label is None else frames.classes(label),
        list(features.columns),
        None if label is None else str(label.name),
        source=source,
        note=_dropped(complete, source),
        origins=origins,
    )


def _origins(complete: np.ndarray) -> np.ndarray | None:
    """The numbers of the rows that are kept, if others are not."""
    return None if complete.all() else np.flatnonzero(complete)


def _check_any(complete: np.ndarray, source: str, wanted: _Wanted) -> None:
    if not complete.any():
        remedy = (
            "train with --fill median"
            if wanted.chosen_by_model
            else "leave out the columns that lack most (--drop)"
        )
        raise ValueError(
            f"{source}: expected at least one row without missing values, got none; {remedy}"
        )


def _dropped(complete: np.ndarray, source: str) -> str:
    n_dropped = int(np.sum(~complete))
    if n_dropped == 0:
        return ""
    return f"{source}: {n_dropped} of {len(complete)} rows left out: they have missing values"


def _quoted(names: Sequence[str]) -> str:
    return load("data.frames").quoted(names)


def _columns(names: Sequence[str]) -> str:
    one = len(names) == 1
    return f"{'column' if one else 'columns'} {_quoted(names)} {'is' if one else 'are'}"


def _size(shape: tuple[int, int]) -> str:
    height, width = shape
    return f"{width} × {height}"
