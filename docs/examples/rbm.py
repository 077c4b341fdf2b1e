"""A restricted Boltzmann machine, trained by persistent contrastive divergence.

Images v and hidden units h consist of 0 and 1, with the energy

    E(v, h) = -v·b - h·c - v W h
    p(h = 1 | v) = sigmoid(v W + c),   p(v = 1 | h) = sigmoid(h Wᵀ + b)
    F(v) = -v·b - sum(softplus(v W + c)),   p(v) ∝ exp(-F(v))

The gradient of -log p(v) is ∂F(v)/∂θ minus its mean under the model. The mean is taken over the
chains of a Gibbs sampler, which `scan` runs for k steps between two updates.

Hinton, *Training products of experts by minimizing contrastive divergence*, 2002; Tieleman,
*Training restricted Boltzmann machines using approximations to the likelihood gradient*, 2008.

``python docs/examples/rbm.py`` takes a minute: the cross entropy between held-out images and the
results of one step falls from 27.0 to 18.3 nats per image, and chains that began with noise show
digits. The picture, ``rbm.png``, shows held-out images, the results of one Gibbs step, samples of
chains that began with noise, and the filters of the hidden units.
"""

import sys

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import minigrad
import minigrad.tensor as T
from minigrad.tensor.shared_randomstreams import RandomStreams

HIDDEN, BATCH, STEPS = 128, 50, 5


class RBM:
    """Weights, biases and the state of the chains, as shared variables."""

    def __init__(self, images, seed):
        rng, self.streams = np.random.default_rng(seed), RandomStreams(seed)
        mean = images.mean(axis=0).clip(0.01, 0.99)
        self.W = minigrad.shared(rng.normal(0, 0.05, (64, HIDDEN)), "W")
        self.b = minigrad.shared(np.log(mean / (1 - mean)), "b")
        self.c = minigrad.shared(np.zeros(HIDDEN), "c")
        self.chains = minigrad.shared((rng.random((BATCH, 64)) < mean).astype(float), "chains")

    def free_energy(self, v):
        return -T.dot(v, self.b) - T.nnet.softplus(T.dot(v, self.W) + self.c).sum(axis=1)

    def draw(self, p):
        return self.streams.binomial(p.shape, p=p, dtype="float64")

    def gibbs(self, v):
        """One step of the sampler: the next images, and their probabilities."""
        h = self.draw(T.nnet.sigmoid(T.dot(v, self.W) + self.c))
        p = T.nnet.sigmoid(T.dot(h, self.W.T) + self.b)
        return self.draw(p), p

    def steps(self, v, n):
        """Return images and their probabilities after n steps, and the updates of the streams."""
        (samples, p), updates = minigrad.scan(self.gibbs, outputs_info=[v, None], n_steps=n)
        return samples[-1], p[-1], updates


def main(quick=False, seed=0):
    images, held_out = train_test_split(load_digits().data / 16, test_size=450, random_state=seed)
    rng = np.random.default_rng(seed)
    rbm = RBM(images, seed)

    # v has grey images drawn as black and white, anew in each step.
    v, rate = T.dmatrix("v"), T.dscalar("rate")
    chains, _, updates = rbm.steps(rbm.chains, STEPS)
    cost = rbm.free_energy(v).mean() - rbm.free_energy(chains).mean()
    parameters = [rbm.W, rbm.b, rbm.c]
    gradients = T.grad(cost, parameters, consider_constant=[chains])
    updates.update((w, w - rate * g) for w, g in zip(parameters, gradients, strict=True))
    updates[rbm.chains] = chains
    step = minigrad.function([v, rate], cost, updates=updates)

    # How well an image is rebuilt: the cross entropy to its probabilities after one step.
    _, p, drawn = rbm.steps(v, 1)
    error = T.mean(T.sum(T.nnet.binary_crossentropy(p, v), axis=1))
    rebuild = minigrad.function([v], [p, error], updates=drawn)

    black = (held_out > rng.random(held_out.shape)).astype(float)
    epochs = 2 if quick else 200
    for epoch in range(epochs):
        order = rng.permutation(len(images))
        for i in range(0, len(images) - BATCH + 1, BATCH):
            batch = images[order[i : i + BATCH]]
            step((batch > rng.random(batch.shape)).astype(float), 0.05 * (1 - epoch / epochs))
        if epoch % 50 == 0 or epoch == epochs - 1:
            print(f"epoch {epoch:3}: cross entropy held out, one step: {rebuild(black)[1]:.2f}")
    rebuilt, after = rebuild(black)

    # Fantasies: chains from noise, far from any image.
    n = T.lscalar("n")
    _, p, drawn = rbm.steps(v, n)
    fantasies = minigrad.function([v, n], p, updates=drawn)(
        (rng.random((20, 64)) < 0.5).astype(float), 10 if quick else 2000
    )
    draw(black, rebuilt, fantasies, rbm.W.get_value().T)
    return float(after)


def draw(black, rebuilt, fantasies, weights):
    """Draw four panels, each of images side by side."""
    panels = {
        "held out": black[:20],
        "after one step": rebuilt[:20],
        "chains from noise": fantasies,
        "hidden units": weights[:20] / abs(weights[:20]).max(axis=1, keepdims=True),
    }
    figure, axes = plt.subplots(1, 4, figsize=(6.4, 2.6))
    for axis, (title, images) in zip(axes, panels.items(), strict=True):
        framed = np.pad(images.reshape(5, 4, 8, 8), ((0, 0), (0, 0), (1, 1), (1, 1)))
        axis.imshow(framed.transpose(0, 2, 1, 3).reshape(50, 40), cmap="gray_r")
        axis.set_title(title, fontsize=9)
        axis.axis("off")
    figure.tight_layout()
    figure.savefig("rbm.png", dpi=150)
    plt.close(figure)


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
