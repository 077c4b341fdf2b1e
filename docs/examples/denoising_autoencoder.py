"""A denoising autoencoder learns features by removing noise.

Some pixels of each image are set to 0, each with probability p. The network, with tied weights, has
to restore the image, and can do so only by learning how pixels depend on one another:

    x̃ = x m,   m ~ Bernoulli(1 - p)
    h = sigmoid(x̃ W + b),   z = sigmoid(h Wᵀ + c)
    cost = -sum(x log z + (1 - x) log(1 - z)), mean over images

Vincent, Larochelle, Bengio and Manzagol, *Extracting and composing robust features with denoising
autoencoders*, 2008.

``python docs/examples/denoising_autoencoder.py`` takes twenty seconds. When held-out images lose 30
% of their pixels, their squared error is 0.069; a network trained with such noise reduces it to
0.022, one trained without to 0.062. The picture, ``denoising_autoencoder.png``, shows the filters
of the hidden units, learnt without noise and with it; and images, noisy and restored.
"""

import sys

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import minigrad
import minigrad.tensor as T
from minigrad.tensor.shared_randomstreams import RandomStreams

HIDDEN, BATCH = 100, 20


def train(images, noise, epochs, seed):
    """Return the weights, and a function that rebuilds images, after training with that noise."""
    rng, streams = np.random.default_rng(seed), RandomStreams(seed)
    size = np.sqrt(6 / (64 + HIDDEN))
    W = minigrad.shared(rng.uniform(-size, size, (64, HIDDEN)), "W")
    b, c = minigrad.shared(np.zeros(HIDDEN), "b"), minigrad.shared(np.zeros(64), "c")

    def rebuilt(x):
        h = T.nnet.sigmoid(T.dot(x, W) + b)
        return T.nnet.sigmoid(T.dot(h, W.T) + c)

    x, index = T.dmatrix("x"), T.lscalar("index")
    data = minigrad.shared(images, "data")
    corrupted = x * streams.binomial(x.shape, p=1 - noise, dtype="float64")
    cost = T.mean(T.sum(T.nnet.binary_crossentropy(rebuilt(corrupted), x), axis=1))
    parameters = [W, b, c]
    gradients = T.grad(cost, parameters)
    step = minigrad.function(
        [index],
        cost,
        updates=[(w, w - 0.1 * g) for w, g in zip(parameters, gradients, strict=True)],
        givens={x: data[index * BATCH : (index + 1) * BATCH]},
    )
    for epoch in range(epochs):
        costs = [step(i) for i in range(len(images) // BATCH)]
        if epoch in (0, epochs - 1):
            print(f"noise {noise:.0%}, epoch {epoch:3}: cost {np.mean(costs):.2f}")
    return W.get_value(), minigrad.function([x], rebuilt(x))


def main(quick=False, seed=0):
    images, held_out = train_test_split(load_digits().data / 16, test_size=450, random_state=seed)
    epochs = 2 if quick else 200
    mask = np.random.default_rng(seed).random(held_out.shape) > 0.3
    errors, weights = {}, {}
    for noise in (0.0, 0.3):
        weights[noise], rebuild = train(images, noise, epochs, seed)
        restored = rebuild(held_out * mask)
        errors[noise] = float(np.mean((restored - held_out) ** 2))
    lost = np.mean((held_out * mask - held_out) ** 2)
    print(f"squared error of held-out images without 30 % of their pixels: {lost:.4f};")
    print(f"restored: {errors[0.3]:.4f}; by what was trained without noise: {errors[0.0]:.4f}")

    figure, axes = plt.subplots(1, 3, figsize=(6.4, 2.8), width_ratios=[7, 7, 3])
    for axis, noise in zip(axes, weights, strict=False):
        axis.imshow(tiled(weights[noise].T[:49], 7), cmap="gray")
        axis.set_title(f"units, noise {noise:.0%}", fontsize=9)
    rows = np.stack([held_out[:7], (held_out * mask)[:7], restored[:7]], axis=1)
    axes[2].imshow(tiled(rows.reshape(21, 64), 3, scale=False), cmap="gray_r")
    axes[2].set_title("as it was, is, restored", fontsize=9)
    for axis in axes:
        axis.axis("off")
    figure.tight_layout()
    figure.savefig("denoising_autoencoder.png", dpi=150)
    plt.close(figure)
    return errors[0.3] / errors[0.0]


def tiled(images, columns, scale=True):
    """Return one picture of many images of 64 pixels, each in its own range if they are scaled."""
    if scale:
        images = images / abs(images).max(axis=1, keepdims=True)
    framed = np.pad(images.reshape(-1, columns, 8, 8), ((0, 0), (0, 0), (0, 1), (0, 1)))
    return framed.transpose(0, 2, 1, 3).reshape(-1, 9 * columns)


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
