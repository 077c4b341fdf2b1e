"""Draws docs/performance.svg from the table of medians in docs/performance.md."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

DOCS = Path(__file__).parents[2] / "docs"
COLOURS = {
    "minigrad": "#0072b2",
    "PyTensor": "#cc79a7",
    "JAX": "#009e73",
    "PyTorch": "#d55e00",
    "NumPy row-major": "#888888",
}


def rows(markdown: str, title: str) -> list[list[str]]:
    """The cells of the table whose first cell begins with the title."""
    lines = markdown.splitlines()
    start = next(i for i, line in enumerate(lines) if line.lstrip("| ").startswith(title))
    table = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in line.strip("|").split("|")])
    return [table[0], *table[2:]]


def draw(markdown: str) -> plt.Figure:
    """Each contestant's time for a training step, as a multiple of minigrad's."""
    head, *body = rows(markdown, "Training step, µs")
    figure, axes = plt.subplots(figsize=(5.6, 8.4), layout="constrained")
    places = np.arange(len(body))[::-1]
    height = 0.8 / len(COLOURS)
    for number, (name, colour) in enumerate(COLOURS.items()):
        column, own = head.index(name), head.index("minigrad")
        times = [float(row[column].replace(",", "")) for row in body]
        mine = [float(row[own].replace(",", "")) for row in body]
        ratios = np.divide(times, mine)
        axes.barh(places - (number - 2) * height, ratios, height, color=colour, label=name)
    axes.set_yticks(places, [row[0] for row in body])
    axes.set_xscale("log")
    axes.set_xticks([0.1, 0.2, 0.5, 1, 2, 5, 10], ["⅒", "⅕", "½", "1", "2", "5", "10"])
    axes.set_xlim(0.1, 15)
    axes.axvline(1, color="#0072b2", linewidth=0.8)
    axes.set_xlabel("time of a step, in times minigrad’s")
    axes.set_ylim(-0.6, len(body) - 0.4)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(frameon=False, loc="outside upper center", ncols=3, columnspacing=1.0)
    return figure


if __name__ == "__main__":
    plt.rcParams["svg.hashsalt"] = "minigrad"  # the same file for the same table
    figure = draw((DOCS / "performance.md").read_text(encoding="utf-8"))
    figure.savefig(DOCS / "performance.svg", metadata={"Date": None})
