"""Recurrent networks in NumPy, written by hand: weights get one product for all steps."""

from __future__ import annotations

import numpy as np
from contestants import Step
from workloads import LEARNING_RATE


def recurrent(cell: str, X: np.ndarray, Y: np.ndarray, parameters: list[np.ndarray]) -> Step:
    W, U, b, V, c = parameters
    steps, batch, features = X.shape
    size, width = U.shape
    of_all = steps * batch
    forward, backward = {"tanh": (tanh_cell, tanh_backward), "LSTM": (lstm, lstm_backward)}[cell]

    def run():
        before = (X.reshape(of_all, features) @ W + b).reshape(steps, batch, width)
        h = np.zeros((steps + 1, batch, size), X.dtype)
        kept = forward(before, h, U)
        hidden = h[1:].reshape(of_all, size)
        error = hidden @ V
        error += c
        error -= Y.reshape(of_all, -1)
        cost = np.vdot(error, error) / error.size
        error *= 2 / error.size
        by_h = (error @ V.T).reshape(steps, batch, size)
        by_before = backward(by_h, h, kept, U).reshape(of_all, width)
        gradients = [
            X.reshape(of_all, features).T @ by_before,
            h[:-1].reshape(of_all, size).T @ by_before,
            by_before.sum(axis=0),
            hidden.T @ error,
            error.sum(axis=0),
        ]
        for p, g in zip(parameters, gradients, strict=True):
            g *= LEARNING_RATE
            p -= g
        return cost

    return Step(run, lambda: [p.copy() for p in parameters])


def tanh_cell(before, h, U):
    """The states, written into h."""
    for t, x in enumerate(before):
        a = h[t] @ U
        a += x
        np.tanh(a, out=h[t + 1])


def tanh_backward(by_h, h, _, U):
    """The derivatives by what tanh is taken of."""
    result = 1 - h[1:] ** 2
    later, to_h = np.zeros_like(by_h[0]), U.T
    for t in range(len(by_h) - 1, -1, -1):
        later += by_h[t]
        result[t] *= later
        later = result[t] @ to_h
    return result


def lstm(before, h, U):
    """The states, written into h; the gates, the cells and their tanh."""
    size = h.shape[2]
    gates, cells = np.empty_like(before), np.zeros_like(h)
    of_cells = np.empty_like(h[1:])
    for t, x in enumerate(before):
        a = h[t] @ U
        a += x
        gates[t, :, : 3 * size] = 1 / (1 + np.exp(-a[:, : 3 * size]))
        np.tanh(a[:, 3 * size :], out=gates[t, :, 3 * size :])
        i, f, o, g = np.split(gates[t], 4, axis=1)
        np.add(f * cells[t], i * g, out=cells[t + 1])
        np.tanh(cells[t + 1], out=of_cells[t])
        np.multiply(o, of_cells[t], out=h[t + 1])
    return gates, cells, of_cells


def lstm_backward(by_h, h, kept, U):
    """The derivatives by what the gates are functions of."""
    gates, cells, of_cells = kept
    size = h.shape[2]
    slopes = gates[:, :, : 3 * size] * (1 - gates[:, :, : 3 * size])
    of_new, of_tanh = 1 - gates[:, :, 3 * size :] ** 2, 1 - of_cells**2
    result = np.empty_like(gates)
    later, by_later_cell, to_h = np.zeros_like(by_h[0]), np.zeros_like(by_h[0]), U.T
    for t in range(len(by_h) - 1, -1, -1):
        later += by_h[t]
        i, f, o, g = np.split(gates[t], 4, axis=1)
        by_cell = later * o
        by_cell *= of_tanh[t]
        by_cell += by_later_cell
        by_i, by_f, by_o, by_g = np.split(result[t], 4, axis=1)
        np.multiply(by_cell, g, out=by_i)
        np.multiply(by_cell, cells[t], out=by_f)
        np.multiply(later, of_cells[t], out=by_o)
        result[t, :, : 3 * size] *= slopes[t]
        np.multiply(by_cell, i, out=by_g)
        by_g *= of_new[t]
        by_later_cell = by_cell * f
        later = result[t] @ to_h
    return result
