"""Hypothesis strategies for arrays, and for shapes that fit each other."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, mutually_broadcastable_shapes

FLOATS = ["float32", "float64"]
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint32"]
NUMBERS = INTEGERS + FLOATS
ALL = ["bool", *NUMBERS]


def numbers(low, high):
    """Numbers of three decimals, which float32 tells apart."""
    return st.integers(round(low * 1000), round(high * 1000)).map(lambda n: n / 1000)


def elements(dtype, low=-3, high=3):
    """Values for the dtype between the bounds; from 0 if it has no negative ones."""
    kind = np.dtype(dtype).kind
    if kind == "b":
        return st.booleans()
    if kind == "f":
        return numbers(low, high)
    return st.integers(max(int(np.ceil(low)), 0) if kind == "u" else int(np.ceil(low)), int(high))


def shapes(min_dims=0, max_dims=3, min_side=0, max_side=3):
    return array_shapes(min_dims=min_dims, max_dims=max_dims, min_side=min_side, max_side=max_side)


@st.composite
def tensors(draw, dtypes="float64", shape=None, low=-3, high=3):
    """An array of one of the dtypes, of any small shape, also empty, unless one is given."""
    dtype = dtypes if isinstance(dtypes, str) else draw(st.sampled_from(dtypes))
    shape = draw(shapes()) if shape is None else shape
    return draw(arrays(dtype, shape, elements=elements(dtype, low, high)))


@st.composite
def broadcastable(draw, count, dtypes="float64", low=-3, high=3, min_side=0):
    """So many arrays whose shapes broadcast against each other, each of one of the dtypes."""
    fitting = draw(
        mutually_broadcastable_shapes(num_shapes=count, max_dims=3, min_side=min_side, max_side=3)
    )
    return [draw(tensors(dtypes, shape, low, high)) for shape in fitting.input_shapes]
