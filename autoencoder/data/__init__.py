"""The data: donuts, digits, tables of many kinds, and folders of images, read as `Samples`."""

from __future__ import annotations

from .donuts import DONUT_RADII, load_donuts, make_donuts
from .samples import NO_LABEL, Samples, read_like, read_samples
from .sources import DONUTS
from .values import LARGEST, warn_of_merged

__all__ = [
    "DONUTS",
    "DONUT_RADII",
    "LARGEST",
    "NO_LABEL",
    "Samples",
    "load_donuts",
    "make_donuts",
    "read_like",
    "read_samples",
    "warn_of_merged",
]
