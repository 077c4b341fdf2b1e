"""A recurrent layer as libraries had it: peepholes, clipped gates, masks, backwards; and unrolled."""
from __future__ import division, print_function

import numpy as np

import theano
import theano.tensor as T

N_IN, N_UNITS, STEPS = 3, 2, 4


def make_params():
    rng = np.random.RandomState(0)

    def shared(*shape):
        return theano.shared(rng.normal(0, 0.5, shape).astype(theano.config.floatX))

    return [
        shared(N_IN, 4 * N_UNITS), shared(N_UNITS, 4 * N_UNITS), shared(4 * N_UNITS),
        shared(N_UNITS), shared(N_UNITS), shared(N_UNITS), shared(N_UNITS), shared(N_UNITS),
    ]


def get_output_for(params, input, mask, backwards, unroll_scan, gradient_steps=-1, grad_clipping=0.1):
    W_in, W_hid, b, peep_i, peep_f, peep_o, cell_init, hid_init = params
    input = input.dimshuffle(1, 0, *range(2, input.ndim))
    seq_len, num_batch, _ = input.shape
    input = T.dot(input, W_in) + b
    mask = mask.dimshuffle(1, 0, 'x')

    def slice_w(x, n):
        return x[:, n * N_UNITS:(n + 1) * N_UNITS]

    def step(input_n, cell_previous, hid_previous, *args):
        gates = input_n + T.dot(hid_previous, W_hid)
        gates = theano.gradient.grad_clip(gates, -grad_clipping, grad_clipping)
        ingate, forgetgate, cell_input, outgate = [slice_w(gates, i) for i in range(4)]
        ingate += cell_previous * peep_i
        forgetgate += cell_previous * peep_f
        ingate, forgetgate = T.nnet.sigmoid(ingate), T.nnet.sigmoid(forgetgate)
        cell = forgetgate * cell_previous + ingate * T.tanh(cell_input)
        outgate += cell * peep_o
        return [cell, T.nnet.sigmoid(outgate) * T.tanh(cell)]

    def step_masked(input_n, mask_n, cell_previous, hid_previous, *args):
        cell, hid = step(input_n, cell_previous, hid_previous, *args)
        cell = T.switch(mask_n, cell, cell_previous)
        hid = T.switch(mask_n, hid, hid_previous)
        return [cell, hid]

    ones = T.ones((num_batch, 1))
    outputs_info = [T.dot(ones, v.dimshuffle('x', 0)) for v in (cell_init, hid_init)]
    non_seqs = [W_hid, peep_i, peep_f, peep_o]
    if unroll_scan:
        outputs = []
        steps = range(STEPS)
        for i in (reversed(steps) if backwards else steps):
            outputs_info = step_masked(input[i], mask[i], *outputs_info)
            outputs.append(outputs_info[1])
        hid_out = T.stack(outputs)
    else:
        (cell_out, hid_out), _ = theano.scan(
            fn=step_masked, sequences=[input, mask], outputs_info=outputs_info,
            go_backwards=backwards, truncate_gradient=gradient_steps, non_sequences=non_seqs,
            strict=True,
        )
    hid_out = hid_out.dimshuffle(1, 0, *range(2, hid_out.ndim))
    if backwards:
        hid_out = hid_out[:, ::-1]
    return hid_out


if __name__ == '__main__':
    x, m = T.tensor3('x'), T.matrix('m')
    rng = np.random.RandomState(1)
    data = [
        rng.normal(size=(2, STEPS, N_IN)).astype(theano.config.floatX),
        np.asarray([[1, 1, 1, 1], [1, 1, 0, 0]], theano.config.floatX),
    ]
    params = make_params()
    results = {}
    for name, options in (
        ('forwards', dict(backwards=False, unroll_scan=False)),
        ('backwards', dict(backwards=True, unroll_scan=False)),
        ('unrolled', dict(backwards=True, unroll_scan=True)),
        ('truncated', dict(backwards=False, unroll_scan=False, gradient_steps=2)),
    ):
        output = get_output_for(params, x, m, **options)
        cost = T.sqr(output - 0.5).sum() if name != 'truncated' else output[:, -1].sum()
        f = theano.function([x, m], [output] + T.grad(cost, params))
        results[name] = f(*data)
