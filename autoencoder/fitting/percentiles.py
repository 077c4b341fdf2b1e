"""Percentiles of the errors of training, for those of other samples to be judged by."""

from __future__ import annotations

from typing import NoReturn

import numpy as np

PERCENTAGES = (50, 90, 95, 99, 100)
USUAL_PERCENTAGE = 99


class Percentiles(dict[int, float]):
    """The errors that these percentages of all errors do not exceed.

    Examples
    --------
    >>> Percentiles.of(np.arange(1.0, 101))
    {50: 51.0, 90: 91.0, 95: 96.0, 99: 100.0, 100: 100.0}
    """

    @classmethod
    def of(cls, errors: np.ndarray) -> Percentiles:
        """The percentiles of errors, each the error of a sample."""
        found = np.percentile(errors, PERCENTAGES, method="higher")
        return cls(zip(PERCENTAGES, found.tolist(), strict=True))

    def __missing__(self, percentage: object) -> NoReturn:
        known = ", ".join(map(str, self))
        raise KeyError(f"no percentile {percentage!r} is kept: there are {known}")
