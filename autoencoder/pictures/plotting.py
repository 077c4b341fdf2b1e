"""Pictures of a trained autoencoder, from arrays.

Every function draws on a `matplotlib.figure.Figure` of its own and returns it: no display is
needed, and nothing of `pyplot`'s global state is read or changed. Save one with
``figure.savefig(path)``.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .classes import Classes
from .errors import Judged, draw_errors
from .panels import (
    add_legend,
    columns_for,
    draw_code,
    draw_cost,
    draw_lost,
    draw_mosaic,
    draw_points,
    gap_between,
    mosaic_aspect,
    share_limits,
    title,
)

MOST_FILTERS = 100
_PANEL = 3.7  # inches, the height of a panel below the images


class Comparison(NamedTuple):
    """The results of PCA for the same samples, shown beside those of the autoencoder.

    `decoded` is in the units of the data, `cost` is in those of the network.
    """

    n_components: int
    decoded: np.ndarray
    cost: float


def plot_points(
    data: ArrayLike,
    code: ArrayLike,
    decoded: ArrayLike,
    costs: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    label_name: str | None = None,
    validation_costs: ArrayLike | None = None,
    error: float | None = None,
    pca: Comparison | None = None,
    judged: Judged | None = None,
    ringed: np.ndarray | None = None,
    feature_names: Sequence[str] | None = None,
    figure: Figure | None = None,
) -> Figure:
    """Four panels: incoming data, encoded data, decoded data, and the cost of each epoch.

    The first two features of the data, before and after, are shown on equal axes. A code with more
    than two columns is shown by its first two principal components. A single feature or hidden unit
    becomes a histogram. With `pca` or `judged`, a fifth panel shows the error of each feature.

    Parameters
    ----------
    data : array of shape (n_samples, n_features)
    code : array of shape (n_samples, n_hidden)
    decoded : array of shape (n_samples, n_features)
    costs : array of shape (n_epochs,)
        Drawn on a logarithmic axis.
    labels : array of shape (n_samples,), optional
        Classes, as names or numbers: each gets a colour, from a continuous scale if there are more
        than twenty.
    label_name : str, optional
        The word before labels that are numbers, as in ``grade 1``. By default the name of the
        labels, if they are a column of a data frame, or ``class``.
    validation_costs : array of shape (n_epochs,), optional
        Drawn beside the costs.
    error : float, optional
        The mean squared error of the data with the network as it is, in the units of the costs: a
        level beside them.
    pca : Comparison, optional
        What PCA makes of the data.
    judged : Judged, optional
        The errors of new samples, drawn in place of the cost.
    ringed : array of bool of shape (n_samples,), optional
        The samples to mark with a ring.
    feature_names : sequence of str, optional
        By default ``feature 0`` and so on.
    figure : Figure, optional
        An empty figure to draw on, for example ``pyplot.figure()``; by default a new one.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the numbers of samples differ, or those of names and features.

    Examples
    --------
    >>> points = np.random.RandomState(0).rand(20, 3)
    >>> figure = plot_points(points, points[:, :2], points, [0.1, 0.01], points[:, 0] > 0.5)
    >>> [axes.get_title(loc="left") for axes in figure.axes]
    ['Incoming data', 'Encoded data', 'Decoded data', 'Cost']
    """
    data, code, decoded = np.asarray(data), np.asarray(code), np.asarray(decoded)
    n_samples, n_features = data.shape
    n_labels = n_samples if labels is None else len(np.asarray(labels))
    if not n_samples == len(code) == len(decoded) == n_labels:
        raise ValueError(
            f"plot_points: the numbers of samples differ: data {n_samples}, code {len(code)}, "
            f"decoded {len(decoded)}, labels {n_labels}"
        )
    names = [f"feature {i}" for i in range(n_features)]
    if feature_names is not None:
        names = [str(name) for name in feature_names]
    if len(names) != n_features:
        raise ValueError(f"plot_points: {len(names)} feature_names for {n_features} features")
    classes = Classes.of(labels, n_samples, label_name)

    with_lost = pca is not None or judged is not None
    figure = _blank(figure, width=10, height=12.4 if with_lost else 10)
    panels: list[Any] = [["incoming", "encoded"], ["decoded", "cost"]]
    ratios = [1.0, 1.0]
    if with_lost:
        panels.append(["lost", "lost"])
        ratios.append(0.4)
    axes = figure.subplot_mosaic(panels, height_ratios=ratios)
    samples = "1 sample" if n_samples == 1 else f"{n_samples:,} samples"
    lengths = f"{n_features} → {code.shape[1]}"
    title(axes["incoming"], "Incoming data", f"{samples} of {_numbers(n_features)}")
    draw_points(axes["incoming"], data[:, :2], classes, names, ringed)
    title(axes["encoded"], "Encoded data", f"{lengths} numbers")
    draw_code(axes["encoded"], code, classes, ringed)
    title(axes["decoded"], "Decoded data", f"{lengths} → {n_features} numbers")
    draw_points(axes["decoded"], decoded[:, :2], classes, names, ringed)
    share_limits(axes["incoming"], axes["decoded"], decoded[:, :2])
    if judged is None:
        level = None if pca is None else (pca.n_components, pca.cost)
        draw_cost(axes["cost"], costs, validation_costs, error, level)
    else:
        draw_errors(axes["cost"], judged)
    for name in ("incoming", "decoded", "cost"):
        axes[name].set_box_aspect(1)
    if with_lost:
        draw_lost(axes["lost"], data, decoded, None if pca is None else pca.decoded, names)
    add_legend(figure, classes)
    return figure


def plot_images(
    images: ArrayLike,
    reconstructions: ArrayLike,
    weights: ArrayLike,
    costs: ArrayLike,
    *,
    code: ArrayLike | None = None,
    labels: ArrayLike | None = None,
    label_name: str | None = None,
    validation_costs: ArrayLike | None = None,
    error: float | None = None,
    pca: Comparison | None = None,
    judged: Judged | None = None,
    ringed: np.ndarray | None = None,
    image_shape: tuple[int, int] | None = None,
    figure: Figure | None = None,
) -> Figure:
    """Images over their reconstructions, the hidden units' filters, and the cost of each epoch.

    A hidden unit's filter is its column of the weights, shaped as an image: the pattern to which
    the unit responds when it encodes, and which it adds when it decodes. With `code`, there is
    also a map of the codes.

    Parameters
    ----------
    images : array of shape (n_images, n_pixels)
        The images to show, side by side: about ten.
    reconstructions : array of shape (n_images, n_pixels)
    weights : array of shape (n_pixels, n_hidden)
        At most the first 100 filters are shown.
    costs : array of shape (n_epochs,)
        Drawn on a logarithmic axis.
    code : array of shape (n_samples, n_hidden), optional
        The codes of all samples, for the map, which is drawn as in `plot_points`.
    labels : array of shape (n_samples,), optional
        Classes of the samples in the map.
    label_name : str, optional
        As in `plot_points`.
    validation_costs : array of shape (n_epochs,), optional
        Drawn beside the costs.
    error : float, optional
        As in `plot_points`, of all samples.
    pca : Comparison, optional
        The images rebuilt by PCA, as a third row.
    judged : Judged, optional
        The errors of new samples, drawn in place of the cost. The images must be those with the
        largest errors, and are labelled so.
    ringed : array of bool of shape (n_samples,), optional
        The samples to mark with a ring.
    image_shape : (height, width), optional
        By default square.
    figure : Figure, optional
        An empty figure to draw on, for example ``pyplot.figure()``; by default a new one.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the images and reconstructions differ in shape, `n_pixels` is not that of
        `image_shape`, or the numbers of labels and codes differ.

    Examples
    --------
    >>> images = np.random.RandomState(0).rand(3, 16)
    >>> figure = plot_images(images, images, images.T, [0.1, 0.01])
    >>> [axes.get_title(loc="left") for axes in figure.axes][:3]
    ['Originals over reconstructions', 'Filters', 'Cost']
    """
    images, reconstructions = np.asarray(images), np.asarray(reconstructions)
    filters = np.asarray(weights).T
    n_images, n_pixels = images.shape
    height, width = image_shape or (math.isqrt(n_pixels),) * 2
    if images.shape != reconstructions.shape or not n_pixels == filters.shape[1] == height * width:
        raise ValueError(
            f"plot_images: images {images.shape}, reconstructions {reconstructions.shape}, "
            f"weights {np.shape(weights)} and image_shape {(height, width)} do not fit together"
        )
    if code is not None and labels is not None and len(np.asarray(labels)) != len(np.asarray(code)):
        raise ValueError(
            f"plot_images: {len(np.asarray(labels))} labels for {len(np.asarray(code))} codes"
        )

    rows = {"original": images, "rebuilt": reconstructions}
    if pca is not None:
        rows["by PCA"] = pca.decoded
    shown = filters[:MOST_FILTERS].reshape(-1, height, width)
    columns = columns_for(len(shown), height, width)
    filter_aspect = float(np.clip(mosaic_aspect(len(shown), columns, height, width), 0.55, 1.3))
    below = {"filters": filter_aspect * _PANEL, "code": _PANEL, "cost": _PANEL}
    if code is None:
        del below["code"]
    inches_wide = sum(below.values()) + 0.9 * len(below)
    pairs_aspect = mosaic_aspect(n_images * len(rows), n_images, height, width)
    inches_high = float(np.clip((inches_wide - 1) / pairs_aspect, 1, 3.4))
    figure = _blank(figure, width=inches_wide, height=inches_high + _PANEL + 1.6)
    axes = figure.subplot_mosaic(
        [["pairs"] * len(below), list(below)],
        width_ratios=list(below.values()),
        height_ratios=[inches_high, _PANEL],
    )

    pixels = f"{n_pixels} pixels" if n_pixels != 1 else "1 pixel"
    lengths = f"{n_pixels} → {len(filters)}"
    title(
        axes["pairs"],
        "Originals over reconstructions" if judged is None else "The largest errors",
        f"{pixels} → {_numbers(len(filters))} → {pixels}",
    )
    draw_mosaic(
        axes["pairs"],
        np.concatenate(list(rows.values())).reshape(-1, height, width),
        n_images,
        (inches_wide - 1) / inches_high,
        cmap="gray_r",
        vmin=images.min(),
        vmax=images.max(),
    )
    for i, name in enumerate(rows):
        middle = i * (height + gap_between(height, width)) + (height - 1) / 2
        axes["pairs"].annotate(
            name,
            (-0.5, middle),
            xytext=(-8, 0),
            textcoords="offset points",
            annotation_clip=False,
            ha="right",
            va="center",
            fontsize="small",
        )

    limit = np.abs(shown).max() or 1
    title(axes["filters"], "Filters", _describe_filters(len(shown), len(filters)))
    picture = draw_mosaic(
        axes["filters"], shown, columns, filter_aspect, cmap="RdBu_r", vmin=-limit, vmax=limit
    )
    scale = axes["filters"].inset_axes((0.1, -0.08, 0.8, 0.03))
    figure.colorbar(picture, cax=scale, orientation="horizontal", label="weight")
    if code is not None:
        code = np.asarray(code)
        classes = Classes.of(labels, len(code), label_name)
        title(axes["code"], "Encoded data", f"{lengths} numbers")
        draw_code(axes["code"], code, classes, ringed)
        add_legend(figure, classes)
    if judged is None:
        level = None if pca is None else (pca.n_components, pca.cost)
        draw_cost(axes["cost"], costs, validation_costs, error, level)
    else:
        draw_errors(axes["cost"], judged)
    axes["cost"].set_box_aspect(1)
    return figure


class _Picture(Figure):
    """A figure that a notebook shows, also where nobody has loaded pyplot."""

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        self.savefig(file, format="png", dpi=72)
        return file.getvalue()


def _blank(figure: Figure | None, width: float, height: float) -> Figure:
    if figure is None:
        figure = _Picture()
    figure.set_size_inches(width, height)
    figure.set_layout_engine("constrained", w_pad=0.12, h_pad=0.08)
    return figure


def _numbers(n: int) -> str:
    return "1 number" if n == 1 else f"{n} numbers"


def _describe_filters(n_shown: int, n_hidden: int) -> str:
    units = "1 hidden unit" if n_hidden == 1 else f"{n_hidden} hidden units"
    return units if n_shown == n_hidden else f"the first {n_shown} of {units}"
