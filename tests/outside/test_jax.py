"""Random expressions beside JAX, told the same text: values and gradients.

In an environment with the extra `bench`:
python -m pytest -o addopts=--import-mode=importlib tests/outside/test_jax.py
"""

from types import SimpleNamespace

import numpy as np
import pytest
from draws import at_least
from hypothesis import given

import minigrad
from minigrad.testing import expressions

jax = pytest.importorskip("jax", reason="JAX is the oracle here, and comes with the extra bench")
jax.config.update("jax_enable_x64", True)
jnp = jax.numpy

# T's names, where they are not those of jax.numpy.
NAMES = {
    "sqr": jnp.square,
    "inv": jnp.reciprocal,
    "gt": jnp.greater,
    "switch": jnp.where,
    "erf": jax.scipy.special.erf,
    "erfc": jax.scipy.special.erfc,
    "gammaln": jax.scipy.special.gammaln,
    "shape_padleft": lambda x: x[None],
    "nnet": SimpleNamespace(
        sigmoid=jax.nn.sigmoid,
        softplus=jax.nn.softplus,
        softmax=jax.nn.softmax,
        logsoftmax=jax.nn.log_softmax,
    ),
}
T_OF_JAX = SimpleNamespace(**vars(jnp) | NAMES)
FAMILIES = ["elementwise", "pairs", "nnet", "softmax", "reduction", "shape", "joining"]


def of_jax(expression, *values):
    """Return what JAX makes of the steps that the expression prints."""
    scope = {"T": T_OF_JAX} | {f"x{i}": value for i, value in enumerate(values)}
    steps = [line for line in repr(expression).splitlines() if line.startswith("y")]
    exec("\n".join(steps), scope)
    return scope[steps[-1].split()[0]] if steps else values[-1]


def weights(shape):
    return np.cos(np.arange(np.prod(shape)) + 0.5).reshape(shape)


def assert_close(ours, theirs):
    scale = max(1.0, float(np.max(np.abs(theirs), initial=0.0)))
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9 * scale)


@at_least(30)
@given(expressions(FAMILIES))
def test_values_and_gradients_of_random_expressions_are_those_of_jax(expression):
    values = [jnp.asarray(value) for value in expression.values]

    def cost_of_jax(*values):
        result = of_jax(expression, *values)
        return (result * weights(result.shape)).sum()

    y = expression.result
    value = of_jax(expression, *values)
    cost = (y * weights(value.shape)).sum()
    slopes = minigrad.grad(cost, expression.inputs, disconnected_inputs="ignore")
    f = minigrad.function(expression.inputs, [y, *slopes], on_unused_input="ignore")
    ours, *our_slopes = f(*expression.values)
    assert ours.shape == value.shape
    assert_close(ours, value)
    their_slopes = jax.grad(cost_of_jax, argnums=tuple(range(len(values))))(*values)
    for our, their in zip(our_slopes, their_slopes, strict=True):
        assert_close(our, their)
