"""``T.shared_randomstreams``: streams of random numbers, each with its own NumPy generator.

The numbers are Theano's: the generators are seeded, in the order in which they are made, by numbers
that `numpy.random.RandomState(seed)` draws.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any, Concatenate, ParamSpec

import numpy as np

from ..compile.sharing import RandomStateSharedVariable, shared
from ..core.axes import as_tensor_variable, sizes_of
from ..core.graph import Variable
from . import raw_random
from .indexing import permute_row_elements

__all__ = ["RandomStateSharedVariable", "RandomStreams"]

P = ParamSpec("P")


def _drawn_by(
    function: Callable[Concatenate[Variable, P], raw_random.Drawn],
) -> Callable[Concatenate[RandomStreams, P], Variable]:
    """Return the method that draws by a function of a state, from a new state of its own."""

    def draw(self: RandomStreams, /, *args: P.args, **kwargs: P.kwargs) -> Variable:
        return self.gen(function, *args, **kwargs)

    name, told = function.__name__, signature(function)
    itself = Parameter("self", Parameter.POSITIONAL_OR_KEYWORD)
    draw.__name__, draw.__qualname__ = name, f"RandomStreams.{name}"
    draw.__doc__ = f"{str(function.__doc__).splitlines()[0]}\n\nSee `T.raw_random.{name}`."
    draw.__signature__ = told.replace(  # type: ignore[attr-defined]
        parameters=[itself, *list(told.parameters.values())[1:]], return_annotation="Variable"
    )
    return draw


class RandomStreams:
    """Makes random variables, with new values in each call of a function.

    However often a function uses a variable, it is drawn only once in a call. Two variables are
    drawn from two generators. Drawn numbers have no derivative.

    A variable has the attributes ``rng``, the shared variable that holds the state of its
    generator, and ``update``, a pair of this shared variable and its next value. A function that
    uses the variable makes this update, unless it is compiled with ``no_default_updates``.

    Parameters
    ----------
    seed : int or None
        With None, the numbers are different in each run.

    Attributes
    ----------
    state_updates : list of pairs
        Each state and its next value, in the order in which they were made.

    Examples
    --------
    >>> import minigrad
    >>> srng = RandomStreams(seed=234)
    >>> u = srng.uniform((2,))
    >>> f = minigrad.function([], [u, u - u])
    >>> f()
    [array([0.12672381, 0.97091597]), array([0., 0.])]
    >>> again = minigrad.function([], u, no_default_updates=[u.rng])
    >>> bool((again() == again()).all())
    True

    To seed one of the generators:

    >>> rng = u.rng.get_value(borrow=True)
    >>> rng.seed(89234)
    >>> u.rng.set_value(rng, borrow=True)
    """

    def __init__(self, seed: int | None = None, no_warn: bool = False) -> None:
        self.default_instance_seed = seed
        self.gen_seedgen = np.random.RandomState(seed)
        self.state_updates: list[tuple[Any, Variable]] = []

    def seed(self, seed: int | None = None) -> None:
        """Seed all generators again, as they would be if the first seed had been this one.

        By default they begin anew.
        """
        seeds = np.random.RandomState(self.default_instance_seed if seed is None else seed)
        for state, _ in self.state_updates:
            state.set_value(_seeded(seeds), borrow=True)

    def updates(self) -> list[tuple[Any, Variable]]:
        """Each state and its next value."""
        return list(self.state_updates)

    def gen(self, op: Callable[..., Any], *args: Any, **kwargs: Any) -> Variable:
        """A variable drawn by a function of a state, such as those of `T.raw_random`."""
        rng = shared(_seeded(self.gen_seedgen), name="rng")
        after, numbers = op(rng, *args, **kwargs)
        rng.default_update = after
        numbers.rng, numbers.update = rng, (rng, after)
        self.state_updates.append(numbers.update)
        return numbers

    def __getitem__(self, item: Any) -> Any:
        """The generator with the present value of a state."""
        return self._state(item).get_value(borrow=True)

    def __setitem__(self, item: Any, generator: Any) -> None:
        """Set a state to that of a generator."""
        self._state(item).set_value(generator)

    def _state(self, item: Any) -> Any:
        for state, after in self.state_updates:
            if item is state or item is after:
                return state
        raise KeyError(item)

    uniform = _drawn_by(raw_random.uniform)
    normal = _drawn_by(raw_random.normal)
    gamma = _drawn_by(raw_random.gamma)
    binomial = _drawn_by(raw_random.binomial)
    poisson = _drawn_by(raw_random.poisson)
    random_integers = _drawn_by(raw_random.random_integers)
    choice = _drawn_by(raw_random.choice)
    permutation = _drawn_by(raw_random.permutation)
    multinomial = _drawn_by(raw_random.multinomial)

    def shuffle_row_elements(self, input: Any) -> Variable:
        """The elements of each row, along the last axis, in random order, a new one for each row.

        >>> import minigrad, minigrad.tensor as T
        >>> x = T.constant([[0, 1, 2], [3, 4, 5]])
        >>> minigrad.function([], RandomStreams(1).shuffle_row_elements(x))()
        array([[1, 2, 0],
               [5, 4, 3]])
        """
        x = as_tensor_variable(input)
        *rows, length = sizes_of(x)
        order: Any = self.permutation(rows, length, ndim=len(rows))
        shuffled: Any = permute_row_elements(x, order)
        shuffled.rng, shuffled.update = order.rng, order.update
        return shuffled


def _seeded(seeds: np.random.RandomState) -> np.random.RandomState:
    """A generator with a seed drawn from the other."""
    return np.random.RandomState(int(seeds.randint(2**30)))
