"""What ``python -m autoencoder`` does: train a model, apply one to new rows, show what it is."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import closing, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from sklearn.impute import SimpleImputer
from sklearn.utils import shuffle

from ..data import DONUTS, Samples
from ..estimator import AutoEncoder
from ..files.saving import save
from ..files.tables import write_csv
from ..files.whole import replacing
from ..fitting.advice import FEW_EPOCHS
from ..fitting.hyperparameters import step_length
from ..model import Model
from ..output import Output, complain, counted
from ..pictures.drawing import draw
from ..pictures.errors import Judged
from ..preparation import SHUFFLED_BY, Preparation, Scaling
from ..progress import Progress
from ..training import Diverged
from .kept import Kept
from .options import APPLY, SHOW, TRAIN
from .report import (
    describe_best,
    describe_loss,
    describe_model,
    describe_parts,
    describe_samples,
    far_columns,
    hint_at_row_numbers,
)
from .scores import Scores

if TYPE_CHECKING:
    from ..data.parts import Parts

# Exit statuses; the last is what a shell reports of a program that Ctrl-C ended.
TRAINED, DIVERGED, INTERRUPTED = 0, 1, 130
# What became of the epochs, before the cost of the model that is left.
_ENDINGS = {
    TRAINED: "Trained for {}",
    DIVERGED: "Kept the best parameters",
    INTERRUPTED: "Stopped after {}",
}


def run(options: argparse.Namespace) -> int:
    """Do what the verb says.

    Parameters
    ----------
    options : Namespace
        From `parse_options`.

    Returns
    -------
    int
        The exit status: 0 done, 1 training only made the cost worse, 130 interrupted.

    Raises
    ------
    OSError
        If the picture or another file cannot be written after all.
    MemoryError
        If the model does not fit in memory.
    """
    out = Output(None if options.quiet else sys.stdout, "stdout")
    status = {TRAIN: _train, APPLY: _apply, SHOW: _show_model}[options.verb](options, out)
    out.flush()
    return status


def _train(options: argparse.Namespace, out: Output) -> int:
    """Prepare the data, train, save, draw.

    The model is saved first, and printing never ends the run, so that nothing that goes wrong
    afterwards costs a training.
    """
    with options.client or nullcontext():
        ready = (
            _in_memory(options.data, options.fill)
            if options.client is None
            else _on_workers(options.data)
        )
        return _train_on(ready, options, out)


class Ready(NamedTuple):
    """Samples that are prepared for training."""

    #: The named steps that make them so, fitted.
    steps: list[tuple[str, Any]]
    #: An array in memory, or on the workers of a cluster.
    features: Any
    #: Those, or some, with their classes, to draw.
    drawn: np.ndarray
    labels: np.ndarray | None
    #: None for the donuts.
    description: str | None


def _in_memory(samples: Samples, fill: str | None) -> Ready:
    for note in filter(None, (samples.note, hint_at_row_numbers(samples))):
        complain(note)
    preparation = Preparation(
        largest=samples.largest, label=samples.label, image_shape=samples.image_shape
    )
    steps: list[tuple[str, Any]] = [("preparation", preparation)]
    if fill:
        steps.insert(0, ("filling", SimpleImputer(strategy=fill)))
    features, labels = _shuffled(samples)
    for _, step in steps:
        features = step.fit(features).transform(features)
    description = None if samples.source == DONUTS else describe_samples(samples)
    return Ready(steps, features, features, labels, description)


def _on_workers(parts: Parts) -> Ready:
    some, summary = parts.some(), parts.summary
    for note in filter(None, (*parts.notes, hint_at_row_numbers(some))):
        complain(note)
    ends = some._replace(features=np.array([summary.low, summary.high]))
    preparation = Preparation(label=some.label).fit(ends.frame())
    features = parts.scaled(Scaling(preparation.low_, preparation.span_))
    rows, labels = _shuffled(some)
    drawn = preparation.transform(rows)
    steps = [("preparation", preparation)]
    return Ready(steps, features, drawn, labels, describe_parts(parts))


def _train_on(ready: Ready, options: argparse.Namespace, out: Output) -> int:
    network = AutoEncoder(
        options.hidden,
        optimizer=options.optimizer,
        learning_rate=options.lr,
        momentum=options.momentum,
        epochs=options.epochs,
        batch_size=options.batch_size,
        early_stopping=options.early_stopping,
        validation_fraction=options.validation_fraction,
        n_iter_no_change=options.n_iter_no_change,
        tol=options.tol,
        corruption=options.corruption,
        corruption_level=options.corruption_level,
        random_state=options.seed,
    )
    status = _fit(network, ready.features, out)
    ending = _ENDINGS[status].format(counted(len(network.costs_), "epoch"))
    kept = Kept.of(Model([*ready.steps, ("autoencoder", network)]))
    if options.save:
        save(kept.model, options.save)
    cost = -network.score(ready.features)
    # Momentum often overshoots at first.
    if status == TRAINED and len(network.costs_) >= FEW_EPOCHS and cost > network.costs_[0]:
        complain(
            f"training made it worse: the cost was {network.costs_[0]:.4g} and is {cost:.4g}; try "
            f"a smaller --lr (it is {step_length(network, network.n_features_in_):g})"
        )
        status = DIVERGED
    if ready.description:
        print(f"Data: {ready.description}", file=out)
    print(f"{ending}, cost = {cost:.10g}", file=out)
    if status == TRAINED and network.validation_scores_ is not None:
        print(_stopped(network), file=out)
    if ready.description and status == TRAINED:
        loss = describe_loss(ready.drawn, -network.score(ready.drawn), network.n_hidden)
        if loss:
            print(loss, file=out)
    picture = _picture(kept, ready.drawn, ready.labels)
    if options.figure:
        _write_picture(picture, options.figure, out)
    if options.save:
        print(f"Model: {options.save}", file=out)
    out.flush()
    if options.show and status == TRAINED:
        _show_picture(picture)
    return status


def _stopped(network: AutoEncoder) -> str:
    """One line: whether early stopping ended the training, and which epoch's parameters are kept."""
    n_epochs = len(network.costs_)
    how = "Stopped early after" if n_epochs < network.epochs else "Not stopped early in"
    return f"{how} {n_epochs} of {network.epochs} epochs; {describe_best(network)}"


def _shuffled(samples: Samples) -> tuple[np.ndarray, np.ndarray | None]:
    """The rows and their classes in the order in which the original program has them."""
    if samples.labels is None:
        return shuffle(samples.frame(), random_state=SHUFFLED_BY), None
    return shuffle(samples.frame(), samples.labels, random_state=SHUFFLED_BY)


def _fit(model: AutoEncoder, features: Any, out: Output) -> int:
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
            f"training stopped: {error}; the best parameters are kept; "
            f"try a smaller --lr (it is {step_length(model, features.shape[1]):g})"
        )
        return DIVERGED
    return TRAINED


def _apply(options: argparse.Namespace, out: Output) -> int:
    """Encode new rows, reconstruct them, and write what was asked for."""
    kept: Kept = options.kept
    samples: Samples = options.data
    if samples.note:
        complain(samples.note)
    if kept.scaler is None:
        complain(
            f"{options.model} holds no scaling: the rows are taken to be scaled as those it was "
            "trained on"
        )
    features = kept.scale(samples)
    far = far_columns(kept, features)
    if far:
        complain(
            f"{samples.source}: more than a whole range of training beyond it: {far}; look for "
            "mistakes in them, such as other units"
        )
    codes = kept.network.transform(features)
    rebuilt = kept.network.inverse_transform(codes)
    scores = Scores.of(kept, features, rebuilt, options.threshold)
    errors = scores.errors
    names = kept.names or [f"x{i}" for i in range(kept.n_features)]
    tables = {
        "codes": _with_origins(samples, [f"code{i}" for i in range(codes.shape[1])], codes),
        "reconstruct": _with_origins(samples, names, kept.unscale(rebuilt)),
        "scores": scores.table(samples),
    }
    print(f"Data: {describe_samples(samples)}", file=out)
    of_training = kept.network.error_
    trained = "" if of_training is None else f"; in training it was {of_training:.4g}"
    print(f"Mean squared error of the scaled rows = {errors.mean():.10g}{trained}", file=out)
    print(
        f"The largest, {errors.max():.4g}, is that of {_called(samples, int(errors.argmax()))}",
        file=out,
    )
    if scores.limit is not None:
        print(scores.describe(samples), file=out)
    for name, (header, rows) in tables.items():
        path = getattr(options, name)
        if path:
            write_csv(path, header, rows)
            print(f"{name.capitalize()}: {path}", file=out)
    if options.figure:
        picture = _picture(kept, features, samples.labels, _judged(kept, samples, scores))
        _write_picture(picture, options.figure, out)
    return TRAINED


def _judged(kept: Kept, samples: Samples, scores: Scores) -> Judged:
    """The scores as the picture shows them."""
    names = range(len(scores.errors)) if samples.origins is None else samples.origins.tolist()
    return Judged(scores.errors, names, kept.network.error_percentiles_ or {}, scores.share)


def _called(samples: Samples, row: int) -> str:
    if samples.origins is None:
        return f"row {row}, counted from 0"
    name = samples.origins[row]
    return f"{name}" if samples.image_shape else f"row {name}, counted from 0"


def _with_origins(
    samples: Samples, header: list[str], table: np.ndarray
) -> tuple[list[str], list[list[object]]]:
    """The table with a first column that tells where each row came from, if its place does not."""
    rows: list[list[object]] = table.tolist()
    if samples.origins is None:
        return header, rows
    first = "file" if samples.image_shape else "row"
    origins = samples.origins.tolist()
    return [first, *header], [[name, *row] for name, row in zip(origins, rows, strict=True)]


def _show_model(options: argparse.Namespace, out: Output) -> int:
    print(describe_model(options.kept, options.model), file=out)
    return TRAINED


def _picture(
    kept: Kept, features: np.ndarray, labels: np.ndarray | None, judged: Judged | None = None
) -> Callable[..., Figure]:
    """What draws the model, on a figure that is given or on a new one."""
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


def _write_picture(picture: Callable[[], Figure], path: str, out: Output) -> None:
    with replacing(path) as file:
        picture().savefig(file, format=Path(path).suffix[1:], dpi=120)
    print(f"Picture: {path}", file=out)


def _show_picture(picture: Callable[..., Figure]) -> None:
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
