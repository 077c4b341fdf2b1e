"""``T.shared_randomstreams``: streams of random numbers, each with its own NumPy generator.

The numbers are Theano's: the generators are seeded, in the order in which they are made, by numbers
that `numpy.random.RandomState(seed)` draws.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..compile.sharing import RandomStateSharedVariable, shared
from ..core.axes import as_tensor_variable, sizes_of
from ..core.graph import Variable
from . import raw_random
from .indexing import permute_row_elements

__all__ = ["RandomStateSharedVariable", "RandomStreams"]


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

    def uniform(
        self, size: Any = None, low: Any = 0.0, high: Any = 1.0, ndim: Any = None, dtype: Any = None
    ) -> Variable:
        """Uniform numbers between low and high; see `T.raw_random.uniform`."""
        return self.gen(raw_random.uniform, size, low, high, ndim=ndim, dtype=dtype)

    def normal(
        self, size: Any = None, avg: Any = 0.0, std: Any = 1.0, ndim: Any = None, dtype: Any = None
    ) -> Variable:
        """Normally distributed numbers; see `T.raw_random.normal`."""
        return self.gen(raw_random.normal, size, avg, std, ndim=ndim, dtype=dtype)

    def gamma(
        self,
        size: Any = None,
        shape: Any = 1.0,
        scale: Any = 1.0,
        ndim: Any = None,
        dtype: Any = None,
    ) -> Variable:
        """Gamma distributed numbers; see `T.raw_random.gamma`."""
        return self.gen(raw_random.gamma, size, shape, scale, ndim=ndim, dtype=dtype)

    def binomial(
        self,
        size: Any = None,
        n: Any = 1,
        p: Any = 0.5,
        ndim: Any = None,
        dtype: Any = "int64",
        prob: Any = None,
    ) -> Variable:
        """The number of successes in n trials with probability p; see `T.raw_random.binomial`."""
        return self.gen(raw_random.binomial, size, n, p, ndim=ndim, dtype=dtype, prob=prob)

    def poisson(
        self, size: Any = None, lam: Any = 1.0, ndim: Any = None, dtype: Any = "int64"
    ) -> Variable:
        """The number of events that happen lam times on average; see `T.raw_random.poisson`."""
        return self.gen(raw_random.poisson, size, lam, ndim=ndim, dtype=dtype)

    def random_integers(
        self, size: Any = None, low: Any = 0, high: Any = 1, ndim: Any = None, dtype: Any = "int64"
    ) -> Variable:
        """Whole numbers from low to high, both included; see `T.raw_random.random_integers`."""
        return self.gen(raw_random.random_integers, size, low, high, ndim=ndim, dtype=dtype)

    def choice(
        self,
        size: Any = None,
        a: Any = 2,
        replace: Any = True,
        p: Any = None,
        ndim: Any = None,
        dtype: Any = "int64",
    ) -> Variable:
        """Elements of a, or whole numbers below it; see `T.raw_random.choice`."""
        return self.gen(raw_random.choice, size, a, replace, p, ndim=ndim, dtype=dtype)

    def permutation(
        self, size: Any = None, n: Any = 1, ndim: Any = None, dtype: Any = "int64"
    ) -> Variable:
        """The whole numbers below n in random order; see `T.raw_random.permutation`."""
        return self.gen(raw_random.permutation, size, n, ndim=ndim, dtype=dtype)

    def multinomial(
        self,
        size: Any = None,
        n: Any = 1,
        pvals: Any = (0.5, 0.5),
        ndim: Any = None,
        dtype: Any = "int64",
    ) -> Variable:
        """The number of times each outcome occurs in n trials; see `T.raw_random.multinomial`."""
        return self.gen(raw_random.multinomial, size, n, pvals, ndim=ndim, dtype=dtype)

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
