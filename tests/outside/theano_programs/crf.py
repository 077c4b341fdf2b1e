"""A conditional random field: the forward algorithm in log space, and Viterbi's with its way back."""
from __future__ import division, print_function

import numpy as np

import theano
import theano.tensor as T


def log_sum_exp(x, axis=None):
    xmax = x.max(axis=axis, keepdims=True)
    xmax_ = x.max(axis=axis)
    return xmax_ + T.log(T.exp(x - xmax).sum(axis=axis))


def forward(observations, transitions, viterbi=False, return_best_sequence=False):
    assert not return_best_sequence or viterbi

    def recurrence(obs, previous, transitions):
        previous = previous.dimshuffle(0, 'x')
        obs = obs.dimshuffle('x', 0)
        if viterbi:
            scores = previous + obs + transitions
            out = scores.max(axis=0)
            if return_best_sequence:
                return out, scores.argmax(axis=0)
            return out
        return log_sum_exp(previous + obs + transitions, axis=0)

    initial = observations[0]
    alpha, _ = theano.scan(
        fn=recurrence,
        outputs_info=(initial, None) if return_best_sequence else initial,
        sequences=[observations[1:]],
        non_sequences=transitions,
    )
    if return_best_sequence:
        sequence, _ = theano.scan(
            fn=lambda beta_i, previous: beta_i[previous],
            outputs_info=T.cast(T.argmax(alpha[0][-1]), 'int32'),
            sequences=T.cast(alpha[1][::-1], 'int32'),
        )
        return T.concatenate([sequence[::-1], [T.argmax(alpha[0][-1])]])
    if viterbi:
        return alpha[-1].max(axis=0)
    return log_sum_exp(alpha[-1], axis=0)


if __name__ == '__main__':
    floatX = theano.config.floatX
    rng = np.random.RandomState(2)
    W = theano.shared(rng.normal(size=(2, 3)).astype(floatX), 'W')
    transitions = theano.shared(rng.normal(size=(3, 3)).astype(floatX), 'transitions')
    params = [W, transitions]
    x, tags = T.matrix('x'), T.ivector('tags')
    observations = T.dot(x, W)
    real_path_score = observations[T.arange(tags.shape[0]), tags].sum()
    real_path_score += transitions[tags[:-1], tags[1:]].sum()
    cost = -(real_path_score - forward(observations, transitions))
    updates = [(p, p - 0.1 * g) for p, g in zip(params, T.grad(cost, params))]
    train = theano.function([x, tags], cost, updates=updates, allow_input_downcast=True)
    decode = theano.function(
        [x],
        [
            forward(observations, transitions, viterbi=True),
            forward(observations, transitions, viterbi=True, return_best_sequence=True),
        ],
        allow_input_downcast=True,
    )
    costs, paths = [], []
    for i in range(4):
        words = rng.normal(size=(3 + i % 2, 2))
        costs.append(train(words, rng.randint(0, 3, len(words))))
        paths.append(decode(words))
    results = dict(costs=costs, paths=paths, params=[p.get_value() for p in params])
