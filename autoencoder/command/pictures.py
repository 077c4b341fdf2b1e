"""The picture of a run: written to a file, or shown in a window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from ..files.whole import replacing
from ..output import Output, complain
from ..pictures.drawing import draw
from ..pictures.errors import Judged
from .kept import Kept


def picture_of(
    kept: Kept, features: np.ndarray, labels: np.ndarray | None, judged: Judged | None = None
) -> Callable[..., Figure]:
    """A function that draws the model, on a figure that is given or on a new one."""
    return partial(
        draw,
        kept.network,
        features,
        kept.unscale,
        labels,
        label_name=kept.label if isinstance(kept.label, str) else None,
        feature_names=kept.names,
        image_shape=kept.image_shape,
        judged=judged,
    )


def write_picture(picture: Callable[[], Figure], path: str, out: Output) -> None:
    with replacing(path) as file:
        picture().savefig(file, format=Path(path).suffix[1:], dpi=120)
    print(f"Picture: {path}", file=out)


def show_picture(picture: Callable[..., Figure]) -> None:
    """Open the picture in a window, if there is a display to open it on."""
    from matplotlib import pyplot

    try:
        figure = pyplot.figure()
    except ImportError:  # the back end that was asked for needs a display
        figure = None
    if figure is None or figure.canvas.required_interactive_framework is None:
        complain("--show: no display found; open the picture's file instead")
        return
    picture(figure=figure)
    pyplot.show()
