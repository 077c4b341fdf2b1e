"""The models in PyTorch: eager, fused functions where it has them, updates in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from contestants import Layers, Step
from workloads import LEARNING_RATE, MOMENTUM


def autoencoder(X: np.ndarray, W: np.ndarray, bh: np.ndarray, bo: np.ndarray) -> Step:
    samples = torch.tensor(X)
    W_, bh_, bo_ = parameters = [torch.tensor(p, requires_grad=True) for p in (W, bh, bo)]
    velocities = [torch.zeros_like(p) for p in parameters]

    def run():
        h = torch.sigmoid(torch.addmm(bh_, samples, W_))
        cost = F.mse_loss(torch.addmm(bo_, h, W_.T), samples)
        gradients = torch.autograd.grad(cost, parameters)
        with torch.no_grad():
            for p, v, g in zip(parameters, velocities, gradients, strict=True):
                v.mul_(MOMENTUM).sub_(g, alpha=LEARNING_RATE)
                p.add_(v)
        return cost.detach()

    return Step(run, lambda: [p.detach().numpy().copy() for p in parameters])


def classifier(X: np.ndarray, labels: np.ndarray, layers: Layers) -> Step:
    samples, y = torch.tensor(X), torch.tensor(labels)
    parameters = [torch.tensor(p, requires_grad=True) for layer in layers for p in layer]
    *hidden, (W_out, b_out) = zip(parameters[::2], parameters[1::2], strict=True)

    def run():
        activation = samples
        for W, b in hidden:
            activation = torch.tanh(torch.addmm(b, activation, W))
        cost = F.cross_entropy(torch.addmm(b_out, activation, W_out), y)
        gradients = torch.autograd.grad(cost, parameters)
        with torch.no_grad():
            for p, g in zip(parameters, gradients, strict=True):
                p.sub_(g, alpha=LEARNING_RATE)
        return cost.detach()

    return Step(run, lambda: [p.detach().numpy().copy() for p in parameters])


def softmax_regression(X: np.ndarray, labels: np.ndarray, W: np.ndarray, b: np.ndarray) -> Step:
    samples, y = torch.tensor(X), torch.tensor(labels)
    W_, b_ = parameters = [torch.tensor(p, requires_grad=True) for p in (W, b)]

    def run():
        scores = torch.addmm(b_, samples, W_)
        cost = F.cross_entropy(scores, y)
        gradients = torch.autograd.grad(cost, parameters)
        with torch.no_grad():
            accuracy = (scores.argmax(dim=1) == y).double().mean()
            for p, g in zip(parameters, gradients, strict=True):
                p.sub_(g, alpha=LEARNING_RATE)
        return cost.detach(), accuracy

    return Step(run, lambda: [p.detach().numpy().copy() for p in parameters])


def recurrent(cell: str, X: np.ndarray, Y: np.ndarray, parameters: list[np.ndarray]) -> Step:
    samples, targets = torch.tensor(X), torch.tensor(Y)
    W, U, b, V, c = tensors = [torch.tensor(p, requires_grad=True) for p in parameters]

    def run():
        before = samples @ W + b
        h = cells = torch.zeros(X.shape[1], len(U), dtype=samples.dtype)
        states = []
        for x in before:
            a = torch.addmm(x, h, U)
            if cell == "tanh":
                h = torch.tanh(a)
            else:
                i, f, o, g = a.chunk(4, dim=1)
                cells = torch.sigmoid(f) * cells + torch.sigmoid(i) * torch.tanh(g)
                h = torch.sigmoid(o) * torch.tanh(cells)
            states.append(h)
        cost = F.mse_loss(torch.stack(states) @ V + c, targets)
        gradients = torch.autograd.grad(cost, tensors)
        with torch.no_grad():
            for p, g in zip(tensors, gradients, strict=True):
                p.sub_(g, alpha=LEARNING_RATE)
        return cost.detach()

    return Step(run, lambda: [p.detach().numpy().copy() for p in tensors])


def convolutional(X: np.ndarray, layers: Layers) -> Step:
    images = torch.tensor(X)
    parameters = [torch.tensor(p, requires_grad=True) for layer in layers for p in layer]

    def run():
        h = images
        for W, b in zip(parameters[::2], parameters[1::2], strict=True):
            h = torch.tanh(F.max_pool2d(F.conv2d(h, W), 2) + b[:, None, None])
        cost = h.square().mean()
        gradients = torch.autograd.grad(cost, parameters)
        with torch.no_grad():
            for p, g in zip(parameters, gradients, strict=True):
                p.sub_(g, alpha=LEARNING_RATE)
        return cost.detach()

    return Step(run, lambda: [p.detach().numpy().copy() for p in parameters])


def elements(values: np.ndarray, chain: Callable[[Any, Any], Any]) -> Callable[[], object]:
    x = torch.tensor(values)
    return lambda: chain(torch, x)


def add_one(values: np.ndarray) -> Callable[[], object]:
    x = torch.tensor(values)
    return lambda: x + 1
