"""Hold results against the reference interpreter, and against NumPy."""

import numpy as np

import minigrad
from minigrad.core.evaluate import evaluate
from minigrad.testing import assert_program_agrees


def variable_for(value, name=None):
    """A variable of the value's dtype; where its size is 1, it broadcasts, else it is unknown."""
    value = np.asarray(value)
    shape = [1 if size == 1 else None for size in value.shape]
    return minigrad.tensor.TensorType(value.dtype, shape)(name)


def assert_computes(build, numpy_function, *values, rtol=1e-10, atol=1e-12):
    """``build`` of variables computes what the NumPy function computes of values.

    The dtype, the shape and the values are the same, in the interpreter and compiled. Both
    functions return one result, or a list of several.
    """
    values = [np.asarray(value) for value in values]
    inputs = [variable_for(value, f"x{i}") for i, value in enumerate(values)]
    outputs, expected = build(*inputs), numpy_function(*values)
    if not isinstance(outputs, (list, tuple)):
        outputs, expected = [outputs], [expected]
    for variable, right in zip(outputs, expected, strict=True):
        result = evaluate([variable], dict(zip(inputs, values, strict=True)))[0]
        right = np.asarray(right)
        assert result.dtype == right.dtype == variable.dtype
        assert result.shape == right.shape
        assert variable.type.accepts_shape(variable.type.clone(shape=right.shape))
        if right.dtype.kind == "f":
            precision = np.finfo(right.dtype).eps / np.finfo("float64").eps
            np.testing.assert_allclose(
                result, right, rtol=rtol * precision, atol=atol * precision, err_msg="interpreter"
            )
        else:
            np.testing.assert_array_equal(result, right, err_msg="interpreter")
    assert_program_agrees(inputs, list(outputs), values, rtol, atol)


def weighted_sum(expression):
    """A scalar that depends on each element of the expression in its own way."""
    flat = expression.flatten() if expression.ndim else expression.reshape((1,))
    positions = minigrad.tensor.arange(flat.shape[0])
    return (flat * minigrad.tensor.cos(positions + 0.5)).sum()
