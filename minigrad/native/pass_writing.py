"""A pass written in C: once, or as a function for one block of rows and the calls for all blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core.graph import Variable
from ..protocol.formula import short
from . import c, products
from .arrays import Arrays
from .nests import Nest
from .passes import Loop, Pass, Work, base_of

# The bytes of a block, which fit into a core's own cache; and how many times as many a block may have
# if it has products in tiles, which compute more with each byte.
_BLOCK_BYTES, _TIMES_FOR_TILES = 1 << 16, 8
_MOST_ROWS = 512
# Threads compute so many shares of the rows, of at least so many elements; and of so many rows where
# the sums of shares are to be put together, or there are tiles.
_SHARES, _WORTH_SHARING, _WORTH_SUMS, _WORTH_TILES = (16, 8, 4, 2, 1), 2048, 16, 24
_ROWS_OF_VECTORS, _ROWS_OF_TILES = 32, 4
# Variables of so many features, or with products so many, are held feature by feature.
_SHORT, _MOST_FEATURES = 15, 48
# So many elements beside those that go by rows are computed by threads, too.
_WORTH_THREADS = 1 << 17


class PassWriter:
    """Writes one pass, and knows where its loops read and write variables."""

    rows_inside = False

    def __init__(self, arrays: Arrays, pass_: Pass) -> None:
        self._all = arrays
        self._pass = pass_
        self.made = {work.output: work for loop in pass_.loops for work in loop.works}
        self._read = {
            base_of(v)
            for node in [work.node for work in self.made.values()]
            for v in node.inputs
            if base_of(v) in self.made and not arrays.schedule.is_in_same_loop(v, node)
        }
        self.places: dict[Variable, c.Place] = {}  # of this pass alone

    def name(self, v: Variable) -> str:
        """The name of a variable in C."""
        return self._all.name_of(v)

    def place(self, v: Variable) -> c.Place:
        """The place of a variable; a sum's is where it is added up."""
        return self.places.get(v) or self._all.whole[v]

    def is_stored(self, v: Variable) -> bool:
        """Whether another loop or another pass reads the variable, or it is an output."""
        return v in self._read or v in self._all.whole

    def comment(self, v: Variable) -> str:
        """A comment: the variable, as its user wrote it."""
        return c.comment(short(v))

    def loops(self) -> list[str]:
        """The lines of all loops."""
        return [line for loop in self._pass.loops for line in self._loop(loop)]

    def _loop(self, loop: Loop) -> list[str]:
        if not loop.works[0].is_product:
            return Nest(self, loop, self._is_shared(loop)).lines()
        lines = []
        for work in loop.works:
            lines += [self.comment(work.output), self._product(work)]
        return lines

    def _is_shared(self, loop: Loop) -> bool:
        """Whether threads share the loop itself."""
        return False

    def _product(self, work: Work) -> str:
        """The line that computes a product of large matrices."""
        raise NotImplementedError

    def _panels(self, works: Sequence[Work]) -> str:
        """The name of new memory that holds the panels of each of these products."""
        size = max(products.panel_bytes(work.node) for work in works)
        return self._all.room.array(f"panels_{self.name(works[0].output)}", "uint8", size)


def _copied(v: Variable, source: c.Place, target: c.Place, rows: int | None = None) -> list[str]:
    """Loops that copy v; along the axis of rows, those of a block."""
    numbers = ["n" if a == rows else f"i{a}" for a in range(v.type.ndim)]
    lines = [f"{target.at(numbers)} = {source.at(numbers)};"]
    for a, name in reversed([*enumerate(numbers)]):
        lines = c.counted(name, "n_rows" if a == rows else v.type.shape[a], lines)
    return lines


class Once(PassWriter):
    """Writes a pass that is computed once, not by rows."""

    def __init__(self, arrays: Arrays, pass_: Pass) -> None:
        super().__init__(arrays, pass_)
        works = [work for work in self.made.values() if work.is_product]
        self._panels_of_all = self._panels(works) if works else ""

    def lines(self) -> list[str]:
        """Return the lines."""
        first, last = [], []
        for v, work in self.made.items():
            if work.is_product and v in self._all.given.values():
                array = self._all.room.array(f"s_{self.name(v)}", work.sum_dtype, products.size(v))
                self.places[v] = products.place(v, array)
                last += _copied(v, self.places[v], self._all.whole[v])
            elif work.is_sum:
                size = v.type.size or 1
                array = self._all.room.array(f"s_{self.name(v)}", work.sum_dtype, size)
                self.places[v] = c.Place(array, c.row_major(c.sizes(v)), work.sum_dtype)
                first += c.filled(array, size, work.element.first)
                if v in self._all.whole:
                    last += _copied(v, self.places[v], self._all.whole[v])
        return c.braced([*first, *self.loops(), *last])

    def _is_shared(self, loop: Loop) -> bool:
        is_large = sum(work.elements for work in loop.works) >= _WORTH_THREADS
        return is_large and not any(work.is_sum for work in loop.works)

    def _product(self, work: Work) -> str:
        return products.Lines(work.node, self.place).all(self._panels_of_all)


class Rows(PassWriter):
    """Writes a function that computes one block of rows, and the calls for all blocks.

    The rows are shared out, whatever the number of threads. Each share has its own sums, which are
    added up in order: so they do not depend on the threads.
    """

    def __init__(self, arrays: Arrays, pass_: Pass, function: str) -> None:
        super().__init__(arrays, pass_)
        self._function = function
        assert pass_.n_rows is not None
        self._n_rows = pass_.n_rows
        self._row_axis = arrays.schedule.row_axis
        works = self.made.values()
        self._used = list(
            dict.fromkeys(base_of(v) for w in works for v in (*w.node.inputs, *w.node.outputs))
        )
        self._products = [work for work in works if work.is_product]
        by_rows = [v for v in self._used if v in self._row_axis and not c.is_number(v)]
        has_products = any(len(work.node.inputs) > 1 and work.joined_labels for work in works)
        most = _MOST_FEATURES if has_products else _SHORT
        is_short = max(map(self._features, by_rows), default=1) <= most
        self.rows_inside = is_short and not self._products
        # The variables whose rows are padded to whole vectors: results of tiles, and second matrices
        # of products that are summed over the rows.
        self._padded = {work.output for work in self._products} | {
            work.node.inputs[1] for work in self._products if work.rows in work.joined_labels
        }
        held = [v for v in by_rows if self._is_held(v)]
        self._sums = {v: work for v, work in self.made.items() if self._is_over_rows(work)}
        # Shares and blocks have a multiple of so many rows: of whole vectors, or tiles.
        self._unit = _ROWS_OF_VECTORS if self.rows_inside else _ROWS_OF_TILES
        self._n_shares = self._number_of_shares()
        self._rows = self._rows_of_a_block(held)
        self._room = c.Room()
        for v in held:
            self.places[v] = self._block(v)
        for v, work in self._sums.items():
            self.places[v] = self._place_of_sum(v, work)
        # One of the products with the same second matrix copies it.
        of_rows = [work for work in self._products if work.output not in self._sums]
        self._copies = {work.node.inputs[1]: work for work in of_rows}
        self._panels_of = {v: self._panels([work]) for v, work in self._copies.items()}

    # ---- Where variables are -----------------------------------------------------------------------

    def _is_over_rows(self, work: Work) -> bool:
        return (work.is_sum or work.is_product) and work.output not in self._row_axis

    def _is_held(self, v: Variable) -> bool:
        """Whether a block has an array for the variable."""
        work, there = self.made.get(v), self._all.whole.get(v)
        if work is not None and (work.is_sum or not self.is_stored(v)):
            return work.is_sum
        if there is None or not self.rows_inside:
            return there is None or (v in self._padded and not products.is_padded(there))
        return self._row_axis[v] == 0 and self._features(v) > 1

    def _features(self, v: Variable) -> int:
        return (v.type.size or 1) // self._n_rows

    def _length(self, v: Variable) -> int:
        """The number of elements that a row takes in an array, with its padding."""
        features = self._features(v)
        return products.padded(features, v.type.numpy_dtype) if v in self._padded else features

    def _dtype(self, v: Variable) -> Any:
        work = self.made.get(v)
        return work.sum_dtype if work is not None and work.is_sum else v.type.numpy_dtype

    def _number_of_shares(self) -> int:
        elements = sum(work.elements for work in self.made.values())
        worth = max(
            _WORTH_SHARING * self._n_rows // elements,
            _WORTH_SUMS if self._sums else 0,
            _WORTH_TILES if self._products else 0,
        )
        return next(n for n in _SHARES if self._n_rows >= n * worth or n == 1)

    def _rows_of_a_block(self, held: Sequence[Variable]) -> int:
        """The number of rows in a block: as many as the cache holds, but equal for a share's blocks."""
        row_bytes = sum(self._length(v) * self._dtype(v).itemsize for v in held)
        block_bytes = _BLOCK_BYTES * (_TIMES_FOR_TILES if self._products else 1)
        most = min(_MOST_ROWS, block_bytes // max(8, row_bytes))
        if most < self._unit:
            return max(1, most)
        units = -(-self._n_rows // (self._unit * self._n_shares))  # of the largest share
        n_blocks = -(-units * self._unit // most)
        return min(-(-units // n_blocks) * self._unit, self._n_rows)

    def _block(self, v: Variable) -> c.Place:
        """An array for a block of v: row by row, or feature by feature."""
        axis, length = self._row_axis[v], self._length(v)
        strides = c.row_major([size for a, size in enumerate(c.sizes(v)) if a != axis])
        if self.rows_inside:
            strides = [stride * self._rows for stride in strides]
        strides.insert(axis, 1 if self.rows_inside else length)
        array = self._room.array(f"b_{self.name(v)}", self._dtype(v), length * self._rows)
        return c.Place(array, strides, self._dtype(v), is_block=True)

    def _place_of_sum(self, v: Variable, work: Work) -> c.Place:
        """The array for a sum over all rows, of each share."""
        array = f"p_{self.name(v)}"
        self._all.room.array(array, work.sum_dtype, self._n_shares * self._size_of_sum(v))
        if work.is_product:
            return products.place(v, array)
        return c.Place(array, c.row_major(c.sizes(v)), work.sum_dtype)

    def _size_of_sum(self, v: Variable) -> int:
        return products.size(v) if self.made[v].is_product else v.type.size or 1

    # ---- One block -----------------------------------------------------------------------------------

    def function(self) -> list[str]:
        """The function that computes one block."""
        lines = self._room.lines()
        for v, place in self.places.items():
            lines += self._begun(v, place)
        lines += self.loops()
        for v, place in self.places.items():
            if v in self.made and v in self._all.whole and v not in self._sums:
                lines += _copied(v, place, self._all.whole[v], self._row_axis[v])
        lines += self._room.freed()
        parameters = ["int64_t first", "int64_t n_rows", *self._parameters().values()]
        head = f"static int {self._function}({', '.join(parameters)})"
        return c.braced(["int status = 0;", *lines, "return status;"], head)

    def _begun(self, v: Variable, place: c.Place) -> list[str]:
        """The lines that fill an array of a block before anything is computed."""
        if v in self._sums:
            return []
        lines, work = [], self.made.get(v)
        if work is None:
            lines += _copied(v, self._all.whole[v], place, self._row_axis[v])
        elif work.is_sum:
            lines += c.filled(place.array, self._length(v) * self._rows, work.element.first)
        length, features = self._length(v), self._features(v)
        if length > features and not (work and work.is_product):
            # Nobody reads the padding, but tiles compute with it, slowly if it is denormal.
            end = [f"{place.array}[(n + 1) * {length} - 1 - i] = 0;"]
            lines += c.counted("n", "n_rows", c.counted("i", length - features, end))
        return lines

    def _product(self, work: Work) -> str:
        lines = products.Lines(work.node, self.place)
        is_sum = work.output in self._sums
        return lines.of_terms() if is_sum else lines.of_rows(self._panels_of[work.node.inputs[1]])

    def _parameters(self) -> dict[str, str]:
        """The arrays of the region that the function uses, as parameters."""
        found = {}
        for v in self._used:
            place = self._all.whole.get(v)
            if place is not None and v not in self._sums:
                const = "" if v in self.made else "const "
                found[place.array] = f"{const}{c.c_type(place.dtype)} *restrict {place.array}"
        for v in self._sums:
            place = self.places[v]
            found[place.array] = f"{c.c_type(place.dtype)} *restrict {place.array}"
        for panels in self._panels_of.values():
            found[panels] = f"const void *restrict {panels}"
        return found

    # ---- All blocks ----------------------------------------------------------------------------------

    def calls(self) -> list[str]:
        """The lines that call the function for all blocks, and put the sums of shares together."""
        lines = []
        for v, panels in self._panels_of.items():
            lines.append(products.Lines(self._copies[v].node, self.place).pack(panels))
        lines += c.shared("share", self._n_shares, self._share())
        for v, work in self._sums.items():
            lines += self._put_together(v, work)
        return lines

    def _share(self) -> list[str]:
        """The lines that compute one share of the blocks."""
        sizes = {self.places[v].array: self._size_of_sum(v) for v in self._sums}
        lines = []
        for (array, size), work in zip(sizes.items(), self._sums.values(), strict=True):
            begun = f"{array}[share * {size} + i] = {work.element.first};"
            lines.append(f"for (int64_t i = 0; i < {size}; i++) {begun}")
        given = [f"{a} + share * {sizes[a]}" if a in sizes else a for a in self._parameters()]
        units, n, rows = -(-self._n_rows // self._unit), self._n_shares, self._rows
        first, end = (
            f"{share} * {units} / {n} * {self._unit}" for share in ("share", "(share + 1)")
        )
        lines += [
            f"const int64_t end = share < {n - 1} ? {end} : {self._n_rows};",
            f"for (int64_t first = {first}; first < end; first += {rows}) {{",
            f"    const int64_t n_rows = end - first < {rows} ? end - first : {rows};",
            f"    status |= {self._function}({', '.join(['first', 'n_rows', *given])});",
            "}",
        ]
        return lines

    def _put_together(self, v: Variable, work: Work) -> list[str]:
        """The lines that add the sums of the other shares to those of the first, line by line."""
        place, size = self.places[v], self._size_of_sum(v)
        copied = _copied(v, place, self._all.whole[v])
        if self._n_shares == 1:
            return copied
        n_lines = c.sizes(v)[0] if work.is_product else 1
        number = f"line * {size // n_lines} + i" if n_lines > 1 else "i"
        mine, other = f"{place.array}[{number}]", f"{place.array}[share * {size} + {number}]"
        joined = [f"{mine} = {work.joined.format(mine, other)};"]
        lines = [
            f"for (int64_t share = 1; share < {self._n_shares}; share++)",
            *c.indented(["#pragma omp simd", *c.counted("i", size // n_lines, joined)]),
        ]
        if n_lines > 1:
            lines = c.counted("line", n_lines, lines)
            if self._n_shares * size >= _WORTH_THREADS:
                lines.insert(0, c.PARALLEL)
        return [*lines, *copied]
