"""Elman's recurrent net over windows of word embeddings, which tags each word of a sentence."""
from __future__ import division, print_function

from collections import OrderedDict

import numpy

import theano
from theano import tensor as T


def contextwin(l, win):
    """A window of so many words about each word."""
    assert (win % 2) == 1 and win >= 1
    l = list(l)
    lpadded = win // 2 * [-1] + l + win // 2 * [-1]
    out = [lpadded[i:(i + win)] for i in range(len(l))]
    assert len(out) == len(l)
    return out


class RNNSLU(object):
    """nh hidden units, nc classes, ne words, de numbers a word, cs words in a window."""

    def __init__(self, nh, nc, ne, de, cs, rng):
        self.emb = theano.shared(
            name='embeddings',
            value=0.2 * rng.uniform(-1.0, 1.0, (ne + 1, de)).astype(theano.config.floatX),
        )
        self.wx = theano.shared(
            name='wx', value=0.2 * rng.uniform(-1.0, 1.0, (de * cs, nh)).astype(theano.config.floatX)
        )
        self.wh = theano.shared(
            name='wh', value=0.2 * rng.uniform(-1.0, 1.0, (nh, nh)).astype(theano.config.floatX)
        )
        self.w = theano.shared(
            name='w', value=0.2 * rng.uniform(-1.0, 1.0, (nh, nc)).astype(theano.config.floatX)
        )
        self.bh = theano.shared(name='bh', value=numpy.zeros(nh, dtype=theano.config.floatX))
        self.b = theano.shared(name='b', value=numpy.zeros(nc, dtype=theano.config.floatX))
        self.h0 = theano.shared(name='h0', value=numpy.zeros(nh, dtype=theano.config.floatX))
        self.params = [self.emb, self.wx, self.wh, self.w, self.bh, self.b, self.h0]

        idxs = T.imatrix()
        x = self.emb[idxs].reshape((idxs.shape[0], de * cs))
        y_sentence = T.ivector('y_sentence')

        def recurrence(x_t, h_tm1):
            h_t = T.nnet.sigmoid(T.dot(x_t, self.wx) + T.dot(h_tm1, self.wh) + self.bh)
            s_t = T.nnet.softmax(T.dot(h_t, self.w) + self.b)
            return [h_t, s_t]

        [h, s], _ = theano.scan(
            fn=recurrence, sequences=x, outputs_info=[self.h0, None], n_steps=x.shape[0]
        )
        p_y_given_x_sentence = s[:, 0, :]
        y_pred = T.argmax(p_y_given_x_sentence, axis=1)

        lr = T.scalar('lr')
        sentence_nll = -T.mean(T.log(p_y_given_x_sentence)[T.arange(x.shape[0]), y_sentence])
        sentence_gradients = T.grad(sentence_nll, self.params)
        sentence_updates = OrderedDict(
            (p, p - lr * g) for p, g in zip(self.params, sentence_gradients)
        )
        self.classify = theano.function(inputs=[idxs], outputs=y_pred)
        self.sentence_train = theano.function(
            inputs=[idxs, y_sentence, lr], outputs=sentence_nll, updates=sentence_updates
        )
        self.normalize = theano.function(
            inputs=[],
            updates={
                self.emb: self.emb / T.sqrt((self.emb ** 2).sum(axis=1)).dimshuffle(0, 'x')
            },
        )

    def train(self, x, y, window_size, learning_rate):
        words = [numpy.asarray(window).astype('int32') for window in contextwin(x, window_size)]
        cost = self.sentence_train(words, y, learning_rate)
        self.normalize()
        return cost


def main():
    sentences = [[0, 3, 1, 4], [2, 1, 3], [4, 0, 2, 1, 3]]
    labels = [[w % 2 for w in sentence] for sentence in sentences]
    rnn = RNNSLU(nh=4, nc=2, ne=5, de=3, cs=3, rng=numpy.random.RandomState(345))
    costs = []
    for epoch in range(4):
        for x, y in zip(sentences, labels):
            costs.append(rnn.train(x, numpy.asarray(y, dtype='int32'), 3, 0.3))
    predictions = [
        rnn.classify(numpy.asarray(contextwin(x, 3)).astype('int32')) for x in sentences
    ]
    return dict(costs=costs, predictions=predictions, params=[p.get_value() for p in rnn.params])


if __name__ == '__main__':
    results = main()
