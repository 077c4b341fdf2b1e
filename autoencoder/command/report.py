"""Describe data and models for the command's output."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..data import Samples
from ..data.values import hint_at_row_numbers, listed
from ..estimator import AutoEncoder
from ..output import counted
from ..pictures.drawing import rebuilt_by_pca
from ..preparation import Preparation
from .kept import Kept

if TYPE_CHECKING:
    from ..data.parts import Parts


# Fewer rows than these tell nothing of others.
FEW_ROWS = 10


def describe_samples(samples: Samples) -> str:
    """One line: where the samples came from, what is taken for features, and what for the class."""
    return f"{samples.source}: {_shape(samples)}{_columns(samples)}{_constant(samples)}"


def describe_loss(features: np.ndarray, error: float, n_hidden: int) -> str | None:
    """One line: which share of the variance is lost, and with as many principal components."""
    scaled = np.asarray(features, dtype=np.float64)
    variance, pca = scaled.var(axis=0).mean(), rebuilt_by_pca(scaled, n_hidden)
    if pca is None or not variance > 0:
        return None
    _, n_components, lost = pca
    components = counted(n_components, "component")
    return (
        f"Lost: {100 * error / variance:.3g} % of the variance; PCA with {components} loses "
        f"{100 * lost / variance:.3g} %"
    )


def describe_parts(parts: Parts) -> str:
    """The same of a table in many files; how many classes there are, some rows tell."""
    n_samples, n_features = parts.summary.n_rows, len(parts.summary.low)
    return (
        f"{parts.source}: {counted(n_samples, 'sample')} of {counted(n_features, 'feature')} in "
        f"{counted(len(parts.paths), 'file')}{_columns(parts.some())}"
    )


def _shape(samples: Samples) -> str:
    n_samples, n_features = samples.features.shape
    if samples.image_shape:
        height, width = samples.image_shape
        return f"{counted(n_samples, 'image')} of {width} × {height} pixels"
    if samples.label_guessed:
        return counted(n_samples, "sample")
    return f"{counted(n_samples, 'sample')} of {counted(n_features, 'feature')}"


def _columns(samples: Samples) -> str:
    """The columns, and what they are taken for."""
    if samples.label_guessed:
        return _guessed(samples)
    features = f": {listed(samples.names)}" if samples.names else ""
    if samples.labels is None:
        return f"{features}; no class"
    found = counted(len(np.unique(samples.labels)), "value")
    if samples.label is None:
        return f"; the class has {found}"
    name = samples.label if isinstance(samples.label, str) else f"column {samples.label}"
    return f"{features}; class: {name} ({found})"


def _guessed(samples: Samples) -> str:
    """The columns of a table without names, and what to do if its last one is not a class."""
    n_samples, last = samples.features.shape
    features = "column 0" if last == 1 else f"columns 0 to {last - 1}"
    assert samples.labels is not None
    values = np.unique(samples.labels[~np.isnan(samples.labels)])
    found = counted(len(values), "value")
    if len(values) > max(10, n_samples / 10) or (values % 1 != 0).any():
        found += ": if it is a feature, say --label none"
    return f"; {features} taken for features, column {samples.label}, the last, for the class ({found})"


def _constant(samples: Samples) -> str:
    """The columns that always hold the same; empty for images, many of whose pixels do."""
    if samples.image_shape or len(samples.features) == 1:
        return ""
    X = samples.features
    # Both pass over what is missing.
    constant = np.flatnonzero(np.fmax.reduce(X) == np.fmin.reduce(X)).tolist()
    if not constant:
        return ""
    names = samples.names or [f"column {i}" for i in range(samples.features.shape[1])]
    return f"; always the same: {listed([names[i] for i in constant])}"


def describe_row_numbers(samples: Samples) -> str:
    """A hint at columns that look like numbers of rows; empty if none does.

    Only names tell such columns from others that count: without them nobody knows what to leave out.
    """
    hint = samples.names and hint_at_row_numbers(samples.features, samples.names)
    return f"{samples.source}: {hint}" if hint else ""


def describe_few_rows(n_rows: int, n_hidden: int) -> str:
    """A warning of so few rows that they can be learned by heart; empty if they are more."""
    least = max(FEW_ROWS, n_hidden)
    if n_rows >= least:
        return ""
    fewer = " or fewer --hidden units" if n_hidden > FEW_ROWS else ""
    return (
        f"{counted(n_rows, 'row')} for {counted(n_hidden, 'hidden unit')}: the "
        f"model says little about other rows; take at least {least} rows{fewer}"
    )


def far_columns(kept: Kept, features: np.ndarray) -> str:
    """The scaled columns that exceed the range of training by more than its width.

    That range is known only of a `Preparation`, which makes it 0 to 1. It is told, because a column
    that never varied has none.
    """
    if not isinstance(kept.scaler, Preparation):
        return ""
    far = np.flatnonzero((features.min(axis=0) < -1) | (features.max(axis=0) > 2)).tolist()
    names, low, span = _named(kept), kept.scaler.low_, kept.scaler.span_
    return listed([f"{names[i]} ({_range(low[i], span[i])} in training)" for i in far])


def _range(low: float, span: float) -> str:
    """The lowest and the highest number of a column; the span of a constant one is 1."""
    always = f"always {low:.6g}, or " if span == 1 else ""
    return f"{always}{low:.6g} to {low + span:.6g}"


def describe_model(kept: Kept, path: str) -> str:
    """Some lines: the network, its training, its scaling and what it takes."""
    network = kept.network
    n_features, n_hidden = network.weights_.shape
    costs = network.costs_
    lines = {
        "Model": path,
        "Network": f"{counted(n_features, 'feature')} → {counted(n_hidden, 'hidden unit')} → "
        f"{counted(n_features, 'feature')}, {network.weights_.dtype}",
        "Trained": f"{counted(len(costs), 'epoch')}"
        + (f", cost from {costs[0]:.4g} to {_last(network):.4g}" if len(costs) else ""),
        "Early stopping": "",
        "Errors": _errors(network),
        "Hyperparameters": ", ".join(
            f"{name}={value!r}" for name, value in network.get_params().items()
        ),
        "Missing values": _filling(kept),
        "Scaling": _scaling(kept),
    }
    if not lines["Errors"]:
        del lines["Errors"]
    if network.validation_scores_ is None:
        del lines["Early stopping"]
    else:
        n_epochs = len(network.validation_scores_)
        best = f"; {describe_best(network)}" if n_epochs else ""
        lines["Early stopping"] = f"{counted(n_epochs, 'epoch')}{best}"
    if kept.label is not None:
        lines["Class"] = (
            f"{kept.label}" if isinstance(kept.label, str) else f"column {kept.label}"
        ) + ", which is not a feature"
    first, *others = _features(kept)
    lines["Columns"] = first
    width = max(map(len, lines)) + 1
    told = [f"{name + ':':{width}} {text}" for name, text in lines.items()]
    return "\n".join([*told, *(f"{'':{width}} {line}" for line in others)])


def _last(network: AutoEncoder) -> float:
    """The cost of the finished network or, if it is not known, of that before the last epoch."""
    return float(network.costs_[-1]) if network.error_ is None else network.error_


def _features(kept: Kept) -> list[str]:
    """The features' names and, a line for each, the numbers that they were between."""
    if kept.image_shape:
        height, width = kept.image_shape
        return [f"the pixels of images of {width} × {height}"]
    if not isinstance(kept.scaler, Preparation):
        return [", ".join(kept.names) if kept.names else "without names, in the order of training"]
    order = "by their names" if kept.names else "in this order"
    ends = [kept.scaler.low_, kept.scaler.low_ + kept.scaler.span_]
    columns = [
        [order, *_named(kept)],
        *(
            [end, *(f"{number:.10g}" for number in numbers)]
            for end, numbers in zip(("lowest", "highest"), ends, strict=True)
        ),
    ]
    name, low, high = (max(map(len, column)) for column in columns)
    return [f"{a:{name}}  {b:>{low}}  {c:>{high}}" for a, b, c in zip(*columns, strict=True)]


def _named(kept: Kept) -> list[str]:
    return kept.names or [f"column {i}" for i in range(kept.n_features)]


def _errors(network: AutoEncoder) -> str:
    """The errors of the samples of training, for those of new ones to be judged by."""
    percentiles = network.error_percentiles_ or {}
    told = [f"{share} % up to {error:.4g}" for share, error in percentiles.items()]
    return f"of the samples of training {', '.join(told)}" if told else ""


def describe_best(network: AutoEncoder) -> str:
    """The best epoch by early stopping, with its number in pictures, and its validation error."""
    scores = network.validation_scores_
    assert scores is not None
    best = int(np.argmax(scores))
    epoch = len(network.costs_) - len(scores) + best
    return f"the best was epoch {epoch}, counted from 0, validation error {-scores[best]:.4g}"


def _filling(kept: Kept) -> str:
    if kept.imputer is None:
        return "refused"
    by = kept.imputer.strategy
    what = {"most_frequent": "most frequent value", "constant": "constant"}.get(by, by)
    return f"filled with each column's {what}"


def _scaling(kept: Kept) -> str:
    if kept.scaler is None:
        return "none: it takes features that are scaled already"
    kind = type(kept.scaler).__name__
    if kind != "Preparation":
        return f"scikit-learn's {kind}"
    if kept.scaler.largest is not None:
        return f"0 to {kept.scaler.largest:g} becomes 0 to 1"
    # The span of a constant column is 1.
    doubt = "; those that are 1 apart may be one" if (kept.scaler.span_ == 1).any() else ""
    return f"each column's lowest number becomes 0, its highest 1{doubt}"
