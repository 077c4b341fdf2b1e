"""Adam and its relatives as functions from a cost and parameters to updates, on one small net."""
from __future__ import division, print_function

from collections import OrderedDict

import numpy as np

import theano
import theano.tensor as T


def shared_zeros_like(p, name=None):
    value = p.get_value(borrow=True)
    return theano.shared(
        np.zeros(value.shape, dtype=value.dtype), name=name, broadcastable=p.broadcastable
    )


def adam(cost, params, lr=0.02, b1=0.1, b2=0.001, e=1e-8):
    updates = []
    grads = T.grad(cost, params)
    i = theano.shared(np.asarray(0., dtype=theano.config.floatX))
    i_t = i + 1.
    fix1 = 1. - (1. - b1) ** i_t
    fix2 = 1. - (1. - b2) ** i_t
    lr_t = lr * (T.sqrt(fix2) / fix1)
    for p, g in zip(params, grads):
        m = theano.shared(p.get_value() * 0.)
        v = theano.shared(p.get_value() * 0.)
        m_t = (b1 * g) + ((1. - b1) * m)
        v_t = (b2 * T.sqr(g)) + ((1. - b2) * v)
        g_t = m_t / (T.sqrt(v_t) + e)
        p_t = p - (lr_t * g_t)
        updates.append((m, m_t))
        updates.append((v, v_t))
        updates.append((p, p_t))
    updates.append((i, i_t))
    return updates


def adamax(cost, params, learning_rate=0.02, beta1=0.9, beta2=0.999, epsilon=1e-8):
    t_prev = theano.shared(np.asarray(0, dtype=theano.config.floatX))
    updates = OrderedDict()
    one = T.constant(1)
    t = t_prev + 1
    a_t = learning_rate / (one - beta1 ** t)
    for param, g_t in zip(params, theano.grad(cost, params)):
        m_prev = shared_zeros_like(param)
        u_prev = shared_zeros_like(param)
        m_t = beta1 * m_prev + (one - beta1) * g_t
        u_t = T.maximum(beta2 * u_prev, abs(g_t))
        updates[m_prev] = m_t
        updates[u_prev] = u_t
        updates[param] = param - a_t * m_t / (u_t + epsilon)
    updates[t_prev] = t
    return updates


def nesterov(cost, params, learning_rate=0.02, momentum=0.9):
    updates = OrderedDict((p, p - learning_rate * g) for p, g in zip(params, T.grad(cost, params)))
    for param in params:
        velocity = shared_zeros_like(param)
        x = momentum * velocity + updates[param] - param
        updates[velocity] = x
        updates[param] = momentum * x + updates[param]
    return updates


def adagrad(cost, params, learning_rate=0.1, epsilon=1e-6):
    updates = theano.updates.OrderedUpdates()
    for param, grad in zip(params, T.grad(cost, params)):
        accu = shared_zeros_like(param, name='accu')
        accu_new = accu + grad ** 2
        updates[accu] = accu_new
        updates[param] = param - (learning_rate * grad / T.sqrt(accu_new + epsilon))
    return updates


def adadelta(cost, params, learning_rate=1.0, rho=0.95, epsilon=1e-6):
    updates = OrderedDict()
    one = T.constant(1)
    for param, grad in zip(params, T.grad(cost, params)):
        accu, delta_accu = shared_zeros_like(param), shared_zeros_like(param)
        accu_new = rho * accu + (one - rho) * grad ** 2
        updates[accu] = accu_new
        update = grad * T.sqrt(delta_accu + epsilon) / T.sqrt(accu_new + epsilon)
        updates[param] = param - learning_rate * update
        updates[delta_accu] = rho * delta_accu + (one - rho) * update ** 2
    return updates


def train(optimizer):
    rng = np.random.RandomState(1)
    data_x = rng.randn(20, 4)
    data_y = np.sin(data_x.sum(axis=1, keepdims=True))
    x, y = T.matrices('x', 'y')
    W1 = theano.shared(np.asarray(rng.randn(4, 6) * 0.5, theano.config.floatX), name='W1')
    b1 = theano.shared(
        np.zeros((1, 6), theano.config.floatX), name='b1', broadcastable=(True, False)
    )
    W2 = theano.shared(np.asarray(rng.randn(6, 1) * 0.5, theano.config.floatX), name='W2')
    params = [W1, b1, W2]
    prediction = T.dot(T.nnet.softplus(T.dot(x, W1) + b1), W2)
    cost = T.mean((prediction - y) ** 2) + 0.001 * sum(T.sum(p ** 2) for p in params)
    step = theano.function([x, y], cost, updates=optimizer(cost, params), allow_input_downcast=True)
    return dict(
        costs=[step(data_x, data_y) for _ in range(10)], params=[p.get_value() for p in params]
    )


if __name__ == '__main__':
    results = {f.__name__: train(f) for f in (adam, adamax, nesterov, adagrad, adadelta)}
