"""A contractive autoencoder: the size of the encoder's Jacobian is part of its cost."""
from __future__ import division, print_function

import numpy

import theano
import theano.tensor as T


class cA(object):

    def __init__(self, numpy_rng, input=None, n_visible=10, n_hidden=5, n_batchsize=5):
        self.n_visible = n_visible
        self.n_hidden = n_hidden
        self.n_batchsize = n_batchsize
        bound = 4 * numpy.sqrt(6. / (n_hidden + n_visible))
        self.W = theano.shared(
            numpy.asarray(
                numpy_rng.uniform(low=-bound, high=bound, size=(n_visible, n_hidden)),
                dtype=theano.config.floatX,
            ),
            name='W',
            borrow=True,
        )
        self.b = theano.shared(numpy.zeros(n_hidden, dtype=theano.config.floatX), name='b')
        self.b_prime = theano.shared(numpy.zeros(n_visible, dtype=theano.config.floatX))
        self.W_prime = self.W.T
        self.x = T.dmatrix(name='input') if input is None else input
        self.params = [self.W, self.b, self.b_prime]

    def get_hidden_values(self, input):
        return T.nnet.sigmoid(T.dot(input, self.W) + self.b)

    def get_jacobian(self, hidden, W):
        return T.reshape(
            hidden * (1 - hidden), (self.n_batchsize, 1, self.n_hidden)
        ) * T.reshape(W, (1, self.n_visible, self.n_hidden))

    def get_reconstructed_input(self, hidden):
        return T.nnet.sigmoid(T.dot(hidden, self.W_prime) + self.b_prime)

    def get_cost_updates(self, contraction_level, learning_rate):
        y = self.get_hidden_values(self.x)
        z = self.get_reconstructed_input(y)
        J = self.get_jacobian(y, self.W)
        self.L_rec = -T.sum(self.x * T.log(z) + (1 - self.x) * T.log(1 - z), axis=1)
        self.L_jacob = T.sum(J ** 2) / self.n_batchsize
        cost = T.mean(self.L_rec) + contraction_level * T.mean(self.L_jacob)
        gparams = T.grad(cost, self.params)
        updates = []
        for param, gparam in zip(self.params, gparams):
            updates.append((param, param - learning_rate * gparam))
        return (cost, updates)


def test_cA(learning_rate=0.1, batch_size=5, contraction_level=.1):
    values = numpy.random.RandomState(4).uniform(size=(20, 10)) > 0.5
    train_set_x = theano.shared(values.astype(theano.config.floatX), borrow=True)
    index = T.lscalar()
    x = T.matrix('x')
    ca = cA(numpy_rng=numpy.random.RandomState(123), input=x, n_batchsize=batch_size)
    cost, updates = ca.get_cost_updates(contraction_level, learning_rate)
    train_ca = theano.function(
        [index],
        [T.mean(ca.L_rec), ca.L_jacob],
        updates=updates,
        givens={x: train_set_x[index * batch_size: (index + 1) * batch_size]},
    )
    c = []
    for epoch in range(3):
        for batch_index in range(4):
            c.append(train_ca(batch_index))
    c_array = numpy.vstack(c)
    return dict(
        costs=c_array[:, 0], contraction=c_array[:, 1],
        params=[p.get_value(borrow=True) for p in ca.params],
    )


if __name__ == '__main__':
    results = test_cA()
