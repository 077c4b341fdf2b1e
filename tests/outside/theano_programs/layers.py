"""A small layer library: layers that know their shapes, outputs with and without noise, momentum."""
from __future__ import division, print_function

import io
from collections import OrderedDict

import numpy as np

import theano
import theano.tensor as T
from theano.sandbox.rng_mrg import MRG_RandomStreams

_rng = np.random.RandomState(42)


def floatX(arr):
    return np.asarray(arr, dtype=theano.config.floatX)


class Layer(object):

    def __init__(self, incoming, name=None):
        if isinstance(incoming, tuple):
            self.input_shape, self.input_layer = incoming, None
        else:
            self.input_shape, self.input_layer = incoming.output_shape, incoming
        self.name = name
        self.params = OrderedDict()
        if any(d is not None and d <= 0 for d in self.input_shape):
            raise ValueError('cannot create a layer with a non-positive input_shape')

    @property
    def output_shape(self):
        return self.get_output_shape_for(self.input_shape)

    def get_output_shape_for(self, input_shape):
        return input_shape

    def get_params(self, **tags):
        only = set(tag for tag, value in tags.items() if value)
        without = set(tag for tag, value in tags.items() if not value)
        return [p for p, of in self.params.items() if not only - of and not without & of]

    def add_param(self, spec, shape, name=None, **tags):
        value = floatX(spec(shape))
        bcast = tuple(s == 1 for s in shape)
        param = theano.shared(value, broadcastable=bcast)
        if self.name is not None:
            name = '%s.%s' % (self.name, name)
        param.name = name
        tags['trainable'] = tags.get('trainable', True)
        tags['regularizable'] = tags.get('regularizable', True)
        self.params[param] = set(tag for tag, value in tags.items() if value)
        return param


class InputLayer(Layer):

    def __init__(self, shape, input_var=None):
        super(InputLayer, self).__init__(shape)
        if input_var is None:
            input_var = T.TensorType(theano.config.floatX, [s == 1 for s in shape])('input')
        self.input_var = input_var


class DenseLayer(Layer):

    def __init__(self, incoming, num_units, nonlinearity=T.nnet.relu, **kwargs):
        super(DenseLayer, self).__init__(incoming, **kwargs)
        self.nonlinearity = nonlinearity
        self.num_units = num_units
        num_inputs = int(np.prod(self.input_shape[1:]))
        self.W = self.add_param(
            lambda shape: _rng.normal(0, 0.4, size=shape), (num_inputs, num_units), name='W'
        )
        self.b = self.add_param(np.zeros, (num_units,), name='b', regularizable=False)

    def get_output_shape_for(self, input_shape):
        return (input_shape[0], self.num_units)

    def get_output_for(self, input, **kwargs):
        if input.ndim > 2:
            input = input.flatten(2)
        activation = T.dot(input, self.W)
        if self.b is not None:
            activation = activation + self.b.dimshuffle('x', 0)
        return self.nonlinearity(activation)


class DropoutLayer(Layer):

    def __init__(self, incoming, p=0.5, rescale=True, **kwargs):
        super(DropoutLayer, self).__init__(incoming, **kwargs)
        self._srng = MRG_RandomStreams(_rng.randint(1, 2147462579))
        self.p = p
        self.rescale = rescale

    def get_output_for(self, input, deterministic=False, **kwargs):
        if deterministic or self.p == 0:
            return input
        one = T.constant(1)
        retain_prob = one - self.p
        if self.rescale:
            input /= retain_prob
        input_shape = self.input_shape
        if any(s is None for s in input_shape):
            input_shape = input.shape
        return input * self._srng.binomial(input_shape, p=retain_prob, dtype=input.dtype)


def get_all_layers(layer):
    layers = []
    while layer is not None:
        layers.insert(0, layer)
        layer = layer.input_layer
    return layers


def get_output(layer, inputs=None, **kwargs):
    layers = get_all_layers(layer)
    output = layers[0].input_var if inputs is None else inputs
    for layer in layers[1:]:
        output = layer.get_output_for(output, **kwargs)
    return output


def get_all_params(layer, **tags):
    return [p for layer in get_all_layers(layer) for p in layer.get_params(**tags)]


def norm_constraint(tensor_var, max_norm, epsilon=1e-7):
    sum_over = tuple(range(1, tensor_var.ndim)) if tensor_var.ndim != 2 else (0,)
    dtype = np.dtype(theano.config.floatX).type
    norms = T.sqrt(T.sum(T.sqr(tensor_var), axis=sum_over, keepdims=True))
    target_norms = T.clip(norms, 0, dtype(max_norm))
    return tensor_var * (target_norms / (dtype(epsilon) + norms))


def total_norm_constraint(tensor_vars, max_norm, epsilon=1e-7):
    norm = T.sqrt(sum(T.sum(tensor**2) for tensor in tensor_vars))
    dtype = np.dtype(theano.config.floatX).type
    target_norm = T.clip(norm, 0, dtype(max_norm))
    multiplier = target_norm / (dtype(epsilon) + norm)
    return [step * multiplier for step in tensor_vars]


def nesterov_momentum(grads, params, learning_rate, momentum=0.9):
    updates = OrderedDict()
    for param, grad in zip(params, grads):
        updates[param] = param - learning_rate * grad
    for param in params:
        value = param.get_value(borrow=True)
        velocity = theano.shared(
            np.zeros(value.shape, dtype=value.dtype), broadcastable=param.broadcastable
        )
        x = momentum * velocity + updates[param] - param
        updates[velocity] = x
        updates[param] = momentum * x + updates[param]
    return updates


if __name__ == '__main__':
    input_var = T.tensor3('inputs')
    target_var = T.ivector('targets')
    network = InputLayer((None, 2, 3), input_var)
    network = DenseLayer(network, 7, name='hidden')
    network = DropoutLayer(network, p=0.3)
    network = DenseLayer(network, 3, nonlinearity=T.nnet.softmax, name='output')

    prediction = get_output(network)
    loss = T.nnet.categorical_crossentropy(prediction, target_var).mean()
    loss += 1e-2 * sum(T.sum(p**2) for p in get_all_params(network, regularizable=True))
    params = get_all_params(network, trainable=True)
    grads = total_norm_constraint(theano.grad(loss, params), 0.5)
    lr = theano.shared(floatX(0.1))
    updates = nesterov_momentum(grads, params, learning_rate=lr)
    updates[params[0]] = norm_constraint(updates[params[0]], 1.)

    test_prediction = get_output(network, deterministic=True)
    test_loss = T.nnet.categorical_crossentropy(test_prediction, target_var).mean()
    test_acc = T.mean(
        T.eq(T.argmax(test_prediction, axis=1), target_var), dtype=theano.config.floatX
    )
    train_fn = theano.function([input_var, target_var], loss, updates=updates)
    val_fn = theano.function([input_var, target_var], [test_loss, test_acc])

    X = _rng.normal(size=(12, 2, 3))
    y = (X.sum(axis=(1, 2)) > 0).astype('int32') + (X[:, 0, 0] > 0.5)
    y = y.astype('int32')
    X = floatX(X)
    train_losses, validation = [], []
    for epoch in range(4):
        for start in range(0, 12, 4):
            excerpt = slice(start, start + 4)
            train_losses.append(train_fn(X[excerpt], y[excerpt]))
        validation.append(val_fn(X, y))
        lr.set_value(floatX(lr.get_value() * 0.9))

    memory = io.BytesIO()
    np.savez(memory, *[p.get_value() for p in params])
    for p in params:
        p.set_value(p.get_value() * 0)
    memory.seek(0)
    with np.load(memory) as saved:
        for i, p in enumerate(params):
            p.set_value(saved['arr_%d' % i])
    results = dict(
        train_losses=train_losses, validation=validation, again=val_fn(X, y),
        params=[p.get_value() for p in params],
    )
