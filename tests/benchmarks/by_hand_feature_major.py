"""The autoencoder in NumPy written by hand, a feature a row: the faster way for tall, thin data.

X comes as rows of samples like everybody's, so it is copied in each step.
"""

from __future__ import annotations

import numpy as np
from by_hand_row_major import Momentum, sigmoid_of_minus
from contestants import Step


def autoencoder(X: np.ndarray, W: np.ndarray, bh: np.ndarray, bo: np.ndarray) -> Step:
    rows, features = X.shape
    parameters = [W, bh, bo]
    momentum = Momentum(parameters)
    W_gradient, bh_gradient, bo_gradient = gradients = [np.empty_like(p) for p in parameters]
    H, H_error = np.empty((2, len(bh), rows), X.dtype)
    X_, error = np.empty((2, features, rows), X.dtype)
    minus_W, minus_bh, encoder_part = np.empty_like(W), np.empty_like(bh), np.empty_like(W)
    ones = np.ones(rows, X.dtype)

    def run():
        np.copyto(X_, X.T)
        np.negative(W, out=minus_W)
        np.negative(bh, out=minus_bh)
        sigmoid_of_minus(np.add(np.dot(minus_W.T, X_, out=H), minus_bh[:, None], out=H))
        np.dot(W, H, out=error)
        np.add(error, bo[:, None], out=error)
        np.subtract(error, X_, out=error)
        flat = error.reshape(-1)
        cost = flat.dot(flat) / flat.size
        # From here on without the factor 2 / size, which `momentum` puts to the small gradients.
        np.dot(error, ones, out=bo_gradient)
        np.dot(error, H.T, out=W_gradient)
        np.dot(W.T, error, out=H_error)
        np.multiply(H_error, H, out=H_error)
        np.subtract(1, H, out=H)
        np.multiply(H_error, H, out=H_error)
        np.dot(H_error, ones, out=bh_gradient)
        np.add(W_gradient, np.dot(X_, H_error.T, out=encoder_part), out=W_gradient)
        momentum.move(gradients, 2 / flat.size)
        return cost

    return Step(run, lambda: [p.copy() for p in parameters])
