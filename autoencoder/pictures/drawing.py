"""The picture of a fitted model, for given samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.decomposition import PCA
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from ..estimator import AutoEncoder
from ..model import Model
from .classes import Classes
from .errors import Judged
from .plotting import Comparison, plot_images, plot_points

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

# If there are more samples, evenly spaced ones are drawn: more dots only hide each other.
MOST_SAMPLES = 20_000
MOST_IMAGES = 10


def plot(
    model: AutoEncoder | Pipeline,
    X: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    image_shape: tuple[int, int] | None = None,
    figure: Figure | None = None,
) -> Figure:
    """Draw samples as a fitted model sees them: incoming, encoded, decoded, and the errors.

    For samples that are points, the panels of `plot_points`; for images, those of `plot_images`.
    The model is compared with PCA, fitted to the samples drawn, with as many components as the
    model has hidden units: no linear code of that length loses less. The curve is the cost during
    training; the levels are the costs of the samples drawn, with the model and with PCA.

    Parameters
    ----------
    model : AutoEncoder or Pipeline
        A fitted model. A pipeline's last step must be the AutoEncoder; the picture undoes
        the steps before it, so it is in the samples' own units.
    X : array or data frame of shape (n_samples, n_features)
        The samples, as the model's `transform` takes them. The columns of a data frame are named
        in the picture. At most 20,000 samples are drawn, evenly spaced.
    labels : array of shape (n_samples,), optional
        Classes, as names or numbers.
    image_shape : (height, width), optional
        The shape of images, if the samples are images; by default the
        ``image_shape`` of a step of the pipeline.
    figure : Figure, optional
        An empty figure to draw on, for example ``pyplot.figure()``; by default a new one.

    Returns
    -------
    Figure
        Save it with ``figure.savefig(path)``; a notebook shows it.

    Raises
    ------
    TypeError
        If the model is not an AutoEncoder or a pipeline that ends in one.
    NotFittedError
        If it is not fitted.
    ValueError
        If X does not have the features of fitting, the numbers of labels and samples
        differ, or `image_shape` does not have as many pixels as there are features.

    Examples
    --------
    >>> X = np.random.RandomState(0).rand(100, 4)
    >>> model = AutoEncoder(n_hidden=2, epochs=50, random_state=0).fit(X)
    >>> figure = plot(model, X, labels=X[:, 0] > 0.5)
    >>> [axes.get_title(loc="left") for axes in figure.axes]
    ['Incoming data', 'Encoded data', 'Decoded data', 'Cost', 'Lost']
    """
    network, before, image_shape_of_steps = _parts(model)
    check_is_fitted(network)
    n_samples = np.shape(X)[0]
    if labels is not None and len(np.asarray(labels)) != n_samples:
        raise ValueError(f"plot: {len(np.asarray(labels))} labels for {n_samples} samples")
    X, labels = _evenly(X), _evenly(labels)
    features = X if before is None else before.transform(X)
    # Without it, as of steps that leave out features, the picture is of what the network gets.
    inverse = getattr(before, "inverse_transform", np.asarray)
    names = getattr(model, "feature_names_in_", getattr(X, "columns", None))
    return draw(
        network,
        features,
        inverse,
        labels,
        feature_names=names,
        image_shape=image_shape or image_shape_of_steps,
        figure=figure,
    )


def draw(
    network: AutoEncoder,
    features: ArrayLike,
    inverse: Callable[[np.ndarray], np.ndarray],
    labels: ArrayLike | None = None,
    *,
    label_name: str | None = None,
    feature_names: Sequence[str] | None = None,
    image_shape: tuple[int, int] | None = None,
    judged: Judged | None = None,
    figure: Figure | None = None,
) -> Figure:
    """Draw what the network makes of features, in the units to which `inverse` takes them.

    Parameters
    ----------
    network : AutoEncoder
        Fitted.
    features : array of shape (n_samples, n_features)
        As the network takes them.
    inverse : callable
        From features to the samples' own units.
    labels, label_name, feature_names, image_shape, figure
        As in `plot_points` and `plot_images`.
    judged : Judged, optional
        The errors of new samples, all of them: these are drawn in place of the cost of training, and
        those above it are ringed. PCA, which would be fitted to what it is to judge, is left out.
    """
    ringed = None if judged is None else _evenly(judged.above)
    worst = None
    if judged is not None and image_shape is not None:
        largest = np.argsort(-judged.errors, kind="stable")[:MOST_IMAGES]
        worst = np.asarray(features)[largest]
    features, labels = _evenly(features), _evenly(labels)
    code = network.transform(features)
    by_pca = None
    if judged is None:
        by_pca = rebuilt_by_pca(np.asarray(features, dtype=np.float64), code.shape[1])
    rebuilt = network.inverse_transform(code)
    error = _mean_square(np.asarray(features, dtype=np.float64) - rebuilt)
    before, after = inverse(np.asarray(features)), inverse(rebuilt)
    shown = slice(None) if image_shape is None else _examples(labels, len(code))
    before, after = before[shown], after[shown]
    if worst is not None:
        before, after = inverse(worst), inverse(network.reconstruct(worst))
    pca = None
    if by_pca is not None:
        decoded, n_components, cost = by_pca
        pca = Comparison(n_components, inverse(decoded)[shown], cost)
    scores = getattr(network, "validation_scores_", None)
    validation_costs = None if scores is None else -np.asarray(scores, dtype=np.float64)
    shared: dict[str, Any] = {
        "labels": labels,
        "label_name": label_name,
        "validation_costs": validation_costs,
        "error": error,
        "pca": pca,
        "judged": judged,
        "ringed": ringed,
        "figure": figure,
    }
    costs = network.costs_
    if image_shape is None:
        return plot_points(before, code, after, costs, feature_names=feature_names, **shared)
    weights = network.weights_
    return plot_images(before, after, weights, costs, code=code, image_shape=image_shape, **shared)


def _parts(model: Any) -> tuple[AutoEncoder, Any, tuple[int, int] | None]:
    """The network, the pipeline of the steps before it, and the images' shape that they know."""
    steps = [step for _, step in model.steps] if isinstance(model, Pipeline) else [model]
    if not isinstance(steps[-1], AutoEncoder):
        raise TypeError(
            "plot: expected a fitted AutoEncoder, or a Pipeline whose last step is one; got "
            f"{type(model).__name__}"
            + (f" that ends in {type(steps[-1]).__name__}" if isinstance(model, Pipeline) else "")
        )
    shapes = [getattr(step, "image_shape", None) for step in steps]
    shape = next((shape for shape in shapes if shape is not None), None)
    return steps[-1], Model(model.steps[:-1]) if len(steps) > 1 else None, shape


def _evenly(rows: Any) -> Any:
    """The rows, or of many as many as are drawn, evenly spaced."""
    if rows is None:
        return None
    step = -(-np.shape(rows)[0] // MOST_SAMPLES)
    if step <= 1:
        return rows
    return (rows.iloc if hasattr(rows, "iloc") else rows)[::step]


def rebuilt_by_pca(features: np.ndarray, n_hidden: int) -> tuple[np.ndarray, int, float] | None:
    """The features rebuilt from as many principal components, their number, and the cost."""
    if len(features) < 2:
        return None
    n_components = min(n_hidden, *features.shape)
    # The size is 1, so that no square is too large.
    scaled = features / (np.abs(features).max() or 1)
    with np.errstate(divide="ignore", invalid="ignore"):  # of shares of no variance
        pca = PCA(n_components, random_state=0).fit(scaled)
    rebuilt = pca.inverse_transform(pca.transform(scaled)) * (np.abs(features).max() or 1)
    cost = _mean_square(features - rebuilt)
    return (rebuilt, n_components, cost) if np.isfinite(cost) else None


def _mean_square(residuals: np.ndarray) -> float:
    with np.errstate(over="ignore"):
        return float(np.mean(residuals**2))


def _examples(labels: ArrayLike | None, n_samples: int) -> np.ndarray:
    """The numbers of the samples to show as images: of each class in turn, as far as they go."""
    if labels is None:
        return np.unique(np.linspace(0, n_samples - 1, MOST_IMAGES).astype(int))
    classes = Classes.of(labels, n_samples)
    # How many of its class stand before each sample.
    order = np.argsort(classes.membership, kind="stable")
    first = np.searchsorted(classes.membership[order], classes.membership[order])
    turn = np.empty(n_samples, dtype=int)
    turn[order] = np.arange(n_samples) - first
    chosen = np.lexsort([classes.membership, turn])[:MOST_IMAGES]
    return chosen[np.argsort(classes.membership[chosen], kind="stable")]
