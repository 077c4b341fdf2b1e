"""Denoising autoencoders stacked, trained one by one, then together as a classifier."""
from __future__ import division, print_function

import numpy

import theano
import theano.tensor as T
from theano.tensor.shared_randomstreams import RandomStreams


class HiddenLayer(object):

    def __init__(self, rng, input, n_in, n_out, activation=T.nnet.sigmoid):
        bound = 4 * numpy.sqrt(6. / (n_in + n_out))
        W_values = numpy.asarray(
            rng.uniform(low=-bound, high=bound, size=(n_in, n_out)), dtype=theano.config.floatX
        )
        self.W = theano.shared(value=W_values, name='W', borrow=True)
        self.b = theano.shared(numpy.zeros((n_out,), dtype=theano.config.floatX), 'b', borrow=True)
        self.output = activation(T.dot(input, self.W) + self.b)
        self.params = [self.W, self.b]


class dA(object):

    def __init__(self, theano_rng, input, W, bhid, n_visible):
        self.W = W
        self.b = bhid
        self.b_prime = theano.shared(
            value=numpy.zeros(n_visible, dtype=theano.config.floatX), borrow=True
        )
        self.theano_rng = theano_rng
        self.x = input
        self.params = [self.W, self.b, self.b_prime]

    def get_cost_updates(self, corruption_level, learning_rate):
        kept = self.theano_rng.binomial(
            size=self.x.shape, n=1, p=1 - corruption_level, dtype=theano.config.floatX
        )
        y = T.nnet.sigmoid(T.dot(kept * self.x, self.W) + self.b)
        z = T.nnet.sigmoid(T.dot(y, self.W.T) + self.b_prime)
        cost = T.mean(-T.sum(self.x * T.log(z) + (1 - self.x) * T.log(1 - z), axis=1))
        gparams = T.grad(cost, self.params)
        return cost, [(p, p - learning_rate * g) for p, g in zip(self.params, gparams)]


class SdA(object):

    def __init__(self, numpy_rng, theano_rng=None, n_ins=8, hidden_layers_sizes=(6, 5), n_outs=2):
        self.sigmoid_layers = []
        self.dA_layers = []
        self.params = []
        self.n_layers = len(hidden_layers_sizes)
        if not theano_rng:
            theano_rng = RandomStreams(numpy_rng.randint(2 ** 30))
        self.x = T.matrix('x')
        self.y = T.ivector('y')
        for i in range(self.n_layers):
            input_size = n_ins if i == 0 else hidden_layers_sizes[i - 1]
            layer_input = self.x if i == 0 else self.sigmoid_layers[-1].output
            sigmoid_layer = HiddenLayer(
                rng=numpy_rng, input=layer_input, n_in=input_size, n_out=hidden_layers_sizes[i]
            )
            self.sigmoid_layers.append(sigmoid_layer)
            self.params.extend(sigmoid_layer.params)
            self.dA_layers.append(dA(
                theano_rng=theano_rng, input=layer_input, W=sigmoid_layer.W,
                bhid=sigmoid_layer.b, n_visible=input_size,
            ))
        self.W = theano.shared(
            numpy.zeros((hidden_layers_sizes[-1], n_outs), dtype=theano.config.floatX)
        )
        self.b = theano.shared(numpy.zeros(n_outs, dtype=theano.config.floatX))
        self.p = T.nnet.softmax(T.dot(self.sigmoid_layers[-1].output, self.W) + self.b)
        self.params.extend([self.W, self.b])
        self.finetune_cost = -T.mean(T.log(self.p)[T.arange(self.y.shape[0]), self.y])
        self.errors = T.mean(T.neq(T.argmax(self.p, axis=1), self.y))

    def pretraining_functions(self, train_set_x, batch_size):
        index = T.lscalar('index')
        corruption_level = T.scalar('corruption')
        learning_rate = T.scalar('lr')
        batch_begin = index * batch_size
        batch_end = batch_begin + batch_size
        pretrain_fns = []
        for dA in self.dA_layers:
            cost, updates = dA.get_cost_updates(corruption_level, learning_rate)
            fn = theano.function(
                inputs=[
                    index,
                    theano.In(corruption_level, value=0.2),
                    theano.In(learning_rate, value=0.1),
                ],
                outputs=cost,
                updates=updates,
                givens={self.x: train_set_x[batch_begin: batch_end]},
            )
            pretrain_fns.append(fn)
        return pretrain_fns

    def build_finetune_functions(self, train_set, batch_size, learning_rate):
        (train_set_x, train_set_y) = train_set
        index = T.lscalar('index')
        gparams = T.grad(self.finetune_cost, self.params)
        updates = [(p, p - gparam * learning_rate) for p, gparam in zip(self.params, gparams)]
        givens = {
            self.x: train_set_x[index * batch_size: (index + 1) * batch_size],
            self.y: train_set_y[index * batch_size: (index + 1) * batch_size],
        }
        train_fn = theano.function(
            inputs=[index], outputs=self.finetune_cost, updates=updates, givens=givens, name='train'
        )
        score_i = theano.function([index], self.errors, givens=givens, name='score')

        def scores():
            return [score_i(i) for i in range(3)]

        return train_fn, scores


def test_SdA(batch_size=6):
    data = numpy.random.RandomState(8)
    values = data.uniform(size=(18, 8)) > 0.5
    labels = values[:, 0] ^ values[:, 1]
    train_set_x = theano.shared(values.astype(theano.config.floatX), borrow=True)
    train_set_y = T.cast(theano.shared(labels.astype(theano.config.floatX), borrow=True), 'int32')
    numpy_rng = numpy.random.RandomState(89677)
    sda = SdA(numpy_rng=numpy_rng)
    pretraining_fns = sda.pretraining_functions(train_set_x=train_set_x, batch_size=batch_size)
    pretrain_costs = []
    corruption_levels = [.1, .3]
    for i in range(sda.n_layers):
        for epoch in range(3):
            for batch_index in range(3):
                pretrain_costs.append(pretraining_fns[i](
                    index=batch_index, corruption=corruption_levels[i], lr=0.2
                ))
        pretrain_costs.append(pretraining_fns[i](0))
    train_fn, scores = sda.build_finetune_functions((train_set_x, train_set_y), batch_size, 0.3)
    finetune_costs = [train_fn(i % 3) for i in range(9)]
    return dict(
        pretrain_costs=pretrain_costs, finetune_costs=finetune_costs, scores=scores(),
        params=[p.get_value() for p in sda.params],
    )


if __name__ == '__main__':
    results = test_SdA()
