"""A schedule written in C: a function for each pass over rows, and one that calls them."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import NamedTuple

from ..core.graph import Variable
from ..protocol.formula import short
from . import c, products
from .call import ARRAYS
from .nests import Nest
from .passes import Loop, Pass, Schedule, Work, base_of
from .products import is_tiled

_BLOCK_BYTES = 1 << 17  # of what a block holds: a core's own cache holds it
_MOST_ON_THE_STACK = 1 << 18
_MOST_ROWS = 512
# Variables of so many features, or with products so many, are held feature by feature.
_SHORT, _MOST_FEATURES = 15, 48

_HEAD = """\
#define IN_ORDER 0x101 /* of an array: row by row, and aligned */

/* What functions return: 0, or what is wrong: memory is lacking, a column is out of range, an array is
   not in order. */
enum { NO_MEMORY = 1, OUT_OF_RANGE = 2, NOT_IN_ORDER = 4 };
"""


class Written(NamedTuple):
    """A function in C, and how many bytes of memory it is to be given beside inputs and outputs."""

    source: str
    room: int


def head() -> str:
    """Return what all C sources begin with."""
    mathematics = files(__package__).joinpath("vector_math.h").read_text(encoding="utf-8")
    return f"{mathematics}\n#include <stdlib.h>\n\n{ARRAYS}\n{_HEAD}\n{products.DECLARED}"


def written(schedule: Schedule, number: int) -> Written:
    """Return a function of the number of threads, and a list of inputs, outputs, and memory.

    It is called ``region_`` and its number, and stands after the `head`.
    """
    region = _Region(schedule, f"region_{number}")
    return Written(region.source, region.room.bytes_given(_MOST_ON_THE_STACK))


class _Region:
    """Writes the function that Python calls, and knows where what outlives a pass is."""

    def __init__(self, schedule: Schedule, name: str) -> None:
        self.schedule = schedule
        self.name = name
        self.room = c.Room()
        self._names: dict[Variable, str] = {}
        graph = schedule.graph
        self._arrays = {
            **{f"a{i}": v for i, v in enumerate(graph.inputs)},
            **{f"o{i}": v for i, v in enumerate(graph.outputs)},
        }
        self.whole = {v: _whole(v, array) for array, v in self._arrays.items()}
        # Those whose arrays are not to be written over, or are others' now.
        self._given = {*self._arrays.values()}
        for v in schedule.outliving:
            if v not in self.whole:
                self.whole[v] = self._new_whole(v)
        nodes = [work.node for work in schedule.works.values() if work.is_product]
        self.panels = ""
        if nodes:
            self.panels = self.room.array("panels", "uint8", max(map(products.panel_bytes, nodes)))
        functions, calls = [], []
        for i, part in enumerate(schedule.passes):
            if part.n_rows is None:
                calls += _Once(self, part).lines()
            else:
                rows = _Rows(self, part, f"{name}_pass_{i}")
                functions += [*rows.function(), ""]
                calls += rows.calls()
        self.source = "\n".join([*functions, *self._entry(calls), ""])

    def _new_whole(self, v: Variable) -> c.Place:
        """A place for all of v: over what nobody needs any more, or a new array."""
        old = self.schedule.overwritten(v)
        is_product = v.owner is not None and is_tiled(v.owner)
        if old in self.whole and old not in self._given and not is_product:
            self._given.add(old)
            return self.whole[old]
        array = f"w_{self.name_of(v)}"
        size = products.size(v) if is_product else v.type.size or 1
        self.room.array(array, v.type.numpy_dtype, size)
        return (products.place if is_product else _whole)(v, array)

    def name_of(self, v: Variable) -> str:
        """A name that is nobody else's."""
        return self._names.setdefault(v, f"v{len(self._names)}")

    def _entry(self, calls: Sequence[str]) -> list[str]:
        lines = [
            f"for (int i = 0; i < {len(self._arrays)}; i++)",
            "    if ((list->items[i]->flags & IN_ORDER) != IN_ORDER) return NOT_IN_ORDER;",
        ]
        for i, (a, v) in enumerate(self._arrays.items()):
            const = "const " if a.startswith("a") else ""
            lines.append(f"{const}{c.c_type(v.type.dtype)} *restrict {a} = list->items[{i}]->data;")
        lines += self.room.lines(_MOST_ON_THE_STACK, f"list->items[{len(self._arrays)}]->data")
        lines += ["int status = 0;", *calls]
        head = f"int {self.name}(int threads, const List *list)"
        return c.braced([*lines, "return status;"], head)


def _whole(v: Variable, array: str) -> c.Place:
    return c.Place(array, c.row_major(c.sizes(v)), v.type.numpy_dtype)


class _Part:
    """Writes one pass, and knows where its nests find and put what they compute."""

    n_rows: int | None = None
    rows_inside = False

    def __init__(self, region: _Region, part: Pass) -> None:
        self.region = region
        self.part = part
        self.made = {work.output: work for loop in part.loops for work in loop.works}
        self._read = {
            base_of(v)
            for node in [work.node for work in self.made.values()]
            for v in node.inputs
            if base_of(v) in self.made and not region.schedule.is_in_same_loop(v, node)
        }
        self.places: dict[Variable, c.Place] = {}  # of this pass alone

    def name(self, v: Variable) -> str:
        """What a variable is called."""
        return self.region.name_of(v)

    def place(self, v: Variable) -> c.Place:
        """Where a variable is; of sums, where they are added up."""
        return self.places.get(v) or self.region.whole[v]

    def is_stored(self, v: Variable) -> bool:
        """Whether another nest reads what one computes, or another pass, or who asked for it."""
        return v in self._read or v in self.region.whole

    def comment(self, v: Variable) -> str:
        """What a variable is, as its user wrote it."""
        return c.comment(short(v))

    def nests(self) -> list[str]:
        """The lines of all loops."""
        return [line for loop in self.part.loops for line in self._loop(loop)]

    def _copied(
        self, v: Variable, source: c.Place, target: c.Place, rows: int | None = None
    ) -> list[str]:
        """Loops that copy v; along the axis of rows, those of a block."""
        numbers = ["n" if a == rows else f"i{a}" for a in range(v.type.ndim)]
        lines = [f"{target.at(numbers)} = {source.at(numbers)};"]
        for a, name in reversed([*enumerate(numbers)]):
            lines = c.counted(name, "n_rows" if a == rows else v.type.shape[a], lines)
        return lines

    def _loop(self, loop: Loop) -> list[str]:
        if not loop.works[0].is_product:
            return Nest(self, loop).lines()
        lines = []
        for work in loop.works:
            lines.append(self.comment(work.output))
            lines.append(products.line(work.node, self.place, self.region.panels))
        return lines


class _Once(_Part):
    """Writes what is computed once."""

    def lines(self) -> list[str]:
        """Return the lines."""
        first, last = [], []
        for v, work in self.made.items():
            if work.is_product and v in self.region.schedule.graph.outputs:
                size = products.size(v)
                array = self.region.room.array(f"s_{self.name(v)}", work.sum_dtype, size)
                self.places[v] = products.place(v, array)
                last += self._copied(v, self.places[v], self.region.whole[v])
            elif work.is_sum:
                size = v.type.size or 1
                array = self.region.room.array(f"s_{self.name(v)}", work.sum_dtype, size)
                self.places[v] = c.Place(array, c.row_major(c.sizes(v)), work.sum_dtype)
                first += c.filled(array, size, work.element.first)
                if v in self.region.whole:
                    last += c.counted("i", size, [f"{self.region.whole[v].array}[i] = {array}[i];"])
        return c.braced([*first, *self.nests(), *last])


class _Rows(_Part):
    """Writes a function that computes one block of rows, and the calls for all blocks.

    Each block has its own sums, which are added up in the order of the blocks: so they do not depend
    on the threads.
    """

    def __init__(self, region: _Region, part: Pass, function: str) -> None:
        super().__init__(region, part)
        self._function = function
        assert part.n_rows is not None
        self.n_rows = self._n_rows = part.n_rows
        self._row_axis = region.schedule.row_axis
        nodes = [work.node for work in self.made.values()]
        self._used = list(
            dict.fromkeys(base_of(v) for node in nodes for v in (*node.inputs, *node.outputs))
        )
        by_rows = [v for v in self._used if v in self._row_axis and not c.is_number(v)]
        has_products = any(len(w.node.inputs) > 1 and w.joined_labels for w in self.made.values())
        most = _MOST_FEATURES if has_products else _SHORT
        self.rows_inside = max(map(self._features, by_rows), default=1) <= most
        self._turned = [
            v
            for v in by_rows
            if self.rows_inside and v not in self.made
            and self._row_axis[v] == 0 and self._features(v) > 1
        ]  # fmt: skip
        held = [*self._turned, *[v for v in by_rows if v in self.made and self._is_held(v)]]
        row_bytes = sum(self._features(v) * 8 for v in held)
        rows = min(_MOST_ROWS, max(1, _BLOCK_BYTES // max(8, row_bytes)), self._n_rows)
        self._rows = rows // 32 * 32 if rows > 32 else rows
        self._n_blocks = -(-self._n_rows // self._rows)
        self._room = c.Room()
        for v in held:
            self.places[v] = self._block(v)
        self._sums = {
            v: region.room.array(
                f"p_{self.name(v)}", w.sum_dtype, self._n_blocks * (v.type.size or 1)
            )
            for v, w in self.made.items()
            if w.is_sum and v not in self.places
        }
        for v, array in self._sums.items():
            self.places[v] = c.Place(array, c.row_major(c.sizes(v)), self.made[v].sum_dtype)

    def _features(self, v: Variable) -> int:
        return (v.type.size or 1) // self._n_rows

    def _is_held(self, v: Variable) -> bool:
        """Whether a block has an array for the variable."""
        if self.made[v].is_sum:
            return True
        is_turned = self.rows_inside and self._features(v) > 1
        return self.is_stored(v) and (v not in self.region.whole or is_turned)

    def _block(self, v: Variable) -> c.Place:
        """An array for a block of v: row by row, or feature by feature."""
        axis = self._row_axis[v]
        others = [size for a, size in enumerate(c.sizes(v)) if a != axis]
        strides = c.row_major(others)
        if self.rows_inside:
            strides = [stride * self._rows for stride in strides]
        strides.insert(axis, 1 if self.rows_inside else self._features(v))
        work = self.made.get(v)
        dtype = work.sum_dtype if work is not None and work.is_sum else v.type.numpy_dtype
        array = self._room.array(f"b_{self.name(v)}", dtype, self._features(v) * self._rows)
        return c.Place(array, strides, dtype, is_block=True)

    def function(self) -> list[str]:
        """The function that computes one block."""
        lines = self._room.lines(_MOST_ON_THE_STACK)
        for v in self._turned:
            lines += self._copied(v, self.region.whole[v], self.places[v], self._row_axis[v])
        for v, work in self.made.items():
            if work.is_sum:
                size = self._features(v) * self._rows if v not in self._sums else v.type.size or 1
                lines += c.filled(self.places[v].array, size, work.element.first)
        lines += self.nests()
        for v in self.made:
            if v in self.places and v in self.region.whole and v not in self._sums:
                lines += self._copied(v, self.places[v], self.region.whole[v], self._row_axis[v])
        lines += self._room.freed(_MOST_ON_THE_STACK)
        parameters = ["int64_t first", "int64_t n_rows", *self._arrays().values()]
        head = f"static int {self._function}({', '.join(parameters)})"
        return c.braced(["int status = 0;", *lines, "return status;"], head)

    def _arrays(self) -> dict[str, str]:
        """The arrays of the region that the function uses, as parameters."""
        found = {}
        for v in self._used:
            place = self.region.whole.get(v)
            if place is not None and v not in self._sums:
                const = "" if v in self.made else "const "
                found[place.array] = f"{const}{c.c_type(place.dtype)} *restrict {place.array}"
        for v, array in self._sums.items():
            found[array] = f"{c.c_type(self.places[v].dtype)} *restrict {array}"
        return found

    def calls(self) -> list[str]:
        """The lines that call the function for all blocks, and put their sums together."""
        last, length = self._n_blocks - 1, self._n_rows - (self._n_blocks - 1) * self._rows
        size_of = {array: v.type.size or 1 for v, array in self._sums.items()}
        given = [f"block * {self._rows}", f"block < {last} ? {self._rows} : {length}"]
        given += [f"{a} + block * {size_of[a]}" if a in size_of else a for a in self._arrays()]
        lines = [
            f"for (int64_t block = 0; block < {self._n_blocks}; block++)",
            f"    status |= {self._function}({', '.join(given)});",
        ]
        if last:
            shared = "parallel for num_threads(threads) if (threads > 1) schedule(static)"
            lines.insert(0, f"#pragma omp {shared} reduction(|:status)")
        for v, array in self._sums.items():
            lines += self._put_together(v, array, self.made[v])
        return lines

    def _put_together(self, v: Variable, array: str, work: Work) -> list[str]:
        size = v.type.size or 1
        more = f"total = {work.joined.format('total', f'{array}[block * {size} + i]')};"
        return c.counted(
            "i",
            size,
            [
                f"{c.c_type(work.sum_dtype)} total = {work.element.first};",
                f"for (int64_t block = 0; block < {self._n_blocks}; block++) {more}",
                f"{self.region.whole[v].array}[i] = total;",
            ],
        )
