"""The panels that pictures of a model are put together from: each function draws one on its axes."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import (
    FuncFormatter,
    LogLocator,
    MaxNLocator,
    NullFormatter,
    ScalarFormatter,
    StrMethodFormatter,
)
from numpy.typing import ArrayLike

from ..output import counted
from .classes import Classes

# Okabe and Ito's palette, which colour-blind readers can tell apart, and three more.
PALETTE = (
    *("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000"),
    *("#882255", "#999933", "#888888"),
)
COST_COLOUR = "#882255"
VALIDATION_COLOUR = "#E69F00"
PCA_COLOUR = NOTE_COLOUR = "#666666"

# Near the largest float a logarithmic axis fails: a curve leaves the picture before.
HIGHEST_COST = 1e200
MOST_FEATURES = 12
# By which shares the axes of incoming data become longer for decoded points outside: for room beside
# them, and at most.
_BESIDE, _FARTHEST = 0.03, 0.5
# Into so many parts ticks divide an axis at most: there is room for seven letters at each.
_TICKS = 6
# More points are pixels in a file of shapes, as SVG is, which would be large and slow to show.
MOST_SHAPES = 2000
# If there are more classes, only some are named: their colours are too alike to be looked up.
MOST_NAMED = 20


def title(axes: Axes, text: str, note: str) -> None:
    """Write a title at the left, and a note in grey at the right of the same line."""
    axes.set_title(text, loc="left", fontweight="bold")
    axes.set_title(note, loc="right", color=NOTE_COLOUR, fontsize="small")


def shortened(name: str, width: int) -> str:
    """The name on one line, of at most `width` characters.

    Examples
    --------
    >>> shortened("alcohol by volume (%)", 12)
    'alcohol by…'
    """
    name = " ".join(name.split()) or repr(name)
    return name if len(name) <= width else name[: width - 1].rstrip() + "…"


def colours_of(n_classes: int) -> np.ndarray:
    """One colour a class, as an array of shape (n_classes, 3 or 4)."""
    if n_classes <= len(PALETTE):
        return np.array([to_rgb(colour) for colour in PALETTE[:n_classes]])
    if n_classes <= MOST_NAMED:
        return colormaps["tab20"](np.arange(n_classes))
    return colormaps["viridis"](np.linspace(0, 1, n_classes))


def add_legend(figure: Figure, classes: Classes) -> None:
    """Name the classes above the panels; of more than twenty, five along the scale of colours."""
    shown = np.arange(len(classes.names))
    if len(shown) < 2:
        return
    if len(shown) > MOST_NAMED:
        shown = np.linspace(0, len(shown) - 1, 5).round().astype(int)
    colours = colours_of(len(classes.names))
    names = [shortened(classes.names[i], 40) for i in shown]
    handles = [
        Line2D([], [], linestyle="", marker="o", color=colours[i], label=name)
        for i, name in zip(shown, names, strict=True)
    ]
    # In inches, at this size of text: a letter is a twelfth of one, a marker and gaps a half.
    entry = 0.5 + max(map(len, names)) / 12
    columns = max(1, int(figure.get_figwidth() / entry))
    figure.legend(
        handles=handles, loc="outside upper left", ncols=min(columns, len(names)), frameon=False
    )


def draw_points(
    axes: Axes,
    points: np.ndarray,
    classes: Classes,
    names: Sequence[str],
    ringed: np.ndarray | None = None,
) -> None:
    """A scatter of points of two columns, a histogram of one; class i in the i-th colour."""
    clear_frame(axes)
    _label(axes.xaxis, names[0])
    colours = colours_of(len(classes.names))
    if points.shape[1] == 1:
        _draw_histogram(axes, points[:, 0], classes.membership, colours)
        return
    _label(axes.yaxis, names[1])
    # All in one scatter, in the order of the rows: class by class, the last would hide the rest.
    size = np.clip(30_000 / len(points), 3, 30)
    x, y = points.T
    axes.scatter(
        x,
        y,
        c=colours[classes.membership],
        s=size,
        alpha=0.5,
        linewidths=0,
        rasterized=len(points) > MOST_SHAPES,
    )
    if ringed is not None:
        axes.scatter(
            x[ringed], y[ringed], s=60, facecolors="none", edgecolors="black", linewidths=1
        )
    _set_limits(axes, points)


def _principal(code: np.ndarray) -> np.ndarray:
    """The first two principal components: the directions in which the code varies most."""
    code = code.astype(np.float64)  # linear algebra knows no float16
    centred = code - code.mean(axis=0)
    directions = np.linalg.svd(centred, full_matrices=False)[2]
    components = centred @ directions[:2].T
    return np.pad(components, [(0, 0), (0, 2 - components.shape[1])])  # one sample has but one


def draw_code(
    axes: Axes, code: np.ndarray, classes: Classes, ringed: np.ndarray | None = None
) -> None:
    """The code by its two units, by its first two principal components, or as a histogram."""
    n_hidden = code.shape[1]
    if n_hidden <= 2:
        draw_points(axes, code, classes, ["hidden unit 0", "hidden unit 1"], ringed)
    else:
        names = [f"principal component {i} of the {n_hidden} hidden units" for i in (1, 2)]
        draw_points(axes, _principal(code), classes, names, ringed)
    axes.set_box_aspect(1)


def draw_cost(
    axes: Axes,
    costs: ArrayLike,
    validation_costs: ArrayLike | None = None,
    error: float | None = None,
    pca: tuple[int, float] | None = None,
) -> None:
    """The cost of each epoch of training and, as levels, what the samples drawn cost in the end.

    So that like is compared with like, also where the samples are not those of training: PCA's level
    is to be held against that of the network on the same samples.

    Parameters
    ----------
    axes : Axes
    costs : array of shape (n_epochs,)
    validation_costs : array of shape (at most n_epochs,), optional
        Those of the last epochs, if there were others before.
    error : float, optional
        The cost of the samples drawn, with the network as it is.
    pca : (int, float), optional
        The number of components of PCA, and its cost of these samples.
    """
    clear_frame(axes)
    costs = np.asarray(costs, dtype=np.float64)
    if len(costs) == 0:
        title(axes, "Cost", "no epoch was completed")
        return
    epochs = np.arange(len(costs))
    _plot_costs(axes, epochs, costs, COST_COLOUR, "training")
    curves = [costs]
    if validation_costs is not None and len(np.asarray(validation_costs)):
        validation = np.asarray(validation_costs, dtype=np.float64)[-len(costs) :]
        of_validation = epochs[len(costs) - len(validation) :]
        _plot_costs(axes, of_validation, validation, VALIDATION_COLOUR, "validation")
        _mark_lowest(axes, of_validation, validation, VALIDATION_COLOUR)
        curves.append(validation)
    levels = [] if error is None else [("these samples", COST_COLOUR, error)]
    if pca is not None:
        components = counted(pca[0], "component")
        levels.append((f"PCA of these, {components}", PCA_COLOUR, pca[1]))
    for name, colour, cost in levels:
        # Far below the curve it would leave no room for it.
        if 1e-3 * np.min(costs) < cost <= HIGHEST_COST:
            label = f"{name}: {_readable(cost)}"
            axes.axhline(cost, zorder=1, label=label, color=colour, linestyle="--", linewidth=1)
            curves.append(np.full(len(costs), cost))
    _describe_cost(axes, costs)
    _set_epochs(axes, len(costs) - 1)
    set_costs(axes, np.concatenate(curves))
    if len(axes.lines) > 1:
        axes.legend(loc=_free_place(axes, curves), frameon=False, fontsize="small")


def draw_lost(
    axes: Axes, data: np.ndarray, decoded: np.ndarray, by_pca: np.ndarray | None, names: list[str]
) -> None:
    """Draw what each feature lost, in % of its standard deviation, beside what it loses by PCA."""
    clear_frame(axes)
    spread = data.std(axis=0)
    rest = _residual(data, decoded, spread)
    shown = np.arange(data.shape[1])
    which = "by feature"
    if len(shown) > MOST_FEATURES:
        shown = np.sort(np.argsort(-rest, kind="stable")[:MOST_FEATURES])
        which = f"by the {MOST_FEATURES} of {data.shape[1]} features that lost most"
    title(axes, "Lost", f"incoming − decoded, {which}")
    axes.set_ylabel("RMS, in % of the\nstandard deviation", fontsize="small")
    pairs = [("autoencoder", COST_COLOUR, rest)]
    if by_pca is not None:
        pairs.append(("PCA", PCA_COLOUR, _residual(data, by_pca, spread)))
    width = 0.7 / len(pairs)
    for place, (name, colour, heights) in enumerate(pairs):
        x = np.arange(len(shown)) + (place - (len(pairs) - 1) / 2) * width
        bars = axes.bar(x, heights[shown], 0.92 * width, color=colour, label=name)
        texts = [_percentage(height) for height in heights[shown]]
        axes.bar_label(bars, texts, fontsize="x-small", color=NOTE_COLOUR, padding=1)
    _name_bars(axes, [names[i] for i in shown])
    axes.tick_params(axis="x", length=0)
    axes.grid(visible=False, axis="x")
    axes.margins(y=0.15)
    # By default a factor stands above the axis, where the title is.
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    if len(pairs) > 1:
        # On the line of the title, between it and the note.
        axes.legend(
            ncols=2,
            frameon=False,
            fontsize="small",
            borderpad=0.3,
            borderaxespad=0,
            loc="lower left",
            bbox_to_anchor=(0.07, 0.99),
        )


def draw_mosaic(
    axes: Axes, images: np.ndarray, columns: int, least_aspect: float = 0, **options: Any
) -> Any:
    """Images side by side, `columns` to a row, at the left of the axes; return the drawn image.

    The axes get at least `least_aspect` times as wide as high, so that there is room for titles.
    """
    mosaic = _mosaic(images, columns)
    picture = axes.imshow(mosaic, **options)
    height, width = mosaic.shape
    axes.set_xlim(-0.5, max(width, least_aspect * height) - 0.5)
    axes.set_anchor("NW")
    axes.set_axis_off()
    return picture


def columns_for(n_images: int, height: int, width: int) -> int:
    """The number of images side by side: few cells left empty, in a square or higher panel.

    Examples
    --------
    >>> [columns_for(n, 8, 8) for n in (1, 2, 3, 6, 10, 32, 100)]
    [1, 1, 1, 2, 2, 4, 10]
    """

    def badness(columns: int) -> tuple[bool, int, float]:
        aspect = mosaic_aspect(n_images, columns, height, width)
        return not 0.3 <= aspect <= 1.3, -n_images % columns, abs(math.log(aspect))

    columns = range(1, n_images + 1)
    fitting = [c for c in columns if not badness(c)[0]]
    return min(fitting or columns, key=badness if fitting else lambda c: badness(c)[2])


def mosaic_aspect(n_images: int, columns: int, height: int, width: int) -> float:
    """The ratio of a mosaic's width to its height."""
    rows, gap = math.ceil(n_images / columns), gap_between(height, width)
    return (columns * (width + gap) - gap) / (rows * (height + gap) - gap)


def gap_between(height: int, width: int) -> int:
    """The number of pixels between images of this size: a tenth, so that the gap is seen."""
    return max(1, min(height, width) // 10)


def clear_frame(axes: Axes) -> None:
    """Leave away what frames a panel and says nothing."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)
    axes.set_axisbelow(True)


def _set_limits(axes: Axes, points: np.ndarray) -> None:
    """Limits around the points; in a square panel, of equal scale if their ranges are alike."""
    low, high = np.transpose([_range(column) for column in points.T])
    span = high - low
    if span.max() < 3 * span.min():
        span[:] = span.max()
    left, bottom = (low + high - 1.1 * span) / 2
    axes.set(xlim=(left, left + 1.1 * span[0]), ylim=(bottom, bottom + 1.1 * span[1]))


def share_limits(incoming: Axes, decoded: Axes, points: np.ndarray) -> None:
    """Give both panels limits that the decoded points keep within; those of a run that diverged do not.

    Both axes of a scatter become longer by one share, so that scales that are equal stay so.
    """
    limits = [incoming.get_xlim(), incoming.get_ylim()]
    out = 0.0
    for (low, high), column in zip(limits, points.T, strict=False):
        beyond = max(low - float(column.min()), float(column.max()) - high) / (high - low)
        out = max(out, beyond)
    if out > 0:
        share = min(out + _BESIDE, _FARTHEST)
        for i in range(points.shape[1]):
            low, high = limits[i]
            limits[i] = low - share * (high - low), high + share * (high - low)
    for axes in (incoming, decoded):
        axes.set(xlim=limits[0], ylim=limits[1])


def _range(values: np.ndarray) -> tuple[float, float]:
    """The least and the greatest value; some width around one that stands alone."""
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
    axes.yaxis.set_major_locator(MaxNLocator("auto", integer=True))
    if len(colours) > MOST_NAMED:
        axes.hist(values, bins=edges, color=NOTE_COLOUR)
        return
    of_each_class = [values[membership == index] for index in range(len(colours))]
    axes.hist(of_each_class, bins=edges, color=list(colours), alpha=0.7, stacked=True)


def _label(axis: Axis, name: str) -> None:
    """Name an axis, and give it round numbers that have room beside each other."""
    axis.set_label_text(shortened(name, 45))
    axis.set_major_locator(MaxNLocator(_TICKS, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(_FewDigits(name))


class _FewDigits(ScalarFormatter):
    """Ticks of at most five digits: what they are to be multiplied by, and added to, is in the label.

    A factor is 10³, 10⁶, …, as in engineering. A summand is what the ticks have in common, if they
    differ by little beside their size.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        ticks = np.asarray(values, dtype=np.float64)
        # Ticks are asked for when there is an axis.
        low, high = sorted(self.axis.get_view_interval())  # type: ignore[union-attr]  # set by then
        seen = ticks[(low <= ticks) & (ticks <= high)]
        if len(seen) < 2:
            return [self.fix_minus(f"{tick:.4g}") for tick in ticks]
        common, summand = _common(seen)
        exponent = _thousands(np.abs(seen - common).max())
        rest, step = (ticks - common) / 10.0**exponent, (seen[1] - seen[0]) / 10.0**exponent
        decimals = max(0, -_place(step))
        factor = f"× 10{str(exponent).translate(_SUPERSCRIPTS)}" if exponent else ""
        also = " ".join(filter(None, [factor, summand]))
        label = f"{shortened(self.name, 30)} ({also})" if also else shortened(self.name, 45)
        self.axis.set_label_text(label)  # type: ignore[union-attr]  # set by then
        comma = "," if exponent == 0 and np.abs(seen - common).max() >= 1e4 else ""
        # Zero is added so that there is no -0.
        rounded = rest.round(decimals) + 0
        return [self.fix_minus(f"{number:{comma}.{decimals}f}") for number in rounded]

    def get_offset(self) -> str:
        return ""  # by default it stands above the vertical axis, where the title is


_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _common(ticks: np.ndarray) -> tuple[float, str]:
    """The number that ticks of more than five digits have in common, also as text; else 0."""
    if _place(np.abs(ticks).max()) - _place(ticks[1] - ticks[0]) < 5:
        return 0.0, ""
    unit = 10.0 ** math.ceil(math.log10(ticks[-1] - ticks[0]) - 1e-6)
    low = math.floor(ticks[0] / unit + 1e-6) * unit
    return low, f"{'−' if low < 0 else '+'} {abs(low):,.12g}"


def _place(number: float) -> int:
    """The power of ten that the number's first digit counts.

    Examples
    --------
    >>> [_place(number) for number in (0.02, 0.999999999, 5.0, 1200.0)]
    [-2, 0, 0, 3]
    """
    return math.floor(math.log10(number) + 1e-6)


def _thousands(size: float) -> int:
    """The power of ten, of three and three, that such numbers are written with.

    Examples
    --------
    >>> [_thousands(size) for size in (0.0005, 0.001, 99_999.0, 100_000.0, 1.2e7)]
    [-6, 0, 0, 3, 6]
    """
    return 0 if 1e-3 <= size < 1e5 else 3 * (_place(size) // 3)


def _percentage(share: float) -> str:
    """Two digits of it, or as many as it has before the point, but at most four.

    Examples
    --------
    >>> [_percentage(share) for share in (3.2e12, 1234.5, 43.2, 2.64, 0.04, 1e-13, 0.0)]
    ['3e12', '1234', '43', '2.6', '0.04', '0', '0']
    """
    if share < 1e-6:
        return "0"
    if share >= 9999.5:
        return f"{share:.0e}".replace("e+0", "e").replace("e+", "e")
    return f"{share:.0f}" if share >= 10 else f"{share:.2g}"


def _name_bars(axes: Axes, names: list[str]) -> None:
    """Names below bars at 0, 1, …: straight and in lines if their words have room, else slanted."""
    axes.set_xticks(np.arange(len(names)))
    middle, half = (len(names) - 1) / 2, max(len(names), 4) / 2
    axes.set_xlim(middle - half - 0.1, middle + half + 0.1)
    letters = 125 // len(names)
    if max(len(word) for name in names for word in name.split() or [""]) <= letters:
        labels = [textwrap.fill(shortened(name, 3 * letters), letters) for name in names]
        axes.set_xticklabels(labels, fontsize="small")
        return
    labels = [shortened(name, 30) for name in names]
    axes.set_xticklabels(labels, fontsize="small", rotation=20, ha="right", rotation_mode="anchor")


def _residual(data: np.ndarray, decoded: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """The root mean square of data − decoded, column by column, in % of the column's spread."""
    with np.errstate(over="ignore", invalid="ignore"):
        rest = np.sqrt(np.mean((data - decoded) ** 2, axis=0))
        share = 100 * rest / np.where(spread > 0, spread, 1)
    return np.where((spread > 0) & np.isfinite(share), share, 0.0)


def _plot_costs(axes: Axes, epochs: np.ndarray, costs: np.ndarray, colour: str, label: str) -> None:
    shown = np.where(costs <= HIGHEST_COST, costs, np.nan)
    few = "." if len(costs) <= 20 else None
    axes.plot(epochs, shown, color=colour, linewidth=1.5, marker=few, markersize=8, label=label)


def _describe_cost(axes: Axes, costs: np.ndarray) -> None:
    """Say the last cost, and of a run that ended above its start also the first and the lowest."""
    first, last = _readable(costs[0]), _readable(costs[-1])
    if costs[-1] <= costs[0] * (1 + 1e-3):
        title(axes, "Cost", f"mean squared error; training ended at {last}")
        return
    title(axes, "Cost", f"worse: {first} in the first epoch, {last} in the last")
    _mark_lowest(axes, np.arange(len(costs)), costs, COST_COLOUR)


def _mark_lowest(axes: Axes, epochs: np.ndarray, costs: np.ndarray, colour: str) -> None:
    """Put a circle around the epoch of the lowest cost."""
    lowest = int(np.argmin(np.where(np.isfinite(costs), costs, np.inf)))
    label = f"lowest, {_readable(costs[lowest])} in epoch {epochs[lowest]:,}"
    where = epochs[[lowest]], costs[[lowest]]
    axes.plot(*where, "o", color=colour, markersize=10, fillstyle="none", label=label)


def _readable(cost: float) -> str:
    """Three digits of it, without a power of ten unless it is very large or small.

    Examples
    --------
    >>> [_readable(cost) for cost in (0.00014036, 35312.0, 1e150)]
    ['0.00014', '35,300', '1e+150']
    """
    return f"{float(f'{cost:.3g}'):,g}"


def _free_place(axes: Axes, curves: list[np.ndarray]) -> Any:
    """The place where a legend hides least of the curves, which all end with the last epoch."""
    to_axes = axes.transData + axes.transAxes.inverted()
    points = []
    for curve in curves:
        epochs = np.arange(len(curves[0]) - len(curve), len(curves[0]))
        finite = np.isfinite(curve) & (curve <= HIGHEST_COST) & (curve > 0)
        points.append(to_axes.transform(np.column_stack([epochs, curve])[finite]))
    x, y = np.concatenate(points).T
    # For each place, from the best: is the point to the right, and between which heights?
    places = {
        "upper right": (x > 0.45) & (y > 0.78),
        "center right": (x > 0.45) & (abs(y - 0.5) < 0.12),
        "lower left": (x < 0.55) & (y < 0.22),
        "upper left": (x < 0.55) & (y > 0.78),
        "lower right": (x > 0.45) & (y < 0.22),
        "center left": (x < 0.55) & (abs(y - 0.5) < 0.12),
    }
    return min(places, key=lambda place: int(places[place].sum()))


def _set_epochs(axes: Axes, last: int) -> None:
    margin = 0.05 * last or 0.5
    _label(axes.xaxis, "epoch")
    axes.set_xlim(-margin, last + margin)
    axes.xaxis.set_major_locator(_EpochLocator(last))


class _EpochLocator(MaxNLocator):
    """Ticks at round numbers of epochs that there were: from 0 to the last."""

    def __init__(self, last: int) -> None:
        super().__init__(_TICKS + 1, integer=True, min_n_ticks=1, steps=[1, 2, 5, 10])
        self.last = last

    def tick_values(self, vmin: float, vmax: float) -> Any:
        ticks = np.asarray(super().tick_values(vmin, vmax))
        return np.abs(ticks[(ticks > -0.5) & (ticks < self.last + 0.5)])  # of -0.0 too


def set_costs(axes: Axes, costs: np.ndarray) -> None:
    """A logarithmic axis with plain numbers, or a linear one if a cost is zero."""
    costs = costs[np.isfinite(costs) & (costs <= HIGHEST_COST)]
    if len(costs) == 0 or costs.min() <= 0:
        return
    axes.set_yscale("log")
    decades = math.log10(costs.max() / costs.min())
    if decades < 2:
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if decades > 0.5 else "all"))
        if decades < 0.5:
            middle, half = math.sqrt(costs.max() * costs.min()), 10 ** (decades / 2 + 0.03)
            axes.set_ylim(middle / half, middle * half)
            axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.yaxis.set_minor_formatter(NullFormatter())
    if 1e-7 < costs.min() and costs.max() < 1e7:
        axes.yaxis.set_major_formatter(FuncFormatter(lambda cost, _: f"{cost:,.6g}"))


def _mosaic(images: np.ndarray, columns: int) -> np.ndarray:
    """Images side by side, `columns` to a row, as one image with gaps of NaN between them."""
    n_images, height, width = images.shape
    rows, gap = math.ceil(n_images / columns), gap_between(height, width)
    cells = np.full((rows * columns, height + gap, width + gap), np.nan)
    cells[:n_images, :height, :width] = images
    grid = cells.reshape(rows, columns, height + gap, width + gap).swapaxes(1, 2)
    return grid.reshape(rows * (height + gap), columns * (width + gap))[:-gap, :-gap]
