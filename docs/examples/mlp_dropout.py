"""A multilayer perceptron with dropout, trained with momentum.

A layer is ``h' = relu(h W + b)``. In training, each unit is kept with probability 1 - p, and
divided by 1 - p, so that the sums keep their expectation; for new images, no unit is dropped:

    h ← h m / (1 - p),   m ~ Bernoulli(1 - p)
    v ← μ v - ε ∂cost/∂w,   w ← w + v

Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, *Dropout: a simple way to prevent
neural networks from overfitting*, 2014; momentum: Polyak, 1964.

``python docs/examples/mlp_dropout.py`` takes twenty seconds: 98.9 % of 450 held-out images are
right; on average over five splits, ``seed`` 0 to 4, 98.8 %. The picture, ``mlp_dropout.png``, shows
the course of training, and some misclassified images.
"""

import sys

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import minigrad
import minigrad.tensor as T
from minigrad.tensor.shared_randomstreams import RandomStreams

SIZES = [64, 256, 256, 10]
BATCH = 50


def network(x, parameters, dropped=None):
    """Return the class probabilities; `dropped`, if given, drops units."""
    h = x
    for layer, (W, b) in enumerate(parameters):
        if dropped:
            h = dropped(h, 0.1 if layer == 0 else 0.5)
        z = T.dot(h, W) + b
        h = T.nnet.relu(z)
    return T.nnet.softmax(z)


def main(quick=False, seed=0):
    digits = load_digits()
    train_x, test_x, train_y, test_y = train_test_split(
        digits.data / 16, digits.target, test_size=450, random_state=seed, stratify=digits.target
    )
    rng, streams = np.random.default_rng(seed), RandomStreams(seed)

    def dropped(h, p):
        return h * streams.binomial(h.shape, p=1 - p, dtype=h.dtype) / (1 - p)

    x, y = T.dmatrix("x"), T.lvector("y")
    parameters = [
        (
            minigrad.shared(rng.normal(0, np.sqrt(2 / m), (m, n)), f"W{i}"),
            minigrad.shared(np.zeros(n), f"b{i}"),
        )
        for i, (m, n) in enumerate(zip(SIZES[:-1], SIZES[1:], strict=True))
    ]
    noisy = network(x, parameters, dropped)
    cost = T.mean(T.nnet.categorical_crossentropy(noisy, y))
    predictions = T.argmax(network(x, parameters), axis=1)

    # Each weight has a speed, a shared variable of its shape.
    rate = minigrad.shared(0.02, "rate")
    updates = []
    weights = [w for pair in parameters for w in pair]
    for w, g in zip(weights, T.grad(cost, weights), strict=True):
        v = minigrad.shared(np.zeros_like(w.get_value()), f"speed of {w}")
        new_v = 0.9 * v - rate * g
        updates += [(v, new_v), (w, w + new_v)]
    step = minigrad.function([x, y], cost, updates=updates)
    predict = minigrad.function([x], predictions)

    history = []
    for _ in range(3 if quick else 200):
        order = rng.permutation(len(train_x))
        costs = [step(train_x[i], train_y[i]) for i in np.split(order[:1300], 1300 // BATCH)]
        rate.set_value(rate.get_value() * 0.99)
        history.append((np.mean(costs), np.mean(predict(test_x) == test_y)))
    predicted = predict(test_x)
    held_out = float(np.mean(predicted == test_y))
    print(f"held out: {held_out:.1%} right of {len(test_x)}")
    draw(np.array(history), test_x, test_y, predicted)
    return held_out


def draw(history, images, labels, predicted):
    """Draw cost and accuracy by epoch, and beside them misclassified images."""
    figure, axes = plt.subplot_mosaic("AAAb;AAAc;AAAd", figsize=(6.4, 4))
    axes["A"].plot(history[:, 0], label="cost, while units are dropped")
    axes["A"].plot(1 - history[:, 1], label="errors, held out")
    axes["A"].set(xlabel="epoch", yscale="log")
    axes["A"].legend()
    wrong = np.flatnonzero(predicted != labels)
    for name, i in zip("bcd", wrong, strict=False):
        axes[name].imshow(images[i].reshape(8, 8), cmap="gray_r")
        axes[name].set_title(f"{labels[i]}, taken for {predicted[i]}", fontsize=9)
    for name in "bcd":
        axes[name].axis("off")
    figure.tight_layout()
    figure.savefig("mlp_dropout.png")
    plt.close(figure)


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
