"""One element of an op's output in C, from elements of its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np

from ..core.axes import Alloc, Sum
from ..core.elementwise import Cast, Elementwise, Switch
from ..core.graph import Apply, Op
from ..core.operators import extend
from ..ops.linalg import Dot
from ..ops.planned import Picked, Placed
from ..ops.reduction import Reduction
from ..protocol.kernels import accumulator
from .c import C_TYPES
from .compiler import loaded


class Element(NamedTuple):
    """An element of the output, as C code of the inputs' elements {0}, {1}, … at the same labels.

    If the output lacks a label, the elements along it are combined by `joined`, code with {0} and
    {1}, beginning with `first`. The elements of inputs are first cast to `dtype`. {at_j} is the
    index along the label j. A picked index is in range and counted from 0; if the output lacks
    its label, inputs with the label are read there.
    """

    text: str
    dtype: Any = None
    joined: str | None = None
    first: str = "0"
    fused: str = ""  # puts an element of the inputs and a {total} together, rounded once
    picked: Mapping[Any, int] = {}  # the inputs whose elements are numbers along a label


# By the names of the table. The functions are those of C's library, or of vector_math.h.
FUNCTIONS = {
    "neg": "-{0}", "abs": "fabs({0})", "sqr": "{0} * {0}", "sqrt": "sqrt({0})", "inv": "1 / {0}",
    "sgn": "SIGN({0})",
    "exp": "vector_exp({0})", "expm1": "vector_expm1({0})", "log": "vector_log({0})",
    "log1p": "vector_log1p({0})", "tanh": "vector_tanh({0})", "sigmoid": "vector_sigmoid({0})",
    "softplus": "vector_softplus({0})", "logaddexp": "vector_logaddexp({0}, {1})",
    "sin": "sin({0})", "cos": "cos({0})", "tan": "tan({0})", "sinh": "sinh({0})",
    "cosh": "cosh({0})", "arctan": "atan({0})", "arctan2": "atan2({0}, {1})",
    "arcsin": "asin({0})", "arccos": "acos({0})", "arcsinh": "asinh({0})",
    "arccosh": "acosh({0})", "arctanh": "atanh({0})", "power": "pow({0}, {1})",
    "log2": "log2({0})", "log10": "log10({0})", "exp2": "exp2({0})",
    "ceil": "ceil({0})", "floor": "floor({0})", "trunc": "trunc({0})", "rint": "rint({0})",
    "relu": "LARGER({0}, 0)", "maximum": "LARGER({0}, {1})", "minimum": "SMALLER({0}, {1})",
    "add": "{0} + {1}", "sub": "{0} - {1}", "mul": "{0} * {1}", "true_div": "{0} / {1}",
    "eq": "{0} == {1}", "neq": "{0} != {1}", "lt": "{0} < {1}", "le": "{0} <= {1}",
    "gt": "{0} > {1}", "ge": "{0} >= {1}", "isnan": "{0} != {0}", "isinf": "fabs({0}) == INFINITY",
    "clip": "{0} < {1} ? {1} : {1} != {1} ? {1} : SMALLER({0}, {2})",
    "xlogx": "{0} * vector_log({0} == 0 ? 1 : {0})",
    "xlogy0": "{0} * vector_log({0} == 0 ? 1 : {1})",
    "tensor_copy": "{0}", "switch": "{0} ? {1} : {2}",
}  # fmt: skip
# Functions that take one operation or two.
QUICK = {"fabs", "sqrt", "ceil", "floor", "trunc", "rint", "SIGN", "LARGER", "SMALLER"}
# For truth values alone, and for integers, for which they are the same.
OF_BITS = {"and_": "{0} & {1}", "or_": "{0} | {1}", "xor": "{0} ^ {1}"}
# For integers, too: functions that wrap as in NumPy.
OF_INTEGERS = {"neg", "sqr", "add", "sub", "mul", "tensor_copy", "switch"}
COMPARISONS = {"eq", "neq", "lt", "le", "gt", "ge", "isnan", "isinf"}


# Other libraries of C than `has_vectors` asks for compute these one by one, but NumPy many at once.
_ONE_BY_ONE = {"sin", "cos"}


def mathematics() -> str:
    """Return the C source of the functions of elements."""
    return files(__package__).joinpath("vector_math.h").read_text(encoding="utf-8")


@cache
def has_vectors() -> bool:
    """Whether C's library computes sines, and functions like it, of many numbers at once."""
    library = loaded(f"{mathematics()}\nint has_vectors(void) {{ return HAS_VECTORS; }}")
    return bool(library.has_vectors())


def element_of(node: Apply) -> Element | None:
    """An element of the node's output; None if there is no C for it."""
    types = [v.type for v in (*node.inputs, *node.outputs)]
    if any(t.dtype not in C_TYPES or None in t.shape or 0 in t.shape for t in types):
        return None
    return node.op.element(node) if node.nout == 1 else None


@extend(Op)
class _Op:
    def element(self: Any, node: Apply) -> Element | None:
        """One element of the output in C; by default None, and NumPy computes the op."""
        return None


@extend(Elementwise)
class _Elementwise:
    def element(self: Any, node: Apply) -> Element | None:
        operands = node.inputs[1:] if isinstance(self, Switch) else node.inputs
        dtype = np.result_type(*[x.type.numpy_dtype for x in operands])
        if dtype.kind == "b" and self.name in OF_BITS:
            return Element(OF_BITS[self.name], dtype)
        if dtype.kind == "b" and self.name == "invert":
            return Element("!{0}", dtype)
        if dtype.kind == "f" and not any(x.type.is_float for x in operands):
            return None  # integers that no float holds
        if dtype.kind != "f" and self.name not in OF_INTEGERS | COMPARISONS:
            return None
        if dtype.kind == "b" and self.name in ("add", "mul", "sqr", "neg", "sub"):
            return None
        if self.name in _ONE_BY_ONE and not has_vectors():
            return None
        text = FUNCTIONS.get(self.name)
        return None if text is None or dtype.name not in C_TYPES else Element(text, dtype)


@extend(Cast)
class _Cast:
    def element(self: Any, node: Apply) -> Element | None:
        before, after = (v.type.numpy_dtype.kind for v in (node.inputs[0], node.out))
        if before == "f" and after != "f":
            return None  # what C makes of floats that no integer holds is undefined
        if before == "b":
            return Element("{0} ? 1 : 0")
        return Element("{0} != 0" if after == "b" else "{0}")


@extend(Alloc)
class _Alloc:
    def element(self: Any, node: Apply) -> Element | None:
        return Element("{0}")


@extend(Sum)
class _Sum:
    def element(self: Any, node: Apply) -> Element | None:
        return Element("{0}", accumulator(node.out.type.numpy_dtype), "{0} + {1}")


# With the first of these, the elements are put together to the largest and smallest.
_EXTREMES = {
    ("max", "f"): ("LARGER({0}, {1})", "-INFINITY"),
    ("min", "f"): ("SMALLER({0}, {1})", "INFINITY"),
    ("max", "i"): ("({0} >= {1} ? {0} : {1})", "INT{bits}_MIN"),
    ("min", "i"): ("({0} <= {1} ? {0} : {1})", "INT{bits}_MAX"),
}


@extend(Reduction)
class _Reduction:
    def element(self: Any, node: Apply) -> Element | None:
        dtype = node.inputs[0].type.numpy_dtype
        extreme = _EXTREMES.get((self.name, dtype.kind))
        if extreme is None:
            return None
        joined, first = extreme
        return Element("{0}", dtype, joined, first.format(bits=8 * dtype.itemsize))


@extend(Dot)
class _Dot:
    def element(self: Any, node: Apply) -> Element | None:
        dtype = node.out.type.numpy_dtype
        fused = "FUSED({0}, {1}, {total})"  # as in BLAS
        return Element("{0} * {1}", dtype, "{0} + {1}", fused=fused) if dtype.kind == "f" else None


@extend(Picked)
class _Picked:
    def element(self: Any, node: Apply) -> Element | None:
        return Element("{0}", None, picked={"j": 1})


@extend(Placed)
class _Placed:
    def element(self: Any, node: Apply) -> Element | None:
        return Element("{at_j} == {1} ? {0} : 0", picked={"j": 1})
