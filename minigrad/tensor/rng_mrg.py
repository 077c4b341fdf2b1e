"""`MRG_RandomStreams`: streams of random numbers from the generator MRG31k3p.

The numbers are Theano's, since the streams are laid out as in Theano: each draw has its own matrix
of states, 2¹³⁴ steps after that of the draw before, with a row for each of its streams, 2⁷² steps
apart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..compile.sharing import shared
from ..core.axes import as_tensor_variable, size_of
from ..core.elementwise import cast
from ..core.graph import Constant, Variable
from ..core.table import cos, ge, invert, log, lt, sin, sqrt
from ..core.types import check_dtype, constant
from ..ops.random.mrg import BETWEEN_DRAWS, M1, M2, MRGUniform, jump, jumped, streams
from ..ops.random.multinomial import ChoiceFromUniform, MultinomialFromUniform
from ..rewrite.known import number_of
from .indexing import nonzero
from .joining import join
from .raw_random import floats_of, sizes_of_draw
from .shapes import reshape

__all__ = ["MRG_RandomStreams", "guess_n_streams"]

# Theano's number of streams where the size is not known, or large: what suited its processors.
_MOST_STREAMS = 60 * 256
# The standard deviation of normal numbers between -2 and 2: 1 - 4 φ(2) / (Φ(2) - Φ(-2)), and its root.
_STD_WITHIN_2 = math.sqrt(1 - 4 * math.exp(-2) / math.sqrt(2 * math.pi) / math.erf(math.sqrt(2)))


def guess_n_streams(size: Any, warn: bool = False) -> int:
    """Return from how many streams an array of this shape is drawn: for n numbers, n // 6.

    Up to six numbers it is n; at most, and where the size is not known, it is 60 · 256. It decides
    which numbers are drawn. `warn` is Theano's, and ignored.

    >>> guess_n_streams((2, 3)), guess_n_streams((100,)), guess_n_streams((1000, 1000))
    (6, 16, 15360)
    """
    is_known = isinstance(size, (tuple, list)) and all(
        isinstance(n, (int, np.integer)) for n in size
    )
    if not is_known:
        return _MOST_STREAMS
    count = math.prod(map(int, size))
    return min(count // 6 if count > 6 else count, _MOST_STREAMS)


class MRG_RandomStreams:
    """Makes random variables, with new values in each call, from many streams at a time.

    It is like `T.shared_randomstreams.RandomStreams`, with two differences: the states of its
    generator are int32 matrices, and its methods have one more parameter, the number of streams
    to draw from. That decides which numbers are drawn; by default it is `guess_n_streams` of the
    size.

    Draws are expressions of uniform draws, so they have derivatives by `low` and `high`, `avg` and
    `std`.

    Parameters
    ----------
    seed : int or sequence of six int
        The first state: three numbers below 2³¹ - 1, then three below 2³¹ - 21069, and neither
        three all 0. A single number is used for all six.
    use_cuda
        Theano's; ignored.

    Attributes
    ----------
    state_updates : list of tuple
        For each draw its states, their next values, its size and the requested number of streams.

    References
    ----------
    P. L'Ecuyer and R. Touzin, "Fast combined multiple recursive generators with multipliers of the
    form ``a = ±2^q ± 2^r``", Proceedings of the 2000 Winter Simulation Conference.

    Examples
    --------
    >>> import minigrad
    >>> srng = MRG_RandomStreams(seed=234)
    >>> mask = srng.binomial((2, 4), p=0.5)
    >>> f = minigrad.function([], [mask, mask - mask])
    >>> f()
    [array([[1, 1, 0, 1],
           [1, 0, 0, 0]]), array([[0, 0, 0, 0],
           [0, 0, 0, 0]])]
    """

    def __init__(self, seed: int | Sequence[int] = 12345, use_cuda: Any = None) -> None:
        self.state_updates: list[tuple[Any, Variable, Any, int | None]] = []
        self.default_instance_seed = seed
        self.set_rstate(seed)

    def set_rstate(self, seed: int | Sequence[int]) -> None:
        """Let the next draw begin at this state; see the parameter `seed` of the class."""
        numbers = [seed] * 6 if isinstance(seed, (int, np.integer)) else list(seed)
        if len(numbers) != 6:
            raise TypeError(f"seed: one whole number, or six; got {seed!r}")
        if not any(numbers[:3]) or not any(numbers[3:]):
            raise ValueError(
                f"seed: neither the first nor the last three numbers may all be 0; got {seed!r}"
            )
        for number, modulus in zip(numbers, [M1] * 3 + [M2] * 3, strict=True):
            if not 0 <= number < modulus:
                raise ValueError(f"seed: a number from 0 to {modulus - 1}; got {number}")
        self.rstate = np.array(numbers, np.int32)

    def seed(self, seed: int | Sequence[int] | None = None) -> None:
        """Seed all draws again, as they would be if the first seed had been this one.

        By default they begin anew.
        """
        self.set_rstate(self.default_instance_seed if seed is None else seed)
        for states, _, size, n_streams in self.state_updates:
            count = self.n_streams(size) if n_streams is None else n_streams
            states.set_value(self.get_substream_rstates(count), borrow=True)

    def inc_rstate(self) -> None:
        """Advance to the states of the next draw, 2¹³⁴ steps ahead."""
        self.rstate = jumped(self.rstate[None], jump(BETWEEN_DRAWS))[0]

    def get_substream_rstates(
        self, n_streams: int, dtype: Any = None, inc_rstate: bool = True
    ) -> np.ndarray:
        """The states of `n_streams` streams, for one draw: an int32 matrix with a row of 6 for each.

        `dtype` is Theano's, and ignored. With `inc_rstate`, the next draw gets other states.
        """
        if not isinstance(n_streams, (int, np.integer)) or n_streams < 1:
            raise ValueError(f"nstreams: a whole number, 1 or more; got {n_streams!r}")
        states = streams(self.rstate, int(n_streams))
        if inc_rstate:
            self.inc_rstate()
        return states

    def n_streams(self, size: Any) -> int:
        """The default number of streams for a draw of this size."""
        return guess_n_streams(size)

    def updates(self) -> list[tuple[Any, Variable]]:
        """The states of each draw, and their next values."""
        return [(states, after) for states, after, _, _ in self.state_updates]

    def uniform(
        self,
        size: Any = None,
        low: Any = 0.0,
        high: Any = 1.0,
        ndim: int | None = None,
        dtype: Any = None,
        nstreams: int | None = None,
    ) -> Variable:
        """Uniform numbers between low and high; the ends are drawn only by rounding.

        Parameters
        ----------
        size : int, or sequence or vector of int, optional
            The shape; its entries may be symbolic. By default it is the shape to which the
            parameters broadcast.
        low, high : tensor
            They broadcast to the shape.
        ndim : int, optional
            The number of dimensions, if `size` is a vector of unknown length.
        dtype : str, optional
            By default the common dtype of the parameters and ``config.floatX``.
        nstreams : int, optional
            The number of streams to draw from: see `guess_n_streams`.

        Returns
        -------
        Variable
            It has the attributes ``rng``, the shared variable with the states (also ``rstate``),
            and ``update``, a pair of this variable and its next value.

        Raises
        ------
        TypeError
            If a size is not a whole number.
        ValueError
            If a size is known and not above 0, or the dimensions do not fit.
        """
        low, high = as_tensor_variable(low), as_tensor_variable(high)
        dtype = check_dtype(dtype or floats_of(low, high)).name
        sizes = sizes_of_draw("uniform", size, ndim, [low, high])
        for entry in sizes:
            if isinstance(entry, Constant) and entry.data <= 0:
                raise ValueError(f"uniform: a size must be 1 or more; got {size}")
        states = shared(
            self.get_substream_rstates(self.n_streams(size) if nstreams is None else nstreams),
            name="rstate",
        )
        after, drawn = MRGUniform(dtype)(states, *sizes)
        states.default_update = after
        self.state_updates.append((states, after, size, nstreams))
        span = high if number_of(low) == 0 else cast(high, dtype) - cast(low, dtype)
        return _from((states, after), _scaled(drawn, span, low, dtype))

    def normal(
        self,
        size: Any = None,
        avg: Any = 0.0,
        std: Any = 1.0,
        ndim: int | None = None,
        dtype: Any = None,
        nstreams: int | None = None,
        truncate: bool = False,
    ) -> Variable:
        """Normal numbers, each two made from two uniform numbers; parameters as in `uniform`.

        With `truncate`, all are within two standard deviations of `avg`.

        References
        ----------
        G. E. P. Box and M. E. Muller, "A note on the generation of random normal deviates", Annals of
        Mathematical Statistics 29 (1958).
        """
        avg, std = as_tensor_variable(avg), as_tensor_variable(std)
        dtype = check_dtype(dtype or floats_of(avg, std)).name
        sizes = sizes_of_draw("normal", size, ndim, [avg, std])
        count = _product(sizes)
        half = (count + 1) // 2
        # So many streams, whatever the size is: in Theano this size is an expression.
        nstreams = _MOST_STREAMS if nstreams is None else nstreams
        drawn: Any = self.uniform((2, half), dtype=dtype, nstreams=nstreams)
        radius = sqrt(-2.0 * log(drawn[0]))
        angle = constant(2 * math.pi, dtype=dtype) * drawn[1]
        pair = [radius * cos(angle), radius * sin(angle)]
        if truncate:
            pair = self._within_2(pair, [cos(angle), sin(angle)], dtype, nstreams)
        result = _scaled(reshape(join(0, *pair)[:count], sizes), std, avg, dtype)
        return result if truncate else _from(drawn.update, result)

    def _within_2(
        self, pair: Sequence[Variable], directions: Sequence[Variable], dtype: str, nstreams: Any
    ) -> list[Variable]:
        """The normal numbers in the pair; those far off are replaced, in the same directions."""
        is_far = [ge(abs(z), 2) for z in pair]
        far = [nonzero(x)[0] for x in is_far]
        counts = [size_of(x, 0) for x in far]
        drawn: Any = self.uniform((counts[0] + counts[1],), math.exp(-2), 1.0, 1, dtype, nstreams)
        radius = sqrt(-2.0 * log(drawn))
        others = [
            part * way[x]
            for part, way, x in zip(
                (radius[: counts[0]], radius[counts[0] :]), directions, far, strict=True
            )
        ]
        near = [z[nonzero(invert(x))[0]] for z, x in zip(pair, is_far, strict=True)]
        return [near[0], others[0], near[1], others[1]]

    def truncated_normal(
        self,
        size: Any = None,
        avg: Any = 0.0,
        std: Any = 1.0,
        ndim: int | None = None,
        dtype: Any = None,
        nstreams: int | None = None,
    ) -> Variable:
        """Normal numbers within two standard deviations, scaled to the standard deviation `std`.

        Parameters are those of `uniform`.
        """
        std = as_tensor_variable(std) / constant(_STD_WITHIN_2, dtype="floatX")
        return self.normal(size, avg, std, ndim, dtype, nstreams, truncate=True)

    def binomial(
        self,
        size: Any = None,
        n: int = 1,
        p: Any = 0.5,
        ndim: int | None = None,
        dtype: Any = "int64",
        nstreams: int | None = None,
    ) -> Variable:
        """1 with probability p, else 0; parameters as in `uniform`.

        Raises
        ------
        NotImplementedError
            If n is not 1, as in Theano; `T.shared_randomstreams.RandomStreams` takes any.
        """
        if not isinstance(n, (int, np.integer)) or n != 1:
            raise NotImplementedError(
                f"MRG_RandomStreams.binomial: n must be 1; got {n}; use "
                "T.shared_randomstreams.RandomStreams, or a sum of draws"
            )
        p = as_tensor_variable(p)
        size = sizes_of_draw("binomial", size, ndim, [p]) if size is None else size
        drawn: Any = self.uniform(size, ndim=ndim, nstreams=nstreams)
        return _from(drawn.update, cast(lt(drawn, p), dtype))

    def multinomial(
        self,
        size: Any = None,
        n: Any = 1,
        pvals: Any = None,
        ndim: int | None = None,
        dtype: Any = "int64",
        nstreams: int | None = None,
    ) -> Variable:
        """The number of times that each outcome is drawn in n trials, for each row of pvals.

        Parameters
        ----------
        n : int
            It may be symbolic.
        pvals : matrix
            Each row adds up to 1.
        size, ndim
            Must not be given: the result has the shape of `pvals`.

        Raises
        ------
        TypeError, ValueError, NotImplementedError
            As in Theano: if pvals is missing, a size is given, or pvals is not a matrix.
        """
        _check_pvals("multinomial", pvals, size, ndim)
        return self._of_rows(MultinomialFromUniform, pvals, n, dtype, nstreams)

    def choice(
        self,
        size: Any = 1,
        a: Any = None,
        replace: bool = True,
        p: Any = None,
        ndim: int | None = None,
        dtype: Any = "int64",
        nstreams: int | None = None,
    ) -> Variable:
        """Numbers of drawn outcomes, `size` different ones for each row of probabilities.

        Parameters
        ----------
        size : int
            The number of outcomes for each row; it may be symbolic.
        a
            Must not be given: outcomes are the numbers of columns.
        replace : bool
            Must be False.
        p : matrix
            Each row adds up to 1.

        Returns
        -------
        Variable
            The shape is ``(p.shape[0], size)``.

        Raises
        ------
        TypeError, ValueError, NotImplementedError
            As in Theano, for other arguments.
        """
        if replace:
            raise NotImplementedError(
                "MRG_RandomStreams.choice: replace is False; to draw with replacement, use multinomial"
            )
        if a is not None:
            raise TypeError(
                f"MRG_RandomStreams.choice: a must be None, for numbers of columns; got {a!r}"
            )
        if not isinstance(size, (int, np.integer, Variable)):
            self.inc_rstate()  # Theano finds out only when it has drawn
            raise TypeError(f"MRG_RandomStreams.choice: size must be a whole number; got {size!r}")
        _check_pvals("choice", p, None, ndim)
        return self._of_rows(ChoiceFromUniform, p, size, dtype, nstreams)

    def multinomial_wo_replacement(
        self,
        size: Any = None,
        n: Any = 1,
        pvals: Any = None,
        ndim: int | None = None,
        dtype: Any = "int64",
        nstreams: int | None = None,
    ) -> Variable:
        """An old name of `choice` without replacement, of `n` outcomes."""
        _check_pvals("multinomial_wo_replacement", pvals, size, ndim)
        return self.choice(n, replace=False, p=pvals, dtype=dtype, nstreams=nstreams)

    def _of_rows(self, op: Any, pvals: Any, n: Any, dtype: Any, nstreams: Any) -> Variable:
        """The op applied to n uniform numbers for each row of probabilities."""
        pvals, n = as_tensor_variable(pvals), as_tensor_variable(n)
        dtype = pvals.type.dtype if dtype == "auto" else check_dtype(dtype).name
        count = as_tensor_variable(pvals).shape[0] * n
        drawn: Any = self.uniform((count,), nstreams=nstreams)
        return _from(drawn.update, op(dtype)(pvals, drawn, n))


def _scaled(numbers: Any, scale: Variable, start: Variable, dtype: str) -> Variable:
    """scale · numbers + start, without a scale of 1 or a start of 0."""
    if number_of(scale) != 1:
        numbers = numbers * cast(scale, dtype)
    return numbers if number_of(start) == 0 else numbers + cast(start, dtype)


def _from(update: Any, result: Any) -> Variable:
    """The result of a draw, with the attributes `rng` and `update`."""
    result.rng = result.rstate = update[0]
    result.update = update
    return result


def _product(sizes: Sequence[Variable]) -> Any:
    """The number of elements: a Python number if it is known."""
    if all(isinstance(size, Constant) for size in sizes):
        return math.prod(int(size.data) for size in sizes)
    return math.prod(sizes[1:], start=sizes[0])


def _check_pvals(name: str, pvals: Any, size: Any, ndim: Any) -> None:
    if pvals is None:
        raise TypeError(f"MRG_RandomStreams.{name} takes the probabilities of outcomes, a matrix")
    if size is not None or ndim is not None:
        raise ValueError(
            f"MRG_RandomStreams.{name}: the size follows from the probabilities; leave it and ndim out"
        )
    if as_tensor_variable(pvals).type.ndim != 2:
        raise NotImplementedError(
            f"MRG_RandomStreams.{name}: the probabilities must be a matrix; got {pvals}"
        )
