"""The models in JAX: a whole step under `jit`, which may reuse the old state's memory."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from contestants import Layers, Step
from workloads import LEARNING_RATE, MOMENTUM

jax.config.update("jax_enable_x64", True)


def autoencoder(X: np.ndarray, W: np.ndarray, bh: np.ndarray, bo: np.ndarray) -> Step:
    def cost(parameters, samples):
        W, bh, bo = parameters
        h = jax.nn.sigmoid(samples @ W + bh)
        return jnp.mean((samples - (h @ W.T + bo)) ** 2)

    @functools.partial(jax.jit, donate_argnums=0)
    def step(state, samples):
        parameters, velocities = state
        value, gradients = jax.value_and_grad(cost)(parameters, samples)
        velocities = jax.tree.map(
            lambda v, g: MOMENTUM * v - LEARNING_RATE * g, velocities, gradients
        )
        return (jax.tree.map(jnp.add, parameters, velocities), velocities), value

    parameters = [jnp.array(value) for value in (W, bh, bo)]
    state = parameters, jax.tree.map(jnp.zeros_like, parameters)
    run, state_now = keeping_state(step, state, X)
    return Step(run, lambda: [np.array(p) for p in state_now()[0]])


def classifier(X: np.ndarray, labels: np.ndarray, layers: Layers) -> Step:
    def cost(layers, samples, y):
        activation = samples
        for W, b in layers[:-1]:
            activation = jnp.tanh(activation @ W + b)
        W, b = layers[-1]
        log_probabilities = jax.nn.log_softmax(activation @ W + b)
        return -jnp.take_along_axis(log_probabilities, y[:, None], axis=1).mean()

    @functools.partial(jax.jit, donate_argnums=0)
    def step(layers, samples, y):
        value, gradients = jax.value_and_grad(cost)(layers, samples, y)
        return jax.tree.map(lambda p, g: p - LEARNING_RATE * g, layers, gradients), value

    run, layers_now = keeping_state(step, jax.tree.map(jnp.array, layers), X, labels)
    return Step(run, lambda: [np.array(p) for layer in layers_now() for p in layer])


def softmax_regression(X: np.ndarray, labels: np.ndarray, W: np.ndarray, b: np.ndarray) -> Step:
    def cost(parameters, samples, y):
        W, b = parameters
        scores = samples @ W + b
        log_probabilities = jax.nn.log_softmax(scores)
        accuracy = (scores.argmax(axis=1) == y).mean(dtype=samples.dtype)
        return -jnp.take_along_axis(log_probabilities, y[:, None], axis=1).mean(), accuracy

    @functools.partial(jax.jit, donate_argnums=0)
    def step(parameters, samples, y):
        values, gradients = jax.value_and_grad(cost, has_aux=True)(parameters, samples, y)
        return jax.tree.map(lambda p, g: p - LEARNING_RATE * g, parameters, gradients), values

    run, state_now = keeping_state(step, [jnp.array(W), jnp.array(b)], X, labels)
    return Step(run, lambda: [np.array(p) for p in state_now()])


def recurrent(cell: str, X: np.ndarray, Y: np.ndarray, parameters: list[np.ndarray]) -> Step:
    def cost(parameters, samples, targets):
        W, U, b, V, c = parameters
        # What depends on the samples alone is one product, as in the others.
        before = samples @ W + b

        def tanh_step(h, x):
            h = jnp.tanh(x + h @ U)
            return h, h

        def lstm_step(state, x):
            h, cells = state
            i, f, o, g = jnp.split(x + h @ U, 4, axis=1)
            cells = jax.nn.sigmoid(f) * cells + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(cells)
            return (h, cells), h

        zeros = jnp.zeros((samples.shape[1], len(U)), samples.dtype)
        step, first = (tanh_step, zeros) if cell == "tanh" else (lstm_step, (zeros, zeros))
        _, h = jax.lax.scan(step, first, before)
        return jnp.mean((h @ V + c - targets) ** 2)

    @functools.partial(jax.jit, donate_argnums=0)
    def step(parameters, samples, targets):
        value, gradients = jax.value_and_grad(cost)(parameters, samples, targets)
        return jax.tree.map(lambda p, g: p - LEARNING_RATE * g, parameters, gradients), value

    run, state_now = keeping_state(step, [*map(jnp.array, parameters)], X, Y)
    return Step(run, lambda: [np.array(p) for p in state_now()])


def convolutional(X: np.ndarray, layers: Layers) -> Step:
    def cost(layers, images):
        h = images
        for W, b in layers:
            maps = jax.lax.conv(h, W, (1, 1), "VALID")
            windows = (1, 1, 2, 2)
            pooled = jax.lax.reduce_window(maps, -jnp.inf, jax.lax.max, windows, windows, "VALID")
            h = jnp.tanh(pooled + b[:, None, None])
        return jnp.mean(h**2)

    @functools.partial(jax.jit, donate_argnums=0)
    def step(layers, images):
        value, gradients = jax.value_and_grad(cost)(layers, images)
        return jax.tree.map(lambda p, g: p - LEARNING_RATE * g, layers, gradients), value

    run, layers_now = keeping_state(step, jax.tree.map(jnp.array, layers), X)
    return Step(run, lambda: [np.array(p) for layer in layers_now() for p in layer])


def keeping_state(step: Callable, state: object, *data: np.ndarray) -> tuple[Callable, Callable]:
    """A function that steps from state to state and returns the cost, and one for the state."""
    tensors = [jnp.array(values) for values in data]

    def run():
        nonlocal state
        state, cost = jax.block_until_ready(step(state, *tensors))
        return cost

    return run, lambda: state


def elements(values: np.ndarray, chain: Callable[[Any, Any], Any]) -> Callable[[], object]:
    x, f = jnp.array(values), jax.jit(lambda x: chain(jnp, x))
    return lambda: f(x).block_until_ready()


def add_one(values: np.ndarray) -> Callable[[], object]:
    x, f = jnp.array(values), jax.jit(lambda x: x + 1)
    return lambda: f(x).block_until_ready()
