"""A network of action values that learns from stored moves, with a target network and clipped errors."""
from __future__ import division, print_function

from collections import OrderedDict

import numpy as np

import theano
import theano.tensor as T

N, N_STATE, N_ACTIONS = 6, 4, 3


class DeepQLearner(object):

    def __init__(self, rng, discount=0.95, clip_delta=1.0):
        floatX = theano.config.floatX
        self.W = [
            theano.shared(rng.normal(0, 0.5, shape).astype(floatX))
            for shape in ((N_STATE, 5), (5, N_ACTIONS))
        ]
        self.next_W = [theano.shared(w.get_value()) for w in self.W]
        states, next_states = T.matrix('states'), T.matrix('next_states')
        rewards, actions, terminals = T.col('rewards'), T.icol('actions'), T.icol('terminals')
        self.states_shared = theano.shared(np.zeros((N, N_STATE), dtype=floatX))
        self.next_states_shared = theano.shared(np.zeros((N, N_STATE), dtype=floatX))
        self.rewards_shared = theano.shared(
            np.zeros((N, 1), dtype=floatX), broadcastable=(False, True)
        )
        self.actions_shared = theano.shared(
            np.zeros((N, 1), dtype='int32'), broadcastable=(False, True)
        )
        self.terminals_shared = theano.shared(
            np.zeros((N, 1), dtype='int32'), broadcastable=(False, True)
        )
        q_vals = self.network(states, self.W)
        next_q_vals = theano.gradient.disconnected_grad(self.network(next_states, self.next_W))
        target = rewards + (T.ones_like(terminals) - terminals) * discount * T.max(
            next_q_vals, axis=1, keepdims=True
        )
        diff = target - q_vals[T.arange(N), actions.reshape((-1,))].reshape((-1, 1))
        quadratic_part = T.minimum(abs(diff), clip_delta)
        linear_part = abs(diff) - quadratic_part
        loss = T.sum(0.5 * quadratic_part ** 2 + clip_delta * linear_part)
        givens = {
            states: self.states_shared,
            next_states: self.next_states_shared,
            rewards: self.rewards_shared,
            actions: self.actions_shared,
            terminals: self.terminals_shared,
        }
        self._train = theano.function(
            [], [loss, q_vals], updates=self.deepmind_rmsprop(loss, self.W), givens=givens
        )
        self._q_vals = theano.function(
            [], q_vals[0], givens={states: self.states_shared}
        )

    @staticmethod
    def network(x, W):
        return T.dot(T.nnet.relu(T.dot(x, W[0])), W[1])

    @staticmethod
    def deepmind_rmsprop(loss, params, learning_rate=0.05, rho=0.95, epsilon=0.01):
        updates = OrderedDict()
        for param, grad in zip(params, theano.grad(loss, params)):
            value = param.get_value(borrow=True)
            acc_grad = theano.shared(np.zeros(value.shape, dtype=value.dtype))
            acc_rms = theano.shared(np.zeros(value.shape, dtype=value.dtype))
            acc_grad_new = rho * acc_grad + (1 - rho) * grad
            acc_rms_new = rho * acc_rms + (1 - rho) * grad ** 2
            updates[acc_grad] = acc_grad_new
            updates[acc_rms] = acc_rms_new
            updates[param] = param - learning_rate * (
                grad / T.sqrt(acc_rms_new - acc_grad_new ** 2 + epsilon)
            )
        return updates

    def train(self, states, actions, rewards, next_states, terminals):
        self.states_shared.set_value(states)
        self.next_states_shared.set_value(next_states)
        self.actions_shared.set_value(actions)
        self.rewards_shared.set_value(rewards)
        self.terminals_shared.set_value(terminals)
        loss, _ = self._train()
        return np.sqrt(loss)

    def reset_q_hat(self):
        for w, next_w in zip(self.W, self.next_W):
            next_w.set_value(w.get_value())


if __name__ == '__main__':
    rng = np.random.RandomState(4)
    learner = DeepQLearner(rng)
    losses = []
    for step in range(6):
        losses.append(learner.train(
            rng.normal(size=(N, N_STATE)).astype(theano.config.floatX),
            rng.randint(0, N_ACTIONS, (N, 1)).astype('int32'),
            3 * rng.normal(size=(N, 1)).astype(theano.config.floatX),
            rng.normal(size=(N, N_STATE)).astype(theano.config.floatX),
            rng.randint(0, 2, (N, 1)).astype('int32'),
        ))
        if step % 2:
            learner.reset_q_hat()
    results = dict(losses=losses, q_vals=learner._q_vals(), W=[w.get_value() for w in learner.W])
