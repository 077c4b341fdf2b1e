"""Batch normalization by hand and by Theano's function, with running means as default updates."""
from __future__ import division, print_function

import numpy

import theano
import theano.tensor as T
from theano.tensor.nnet import bn


class BatchNormLayer(object):

    def __init__(self, input, n_out, axes=(0,), epsilon=1e-4, alpha=0.1):
        floatX = theano.config.floatX
        self.gamma = theano.shared(numpy.ones(n_out, dtype=floatX), name='gamma')
        self.beta = theano.shared(numpy.zeros(n_out, dtype=floatX), name='beta')
        self.mean = theano.shared(numpy.zeros(n_out, dtype=floatX), name='mean')
        self.inv_std = theano.shared(numpy.ones(n_out, dtype=floatX), name='inv_std')
        self.input, self.axes, self.epsilon, self.alpha = input, axes, epsilon, alpha
        self.params = [self.gamma, self.beta]

    def output(self, deterministic):
        input_mean = self.input.mean(self.axes)
        input_inv_std = T.inv(T.sqrt(self.input.var(self.axes) + self.epsilon))
        if deterministic:
            mean, inv_std = self.mean, self.inv_std
        else:
            mean, inv_std = input_mean, input_inv_std
            running_mean = theano.clone(self.mean, share_inputs=False)
            running_inv_std = theano.clone(self.inv_std, share_inputs=False)
            running_mean.default_update = (
                (1 - self.alpha) * running_mean + self.alpha * input_mean
            )
            running_inv_std.default_update = (
                (1 - self.alpha) * running_inv_std + self.alpha * input_inv_std
            )
            mean += 0 * running_mean
            inv_std += 0 * running_inv_std
        param_axes = iter(range(self.input.ndim - len(self.axes)))
        pattern = ['x' if i in self.axes else next(param_axes) for i in range(self.input.ndim)]
        beta = self.beta.dimshuffle(pattern)
        gamma = self.gamma.dimshuffle(pattern)
        return (self.input - mean.dimshuffle(pattern)) * (
            gamma * inv_std.dimshuffle(pattern)
        ) + beta


def by_hand(data_x, data_y):
    rng = numpy.random.RandomState(3)
    floatX = theano.config.floatX
    x = T.matrix('x')
    y = T.lvector('y')
    W = theano.shared(rng.normal(size=(5, 4)).astype(floatX))
    V = theano.shared(rng.normal(size=(4, 3)).astype(floatX))
    layer = BatchNormLayer(T.dot(x, W), 4)
    params = [W, V] + layer.params

    def probabilities(deterministic):
        return T.nnet.softmax(T.dot(T.nnet.relu(layer.output(deterministic)), V))

    cost = T.nnet.categorical_crossentropy(probabilities(False), y).mean()
    updates = [(p, p - 0.3 * g) for p, g in zip(params, T.grad(cost, params))]
    train = theano.function([x, y], cost, updates=updates, allow_input_downcast=True)
    test = theano.function([x], probabilities(True), allow_input_downcast=True)
    costs = [train(data_x[i % 2::2], data_y[i % 2::2]) for i in range(8)]
    return dict(
        costs=costs, probabilities=test(data_x),
        params=[p.get_value() for p in params + [layer.mean, layer.inv_std]],
    )


def by_theano(images, alpha=0.1):
    floatX = theano.config.floatX
    x = T.tensor4('x')
    shape = (1, 2, 1, 1)
    gamma, beta, mean, var = [
        theano.shared(numpy.full(shape, value, dtype=floatX), broadcastable=(True, False, True, True))
        for value in (1, 0, 0, 1)
    ]
    out, x_mean, x_invstd, new_mean, new_var = bn.batch_normalization_train(
        x, gamma, beta, 'spatial', running_average_factor=alpha, running_mean=mean, running_var=var
    )
    cost = T.sum(T.tanh(out) ** 3)
    updates = [(p, p - 0.1 * g) for p, g in zip([gamma, beta], T.grad(cost, [gamma, beta]))]
    updates += [(mean, new_mean), (var, new_var)]
    train = theano.function([x], [cost, x_mean, x_invstd], updates=updates)
    test = theano.function([x], bn.batch_normalization_test(x, gamma, beta, mean, var, 'spatial'))
    images = images.astype(floatX)
    steps = [train(images[i:i + 3]) for i in (0, 3, 1)]
    return dict(steps=steps, out=test(images[:2]), running=[mean.get_value(), var.get_value()])


if __name__ == '__main__':
    rng = numpy.random.RandomState(9)
    data_x = rng.normal(size=(20, 5))
    results = {
        'by_hand': by_hand(data_x, (data_x[:, 0] > 0) + (data_x[:, 1] > 0) * 1),
        'by_theano': by_theano(rng.normal(size=(6, 2, 3, 3))),
    }
