"""The inputs and outputs of a saved model, with or without a scaler."""

from __future__ import annotations

from copy import copy
from typing import Any, NamedTuple

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline

from ..data import Samples
from ..estimator import AutoEncoder


class Kept(NamedTuple):
    """A model as the command uses it, and what it remembers of its training data."""

    model: AutoEncoder | Pipeline
    #: Takes arrays, which have no names; those of the columns are in `names`.
    network: AutoEncoder
    #: None if the model takes features that are scaled already.
    scaler: Any
    #: Fills missing values in before they are scaled; None if they are refused.
    imputer: SimpleImputer | None
    names: list[str] | None
    label: str | int | None
    image_shape: tuple[int, int] | None
    #: The largest number that a pixel can have.
    largest: float | None

    @classmethod
    def of(cls, model: AutoEncoder | Pipeline) -> Kept:
        """The parts of what `autoencoder.load` gave."""
        steps = [step for _, step in model.steps] if isinstance(model, Pipeline) else [model]
        network = steps.pop()
        scaler = steps.pop() if steps else None
        imputer = steps.pop() if steps else None
        names = getattr(model, "feature_names_in_", None)
        if hasattr(network, "feature_names_in_"):
            network = copy(network)
            del network.feature_names_in_
        return cls(
            model,
            network,
            scaler,
            imputer,
            None if names is None else list(names),
            getattr(scaler, "label", None),
            getattr(scaler, "image_shape", None),
            getattr(scaler, "largest", None),
        )

    @property
    def n_features(self) -> int:
        """The number of columns that the network takes."""
        return self.network.n_features_in_

    def scale(self, samples: Samples) -> np.ndarray:
        """The features as the network takes them."""
        X = samples.frame()
        for step in (self.imputer, self.scaler):
            X = X if step is None else step.transform(X)
        return np.asarray(X)

    def unscale(self, features: np.ndarray) -> np.ndarray:
        """The network's features in the units of the data."""
        if self.scaler is None:
            return features
        return np.asarray(self.scaler.inverse_transform(features))
