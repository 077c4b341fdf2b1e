"""Steps by curvature: products of the Gauss-Newton matrix and of the Hessian with vectors, by Rop."""
from __future__ import division, print_function

import numpy as np

import theano
import theano.tensor as T

if __name__ == '__main__':
    floatX = theano.config.floatX
    rng = np.random.RandomState(0)
    params = [
        theano.shared(rng.normal(0, 0.7, shape).astype(floatX)) for shape in ((3, 4), (4,), (4, 2))
    ]
    x, t = T.matrix('x'), T.ivector('t')
    W1, b1, W2 = params
    s = T.dot(T.tanh(T.dot(x, W1) + b1), W2)
    cost = T.nnet.categorical_crossentropy(T.nnet.softmax(s), t).mean()
    v = [T.matrix(), T.vector(), T.matrix()]
    Jv = T.Rop(s, params, v)
    HJv = T.grad(T.sum(T.grad(cost, s) * Jv), s, consider_constant=[Jv])
    Gv = T.grad(T.sum(HJv * s), params, consider_constant=[HJv, Jv])
    Hv = T.Rop(T.grad(cost, params), params, v)
    damped = [a + 0.5 * b for a, b in zip(Gv, v)]
    products = theano.function([x, t] + v, damped + Hv, allow_input_downcast=True)
    gradient = theano.function([x, t], [cost] + T.grad(cost, params), allow_input_downcast=True)

    data = rng.normal(size=(6, 3))
    batch = data, (data.sum(axis=1) > 0).astype('int32')
    costs, curvatures = [], []
    for step in range(3):
        found = gradient(*batch)
        costs.append(found[0])
        residue = [-g for g in found[1:]]
        direction = [g.copy() for g in residue]
        move = [0 * g for g in residue]
        for i in range(5):
            multiplied = products(*(list(batch) + direction))[:3]
            length = sum(np.vdot(r, r) for r in residue)
            size = length / sum(np.vdot(d, m) for d, m in zip(direction, multiplied))
            move = [a + size * d for a, d in zip(move, direction)]
            residue = [r - size * m for r, m in zip(residue, multiplied)]
            ratio = sum(np.vdot(r, r) for r in residue) / length
            direction = [r + ratio * d for r, d in zip(residue, direction)]
        curvatures.append(products(*(list(batch) + move))[3:])
        for p, m in zip(params, move):
            p.set_value(p.get_value() + m.astype(floatX))
    results = dict(costs=costs, curvatures=curvatures, params=[p.get_value() for p in params])
