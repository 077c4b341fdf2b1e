"""Scores of new rows, which tell which rows are unlike those of training."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..data import Samples
from ..output import counted
from .kept import Kept


class Scores(NamedTuple):
    """The errors of rows that the network rebuilt, beside those of training."""

    #: The mean squared error of each scaled row.
    errors: np.ndarray
    #: The column of each row that lost most; None if columns have no names.
    worst: list[str] | None
    #: What this share of training's rows, in percent, did not exceed; None if the model forgot.
    share: int
    limit: float | None

    @classmethod
    def of(cls, kept: Kept, features: np.ndarray, rebuilt: np.ndarray, share: int) -> Scores:
        """The scores of scaled rows, which the network rebuilt so."""
        worst = None
        if kept.names:
            worst = [kept.names[i] for i in np.abs(features - rebuilt).argmax(axis=1)]
        percentiles = kept.network.error_percentiles_ or {}
        return cls(kept.network.score_samples(features), worst, share, percentiles.get(share))

    @property
    def above(self) -> np.ndarray:
        """Whether each row's error is above that of training."""
        return self.errors > (np.inf if self.limit is None else self.limit)

    def describe(self, samples: Samples) -> str:
        """One line: how many rows are above that limit."""
        rows = counted(len(self.errors), "image" if samples.image_shape else "row")
        return (
            f"{self.above.sum()} of {rows} above the {self.share} % error of training "
            f"({self.limit:.4g})"
        )

    def table(self, samples: Samples) -> tuple[list[str], list[list[object]]]:
        """A line for each row that says which it is, and what there is to say of it."""
        origins = np.arange(len(self.errors)) if samples.origins is None else samples.origins
        columns: dict[str, list[object]] = {
            "file" if samples.image_shape else "row": origins.tolist(),
            "score": self.errors.tolist(),
        }
        if self.limit is not None:
            columns["above"] = self.above.tolist()
        if self.worst is not None:
            columns["worst"] = list(self.worst)
        return list(columns), [list(line) for line in zip(*columns.values(), strict=True)]
