"""Compare ways of training on the digits, beside PCA: how well each does, and how soon.

    python tests/benchmarks/digits.py [--seeds N]

prints a table: the mean squared error over that of PCA with 32 components, the median and the worst of
the seeds, and the median of the seconds.
"""

from __future__ import annotations

import argparse
import time
import warnings

import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning

from autoencoder import AutoEncoder

N_HIDDEN = 32
WAYS = [
    {"batch_size": None},
    {},
    {"optimizer": "nesterov"},
    {"optimizer": "adam"},
    {"optimizer": "adam", "early_stopping": True},
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    seeds = range(parser.parse_args().seeds)
    X = load_digits().data / 16
    pca = PCA(N_HIDDEN).fit(X)
    least = np.mean((X - pca.inverse_transform(pca.transform(X))) ** 2)
    print("| AutoEncoder(32, …) | error / PCA's | worst seed | s |")
    print("|---|--:|--:|--:|")
    for arguments in WAYS:
        errors, seconds = zip(*(_train(X, arguments, seed) for seed in seeds), strict=True)
        ratios = np.array(errors) / least
        said = ", ".join(f"`{key}={value!r}`" for key, value in arguments.items())
        print(
            f"| {said or 'as it is'} | {np.median(ratios):.2f} | {ratios.max():.2f} "
            f"| {np.median(seconds):.1f} |"
        )


def _train(X: np.ndarray, arguments: dict[str, object], seed: int) -> tuple[float, float]:
    """The mean squared error, and the seconds that it took to come to it."""
    model = AutoEncoder(N_HIDDEN, random_state=seed, **arguments)
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X)
    return -model.score(X), time.perf_counter() - start


if __name__ == "__main__":
    main()
