"""Word vectors by negative sampling: only the rows that were looked up are updated."""
from __future__ import division, print_function

import numpy as np

import theano
import theano.tensor as T

if __name__ == '__main__':
    rng = np.random.RandomState(0)
    E, C = [
        theano.shared(rng.normal(0, 0.5, (8, 3)).astype(theano.config.floatX), name)
        for name in ('E', 'C')
    ]
    center, context = T.ivectors('center', 'context')
    negative = T.imatrix('negative')
    lr = T.scalar('lr')
    center_rows, context_rows, negative_rows = E[center], C[context], C[negative.flatten()]
    others = negative_rows.reshape((negative.shape[0], negative.shape[1], 3))
    right = T.nnet.sigmoid((center_rows * context_rows).sum(axis=1))
    wrong = T.nnet.sigmoid(-T.batched_dot(others, center_rows.dimshuffle(0, 1, 'x')).flatten(2))
    cost = -T.log(right).sum() - T.log(wrong).sum()
    g_center, g_context, g_negative = T.grad(cost, [center_rows, context_rows, negative_rows])
    new_C = T.inc_subtensor(context_rows, -lr * g_context)
    new_C = T.inc_subtensor(new_C[negative.flatten()], -lr * g_negative)
    train = theano.function(
        [center, context, negative, lr],
        cost,
        updates=[(E, T.inc_subtensor(center_rows, -lr * g_center)), (C, new_C)],
        allow_input_downcast=True,
    )
    nearest = theano.function(
        [center],
        T.argsort(
            -T.dot(E[center], E.T)
            / T.sqrt(T.sqr(E).sum(axis=1)).dimshuffle('x', 0),
            axis=1,
        )[:, :3],
    )
    costs = []
    for i in range(4):
        words = [rng.randint(0, 8, n).astype('int32') for n in (5, 5, 10)]
        costs.append(train(words[0], words[1], words[2].reshape(5, 2), 0.2))
    results = dict(
        costs=costs, E=E.get_value(), C=C.get_value(), nearest=nearest(np.arange(3, dtype='int32')),
    )
