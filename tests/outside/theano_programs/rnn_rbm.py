"""A recurrent net whose states are biases of a machine at each step: it learns, and composes."""
from __future__ import division, print_function

import numpy

import theano
import theano.tensor as T
from theano.tensor.shared_randomstreams import RandomStreams

numpy.random.seed(0xdea)
rng = RandomStreams(seed=numpy.random.randint(1 << 30))


def build_rbm(v, W, bv, bh, k):

    def gibbs_step(v):
        mean_h = T.nnet.sigmoid(T.dot(v, W) + bh)
        h = rng.binomial(size=mean_h.shape, n=1, p=mean_h, dtype=theano.config.floatX)
        mean_v = T.nnet.sigmoid(T.dot(h, W.T) + bv)
        v = rng.binomial(size=mean_v.shape, n=1, p=mean_v, dtype=theano.config.floatX)
        return mean_v, v

    chain, updates = theano.scan(
        lambda v: gibbs_step(v)[1], outputs_info=[v], n_steps=k
    )
    v_sample = chain[-1]
    mean_v = gibbs_step(v_sample)[0]
    monitor = T.xlogx.xlogy0(v, mean_v) + T.xlogx.xlogy0(1 - v, 1 - mean_v)
    monitor = monitor.sum() / v.shape[0]

    def free_energy(v):
        return -(v * bv).sum() - T.log(1 + T.exp(T.dot(v, W) + bh)).sum()

    cost = (free_energy(v) - free_energy(v_sample)) / v.shape[0]
    return v_sample, cost, monitor, updates


def shared_normal(num_rows, num_cols, scale=1):
    return theano.shared(
        numpy.random.normal(scale=scale, size=(num_rows, num_cols)).astype(theano.config.floatX)
    )


def shared_zeros(*shape):
    return theano.shared(numpy.zeros(shape, dtype=theano.config.floatX))


def build_rnnrbm(n_visible, n_hidden, n_hidden_recurrent):
    W = shared_normal(n_visible, n_hidden, 0.3)
    bv = shared_zeros(n_visible)
    bh = shared_zeros(n_hidden)
    Wuh = shared_normal(n_hidden_recurrent, n_hidden, 0.3)
    Wuv = shared_normal(n_hidden_recurrent, n_visible, 0.3)
    Wvu = shared_normal(n_visible, n_hidden_recurrent, 0.3)
    Wuu = shared_normal(n_hidden_recurrent, n_hidden_recurrent, 0.3)
    bu = shared_zeros(n_hidden_recurrent)
    params = W, bv, bh, Wuh, Wuv, Wvu, Wuu, bu
    v = T.matrix()
    u0 = T.zeros((n_hidden_recurrent,))

    def recurrence(v_t, u_tm1):
        bv_t = bv + T.dot(u_tm1, Wuv)
        bh_t = bh + T.dot(u_tm1, Wuh)
        generate = v_t is None
        if generate:
            v_t, _, _, updates = build_rbm(
                T.zeros((n_visible,)), W, bv_t, bh_t, k=4
            )
        u_t = T.tanh(bu + T.dot(v_t, Wvu) + T.dot(u_tm1, Wuu))
        return ([v_t, u_t], updates) if generate else [u_t, bv_t, bh_t]

    (u_t, bv_t, bh_t), updates_train = theano.scan(
        lambda v_t, u_tm1, *_: recurrence(v_t, u_tm1),
        sequences=v, outputs_info=[u0, None, None], non_sequences=params,
    )
    v_sample, cost, monitor, updates_rbm = build_rbm(v, W, bv_t[:], bh_t[:], k=3)
    updates_train.update(updates_rbm)
    (v_t, u_t), updates_generate = theano.scan(
        lambda u_tm1, *_: recurrence(None, u_tm1),
        outputs_info=[None, u0], non_sequences=params, n_steps=5,
    )
    return v, v_sample, cost, monitor, params, updates_train, v_t, updates_generate


class RnnRbm(object):

    def __init__(self, n_hidden=5, n_hidden_recurrent=4, lr=0.05, n_visible=6):
        (v, v_sample, cost, monitor, params, updates_train, v_t,
         updates_generate) = build_rnnrbm(n_visible, n_hidden, n_hidden_recurrent)
        gradient = T.grad(cost, params, consider_constant=[v_sample])
        updates_train.update(
            ((p, p - lr * g) for p, g in zip(params, gradient))
        )
        self.params = params
        self.train_function = theano.function([v], monitor, updates=updates_train)
        self.generate_function = theano.function([], v_t, updates=updates_generate)

    def train(self, dataset, batch_size=4, num_epochs=2):
        costs = []
        for epoch in range(num_epochs):
            for sequence in dataset:
                for i in range(0, len(sequence), batch_size):
                    costs.append(self.train_function(sequence[i:i + batch_size]))
        return costs


if __name__ == '__main__':
    model = RnnRbm()
    notes = [
        numpy.asarray(numpy.random.uniform(size=(length, 6)) > 0.6, dtype=theano.config.floatX)
        for length in (7, 5)
    ]
    results = dict(
        costs=model.train(notes),
        music=[model.generate_function() for i in range(2)],
        params=[p.get_value() for p in model.params],
    )
