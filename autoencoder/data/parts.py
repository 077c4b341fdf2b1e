"""Tables in many files, each of which a worker of a Dask cluster reads and scales.

A file is read as `read_samples` reads it, so it means the same as on one machine. It is read twice:
once for the ranges of its columns, and once to be scaled by those of all files.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import dask
import dask.array as da
import numpy as np
from dask import delayed

from ..rows.blocks import Summary
from .samples import Samples, read_samples

if TYPE_CHECKING:
    from ..preparation import Scaling

# So many rows of all files are drawn.
_DRAWN = 9000
_TABLES = (".csv", ".tsv", ".txt", ".parquet", ".pq", ".npy", ".npz")


class Part(NamedTuple):
    """A file, as a worker tells of it."""

    summary: Summary
    #: Some of its rows.
    some: Samples


class Parts(NamedTuple):
    """The files of a table, after a look at each."""

    #: What the files were found by.
    source: str
    paths: Sequence[str]
    #: Reads one.
    read: Callable[[str], Samples]
    parts: Sequence[Part]

    @property
    def summary(self) -> Summary:
        """The summary of all files, from a look at every row."""
        return Summary.joined([part.summary for part in self.parts])

    @property
    def notes(self) -> list[str]:
        """Notes on what was left out, for messages."""
        return [part.some.note for part in self.parts if part.some.note]

    def some(self) -> Samples:
        """Some rows of every file, to describe and draw."""
        samples = [part.some for part in self.parts]
        labels = [each.labels for each in samples if each.labels is not None]
        return samples[0]._replace(
            features=np.concatenate([each.features for each in samples]),
            labels=np.concatenate(labels) if labels else None,
            source=self.source,
        )

    def scaled(self, scaling: Scaling) -> da.Array:
        """All rows scaled, in the workers' memory, a partition for each file."""
        n_features = len(scaling.low)
        load = delayed(partial(_scaled, read=self.read, scaling=scaling), pure=False)
        return da.concatenate(
            [
                da.from_delayed(load(path), (part.summary.n_rows, n_features), np.float32)
                for path, part in zip(self.paths, self.parts, strict=True)
            ]
        ).persist()


def read_parts(
    source: str,
    label: str | int | None = None,
    *,
    drop: Sequence[str | int] = (),
    drop_missing: bool = False,
) -> Parts:
    """Find the files of a table, and have the workers look at each.

    Parameters
    ----------
    source : str
        A pattern such as ``'part-*.parquet'``, or a folder of such files. The workers must find them
        by the same paths.
    label, drop, drop_missing
        As in `read_samples`.

    Raises
    ------
    OSError, ValueError, ImportError
        As in `read_samples`, of each file; and a ValueError if there is none, or if their columns
        differ.
    """
    paths = find_files(source)
    read = partial(read_samples, label=label, drop=drop, drop_missing=drop_missing)
    look = delayed(partial(_look, read=read, n=-(-_DRAWN // len(paths))), pure=False)
    parts = dask.compute(*map(look, paths))
    first = parts[0].some
    for path, part in zip(paths, parts, strict=True):
        if _columns(part.some) != _columns(first):
            raise ValueError(
                f"{path}: its columns are not those of {paths[0]}: {_columns(part.some)} and "
                f"{_columns(first)}; give the files of one table"
            )
    return Parts(source, paths, read, parts)


def find_files(source: str) -> list[str]:
    """The files that the pattern matches, or that are in the folder, in the order of their names.

    Raises
    ------
    ValueError
        If there are none, or one is not a table.
    """
    pattern = os.path.join(glob.escape(source), "*") if os.path.isdir(source) else source
    paths = sorted(os.path.abspath(path) for path in glob.glob(pattern, recursive=True))
    # Whoever writes such folders leaves marks in them, as _SUCCESS.
    paths = [path for path in paths if not os.path.basename(path).startswith(("_", "."))]
    if not paths:
        raise ValueError(f"{source}: there is no such file; give a pattern, as 'part-*.parquet'")
    for path in paths:
        if not path.lower().endswith(_TABLES):
            raise ValueError(
                f"{path}: expected a table, a file that ends in {', '.join(_TABLES)}; give a pattern "
                "that leaves others out"
            )
    return paths


def _columns(samples: Samples) -> Any:
    return (samples.names or f"{samples.features.shape[1]} without names", samples.label)


# What workers do.


def _look(path: str, read: Callable[[str], Samples], n: int) -> Part:
    samples = read(path)
    every = slice(None, None, max(1, len(samples.features) // n))
    labels = None if samples.labels is None else samples.labels[every]
    some = samples._replace(features=samples.features[every].copy(), labels=labels)
    return Part(Summary.of(samples.features), some)


def _scaled(path: str, read: Callable[[str], Samples], scaling: Scaling) -> np.ndarray:
    return scaling.transform(read(path).features).astype(np.float32)
