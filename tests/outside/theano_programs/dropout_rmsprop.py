"""A net of rectifiers with dropout, trained by RMSprop; another function predicts without noise."""
from __future__ import division, print_function

import numpy as np

import theano
from theano import tensor as T
from theano.sandbox.rng_mrg import MRG_RandomStreams as RandomStreams

srng = RandomStreams(42)
numpy_rng = np.random.RandomState(7)


def floatX(X):
    return np.asarray(X, dtype=theano.config.floatX)


def init_weights(shape):
    return theano.shared(floatX(numpy_rng.randn(*shape) * 0.3))


def rectify(X):
    return T.maximum(X, 0.)


def softmax(X):
    e_x = T.exp(X - X.max(axis=1).dimshuffle(0, 'x'))
    return e_x / e_x.sum(axis=1).dimshuffle(0, 'x')


def RMSprop(cost, params, lr=0.001, rho=0.9, epsilon=1e-6):
    grads = T.grad(cost=cost, wrt=params)
    updates = []
    for p, g in zip(params, grads):
        acc = theano.shared(p.get_value() * 0.)
        acc_new = rho * acc + (1 - rho) * g ** 2
        gradient_scaling = T.sqrt(acc_new + epsilon)
        g = g / gradient_scaling
        updates.append((acc, acc_new))
        updates.append((p, p - lr * g))
    return updates


def dropout(X, p=0.):
    if p > 0:
        retain_prob = 1 - p
        X *= srng.binomial(X.shape, p=retain_prob, dtype=theano.config.floatX)
        X /= retain_prob
    return X


def model(X, w_h, w_h2, w_o, p_drop_input, p_drop_hidden):
    X = dropout(X, p_drop_input)
    h = rectify(T.dot(X, w_h))
    h = dropout(h, p_drop_hidden)
    h2 = rectify(T.dot(h, w_h2))
    h2 = dropout(h2, p_drop_hidden)
    py_x = softmax(T.dot(h2, w_o))
    return h, h2, py_x


if __name__ == '__main__':
    trX = numpy_rng.rand(24, 8)
    labels = (trX[:, 0] > 0.5).astype(int) + (trX[:, 1] > 0.5)
    trY = np.eye(3)[labels]

    X = T.fmatrix()
    Y = T.fmatrix()
    w_h = init_weights((8, 10))
    w_h2 = init_weights((10, 9))
    w_o = init_weights((9, 3))
    noise_h, noise_h2, noise_py_x = model(X, w_h, w_h2, w_o, 0.2, 0.5)
    h, h2, py_x = model(X, w_h, w_h2, w_o, 0., 0.)
    y_x = T.argmax(py_x, axis=1)

    cost = T.mean(T.nnet.categorical_crossentropy(noise_py_x, Y))
    params = [w_h, w_h2, w_o]
    updates = RMSprop(cost, params, lr=0.01)
    train = theano.function(
        inputs=[X, Y], outputs=cost, updates=updates, allow_input_downcast=True
    )
    predict = theano.function(inputs=[X], outputs=y_x, allow_input_downcast=True)

    costs = []
    for i in range(4):
        for start, end in zip(range(0, len(trX), 8), range(8, len(trX) + 1, 8)):
            costs.append(train(trX[start:end], trY[start:end]))
    results = dict(
        costs=costs,
        accuracy=np.mean(np.argmax(trY, axis=1) == predict(trX)),
        params=[p.get_value() for p in params],
    )
