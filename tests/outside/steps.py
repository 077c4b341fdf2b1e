"""A random program: its inputs, and its steps as text and as NumPy computes them."""

from typing import Any, NamedTuple

from oracle import (
    DoesNotFit,
)

FLOATS, INTEGERS = ("float64", "float32", "float16"), ("int8", "int16", "int32", "int64", "uint8")


class Input(NamedTuple):
    """An input of a program: `role` says whether it is an argument, a shared variable or in givens."""

    name: str
    dtype: str
    shape: tuple[Any, ...]  # of sizes, and "n"
    broadcastable: tuple[bool, ...]
    role: str

    def sizes(self, n):
        return tuple(n if size == "n" else size for size in self.shape)


class Step(NamedTuple):
    """One operation."""

    family: str
    text: str  # as a user of minigrad writes it
    oracle: Any  # of the operands' values
    operands: tuple[int, ...]
    dtype: str = ""
    precision: str = "float64"  # of its coarsest float, which may be an operand
    patterns: tuple[tuple[bool, ...], ...] = ()  # if it is elementwise, which axes broadcast
    definitions: str = ""  # lines that come before, for what the text names
    dtypes: tuple[str, ...] = ()  # what it computes in, besides its operands' and its own
    streams: tuple[Any, ...] = ()  # what it draws from, in the order in which they are made
    updates: str = ""  # the name of the updates that a function of it is to be given

    def check_sizes(self, operands):
        """minigrad repeats only what is known to have size 1, never what happens to."""
        if not self.patterns:
            return
        ndim = max(map(len, self.patterns))
        for axis in range(1, ndim + 1):
            sizes = {
                x.shape[-axis]
                for x, pattern in zip(operands, self.patterns, strict=True)
                if len(pattern) >= axis and not pattern[-axis]
            }
            if len(sizes) > 1:
                raise DoesNotFit(f"sizes {sizes}")


def coarsest(dtypes):
    return max((d for d in dtypes if d in FLOATS), key=FLOATS.index, default="float64")


def elementwise(p, text, oracle, *operands, family=""):
    names = [f"v{i}" for i in operands]
    patterns = tuple(p.variables[i].broadcastable for i in operands)
    return Step(family, text.format(*names), oracle, operands, patterns=patterns)


def plain(text, oracle, *operands, **more):
    return Step("", text.format(*[f"v{i}" for i in operands], **more), oracle, operands)
