"""Random keys: for minigrad, with variables and expressions in them, and the same for NumPy."""

from dataclasses import dataclass, field

import numpy as np
from hypothesis import strategies as st

import minigrad.tensor as T


@dataclass
class Keys:
    """An index as it stands between the brackets, and the inputs that it needs, with their values."""

    symbolic: list = field(default_factory=list)
    numpy: list = field(default_factory=list)
    inputs: list = field(default_factory=list)
    values: list = field(default_factory=list)

    def add(self, pair):
        """Put an entry, symbolic and NumPy's, at the end."""
        self.symbolic.append(pair[0])
        self.numpy.append(pair[1])

    def as_input(self, value):
        """A new input of unknown sizes that has the value."""
        value = np.asarray(value)
        self.inputs.append(T.TensorType(value.dtype, (None,) * value.ndim)())
        self.values.append(value)
        return self.inputs[-1]


def symbolic_integer(draw, keys, x, number, size):
    """A way to say the number: as it is, as an input, as an expression of either or of sizes."""
    ways = {
        "literal": lambda: number,
        "numpy": lambda: np.int16(number),
        "input": lambda: keys.as_input(number),
        "sum": lambda: keys.as_input(number - 1) + 1,
        "small": lambda: keys.as_input(np.int8(number)),
        "size": lambda: x.shape[x.ndim - 1] + (number - size),
        "argmax": lambda: T.argmax(keys.as_input(np.eye(9)[number])) if number >= 0 else number,
    }
    return ways[draw(st.sampled_from(sorted(ways)))]()


def symbolic_array(draw, keys, array):
    """A way to say the array: as it is, as a list, as an input or an expression of it."""
    ways = {
        "array": lambda: array,
        "list": lambda: array.tolist() if array.dtype != bool else array,
        "input": lambda: keys.as_input(array),
        "expression": lambda: (
            keys.as_input(array - 1) + 1 if array.dtype != bool else T.invert(keys.as_input(~array))
        ),
    }
    return ways[draw(st.sampled_from(sorted(ways)))]()


@st.composite
def keys_of(draw, x, shape):
    """Keys for the variable x of this shape; a few of them are out of range, or do not fit."""
    keys, axis, last = Keys(), 0, shape[-1] if shape else 0
    common = draw(st.sampled_from([(2,), (2, 2), (3, 1), (1,), (0,), (2, 3)]))
    while axis < len(shape):
        kind = draw(st.sampled_from(["integer", "slice", "array", "array", "mask", "none", "stop"]))
        size = shape[axis]
        if kind == "stop":
            break
        if kind == "none":
            keys.add((None, None))
            continue
        if kind == "integer":
            number = draw(st.integers(-size, max(size - 1, 0)))
            keys.add((symbolic_integer(draw, keys, x, number, last), number))
        elif kind == "slice":
            bound = st.none() | st.integers(-size - 1, size + 1)
            bounds = [draw(bound), draw(bound), draw(st.sampled_from([None, 1, 2, -1, -2]))]
            said = [n if n is None else symbolic_integer(draw, keys, x, n, last) for n in bounds]
            keys.add((slice(*said), slice(*bounds)))
        elif kind == "array":
            sizes = [draw(st.sampled_from([n, 1])) for n in common[draw(st.integers(0, 1)) :]]
            numbers = st.integers(-size, max(size - 1, 0) + (draw(st.integers(0, 30)) == 0))
            count = int(np.prod(sizes))
            entries = draw(st.lists(numbers, min_size=count, max_size=count))
            array = np.array(entries, dtype=draw(st.sampled_from(["int64", "int32", "int8"])))
            array = array.reshape(sizes)
            keys.add((symbolic_array(draw, keys, array), array))
        else:
            ndim = draw(st.integers(1, min(2, len(shape) - axis)))
            count = int(np.prod(shape[axis : axis + ndim]))
            mask = np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count)), bool)
            mask = mask.reshape(shape[axis : axis + ndim])
            keys.add((symbolic_array(draw, keys, mask), mask))
            axis += ndim - 1
        axis += 1
    if draw(st.booleans()):
        place = draw(st.integers(0, len(keys.numpy)))
        keys.symbolic.insert(place, ...)
        keys.numpy.insert(place, ...)
    return keys
