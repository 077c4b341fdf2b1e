"""Softmax regression by minibatches, with early stopping; the best model is pickled and used again."""
from __future__ import division, print_function

import pickle

import numpy

import theano
import theano.tensor as T


class LogisticRegression(object):

    def __init__(self, input, n_in, n_out):
        self.W = theano.shared(
            value=numpy.zeros((n_in, n_out), dtype=theano.config.floatX), name='W', borrow=True
        )
        self.b = theano.shared(
            value=numpy.zeros((n_out,), dtype=theano.config.floatX), name='b', borrow=True
        )
        self.p_y_given_x = T.nnet.softmax(T.dot(input, self.W) + self.b)
        self.y_pred = T.argmax(self.p_y_given_x, axis=1)
        self.params = [self.W, self.b]
        self.input = input

    def negative_log_likelihood(self, y):
        return -T.mean(T.log(self.p_y_given_x)[T.arange(y.shape[0]), y])

    def errors(self, y):
        if y.ndim != self.y_pred.ndim:
            raise TypeError('y and y_pred differ', ('y', y.type, 'y_pred', self.y_pred.type))
        if y.dtype.startswith('int'):
            return T.mean(T.neq(self.y_pred, y))
        raise NotImplementedError()


def shared_dataset(data_xy, borrow=True):
    data_x, data_y = data_xy
    shared_x = theano.shared(numpy.asarray(data_x, dtype=theano.config.floatX), borrow=borrow)
    shared_y = theano.shared(numpy.asarray(data_y, dtype=theano.config.floatX), borrow=borrow)
    return shared_x, T.cast(shared_y, 'int32')


def load_data():
    rng = numpy.random.RandomState(3)
    x = rng.uniform(size=(120, 5))
    y = (x[:, 0] > 0.5) + 1 * (x[:, 1] + x[:, 2] > 1)
    return [shared_dataset((x[a:b], y[a:b])) for a, b in ((0, 80), (80, 100), (100, 120))]


def sgd_optimization(learning_rate=0.5, n_epochs=6, batch_size=20):
    (train_x, train_y), (valid_x, valid_y), (test_x, test_y) = load_data()
    n_train_batches = train_x.get_value(borrow=True).shape[0] // batch_size

    index = T.lscalar()
    x = T.matrix('x')
    y = T.ivector('y')
    classifier = LogisticRegression(input=x, n_in=5, n_out=3)
    cost = classifier.negative_log_likelihood(y)

    test_model = theano.function(
        inputs=[index],
        outputs=classifier.errors(y),
        givens={
            x: test_x[index * batch_size: (index + 1) * batch_size],
            y: test_y[index * batch_size: (index + 1) * batch_size],
        },
    )
    validate_model = theano.function(
        inputs=[index],
        outputs=classifier.errors(y),
        givens={
            x: valid_x[index * batch_size: (index + 1) * batch_size],
            y: valid_y[index * batch_size: (index + 1) * batch_size],
        },
    )
    g_W = T.grad(cost=cost, wrt=classifier.W)
    g_b = T.grad(cost=cost, wrt=classifier.b)
    updates = [
        (classifier.W, classifier.W - learning_rate * g_W),
        (classifier.b, classifier.b - learning_rate * g_b),
    ]
    train_model = theano.function(
        inputs=[index],
        outputs=cost,
        updates=updates,
        givens={
            x: train_x[index * batch_size: (index + 1) * batch_size],
            y: train_y[index * batch_size: (index + 1) * batch_size],
        },
    )

    patience, patience_increase, improvement_threshold = 16, 2, 0.995
    best_validation_loss = numpy.inf
    costs, losses = [], []
    best = test_score = None
    done_looping, epoch = False, 0
    while epoch < n_epochs and not done_looping:
        epoch += 1
        for minibatch_index in range(n_train_batches):
            costs.append(train_model(minibatch_index))
            iteration = (epoch - 1) * n_train_batches + minibatch_index
            if (iteration + 1) % n_train_batches == 0:
                loss = numpy.mean([validate_model(i) for i in range(1)])
                losses.append(loss)
                if loss < best_validation_loss:
                    if loss < best_validation_loss * improvement_threshold:
                        patience = max(patience, iteration * patience_increase)
                    best_validation_loss = loss
                    test_score = numpy.mean([test_model(i) for i in range(1)])
                    best = pickle.dumps(classifier, protocol=pickle.HIGHEST_PROTOCOL)
            if patience <= iteration:
                done_looping = True
                break

    again = pickle.loads(best)
    predict_model = theano.function(inputs=[again.input], outputs=again.y_pred)
    predicted = predict_model(test_x.get_value()[:10])
    return dict(
        costs=costs, losses=losses, test_score=test_score, predicted=predicted,
        W=classifier.W.get_value(), b=classifier.b.get_value(),
    )


if __name__ == '__main__':
    results = sgd_optimization()
