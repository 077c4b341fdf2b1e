"""Two layers of convolution and pooling, one of hidden units, one of classes."""
from __future__ import division, print_function

import numpy

import theano
import theano.tensor as T
from theano.tensor.nnet import conv2d
from theano.tensor.signal import pool


class LeNetConvPoolLayer(object):

    def __init__(self, rng, input, filter_shape, image_shape, poolsize=(2, 2)):
        assert image_shape[1] == filter_shape[1]
        fan_in = numpy.prod(filter_shape[1:])
        fan_out = filter_shape[0] * numpy.prod(filter_shape[2:]) // numpy.prod(poolsize)
        W_bound = numpy.sqrt(6. / (fan_in + fan_out))
        self.W = theano.shared(
            numpy.asarray(
                rng.uniform(low=-W_bound, high=W_bound, size=filter_shape),
                dtype=theano.config.floatX,
            ),
            borrow=True,
        )
        self.b = theano.shared(
            value=numpy.zeros((filter_shape[0],), dtype=theano.config.floatX), borrow=True
        )
        conv_out = conv2d(
            input=input, filters=self.W, filter_shape=filter_shape, input_shape=image_shape
        )
        pooled_out = pool.pool_2d(input=conv_out, ds=poolsize, ignore_border=True)
        self.output = T.tanh(pooled_out + self.b.dimshuffle('x', 0, 'x', 'x'))
        self.params = [self.W, self.b]
        self.input = input


class Dense(object):

    def __init__(self, rng, input, n_in, n_out, activation):
        bound = numpy.sqrt(6. / (n_in + n_out))
        self.W = theano.shared(
            rng.uniform(-bound, bound, (n_in, n_out)).astype(theano.config.floatX)
        )
        self.b = theano.shared(numpy.zeros(n_out, theano.config.floatX))
        self.output = activation(T.dot(input, self.W) + self.b)
        self.params = [self.W, self.b]


def evaluate_lenet(learning_rate=0.2, nkerns=(2, 3), batch_size=4):
    data = numpy.random.RandomState(11)
    labels = data.randint(0, 3, 12)
    images = data.uniform(0, 0.3, (12, 14, 14))
    for image, label in zip(images, labels):
        image[4 * label:4 * label + 4] += 1
    train_set_x = theano.shared(images.reshape(12, 196).astype(theano.config.floatX), borrow=True)
    train_set_y = T.cast(theano.shared(labels.astype(theano.config.floatX), borrow=True), 'int32')

    rng = numpy.random.RandomState(23455)
    index = T.lscalar()
    x = T.matrix('x')
    y = T.ivector('y')

    layer0_input = x.reshape((batch_size, 1, 14, 14))
    layer0 = LeNetConvPoolLayer(
        rng, input=layer0_input, image_shape=(batch_size, 1, 14, 14),
        filter_shape=(nkerns[0], 1, 3, 3), poolsize=(2, 2),
    )
    layer1 = LeNetConvPoolLayer(
        rng, input=layer0.output, image_shape=(batch_size, nkerns[0], 6, 6),
        filter_shape=(nkerns[1], nkerns[0], 3, 3), poolsize=(2, 2),
    )
    layer2 = Dense(rng, layer1.output.flatten(2), nkerns[1] * 2 * 2, 5, T.tanh)
    layer3 = Dense(rng, layer2.output, 5, 3, T.nnet.softmax)
    cost = T.mean(T.nnet.categorical_crossentropy(layer3.output, y))
    params = layer3.params + layer2.params + layer1.params + layer0.params
    grads = T.grad(cost, params)
    updates = [(p, p - learning_rate * g) for p, g in zip(params, grads)]
    batch = slice(index * batch_size, (index + 1) * batch_size)
    train_model = theano.function(
        [index], cost, updates=updates, givens={x: train_set_x[batch], y: train_set_y[batch]}
    )
    test_model = theano.function(
        [index],
        T.mean(T.neq(T.argmax(layer3.output, axis=1), y)),
        givens={x: train_set_x[batch], y: train_set_y[batch]},
    )
    show = theano.function([index], [layer0.output, layer1.output], givens=[(x, train_set_x[batch])])
    costs = [train_model(i % 3) for i in range(9)]
    return dict(
        costs=costs,
        error=[test_model(i) for i in range(3)],
        maps=show(1),
        params=[p.get_value() for p in params],
    )


if __name__ == '__main__':
    results = evaluate_lenet()
