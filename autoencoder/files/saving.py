"""Saving a model whole: an `AutoEncoder`, or a pipeline that ends in one, and loading it again."""

from __future__ import annotations

import os

from sklearn.pipeline import Pipeline

from ..estimator import AutoEncoder
from ..model import Model
from .network import entries_of as network_entries
from .network import network_from
from .steps import check_steps, entries_of, steps_from
from .storage import FEATURE_NAMES, as_text, expecting_a_model, read_model, write_model


def save(model: AutoEncoder | Pipeline, path: str | os.PathLike[str]) -> None:
    """Write a fitted model to a file for `load`, whole or not at all.

    The file is NumPy's ``.npz``: arrays, and JSON text. It needs no pickle, so that reading a file
    from a stranger runs none of their code, and nothing but NumPy to look into. ONNX was no choice
    because it keeps what predicts and not what trains: no velocities, costs or hyperparameters, so
    that `partial_fit` could not go on. skops keeps all of a scikit-learn estimator, but refers to
    classes of private modules, which move, and asks its reader to trust each by name.

    Parameters
    ----------
    model : AutoEncoder or Pipeline
        A pipeline is a scaler (`Preparation`, or scikit-learn's MinMaxScaler, StandardScaler,
        RobustScaler or MaxAbsScaler) and an AutoEncoder, and perhaps a SimpleImputer before them. Not
        saved are what ``set_output`` says, a pipeline's ``memory``, and a ``random_state`` that is a
        generator.
    path : path
        An ``.npz`` file; no suffix is added.

    Raises
    ------
    TypeError
        If it is another model or pipeline.
    NotFittedError
        If it is not fitted.
    OSError
        If the file cannot be written.
    ValueError
        If `load` would refuse it, as `AutoEncoder.save` has it; or if its imputer leaves out or
        adds columns.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from autoencoder import Preparation
    >>> X = np.random.RandomState(0).rand(20, 4) * 1000
    >>> model = make_pipeline(Preparation(), AutoEncoder(epochs=5, random_state=0)).fit(X)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(model, f"{folder}/model.npz")
    ...     again = load(f"{folder}/model.npz")
    >>> np.array_equal(again.transform(X), model.transform(X))
    True
    """
    if isinstance(model, AutoEncoder):
        model.save(path)
        return
    steps = check_steps(model)
    first, network = steps[0][1], steps[-1][1]
    hyperparameters, arrays = network_entries(network)
    texts, more = entries_of(steps)
    arrays.pop(FEATURE_NAMES, None)
    if hasattr(first, "feature_names_in_"):
        arrays[FEATURE_NAMES] = as_text(first.feature_names_in_)
    write_model(path, hyperparameters, arrays | more, texts)


def load(path: str | os.PathLike[str]) -> AutoEncoder | Model:
    """The model in a file that `save`, `AutoEncoder.save` or the command wrote.

    Parameters
    ----------
    path : path

    Returns
    -------
    AutoEncoder or Model
        What was saved; a pipeline as a `Model`, which has `reconstruct` and `score_samples` too, and
        finds the columns of a data frame by their names. The command saves a pipeline of a
        `Preparation` and an `AutoEncoder`, which takes samples in their own units.

    Raises
    ------
    OSError
        If the file cannot be opened.
    ValueError
        If it is damaged, holds pickled objects, is not a whole model, or a newer version wrote it.
    """
    stored = read_model(path)
    with expecting_a_model(path):
        network = network_from(stored, AutoEncoder)
        if stored.scaler is None:
            return network
        steps = steps_from(stored, stored.scaler, network)
        if FEATURE_NAMES in stored.arrays:
            steps[0][1].feature_names_in_ = stored.arrays[FEATURE_NAMES].astype(object)
        return Model(steps)
