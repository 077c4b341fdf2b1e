"""Random draws: from the state of a generator, a size and parameters to numbers, and the next state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...core.axes import check_whole, size_of
from ...core.graph import Apply, Variable
from ...core.types import TensorType
from ...protocol.op import Names, SeveralOutputs, Use, in_tuple, with_numbers
from ...protocol.walks import known_integer
from .states import random_state_type, set_state, state_of

# ---- Distributions: functions of a generator, a size and parameters ------------------------------


def uniform(generator: Any, size: Any, low: Any, high: Any) -> Any:
    """Numbers from low up to but without high."""
    return generator.uniform(low, high, size)


def normal(generator: Any, size: Any, avg: Any, std: Any) -> Any:
    """Normally distributed numbers of this mean and standard deviation."""
    return generator.normal(avg, std, size)


def binomial(generator: Any, size: Any, n: Any, p: Any) -> Any:
    """Counts, in n times each, of an event whose probability is p."""
    return generator.binomial(n, p, size)


def poisson(generator: Any, size: Any, lam: Any) -> Any:
    """Counts of an event that happens lam times on average."""
    return generator.poisson(lam, size)


def gamma(generator: Any, size: Any, shape: Any, scale: Any) -> Any:
    """Gamma distributed numbers, whose mean is shape · scale."""
    return generator.gamma(shape, scale, size)


def random_integers(generator: Any, size: Any, low: Any, high: Any) -> Any:
    """Whole numbers from low to high, both included."""
    return generator.randint(low, np.add(high, 1, dtype=np.int64), size)


def choice(generator: Any, size: Any, a: Any, replace: Any, p: Any = None) -> Any:
    """Elements of a, or whole numbers below it, of these probabilities; none twice unless replaced."""
    return generator.choice(a if a.ndim else int(a), size, bool(replace), p)


def permutation(generator: Any, size: Any, n: Any) -> Any:
    """The whole numbers below n in random order, so many times."""
    result = np.empty((*size, int(n)), np.int64)
    for index in np.ndindex(*size):
        result[index] = generator.permutation(int(n))
    return result


def multinomial(generator: Any, size: Any, n: Any, pvals: Any) -> Any:
    """Counts, in n times, of each of several outcomes, whose probabilities are pvals."""
    pvals = pvals.astype(np.float64)
    sums = pvals.sum(-1, keepdims=True)
    # Theano's way to take back what rounding has added.
    pvals = np.where((sums > 1) & (sums < 1 + 1e-5), pvals * (1 - 5e-5), pvals)
    if pvals.ndim == 1 and not n.ndim:
        return generator.multinomial(int(n), pvals, size)
    pvals = np.broadcast_to(pvals, (*size, pvals.shape[-1]))
    n = np.broadcast_to(n, size)
    result = np.empty(pvals.shape, np.int64)
    for index in np.ndindex(*size):
        result[index] = generator.multinomial(int(n[index]), pvals[index])
    return result


# What a draw has more axes than its size says: their sizes, from the parameters.
_MORE_AXES: dict[Any, Callable[..., list[Any]]] = {
    permutation: lambda n: [n.astype("int64")],
    multinomial: lambda n, pvals: [size_of(pvals, pvals.type.ndim - 1)],
}

# Generators that nobody uses at the moment: to make one takes as long as to draw 20,000 numbers.
_IDLE: list[Any] = []


def draw(
    distribution: Callable[..., Any], state: Any, size: Sequence[int], *parameters: Any, dtype: Any
) -> tuple[np.ndarray, np.ndarray]:
    """The state of a generator after a draw from the distribution, and the numbers drawn.

    Examples
    --------
    >>> state, numbers = draw(uniform, np.random.RandomState(1), (2,), 0, 1, dtype="float64")
    >>> numbers, np.random.RandomState(1).uniform(size=2)
    (array([0.417022  , 0.72032449]), array([0.417022  , 0.72032449]))
    """
    state, size = random_state_type.filter(state), tuple(map(int, size))
    try:
        generator = _IDLE.pop()
    except IndexError:
        generator = np.random.RandomState(0)
    try:
        set_state(generator, state)
        numbers = np.asarray(distribution(generator, size, *parameters))
        if numbers.shape[: len(size)] != size:
            raise ValueError(
                f"{distribution.__name__}: the draw has shape {numbers.shape}, not {size}"
            )
        return state_of(generator), numbers.astype(dtype, copy=False)
    finally:
        _IDLE.append(generator)


class Draw(SeveralOutputs):
    """A draw: its inputs are a state, the sizes that are asked for, and the distribution's parameters.

    The outputs are the next state and the numbers. What was drawn has no derivative.

    Attributes
    ----------
    distribution : function of a generator, a size and parameters
    dtype : str
        The numbers', to which they are cast.
    n_sizes : int
        How many of the inputs are sizes.
    n_more_axes : int
        How many axes the numbers have behind these.
    """

    __props__ = ("distribution", "dtype", "n_sizes", "n_more_axes")
    n_differentiable = 0
    storage = "new"

    def make_node(self, state: Variable, *inputs: Variable) -> Apply:
        if not random_state_type.accepts(state):
            raise TypeError(
                f"{self}: the first input is the state of a generator, as "
                f"minigrad.shared(numpy.random.RandomState(3)) has one; got {state} of {state.type}"
            )
        sizes, parameters = self._split(inputs)
        for size in sizes:
            check_whole(f"{self}: a size", size)
        known = [*sizes, *self._more_sizes(parameters)]
        numbers = TensorType(self.dtype, [None if v is None else known_integer(v) for v in known])
        after = random_state_type(f"{state.name}_next" if state.name else None)
        return Apply(self, [state, *inputs], [after, numbers()])

    def _split(self, inputs: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
        """The sizes and the parameters, among the inputs behind the state."""
        return inputs[: self.n_sizes], inputs[self.n_sizes :]

    def _more_sizes(self, parameters: Sequence[Variable]) -> list[Variable | None]:
        """The sizes along the axes that are not asked for."""
        more = _MORE_AXES.get(self.distribution)
        return [None] * self.n_more_axes if more is None else more(*parameters)

    def compute(self, state: Any, *inputs: Any) -> Sequence[Any]:
        sizes, parameters = self._split(inputs)
        return draw(self.distribution, state, sizes, *parameters, dtype=self.dtype)

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        dtype = use(self.dtype, np.dtype(self.dtype))
        distribution = use(self.distribution.__name__, self.distribution)
        arguments = [distribution, *self._arguments(node, inputs), f"dtype={dtype}"]
        return f"{use('draw', draw)}({', '.join(arguments)})"

    def _arguments(self, node: Apply, inputs: Names) -> list[str]:
        """The state, the size as a tuple, and the parameters, as source."""
        sizes, parameters = self._split(with_numbers(node.inputs, inputs)[1:])
        size = f"({in_tuple(sizes)})"
        return [inputs[0], size, *self._split(inputs[1:])[1]]

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        return f"{self}({', '.join(self._arguments(node, inputs))})"

    def infer_shape(self, node: Apply, input_shapes: Any) -> Any:
        sizes, parameters = self._split(node.inputs[1:])
        return [random_state_type.shape, (*sizes, *self._more_sizes(parameters))]

    def may_refuse(self, node: Apply) -> bool:
        return any(v.type.ndim for v in self._split(node.inputs[1:])[1])

    def __str__(self) -> str:
        return self.distribution.__name__


class UsersDraw(Draw):
    """A draw from a distribution of the user's, whose function may return an array that it keeps."""

    storage = "unknown"
