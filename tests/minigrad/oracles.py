"""What everything is held against: the reference interpreter, and finite differences."""

import numpy as np

import minigrad
from minigrad.compile.interpreter import evaluate


def assert_program_agrees(inputs, outputs, values, rtol=1e-10, atol=1e-12):
    """The compiled program, with rewrites and without, computes what the interpreter does.

    It is called thrice: shapes that come again are planned for, and a plan's arrays used again.
    """
    expected = evaluate(outputs, dict(zip(inputs, values, strict=True)))
    fast = minigrad.function(inputs, outputs, on_unused_input="ignore")
    plain = minigrad.function(inputs, outputs, mode="FAST_COMPILE", on_unused_input="ignore")
    calls = {"first call": fast, "planned": fast, "again": fast, "FAST_COMPILE": plain}
    for call, f in calls.items():
        for result, right in zip(f(*values), expected, strict=True):
            assert result.dtype == right.dtype
            assert result.shape == right.shape
            if right.dtype.kind == "f":
                precision = np.finfo(right.dtype).eps / np.finfo("float64").eps
                np.testing.assert_allclose(
                    result, right, rtol=rtol * precision, atol=atol * precision, err_msg=call
                )
            else:
                np.testing.assert_array_equal(result, right, err_msg=call)


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


def numeric_gradient(f, x):
    """∂f/∂x of a scalar function of a float64 array, by central differences of fourth order.

    With step h = 0.001 the error is about h⁴ of the fifth derivative, plus 1e-13 of f.
    """
    x = np.array(x, dtype="float64")
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        at = x[index]
        h = 1e-3 * max(1.0, abs(at))

        def moved(steps, at=at, h=h, index=index):
            x[index] = at + steps * h
            return float(f(x))

        gradient[index] = (8 * (moved(1) - moved(-1)) - (moved(2) - moved(-2))) / (12 * h)
        x[index] = at
    return gradient


def weighted_sum(expression):
    """A scalar that depends on each element of the expression in its own way."""
    flat = expression.flatten() if expression.ndim else expression.reshape((1,))
    positions = minigrad.tensor.arange(flat.shape[0])
    return (flat * minigrad.tensor.cos(positions + 0.5)).sum()


def assert_derivative(build, *values, order=1, rtol=1e-6, atol=1e-7):
    """The derivatives of ``build(*inputs)`` are those of finite differences, up to the order.

    The values are float64 arrays. Size 1 is taken to broadcast.
    """
    values = [np.asarray(value, dtype="float64") for value in values]
    inputs = [
        minigrad.tensor.TensorType("float64", [1 if size == 1 else None for size in v.shape])(
            f"x{i}"
        )
        for i, v in enumerate(values)
    ]
    cost = weighted_sum(build(*inputs))
    for _ in range(order):
        gradients = assert_gradients(cost, inputs, values, rtol, atol)
        cost = sum(weighted_sum(gradient) for gradient in gradients)


def assert_gradients(cost, inputs, values, rtol, atol):
    """The gradients of the cost by each input, which are found to be those of finite differences."""
    gradients = minigrad.grad(cost, inputs, disconnected_inputs="ignore")
    f = minigrad.function(inputs, cost, on_unused_input="ignore")
    analytic = minigrad.function(inputs, gradients, on_unused_input="ignore")(*values)
    for place, result in enumerate(analytic):

        def moved(x, place=place):
            return f(*values[:place], x, *values[place + 1 :])

        numeric = numeric_gradient(moved, values[place])
        scale = 1 + np.max(np.abs(numeric), initial=0)
        assert result.shape == values[place].shape
        np.testing.assert_allclose(result, numeric, rtol=rtol, atol=atol * scale)
    return gradients
