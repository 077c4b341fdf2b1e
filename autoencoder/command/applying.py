"""Apply a model to new rows: scores, codes and reconstructions, and a report on them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np

from ..data import Samples
from ..files.tables import write_csv
from ..output import Output, complain
from ..pictures.errors import Judged
from .kept import Kept
from .pictures import picture_of, write_picture
from .report import describe_samples, far_columns
from .scores import Scores


def apply(options: argparse.Namespace, out: Output) -> None:
    """Encode new rows, reconstruct them, report the errors, and write the requested files."""
    kept: Kept = options.kept
    samples: Samples = options.data
    features = kept.scale(samples)
    for doubt in _doubts(kept, samples, features, options.model):
        complain(doubt)
    codes = kept.network.transform(features)
    rebuilt = kept.network.inverse_transform(codes)
    scores = Scores.of(kept, features, rebuilt, options.threshold)
    print(f"Data: {describe_samples(samples)}", file=out)
    print(_judgement(kept, samples, scores), file=out)
    names = kept.names or [f"x{i}" for i in range(kept.n_features)]
    tables = {
        "codes": _with_origins(samples, [f"code{i}" for i in range(codes.shape[1])], codes),
        "reconstruct": _with_origins(samples, names, kept.unscale(rebuilt)),
        "scores": scores.table(samples),
    }
    for name, (header, rows) in tables.items():
        path = getattr(options, name)
        if path:
            write_csv(path, header, rows)
            print(f"{name.capitalize()}: {path}", file=out)
    if options.figure:
        picture = picture_of(kept, features, samples.labels, _judged(kept, samples, scores))
        write_picture(picture, options.figure, out)


def _doubts(kept: Kept, samples: Samples, features: np.ndarray, model: str) -> Iterator[str]:
    """Lines on whether these rows are such as the model was trained on."""
    if samples.note:
        yield samples.note
    if kept.scaler is None:
        yield (f"{model} has no scaling: the rows must be scaled like those of training")
    if kept.network.error_percentiles_ is None:
        yield f"{_unjudged(kept, model)}, so the scores have no column 'above'"
    far = far_columns(kept, features)
    if far:
        yield (
            f"{samples.source}: some columns exceed the range of training by more than its width: "
            f"{far}; look for mistakes in them, such as other units"
        )


def _unjudged(kept: Kept, model: str) -> str:
    """The reason why the model cannot tell which errors are large."""
    why = (
        "its training ended before an epoch was over"
        if not kept.network.costs_.size
        else "its training was interrupted, or went on, or an old version wrote it"
    )
    return f"{model} does not know the errors of training ({why})"


def _judgement(kept: Kept, samples: Samples, scores: Scores) -> str:
    """Lines: the mean error, beside that of training, the largest, and how many are too large."""
    errors = scores.errors
    of_training = kept.network.error_
    trained = "" if of_training is None else f"; in training it was {of_training:.4g}"
    lines = [
        f"Mean squared error of the scaled rows = {errors.mean():.10g}{trained}",
        f"The largest, {errors.max():.4g}, is that of {_called(samples, int(errors.argmax()))}",
    ]
    if scores.limit is not None:
        lines.append(scores.describe(samples))
    return "\n".join(lines)


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
