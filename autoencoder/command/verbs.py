"""The commands of ``python -m autoencoder``: train a model, apply one to new rows, show one."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing, nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.utils import shuffle

from ..data import DONUTS, Samples
from ..estimator import AutoEncoder
from ..files.saving import save
from ..fitting.advice import FEW_EPOCHS
from ..fitting.hyperparameters import step_length
from ..model import Model
from ..output import Output, complain, counted
from ..preparation import SHUFFLED_BY, Preparation, Scaling
from ..progress import Progress
from ..training import Diverged
from .applying import apply
from .kept import Kept
from .options import APPLY, SHOW, TRAIN
from .pictures import picture_of, show_picture, write_picture
from .report import (
    describe_best,
    describe_few_rows,
    describe_loss,
    describe_model,
    describe_parts,
    describe_row_numbers,
    describe_samples,
)

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
    """Run the command.

    Parameters
    ----------
    options : Namespace
        From `parse_options`.

    Returns
    -------
    int
        The exit status: 0 if done, 1 if training only made the cost worse, 130 if interrupted.

    Raises
    ------
    OSError
        If the picture or another file cannot be written.
    MemoryError
        If the model does not fit in memory.
    """
    out = Output(None if options.quiet else sys.stdout, "stdout")
    status = {TRAIN: _train, APPLY: _apply, SHOW: _show}[options.verb](options, out)
    out.flush()
    return status


def _train(options: argparse.Namespace, out: Output) -> int:
    """Prepare the data, train, save, draw.

    The model is saved first, and printing never ends the run, so that later errors do not
    lose the training.
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
    for note in filter(None, (samples.note, describe_row_numbers(samples))):
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
    for note in filter(None, (*parts.notes, describe_row_numbers(some))):
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
        engine=options.engine,
        random_state=options.seed,
    )
    status = _fit(network, ready.features, out)
    if status == INTERRUPTED and not network.costs_.size:
        complain(_no_model(options))
        return INTERRUPTED
    few = describe_few_rows(len(ready.features), network.n_hidden)
    if few:
        complain(f"{options.data.source}: {few}")
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
    if options.save:
        print(f"Model: {options.save}", file=out)
    picture = picture_of(kept, ready.drawn, ready.labels)
    if options.figure:
        write_picture(picture, options.figure, out)
    out.flush()
    if options.show and status == TRAINED:
        show_picture(picture)
    return status


def _no_model(options: argparse.Namespace) -> str:
    """One line: nothing was learned, and what was not written therefore."""
    files = [path for path in (options.save, options.figure) if path]
    kept = f"; {' and '.join(files)} not written" if files else ""
    return f"interrupted before an epoch was over, so there is no model{kept}"


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
        if model.costs_.size:
            complain(
                f"interrupted after {counted(len(model.costs_), 'whole epoch')}; "
                "the model is that of the last one"
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
    apply(options, out)
    return TRAINED


def _show(options: argparse.Namespace, out: Output) -> int:
    print(describe_model(options.kept, options.model), file=out)
    return TRAINED
