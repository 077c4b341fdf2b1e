"""One loop nest written in C: works of one shape, element by element."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.axes import DimShuffle
from ..core.graph import Variable
from . import c
from .passes import Loop, Work

if TYPE_CHECKING:
    from .pass_writing import PassWriter

_SIDE_BY_SIDE = 8  # sums that one loop adds up
_SUM = "{0} + {1}"
# So many float32 are added up in float32, as by BLAS. A block has fewer rows.
_MOST_IN_NARROW = 1024


class Nest:
    """Writes one loop nest: in the order of its axes, but rows last if they are inside.

    If it is `shared`, threads share its outer loop.
    """

    def __init__(self, places: PassWriter, loop: Loop, shared: bool = False) -> None:
        self._shared = shared
        self._places = places
        self._loop = loop
        row_axis, *sizes = loop.shape
        axes = [("n" if a == row_axis else f"i{a}", size) for a, size in enumerate(sizes)]
        rows = [axis for axis in axes if axis[0] == "n"]
        others = [axis for axis in axes if axis[0] != "n" and axis[1] > 1]
        self._axes = [*others, *rows] if places.rows_inside else [*rows, *others]
        self._inner = self._axes[-1][0] if self._axes else None
        self._before: list[str] = []  # the lines before the innermost loop
        self._inside: list[str] = []
        self._after: list[str] = []
        self._totals: list[str] = []
        self._is_simd = True
        self._checks = False  # whether numbers are in range
        self._loaded: dict[Any, str] = {}
        self._local: dict[Variable, str] = {}
        self._moved: dict[str | None, str] = {}
        self._suffix = ""

    def lines(self) -> list[str]:
        """Return the nest, with a comment for each work."""
        repeated, step = self._side_by_side()
        for t in range(step):
            self._local = {}
            self._suffix = f"_{t}" if step > 1 else ""
            self._moved = {repeated: f"({repeated} + {t})"} if t else {}
            for work in self._loop.works:
                self._add(work)
        lines = [*self._before, *self._inside]
        if self._axes:
            lines = [*self._before, *self._pragma(), *self._over(self._axes[-1], self._inside)]
            lines += self._after
        for axis in reversed(self._axes[:-1]):
            lines = self._over(axis, lines, step if axis[0] == repeated else 1)
        if self._shared and len(self._axes) > 1:
            status = " reduction(|:status)" if self._checks else ""
            lines.insert(0, f"{c.PARALLEL}{status}")
        comments = [self._places.comment(work.output) for work in self._loop.works]
        return c.braced([*comments, *lines])

    def _over(self, axis: tuple[str, int], lines: Sequence[str], by: int = 1) -> list[str]:
        name, size = axis
        return c.counted(name, "n_rows" if name == "n" else size, lines, by)

    def _pragma(self) -> list[str]:
        if not self._is_simd:
            return []
        totals = f" reduction(+:{','.join(self._totals)})" if self._totals else ""
        status = " reduction(|:status)" if self._checks else ""
        return [f"#pragma omp simd{totals}{status}"]

    def _side_by_side(self) -> tuple[str | None, int]:
        """The index of which several steps are computed at once, and how many; for sums of products.

        So an element that all of the steps need is loaded once.
        """
        work = self._loop.works[0]
        is_alone = len(self._loop.works) == 1 and len(self._axes) > 1
        if not is_alone or len(work.node.inputs) < 2 or work.rows not in work.joined_labels:
            return None, 1
        name, size = self._axes[-2]
        if name == "n":
            return None, 1
        most = min(size, _SIDE_BY_SIDE)
        return name, next(s for s in range(most, 0, -1) if size % s == 0)

    # ---- One work ------------------------------------------------------------------------------

    def _add(self, work: Work) -> None:
        v = work.output
        name = self._places.name(v) + self._suffix
        if work.is_sum:
            self._add_sum(work, name)
            return
        text = self._written_out(work) if work.joined_labels else self._text(work, {})
        self._inside.append(f"const {c.c_type(v.type.dtype)} {name} = {text};")
        self._local[v] = name
        if self._places.is_stored(v):
            numbers = [self._number(work, label, {}) for label in work.output_labels]
            self._inside.append(f"{self._places.place(v).at(numbers)} = {name};")

    def _written_out(self, work: Work) -> str:
        """The terms put together, one by one, in one expression."""
        total = ""
        for chosen in _each(work.joined_labels, work.sizes):
            total = self._joined(work, total, chosen) if total else f"({self._text(work, chosen)})"
        return total

    def _joined(self, work: Work, total: str, chosen: Mapping[Any, str]) -> str:
        """The total so far, put together with one more element."""
        if work.element.fused:
            return self._text(work, chosen, total)
        return work.joined.format(total, f"({self._text(work, chosen)})")

    def _add_sum(self, work: Work, name: str) -> None:
        """Put the elements together with those before, in memory or in a variable of the loop."""
        place = self._places.place(work.output)
        there = place.at([self._number(work, label, {}) for label in work.output_labels])
        if self._inner is None or c.mentions(self._inner, [there]):
            self._inside.append(f"{there} = {self._joined(work, there, {})};")
            return
        total = f"t_{name}"
        dtype = self._dtype_of_total(work, place)
        self._before.append(f"{c.c_type(dtype)} {total} = {work.element.first};")
        self._inside.append(f"{total} = {self._joined(work, total, {})};")
        self._after.append(f"{there} = {work.joined.format(there, total)};")
        if work.joined == _SUM:
            self._totals.append(total)
        else:
            self._is_simd = False  # with NaN, the largest of some depends on their order in C

    def _dtype_of_total(self, work: Work, place: c.Place) -> Any:
        """The dtype in which one innermost loop adds up: float32 loses few digits if it is short."""
        _, size = self._axes[-1]
        is_short = self._inner == "n" or size <= _MOST_IN_NARROW
        return work.output.type.numpy_dtype if is_short and work.joined == _SUM else place.dtype

    def _text(self, work: Work, chosen: Mapping[Any, str], total: str = "") -> str:
        """An element, made of those of the inputs; put together with a total, if one is given."""
        element = work.element
        chosen = dict(chosen)
        columns: dict[int, str] = {}
        for label, i in element.picked.items():
            column = self._value(work, i, chosen)
            columns[i] = self._checked(column, work.sizes[label], work)
            if label not in work.output_labels:
                chosen[label] = columns[i]
        values = [
            columns.get(i) or self._cast_value(work, i, chosen)
            for i in range(len(work.node.inputs))
        ]
        labels = [label for label in work.output_labels if isinstance(label, str)]
        told = {f"at_{label}": self._number(work, label, chosen) for label in labels}
        return (element.fused if total else element.text).format(*values, total=total, **told)

    def _cast_value(self, work: Work, i: int, chosen: Mapping[Any, str]) -> str:
        dtype, before = work.element.dtype, work.node.inputs[i].type.numpy_dtype
        value = self._value(work, i, chosen)
        if dtype is None or before == dtype:
            return value
        if before == "bool":  # compilers choose among many at once, but do not convert single bytes
            value = f"{value} ? 1 : 0"
        return f"({c.c_type(dtype)})({value})"

    def _checked(self, column: str, size: int, work: Work) -> str:
        """The name of a column's number, counted from 0, that is in range."""
        name = f"c_{self._places.name(work.output)}{self._suffix}"
        # Without a branch, so that many are checked at once.
        self._inside += [
            f"int64_t {name} = {column} + ({column} < 0 ? {size} : 0);",
            f"const int wrong_{name} = {name} < 0 | {name} >= {size};",
            f"{name} = wrong_{name} ? 0 : {name};",
            f"status |= wrong_{name} ? OUT_OF_RANGE : 0;",
        ]
        self._checks = True
        return name

    def _value(self, work: Work, i: int, chosen: Mapping[Any, str]) -> str:
        """An element of an input: a number, a variable of the loop, or one that is loaded for it."""
        v = work.node.inputs[i]
        numbers = [self._number(work, label, chosen) for label in work.axes.inputs[i]]
        while v.owner is not None and isinstance(v.owner.op, DimShuffle):
            v, numbers = _before(v, numbers)
        if c.is_number(v):
            return c.literal(v)
        if v in self._local:
            return self._local[v]
        key = (v, *numbers)
        if key not in self._loaded:
            self._loaded[key] = name = f"x{len(self._loaded)}"
            text = f"const {c.c_type(v.type.dtype)} {name} = {self._places.place(v).at(numbers)};"
            moves = c.mentions(self._inner, numbers) or self._inner is None
            (self._inside if moves else self._before).append(text)
        return self._loaded[key]

    def _number(self, work: Work, label: Any, chosen: Mapping[Any, str]) -> str:
        """The number along a label."""
        if label in chosen:
            return chosen[label]
        if label is None or label not in work.space:
            return "0"
        if label == work.rows:
            return "n"
        name = f"i{work.space.index(label)}"
        return "0" if work.sizes.get(label, 1) == 1 else self._moved.get(name, name)


def _each(labels: Sequence[Any], sizes: Mapping[Any, int]) -> Iterator[dict[Any, str]]:
    """Return all numbers along the labels."""
    for numbers in np.ndindex(*[sizes[label] for label in labels]):
        yield dict(zip(labels, map(str, numbers), strict=True))


def _before(v: Variable, numbers: Sequence[str]) -> tuple[Variable, list[str]]:
    """The variable that a transpose views, and the numbers in it of the element at these numbers."""
    node: Any = v.owner
    x = node.inputs[0]
    there = ["0"] * x.type.ndim
    for number, axis in zip(numbers, node.op.new_order, strict=True):
        if axis != "x":
            there[axis] = number
    return x, there
