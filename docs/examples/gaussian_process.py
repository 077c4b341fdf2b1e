"""A Gaussian process whose kernel is fitted by the gradient of the likelihood.

Values t at points x are normally distributed together, with the covariance

    K = s² exp(-(x - x')² / 2ℓ²) + σ² I
    -log p(t) = t·K⁻¹ t / 2 + sum(log diag(L)) + n/2 log 2π,   L Lᵀ = K

The logarithms of s, ℓ and σ follow its gradient, through `cholesky` and `solve`. A new point has
the mean k·K⁻¹ t and the variance s² + σ² - k·K⁻¹ k, where k is its covariance with the points.

Rasmussen and Williams, *Gaussian processes for machine learning*, 2006, chapters 2 and 5; the steps
are Rprop's (Riedmiller and Braun, 1993).

``python docs/examples/gaussian_process.py`` takes 45 seconds: -log p falls from 686.5 to 541.9, at
s = 1.67, ℓ = 4.48 and σ = 0.81, all in standard deviations. The picture, ``gaussian_process.png``,
shows the progression of diabetes over the body mass index of 442 patients, and the fitted process
with two standard deviations.
"""

import sys

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes

import minigrad
import minigrad.tensor as T


def kernel(a, b, log_s, log_l):
    return T.exp(2 * log_s - (a[:, None] - b[None, :]) ** 2 / (2 * T.exp(2 * log_l)))


def main(quick=False):
    patients = load_diabetes(scaled=False)
    bmi, progression = patients.data[:, 2], patients.target
    points = (bmi - bmi.mean()) / bmi.std()
    values = (progression - progression.mean()) / progression.std()
    if quick:
        points, values = points[:60], values[:60]

    x, t, new = T.dvector("x"), T.dvector("t"), T.dvector("new")
    logs = minigrad.shared(np.log([1.0, 1.0, 0.5]), "logs of s, l and sigma")
    log_s, log_l, log_sigma = logs[0], logs[1], logs[2]
    K = kernel(x, x, log_s, log_l) + T.exp(2 * log_sigma) * T.eye(x.shape[0])
    L = T.slinalg.cholesky(K)
    a = T.slinalg.solve_lower_triangular(L, t)
    cost = (a**2).sum() / 2 + T.log(T.diag(L)).sum() + x.shape[0] / 2 * np.log(2 * np.pi)

    # Rprop looks at a derivative's sign alone: a step grows while that stays, shrinks when it turns.
    g = T.grad(cost, logs)
    last, size = minigrad.shared(np.zeros(3), "last"), minigrad.shared(np.full(3, 0.1), "size")
    new_size = size * T.switch(g * last < 0, 0.5, 1.2)
    fit = minigrad.function(
        [x, t], cost, updates=[(logs, logs - new_size * T.sgn(g)), (last, g), (size, new_size)]
    )
    k = T.slinalg.solve_lower_triangular(L, kernel(x, new, log_s, log_l))
    variance = T.exp(2 * log_s) + T.exp(2 * log_sigma) - (k**2).sum(axis=0)
    predict = minigrad.function([x, t, new], [T.dot(k.T, a), variance])

    costs = [float(fit(points, values)) for _ in range(15 if quick else 60)]
    s, length, sigma = np.exp(logs.get_value())
    print(f"-log p: {costs[0]:.3f} at first, {costs[-1]:.3f} after {len(costs)} steps")
    print(f"s {s:.3f}, l {length:.3f} standard deviations of bmi, noise {sigma:.3f}")

    grid = np.linspace(points.min() - 1, points.max() + 1, 200)
    mean, variance = predict(points, values, grid)
    figure, axis = plt.subplots(figsize=(6.4, 4))
    axis.plot(points, values, ".", color="gray", ms=3)
    axis.plot(grid, mean)
    band = 2 * np.sqrt(variance)
    axis.fill_between(grid, mean - band, mean + band, alpha=0.2)
    axis.set(xlabel="body mass index, standardised", ylabel="progression, standardised")
    figure.savefig("gaussian_process.png")
    plt.close(figure)
    return points, values, logs.get_value(), costs


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
