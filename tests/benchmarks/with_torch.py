"""The models in PyTorch: eager, fused functions where it has them, updates in place."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from contestants import Step
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
