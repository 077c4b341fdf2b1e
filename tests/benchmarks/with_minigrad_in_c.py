"""The models in minigrad, computed by loops in C."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import with_minigrad

import minigrad


def _in_c(make: Callable[..., Any]) -> Callable[..., Any]:
    """A function that makes the same, with functions of the mode C."""

    @wraps(make)
    def made(*arguments: Any) -> Any:
        with minigrad.config.change_flags(mode="C"):
            return make(*arguments)

    return made


autoencoder = _in_c(with_minigrad.autoencoder)
classifier = _in_c(with_minigrad.classifier)
softmax_regression = _in_c(with_minigrad.softmax_regression)
elements = _in_c(with_minigrad.elements)
add_one = _in_c(with_minigrad.add_one)
