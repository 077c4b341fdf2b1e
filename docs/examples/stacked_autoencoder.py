"""A stacked autoencoder: layers that learn from all images, then classes from few labels.

Each layer is a denoising autoencoder for the output of the layer below, trained by itself
without labels. Then the stack and a softmax on it are trained as one network:

    h_0 = x,   h_i = sigmoid(h_{i-1} W_i + b_i),   p = softmax(h_n V + c)

Only 50 of the 1347 training images have labels here, since this is where the layers help.

Bengio, Lamblin, Popovici and Larochelle, *Greedy layer-wise training of deep networks*, 2007;
Vincent, Larochelle, Lajoie, Bengio and Manzagol, *Stacked denoising autoencoders*, 2010.

``python docs/examples/stacked_autoencoder.py`` takes half a minute: 83.6 % of 450 held-out images
are right with pretrained layers, 80.9 % with random ones. On average over five splits, ``seed`` 0
to 4, it is 85.6 % and 81.8 %, with standard deviations of 2 to 3 points between splits. In each
split, pretrained layers are better, by 3.7 points on average, with a standard deviation of 1.8.
With 100 labels there is no difference in the first split. The picture, ``stacked_autoencoder.png``,
shows held-out accuracy while the network learns, from pretrained and from random layers.
"""

import sys

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import minigrad
import minigrad.tensor as T
from minigrad.tensor.shared_randomstreams import RandomStreams

SIZES, BATCH, LABELS = (64, 150, 150), 10, 50


def descent(cost, parameters, rate):
    gradients = T.grad(cost, parameters)
    return [(w, w - rate * g) for w, g in zip(parameters, gradients, strict=True)]


def layers(seed):
    """Return random weights, and biases of zero."""
    rng = np.random.default_rng(seed)
    for m, n in zip(SIZES[:-1], SIZES[1:], strict=True):
        size = 4 * np.sqrt(6 / (m + n))
        yield minigrad.shared(rng.uniform(-size, size, (m, n))), minigrad.shared(np.zeros(n))


def encoded(x, stack):
    for W, b in stack:
        x = T.nnet.sigmoid(T.dot(x, W) + b)
    return x


def pretrain(stack, images, epochs, seed):
    """Train each layer to restore the output of the layer below, of which 30 % is set to 0."""
    streams = RandomStreams(seed)
    x, index = T.dmatrix("x"), T.lscalar("index")
    data = minigrad.shared(images)
    for depth, (W, b) in enumerate(stack):
        below = encoded(x, stack[:depth])
        back = minigrad.shared(np.zeros(SIZES[depth]))
        mask = streams.binomial(below.shape, p=0.7, dtype="float64")
        z = T.nnet.sigmoid(T.dot(encoded(below * mask, [(W, b)]), W.T) + back)
        cost = T.mean(T.sum(T.nnet.binary_crossentropy(z, below), axis=1))
        step = minigrad.function(
            [index],
            cost,
            updates=descent(cost, [W, b, back], 0.05),
            givens={x: data[index * BATCH : (index + 1) * BATCH]},
        )
        for _ in range(epochs):
            costs = [step(i) for i in range(len(images) // BATCH)]
        print(f"layer {depth + 1}: cost {np.mean(costs):.2f} after {epochs} epochs")


def classify(stack, few, labels, test_x, test_y, epochs):
    """Train all layers on the few labels; return the held-out accuracy after each epoch."""
    x, y = T.dmatrix("x"), T.lvector("y")
    V, c = minigrad.shared(np.zeros((SIZES[-1], 10))), minigrad.shared(np.zeros(10))
    p = T.nnet.softmax(T.dot(encoded(x, stack), V) + c)
    cost = T.mean(T.nnet.categorical_crossentropy(p, y))
    parameters = [v for layer in [*stack, (V, c)] for v in layer]
    step = minigrad.function([x, y], cost, updates=descent(cost, parameters, 0.2))
    score = minigrad.function([x, y], T.mean(T.eq(T.argmax(p, axis=1), y)))
    accuracies = []
    for _ in range(epochs):
        for i in range(0, len(few), BATCH):
            step(few[i : i + BATCH], labels[i : i + BATCH])
        accuracies.append(float(score(test_x, test_y)))
    return accuracies


def main(quick=False, seed=0):
    digits = load_digits()
    train_x, test_x, train_y, test_y = train_test_split(
        digits.data / 16, digits.target, test_size=450, random_state=seed, stratify=digits.target
    )
    stack = list(layers(seed))
    pretrain(stack, train_x, 4 if quick else 100, seed)
    figure, axis = plt.subplots(figsize=(6.4, 3.5))
    final = []
    for name, start in {"trained before": stack, "random": list(layers(seed))}.items():
        few = train_x[:LABELS], train_y[:LABELS]
        accuracies = classify(start, *few, test_x, test_y, 20 if quick else 200)
        print(f"held out, layers {name}: {accuracies[-1]:.1%} right of {len(test_x)}")
        axis.plot(accuracies, label=f"layers {name}")
        final.append(accuracies[-1])
    axis.set(xlabel="epoch", ylabel="held-out accuracy", title=f"{LABELS} labels")
    axis.legend()
    figure.savefig("stacked_autoencoder.png")
    plt.close(figure)
    return final


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
