"""A variational autoencoder; the noise is an expression, which another function replaces."""
from __future__ import division, print_function

import numpy as np

import theano
import theano.tensor as T
from theano.tensor.shared_randomstreams import RandomStreams

if __name__ == '__main__':
    floatX = theano.config.floatX
    rng = np.random.RandomState(1)
    params = [
        theano.shared(rng.normal(0, 0.3, shape).astype(floatX))
        for shape in ((6, 5), (5, 2), (5, 2), (2, 5), (5, 6))
    ]
    W_xh, W_hm, W_hs, W_zh, W_hx = params
    x = T.matrix('x')
    srng = RandomStreams(seed=3)
    h = T.nnet.softplus(T.dot(x, W_xh))
    mu, log_sigma = T.dot(h, W_hm), 0.5 * T.dot(h, W_hs)
    eps = srng.normal(mu.shape)
    z = mu + T.exp(log_sigma) * eps
    y = T.nnet.sigmoid(T.dot(T.tanh(T.dot(z, W_zh)), W_hx))
    kl = -0.5 * T.sum(1 + 2 * log_sigma - mu ** 2 - T.exp(2 * log_sigma), axis=1)
    cost = T.mean(T.nnet.binary_crossentropy(y, x).sum(axis=1) + kl)
    updates = []
    for param, gparam in zip(params, T.grad(cost, params)):
        history = theano.shared(np.zeros_like(param.get_value()))
        new = history + gparam ** 2
        updates += [(history, new), (param, param - 0.1 * gparam / (T.sqrt(new) + 1e-6))]
    train = theano.function([x], cost, updates=updates, allow_input_downcast=True)
    reconstruct = theano.function([x], theano.clone(y, {eps: T.zeros_like(mu)}))
    code = T.matrix('code')
    generate = theano.function([code], y, givens={z: code}, allow_input_downcast=True)
    data = rng.uniform(size=(8, 6)) > 0.5
    costs = [train(data[4 * (i % 2):4 * (i % 2) + 4]) for i in range(8)]
    results = dict(
        costs=costs, params=[p.get_value() for p in params],
        reconstructed=reconstruct(data.astype(floatX)), generated=generate([[0.5, -1], [2, 0]]),
    )
