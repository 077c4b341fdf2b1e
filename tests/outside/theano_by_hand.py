"""Compute again, with NumPy, autograd and pencil, what the programs of `theano_programs` compute.

No code is shared with minigrad. Each function returns what the program of its name calls its results.
All is in float64; derivatives are autograd's, and random numbers are drawn as Theano's streams are.
"""

from functools import cache
from itertools import product

import autograd.numpy as anp
import numpy as np
from autograd import grad, jacobian, make_vjp
from autograd.extend import defvjp, primitive
from autograd.tracer import getval


class Streams:
    """Theano's `RandomStreams`: a generator a draw, seeded in the order in which they are made."""

    def __init__(self, seed):
        self.seeds = np.random.RandomState(seed)

    def __call__(self):
        return np.random.RandomState(self.seeds.randint(2**30))


M1, M2 = 2**31 - 1, 2**31 - 21069


@cache
def _power(first_row, power_of_two, modulus):
    matrix = np.array([first_row, [1, 0, 0], [0, 1, 0]], object)
    for _ in range(power_of_two):
        matrix = matrix.dot(matrix) % modulus
    return matrix


class MRG:
    """Theano's `MRG_RandomStreams`, for draws of unknown size: each number is of another stream."""

    def __init__(self, seed):
        self.state = [np.array([seed] * 3, object)] * 2

    def jumped(self, state, power_of_two):
        """The state after 2**power_of_two steps."""
        x, y = state
        return [
            _power((0, 2**22, 2**7 + 1), power_of_two, M1).dot(x) % M1,
            _power((2**15, 0, 2**15 + 1), power_of_two, M2).dot(y) % M2,
        ]

    def __call__(self):
        """A function from a shape to uniform numbers."""
        states = [self.state]
        self.state = self.jumped(self.state, 134)

        def draw(shape):
            count = int(np.prod(shape))
            while len(states) < count:
                states.append(self.jumped(states[-1], 72))
            for i in range(count):
                states[i] = self.jumped(states[i], 0)
            numbers = [((x[0] - y[0]) % M1 or M1) / 2**31 for x, y in states[:count]]
            return np.array(numbers).reshape(shape)

        return draw


def sigmoid(x):
    return 1 / (1 + anp.exp(-x))


def softmax(x):
    e = anp.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def nll(p, y):
    return -anp.mean(anp.log(p)[np.arange(len(y)), y])


def cross_entropy(x, z):
    return -anp.mean(anp.sum(x * anp.log(z) + (1 - x) * anp.log(1 - z), axis=1))


def descend(cost, params, rate):
    """The parameters after one step of gradient descent, and the cost before it."""
    vjp, value = make_vjp(cost)(params)
    gradients = vjp(np.ones_like(value))
    return [p - rate * g for p, g in zip(params, gradients, strict=True)], float(value)


def logistic():
    rng = np.random.RandomState(3)
    x = rng.uniform(size=(120, 5))
    y = (x[:, 0] > 0.5) + 1 * (x[:, 1] + x[:, 2] > 1)
    params, costs, losses = [np.zeros((5, 3)), np.zeros(3)], [], []
    kept = test_score = None
    patience, best = 16, np.inf
    for step in range(24):
        rows = slice(20 * (step % 4), 20 * (step % 4) + 20)
        params, cost = descend(
            lambda p, rows=rows: nll(softmax(anp.dot(x[rows], p[0]) + p[1]), y[rows]), params, 0.5
        )
        costs.append(cost)
        if step % 4 == 3:
            classes = (x @ params[0] + params[1]).argmax(axis=1)
            losses.append(np.mean(classes[80:100] != y[80:100]))
            if losses[-1] < best:
                if losses[-1] < best * 0.995:
                    patience = max(patience, step * 2)
                best, test_score = losses[-1], np.mean(classes[100:] != y[100:])
                kept = classes[100:110]
        if patience <= step:
            break
    return {
        "costs": costs,
        "losses": losses,
        "test_score": test_score,
        "predicted": kept,
        "W": params[0],
        "b": params[1],
    }


def mlp():
    return {
        name: _mlp(activation, scale)
        for name, activation, scale in (
            ("sigmoid", sigmoid, 4),
            ("relu", lambda z: anp.maximum(0, z), 1),
        )
    }


def _mlp(activation, scale):
    x = np.random.RandomState(5).normal(size=(60, 6))
    y = (x[:, 0] * x[:, 1] > 0) + 1 * (x[:, 2] > 0.4)
    bound = np.sqrt(6 / 14)
    weights = np.random.RandomState(1234).uniform(-bound, bound, (6, 8)) * scale
    params = [weights, np.zeros(8), np.zeros((8, 3)), np.zeros(3)]

    def output(p, rows):
        return anp.dot(activation(anp.dot(x[rows], p[0]) + p[1]), p[2]) + p[3]

    costs, errors = [], []
    for step in range(18):
        rows = slice(10 * (step % 6), 10 * (step % 6) + 10)
        errors.append(np.mean(output(params, rows).argmax(axis=1) != y[rows]))

        def cost(p, rows=rows):
            sizes = anp.sum(anp.abs(p[0])) + anp.sum(anp.abs(p[2]))
            squares = anp.sum(p[0] ** 2) + anp.sum(p[2] ** 2)
            return nll(softmax(output(p, rows)), y[rows]) + 0.001 * sizes + 0.0001 * squares

        params, value = descend(cost, params, 0.1)
        costs.append(value)
    return {"costs": costs, "errors": errors, "params": params}


def _convolved(images, filters):
    """out[n, f, i, j] = Σ images[n, c, i + a, j + b] filters[f, c, -1 - a, -1 - b]."""
    height, width = filters.shape[2:]
    rows, columns = images.shape[2] - height + 1, images.shape[3] - width + 1
    return sum(
        anp.einsum(
            "ncij,fc->nfij",
            images[:, :, a : a + rows, b : b + columns],
            filters[:, :, height - 1 - a, width - 1 - b],
        )
        for a in range(height)
        for b in range(width)
    )


def _pooled(x):
    n, c, h, w = x.shape
    return anp.max(anp.max(anp.reshape(x, (n, c, h // 2, 2, w // 2, 2)), axis=5), axis=3)


def lenet():
    data = np.random.RandomState(11)
    y = data.randint(0, 3, 12)
    images = data.uniform(0, 0.3, (12, 14, 14))
    for i in range(12):
        images[i, 4 * y[i] : 4 * y[i] + 4] += 1
    x = images[:, None]
    rng = np.random.RandomState(23455)
    params = []
    for shape, fan in (
        ((2, 1, 3, 3), 9 + 2 * 9 // 4),
        ((3, 2, 3, 3), 18 + 3 * 9 // 4),
        ((12, 5), 17),
        ((5, 3), 8),
    ):
        bound = np.sqrt(6 / fan)
        params = [
            rng.uniform(-bound, bound, shape),
            np.zeros(shape[0 if len(shape) == 4 else 1]),
        ] + params

    def layers(p, rows):
        first = anp.tanh(_pooled(_convolved(x[rows], p[6])) + p[7][:, None, None])
        second = anp.tanh(_pooled(_convolved(first, p[4])) + p[5][:, None, None])
        third = anp.tanh(anp.dot(anp.reshape(second, (4, -1)), p[2]) + p[3])
        return first, second, softmax(anp.dot(third, p[0]) + p[1])

    batches = [slice(4 * i, 4 * i + 4) for i in range(3)]
    costs = []
    for step in range(9):
        rows = batches[step % 3]
        params, cost = descend(lambda p, r=rows: nll(layers(p, r)[2], y[r]), params, 0.2)
        costs.append(cost)
    return {
        "costs": costs,
        "error": [np.mean(layers(params, rows)[2].argmax(axis=1) != y[rows]) for rows in batches],
        "maps": layers(params, batches[1])[:2],
        "params": params,
    }


def da():
    return {"clean": _da(0.0), "noisy": _da(0.3)}


def _da(level):
    x = 1.0 * (np.random.RandomState(2).uniform(size=(30, 12)) > 0.6)
    rng = np.random.RandomState(123)
    noise = Streams(rng.randint(2**30))()
    bound = 4 * np.sqrt(6 / 18)
    params = [rng.uniform(-bound, bound, (12, 6)), np.zeros(6), np.zeros(12)]
    costs = []
    for step in range(9):
        rows = x[10 * (step % 3) : 10 * (step % 3) + 10]
        params, cost = descend(_denoising_cost(noise, rows, level), params, 0.1)
        costs.append(cost)
    return {"costs": np.reshape(costs, (3, 3)).mean(axis=1), "params": params}


def _denoising_cost(noise, rows, level):
    kept = noise.binomial(1, 1 - level, rows.shape)

    def cost(p):
        hidden = sigmoid(anp.dot(kept * rows, p[0]) + p[1])
        return cross_entropy(rows, sigmoid(anp.dot(hidden, p[0].T) + p[2]))

    return cost


def ca():
    x = 1.0 * (np.random.RandomState(4).uniform(size=(20, 10)) > 0.5)
    bound = 4 * np.sqrt(6 / 15)
    weights = np.random.RandomState(123).uniform(-bound, bound, (10, 5))
    params, costs, contraction = [weights, np.zeros(5), np.zeros(10)], [], []

    def parts(p, rows):
        hidden = sigmoid(anp.dot(rows, p[0]) + p[1])
        slopes = hidden * (1 - hidden)
        size = anp.sum(anp.dot(slopes**2, (p[0] ** 2).T)) / 5
        return cross_entropy(rows, sigmoid(anp.dot(hidden, p[0].T) + p[2])), size

    for step in range(12):
        rows = x[5 * (step % 4) : 5 * (step % 4) + 5]
        first, second = parts(params, rows)
        costs.append(first)
        contraction.append(second)
        params, _ = descend(
            lambda p, r=rows: anp.dot(anp.array(parts(p, r)), np.array([1, 0.1])), params, 0.1
        )
    return {"costs": costs, "contraction": contraction, "params": params}


def sda():
    data = np.random.RandomState(8)
    values = data.uniform(size=(18, 8)) > 0.5
    x, y = 1.0 * values, 1 * (values[:, 0] ^ values[:, 1])
    rng = np.random.RandomState(89677)
    draws = Streams(rng.randint(2**30))
    layers = []
    for n_in, n_out in ((8, 6), (6, 5)):
        bound = 4 * np.sqrt(6 / (n_in + n_out))
        layers.append([rng.uniform(-bound, bound, (n_in, n_out)), np.zeros(n_out), np.zeros(n_in)])
    noises, costs = [draws() for _ in layers], []
    inputs = x
    for i, (noise, level) in enumerate(zip(noises, (0.1, 0.3), strict=True)):
        for step in range(10):
            rows = inputs[6 * (step % 3) : 6 * (step % 3) + 6]
            rate, corruption = (0.2, level) if step < 9 else (0.1, 0.2)
            layers[i], cost = descend(_denoising_cost(noise, rows, corruption), layers[i], rate)
            costs.append(cost)
        inputs = sigmoid(inputs @ layers[i][0] + layers[i][1])
    params = [*layers[0][:2], *layers[1][:2], np.zeros((5, 2)), np.zeros(2)]
    return dict(pretrain_costs=costs, **_fine_tuned(params, x, y, 0.3, "finetune_costs", "scores"))


def _fine_tuned(params, x, y, rate, cost_name, score_name=None):
    """Sigmoid layers with one of classes above: nine steps on batches of six."""

    def output(p, rows):
        for weights, biases in zip(p[0:-2:2], p[1:-2:2], strict=True):
            rows = sigmoid(anp.dot(rows, weights) + biases)
        return anp.dot(rows, p[-2]) + p[-1]

    costs = []
    batches = [slice(6 * i, 6 * i + 6) for i in range(3)]
    for step in range(9):
        r = batches[step % 3]
        params, cost = descend(lambda p, r=r: nll(softmax(output(p, x[r])), y[r]), params, rate)
        costs.append(cost)
    scores = [np.mean(output(params, x[r]).argmax(axis=1) != y[r]) for r in batches]
    return {cost_name: costs, "params": params, **({score_name: scores} if score_name else {})}


def _free_energy(p, v):
    weights, hidden, visible = p
    return -anp.sum(anp.logaddexp(0, anp.dot(v, weights) + hidden), axis=1) - anp.dot(v, visible)


def rbm():
    return {"cd1": _rbm(False, 1), "pcd3": _rbm(True, 3)}


def _rbm(persistent, k):
    x = 1.0 * (np.random.RandomState(6).uniform(size=(15, 8)) > 0.7)
    rng = np.random.RandomState(123)
    draws = Streams(rng.randint(2**30))
    bound = 4 * np.sqrt(6 / 13)
    params = [rng.uniform(-bound, bound, (8, 5)), np.zeros(5), np.zeros(8)]
    start, down, up, chain_up, chain_down = (draws() for _ in range(5))

    def hidden(v, draw):
        return 1.0 * draw.binomial(1, sigmoid(v @ params[0] + params[1]))

    def visible_mean(h):
        return sigmoid(h @ params[0].T + params[2])

    chain, costs = np.zeros((5, 5)), []
    for step in range(9):
        v0 = x[5 * (step % 3) : 5 * (step % 3) + 5]
        h = chain if persistent else hidden(v0, start)
        for _ in range(k):
            mean = visible_mean(h)
            v = 1.0 * down.binomial(1, mean)
            h = hidden(v, up)
        chain = h
        if persistent:
            flipped = v0.copy()
            flipped[:, step % 8] = 1 - flipped[:, step % 8]
            difference = _free_energy(params, flipped) - _free_energy(params, v0)
            costs.append(np.mean(8 * np.log(sigmoid(difference))))
        else:
            costs.append(-cross_entropy(v0, mean))
        params, _ = descend(
            lambda p, a=v0, b=v: anp.mean(_free_energy(p, a)) - anp.mean(_free_energy(p, b)),
            params,
            0.1,
        )
    v, samples = x[2:5], []
    for _ in range(2):
        for _ in range(4):
            mean = visible_mean(hidden(v, chain_up))
            v = 1.0 * chain_down.binomial(1, mean)
        samples.append([mean, v])
    return {"costs": costs, "samples": samples, "params": params}


def dbn():
    values = np.random.RandomState(1).uniform(size=(18, 6)) > 0.5
    x, y = 1.0 * values, 1 * (values[:, 0] | values[:, 5])
    rng = np.random.RandomState(123)
    draws = MRG(rng.randint(2**30))
    machines = [
        [rng.normal(scale=0.3, size=(n_in, n_out)), np.zeros(n_out), np.zeros(n_in)]
        for n_in, n_out in ((6, 5), (5, 4))
    ]
    inputs, costs = x, []
    for i, params in enumerate(machines):
        start, down, up = draws(), draws(), draws()
        for step in range(7):
            v0 = inputs[6 * (step % 3) : 6 * (step % 3) + 6]

            def hidden(v, draw, params=params):
                mean = sigmoid(v @ params[0] + params[1])
                return 1.0 * (draw(mean.shape) < mean)

            h = hidden(v0, start, params)
            for _ in range(2):
                mean = sigmoid(h @ params[0].T + params[2])
                v = 1.0 * (down(mean.shape) < mean)
                h = hidden(v, up, params)
            costs.append(np.mean((v0 - mean) ** 2))
            params, _ = descend(
                lambda p, a=v0, b=v: anp.mean(_free_energy(p, a)) - anp.mean(_free_energy(p, b)),
                params,
                0.2 if step < 6 else 0.1,
            )
        machines[i] = params
        inputs = sigmoid(inputs @ params[0] + params[1])
    params = [*machines[0][:2], *machines[1][:2], np.zeros((4, 2)), np.zeros(2)]
    return dict(costs=costs, **_fine_tuned(params, x, y, 0.5, "finetune"))


def hmc():
    rng = np.random.RandomState(123)
    mean = rng.rand(3) * 10
    covariance = rng.rand(3, 3)
    covariance = (covariance + covariance.T) / 2
    np.fill_diagonal(covariance, 1.5)
    precision = np.linalg.inv(covariance)
    position = rng.randn(2, 3)
    draws = Streams(123)
    velocities, uniforms = draws(), draws()
    step, acceptance, samples = 0.3, 0.9, []

    def energy(x):
        return 0.5 * (((x - mean) @ precision) * (x - mean)).sum(axis=1)

    def slope(x):
        return (x - mean) @ (precision + precision.T) / 2

    for _ in range(12):
        x, v = position, velocities.normal(size=(2, 3))
        before = energy(x) + 0.5 * (v**2).sum(axis=1)
        for i in range(5):
            v = v - (step / 2 if i == 0 else step) * slope(x)
            x = x + step * v
        v = v - step / 2 * slope(x)
        after = energy(x) + 0.5 * (v**2).sum(axis=1)
        accept = np.exp(before - after) - uniforms.uniform(size=2) >= 0
        position = np.where(accept[:, None], x, position)
        step = np.clip(step * (1.02 if acceptance > 0.9 else 0.98), 0.001, 0.35)
        acceptance = 0.9 * acceptance + 0.1 * accept.mean()
        samples.append(position)
    return {"samples": samples, "stepsize": step, "acceptance": acceptance}


def rnn_tagging():
    sentences = [[0, 3, 1, 4], [2, 1, 3], [4, 0, 2, 1, 3]]
    windows = [np.array([([-1, *s, -1])[i : i + 3] for i in range(len(s))]) for s in sentences]
    rng = np.random.RandomState(345)
    params = [0.2 * rng.uniform(-1, 1, s) for s in ((6, 3), (9, 4), (4, 4), (4, 2))]
    params += [np.zeros(4), np.zeros(2), np.zeros(4)]

    def output(p, window):
        x = anp.dot(anp.reshape(p[0][window], (len(window), 9)), p[1])
        h, rows = p[6], []
        for x_t in x:
            h = sigmoid(x_t + anp.dot(h, p[2]) + p[4])
            rows.append(anp.dot(h, p[3]) + p[5])
        return anp.array(rows)

    costs = []
    for _ in range(4):
        for s, w in zip(sentences, windows, strict=True):
            labels = np.array(s) % 2
            params, cost = descend(
                lambda p, w=w, y=labels: nll(softmax(output(p, w)), y), params, 0.3
            )
            costs.append(cost)
            params[0] = params[0] / np.sqrt((params[0] ** 2).sum(axis=1, keepdims=True))
    return {
        "costs": costs,
        "predictions": [output(params, w).argmax(axis=1) for w in windows],
        "params": params,
    }


def lstm():
    rng = np.random.RandomState(123)
    params = [
        0.5 * rng.rand(7, 4),
        rng.randn(4, 16) * 0.4,
        rng.randn(4, 16) * 0.4,
        np.zeros(16),
        0.5 * rng.randn(4, 2),
        np.zeros(2),
    ]
    seqs = [[1, 2, 3, 1], [4, 5], [1, 6, 2], [5, 4, 4, 6], [2], [4, 4, 1]]
    labels = np.array([1, 0, 1, 0, 1, 0])

    def output(p, seqs, noise):
        # One sentence after another, without padding or masks.
        rows = []
        for seq in seqs:
            h, c, states = np.zeros(4), np.zeros(4), []
            for word in seq:
                z = anp.dot(p[0][word], p[1]) + p[3] + anp.dot(h, p[2])
                i, f, o = sigmoid(z[:4]), sigmoid(z[4:8]), sigmoid(z[8:12])
                c = f * c + i * anp.tanh(z[12:])
                h = o * anp.tanh(c)
                states.append(h)
            rows.append(sum(states) / len(states))
        return softmax(anp.dot(anp.array(rows) * noise, p[4]) + p[5])

    def cost(p, seqs, labels, noise):
        p_y = output(p, seqs, noise)
        picked = p_y[np.arange(len(labels)), labels]
        return -anp.mean(anp.log(picked + 1e-8)) + 0.01 * anp.sum(p[4] ** 2)

    draw = MRG(123)()
    squares = [np.zeros_like(p) for p in params]
    moves = [np.zeros_like(p) for p in params]
    costs = []
    for epoch in range(4):
        for start in (0, 3):
            batch = seqs[start : start + 3], labels[start : start + 3]
            noise = 1.0 * (draw((3, 4)) < 0.5)
            costs.append(cost(params, *batch, noise))
            gradients = grad(cost)(params, *batch, noise)
            squares = [0.95 * s + 0.05 * g**2 for s, g in zip(squares, gradients, strict=True)]
            steps = [
                -np.sqrt(m + 1e-6) / np.sqrt(s + 1e-6) * g
                for m, s, g in zip(moves, squares, gradients, strict=True)
            ]
            moves = [0.95 * m + 0.05 * s**2 for m, s in zip(moves, steps, strict=True)]
            params = [p + s for p, s in zip(params, steps, strict=True)]
        if epoch == 1:
            best = params
    p_y = output(best, seqs[3:], 0.5)
    return {
        "costs": costs,
        "best": cost(best, seqs[3:], labels[3:], 0.5),
        "params": params,
        "prob": p_y,
        "pred": p_y.argmax(axis=1),
    }


def rnn_rbm():
    numbers = np.random.RandomState(0xDEA)
    draws = Streams(numbers.randint(1 << 30))
    shapes = [(6, 5), 6, 5, (4, 5), (4, 6), (6, 4), (4, 4), 4]
    params = [
        np.zeros(s) if isinstance(s, int) else numbers.normal(scale=0.3, size=s) for s in shapes
    ]
    notes = [1.0 * (numbers.uniform(size=(n, 6)) > 0.6) for n in (7, 5)]
    # The last two are drawn for the mean that is looked at, and go nowhere.
    up, down, last_up, _, compose_up, compose_down = (draws() for _ in range(6))

    def gibbs(v, p, bv, bh, up, down):
        h = 1.0 * up.binomial(1, sigmoid(v @ p[0] + bh))
        mean = sigmoid(h @ p[0].T + bv)
        return mean, None if down is None else 1.0 * down.binomial(1, mean)

    def biases(p, v):
        u, visible, hidden = np.zeros(4), [], []
        for v_t in v:
            visible.append(p[1] + anp.dot(u, p[4]))
            hidden.append(p[2] + anp.dot(u, p[3]))
            u = anp.tanh(p[7] + anp.dot(v_t, p[5]) + anp.dot(u, p[6]))
        return anp.array(visible), anp.array(hidden)

    def energy(p, v, bv, bh):
        return -anp.sum(v * bv) - anp.sum(anp.logaddexp(0, anp.dot(v, p[0]) + bh))

    def cost(p, v, sample):
        bv, bh = biases(p, v)
        return (energy(p, v, bv, bh) - energy(p, sample, bv, bh)) / len(v)

    costs = []
    for _ in range(2):
        for sequence in notes:
            for i in range(0, len(sequence), 4):
                v = sequence[i : i + 4]
                bv, bh = biases(params, v)
                sample = v
                for _ in range(3):
                    _, sample = gibbs(sample, params, bv, bh, up, down)
                mean, _ = gibbs(sample, params, bv, bh, last_up, None)
                costs.append(-cross_entropy(v, mean))
                params, _ = descend(lambda p, v=v, s=sample: cost(p, v, s), params, 0.05)
    return {
        "costs": costs,
        "music": [_composed(params, gibbs, compose_up, compose_down) for _ in range(2)],
        "params": params,
    }


def _composed(p, gibbs, up, down):
    u, song = np.zeros(4), []
    for _ in range(5):
        v = np.zeros(6)
        bv, bh = p[1] + u @ p[4], p[2] + u @ p[3]
        for _ in range(4):
            _, v = gibbs(v, p, bv, bh, up, down)
        u = np.tanh(p[7] + v @ p[5] + u @ p[6])
        song.append(v)
    return song


def dropout_rmsprop():
    rng, draws = np.random.RandomState(7), MRG(42)
    x = rng.rand(24, 8)
    labels = (x[:, 0] > 0.5).astype(int) + (x[:, 1] > 0.5)
    x = x.astype("float32").astype(float)  # as the program's inputs are
    params = [rng.randn(*shape) * 0.3 for shape in ((8, 10), (10, 9), (9, 3))]
    drops = [(draws(), keep, size) for keep, size in ((0.8, 8), (0.5, 10), (0.5, 9))]
    squares, costs = [np.zeros_like(p) for p in params], []

    def output(p, rows, masks):
        for weights, mask in zip(p[:2], masks, strict=False):
            rows = anp.maximum(anp.dot(rows * mask, weights), 0)
        return softmax(anp.dot(rows * masks[2], p[2]))

    for step in range(12):
        r = slice(8 * (step % 3), 8 * (step % 3) + 8)
        masks = [(draw((8, size)) < keep) / keep for draw, keep, size in drops]

        def cost(p, r=r, masks=masks):
            return nll(output(p, x[r], masks), labels[r])

        costs.append(cost(params))
        gradients = grad(cost)(params)
        squares = [0.9 * s + 0.1 * g**2 for s, g in zip(squares, gradients, strict=True)]
        params = [
            p - 0.01 * g / np.sqrt(s + 1e-6)
            for p, g, s in zip(params, gradients, squares, strict=True)
        ]
    accuracy = np.mean(output(params, x, [1, 1, 1]).argmax(axis=1) == labels)
    return {"costs": costs, "accuracy": accuracy, "params": params}


def adam():
    optimizers = (_adam, _adamax, _nesterov, _adagrad, _adadelta)
    return {optimizer.__name__[1:]: _regression(optimizer) for optimizer in optimizers}


def _regression(optimizer):
    rng = np.random.RandomState(1)
    x = rng.randn(20, 4)
    y = np.sin(x.sum(axis=1, keepdims=True))
    params = [rng.randn(4, 6) * 0.5, np.zeros((1, 6)), rng.randn(6, 1) * 0.5]

    def cost(p):
        output = anp.dot(anp.logaddexp(0, anp.dot(x, p[0]) + p[1]), p[2])
        return anp.mean((output - y) ** 2) + 0.001 * sum(anp.sum(q**2) for q in p)

    steps = [optimizer() for _ in params]
    for step in steps:
        next(step)
    costs = []
    for _ in range(10):
        costs.append(cost(params))
        moves = [s.send(g) for s, g in zip(steps, grad(cost)(params), strict=True)]
        params = [p + move for p, move in zip(params, moves, strict=True)]
    return {"costs": costs, "params": params}


# Each of these is sent gradients, and yields how the parameter moves.


def _adam():
    m, v, g = 0, 0, (yield)
    for t in range(1, 100):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        rate = 0.02 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        g = yield -rate * m / (np.sqrt(v) + 1e-8)


def _adamax():
    m, u, g = 0, 0, (yield)
    for t in range(1, 100):
        m, u = 0.9 * m + 0.1 * g, np.maximum(0.999 * u, abs(g))
        g = yield -0.02 / (1 - 0.9**t) * m / (u + 1e-8)


def _nesterov():
    v, g = 0, (yield)
    while True:
        v = 0.9 * v - 0.02 * g
        g = yield 0.9 * v - 0.02 * g


def _adagrad():
    s, g = 0, (yield)
    while True:
        s = s + g**2
        g = yield -0.1 * g / np.sqrt(s + 1e-6)


def _adadelta():
    s, d, g = 0, 0, (yield)
    while True:
        s = 0.95 * s + 0.05 * g**2
        move = g * np.sqrt(d + 1e-6) / np.sqrt(s + 1e-6)
        d = 0.95 * d + 0.05 * move**2
        g = yield -move


def batch_norm():
    rng = np.random.RandomState(9)
    x = rng.normal(size=(20, 5))
    y = (x[:, 0] > 0) + (x[:, 1] > 0) * 1
    return {
        "by_hand": _normalized_net(x, y),
        "by_theano": _normalized(rng.normal(size=(6, 2, 3, 3))),
    }


def _normalized_net(x, y):
    rng = np.random.RandomState(3)
    params = [rng.normal(size=(5, 4)), rng.normal(size=(4, 3)), np.ones(4), np.zeros(4)]
    mean, inverse, costs = np.zeros(4), np.ones(4), []

    def output(p, z, mean, inverse):
        return softmax(anp.dot(anp.maximum((z - mean) * p[2] * inverse + p[3], 0), p[1]))

    def cost(p, rows, labels):
        z = anp.dot(rows, p[0])
        return nll(output(p, z, anp.mean(z, axis=0), (anp.var(z, axis=0) + 1e-4) ** -0.5), labels)

    for i in range(8):
        rows, labels = x[i % 2 :: 2], y[i % 2 :: 2]
        z = rows @ params[0]
        mean = 0.9 * mean + 0.1 * z.mean(axis=0)
        inverse = 0.9 * inverse + 0.1 / np.sqrt(z.var(axis=0) + 1e-4)
        params, value = descend(lambda p, r=rows, t=labels: cost(p, r, t), params, 0.3)
        costs.append(value)
    return {
        "costs": costs,
        "probabilities": output(params, x @ params[0], mean, inverse),
        "params": [*params, mean, inverse],
    }


def _normalized(images):
    params = [np.ones((1, 2, 1, 1)), np.zeros((1, 2, 1, 1))]
    mean, var, steps = 0.0, 1.0, []
    for i in (0, 3, 1):
        x = images[i : i + 3]
        x_mean = x.mean(axis=(0, 2, 3), keepdims=True)
        x_var = x.var(axis=(0, 2, 3), keepdims=True)
        inverse = 1 / np.sqrt(x_var + 1e-4)
        z = (x - x_mean) * inverse
        params, cost = descend(lambda p, z=z: anp.sum(anp.tanh(z * p[0] + p[1]) ** 3), params, 0.1)
        mean, var = 0.9 * mean + 0.1 * x_mean, 0.9 * var + 0.1 * x_var * 27 / 26
        steps.append([cost, x_mean, inverse])
    out = (images[:2] - mean) / np.sqrt(var + 1e-4) * params[0] + params[1]
    return {"steps": steps, "out": out, "running": [mean, var]}


def layers():
    rng = np.random.RandomState(42)
    params = [rng.normal(0, 0.4, (6, 7)), np.zeros(7)]
    draw = MRG(rng.randint(1, 2147462579))()
    params += [rng.normal(0, 0.4, (7, 3)), np.zeros(3)]
    x = rng.normal(size=(12, 2, 3))
    y = (x.sum(axis=(1, 2)) > 0).astype(int) + (x[:, 0, 0] > 0.5)
    x = x.reshape(12, 6)

    def output(p, rows, mask):
        return softmax(anp.dot(anp.maximum(anp.dot(rows, p[0]) + p[1], 0) * mask, p[2]) + p[3])

    def validated():
        p = output(params, x, 1)
        return [nll(p, y), np.mean(p.argmax(axis=1) == y)]

    velocities, rate, losses, validation = [0 * p for p in params], 0.1, [], []
    for step in range(12):
        rows = slice(4 * (step % 3), 4 * (step % 3) + 4)
        mask = (draw((4, 7)) < 0.7) / 0.7

        def cost(p, rows=rows, mask=mask):
            squares = anp.sum(p[0] ** 2) + anp.sum(p[2] ** 2)
            return nll(output(p, x[rows], mask), y[rows]) + 0.01 * squares

        losses.append(cost(params))
        gradients = grad(cost)(params)
        norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
        gradients = [g * min(norm, 0.5) / (1e-7 + norm) for g in gradients]
        velocities = [0.9 * v - rate * g for v, g in zip(velocities, gradients, strict=True)]
        params = [
            p + 0.9 * v - rate * g for p, v, g in zip(params, velocities, gradients, strict=True)
        ]
        norms = np.sqrt(np.sum(params[0] ** 2, axis=0))
        params[0] = params[0] * np.minimum(norms, 1) / (1e-7 + norms)
        if step % 3 == 2:
            validation.append(validated())
            rate *= 0.9
    return {
        "train_losses": losses,
        "validation": validation,
        "again": validated(),
        "params": params,
    }


@primitive
def clipped(x):
    return x


defvjp(clipped, lambda y, x: lambda g: anp.clip(g, -0.1, 0.1))


def masked_lstm():
    shapes = [(3, 8), (2, 8), 8, 2, 2, 2, 2, 2]
    rng = np.random.RandomState(0)
    params = [rng.normal(0, 0.5, shape) for shape in shapes]
    x = np.random.RandomState(1).normal(size=(2, 4, 3))
    lengths = 4, 2

    def output(p, backwards, last_steps=None):
        rows = []
        for row, length in zip(x, lengths, strict=True):
            c, h = p[6], p[7]
            states = [None] * 4
            for t in reversed(range(4)) if backwards else range(4):
                if last_steps and t == 4 - last_steps:
                    c, h = np.array(getval(c)), np.array(getval(h))
                if t < length:
                    z = clipped(anp.dot(row[t], p[0]) + p[2] + anp.dot(h, p[1]))
                    i, f = sigmoid(z[:2] + c * p[3]), sigmoid(z[2:4] + c * p[4])
                    c = f * c + i * anp.tanh(z[4:6])
                    h = sigmoid(z[6:] + c * p[5]) * anp.tanh(c)
                states[t] = h
            rows.append(anp.array(states))
        return anp.array(rows)

    def found(cost, backwards):
        return [output(params, backwards), *grad(cost)(params)]

    first = found(lambda p: anp.sum((output(p, False) - 0.5) ** 2), False)
    back = found(lambda p: anp.sum((output(p, True) - 0.5) ** 2), True)
    last = found(lambda p: anp.sum(output(p, False, 2)[:, -1]), False)
    return {"forwards": first, "backwards": back, "unrolled": back, "truncated": last}


def skip_gram():
    rng = np.random.RandomState(0)
    vectors, contexts = (rng.normal(0, 0.5, (8, 3)) for _ in range(2))
    costs = []
    for _ in range(4):
        center, context, negative = (rng.randint(0, 8, n) for n in (5, 5, 10))
        negative = negative.reshape(5, 2)

        def cost(p, center=center, context=context, negative=negative):
            right = sigmoid(anp.sum(p[0][center] * p[1][context], axis=1))
            wrong = sigmoid(-anp.sum(p[1][negative] * p[0][center][:, None], axis=2))
            return -anp.sum(anp.log(right)) - anp.sum(anp.log(wrong))

        (vectors, contexts), value = descend(cost, [vectors, contexts], 0.2)
        costs.append(value)
    likeness = vectors[:3] @ vectors.T / np.linalg.norm(vectors, axis=1)
    return {
        "costs": costs,
        "E": vectors,
        "C": contexts,
        "nearest": (-likeness).argsort(axis=1)[:, :3],
    }


def q_learning():
    rng = np.random.RandomState(4)
    params = [rng.normal(0, 0.5, (4, 5)), rng.normal(0, 0.5, (5, 3))]
    target, means, squares, losses = params, [0, 0], [0, 0], []

    def values(p, states):
        return anp.dot(anp.maximum(anp.dot(states, p[0]), 0), p[1])

    for step in range(6):
        states, actions = rng.normal(size=(6, 4)), rng.randint(0, 3, (6, 1))
        rewards, after = 3 * rng.normal(size=(6, 1)), rng.normal(size=(6, 4))
        goes_on = 1 - rng.randint(0, 2, (6, 1))
        goal = (rewards + goes_on * 0.95 * values(target, after).max(axis=1, keepdims=True))[:, 0]

        def loss(p, states=states, actions=actions[:, 0], goal=goal):
            error = anp.abs(goal - values(p, states)[np.arange(6), actions])
            return anp.sum(anp.where(error < 1, 0.5 * error**2, error - 0.5))

        losses.append(np.sqrt(loss(params)))
        gradients = grad(loss)(params)
        means = [0.95 * m + 0.05 * g for m, g in zip(means, gradients, strict=True)]
        squares = [0.95 * s + 0.05 * g**2 for s, g in zip(squares, gradients, strict=True)]
        params = [
            p - 0.05 * g / np.sqrt(s - m**2 + 0.01)
            for p, g, m, s in zip(params, gradients, means, squares, strict=True)
        ]
        if step % 2:
            target = params
    return {"losses": losses, "q_vals": values(params, states)[0], "W": params}


def crf():
    rng = np.random.RandomState(2)
    params = [rng.normal(size=(2, 3)), rng.normal(size=(3, 3))]
    costs, found = [], []

    def score(p, words, tags):
        score = anp.sum(anp.dot(words, p[0])[np.arange(len(tags)), tags])
        return score + anp.sum(p[1][tags[:-1], tags[1:]])

    for i in range(4):
        words = rng.normal(size=(3 + i % 2, 2))
        tags = rng.randint(0, 3, len(words))
        # All ways there are to tag the words, one by one.
        ways = [np.array(way) for way in product(range(3), repeat=len(words))]

        def cost(p, words=words, tags=tags, ways=ways):
            likelihoods = anp.exp(anp.array([score(p, words, way) for way in ways]))
            return anp.log(anp.sum(likelihoods)) - score(p, words, tags)

        params, value = descend(cost, params, 0.1)
        costs.append(value)
        scores = [score(params, words, way) for way in ways]
        found.append([max(scores), ways[int(np.argmax(scores))]])
    return {"costs": costs, "paths": found, "params": params}


def vae():
    rng = np.random.RandomState(1)
    params = [rng.normal(0, 0.3, s) for s in ((6, 5), (5, 2), (5, 2), (2, 5), (5, 6))]
    x = 1.0 * (rng.uniform(size=(8, 6)) > 0.5)
    noise = Streams(3)()
    squares, costs = [0 * p for p in params], []

    def code(p, rows):
        h = anp.logaddexp(0, anp.dot(rows, p[0]))
        return anp.dot(h, p[1]), 0.5 * anp.dot(h, p[2])

    def decoded(p, z):
        return sigmoid(anp.dot(anp.tanh(anp.dot(z, p[3])), p[4]))

    for step in range(8):
        rows, eps = x[4 * (step % 2) :][:4], noise.normal(size=(4, 2))

        def cost(p, rows=rows, eps=eps):
            mean, log_sigma = code(p, rows)
            kl = -0.5 * anp.sum(1 + 2 * log_sigma - mean**2 - anp.exp(2 * log_sigma), axis=1)
            return cross_entropy(rows, decoded(p, mean + anp.exp(log_sigma) * eps)) + anp.mean(kl)

        costs.append(cost(params))
        gradients = grad(cost)(params)
        squares = [s + g**2 for s, g in zip(squares, gradients, strict=True)]
        params = [
            p - 0.1 * g / (np.sqrt(s) + 1e-6)
            for p, g, s in zip(params, gradients, squares, strict=True)
        ]
    return {
        "costs": costs,
        "params": params,
        "reconstructed": decoded(params, code(params, x)[0]),
        "generated": decoded(params, np.array([[0.5, -1], [2, 0]])),
    }


def gauss_newton():
    rng = np.random.RandomState(0)
    params = [rng.normal(0, 0.7, shape) for shape in ((3, 4), 4, (4, 2))]
    x = rng.normal(size=(6, 3))
    y = (x.sum(axis=1) > 0).astype(int)
    bounds, shapes = [12, 16], [p.shape for p in params]

    def parts(flat):
        pieces = anp.split(flat, bounds)
        return [anp.reshape(p, shape) for p, shape in zip(pieces, shapes, strict=True)]

    def output(flat):
        w, b, v = parts(flat)
        return anp.dot(anp.tanh(anp.dot(x, w) + b), v)

    def cost(flat):
        return nll(softmax(output(flat)), y)

    flat, costs, curvatures = np.concatenate([p.ravel() for p in params]), [], []
    for _ in range(3):
        costs.append(cost(flat))
        p = softmax(output(flat))
        by_output = jacobian(output)(flat)
        # The Hessian of the cost by the outputs of one row: (diag(p) - p pᵀ) / rows.
        inner = [(np.diag(row) - np.outer(row, row)) / len(x) for row in p]
        matrix = sum(j.T @ h @ j for j, h in zip(by_output, inner, strict=True))
        matrix += 0.5 * np.eye(len(flat))
        residue = direction = -grad(cost)(flat)
        move = 0 * flat
        for _ in range(5):
            size = residue @ residue / (direction @ matrix @ direction)
            move = move + size * direction
            after = residue - size * (matrix @ direction)
            direction = after + after @ after / (residue @ residue) * direction
            residue = after
        curvatures.append(parts(jacobian(grad(cost))(flat) @ move))
        flat = flat + move
    return {"costs": costs, "curvatures": curvatures, "params": parts(flat)}
