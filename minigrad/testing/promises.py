"""`check_op`: check everything that an op promises, in one call."""

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
from ..core.graph import Apply, Op, Variable, perform
from ..core.types import TensorType
from ..gradient import Lop, Rop
from ..protocol.axes import Axes, axes_of, infer_shapes
from .agreement import assert_program_agrees
from .check import check_grad
from .complex_step import perform_unchecked
from .judge.arguments import Arrays, as_list
from .judge.comparison import signed
from .judge.report import GradientError, Report
from .judge.verdict import SEED
from .strategies import LAYOUTS


def check_op(
    op: Callable[..., Any],
    *strategies: Any,
    order: int = 2,
    max_examples: int | None = None,
) -> None:
    """Check that an op keeps every promise of the op protocol, for drawn inputs.

    The promises: `storage` and `view_map` describe the memory of results; interpreter and compiled
    program agree, in every mode and in repeated calls; results have the declared types and the
    inferred shapes; they can be computed part by part along the labels of `axes`, consist of
    elements of the inputs that the op `moves`, and do not depend on whether types know sizes; all
    this for inputs in Fortran order, with gaps, reversed, or read-only; inputs are not changed;
    inputs with no rows are computed, or refused, everywhere alike. The vjp is right (`check_grad`),
    and so are the product of the Jacobian with a vector (two vjps, compared with one) and second
    derivatives. At ties an op may give each element the whole derivative, or a part; where a slope
    is infinite, it may say so.

    Parameters
    ----------
    op : Op or callable
        It makes an expression, or a list of them, from variables.
    *strategies : Hypothesis strategies, or arrays
        One for each input; one that draws lists, such as `broadcastable`, is for several inputs.
    order : {0, 1, 2}
        The highest order of derivatives to check. An op without `grad` and `L_op` has none, and
        neither do results or inputs that are not floats.
    max_examples : int, optional
        The number of examples to draw; by default that of the Hypothesis profile.

    Raises
    ------
    AssertionError
        If a promise is broken; the message names it. For derivatives it is a `GradientError`.
    TypeError, ValueError
        If an argument has the wrong kind, or the op raises it; also if the op's results do not
        have the types that it declares.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> from minigrad.testing import check_op, tensors
    >>> check_op(T.nnet.softplus, tensors("float64", shape=(2, 3)), max_examples=5)
    """
    if order not in (0, 1, 2):
        raise ValueError(f"check_op: order must be 0, 1 or 2; got {order!r}")
    arguments = [_as_strategy(s) for s in strategies]
    line = current_line()

    has_no_derivative = isinstance(op, Op) and type(op).grad is Op.grad and type(op).L_op is Op.L_op

    def build(*inputs: Variable) -> Any:
        # Hypothesis's own line would tell nobody anything.
        return credited_to(line, op, *inputs) if isinstance(op, Op) else op(*inputs)

    @given(st.tuples(*arguments))
    def keeps_its_promises(drawn: Sequence[Any]) -> None:
        case = _Case(build, [np.asarray(x) for item in drawn for x in as_list(item)])
        for promise, is_kept in _PROMISES.items():
            try:
                is_kept(case)
            except AssertionError as error:
                error.args = (f"{op}: {promise}: {error}", *error.args[1:])
                raise
        if order and not has_no_derivative:
            _check_derivatives(case, order)

    # The first of the examples compiles, so that it takes longer than others.
    if max_examples is None:
        max_examples = settings().max_examples
    with failing_planner_is_an_error():
        settings(deadline=None, max_examples=max_examples)(keeps_its_promises)()


def _as_strategy(given: Any) -> st.SearchStrategy[Any]:
    if isinstance(given, st.SearchStrategy):
        return given
    if any(np.asarray(array).dtype.kind not in "fiub" for array in as_list(given)):
        raise TypeError(
            "check_op: an input is drawn by a strategy, such as tensors('float64'), or is an "
            f"array; got {given!r}"
        )
    return st.just(given)


class _Case:
    """An op applied to variables, and their values; by default types tell only sizes of 1."""

    def __init__(
        self,
        op: Callable[..., Any],
        values: Arrays,
        sizes: Callable[[int], int | None] = lambda size: 1 if size == 1 else None,
    ) -> None:
        self.op, self.values = op, values
        self.inputs = [
            TensorType(value.dtype, list(map(sizes, value.shape)))(f"x{i}")
            for i, value in enumerate(values)
        ]
        self.outputs = as_list(op(*self.inputs))
        self.known = dict(zip(self.inputs, values, strict=True))
        self.program = function(self.inputs, self.outputs, on_unused_input="ignore")


def _shapes_are_inferred(case: _Case) -> None:
    def look_at(node: Apply, given: Sequence[np.ndarray], made: Sequence[np.ndarray]) -> None:
        inferred = infer_shapes(node, [value.shape for value in given])
        for result, sizes in zip(made, inferred or (), strict=inferred is not None):
            for axis, size in enumerate(sizes):
                told = evaluate([size], case.known)[0] if isinstance(size, Variable) else size
                assert told is None or told == result.shape[axis], (
                    f"{node.op} told {told} along axis {axis}; its result has {result.shape}"
                )

    evaluate(case.outputs, case.known, look_at)


def assert_goes_along_its_axes(
    node: Apply, given: Sequence[np.ndarray], made: Sequence[np.ndarray]
) -> None:
    """Check that what the op makes of parts is a part of each output, or adds up to it."""
    told = axes_of(node)
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
                f"{node.op} cannot be computed in parts along the label {label!r} of its axes: put "
                f"the label into `whole`. {error}"
            ) from None


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


def _known_sizes_change_nothing(case: _Case) -> None:
    known = _Case(case.op, case.values, sizes=lambda size: size)
    _assert_same(known.program(*case.values), case.program(*case.values))


def _layout_changes_nothing(case: _Case) -> None:
    expected = case.program(*case.values)
    for layout in LAYOUTS:
        _assert_same(case.program(*map(layout, case.values)), expected)


def _inputs_are_not_changed(case: _Case) -> None:
    own = [value.copy() for value in case.values]
    case.program(*own)
    for value, before in zip(own, case.values, strict=True):
        np.testing.assert_array_equal(value, before)


def _memory_is_shared_as_told(case: _Case) -> None:
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

    evaluate(case.outputs, case.known, look_at)


def _assert_moves_elements(
    node: Apply, given: Sequence[np.ndarray], made: Sequence[np.ndarray]
) -> None:
    """Check that 1 − x, of floats, may be taken before as well as after an op that moves them."""
    moved = range(len(given))[node.op.moves]
    if moved and all(given[i].dtype.kind == "f" for i in moved):
        with np.errstate(all="ignore"):
            turned = [1 - x if i in moved else x for i, x in enumerate(given)]
            expected = [np.asarray(1 - y) for y in made]
        _assert_same(perform_unchecked(node, turned), expected)


def _no_rows_are_treated_alike(case: _Case) -> None:
    """Take no rows at all, where all inputs of a dimension or more have as many."""
    rows = {value.shape[0] for value in case.values if value.ndim}
    if len(rows) != 1 or rows <= {0, 1}:
        return
    empty = [value[:0] if value.ndim else value for value in case.values]
    try:
        evaluate(case.outputs, dict(zip(case.inputs, empty, strict=True)))
    except Exception as expected:
        try:
            case.program(*empty)
        except type(expected):
            return
        raise AssertionError(f"the interpreter raises {expected!r}, the program does not") from None
    assert_program_agrees(case.inputs, case.outputs, empty)


_PROMISES: dict[str, Callable[[_Case], Any]] = {
    "inputs are not changed": _inputs_are_not_changed,
    "memory is shared as storage and view_map tell": _memory_is_shared_as_told,
    "the program computes what the interpreter does": lambda case: assert_program_agrees(
        case.inputs, case.outputs, case.values
    ),
    "infer_shape tells the shapes of the results": _shapes_are_inferred,
    "the op goes along its axes as it tells": lambda case: evaluate(
        case.outputs, case.known, assert_goes_along_its_axes
    ),
    "the op only moves elements if it tells so": lambda case: evaluate(
        case.outputs, case.known, _assert_moves_elements
    ),
    "sizes that are known change nothing": _known_sizes_change_nothing,
    "the order of inputs in memory changes nothing": _layout_changes_nothing,
    "inputs without rows are treated alike": _no_rows_are_treated_alike,
}


def _assert_same(results: Arrays, expected: Arrays) -> None:
    """The same dtypes and shapes, and the same values but for rounding."""
    for result, right in zip(results, expected, strict=True):
        assert (result.dtype, result.shape) == (right.dtype, right.shape)
        rtol = 1e4 * np.finfo(right.dtype).eps if right.dtype.kind == "f" else 0
        scale = np.max(np.abs(right), initial=0, where=np.isfinite(right)) if rtol else 0
        np.testing.assert_allclose(result, right, rtol=rtol, atol=rtol * scale)


def _check_derivatives(case: _Case, order: int) -> None:
    def of_floats(*inputs: Variable) -> list[Variable]:
        return [output for output in as_list(case.op(*inputs)) if output.type.is_float]

    has_floats = any(value.dtype.kind == "f" and value.size for value in case.values)
    if not has_floats or not of_floats(*case.inputs):
        return
    try:
        check_grad(of_floats, *case.values, order=order)
    except GradientError as error:
        if not _is_a_convention(error.report):
            raise
    wide = [v.astype("float64") if v.dtype.kind == "f" else v for v in case.values]
    _check_rop(_Case(of_floats, wide))


def _is_a_convention(report: Report | None) -> bool:
    """Whether all is due to the point drawn: ties, which an op may count as it likes, or the end of
    where it is defined, where its slope is infinite."""
    if report is None or (report.wrong and not report.is_wrong_only_together):
        return False
    return all(e.kind == "infinite" and math.isinf(e.analytic) for e in report.unclear)


def _check_rop(case: _Case) -> None:
    """w · (J v), by two vjps, is (w J) · v, by the one that has been compared with values."""
    random = np.random.default_rng(SEED)
    wrt = [x for x in case.inputs if x.type.is_float]
    vectors = [signed(case.known[x].shape, random) for x in wrt]
    weights = [signed(y.shape, random) for y in case.program(*case.values)]
    products = Rop(case.outputs, wrt, vectors)
    rows = Lop(case.outputs, wrt, weights, disconnected_inputs="ignore")
    results = function(case.inputs, [*products, *rows], on_unused_input="ignore")(*case.values)
    terms = [x * y for x, y in zip([*weights, *vectors], results, strict=True)]
    by_two, by_one = (
        sum(float(np.sum(t)) for t in part)
        for part in (terms[: len(weights)], terms[len(weights) :])
    )
    size = sum(float(np.sum(np.abs(t))) for t in terms)
    allowed = math.sqrt(max(map(precision_of, products))) * size
    assert abs(by_two - by_one) <= allowed or not math.isfinite(size), (
        f"the product of the Jacobian with a vector, by two vjps, is {by_two}, but by one {by_one}"
    )
