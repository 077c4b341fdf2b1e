"""Pictures of a trained autoencoder.

Every function draws on a `matplotlib.figure.Figure` of its own and returns it: no display is
needed, and nothing of `pyplot`'s global state is read or changed. Save one with
``figure.savefig(path)``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, StrMethodFormatter
from numpy.typing import ArrayLike

# Okabe and Ito's palette, which colour-blind readers can tell apart, and three more.
PALETTE = (
    *("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000"),
    *("#882255", "#999933", "#AAAAAA"),
)
COST_COLOUR = "#882255"
NOTE_COLOUR = "#666666"


def plot_points(
    data: ArrayLike,
    code: ArrayLike,
    decoded: ArrayLike,
    costs: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    figure: Figure | None = None,
) -> Figure:
    """Four panels: incoming data, encoded data, decoded data, and the cost of each epoch.

    The first two features of the data, before and after, are shown on equal axes. A code with more
    than two columns is shown by its first two principal components. A single feature or
    hidden unit becomes a histogram.

    Parameters
    ----------
    data : array of shape (n_samples, n_features)
    code : array of shape (n_samples, n_hidden)
    decoded : array of shape (n_samples, n_features)
    costs : array of shape (n_epochs,)
        Drawn on a logarithmic axis.
    labels : array of shape (n_samples,), optional
        Classes: each gets a colour, from a continuous scale if there are more than ten.
    figure : Figure, optional
        An empty figure to draw on, for example ``pyplot.figure()``; by default a new one.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the numbers of samples differ.

    Examples
    --------
    >>> points = np.random.RandomState(0).rand(20, 3)
    >>> figure = plot_points(points, points[:, :2], points, [0.1, 0.01], points[:, 0] > 0.5)
    >>> [axes.get_title(loc="left") for axes in figure.axes]
    ['Incoming data', 'Encoded data', 'Decoded data', 'Cost']
    """
    data, code, decoded = np.asarray(data), np.asarray(code), np.asarray(decoded)
    labels = np.zeros(len(data)) if labels is None else np.asarray(labels)
    if not len(data) == len(code) == len(decoded) == len(labels):
        raise ValueError(
            f"plot_points: the numbers of samples differ: data {len(data)}, code {len(code)}, "
            f"decoded {len(decoded)}, labels {len(labels)}"
        )
    classes, membership = np.unique(labels, return_inverse=True)
    colours = _colours(len(classes))
    n_features, n_hidden = data.shape[1], code.shape[1]

    figure = _blank(figure, width=10, height=10)
    (incoming, encoded), (rebuilt, cost) = figure.subplots(2, 2)
    shown = "feature 0" if n_features == 1 else "features 0 and 1"
    _title(incoming, "Incoming data", f"{shown} of {n_features}")
    _title(encoded, "Encoded data", _describe_code(n_hidden))
    _title(rebuilt, "Decoded data", f"{shown}, from the code alone")
    _draw_points(incoming, data[:, :2], membership, colours)
    _draw_points(encoded, code if n_hidden <= 2 else _principal(code), membership, colours)
    _draw_points(rebuilt, decoded[:, :2], membership, colours)
    rebuilt.set(xlim=incoming.get_xlim(), ylim=incoming.get_ylim())
    for panel in (incoming, encoded, rebuilt, cost):
        panel.set_box_aspect(1)
    _draw_cost(cost, np.asarray(costs))
    if len(classes) > 1:
        _add_legend(figure, classes, colours)
    return figure


def plot_images(
    images: ArrayLike,
    reconstructions: ArrayLike,
    weights: ArrayLike,
    costs: ArrayLike,
    *,
    image_shape: tuple[int, int] | None = None,
    figure: Figure | None = None,
) -> Figure:
    """Images over their reconstructions, the hidden units' filters, and the cost of each epoch.

    A hidden unit's filter is its column of the weights, shaped as an image: what the unit looks
    for when it encodes, and what it paints when it decodes.

    Parameters
    ----------
    images : array of shape (n_images, n_pixels)
        Those to be shown, side by side: about ten.
    reconstructions : array of shape (n_images, n_pixels)
    weights : array of shape (n_pixels, n_hidden)
        At most the first 100 filters are shown.
    costs : array of shape (n_epochs,)
        Drawn on a logarithmic axis.
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
        If the images and reconstructions differ in shape, or `n_pixels` is not that of
        `image_shape`.

    Examples
    --------
    >>> images = np.random.RandomState(0).rand(3, 16)
    >>> figure = plot_images(images, images, images.T, [0.1, 0.01])
    >>> [axes.get_title(loc="left") for axes in figure.axes][:3]
    ['Originals over reconstructions', 'Filters', 'Cost']
    """
    images, reconstructions = np.asarray(images), np.asarray(reconstructions)
    filters = np.asarray(weights).T
    n_pixels = images.shape[1]
    height, width = image_shape or (math.isqrt(n_pixels),) * 2
    if images.shape != reconstructions.shape or not n_pixels == filters.shape[1] == height * width:
        raise ValueError(
            f"plot_images: images {images.shape}, reconstructions {reconstructions.shape}, "
            f"weights {np.shape(weights)} and image_shape {(height, width)} do not fit together"
        )

    figure = _blank(figure, width=10, height=7.6)
    pairs, filter_panel, cost = figure.subplot_mosaic(
        [["pairs", "pairs"], ["filters", "cost"]],
        height_ratios=[1, 1.8],
    ).values()
    both = np.concatenate([images, reconstructions]).reshape(-1, height, width)
    _title(pairs, "Originals over reconstructions", f"{n_pixels} pixels each")
    pairs.imshow(
        _mosaic(both, columns=len(images)), cmap="gray_r", vmin=images.min(), vmax=images.max()
    )

    shown = filters[:100].reshape(-1, height, width)
    limit = np.abs(shown).max()
    _title(filter_panel, "Filters", _describe_filters(len(shown), len(filters)))
    picture = filter_panel.imshow(
        _mosaic(shown, _columns(len(shown))), cmap="RdBu_r", vmin=-limit, vmax=limit
    )
    below = filter_panel.inset_axes((0.2, -0.14, 0.6, 0.05))
    figure.colorbar(picture, cax=below, orientation="horizontal", label="weight")
    for panel in (pairs, filter_panel):
        panel.set_anchor("N")
        panel.set_axis_off()
    _draw_cost(cost, np.asarray(costs))
    return figure


def _blank(figure: Figure | None, width: float, height: float) -> Figure:
    if figure is None:
        figure = Figure()
    figure.set_size_inches(width, height)
    figure.set_layout_engine("constrained", w_pad=0.12, h_pad=0.08)
    return figure


def _title(axes: Axes, title: str, note: str) -> None:
    """A title at the left, and a note in grey at the right of the same line."""
    axes.set_title(title, loc="left", fontweight="bold")
    axes.set_title(note, loc="right", color=NOTE_COLOUR, fontsize="small")


def _clear_frame(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)
    axes.set_axisbelow(True)


def _colours(n_classes: int) -> np.ndarray:
    """One colour a class, as an array of shape (n_classes, 3 or 4)."""
    if n_classes <= len(PALETTE):
        return np.array([to_rgb(colour) for colour in PALETTE[:n_classes]])
    return colormaps["viridis"](np.linspace(0, 1, n_classes))


def _draw_points(
    axes: Axes, points: np.ndarray, membership: np.ndarray, colours: np.ndarray
) -> None:
    """A scatter of points of two columns, a histogram of one; class i in the i-th colour."""
    _clear_frame(axes)
    if points.shape[1] == 1:
        _draw_histogram(axes, points[:, 0], membership, colours)
        return
    # All in one scatter, in the order of the rows: class by class, the last would hide the rest.
    size = np.clip(30_000 / len(points), 3, 30)
    x, y = points.T
    axes.scatter(x, y, c=colours[membership], s=size, alpha=0.5, linewidths=0, rasterized=True)
    _set_limits(axes, points)


def _set_limits(axes: Axes, points: np.ndarray) -> None:
    """Limits around the points; in a square panel, of equal scale if their ranges are alike."""
    low, high = np.transpose([_range(column) for column in points.T])
    span = high - low
    if span.max() < 3 * span.min():
        span[:] = span.max()
    left, bottom = (low + high - 1.1 * span) / 2
    axes.set(xlim=(left, left + 1.1 * span[0]), ylim=(bottom, bottom + 1.1 * span[1]))


def _range(values: np.ndarray) -> tuple[float, float]:
    """Between which numbers the values lie; some width around one that stands alone."""
    low, high = float(values.min()), float(values.max())
    size = max(abs(low), abs(high))
    if high - low > 1e-6 * size:
        return low, high
    return low - (size or 1) / 2, high + (size or 1) / 2


def _draw_histogram(
    axes: Axes, values: np.ndarray, membership: np.ndarray, colours: np.ndarray
) -> None:
    edges = list(np.linspace(*_range(values), 61))
    axes.set_ylabel("samples")
    if len(colours) > len(PALETTE):
        axes.hist(values, bins=edges, color=NOTE_COLOUR)
        return
    for index, colour in enumerate(colours):
        axes.hist(values[membership == index], bins=edges, color=colour, alpha=0.6)


def _draw_cost(axes: Axes, costs: np.ndarray) -> None:
    _clear_frame(axes)
    costs = costs.astype(np.float64)
    if len(costs) == 0:
        _title(axes, "Cost", "no epoch was completed")
        return
    _title(axes, "Cost", f"mean squared error; {costs[-1]:.3g} in the last epoch")
    # Near the largest float a logarithmic axis fails: the curve leaves the picture before.
    shown = np.where(costs <= 1e200, costs, np.nan)
    axes.plot(shown, color=COST_COLOUR, linewidth=1.5, marker="o" if len(costs) == 1 else None)
    axes.set_xlabel("epoch")
    last = len(costs) - 1
    margin = 0.05 * last or 0.5
    axes.set_xlim(-margin, last + margin)
    axes.xaxis.set_major_locator(_EpochLocator(last))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    if costs.min() > 0:
        axes.set_yscale("log")


class _EpochLocator(MaxNLocator):
    """Ticks at epochs that there were: whole numbers from 0 to the last."""

    def __init__(self, last: int) -> None:
        super().__init__("auto", integer=True, min_n_ticks=1)
        self.last = last

    def tick_values(self, vmin: float, vmax: float) -> Any:
        ticks = np.asarray(super().tick_values(vmin, vmax))
        return np.abs(ticks[(ticks > -0.5) & (ticks < self.last + 0.5)])  # of -0.0 too


def _add_legend(figure: Figure, classes: np.ndarray, colours: np.ndarray) -> None:
    """Name the classes above the panels; of very many, name five along the scale."""
    shown = np.arange(len(classes))
    if len(classes) > len(PALETTE):
        shown = np.linspace(0, len(classes) - 1, 5).round().astype(int)
    handles = [
        Line2D([], [], linestyle="", marker="o", color=colours[i], label=_class_name(classes[i]))
        for i in shown
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=len(handles), frameon=False)


def _class_name(value: object) -> str:
    # Zero is added so that -0.0 is called 0.
    return f"class {value + 0:g}" if isinstance(value, float) else f"class {value}"


def _principal(code: np.ndarray) -> np.ndarray:
    """The first two principal components: the directions in which the code varies most."""
    code = code.astype(np.float64)  # linear algebra knows no float16
    centred = code - code.mean(axis=0)
    directions = np.linalg.svd(centred, full_matrices=False)[2]
    return centred @ directions[:2].T


def _describe_code(n_hidden: int) -> str:
    if n_hidden > 2:
        return f"{n_hidden} hidden units: 2 principal components"
    return "1 hidden unit" if n_hidden == 1 else "2 hidden units"


def _describe_filters(n_shown: int, n_hidden: int) -> str:
    units = "1 hidden unit" if n_hidden == 1 else f"{n_hidden} hidden units"
    return units if n_shown == n_hidden else f"the first {n_shown} of {units}"


def _columns(n_images: int) -> int:
    """How many images to put side by side: nearly as many as below, with few cells left empty."""
    square = math.ceil(math.sqrt(n_images))
    return min(range(square, 2 * square), key=lambda columns: -n_images % columns)


def _mosaic(images: np.ndarray, columns: int) -> np.ndarray:
    """Images side by side, `columns` to a row, as one image with a gap of NaN between them."""
    n_images, height, width = images.shape
    rows = math.ceil(n_images / columns)
    cells = np.full((rows * columns, height + 1, width + 1), np.nan)
    cells[:n_images, :height, :width] = images
    grid = cells.reshape(rows, columns, height + 1, width + 1).swapaxes(1, 2)
    return grid.reshape(rows * (height + 1), columns * (width + 1))[:-1, :-1]
