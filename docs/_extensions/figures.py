"""Draw a function of one variable and its derivative, which minigrad computes, as SVG in the page."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import matplotlib
import numpy as np
from docutils import nodes
from matplotlib.figure import Figure

import minigrad
import minigrad.tensor as T

matplotlib.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "minigrad"}

WIDTH, HEIGHT = 4, 3  # of the picture, from its middle
HEIGHTS = (HEIGHT, 2 * HEIGHT, 4 * HEIGHT)  # of which the next is for what this would not show
# Close to each other where functions of the table have poles and jumps: at halves of whole numbers.
NEAR = np.geomspace(1e-12, 0.1, 250)
HALVES = np.arange(-2 * WIDTH, 2 * WIDTH + 1)[:, np.newaxis] / 2
AROUND = (HALVES + np.concatenate([-NEAR, [0], NEAR])).ravel()
POINTS = np.unique([*np.linspace(-WIDTH, WIDTH, 4001), *AROUND[np.abs(AROUND) <= WIDTH]])
# The classes of `site.css` choose the colours, for light and dark pages alike.
CURVES = {"f": ("#123456", "-"), "df": ("#654321", "--")}


def curves(function: Callable[[Any], Any]) -> list[Any]:
    """Return values and derivative."""
    x = T.dvector("x")
    y = function(x)
    results = [y, minigrad.grad(y.sum(), x, disconnected_inputs="ignore")]
    with np.errstate(all="ignore"):
        return minigrad.function([x], results)(POINTS)


def is_seen(y: np.ndarray) -> bool:
    """Whether a curve is in the picture, and not along an axis, as that of degrees in radians."""
    inside = np.abs(y) <= HEIGHT
    return bool(inside.mean() > 0.05 and np.abs(y[inside]).max() > 0.1)


def height(lines: list[np.ndarray]) -> int:
    """Return how high a picture must be to show both sides of each curve, where it has two."""
    sides = [np.abs(shown(y, lines[0])[side]) for y in lines for side in (POINTS < 0, POINTS > 0)]
    least = [np.nanmin(side) for side in sides if not np.isnan(side).all()]
    return next((height for height in HEIGHTS if max(least) < height), HEIGHT)


def shown(y: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return a curve of a function that has these values, NaN where it is not drawn.

    A jump is no steep line: it ends a curve, as does what is far from the picture. Where there is no
    value there is no derivative, whatever its formula gives.
    """
    curve = np.where(np.isfinite(values) & (np.abs(y) <= 40), y, np.nan)
    step = np.abs(np.diff(curve, append=curve[-1]))
    return np.where((step > 0.1) & (step > 1e5 * np.diff(POINTS, append=np.inf)), np.nan, curve)


def figure(name: str, function: Callable[[Any], Any]) -> list[nodes.raw]:
    """Return the figure of a function, which is called by its name there, if it shows anything."""
    lines = curves(function)
    if not is_seen(lines[0]):
        return []
    picture = Figure(figsize=(4.4, 2.6))
    axes = picture.subplots()
    for y, (color, style) in zip(lines, list(CURVES.values())[: len(lines)], strict=True):
        axes.plot(POINTS, shown(y, lines[0]), color=color, linestyle=style, linewidth=1.8)
    axes.set(xlim=(-WIDTH, WIDTH), xticks=range(-WIDTH, WIDTH + 1, 2))
    top = height(lines)
    axes.set(ylim=(-1.03 * top, 1.03 * top), yticks=range(-top, top + 1, top // HEIGHT))
    axes.axhline(0, color="black", linewidth=0.5, zorder=0)
    axes.axvline(0, color="black", linewidth=0.5, zorder=0)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0, labelsize=9)
    axes.tick_params(axis="x", pad=12)  # below the lowest number of the other axis
    out = io.StringIO()
    picture.savefig(out, format="svg", transparent=True, bbox_inches="tight")
    svg = out.getvalue()[out.getvalue().index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r'(clip-path="url\(#|clipPath id=")', rf"\1{name}-", svg)
    svg = svg.replace("#000000", "currentColor").replace("<text ", '<text fill="currentColor" ')
    for label, (color, _) in CURVES.items():
        svg = svg.replace(color, f"var(--curve-{label})")
    title = f"{name} and its derivative" if len(lines) == 2 else name
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)
    legend = f'<figcaption><span class="f">{name}</span>'
    if len(lines) == 2:
        legend += ' <span class="df">its derivative</span>'
    html = f'<figure class="curves">{svg}{legend}</figcaption></figure>'
    return [nodes.raw("", html, format="html")]
