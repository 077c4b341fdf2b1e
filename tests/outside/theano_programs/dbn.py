"""A deep belief net: machines trained layer by layer with one chain each, then a classifier."""
from __future__ import division, print_function

import numpy

import theano
import theano.tensor as T
from theano.sandbox.rng_mrg import MRG_RandomStreams as RandomStreams


class RBM(object):

    def __init__(self, input, W, hbias, n_visible, theano_rng):
        self.input, self.W, self.hbias, self.theano_rng = input, W, hbias, theano_rng
        self.vbias = theano.shared(numpy.zeros(n_visible, dtype=theano.config.floatX))
        self.params = [self.W, self.hbias, self.vbias]

    def free_energy(self, v):
        softplus = T.nnet.softplus(T.dot(v, self.W) + self.hbias)
        return -T.dot(v, self.vbias) - softplus.sum(axis=1)

    def up(self, v):
        mean = T.nnet.sigmoid(T.dot(v, self.W) + self.hbias)
        return mean, self.theano_rng.binomial(
            size=mean.shape, n=1, p=mean, dtype=theano.config.floatX
        )

    def step(self, h):
        mean = T.nnet.sigmoid(T.dot(h, self.W.T) + self.vbias)
        v = self.theano_rng.binomial(size=mean.shape, n=1, p=mean, dtype=theano.config.floatX)
        return [mean, v] + list(self.up(v))

    def get_cost_updates(self, lr, k):
        _, start = self.up(self.input)
        (means, vs, _, hs), updates = theano.scan(
            self.step, outputs_info=[None, None, None, start], n_steps=k
        )
        end = vs[-1]
        cost = T.mean(self.free_energy(self.input)) - T.mean(self.free_energy(end))
        for param, gparam in zip(self.params, T.grad(cost, self.params, consider_constant=[end])):
            updates[param] = param - gparam * T.cast(lr, dtype=theano.config.floatX)
        return T.mean(T.sqr(self.input - means[-1])), updates


class DBN(object):

    def __init__(self, numpy_rng, theano_rng, n_ins=6, hidden_layers_sizes=(5, 4), n_outs=2):
        self.x, self.y = T.matrix('x'), T.ivector('y')
        self.params, self.rbm_layers = [], []
        layer_input, n_in = self.x, n_ins
        for n_out in hidden_layers_sizes:
            W = theano.shared(
                numpy_rng.normal(scale=0.3, size=(n_in, n_out)).astype(theano.config.floatX), 'W'
            )
            b = theano.shared(numpy.zeros(n_out, dtype=theano.config.floatX), 'b')
            self.rbm_layers.append(RBM(layer_input, W, b, n_in, theano_rng))
            self.params += [W, b]
            layer_input, n_in = T.nnet.sigmoid(T.dot(layer_input, W) + b), n_out
        W = theano.shared(numpy.zeros((n_in, n_outs), dtype=theano.config.floatX))
        b = theano.shared(numpy.zeros(n_outs, dtype=theano.config.floatX))
        self.params += [W, b]
        p = T.nnet.softmax(T.dot(layer_input, W) + b)
        self.finetune_cost = -T.mean(T.log(p)[T.arange(self.y.shape[0]), self.y])

    def pretraining_functions(self, train_set_x, batch_size, k):
        index = T.lscalar('index')
        learning_rate = T.scalar('lr')
        begin = index * batch_size
        fns = []
        for rbm in self.rbm_layers:
            cost, updates = rbm.get_cost_updates(learning_rate, k)
            fns.append(theano.function(
                inputs=[index, theano.Param(learning_rate, default=0.1)],
                outputs=cost,
                updates=updates,
                givens={self.x: train_set_x[begin:begin + batch_size]},
            ))
        return fns


def test_DBN(batch_size=6, k=2):
    values = numpy.random.RandomState(1).uniform(size=(18, 6)) > 0.5
    labels = values[:, 0] | values[:, 5]
    train_x = theano.shared(values.astype(theano.config.floatX), borrow=True)
    train_y = T.cast(theano.shared(labels.astype(theano.config.floatX), borrow=True), 'int32')
    numpy_rng = numpy.random.RandomState(123)
    dbn = DBN(numpy_rng, RandomStreams(numpy_rng.randint(2 ** 30)))
    costs = []
    for fn in dbn.pretraining_functions(train_x, batch_size, k):
        for i in range(6):
            costs.append(fn(index=i % 3, lr=0.2))
        costs.append(fn(0))
    index = T.lscalar('index')
    updates = []
    for param, gparam in zip(dbn.params, T.grad(dbn.finetune_cost, dbn.params)):
        updates.append((param, param - gparam * 0.5))
    train_fn = theano.function(
        [index], dbn.finetune_cost, updates=updates,
        givens={
            dbn.x: train_x[index * batch_size:(index + 1) * batch_size],
            dbn.y: train_y[index * batch_size:(index + 1) * batch_size],
        },
    )
    finetune = [train_fn(i % 3) for i in range(9)]
    return dict(costs=costs, finetune=finetune, params=[p.get_value() for p in dbn.params])


if __name__ == '__main__':
    results = test_DBN()
