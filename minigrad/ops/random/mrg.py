"""The generator MRG31k3p, many streams at a time: two linear recurrences, and their difference.

x(n) = 2²² x(n-2) + (2⁷ + 1) x(n-3) mod M1 and y(n) = 2¹⁵ y(n-1) + (2¹⁵ + 1) y(n-3) mod M2 give the
number (x(n) - y(n) mod M1) / 2³¹. A stream's state is its last three x and y, the newest first.

P. L'Ecuyer and R. Touzin, "Fast combined multiple recursive generators with multipliers of the form
a = ±2^q ± 2^r", Proceedings of the 2000 Winter Simulation Conference.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.axes import check_whole
from ...core.graph import Apply, Variable
from ...core.types import TensorType
from ...protocol.op import Names, SeveralOutputs, Use, in_tuple, with_numbers
from ...protocol.walks import known_integer

M1, M2 = 2**31 - 1, 2**31 - 21069
_MODULI = np.array([M1, M1, M1, M2, M2, M2], np.uint64)
# The larger numbers that streams, and what is drawn by one generator, are apart from each other.
BETWEEN_STREAMS, BETWEEN_DRAWS = 2**72, 2**134
# The step as a matrix: states are rows, and multiplied by it from the left.
_STEP = np.zeros((6, 6), np.uint64)
_STEP[[1, 2, 0, 1], [0, 0, 1, 2]] = 2**22, 2**7 + 1, 1, 1
_STEP[[3, 5, 3, 4], [3, 3, 4, 5]] = 2**15, 2**15 + 1, 1, 1
# As NumPy's numbers, which are faster than Python's: moduli, distances to shift by, masks of low bits.
_M1, _M2, _REST, _ONE = map(np.uint32, (M1, M2, 2**31 - M2, 1))
_BY = {n: np.uint32(n) for n in (7, 9, 15, 16, 22, 24)}
_LOW = {n: np.uint32(2**n - 1) for n in (9, 16, 24)}
# By these a number up to M1 becomes one below 1, also where it is rounded to the dtype.
_FACTORS = {"float16": (1 - 2**-11) / 2**31, "float32": (1 - 2**-24) / 2**31, "float64": 2**-31}


def jump(steps: int) -> np.ndarray:
    """The matrix of so many steps: ``states @ jump(n) % moduli`` are the states after n steps."""
    result, square = np.eye(6, dtype=np.uint64), _STEP
    while steps:
        if steps % 2:
            result = result @ square % _MODULI
        square = square @ square % _MODULI
        steps //= 2
    return result


def jumped(states: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """The states after the steps of the matrix."""
    return (states.astype(np.uint64) @ matrix % _MODULI).astype(np.int32)


def streams(first: np.ndarray, count: int) -> np.ndarray:
    """The states of so many streams, a row for each: the first, and each 2⁷² steps after another."""
    states, matrix = np.asarray(first, np.int32)[None], jump(BETWEEN_STREAMS)
    while len(states) < count:  # twice as many by as large a jump
        states = np.concatenate([states, jumped(states, matrix)])
        matrix = matrix @ matrix % _MODULI
    return states[:count]


def mrg_uniform(states: np.ndarray, size: Sequence[int], dtype: Any) -> tuple[Any, Any]:
    """Draw numbers between 0 and 1, from all streams in turn; neither 0 nor 1 is ever drawn.

    Parameters
    ----------
    states : int32 matrix
        A row of six for each stream.
    size : sequence of int
    dtype : numpy.dtype

    Returns
    -------
    new_states, numbers
        The states after as many steps as each stream has made, and an array of that shape.
    """
    count, n = math.prod(map(int, size)), len(states)
    factor = _FACTORS[np.dtype(dtype).name]
    result = np.empty(count, dtype)
    # Small arrays, to be used again and again: fresh memory takes longer to come than to be filled.
    rows = [column.astype(np.uint32) for column in states.T]
    drawn, *spares = (np.empty(n, np.uint32) for _ in range(3))
    for start in range(0, count - n + 1, n):
        rows = _next(rows, drawn, spares)
        np.multiply(drawn, factor, out=result[start : start + n], casting="same_kind")
    new_states = np.empty_like(states, order="C")
    for column, row in zip(new_states.T, rows, strict=True):
        column[:] = row
    if rest := count % n:  # in the last turn not all streams make a step
        rows = _next([row[:rest] for row in rows], drawn[:rest], [x[:rest] for x in spares])
        np.multiply(drawn[:rest], factor, out=result[-rest:], casting="same_kind")
        new_states[:rest] = np.stack(rows, 1)
    return new_states, result.reshape([*map(int, size)])


def _next(
    rows: Sequence[np.ndarray], numbers: np.ndarray, spares: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """The rows of the states after a step, and its numbers, from 1 to M1, written into an array.

    The oldest rows are written over, and become the newest.
    """
    x1, x2, x3, y1, y2, y3 = rows
    total, spare = spares
    # 2²² x2 and 2⁷ x3 mod M1: there 2³¹ is 1, so the high bits come in at the low end.
    np.bitwise_and(x2, _LOW[9], out=total)
    np.left_shift(total, _BY[22], out=total)
    np.right_shift(x2, _BY[9], out=spare)
    np.add(total, spare, out=total)
    np.right_shift(x3, _BY[24], out=spare)
    np.add(total, spare, out=total)
    np.bitwise_and(x3, _LOW[24], out=spare)
    np.left_shift(spare, _BY[7], out=spare)
    np.add(total, spare, out=total)
    _reduce(total, _M1, spare)
    np.add(x3, total, out=x3)
    _reduce(x3, _M1, spare)
    # 2¹⁵ (y1 + y3) mod M2, where 2³¹ is 21069.
    np.add(y1, y3, out=total)
    _reduce(total, _M2, spare)
    np.right_shift(total, _BY[16], out=spare)
    np.multiply(spare, _REST, out=spare)
    np.bitwise_and(total, _LOW[16], out=total)
    np.left_shift(total, _BY[15], out=total)
    np.add(total, spare, out=total)
    _reduce(total, _M2, spare)
    np.add(y3, total, out=y3)
    _reduce(y3, _M2, spare)
    if not spare.min():  # the published program leaves M2 as it is, and so 0 - M2 is not 0 - 0
        y3[spare == 0] = _M2
    # x - y, and M1 more unless it is above 0.
    np.subtract(x3, y3, out=numbers)
    np.subtract(numbers, _ONE, out=numbers)
    np.add(numbers, _M1, out=spare)
    np.minimum(numbers, spare, out=numbers)
    np.add(numbers, _ONE, out=numbers)
    return [x3, x1, x2, y3, y1, y2]


def _reduce(numbers: np.ndarray, modulus: np.uint32, spare: np.ndarray) -> None:
    """Take the modulus off numbers that are not below it: less than nothing wraps to a large number."""
    np.subtract(numbers, modulus, out=spare)
    np.minimum(numbers, spare, out=numbers)


class MRGUniform(SeveralOutputs):
    """Numbers between 0 and 1, drawn by MRG31k3p; see `mrg_uniform`.

    The inputs are the states of the streams and the sizes that are asked for, the outputs the next
    states and the numbers. What was drawn has no derivative.
    """

    __props__ = ("dtype",)
    n_differentiable = 0
    storage = "new"

    def make_node(self, states: Variable, *sizes: Variable) -> Apply:
        if states.type.dtype != "int32" or states.type.ndim != 2:
            raise TypeError(
                f"{self}: states must be an int32 matrix; got {states} of {states.type}"
            )
        for size in sizes:
            check_whole(f"{self}: a size", size)
        numbers = TensorType(self.dtype, list(map(known_integer, sizes)))
        after = states.type(f"{states.name}_next" if states.name else None)
        return Apply(self, [states, *sizes], [after, numbers()])

    def compute(self, states: Any, *sizes: Any) -> Sequence[Any]:
        return mrg_uniform(states, sizes, self.dtype)

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        dtype = use(self.dtype, np.dtype(self.dtype))
        return f"{use('mrg_uniform', mrg_uniform)}({self._arguments(node, inputs)}, {dtype})"

    def _arguments(self, node: Apply, inputs: Names) -> str:
        """The states, and the size as a tuple, as source."""
        states, *sizes = with_numbers(node.inputs, inputs)
        return f"{states}, ({in_tuple(sizes)})"

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        return f"uniform({self._arguments(node, inputs)})"

    def infer_shape(self, node: Apply, input_shapes: Any) -> Any:
        return [input_shapes[0], tuple(node.inputs[1:])]

    def __str__(self) -> str:
        return "uniform"
