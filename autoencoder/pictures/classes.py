"""The classes of samples, with the names that a reader of a picture knows them by."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class Classes(NamedTuple):
    """The names of the classes in order, and the number of each sample's."""

    names: list[str]
    membership: np.ndarray

    @classmethod
    def of(cls, labels: ArrayLike | None, n_samples: int, label_name: str | None = None) -> Classes:
        """The classes that these labels tell apart; one, if there are none.

        A label that is text is a class's name; a number is named after what the labels are
        called: as said or, as a column of a data frame, by themselves; or as ``class``.

        Examples
        --------
        >>> Classes.of(["setosa", "virginica", "setosa"], 3)
        Classes(names=['setosa', 'virginica'], membership=array([0, 1, 0]))
        >>> Classes.of([1.0, 0.0], 2).names
        ['class 0', 'class 1']
        >>> Classes.of([3, 5], 2, "quality").names
        ['quality 3', 'quality 5']
        """
        if labels is None:
            return cls(["all"], np.zeros(n_samples, dtype=int))
        noun = label_name or getattr(labels, "name", None) or "class"
        values = np.asarray(labels).reshape(-1)
        try:
            found, membership = np.unique(values, return_inverse=True)
        except TypeError:  # text and numbers, or what is missing, have no order
            found, membership = np.unique(values.astype(str), return_inverse=True)
        return cls([_name(value, noun) for value in found], membership)


def _name(value: Any, noun: object) -> str:
    if isinstance(value, float):
        return f"{noun} {value + 0:g}"  # zero is added so that -0.0 is called 0
    return str(value) if isinstance(value, str) else f"{noun} {value}"
