"""A net of one hidden layer, regularised by the sums of its weights' sizes and squares."""
from __future__ import division, print_function

import numpy

import theano
import theano.tensor as T


class LogisticRegression(object):

    def __init__(self, input, n_in, n_out):
        self.W = theano.shared(numpy.zeros((n_in, n_out), dtype=theano.config.floatX), 'W')
        self.b = theano.shared(numpy.zeros((n_out,), dtype=theano.config.floatX), 'b')
        self.p_y_given_x = T.nnet.softmax(T.dot(input, self.W) + self.b)
        self.y_pred = T.argmax(self.p_y_given_x, axis=1)
        self.params = [self.W, self.b]

    def negative_log_likelihood(self, y):
        return -T.mean(T.log(self.p_y_given_x)[T.arange(y.shape[0]), y])

    def errors(self, y):
        return T.mean(T.neq(self.y_pred, y))


class HiddenLayer(object):

    def __init__(self, rng, input, n_in, n_out, W=None, b=None, activation=T.tanh):
        self.input = input
        if W is None:
            bound = numpy.sqrt(6. / (n_in + n_out))
            W_values = numpy.asarray(
                rng.uniform(low=-bound, high=bound, size=(n_in, n_out)),
                dtype=theano.config.floatX,
            )
            if activation == theano.tensor.nnet.sigmoid:
                W_values *= 4
            W = theano.shared(value=W_values, name='W', borrow=True)
        if b is None:
            b_values = numpy.zeros((n_out,), dtype=theano.config.floatX)
            b = theano.shared(value=b_values, name='b', borrow=True)
        self.W = W
        self.b = b
        lin_output = T.dot(input, self.W) + self.b
        self.output = lin_output if activation is None else activation(lin_output)
        self.params = [self.W, self.b]


class MLP(object):

    def __init__(self, rng, input, n_in, n_hidden, n_out, activation):
        self.hiddenLayer = HiddenLayer(rng, input, n_in, n_hidden, activation=activation)
        self.logRegressionLayer = LogisticRegression(self.hiddenLayer.output, n_hidden, n_out)
        self.L1 = abs(self.hiddenLayer.W).sum() + abs(self.logRegressionLayer.W).sum()
        self.L2_sqr = (self.hiddenLayer.W ** 2).sum() + (self.logRegressionLayer.W ** 2).sum()
        self.negative_log_likelihood = self.logRegressionLayer.negative_log_likelihood
        self.errors = self.logRegressionLayer.errors
        self.params = self.hiddenLayer.params + self.logRegressionLayer.params
        self.input = input


def test_mlp(activation, learning_rate=0.1, L1_reg=0.001, L2_reg=0.0001, batch_size=10):
    data = numpy.random.RandomState(5)
    x_values = data.normal(size=(60, 6))
    y_values = (x_values[:, 0] * x_values[:, 1] > 0) + 1 * (x_values[:, 2] > 0.4)
    train_set_x = theano.shared(numpy.asarray(x_values, dtype=theano.config.floatX), borrow=True)
    train_set_y = T.cast(
        theano.shared(numpy.asarray(y_values, dtype=theano.config.floatX), borrow=True), 'int32'
    )

    index = T.lscalar('index')
    x = T.matrix('x')
    y = T.ivector('y')
    rng = numpy.random.RandomState(1234)
    classifier = MLP(rng=rng, input=x, n_in=6, n_hidden=8, n_out=3, activation=activation)
    cost = (
        classifier.negative_log_likelihood(y)
        + L1_reg * classifier.L1
        + L2_reg * classifier.L2_sqr
    )
    gparams = [T.grad(cost, param) for param in classifier.params]
    updates = [
        (param, param - learning_rate * gparam)
        for param, gparam in zip(classifier.params, gparams)
    ]
    train_model = theano.function(
        inputs=[index],
        outputs=[cost, classifier.errors(y)],
        updates=updates,
        givens={
            x: train_set_x[index * batch_size:(index + 1) * batch_size],
            y: train_set_y[index * batch_size:(index + 1) * batch_size],
        },
    )
    steps = [train_model(i % 6) for i in range(18)]
    return dict(
        costs=[step[0] for step in steps],
        errors=[step[1] for step in steps],
        params=[param.get_value(borrow=True) for param in classifier.params],
    )


if __name__ == '__main__':
    results = {name: test_mlp(activation) for name, activation in (
        ('sigmoid', T.nnet.sigmoid), ('relu', lambda z: T.maximum(0., z)),
    )}
