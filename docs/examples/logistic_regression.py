"""Logistic regression: which digit is it?

An image x belongs to class k with the probability ``softmax(x W + b)[k]``. Gradient descent on
minibatches maximises the log likelihood of the labels, minus λ ‖W‖²:

    cost = -mean(log softmax(x W + b)[y]) + λ sum(W²)

Cox, *The regression analysis of binary sequences*, 1958.

``python docs/examples/logistic_regression.py`` takes three seconds: 96.4 % of 450 held-out images
are right; on average over five splits, ``seed`` 0 to 4, 96.7 %. The picture,
``logistic_regression.png``, shows the weights of each class: ink speaks for the class where they
are red, and against it where they are blue.
"""

import sys

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import minigrad
import minigrad.tensor as T

BATCH = 50


def main(quick=False, seed=0):
    digits = load_digits()
    train_x, test_x, train_y, test_y = train_test_split(
        digits.data / 16, digits.target, test_size=450, random_state=seed, stratify=digits.target
    )

    # The model: parameters are shared variables.
    x, y = T.dmatrix("x"), T.lvector("y")
    W = minigrad.shared(np.zeros((64, 10)), "W")
    b = minigrad.shared(np.zeros(10), "b")
    p = T.nnet.softmax(T.dot(x, W) + b)
    cost = -T.mean(T.log(p)[T.arange(y.shape[0]), y]) + 1e-4 * T.sum(W**2)
    accuracy = T.mean(T.eq(T.argmax(p, axis=1), y))

    # All images are kept in shared variables; a step is told only which batch it takes.
    images, labels = minigrad.shared(train_x, "images"), minigrad.shared(train_y, "labels")
    index = T.lscalar("index")
    rows = slice(index * BATCH, (index + 1) * BATCH)
    step = minigrad.function(
        [index],
        cost,
        updates=[(v, v - 0.2 * g) for v, g in zip([W, b], T.grad(cost, [W, b]), strict=True)],
        givens={x: images[rows], y: labels[rows]},
    )
    score = minigrad.function([x, y], accuracy)

    for epoch in range(3 if quick else 150):
        costs = [step(i) for i in range(len(train_x) // BATCH)]
        if epoch % 30 == 0:
            print(f"epoch {epoch:3}: cost {np.mean(costs):.4f}")
    held_out = float(score(test_x, test_y))
    print(f"held out: {held_out:.1%} right of {len(test_x)}")

    figure, axes = plt.subplots(2, 5, figsize=(6.4, 3))
    weights = W.get_value().T.reshape(10, 8, 8)
    for k, axis in enumerate(axes.flat):
        axis.imshow(weights[k], cmap="RdBu_r", vmin=-abs(weights).max(), vmax=abs(weights).max())
        axis.set_title(str(k))
        axis.axis("off")
    figure.savefig("logistic_regression.png")
    plt.close(figure)
    return held_out


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
