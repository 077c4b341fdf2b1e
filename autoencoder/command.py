"""What ``python -m autoencoder`` does with its options."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from .estimator import AutoEncoder
from .files import replacing
from .output import Output, complain, counted
from .plotting import plot_images, plot_points
from .preparation import Prepared, prepare
from .progress import Progress
from .training import Diverged

# Exit statuses; the last is what a shell reports of a program that Ctrl-C ended.
TRAINED, DIVERGED, INTERRUPTED = 0, 1, 130


def run(options: argparse.Namespace) -> int:
    """Prepare the data, train, save, draw.

    The model is saved first, and printing never ends the run, so that nothing that goes wrong
    afterwards costs a training.

    Parameters
    ----------
    options : Namespace
        From `parse_options`.

    Returns
    -------
    int
        The exit status: 0 trained, 1 training only made the cost worse, 130 interrupted.

    Raises
    ------
    OSError
        If the picture or the model cannot be written after all.
    MemoryError
        If the model does not fit in memory.
    """
    out = Output(None if options.quiet else sys.stdout, "stdout")
    prepared = prepare(options.data.table)
    model = AutoEncoder(
        options.hidden,
        learning_rate=options.lr,
        momentum=options.momentum,
        epochs=options.epochs,
        batch_size=options.batch_size,
        random_state=options.seed,
    )
    status = _train(model, prepared.features, out)
    if options.save:
        model.save(options.save)
    cost = -model.score(prepared.features)
    if options.data.path is not None:
        print(f"Data: {options.data.path}: {_describe(options.data.table)}", file=out)
    verb = "Trained for" if status == TRAINED else "Stopped after"
    print(f"{verb} {counted(len(model.costs_), 'epoch')}, cost = {cost:.10g}", file=out)
    draw = partial(_draw, model, prepared, options.data.image_shape)
    with replacing(options.figure) as file:
        draw().savefig(file, format=Path(options.figure).suffix[1:], dpi=120)
    print(f"Picture: {options.figure}", file=out)
    if options.save:
        print(
            "The model file does not hold the scaling: the model takes and gives features "
            "scaled to 0-1",
            file=out,
        )
        print(f"Model: {options.save}", file=out)
    out.flush()
    if options.show and status == TRAINED:
        _show(draw)
    return status


def _describe(table: np.ndarray) -> str:
    """What a table's columns are taken for."""
    n_samples, n_columns = table.shape
    features = "column 0" if n_columns == 2 else f"columns 0 to {n_columns - 2}"
    values = np.unique(table[:, -1])
    found = counted(len(values), "value")
    if len(values) > max(10, n_samples / 10) or (values % 1 != 0).any():
        found += ": if it is a feature, append a column of zeros"
    return (
        f"{counted(n_samples, 'sample')}; {features} taken for features, "
        f"column {n_columns - 1}, the last, for the class ({found})"
    )


def _train(model: AutoEncoder, features: np.ndarray, out: Output) -> int:
    """Fit the model, telling how it goes; return the exit status."""
    try:
        steps = model.fit_epochs(features)
    except (MemoryError, OverflowError, ValueError) as error:
        raise MemoryError(
            f"--hidden {model.n_hidden}: weights of that size do not fit in memory; use fewer"
        ) from error
    progress = Progress(model.epochs, out)
    try:
        with closing(progress), closing(steps):
            for epoch, cost in steps:
                progress.update(epoch, cost)
    except KeyboardInterrupt:
        if not hasattr(model, "costs_"):  # before it began
            raise
        complain(
            f"interrupted after {counted(len(model.costs_), 'whole epoch')}; "
            "the model is as it was then"
        )
        return INTERRUPTED
    except Diverged as error:
        complain(
            f"training stopped: {error}; the parameters of the lowest cost are kept; "
            f"try a smaller --lr (it is {model.learning_rate:g})"
        )
        return DIVERGED
    return TRAINED


def _draw(
    model: AutoEncoder,
    prepared: Prepared,
    image_shape: tuple[int, int] | None,
    figure: Figure | None = None,
) -> Figure:
    """The picture that suits the data, in the units it had before scaling."""
    features, labels, scaler = prepared
    if image_shape:
        one_of_each_class = np.unique(labels, return_index=True)[1]
        features = features[one_of_each_class]
    code = model.transform(features)
    before = scaler.inverse_transform(features)
    after = scaler.inverse_transform(model.inverse_transform(code))
    if image_shape:
        return plot_images(
            before, after, model.weights_, model.costs_, image_shape=image_shape, figure=figure
        )
    return plot_points(before, code, after, model.costs_, labels, figure=figure)


def _show(draw: Callable[[Figure], Figure]) -> None:
    """Open the picture in a window, if there is a display to open it on."""
    from matplotlib import pyplot

    try:
        figure = pyplot.figure()
    except ImportError:  # the back end that was asked for needs a display
        figure = None
    if figure is None or figure.canvas.required_interactive_framework is None:
        complain("--show: no display found; open the picture's file instead")
        return
    draw(figure)
    pyplot.show()
