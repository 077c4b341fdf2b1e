"""The panel of the errors of new samples, beside those of training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import StrMethodFormatter

from .panels import (
    COST_COLOUR,
    HIGHEST_COST,
    NOTE_COLOUR,
    clear_frame,
    set_costs,
    shortened,
    title,
)

_NAMED, _LETTERS = 3, 14
# Shares of the panel's height: of a slanted letter, of a line of the legend, of what is around them.
_LETTER, _LINE, _GAP = 0.014, 0.05, 0.06
_STYLES = (":", "-.", (0, (8, 4)), "--", "-")


class Judged(NamedTuple):
    """The errors of new samples, and what they are judged by."""

    errors: np.ndarray
    #: What each sample is called.
    names: Sequence[object]
    #: The errors that these percentages of the samples of training did not exceed.
    percentiles: Mapping[int, float]
    #: Whoever has more than this percentage is marked.
    percentage: int

    @property
    def above(self) -> np.ndarray:
        """Whether each sample's error is above that of training."""
        return self.errors > self.percentiles.get(self.percentage, np.inf)


def draw_errors(axes: Axes, judged: Judged) -> None:
    """The errors from the largest down, the largest with their names, and the levels of training."""
    clear_frame(axes)
    order = np.argsort(-judged.errors, kind="stable")
    errors, above = np.minimum(judged.errors[order], HIGHEST_COST), judged.above[order]
    ranks = np.arange(1, len(order) + 1)
    note = f"{above.sum():,} of {len(order):,} above {judged.percentage} % of training"
    title(axes, "Errors", note if judged.percentiles else "the largest by their numbers")
    axes.plot(ranks, errors, ".", color=COST_COLOUR, markersize=4, rasterized=True)
    axes.plot(ranks[above], errors[above], "o", color="black", fillstyle="none", markersize=8)
    for style, (percentage, error) in zip(_STYLES, judged.percentiles.items(), strict=False):
        label = f"{percentage} % of training: {error:.3g}"
        axes.axhline(error, zorder=1, color=NOTE_COLOUR, linestyle=style, linewidth=1, label=label)
    for rank, error, i in zip(ranks[:_NAMED], errors, order, strict=False):
        axes.annotate(
            shortened(str(judged.names[i]), _LETTERS),
            (rank, error),
            xytext=(3, 5),
            textcoords="offset points",
            rotation=45,
            rotation_mode="anchor",
            fontsize="small",
        )
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    set_costs(axes, np.concatenate([errors, list(judged.percentiles.values())]))
    axes.margins(x=0.05)
    _make_room(axes, judged, errors)
    axes.set_xlabel("from the largest down")
    axes.set_ylabel("mean squared error")
    if judged.percentiles:
        axes.legend(loc="lower left", frameon=False, fontsize="small")


def _make_room(axes: Axes, judged: Judged, errors: np.ndarray) -> None:
    """Leave room for the names above the largest error, and for the legend below what is left of it.

    With H the height of the axis, `above` and `below` are shares of it, and the errors have the rest.
    """
    levels = list(judged.percentiles.values())
    scale = np.log if axes.get_yscale() == "log" else np.asarray
    left = errors[: max(1, int(len(errors) ** 0.6))]  # what is above the legend, by its width
    top, floor, bottom = scale([max([errors[0], *levels]), min([left[-1], *levels]), errors[-1]])
    longest = max(min(len(str(name)), _LETTERS) for name in judged.names)
    above = _GAP + _LETTER * longest
    below = _GAP + _LINE * len(levels)
    height = max((top - floor) / (1 - above - below), (top - bottom) / (1 - above - _GAP))
    if not height > 0:  # all errors are the same
        return
    limits = np.array([top + above * height - height, top + above * height])
    axes.set_ylim(*(np.exp(limits) if axes.get_yscale() == "log" else limits))
