"""Hypothesis strategies: arrays, arrays that broadcast, and whole random expressions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, mutually_broadcastable_shapes

import minigrad

from .. import tensor as T
from ..core.evaluate import evaluate
from ..core.graph import Variable
from .grammar import FAMILIES, SMOOTH, Family

Shape = tuple[int, ...]


def shapes(
    min_dims: int = 0, max_dims: int = 3, min_side: int = 0, max_side: int = 3
) -> st.SearchStrategy[Shape]:
    """Shapes within these bounds; also empty ones, unless `min_side` is 1.

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
    """Arrays; floats have three decimals, or more if the domain is small.

    Parameters
    ----------
    dtype : str, or list of str to choose from
    shape : tuple of int, or strategy, optional
        By default any small shape, also an empty one.
    domain : pair of numbers
        The least and the greatest value.
    layouts : bool
        Whether to draw the order in memory, too: C, Fortran, with gaps, or backwards; and
        read-only.

    Raises
    ------
    ValueError
        If the domain is not a pair of numbers in order.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(tensors("float32", shape=(2,)), lambda x: x.sum() > 1)
    array([0.   , 1.001], dtype=float32)
    """
    _check_domain("tensors", domain)
    name = st.just(dtype) if isinstance(dtype, str) else st.sampled_from(list(dtype))
    shape = shapes() if shape is None else shape
    value = name.flatmap(lambda name: arrays(name, shape, elements=_elements(name, *domain)))
    if layouts:
        return st.builds(lambda x, layout: layout(x), value, st.sampled_from(LAYOUTS))
    return value


def broadcastable(
    count: int,
    dtype: str | Sequence[str] = "float64",
    domain: tuple[float, float] = (-3, 3),
    min_side: int = 0,
    max_dims: int = 3,
) -> st.SearchStrategy[list[np.ndarray]]:
    """Lists of `count` arrays whose shapes broadcast against each other.

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
    fitting = mutually_broadcastable_shapes(
        num_shapes=count, max_dims=max_dims, min_side=min_side, max_side=3
    )
    return fitting.flatmap(
        lambda fit: st.tuples(*(tensors(dtype, shape, domain) for shape in fit.input_shapes)).map(
            list
        )
    )


def _check_domain(function: str, domain: tuple[float, float]) -> None:
    is_pair = isinstance(domain, (tuple, list)) and len(domain) == 2
    if not is_pair or not -math.inf < domain[0] <= domain[1] < math.inf:
        raise ValueError(
            f"{function}: domain must be a pair of numbers, the least and the greatest; got {domain!r}"
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


def _with_gaps(x: np.ndarray) -> np.ndarray:
    wide = np.zeros([2 * size for size in x.shape], x.dtype)
    view = wide[_every(2, x.ndim)]
    view[...] = x
    return view


def _every(step: int, ndim: int) -> tuple[Any, ...]:
    """An index along all axes; one that makes a view also of a scalar."""
    return (*[slice(None, None, step)] * ndim, ...)


def _read_only(x: np.ndarray) -> np.ndarray:
    view = x.copy()
    view.flags.writeable = False
    return view


LAYOUTS: list[Callable[[np.ndarray], np.ndarray]] = [
    lambda x: x.copy(),  # row by row
    lambda x: x.copy(order="F"),  # column by column
    _with_gaps,  # every other element of a larger array
    lambda x: x[_every(-1, x.ndim)].copy()[_every(-1, x.ndim)],  # from the end of its memory
    _read_only,
]


# ---- Expressions -----------------------------------------------------------------------------------


class Expression:
    """A random expression, the values of its inputs, and the code that makes it."""

    def __init__(self, inputs: list[Variable], values: list[np.ndarray]) -> None:
        self.inputs, self.values = inputs, values
        self._scope = {str(v): v for v in inputs}
        # For each result the text that makes it, and the names that this speaks of.
        self._steps: dict[str, tuple[str, Iterable[str]]] = {}

    @property
    def variables(self) -> list[Variable]:
        """The inputs and the results of all steps."""
        return list(self._scope.values())

    @property
    def result(self) -> Variable:
        """The last variable."""
        return self.variables[-1]

    def add(self, template: str, **operands: int) -> Variable:
        """Append a step: the template of variables, which are given by their numbers."""
        names = list(self._scope)
        chosen = {key: names[number] for key, number in operands.items()}
        name, text = f"y{len(self._steps)}", template.format(**chosen)
        self._steps[name] = text, chosen.values()
        self._scope[name] = _made(text, self._scope)
        return self.result

    def build(self, *inputs: Variable) -> Variable:
        """The expression of other inputs."""
        scope = dict(zip(map(str, self.inputs), inputs, strict=True))
        for name, text in self._needed():
            scope[name] = _made(text, scope)
        return scope[[*self._scope][-1]]

    def _needed(self) -> list[tuple[str, str]]:
        """The names and texts of the steps that the expression depends on."""
        wanted, steps = {[*self._scope][-1]}, []
        for name, (text, operands) in reversed(self._steps.items()):
            if name in wanted:
                wanted.update(operands)
                steps.append((name, text))
        return steps[::-1]

    def __repr__(self) -> str:
        """A program that makes the expression and computes it."""
        lines = ["import numpy as np", "import minigrad", "import minigrad.tensor as T", ""]
        for v, value in zip(self.inputs, self.values, strict=True):
            lines.append(f'{v.name} = T.TensorType("{v.dtype}", {v.type.shape})("{v.name}")')
            array = f'np.array({value.tolist()}, "{value.dtype}").reshape({value.shape})'
            lines.append(f"{v.name}_value = {array}")
        lines += [f"{name} = {text}" for name, text in self._needed()]
        values = ", ".join(f"{v.name}: {v.name}_value" for v in self.inputs)
        return "\n".join([*lines, f"print({[*self._scope][-1]}.eval({{{values}}}))"])


def _made(text: str, scope: dict[str, Variable]) -> Variable:
    # The text is that of a template of this package, filled with names that were made here.
    return eval(text, {"T": T, "minigrad": minigrad, **scope})


def expressions(
    families: Sequence[str] = SMOOTH,
    most_operations: int = 8,
    dtype: str | Sequence[str] = "float64",
    of_shapes: Sequence[Shape] = ((), (3,), (1, 3), (2, 1), (2, 3)),
    layouts: bool = False,
) -> st.SearchStrategy[Expression]:
    """Random expressions with valid types, and values for their inputs.

    They shrink to the fewest steps with which the test still fails, and print as a program
    that can be pasted.

    Parameters
    ----------
    families : sequence of str
        Some of `FAMILIES`; by default those whose derivatives finite differences can check.
    most_operations : int
    dtype : str, or list of str to choose from for each input
    of_shapes : sequence of tuple of int
        Shapes of the inputs. Sizes of 1 broadcast; the types do not know other sizes.
    layouts : bool
        Whether to draw the order in memory of the values, too.

    Raises
    ------
    ValueError
        If a family is not in `FAMILIES`.

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
            f"expressions: families must be a list of some of {', '.join(FAMILIES)}; got {families!r}"
        )

    @st.composite
    def drawn(draw: st.DrawFn) -> Expression:
        chosen = draw(st.lists(st.sampled_from(list(of_shapes)), min_size=1, max_size=3))
        values = [draw(tensors(dtype, shape, (-2, 2), layouts)) for shape in chosen]
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

    return drawn()


def _choices(
    known: dict[Variable, np.ndarray], pool: list[Variable], x: int, families: Iterable[str]
) -> list[tuple[str, list[int]]]:
    """The templates that a variable suits, with the numbers of those that can be the other operand."""
    found: list[tuple[str, list[int]]] = []
    fitting = [y for y, variable in enumerate(pool) if _fit(pool[x], variable, known)]
    for family in (FAMILIES[name] for name in families):
        has_two = "{y}" in family.templates[0]
        partners = [y for y in fitting if has_two and _kind(pool[y]) in family.kinds]
        if _suits(family, pool[x], known[pool[x]].size):
            found += [(template, partners) for template in family.templates]
    return found


def _suits(family: Family, x: Variable, size: int) -> bool:
    has_dims = family.least_dims <= x.type.ndim <= family.most_dims
    has_elements = (size > 0 or not family.least_dims) and size < 1000
    return _kind(x) in family.kinds and has_dims and has_elements


def _kind(x: Variable) -> str:
    return x.type.numpy_dtype.kind.replace("u", "i")


def _fit(x: Variable, y: Variable, known: dict[Variable, np.ndarray]) -> bool:
    """Whether the two broadcast: their sizes are equal, or their types say 1."""
    sizes = zip(known[x].shape[::-1], known[y].shape[::-1], strict=False)
    types = zip(x.type.shape[::-1], y.type.shape[::-1], strict=False)
    return all(a == b or 1 in pair for (a, b), pair in zip(sizes, types, strict=True))
