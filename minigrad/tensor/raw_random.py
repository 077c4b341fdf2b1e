"""``T.raw_random``: functions from the state of a generator to the next state and random numbers.

Here you pass the states; `T.shared_randomstreams` keeps them for you. `random_state_type` is their
type.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..core.axes import as_tensor_variable, size_of
from ..core.graph import Variable
from ..core.types import TensorType, check_dtype, constant
from ..ops.random import draws
from ..ops.random.draws import Draw, UsersDraw
from ..ops.random.states import RandomStateType, random_state_type
from ..protocol.walks import known_integer
from .sizes import as_sizes

__all__ = [
    "RandomFunction",
    "RandomStateType",
    "binomial",
    "choice",
    "gamma",
    "multinomial",
    "normal",
    "permutation",
    "poisson",
    "random_integers",
    "random_state_type",
    "uniform",
]

# The next state and the numbers.
Drawn = list[Variable]


def uniform(
    random_state: Variable,
    size: Any = None,
    low: Any = 0.0,
    high: Any = 1.0,
    ndim: int | None = None,
    dtype: Any = None,
) -> Drawn:
    """Draw uniform numbers between low and high, as ``numpy.random.RandomState.uniform`` does.

    Parameters
    ----------
    random_state : variable
        The state: a variable of `random_state_type`, or a shared `numpy.random.RandomState`.
    size : int, or sequence or vector of int, optional
        The shape; its entries may be symbolic. By default it is the shape to which the parameters
        broadcast; −1 is their size along that axis.
    low, high : tensor
        They broadcast to the shape.
    ndim : int, optional
        The number of dimensions, if `size` is a vector of unknown length.
    dtype : str, optional
        By default the common dtype of the parameters and ``config.floatX``.

    Returns
    -------
    list of two variables
        The next state, and the numbers.

    Raises
    ------
    TypeError
        If the first argument is not a state, or a size is not a whole number.
    ValueError
        If the dimensions do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> rng = random_state_type("rng")
    >>> later, numbers = uniform(rng, (2,))
    >>> numbers.eval({rng: np.random.RandomState(1)})
    array([0.417022  , 0.72032449])
    """
    return _draw(draws.uniform, random_state, size, [low, high], ndim, dtype)


def normal(
    random_state: Variable,
    size: Any = None,
    avg: Any = 0.0,
    std: Any = 1.0,
    ndim: int | None = None,
    dtype: Any = None,
) -> Drawn:
    """Draw normal numbers with mean `avg` and standard deviation `std`; otherwise as `uniform`.

    >>> import numpy as np
    >>> rng = random_state_type("rng")
    >>> normal(rng, (2,), avg=100)[1].eval({rng: np.random.RandomState(1)})
    array([101.62434536,  99.38824359])
    """
    return _draw(draws.normal, random_state, size, [avg, std], ndim, dtype)


def gamma(
    random_state: Variable,
    size: Any = None,
    shape: Any = 1.0,
    scale: Any = 1.0,
    ndim: int | None = None,
    dtype: Any = None,
) -> Drawn:
    """Draw numbers with density ∝ ``x ** (shape - 1) * exp(-x / scale)``; otherwise as `uniform`.

    >>> import numpy as np
    >>> rng = random_state_type("rng")
    >>> gamma(rng, (2,), shape=2.0)[1].eval({rng: np.random.RandomState(1)})
    array([4.76614202, 0.99507295])
    """
    return _draw(draws.gamma, random_state, size, [shape, scale], ndim, dtype)


def binomial(
    random_state: Variable,
    size: Any = None,
    n: Any = 1,
    p: Any = 0.5,
    ndim: int | None = None,
    dtype: Any = "int64",
    prob: Any = None,
) -> Drawn:
    """Draw the number of successes in n trials with probability p; otherwise as `uniform`.

    `prob` is an old name of `p`.

    >>> import numpy as np
    >>> rng = random_state_type("rng")
    >>> binomial(rng, (4,), p=0.3)[1].eval({rng: np.random.RandomState(1)})
    array([0, 1, 0, 0])
    """
    return _draw(draws.binomial, random_state, size, [n, p if prob is None else prob], ndim, dtype)


def poisson(
    random_state: Variable,
    size: Any = None,
    lam: Any = 1.0,
    ndim: int | None = None,
    dtype: Any = "int64",
) -> Drawn:
    """Draw the number of events that happen `lam` times on average; otherwise as `uniform`.

    >>> import numpy as np
    >>> rng = random_state_type("rng")
    >>> poisson(rng, (4,), lam=3.0)[1].eval({rng: np.random.RandomState(1)})
    array([2, 1, 1, 3])
    """
    return _draw(draws.poisson, random_state, size, [lam], ndim, dtype)


def random_integers(
    random_state: Variable,
    size: Any = None,
    low: Any = 0,
    high: Any = 1,
    ndim: int | None = None,
    dtype: Any = "int64",
) -> Drawn:
    """Draw whole numbers from `low` to `high`, both included; otherwise as `uniform`.

    >>> import numpy as np
    >>> rng = random_state_type("rng")
    >>> random_integers(rng, (4,), 1, 6)[1].eval({rng: np.random.RandomState(1)})
    array([6, 4, 5, 1])
    """
    return _draw(draws.random_integers, random_state, size, [low, high], ndim, dtype)


def choice(
    random_state: Variable,
    size: Any = None,
    a: Any = 2,
    replace: Any = True,
    p: Any = None,
    ndim: int | None = None,
    dtype: Any = "int64",
) -> Drawn:
    """Draw elements of a vector `a`, or whole numbers below `a`; otherwise as `uniform`.

    Parameters
    ----------
    replace : bool
        Whether an element may be drawn several times.
    p : vector, optional
        The probabilities of the elements, by default all equal.

    Examples
    --------
    >>> import numpy as np
    >>> rng = random_state_type("rng")
    >>> choice(rng, (3,), 3, replace=False)[1].eval({rng: np.random.RandomState(1)})
    array([0, 2, 1])
    """
    parameters = [as_tensor_variable(a), as_tensor_variable(replace)]
    if p is not None:
        parameters.append(as_tensor_variable(p))
    sizes = [] if size is None else sizes_of_draw("choice", size, ndim, [])
    return _drawn(draws.choice, random_state, sizes, parameters, dtype)


def permutation(
    random_state: Variable,
    size: Any = None,
    n: Any = 1,
    ndim: int | None = None,
    dtype: Any = "int64",
) -> Drawn:
    """Draw the whole numbers below n in random order; the result has shape ``(*size, n)``.

    >>> import numpy as np
    >>> rng = random_state_type("rng")
    >>> permutation(rng, n=4)[1].eval({rng: np.random.RandomState(1)})
    array([3, 2, 0, 1])
    """
    sizes = [] if size is None else sizes_of_draw("permutation", size, ndim, [])
    return _drawn(draws.permutation, random_state, sizes, [as_tensor_variable(n)], dtype, 1)


def multinomial(
    random_state: Variable,
    size: Any = None,
    n: Any = 1,
    pvals: Any = (0.5, 0.5),
    ndim: int | None = None,
    dtype: Any = "int64",
) -> Drawn:
    """Draw the number of times that each outcome occurs in n trials; otherwise as `uniform`.

    Parameters
    ----------
    n : tensor of int
    pvals : tensor
        The probabilities of the outcomes are along its last axis, and add up to 1. The other axes,
        and those of n, broadcast to the size.

    Returns
    -------
    list of two variables
        The next state, and the numbers, of shape ``(*size, pvals.shape[-1])``.

    Examples
    --------
    >>> import numpy as np
    >>> rng = random_state_type("rng")
    >>> multinomial(rng, (2,), 10, [0.2, 0.8])[1].eval({rng: np.random.RandomState(1)})
    array([[2, 8],
           [3, 7]])
    """
    n, pvals = as_tensor_variable(n), as_tensor_variable(pvals)
    if not pvals.type.ndim:
        raise ValueError(f"multinomial: pvals must have at least one dimension; got {pvals}")
    # The shape is that of n together with all but the last axis of pvals.
    sizes = sizes_of_draw("multinomial", size, ndim, [n, pvals], without=[0, 1])
    return _drawn(draws.multinomial, random_state, sizes, [n, pvals], dtype, 1)


class RandomFunction:
    """A drawing function of your own, as Theano's class of this name; call it with a state and a size.

    Parameters
    ----------
    fn : str or function
        The name of a method of `numpy.random.RandomState`; or a function of a generator and the
        parameters, and ``size`` as the last argument.
    outtype : TensorType
        The dtype and number of dimensions of the drawn numbers.
    inplace : bool
        Theano's; ignored: a state is never changed.
    ndim_added : int
        The number of axes that the numbers have after those of the size.

    Examples
    --------
    >>> import numpy as np, minigrad.tensor as T
    >>> rng = random_state_type("rng")
    >>> later, numbers = RandomFunction("exponential", T.dvector)(rng, (2,), 10.0)
    >>> numbers.eval({rng: np.random.RandomState(1)})
    array([ 5.39605837, 12.74125253])
    """

    def __init__(
        self,
        fn: str | Callable[..., Any],
        outtype: TensorType,
        inplace: bool = False,
        ndim_added: int = 0,
    ) -> None:
        self._distribution = _Method(fn)
        self._outtype = outtype
        self._ndim_added = ndim_added

    def __call__(self, random_state: Variable, size: Any, *parameters: Any) -> Drawn:
        ndim = self._outtype.ndim - self._ndim_added
        variables = list(map(as_tensor_variable, parameters))
        sizes = sizes_of_draw(str(self._distribution), size, ndim, variables)
        op = UsersDraw(self._distribution, self._outtype.dtype, len(sizes), self._ndim_added)
        return op(random_state, *sizes, *variables)


class _Method:
    """A distribution: the name of a method, or a function whose last argument is the size."""

    def __init__(self, fn: str | Callable[..., Any]) -> None:
        self._fn = fn
        self.__name__ = fn if isinstance(fn, str) else fn.__name__

    def __call__(self, generator: Any, size: Any, *parameters: Any) -> Any:
        if isinstance(self._fn, str):
            return getattr(generator, self._fn)(*parameters, size=size)
        return self._fn(generator, *parameters, size)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Method) and self._fn == other._fn

    def __hash__(self) -> int:
        return hash((_Method, self._fn))

    def __str__(self) -> str:
        return self.__name__


def _draw(
    distribution: Any, state: Variable, size: Any, parameters: Sequence[Any], ndim: Any, dtype: Any
) -> Drawn:
    """A draw whose parameters broadcast to its shape."""
    variables = list(map(as_tensor_variable, parameters))
    if dtype is None:
        dtype = floats_of(*variables)
    sizes = sizes_of_draw(distribution.__name__, size, ndim, variables)
    return _drawn(distribution, state, sizes, variables, dtype)


def _drawn(
    distribution: Any,
    state: Any,
    sizes: Sequence[Variable],
    parameters: Sequence[Variable],
    dtype: Any,
    n_more_axes: int = 0,
) -> Drawn:
    if not isinstance(state, Variable):
        raise TypeError(
            f"{distribution.__name__}: the first argument is the state of a generator, as "
            f"minigrad.shared(numpy.random.RandomState(3)) has one; got {state!r}"
        )
    op = Draw(distribution, check_dtype(dtype).name, len(sizes), n_more_axes)
    return op(state, *sizes, *parameters)


def floats_of(*parameters: Variable) -> str:
    """The default dtype of numbers drawn with these parameters."""
    return np.result_type(check_dtype("floatX"), *[v.type.numpy_dtype for v in parameters]).name


def sizes_of_draw(
    name: str,
    size: Any,
    ndim: int | None,
    parameters: Sequence[Variable],
    without: Sequence[int] = (),
) -> list[Variable]:
    """The sizes of a draw: the given ones, or those to which the parameters broadcast.

    The last axes of a parameter that are not drawn along are left out.
    """
    shapes = []
    for i, variable in enumerate(parameters):
        axes = range(variable.type.ndim - (without[i] if without else 0))
        shapes.append([None if variable.type.shape[a] == 1 else size_of(variable, a) for a in axes])
    ndim_of_parameters = max(map(len, shapes), default=0)
    if size is None:
        given: list[Any] = [constant(-1)] * (ndim_of_parameters if ndim is None else ndim)
    else:
        given = as_sizes(size, ndim)
    if ndim is not None and len(given) != ndim:
        raise ValueError(f"{name}: ndim is {ndim}, but the size has {len(given)} entries: {size}")
    if len(given) < ndim_of_parameters:
        raise ValueError(
            f"{name}: the size has {len(given)} entries, but a parameter has {ndim_of_parameters} "
            "dimensions"
        )
    return [
        _broadcast_size(shapes, axis - len(given)) if known_integer(entry) == -1 else entry
        for axis, entry in enumerate(given)
    ]


def _broadcast_size(shapes: Sequence[Sequence[Variable | None]], axis: int) -> Variable:
    """The size to which the shapes broadcast along an axis, counted from the last."""
    sizes = [shape[axis] for shape in shapes if len(shape) >= -axis]
    return next((size for size in sizes if size is not None), constant(1, dtype="int64"))
