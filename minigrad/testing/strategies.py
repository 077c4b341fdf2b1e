"""Hypothesis strategies: arrays, arrays that broadcast, and whole random expressions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, mutually_broadcastable_shapes

from .. import tensor as T
from ..core.evaluate import evaluate
from ..core.graph import Variable
from .grammar import FAMILIES, SMOOTH, Family

Shape = tuple[int, ...]
Draw = st.DrawFn


def shapes(
    min_dims: int = 0, max_dims: int = 3, min_side: int = 0, max_side: int = 3
) -> st.SearchStrategy[Shape]:
    """Shapes of so many dimensions and such sizes; also empty ones, unless `min_side` is 1.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(shapes(min_side=1), lambda shape: len(shape) == 2)
    (1, 1)
    """
    return array_shapes(min_dims=min_dims, max_dims=max_dims, min_side=min_side, max_side=max_side)


def tensors(
    dtype: str | Sequence[str] = "float64",
    shape: Shape | st.SearchStrategy[Shape] | None = None,
    domain: tuple[float, float] = (-3, 3),
    layouts: bool = False,
) -> st.SearchStrategy[np.ndarray]:
    """Arrays whose floats have three decimals, or more if they are close together.

    Parameters
    ----------
    dtype : str, or list of str to choose from
    shape : tuple of int, or strategy, optional
        Any small shape, also an empty one, unless it is given.
    domain : pair of numbers
        The least and the greatest value.
    layouts : bool
        Draw the order in memory too: of C, of Fortran, with gaps, or backwards; and read-only.

    Raises
    ------
    ValueError
        If the domain is not one.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(tensors("float32", shape=(2,)), lambda x: x.sum() > 1)
    array([0.   , 1.001], dtype=float32)
    """
    _check_domain("tensors", domain)
    return _tensors(dtype, shapes() if shape is None else shape, domain, layouts)


@st.composite
def _tensors(
    draw: Draw,
    dtype: str | Sequence[str],
    shape: Shape | st.SearchStrategy[Shape],
    domain: tuple[float, float],
    layouts: bool,
) -> np.ndarray:
    name = dtype if isinstance(dtype, str) else draw(st.sampled_from(list(dtype)))
    size = draw(shape) if isinstance(shape, st.SearchStrategy) else shape
    value = draw(arrays(name, size, elements=_elements(name, *domain)))
    return draw(st.sampled_from(LAYOUTS))(value) if layouts else value


def broadcastable(
    count: int,
    dtype: str | Sequence[str] = "float64",
    domain: tuple[float, float] = (-3, 3),
    min_side: int = 0,
    max_dims: int = 3,
) -> st.SearchStrategy[list[np.ndarray]]:
    """Lists of so many arrays whose shapes broadcast against each other.

    Parameters
    ----------
    count : int
    dtype : str, or list of str to choose from for each
    domain : pair of numbers
        The least and the greatest value.
    min_side, max_dims : int
        The least size, and the greatest number of dimensions.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(broadcastable(2), lambda xy: xy[0].shape != xy[1].shape)
    [array([], dtype=float64), array(0.)]
    """
    _check_domain("broadcastable", domain)
    return _broadcastable(count, dtype, domain, min_side, max_dims)


@st.composite
def _broadcastable(
    draw: Draw,
    count: int,
    dtype: str | Sequence[str],
    domain: tuple[float, float],
    min_side: int,
    max_dims: int,
) -> list[np.ndarray]:
    fitting = draw(
        mutually_broadcastable_shapes(
            num_shapes=count, max_dims=max_dims, min_side=min_side, max_side=3
        )
    )
    return [draw(tensors(dtype, shape, domain)) for shape in fitting.input_shapes]


def _check_domain(function: str, domain: tuple[float, float]) -> None:
    is_pair = isinstance(domain, (tuple, list)) and len(domain) == 2
    if not is_pair or not -math.inf < domain[0] <= domain[1] < math.inf:
        raise ValueError(
            f"{function}: domain is a pair of numbers, the least and the greatest; got {domain!r}"
        )


def _elements(dtype: str, low: float, high: float) -> st.SearchStrategy[Any]:
    """Values for the dtype between the bounds; from 0 if it has no negative ones."""
    kind = np.dtype(dtype).kind
    if kind == "b":
        return st.booleans()
    if kind == "f":
        if low == high:
            return st.just(float(low))
        unit = 10 ** max(3, 3 - math.floor(math.log10(high - low)))
        steps = st.integers(math.ceil(low * unit), math.floor(high * unit))
        return steps.map(lambda n: min(max(n / unit, low), high))
    return st.integers(max(int(np.ceil(low)), 0) if kind == "u" else int(np.ceil(low)), int(high))


# ---- Orders in memory ----------------------------------------------------------------------------


def in_order(x: np.ndarray) -> np.ndarray:
    """The array row by row."""
    return x.copy()


def by_columns(x: np.ndarray) -> np.ndarray:
    """The array in Fortran order."""
    return x.copy(order="F")


def with_gaps(x: np.ndarray) -> np.ndarray:
    """The array as every other element of a larger one."""
    wide = np.zeros([2 * size for size in x.shape], x.dtype)
    view = wide[_every(2, x.ndim)]
    view[...] = x
    return view


def backwards(x: np.ndarray) -> np.ndarray:
    """The array, read from memory from its end."""
    return x[_every(-1, x.ndim)].copy()[_every(-1, x.ndim)]


def _every(step: int, ndim: int) -> tuple[Any, ...]:
    """An index along all axes; one that makes a view also of a scalar."""
    return (*[slice(None, None, step)] * ndim, ...)


def read_only(x: np.ndarray) -> np.ndarray:
    """The array, which cannot be written to."""
    view = x.copy()
    view.flags.writeable = False
    return view


LAYOUTS = [in_order, by_columns, with_gaps, backwards, read_only]


# ---- Expressions -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """A line of a random expression: ``name = text``, with the names that the text speaks of."""

    name: str
    text: str
    operands: tuple[str, ...]


class Expression:
    """A random expression, the values of its inputs, and the code that makes it.

    Attributes
    ----------
    inputs : list of Variable
    values : list of array
        The inputs'.
    variables : list of Variable
        The inputs and the results of all steps; the last is the expression.
    """

    def __init__(self, inputs: list[Variable], values: list[np.ndarray]) -> None:
        self.inputs, self.values = inputs, values
        self.variables = list(inputs)
        self._names = [v.name or "" for v in inputs]
        self._steps: list[Step] = []

    @property
    def result(self) -> Variable:
        """The last variable."""
        return self.variables[-1]

    def add(self, template: str, **operands: int) -> Variable:
        """Append a step: the template of variables, which are given by their numbers."""
        names = {key: self._names[number] for key, number in operands.items()}
        step = Step(f"y{len(self._steps)}", template.format(**names), tuple(names.values()))
        scope = dict(zip(self._names, self.variables, strict=True))
        self._steps.append(step)
        self._names.append(step.name)
        self.variables.append(_result(step, scope))
        return self.result

    def build(self, *inputs: Variable) -> Variable:
        """The expression of other inputs."""
        scope = dict(zip(self._names, inputs, strict=False))
        for step in self._needed():
            scope[step.name] = _result(step, scope)
        return scope[self._names[-1]]

    def _needed(self) -> list[Step]:
        """The steps that the expression depends on."""
        wanted, steps = {self._names[-1]}, []
        for step in reversed(self._steps):
            if step.name in wanted:
                wanted.update(step.operands)
                steps.append(step)
        return steps[::-1]

    def __repr__(self) -> str:
        """A program that makes the expression and computes it."""
        lines = ["import numpy as np", "import minigrad", "import minigrad.tensor as T", ""]
        for v, value in zip(self.inputs, self.values, strict=True):
            lines.append(f'{v.name} = T.TensorType("{v.dtype}", {v.type.shape})("{v.name}")')
            array = f'np.array({value.tolist()}, "{value.dtype}").reshape({value.shape})'
            lines.append(f"{v.name}_value = {array}")
        lines += [f"{step.name} = {step.text}" for step in self._needed()]
        values = ", ".join(f"{v.name}: {v.name}_value" for v in self.inputs)
        return "\n".join([*lines, f"print({self._names[-1]}.eval({{{values}}}))"])


def _result(step: Step, scope: dict[str, Variable]) -> Variable:
    # The text is that of a template of this package, filled with names that were made here.
    return eval(step.text, {"T": T}, scope)


def expressions(
    families: Sequence[str] = SMOOTH,
    most_operations: int = 8,
    dtype: str | Sequence[str] = "float64",
    of_shapes: Sequence[Shape] = ((), (3,), (1, 3), (2, 1), (2, 3)),
    layouts: bool = False,
) -> st.SearchStrategy[Expression]:
    """Random well-typed expressions, with values for their inputs.

    They shrink to the fewest steps that still do what the test complains of, and print as a
    program that can be pasted.

    Parameters
    ----------
    families : sequence of str
        Of `FAMILIES`; by default those whose derivatives finite differences can tell.
    most_operations : int
    dtype : str, or list of str to choose from for each input
    of_shapes : sequence of tuple of int
        Shapes of the inputs. Sizes of 1 broadcast, all others are not told to the types.
    layouts : bool
        Draw the order in memory of the values too.

    Raises
    ------
    ValueError
        If there is no such family.

    Examples
    --------
    >>> from hypothesis import find
    >>> print(find(expressions(dtype="float32"), lambda e: "tanh" in repr(e)))
    import numpy as np
    import minigrad
    import minigrad.tensor as T
    <BLANKLINE>
    x0 = T.TensorType("float32", ())("x0")
    x0_value = np.array(0.0, "float32").reshape(())
    y0 = T.tanh(x0)
    print(y0.eval({x0: x0_value}))
    """
    unknown = set(families) - set(FAMILIES)
    if unknown or isinstance(families, str):
        raise ValueError(
            f"expressions: families is a list of some of {', '.join(FAMILIES)}; got {families!r}"
        )
    return _expressions(families, most_operations, dtype, of_shapes, layouts)


@st.composite
def _expressions(
    draw: Draw,
    families: Sequence[str],
    most_operations: int,
    dtype: str | Sequence[str],
    of_shapes: Sequence[Shape],
    layouts: bool,
) -> Expression:
    drawn = draw(st.lists(st.sampled_from(list(of_shapes)), min_size=1, max_size=3))
    values = [draw(tensors(dtype, shape, (-2, 2), layouts)) for shape in drawn]
    inputs = [
        T.TensorType(value.dtype, [1 if size == 1 else None for size in value.shape])(f"x{i}")
        for i, value in enumerate(values)
    ]
    expression = Expression(inputs, values)
    known = dict(zip(inputs, values, strict=True))
    for _ in range(draw(st.integers(1, most_operations))):
        x = draw(st.integers(0, len(expression.variables) - 1))
        choices = _choices(known, expression.variables, x, families)
        if not choices:
            continue
        template, partners = draw(st.sampled_from(choices))
        operands = {"x": x} | ({"y": draw(st.sampled_from(partners))} if partners else {})
        result = expression.add(template, **operands)
        known[result] = evaluate([result], known)[0]
    return expression


def _choices(
    known: dict[Variable, np.ndarray], pool: list[Variable], x: int, families: Sequence[str]
) -> list[tuple[str, list[int]]]:
    """The templates that a variable suits, with the numbers of those that can be the other operand."""
    found: list[tuple[str, list[int]]] = []
    for family in (FAMILIES[name] for name in families):
        if not _suits(family, pool[x], known):
            continue
        partners = [
            y
            for y, variable in enumerate(pool)
            if family.has_two_operands and _kind(variable) in family.kinds
            if _fit(pool[x], variable, known)
        ]
        found += [(template, partners) for template in family.templates]
    return found


def _suits(family: Family, x: Variable, known: dict[Variable, np.ndarray]) -> bool:
    is_full = known[x].size > 0 or not family.least_dims
    has_dims = family.least_dims <= x.type.ndim <= family.most_dims
    return _kind(x) in family.kinds and is_full and has_dims and known[x].size < 1000


def _kind(x: Variable) -> str:
    return "i" if x.type.numpy_dtype.kind == "u" else x.type.numpy_dtype.kind


def _fit(x: Variable, y: Variable, known: dict[Variable, np.ndarray]) -> bool:
    """Whether the two broadcast: their sizes are equal, or their types say 1."""
    sizes = zip(known[x].shape[::-1], known[y].shape[::-1], strict=False)
    types = zip(x.type.shape[::-1], y.type.shape[::-1], strict=False)
    return all(a == b or 1 in pair for (a, b), pair in zip(sizes, types, strict=True))
