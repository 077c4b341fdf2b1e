"""`check_op`: everything that an op promises, held to in one call."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ..compile.function import function
from ..compile.inspect.debug import precision_of
from ..compile.programs import failing_planner_is_an_error
from ..core.credit import credited_to, current_line
from ..core.evaluate import evaluate
from ..core.graph import Apply, Op, Variable, perform, toposort
from ..core.types import TensorType
from ..gradient import Rop
from ..protocol.axes import Axes
from ..rewrite.shapes import infer_shapes
from .agreement import assert_program_agrees
from .check import check_grad
from .judge.arguments import Arrays
from .judge.comparison import scales, signed
from .judge.differentiable import as_results
from .judge.report import GradientError, Report
from .judge.slopes import slope
from .strategies import LAYOUTS

_SEED = 20261125


def check_op(
    op: Callable[..., Any],
    *strategies: Any,
    order: int = 2,
    max_examples: int | None = None,
) -> None:
    """Check that an op keeps every promise of the op protocol, for drawn inputs.

    The promises: results are in memory as `storage` and `view_map` say;
    interpreter and compiled program agree, in every mode and in repeated calls;
    results are of the declared types, of the inferred shapes, made part by part along the labels of
    `axes`, and the same if the types of the
    inputs tell their sizes, or where they only tell which sizes broadcast; for inputs in Fortran
    order, with gaps, reversed, or read-only; inputs are not changed; inputs without a row are
    computed or refused alike. The vjp is right (`check_grad`), so is the product of the Jacobian
    with a vector (two vjps against differences of values), and so are second derivatives. At ties
    an op may give each element the whole, or a part; where a slope is infinite it may say so.

    Parameters
    ----------
    op : Op or callable
        Makes an expression, or a list of them, of variables.
    *strategies : Hypothesis strategies, or arrays
        One for each input; one that draws a list, as `broadcastable` does, stands for several.
    order : {0, 1, 2}
        Up to which order derivatives are checked. An op without `grad` and `L_op` has none, and
        neither have results or inputs that are no floats.
    max_examples : int, optional
        How many inputs to draw; by default what the Hypothesis profile says.

    Raises
    ------
    AssertionError
        If a promise is broken; the message names it. For derivatives it is a `GradientError`.
    TypeError, ValueError
        If an argument is not of its kind, or the op says so; also if the op's results are not of
        the types that it has declared.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> from minigrad.testing import check_op, tensors
    >>> check_op(T.nnet.softplus, tensors("float64", shape=(2, 3)), max_examples=5)
    """
    if order not in (0, 1, 2):
        raise ValueError(f"check_op: order is 0, 1 or 2; got {order!r}")
    arguments = [_as_strategy(s) for s in strategies]
    line = current_line()

    def build(*inputs: Variable) -> Any:
        # Hypothesis's own line would tell nobody anything.
        return credited_to(line, op, *inputs) if isinstance(op, Op) else op(*inputs)

    @given(st.tuples(*arguments))
    def keeps_its_promises(drawn: Sequence[Any]) -> None:
        values: Arrays = []
        for item in drawn:
            values += (
                map(np.asarray, item) if isinstance(item, (list, tuple)) else [np.asarray(item)]
            )
        for promise, is_kept in _PROMISES.items():
            try:
                is_kept(build, values)
            except AssertionError as error:
                error.args = (f"{op}: {promise}: {error}", *error.args[1:])
                raise
        if order and not _has_no_derivative(op):
            _check_derivatives(build, values, order)

    # The first of the examples compiles, so that it takes longer than others.
    if max_examples is None:
        max_examples = settings().max_examples
    with failing_planner_is_an_error():
        settings(deadline=None, max_examples=max_examples)(keeps_its_promises)()


def _as_strategy(given: Any) -> st.SearchStrategy[Any]:
    if isinstance(given, st.SearchStrategy):
        return given
    arrays = given if isinstance(given, (list, tuple)) else [given]
    if any(np.asarray(array).dtype.kind not in "fiub" for array in arrays):
        raise TypeError(
            "check_op: an input is drawn by a strategy, such as tensors('float64'), or is an "
            f"array; got {given!r}"
        )
    return st.just(given)


def _applied(
    op: Callable[..., Any], values: Arrays, sizes: Callable[[int], int | None] | None = None
) -> tuple[list[Variable], list[Variable]]:
    """Variables for the values, and what the op makes of them.

    The sizes are what the types tell of each size; by default only whether it is 1.
    """
    known = sizes or (lambda size: 1 if size == 1 else None)
    inputs = [
        TensorType(value.dtype, [known(size) for size in value.shape])(f"x{i}")
        for i, value in enumerate(values)
    ]
    result = op(*inputs)
    return inputs, list(result) if isinstance(result, (list, tuple)) else [result]


def _program_agrees(op: Callable[..., Any], values: Arrays) -> None:
    inputs, outputs = _applied(op, values)
    assert_program_agrees(inputs, outputs, values)


def _shapes_are_inferred(op: Callable[..., Any], values: Arrays) -> None:
    inputs, outputs = _applied(op, values)
    known = dict(zip(inputs, values, strict=True))
    order = toposort(outputs)
    variables = list(dict.fromkeys(v for n in order for v in (*n.inputs, *n.outputs)))
    results = evaluate(variables, known)
    shapes = {v: result.shape for v, result in zip(variables, results, strict=True)}
    for node in order:
        inferred = infer_shapes(node, [shapes[v] for v in node.inputs])
        for output, sizes in zip(node.outputs, inferred or (), strict=inferred is not None):
            for axis, size in enumerate(sizes):
                told = evaluate([size], known)[0] if isinstance(size, Variable) else size
                assert told is None or told == shapes[output][axis], (
                    f"{node.op} told {told} along axis {axis}; its result has {shapes[output]}"
                )


def _axes_are_as_told(op: Callable[..., Any], values: Arrays) -> None:
    inputs, outputs = _applied(op, values)
    evaluate(outputs, dict(zip(inputs, values, strict=True)), assert_goes_along_its_axes)


def assert_goes_along_its_axes(
    node: Apply, given: Sequence[np.ndarray], made: Sequence[np.ndarray]
) -> None:
    """Check that what the op makes of parts is a part of each output, or adds up to it."""
    told = node.op.axes(node)
    if told is None:
        return
    pairs = zip(told.inputs, given, strict=True)
    sizes = {
        label: n for labels, value in pairs for label, n in zip(labels, value.shape, strict=True)
    }
    sizes |= {label: int(given[place]) for label, place in told.sizes.items()}
    for label in (label for label, size in sizes.items() if size > 1):
        if label is None or label in told.whole:
            continue
        first, others = (perform_unchecked(node, part) for part in _parts_along(told, label, given))
        together = [
            np.concatenate([one, other], axis=labels.index(label))
            if label in labels
            else np.asarray(one + other, expected.dtype)
            for labels, one, other, expected in zip(told.outputs, first, others, made, strict=True)
        ]
        try:
            _assert_same(together, list(made))
        except AssertionError as error:
            raise AssertionError(
                f"{node.op} does not go along the label {label!r} of its axes part by part: tell "
                f"that it is needed whole. {error}"
            ) from None


def perform_unchecked(node: Apply, values: Sequence[np.ndarray]) -> Arrays:
    """What the op makes of values that need not be of the types of the node's inputs."""
    cells: list[list[Any]] = [[None] for _ in node.outputs]
    node.op.perform(node, list(values), cells)
    return [np.asarray(cell[0]) for cell in cells]


def _parts_along(told: Axes, label: Any, values: Sequence[np.ndarray]) -> Iterator[Arrays]:
    """The values of the inputs for the first step along the label, and for all others."""
    for part in (slice(1), slice(1, None)):
        cut = [
            value[tuple(part if other == label else slice(None) for other in labels)]
            for value, labels in zip(values, told.inputs, strict=True)
        ]
        if label in told.sizes:
            size = int(values[told.sizes[label]])
            cut[told.sizes[label]] = np.array(len(range(size)[part]))
        yield cut


def _known_sizes_change_nothing(op: Callable[..., Any], values: Arrays) -> None:
    _assert_same(_computed(op, values), _computed(op, values, sizes=lambda size: size))


def _layout_changes_nothing(op: Callable[..., Any], values: Arrays) -> None:
    expected = _computed(op, values)
    for layout in LAYOUTS:
        _assert_same(_computed(op, [layout(value) for value in values]), expected)


def _inputs_are_not_changed(op: Callable[..., Any], values: Arrays) -> None:
    own = [value.copy() for value in values]
    _computed(op, own)
    for value, before in zip(own, values, strict=True):
        np.testing.assert_array_equal(value, before)


def _memory_is_shared_as_told(op: Callable[..., Any], values: Arrays) -> None:
    inputs, outputs = _applied(op, values)

    def look_at(node: Apply, given: Sequence[np.ndarray], made: Sequence[np.ndarray]) -> None:
        storage = node.op.storage
        again = perform(node, [value.copy() for value in given])
        for index, (result, other) in enumerate(zip(made, again, strict=True)):
            views = () if storage == "new" else node.op.view_map.get(index, ())
            for place, value in enumerate(given):
                assert place in views or not np.shares_memory(result, value), (
                    f"result {index} of {node.op}, whose storage is {storage!r}, shares the memory "
                    f"of input {place}; say so by storage = 'view' and "
                    f"view_map = {{{index}: [{place}]}}, or return a copy"
                )
            assert storage == "unknown" or not np.shares_memory(result, other), (
                f"result {index} of {node.op}, whose storage is {storage!r}, is in an array that "
                "the op keeps; return a copy, or leave its storage 'unknown'"
            )

    evaluate(outputs, dict(zip(inputs, values, strict=True)), look_at)


def _no_rows_are_treated_alike(op: Callable[..., Any], values: Arrays) -> None:
    """Take no rows at all, where all inputs of a dimension or more have as many."""
    rows = {value.shape[0] for value in values if value.ndim}
    if len(rows) != 1 or rows <= {0, 1}:
        return
    inputs, outputs = _applied(op, values)
    empty = [value[:0] if value.ndim else value for value in values]
    try:
        evaluate(outputs, dict(zip(inputs, empty, strict=True)))
    except Exception as expected:
        try:
            function(inputs, outputs, on_unused_input="ignore")(*empty)
        except type(expected):
            return
        raise AssertionError(f"the interpreter raises {expected!r}, the program does not") from None
    assert_program_agrees(inputs, outputs, empty)


_PROMISES: dict[str, Callable[[Callable[..., Any], Arrays], None]] = {
    "inputs are not changed": _inputs_are_not_changed,
    "memory is shared as storage and view_map tell": _memory_is_shared_as_told,
    "the program computes what the interpreter does": _program_agrees,
    "infer_shape tells the shapes of the results": _shapes_are_inferred,
    "the op goes along its axes as it tells": _axes_are_as_told,
    "sizes that are known change nothing": _known_sizes_change_nothing,
    "the order of inputs in memory changes nothing": _layout_changes_nothing,
    "inputs without rows are treated alike": _no_rows_are_treated_alike,
}


def _computed(
    op: Callable[..., Any], values: Arrays, sizes: Callable[[int], int | None] | None = None
) -> Arrays:
    inputs, outputs = _applied(op, values, sizes)
    return function(inputs, outputs, on_unused_input="ignore")(*values)


def _assert_same(results: Arrays, expected: Arrays) -> None:
    """The same dtypes and shapes, and the same values but for rounding."""
    for result, right in zip(results, expected, strict=True):
        assert (result.dtype, result.shape) == (right.dtype, right.shape)
        rtol = 1e4 * np.finfo(right.dtype).eps if right.dtype.kind == "f" else 0
        scale = np.max(np.abs(right), initial=0, where=np.isfinite(right)) if rtol else 0
        np.testing.assert_allclose(result, right, rtol=rtol, atol=rtol * scale)


def _has_no_derivative(op: Callable[..., Any]) -> bool:
    return isinstance(op, Op) and type(op).grad is Op.grad and type(op).L_op is Op.L_op


def _check_derivatives(op: Callable[..., Any], values: Arrays, order: int) -> None:
    _, outputs = _applied(op, values)
    floats = [i for i, output in enumerate(outputs) if output.type.is_float]
    if not floats or not any(value.dtype.kind == "f" and value.size for value in values):
        return

    def of_floats(*inputs: Variable) -> list[Variable]:
        result = op(*inputs)
        several = list(result) if isinstance(result, (list, tuple)) else [result]
        return [several[i] for i in floats]

    try:
        check_grad(of_floats, *values, order=order)
    except GradientError as error:
        if not _is_a_convention(error.report):
            raise
    _check_rop(of_floats, values)


def _is_a_convention(report: Report | None) -> bool:
    """Whether all is due to the point drawn: ties, which an op may count as it likes, or the end of
    where it is defined, where its slope is infinite."""
    if report is None or (report.wrong and not report.is_wrong_only_together):
        return False
    return all(e.kind == "infinite" and math.isinf(e.analytic) for e in report.unclear)


def _check_rop(op: Callable[..., list[Variable]], values: Arrays) -> None:
    """The product of the Jacobian with a vector, of two vjps, is the slope along the vector."""
    random = np.random.default_rng(_SEED)
    wide = [v.astype("float64") if v.dtype.kind == "f" else v for v in values]
    inputs, outputs = _applied(op, wide)
    places = [i for i, value in enumerate(wide) if value.dtype.kind == "f"]
    vectors = [scales(wide[i]) * signed(wide[i].shape, random) for i in places]
    products = Rop(outputs, [inputs[i] for i in places], vectors)
    result = as_results(function(inputs, products, on_unused_input="ignore")(*wide))
    f = function(inputs, outputs, on_unused_input="ignore")

    @np.errstate(all="ignore")  # around an edge of where it is defined
    def along(distance: float) -> np.ndarray:
        point = list(wide)
        for i, vector in zip(places, vectors, strict=True):
            point[i] = wide[i] + distance * vector
        return as_results(f(*point))

    weights = signed(result.shape, random)
    precision = max(map(precision_of, products))
    found = slope(along, weights, precision)
    own = float(np.sum(weights * result))
    rounding = 1e4 * precision * float(np.sum(np.abs(weights * result)))
    allowed = 10 * found.error + found.width + rounding
    has_none = found.kind in ("jump", "infinite", "edge", "undefined")
    assert has_none or abs(own - found.value) <= allowed, (
        f"the product of the Jacobian with a vector, by two vjps, is {own}, but the values say "
        f"{found.value}, with an error of at most {allowed}"
    )
