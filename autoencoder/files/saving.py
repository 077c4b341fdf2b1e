"""Saving and loading a model: an `AutoEncoder`, or a pipeline that ends in one."""

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
    """Write a fitted model to a file for `load`, completely or not at all.

    The file is NumPy's ``.npz``: arrays, and JSON text. It has no pickle, so reading a stranger's
    file runs none of their code, and NumPy is enough to look into it. ONNX saves only what
    predicts, without the velocities, costs and hyperparameters that `partial_fit` needs. skops
    saves all of a scikit-learn estimator, but refers to classes in private modules, which may
    move, and its readers must trust each class by name.

    Parameters
    ----------
    model : AutoEncoder or Pipeline
        A pipeline has a scaler (`Preparation`, or scikit-learn's MinMaxScaler, StandardScaler,
        RobustScaler or MaxAbsScaler) and an AutoEncoder, and optionally a SimpleImputer before
        them. Settings of ``set_output``, a pipeline's ``memory``, and a ``random_state`` that is a
        generator are not saved.
    path : path
        An ``.npz`` file; no suffix is added.

    Raises
    ------
    TypeError
        If it is another kind of model or pipeline.
    NotFittedError
        If it is not fitted.
    OSError
        If the file cannot be written.
    ValueError
        If `load` would refuse it, as in `AutoEncoder.save`; or if its imputer leaves out or
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
        The saved model. A pipeline becomes a `Model`, which also has `reconstruct` and
        `score_samples`, and finds the columns of a data frame by their names. The command saves a
        pipeline of a `Preparation` and an `AutoEncoder`, which takes samples in their own units.

    Raises
    ------
    OSError
        If the file cannot be opened.
    ValueError
        If it is damaged, holds pickled objects, is not a complete model, or a newer version wrote
        it.
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
