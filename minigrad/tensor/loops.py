"""Loops: `scan`, and special cases of it by other names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..compile.updates import OrderedUpdates, as_updates, default_updates
from ..core.axes import as_tensor_variable, check_whole, size_of
from ..core.elementwise import cast
from ..core.graph import Constant, Variable
from ..core.sharing import SharedVariable
from ..core.table import maximum, minimum, neq
from ..core.types import constant, describe
from ..ops.inner.closing import closed
from ..ops.inner.scan import ForEachStep, Scan
from ..protocol.test_values import without_test_values
from ..protocol.values import as_list
from ..protocol.walks import clone_replace, graph_inputs, known_integer


class until:  # noqa: N801 (Theano's name)
    """A condition that ends a `scan` after the step in which it is true: fn returns it last.

    Parameters
    ----------
    condition : scalar expression

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> one = T.constant(1, dtype="int64")
    >>> powers, _ = scan(lambda x: (2 * x, until(2 * x > 100)), outputs_info=one, n_steps=50)
    >>> powers.eval()
    array([  2,   4,   8,  16,  32,  64, 128])
    """

    def __init__(self, condition: Any) -> None:
        self.condition = as_tensor_variable(condition)
        if self.condition.type.ndim:
            raise TypeError(
                f"until takes a scalar condition; {self.condition} has "
                f"{self.condition.type.ndim} dimensions"
            )


def scan(
    fn: Callable[..., Any],
    sequences: Any = None,
    outputs_info: Any = None,
    non_sequences: Any = None,
    n_steps: Any = None,
    truncate_gradient: int = -1,
    go_backwards: bool = False,
    mode: Any = None,
    name: str | None = None,
    profile: bool = False,
    allow_gc: bool | None = None,
    strict: bool = False,
    return_list: bool = False,
) -> tuple[Any, dict[SharedVariable, Variable]]:
    """Repeat a step, which `fn` writes: its results go into the next steps, or are collected.

    With sequences x, y, a result h that goes into the next step, and w that is the same in all,
    step t is ``h[t] = fn(x[t], y[t], h[t-1], w)``.

    Parameters
    ----------
    fn : callable
        It is called with variables: for each sequence, its elements at its taps; for each result
        that goes into later steps, its values at its taps; and the `non_sequences`. It returns the
        results, a variable or a list of them; or updates, a dict or list of pairs of shared
        variables and their new values; or both; and last, optionally, `until`.
    sequences : variable, dict or list of them
        A step takes one element of each along the first axis. With a dict ``{'input': x, 'taps':
        [-1, 0]}`` it takes ``x[t-1]`` and ``x[t]``.
    outputs_info : variable, number, dict, None or list of them
        For each result, its initial value if it goes into the next step; otherwise None. With a
        dict ``{'initial': x, 'taps': [-1, -3]}`` the values one and three steps back go into a
        step; then x has as many initial values as the taps go back, one below the other. None
        instead of the list: no result goes into the next step.
    non_sequences : variable or list of them
        Further arguments of `fn`, the same in all steps. Other variables that it uses need
        not be passed.
    n_steps : int or integer scalar, optional
        By default, as many as the shortest sequence allows.
    truncate_gradient : int
        How many steps derivatives go back from the last one; -1 for all.
    go_backwards : bool
        Whether to read sequences from the end.
    mode, profile, allow_gc
        Theano's; ignored: a loop is compiled with its function.
    name : str, optional
        The name of the loop in programs and messages.
    strict : bool
        Whether to raise an error if `fn` uses a variable that was not passed.
    return_list : bool
        Whether to return a list even if there is only one result.

    Returns
    -------
    outputs : variable, list of variables, or None
        For each result, its values in all steps, along a new first axis, without the initial
        values. None if there is no result.
    updates : dict
        New values of shared variables after all steps: from updates that `fn` returned, and
        from default updates, such as those of random draws. Pass them to `function`.

    Raises
    ------
    ValueError
        If neither sequences nor `n_steps` give the number of steps, `n_steps` is negative, a
        sequence is too short, or the numbers of results of `fn` and of entries in `outputs_info`
        differ.
    TypeError
        If an argument has the wrong kind, or a result does not have its initial value's type.

    Examples
    --------
    The powers of A:

    >>> import minigrad, minigrad.tensor as T
    >>> A = T.vector("A")
    >>> powers, updates = scan(lambda p: p * A, outputs_info=T.ones_like(A), n_steps=3)
    >>> powers.eval({A: [1.0, 2.0]})
    array([[1., 2.],
           [1., 4.],
           [1., 8.]])

    Fibonacci's numbers:

    >>> first = {"initial": T.constant([0, 1]), "taps": [-2, -1]}
    >>> numbers, _ = scan(lambda a, b: a + b, outputs_info=first, n_steps=5)
    >>> numbers.eval()
    array([1, 2, 3, 5, 8])
    """
    if not callable(fn):
        raise TypeError(f"scan: fn must be a function that writes a step; got {describe(fn)}")
    sequences = [] if sequences is None else [_Sequence.of(x) for x in as_list(sequences)]
    steps, rows = _as_steps(sequences, n_steps, go_backwards)
    non_sequences = [] if non_sequences is None else as_list(non_sequences)
    others = [as_tensor_variable(x) for x in non_sequences]
    states = None if outputs_info is None else [_Result(x) for x in as_list(outputs_info)]
    arguments = [*rows, *[v for state in states or [] for v in state.arguments]]
    results, updates, conditions = _written(fn, [*arguments, *others])
    if states is None:
        states = [_Result(None) for _ in results]
    if len(states) != len(results):
        raise ValueError(
            f"scan: outputs_info tells of {len(states)} results, but fn returned {len(results)}; "
            "say None for a result that does not go into the next step"
        )
    step = _Step(rows, states, others, results, updates, conditions)
    if strict:
        step.check_strict()
    made, targets = step.loop(steps, _as_truncation(truncate_gradient), name)
    lasts, histories = made[: len(targets)], made[len(targets) :]
    outputs: Any = histories if return_list or len(histories) > 1 else None
    if len(histories) == 1 and not return_list:
        (outputs,) = histories
    return outputs, OrderedUpdates(zip(targets, lasts, strict=True))


class _Sequence(NamedTuple):
    """A sequence, and the taps at which a step takes its elements."""

    input: Variable
    taps: Sequence[int]

    @classmethod
    def of(cls, entry: Any) -> _Sequence:
        """Return an entry of `sequences`."""
        taps: Any = [0]
        if isinstance(entry, Mapping):
            _check_keys("sequences", entry, {"input", "taps"})
            taps, entry = entry.get("taps", taps), entry.get("input")
        if entry is None:
            raise TypeError("scan: a sequence is a variable, or a dict with 'input' and 'taps'")
        x = as_tensor_variable(entry)
        if not x.type.ndim:
            raise TypeError(f"scan: the sequence {x} is a scalar, which has no elements")
        return cls(x, _as_taps("sequences", [0] if taps is None else taps))

    @property
    def n_steps(self) -> Variable:
        """The number of steps for which there are elements."""
        size = cast(size_of(self.input, 0), "int64")
        lost = max(0, *self.taps) - min(0, *self.taps)
        return maximum(size - lost, 0) if lost else size

    def elements(self, backwards: bool) -> list[Variable]:
        """The elements for all steps, for each tap."""
        first, last = min(0, *self.taps), max(0, *self.taps)
        cut = []
        for tap in self.taps:
            x = self.input
            if first < last:
                x = x[tap - first : (tap - last) or None]
            cut.append(x[::-1] if backwards else x)
        return cut


def _as_steps(
    sequences: Sequence[_Sequence], n_steps: Any, backwards: bool
) -> tuple[Variable, dict[Variable, Variable]]:
    """Return the number of steps, and the sequence of each element of a step."""
    lengths = [sequence.n_steps for sequence in sequences]
    if n_steps is None:
        if not lengths:
            raise ValueError("scan: neither sequences nor n_steps tell how many steps there are")
        steps = lengths[0]
        for length in lengths[1:]:
            steps = minimum(steps, length)
    else:
        steps = _as_number_of_steps(n_steps)
        known = known_integer(steps)
        for sequence, length in zip(sequences, lengths, strict=True):
            has = known_integer(length)
            if known is not None and has is not None and has < known:
                raise ValueError(
                    f"scan: {known} steps, but the sequence {sequence.input} has elements for {has}"
                )
    is_cut = n_steps is not None or len(lengths) > 1
    rows = {}
    for sequence in sequences:
        for tap, x in zip(sequence.taps, sequence.elements(backwards), strict=True):
            row = x.type.clone(shape=x.type.shape[1:])(_at(sequence.input, tap))
            size = x.type.shape[0]
            is_short = size is not None and size == known_integer(steps)
            if is_cut and not is_short:
                x = x[:steps]
                if n_steps is not None:
                    x = ForEachStep((0,))(x, steps)
            rows[row] = x
    return steps, rows


def _as_number_of_steps(n_steps: Any) -> Variable:
    if isinstance(n_steps, float) and n_steps.is_integer():
        n_steps = int(n_steps)
    steps = as_tensor_variable(n_steps)
    check_whole("scan: n_steps", steps)
    known = known_integer(steps)
    if known is None:
        return cast(steps, "int64")
    if known < 0:
        raise ValueError(
            f"scan: n_steps is {known}, but at least 0; go_backwards=True reads sequences backwards"
        )
    return constant(known, dtype="int64")


class _Result:
    """A result of a step: its initial value, if it goes into later steps, and its variables there.

    If it goes into a step several steps later, each of the last values is a state, and each
    step moves them on by one.
    """

    def __init__(self, entry: Any) -> None:
        taps: Any = [-1]
        if isinstance(entry, Mapping):
            _check_keys("outputs_info", entry, {"initial", "taps", "inplace", "return_steps"})
            taps, entry = entry.get("taps", taps), entry.get("initial")
            if entry is None and taps not in (None, [-1]):
                raise ValueError("scan: a result with taps needs an initial value")
            entry = None if taps is None else entry
        self.first: list[Variable] = []
        self.states: list[Variable] = []
        self.arguments: list[Variable] = []
        if entry is None:
            return
        self.is_number = not isinstance(entry, Variable) or isinstance(entry, Constant)
        self.taps = _as_taps("outputs_info", taps)
        if max(self.taps) >= 0:
            raise ValueError(
                f"scan: a result goes into later steps, so its taps must be negative; got {self.taps}"
            )
        initial = as_tensor_variable(entry)
        depth = -min(self.taps)
        if self.taps == [-1]:
            self.first = [initial]
        else:
            if not initial.type.ndim:
                raise TypeError(
                    f"scan: with taps {self.taps}, the initial value has {depth} elements, one "
                    f"below the other; {initial} is a scalar"
                )
            size = initial.type.shape[0]
            if size is not None and size < depth:
                raise ValueError(
                    f"scan: with taps {self.taps}, the initial value has {depth} elements; "
                    f"{initial} has {size}"
                )
            self.first = [initial[depth - back] for back in range(1, depth + 1)]
        self.states = [v.type(_at(initial, -back)) for back, v in enumerate(self.first, start=1)]
        self.arguments = [self.states[-tap - 1] for tap in self.taps]

    def accept(self, y: Variable, number: int) -> dict[Variable, Variable]:
        """Check that a state can hold the result; return replacements for states of another dtype.

        A number as the initial value takes on the dtype of the result.
        """
        if not self.states:
            return {}
        type = self.states[0].type
        first = self.first[0]
        if type.ndim != y.type.ndim:
            raise TypeError(
                f"scan: result {number} of fn, {y}, has {y.type.ndim} dimensions, but its initial "
                f"value {first} has {type.ndim}"
            )
        if type.dtype == y.type.dtype:
            return {}
        if not self.is_number or not _can_be(self.first, y.type.numpy_dtype):
            raise TypeError(
                f"scan: result {number} of fn, {y}, is {y.type.dtype}, but its initial value "
                f"{first} is {type.dtype}; they must be the same: cast one, as in "
                f"T.cast(..., '{type.dtype}')"
            )
        self.first = [cast(v, y.type.dtype) for v in self.first]
        new = [v.type.clone(y.type.dtype)(v.name) for v in self.states]
        replaced = dict(zip(self.states, new, strict=True))
        self.states = new
        return replaced


def _can_be(values: Sequence[Variable], dtype: np.dtype[Any]) -> bool:
    """Return whether the constants keep their values in the dtype."""
    known = [v.data for v in values if isinstance(v, Constant)]
    with np.errstate(all="ignore"):
        return len(known) == len(values) and all(
            np.array_equal(data, data.astype(dtype).astype(data.dtype)) for data in known
        )


class _Step:
    """A step as fn has written it, until it is closed."""

    def __init__(
        self,
        rows: Mapping[Variable, Variable],
        states: Sequence[_Result],
        others: Sequence[Variable],
        results: Sequence[Variable],
        updates: Mapping[SharedVariable, Variable],
        condition: Sequence[Variable],
    ) -> None:
        self._rows = rows
        self._states = states
        self._others = others
        replaced: dict[Variable, Variable] = {}
        for number, (state, y) in enumerate(zip(states, results, strict=True)):
            replaced |= state.accept(y, number)
        written = [*results, *updates.values(), *condition]
        # What is passed is the same in all steps, also if it has been drawn at random.
        self._passed = {v: v.type(v.name) for v in others if v.owner is not None}
        replaced |= self._passed
        written = clone_replace(written, replaced)
        defaults = default_updates(written, updates, False, replaced)
        self._updates = {**dict(zip(updates, written[len(results) :], strict=False)), **defaults}
        self._results = written[: len(results)]
        self._condition = written[len(results) + len(updates) :]

    def check_strict(self) -> None:
        """Raise a ValueError if something is used that was not passed."""
        passed = {*self._rows, *self._others, *self._passed.values(), *self._updates}
        passed.update(v for state in self._states for v in state.states)
        used = graph_inputs([*self._results, *self._updates.values(), *self._condition], passed)
        strange = [v for v in used if v not in passed and not isinstance(v, Constant)]
        if strange:
            raise ValueError(
                f"scan: fn uses {strange[0]}, which was not passed; with strict=True, pass it as one "
                "of the non_sequences"
            )

    def loop(
        self, n_steps: Variable, truncate: int, name: str | None
    ) -> tuple[list[Variable], list[SharedVariable]]:
        """Return the last values of what is updated, then the histories; and what is updated."""
        # What is updated is another in each step.
        current: dict[Variable, Variable] = {
            target: target.type(target.name) for target in self._updates
        }
        written = [*self._results, *self._updates.values(), *self._condition]
        written = clone_replace(written, current)
        n_results, n_updates = len(self._results), len(current)
        results = written[:n_results]
        states = [v for state in self._states for v in state.states]
        first = [v for state in self._states for v in state.first]
        new: list[Variable] = []
        for state, y in zip(self._states, results, strict=True):
            new += [y, *state.states][: len(state.states)]
        states += current.values()
        first += current
        new += written[n_results : n_results + n_updates]
        computed = [*new, *results, *written[n_results + n_updates :]]
        graph, rest = closed([*self._rows, *states], computed)
        n_states = len(states)
        op = Scan(
            graph,
            n_sequences=len(self._rows),
            states=range(n_states),
            lasts=range(n_states - n_updates, n_states),
            outs=range(n_states, n_states + n_results),
            until=n_states + n_results if self._condition else None,
            truncate=truncate,
            name=name,
        )
        passed = {inside: v for v, inside in self._passed.items()}
        rest = clone_replace(rest, passed)
        node = op.make_node(n_steps, *self._rows.values(), *first, *rest)
        return node.outputs, list(self._updates)


@without_test_values
def _written(
    fn: Callable[..., Any], arguments: Sequence[Variable]
) -> tuple[list[Variable], dict[SharedVariable, Variable], list[Variable]]:
    """Return the results and updates of a step, and whether it is the last, where fn tells."""
    returned = fn(*arguments)
    parts: list[Any] = list(returned) if isinstance(returned, (tuple, list)) else [returned]
    results: list[Any] = []
    updates: Any = {}
    condition: list[Variable] = []
    if parts and isinstance(parts[-1], until):
        condition = [neq(parts.pop().condition, 0)]
    if parts and _are_updates(parts[-1]):
        updates = parts.pop()
    elif _are_updates(parts):
        parts, updates = [], parts
    elif len(parts) > 1 and _are_updates(parts[0]):  # Theano takes both orders
        updates = parts.pop(0)
    for part in parts:
        results += part if isinstance(part, (tuple, list)) else [] if part is None else [part]
    try:
        variables = [as_tensor_variable(y) for y in results]
    except TypeError as error:
        raise TypeError(
            f"scan: fn returns variables, updates and perhaps until(condition); got {returned!r}"
        ) from error
    return variables, as_updates(updates), condition


def _are_updates(part: Any) -> bool:
    """Return whether `returned` is a dict or a list of pairs of shared variables and new values."""
    if isinstance(part, Mapping):
        return True
    return (
        isinstance(part, (list, tuple))
        and bool(part)
        and all(isinstance(p, (list, tuple)) and len(p) == 2 for p in part)
        and all(isinstance(p[0], SharedVariable) for p in part)
    )


def _as_taps(what: str, taps: Any) -> list[int]:
    entries = list(taps) if isinstance(taps, (list, tuple, range, np.ndarray)) else [taps]
    wrong = [t for t in entries if isinstance(t, bool) or not isinstance(t, (int, np.integer))]
    if wrong or not entries:
        raise TypeError(f"scan: taps of {what} must be whole numbers, at least one; got {taps!r}")
    return [int(t) for t in entries]


def _as_truncation(steps: Any) -> int:
    if isinstance(steps, Constant):
        steps = steps.data.item()
    if not isinstance(steps, (int, np.integer)) or steps < -1:
        raise TypeError(
            f"scan: truncate_gradient must be a whole number of steps, or -1 for all; got {steps!r}"
        )
    return int(steps)


def _check_keys(what: str, entry: Mapping[str, Any], allowed: set[str]) -> None:
    strange = sorted(set(entry) - allowed)
    if strange:
        raise TypeError(
            f"scan: a dict of {what} may have the keys {', '.join(sorted(allowed))}; got {strange[0]!r}"
        )


def _at(x: Variable, tap: int) -> str | None:
    """Return the name of the element of x at a tap, as in Theano: ``x[t-1]``."""
    return f"{x.name}[t{tap:+d}]".replace("+0", "") if x.name else None


def map(  # noqa: A001 (Theano's name)
    fn: Callable[..., Any],
    sequences: Any,
    non_sequences: Any = None,
    truncate_gradient: int = -1,
    go_backwards: bool = False,
    mode: Any = None,
    name: str | None = None,
) -> tuple[Any, dict[SharedVariable, Variable]]:
    """Apply `fn` to each element of the sequences: see `scan`.

    Returns
    -------
    outputs, updates
        As of `scan`.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> squares, _ = map(lambda x: x**2, T.arange(4))
    >>> squares.eval()
    array([0, 1, 4, 9])
    """
    return scan(
        fn,
        sequences,
        outputs_info=None,
        non_sequences=non_sequences,
        truncate_gradient=truncate_gradient,
        go_backwards=go_backwards,
        mode=mode,
        name=name,
    )


def reduce(
    fn: Callable[..., Any],
    sequences: Any,
    outputs_info: Any,
    non_sequences: Any = None,
    go_backwards: bool = False,
    mode: Any = None,
    name: str | None = None,
) -> tuple[Any, dict[SharedVariable, Variable]]:
    """Combine all elements of the sequences, one after the other: the last results of `scan`.

    Returns
    -------
    outputs, updates
        Those of `scan`, but only for the last step, without an axis for the steps.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> total, _ = reduce(lambda x, so_far: so_far + x, T.arange(5), T.constant(0, dtype="int64"))
    >>> total.eval()
    array(10)
    """
    outputs, updates = scan(
        fn,
        sequences,
        outputs_info=outputs_info,
        non_sequences=non_sequences,
        go_backwards=go_backwards,
        mode=mode,
        name=name,
    )
    if isinstance(outputs, list):
        return [y[-1] for y in outputs], updates
    return outputs if outputs is None else outputs[-1], updates


def foldl(
    fn: Callable[..., Any],
    sequences: Any,
    outputs_info: Any,
    non_sequences: Any = None,
    mode: Any = None,
    name: str | None = None,
) -> tuple[Any, dict[SharedVariable, Variable]]:
    """Combine all elements of the sequences, beginning with the first: see `reduce`.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> digits, zero = T.constant([1, 2, 3]), T.constant(0, dtype="int64")
    >>> value, _ = foldl(lambda digit, x: 10 * x + digit, digits, zero)
    >>> value.eval()
    array(123)
    """
    return reduce(fn, sequences, outputs_info, non_sequences, mode=mode, name=name)


def foldr(
    fn: Callable[..., Any],
    sequences: Any,
    outputs_info: Any,
    non_sequences: Any = None,
    mode: Any = None,
    name: str | None = None,
) -> tuple[Any, dict[SharedVariable, Variable]]:
    """Combine all elements of the sequences, beginning with the last: see `reduce`.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> digits, zero = T.constant([1, 2, 3]), T.constant(0, dtype="int64")
    >>> value, _ = foldr(lambda digit, x: 10 * x + digit, digits, zero)
    >>> value.eval()
    array(321)
    """
    return reduce(fn, sequences, outputs_info, non_sequences, True, mode=mode, name=name)
