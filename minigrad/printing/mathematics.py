"""The mathematical notation of operations: `NOTATION`, and that of names and numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from math import e, isfinite, log, pi, sqrt
from typing import Any

import numpy as np

from ..core.axes import Alloc, DimShuffle, Size, Sum
from ..core.elementwise import Cast, Elementwise
from ..core.graph import Apply, Constant, Variable
from ..core.sharing import SharedVariable
from ..core.table import mul, neg, true_div
from ..ops.indexing import INPUT, IncSubtensor, Subtensor
from ..ops.joining import Join
from ..ops.linalg import Dot, MatMul
from ..ops.planned import Picked
from ..ops.ranges import ARange
from ..ops.reduction import CumSum, Reduction
from ..ops.shape import Itself, Reshape, Shape
from ..ops.softmax import LogSoftmax, Softmax
from ..protocol.formula import is_number, one_line
from ..protocol.omissions import ITSELF, Wording, in_few_words, sign_of_one
from ..protocol.walks import known_integer, made_by

# fmt: off
from .notation import (  # isort: skip
    AND, ATOM, BIG, COMPARISON, GREEK, NAME, OR, PRODUCT, SUM, THIN, TIGHT, TIMES, Notation,
    big, call, cases, fraction, function, gap, index, infix, listed, make, mark, name, number,
    power, prefix, row, sign, within, words,
)
# fmt: on

# So many factors are looked through.
_STEPS = 8

x, y, z = gap(0), gap(1), gap(2)
one = number(1)


# ---- Names and numbers -------------------------------------------------------------------------------

_NAME = re.compile(r"([^\W\d_]+)(\d*)((?:_[^\W_]+)*)")
_DERIVATIVE = re.compile(r"\(?[d∂](.+)/[d∂]([^/]+?)\)?")


def named(text: str) -> Notation:
    """A name: W_h has an index, beta is a letter, (dcost/dW) is a derivative."""
    text = one_line(text)
    derivative = _DERIVATIVE.fullmatch(text)
    if derivative and text.count("/") == 1:
        return fraction(*[row(mark("∂"), named(part)) for part in derivative.groups()])
    parts = _NAME.fullmatch(text)
    if not parts:
        return words(text)
    letters, digits, rest = parts.groups()
    is_word = len(letters) > 1 and letters not in GREEK
    if is_word and any(len(part) > 1 and not part.isdigit() for part in rest.split("_")):
        return name(text)
    indices = [part for part in (digits, *rest.split("_")) if part]
    below = [number(p) if p.isdigit() else name(GREEK.get(p, p)) for p in indices]
    letter = name(GREEK.get(letters, letters))
    return index(letter, *below) if below else letter


def _root(of: Notation) -> Notation:
    return make("root", of)


# Constants that are more than their digits, as derivatives and densities have them.
_pi, two = name("π"), number(2)
_EXACT = {
    pi: _pi,
    2 * pi: row(two, sign(TIMES), _pi, binds=PRODUCT),
    pi / 2: fraction(_pi, two),
    pi / 180: fraction(_pi, number(180)),
    180 / pi: fraction(number(180), _pi),
    e: name("e"),
    log(2): call("log", two),
    log(10): call("log", number(10)),
    log(2 * pi): call("log", row(two, sign(TIMES), _pi, binds=PRODUCT)),
    sqrt(2): _root(two),
    1 / sqrt(2): fraction(one, _root(two)),
    sqrt(0.5): fraction(one, _root(two)),
    sqrt(pi): _root(_pi),
    2 / sqrt(pi): fraction(two, _root(_pi)),
    sqrt(2 * pi): _root(row(two, sign(TIMES), _pi)),
    sqrt(2 / pi): _root(fraction(two, _pi)),
}
# A constant of float32 is the same constant.
_EXACT |= {float(np.float32(value)): notation for value, notation in _EXACT.items()}


def numeral(value: Any) -> Notation:
    """A number as people write it: 2, not 2.0; −1; π; others to six digits, 3 · 10⁻⁸."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return words(str(value))
    if abs(value) in _EXACT:
        digits = _EXACT[abs(value)]
    elif not isfinite(value):
        digits = name("∞") if value == value else words("NaN")
    else:
        is_whole = value == int(value) and abs(value) < 1e15
        text = str(abs(int(value))) if is_whole else f"{abs(value):.6g}"
        mantissa, _, exponent = text.partition("e")
        digits = number(mantissa)
        if exponent:
            ten = power(number(10), numeral(int(exponent)))
            digits = ten if mantissa == "1" else infix(digits, "⋅", ten, PRODUCT)
    return prefix("−", digits) if value < 0 else digits


def leaf(variable: Variable, numbered: Callable[[Variable], int]) -> Notation:
    """A variable that is not computed: its name, or its kind and number; the value of a constant."""
    if variable.name:
        return named(variable.name)
    if not isinstance(variable, Constant):
        kind = "shared" if isinstance(variable, SharedVariable) else "input"
        return index(name(kind), number(numbered(variable)))
    if not variable.type.ndim:
        return numeral(variable.data.item())
    if variable.type.ndim == 1 and variable.data.size <= 8:
        return make("brackets", listed([numeral(entry) for entry in variable.data.tolist()]))
    return words(f"constant of shape {variable.data.shape}")


# ---- Axes --------------------------------------------------------------------------------------------


def letters(axes: Sequence[int]) -> list[Notation]:
    """The letters of axes: i, j, k, l for the first four."""
    return [name("ijkl"[axis]) if axis < 4 else index(name("i"), number(axis)) for axis in axes]


def _along(called: str, node: Apply) -> Notation:
    """A function along axes, which are told where there are others."""
    head = function(called)
    if len(node.op.axis) < node.inputs[0].type.ndim or node.out.type.ndim > 1:
        head = index(head, *letters(node.op.axis))
    return call(head, x)


def _size(node: Apply, op: Size, operands: Sequence[Variable]) -> Notation:
    names = {1: ["dim"], 2: ["rows", "cols"]}.get(operands[0].type.ndim)
    return call(names[op.axis] if names else index(function("size"), *letters([op.axis])), x)


def _permuted(node: Apply, op: DimShuffle, operands: Sequence[Variable]) -> Notation:
    if op.new_order == (1, 0):
        return power(x, mark("⊤"))
    if op.kept != sorted(op.kept) or len(op.kept) < operands[0].type.ndim:
        order = [mark("∗") if axis == "x" else letters([int(axis)])[0] for axis in op.new_order]
        return index(x, *order)
    return index(x, *[mark("∗" if axis == "x" else ":") for axis in op.new_order])


def _repeated(node: Apply, op: Alloc, operands: Sequence[Variable]) -> Notation:
    sizes = [within(gap(1 + i), COMPARISON) for i in range(len(operands) - 1)]
    if not sizes:
        return x
    shape = row(*[piece for size in sizes for piece in (sign("×"), size)][1:])
    return _times_ones(operands[0], x, index(name("𝟏"), shape), "𝟎")


def _filled(node: Apply, operands: Sequence[Variable]) -> Notation:
    return _times_ones(operands[1], y, index(name("𝟏"), x), "𝟎")


def _times_ones(value: Variable, factor: Notation, ones: Notation, zero: str) -> Notation:
    """A value in a shape: ones of that shape, of which it is a multiple."""
    if is_number(value) and value.data == 1:
        return ones
    if is_number(value) and value.data == 0:
        return index(name(zero), *ones.parts[1:])
    return infix(factor, TIMES, ones, PRODUCT)


# ---- Products and quotients --------------------------------------------------------------------------


def _product(node: Apply, op: Any, operands: Sequence[Variable]) -> Notation:
    """s X for a scalar s, X ⊙ Y for each element; brackets where X Y is a factor of such."""
    left, right = x, y
    if is_number(operands[1]) and not is_number(operands[0]):
        left, right, operands = y, x, operands[::-1]
    left, right = _as_number(left, operands[0]), _as_number(right, operands[1])
    if _has_minus(operands[0]):  # which is that of the whole product
        return row(within(left, SUM), sign(TIMES), within(right, PRODUCT), binds=SUM)
    if all(v.type.ndim for v in operands):
        left, right = (
            within(part, PRODUCT if made_by(v, mul) else TIGHT)
            for part, v in zip((left, right), operands, strict=True)
        )
        return row(left, sign("⊙"), right, binds=PRODUCT)
    left = within(left, TIGHT if made_by(operands[0], Dot) else PRODUCT)
    binds = BIG if made_by(operands[1], Sum) else PRODUCT
    return row(left, sign(TIMES), within(right, binds), binds=binds)


def _has_minus(factor: Variable) -> bool:
    """Whether a scalar that begins a product is written with a minus before it."""
    for _ in range(_STEPS):
        if factor.owner is None or factor.type.ndim:
            return is_number(factor) and bool(factor.data < 0)
        op, operands = in_few_words(factor.owner)
        if op == true_div:
            return _inverse(operands[1]) is not None and sign_of_one(operands[0]) == "-"
        if op not in (ITSELF, mul):
            return op == neg
        factor = operands[is_number(operands[-1])] if op == mul else operands[0]
    return False


def _as_number(part: Notation, of: Variable) -> Notation:
    """[x], 1 where x holds, else 0; numbers as they are."""
    return make("square", part, binds=NAME) if of.type.dtype == "bool" else part


def _quotient(node: Apply, op: Any, operands: Sequence[Variable]) -> Notation:
    if (inverse := _inverse(operands[1])) is not None:
        minus = sign_of_one(operands[0])
        if minus is None:
            return infix(inverse, TIMES, x, PRODUCT)
        return prefix("−", inverse) if minus else inverse
    if made_by(operands[0], Sum) and not operands[0].name:
        return row(fraction(one, y), sign(TIMES), within(x, BIG), binds=BIG)
    return fraction(x, y)


def _inverse(divisor: Variable) -> Notation | None:
    """One divided by a number that is written as a fraction."""
    written = numeral(divisor.data.item()) if is_number(divisor) else one
    if written.kind != "fraction":
        return None
    above, below = written.parts
    return below if above == one else fraction(below, above)


def _matrix_product(node: Apply, op: Any, operands: Sequence[Variable]) -> Notation:
    """X Y; a vector on the left is a row."""
    left, right = (
        within(part, PRODUCT if made_by(v, Dot, MatMul) else TIGHT)
        for part, v in zip((x, y), operands, strict=True)
    )
    if operands[0].type.ndim == 1:
        left = power(x, mark("⊤"))
    return row(left, sign(THIN), right, binds=PRODUCT)


def _each(base: Variable, exponent: Notation) -> Notation:
    """A power; of a matrix, that of each element."""
    return power(x, exponent if base.type.ndim < 2 else row(mark("⊙"), exponent))


# ---- Parts -------------------------------------------------------------------------------------------


def _key(pattern: Sequence[Any], of: Variable, indices: Sequence[Variable], first: int) -> Notation:
    """The key between the brackets of x[key]: i and yᵢ where each row i has its own column."""
    given = iter(range(len(indices)))
    vectors = [of, *[v for v in indices if v.type.ndim == 1]]
    counts = any(_counts(v, vectors) for v in indices)

    def entry(value: Any) -> Notation:
        if value is None or value is ...:
            return mark("∗" if value is None else "…")
        if isinstance(value, tuple):
            start, stop, step = (None if bound is None else entry(bound) for bound in value)
            colon = [mark(":"), step] if step else []
            return row(*[part for part in (start, mark(":"), stop, *colon) if part])
        if value != INPUT:
            return numeral(value)
        place = next(given)
        if _counts(indices[place], vectors):
            return name("i")
        is_counted = counts and indices[place].type.ndim
        return index(gap(first + place), name("i")) if is_counted else gap(first + place)

    return listed([entry(value) for value in pattern])


def _counts(v: Variable, vectors: Sequence[Variable]) -> bool:
    """Whether v is 0, 1, … for each row of one of these."""
    count = made_by(v, ARange)
    size = made_by(count.inputs[1], Size) if count else None
    return (
        count is not None
        and size is not None
        and (known_integer(count.inputs[0]), known_integer(count.inputs[2])) == (0, 1)
        and size.op.axis == 0
        and size.inputs[0] in vectors
    )


def _with_part(node: Apply, op: IncSubtensor, operands: Sequence[Variable]) -> Notation:
    """x [key ← y] is x with y in that part; +← where it is added."""
    arrow = "←" if op.set_instead_of_inc else "+←"
    change = row(_key(op.pattern, operands[0], operands[2:], 2), sign(arrow), y)
    return row(within(x, ATOM), make("square", change))


def _range(node: Apply, op: ARange, operands: Sequence[Variable]) -> Notation:
    start, stop, step = map(known_integer, operands)
    if start == 0 and step == 1:
        last = infix(y, "−", one, SUM, 1) if stop is None else number(stop - 1)
        return make("brackets", listed([number(0), mark("…"), last]))
    return call("range", x, y, z)


def _cast(node: Apply, op: Cast, operands: Sequence[Variable]) -> Notation:
    """[x] of truths; another dtype of numbers is not written."""
    if op.dtype != "bool" and operands[0].type.dtype == "bool":
        return _as_number(x, operands[0])
    cuts = operands[0].type.is_float and not node.out.type.is_float
    return call("trunc", x) if cuts else x


# ---- The table ---------------------------------------------------------------------------------------

Written = Notation | Callable[[Apply, Any, Sequence[Variable]], Notation]


def _compared(symbol: str) -> Notation:
    return infix(within(x, SUM), symbol, within(y, SUM), COMPARISON, 1)


# By the names of lines of the table of functions, and of reductions; and by class.
# fmt: off
NOTATION: dict[str | type, Written] = {
    "neg": prefix("−", x), "abs": make("absolute", x), "sgn": call("sgn", x),
    "sqr": lambda node, op, v: _each(v[0], number(2)),
    "sqrt": make("root", x), "inv": fraction(one, x),
    "exp2": power(number(2), x), "expm1": infix(call("exp", x), "−", one, SUM),
    "log2": call(index(function("log"), number(2)), x),
    "log10": call(index(function("log"), number(10)), x),
    "log1p": call("log", infix(one, "+", x, SUM, 1)),
    "log1mexp": call("log", infix(one, "−", call("exp", x), SUM)),
    "logaddexp": call("log", infix(call("exp", x), "+", call("exp", y), SUM)),
    "arcsinh": call("arsinh", x), "arccosh": call("arcosh", x), "arctanh": call("artanh", x),
    "xlogx": infix(x, TIMES, call("log", x), PRODUCT),
    "xlogy0": infix(x, TIMES, call("log", y), PRODUCT),
    "sigmoid": call(name("σ"), x), "psi": call(name("ψ"), x),
    "tri_gamma": call(index(name("ψ"), one), x),
    "polygamma": call(index(name("ψ"), x), y), "gammainc": call(name("P"), x, y),
    "gammaincc": call(name("Q"), x, y),
    "j0": call(index(name("J"), number(0)), x), "j1": call(index(name("J"), one), x),
    "i0": call(index(name("I"), number(0)), x), "i1": call(index(name("I"), one), x),
    "jv": call(index(name("J"), x), y), "iv": call(index(name("I"), x), y),
    "gamma": call(name("Γ"), x), "gammaln": call("log", make("absolute", call(name("Γ"), x))),
    "tensor_copy": x, "ceil": make("ceil", x), "floor": make("floor", x), "rint": call("round", x),
    "add": infix(x, "+", y, SUM, 1), "sub": infix(x, "−", y, SUM, 1),
    "mul": _product, "true_div": _quotient, "power": lambda node, op, v: _each(v[0], y),
    "int_div": make("floor", fraction(x, y)),
    "mod": infix(within(x, PRODUCT), "mod", within(y, TIGHT), SUM),
    "maximum": call("max", x, y), "minimum": call("min", x, y),
    "eq": _compared("="), "neq": _compared("≠"), "lt": _compared("<"), "le": _compared("≤"),
    "gt": _compared(">"), "ge": _compared("≥"),
    "and_": infix(x, "∧", y, AND), "or_": infix(x, "∨", y, OR), "xor": infix(x, "⊕", y, OR, 1),
    "invert": prefix("¬", x, TIGHT), "switch": cases(y, x, z),
    Cast: _cast,

    "prod": lambda node, op, _: big("∏", letters(op.axis), x),
    "all": lambda node, op, _: big("⋀", letters(op.axis), x),
    "any": lambda node, op, _: big("⋁", letters(op.axis), x),
    "norm": lambda node, op, _: make("norm", x) if not node.out.type.ndim
                                else index(make("norm", x), *letters(op.axis)),
    "logsumexp": lambda node, op, _: make(
        "applied", function("log"), big("∑", letters(op.axis), call("exp", x)), binds=BIG),
    Sum: lambda node, op, operands: (
        big("∑", letters(op.axis), _as_number(x, operands[0])) if op.axis else x),
    Reduction: lambda node, op, _: _along(op.name, node),
    Softmax: lambda node, op, _: _along("softmax", node),
    LogSoftmax: lambda node, op, _: call("log", _along("softmax", node)),
    CumSum: lambda node, op, _: call(index(function(op.name), *letters([op.axis])), x),

    Dot: _matrix_product, MatMul: _matrix_product,
    DimShuffle: _permuted, Alloc: _repeated, Size: _size, Shape: call("shape", x), Itself: x,
    Join: lambda node, op, operands: call(
        index(function("concat"), *letters([op.axis])), *map(gap, range(len(operands)))),
    Reshape: lambda node, op, operands: call("reshape", x, *map(gap, range(1, len(operands)))),
    Subtensor: lambda node, op, v: index(x, _key(op.pattern, v[0], v[1:], 1)),
    IncSubtensor: _with_part, ARange: _range,
    Picked: index(x, name("i"), index(y, name("i"))),
}
# fmt: on


def notation_of(node: Apply, output: int | None, wording: Wording) -> Notation:
    """The notation of a node, with gaps for the operands; of one of its outputs, if told which."""
    op, operands = wording
    if isinstance(op, str):
        return x if op == ITSELF else _filled(node, operands)
    keys = [getattr(op, "name", None) if isinstance(op, (Elementwise, Reduction)) else None]
    written = next((NOTATION[key] for key in [*keys, *type(op).__mro__] if key in NOTATION), None)
    if written is None:
        called = one_line(str(op)).partition("{")[0]
        head = function(called) if called.isidentifier() else words(called)
        written = call(head, *map(gap, range(len(operands))))
    notation = written if isinstance(written, Notation) else written(node, op, operands)
    return notation if output is None or node.nout == 1 else index(notation, number(output))
