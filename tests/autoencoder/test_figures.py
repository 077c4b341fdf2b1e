"""Test how near to PCA the digits come: mean squared errors as ratios to that of PCA(32).

How long that takes is printed by ``tests/benchmarks/digits.py``.
"""

import numpy as np
import pytest
from draws import part_of
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from autoencoder import AutoEncoder


@pytest.fixture(scope="module")
def digits():
    return load_digits().data / 16


@pytest.fixture(scope="module")
def of_pca(digits):
    pca = PCA(32, random_state=0).fit(digits)
    return np.mean((digits - pca.inverse_transform(pca.transform(digits))) ** 2)


# The slower ways of training last; the benchmark has them all, with more seeds.
RATIOS = {
    "default": ({}, 1.6),
    "Adam with early stopping": ({"optimizer": "adam", "early_stopping": True}, 1.15),
}


@pytest.mark.parametrize("name", part_of(RATIOS, one_of=2))
def test_the_digits_come_near_to_pca(digits, of_pca, name):
    options, ratio = RATIOS[name]
    model = AutoEncoder(32, random_state=0, **options).fit(digits)
    assert -model.score(digits) <= ratio * of_pca
