"""`grad` with all its options, and products with Jacobians from either side."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial, reduce
from typing import Any, Literal

from .core.axes import as_tensor_variable, ones_like, zeros_like
from .core.backprop import connected
from .core.credit import credited_to, current_line, derived
from .core.graph import Variable, toposort
from .core.table import add
from .ops.passing import disconnected_grad, grad_clip, grad_scale, zero_grad
from .ops.shape import as_type
from .ops.undefined import (
    DisconnectedType,
    NullType,
    NullTypeGradError,
    derivatives_by,
    grad_not_implemented,
    grad_undefined,
)
from .protocol.test_values import without_test_values
from .protocol.values import arranged_as, as_list, check_choice
from .protocol.walks import clone_replace
from .rewrite import stabilized

__all__ = [
    "DisconnectedInputError",
    "DisconnectedType",
    "Lop",
    "NullType",
    "NullTypeGradError",
    "Rop",
    "consider_constant",
    "disconnected_grad",
    "grad",
    "grad_clip",
    "grad_not_implemented",
    "grad_scale",
    "grad_undefined",
    "subgraph_grad",
    "zero_grad",
]

consider_constant = zero_grad  # Theano has both names


class DisconnectedInputError(ValueError):
    """Raised if `wrt` has a variable on which the cost does not depend."""


Disconnected = Literal["raise", "warn", "ignore"]


def grad(
    cost: Variable | None,
    wrt: Any,
    consider_constant: Iterable[Variable] | None = None,
    disconnected_inputs: Disconnected = "raise",
    add_names: bool = True,
    known_grads: Mapping[Variable, Any] | None = None,
    return_disconnected: Literal["zero", "None", "none", "Disconnected", "disconnected"] = "zero",
    null_gradients: Literal["raise", "return"] = "raise",
) -> Any:
    """The derivatives of a cost by variables, as expressions: ∂cost/∂w for each w.

    Derivatives are ordinary expressions, so they have derivatives themselves.

    Parameters
    ----------
    cost : scalar expression
        None if `known_grads` says where to start. No derivative passes through an integer, so those
        of an integer cost are zero.
    wrt : variable, or list or tuple of variables
        They may also be intermediate results, or constants. The derivative by integers is that
        by the floats to which operations convert them, and is a float.
    consider_constant : iterable of Variable, optional
        Variables through which the derivative does not pass. If one is also in `wrt`,
        the derivative by it is still returned.
    disconnected_inputs : {'raise', 'warn', 'ignore'}
        What to do about a variable in `wrt` on which the cost does not depend.
    add_names : bool
        Call the derivative of a named cost by a named variable ``(dcost/dw)``.
    known_grads : mapping of Variable to variable or number, optional
        Derivatives by intermediate results that are already known: backpropagation starts
        from these, too, and adds nothing to them.
    return_disconnected : {'zero', 'None', 'none', 'Disconnected', 'disconnected'}
        The derivative by a variable in `wrt` on which the cost does not depend: a zero, None, or a
        variable of `DisconnectedType`.
    null_gradients : {'raise', 'return'}
        What to do about a derivative that an op declares undefined or not implemented: raise
        an error, or return a variable of `NullType`.

    Returns
    -------
    variable, or list or tuple of variables, as `wrt`
        Each has the dtype and the dimensions of its variable in `wrt`, and broadcasts where that
        does.

    Raises
    ------
    TypeError
        If the cost is not a scalar, or `wrt` has an entry that is not a variable.
    DisconnectedInputError
        If the cost does not depend on a variable in `wrt`, and `disconnected_inputs` is
        ``'raise'``.
    NullTypeGradError
        If a derivative is not defined, and `null_gradients` is ``'raise'``.

    References
    ----------
    Griewank and Walther, *Evaluating Derivatives*, 2nd edition, chapter 3 (the reverse mode).

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> x = T.scalar("x")
    >>> slope = grad(x**3, x)
    >>> slope.eval({x: 2.0}), grad(slope, x).eval({x: 2.0})
    (array(12.), array(12.))
    """
    wanted = as_list(wrt)
    for variable in wanted:
        if not isinstance(variable, Variable):
            raise TypeError(f"grad: wrt must be variables; got {variable!r}")
    check_choice("grad: disconnected_inputs", disconnected_inputs, ("raise", "warn", "ignore"))
    check_choice("grad: return_disconnected", return_disconnected, tuple(_DISCONNECTED))
    check_choice("grad: null_gradients", null_gradients, ("raise", "return"))
    given = _starting_grads(cost, known_grads or {})
    stops = _as_stops(consider_constant)
    reached = connected(given, wanted, stops)
    found = _derivatives(cost, wanted, given, stops)
    results: list[Any] = []
    for variable in wanted:
        if variable not in reached:
            _report_disconnected(variable, cost, disconnected_inputs)
        none = _zero if variable in reached else _DISCONNECTED[return_disconnected]
        result = found[variable] if variable in found else none(variable)
        if result is not None:
            if isinstance(result.type, NullType) and null_gradients == "raise":
                why = result.type.why_null
                raise NullTypeGradError(f"grad: there is no derivative by {variable}: {why}")
            if add_names and not result.name and cost is not None and cost.name and variable.name:
                result.name = f"(d{cost.name}/d{variable.name})"
        results.append(result)
    return arranged_as(wrt, results)


def _derivatives(
    cost: Variable | None,
    wanted: Sequence[Variable],
    given: Mapping[Variable, Variable],
    stops: Collection[Variable],
) -> dict[Variable, Variable]:
    """The derivatives by the wanted variables, where there are any; see `grad`.

    One that is not defined is replaced by a variable of `NullType`.
    """
    # The derivative by integers is that by the floats which are made of them.
    integers = [w for w in wanted if not w.type.is_float and w not in given]
    made, made_float = _float_forms(integers, given, stops)
    forms = {w: made.get(w, [w]) for w in wanted}
    given = {made_float.get(variable, variable): value for variable, value in given.items()}
    asked = [form for variable in wanted for form in forms[variable]]
    start = _from_stable_form(cost and made_float.get(cost, cost), given, {*asked, *stops})
    grads, undefined = derivatives_by(start, asked, stops)
    found: dict[Variable, Variable] = {}
    for variable, its_forms in forms.items():
        terms = [grads[form] for form in its_forms if form in grads]
        nulls = [undefined[form] for form in its_forms if form in undefined]
        if nulls or terms:
            found[variable] = nulls[0] if nulls else reduce(add, terms)
    return found


def _zero(variable: Variable) -> Variable:
    """Zeros in the variable's shape; of integers, of floatX."""
    return zeros_like(variable, None if variable.type.is_float else "floatX")


# What stands for the derivative by a variable that the cost does not depend on.
_DISCONNECTED: dict[str, Callable[[Variable], Variable | None]] = {
    "zero": _zero,
    **dict.fromkeys(["None", "none"], lambda variable: None),
    **dict.fromkeys(["Disconnected", "disconnected"], lambda variable: DisconnectedType()()),
}


def _float_forms(
    integers: Collection[Variable], outputs: Collection[Variable], stops: Collection[Variable]
) -> tuple[dict[Variable, list[Variable]], dict[Variable, Variable]]:
    """The floats that operations make of these integers; the graph that uses them, by the old one."""
    forms: dict[Variable, list[Variable]] = {w: [] for w in integers}
    new: dict[Variable, Variable] = {}
    if not integers:
        return forms, new
    for node in toposort(outputs, stop_at=stops):
        inputs = [new.get(v, v) for v in node.inputs]
        pattern = node.op.connection_pattern(node)
        places = [i for i, v in enumerate(node.inputs) if v in forms and any(pattern[i])]
        has_floats = any(y.type.is_float for y in node.outputs)
        if inputs == node.inputs and not (places and has_floats):
            continue
        made, floats = credited_to(
            node.made_at, node.op.on_floats, node, inputs, places, _float_forms
        )
        if all(_may_replace(y, x) for y, x in zip(made, node.outputs, strict=True)):
            new.update(zip(node.outputs, made, strict=True))
            for variable, form in floats:
                forms[variable].append(form)
    return forms, new


def _may_replace(new: Variable, old: Variable) -> bool:
    """Whether a variable has another's dtype, and at least its known sizes."""
    return bool(new.type.dtype == old.type.dtype and old.type.accepts_shape(new.type))


def subgraph_grad(
    wrt: Sequence[Variable],
    end: Sequence[Variable],
    start: Mapping[Variable, Any] | None = None,
    cost: Variable | None = None,
    details: bool = False,
) -> Any:
    """The derivatives by `wrt` and by `end` of a part of a graph, which ends at `end`.

    With this you can backpropagate in pieces: the derivatives by the `end` of one piece are the
    `start` of the next.

    Parameters
    ----------
    wrt : list of Variable
        The variables in this part by which to differentiate.
    end : list of Variable
        The variables where the part ends: no derivative passes through them.
    start : dict of Variable to variable, optional
        Derivatives by variables, from which to start.
    cost : scalar expression, optional
        A cost in this part, whose derivatives are added.
    details : bool
        Whether to return also the derivatives from `start` alone and from the cost alone.

    Returns
    -------
    pair of lists of Variable
        Those by `wrt`, and those by `end`. With `details` there are two more, by both together:
        from `start` and from the cost, each a list or None.

    Raises
    ------
    TypeError, ValueError
        As in `grad`; also if there is neither a start nor a cost.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> x, w1, w2 = T.scalars("x", "w1", "w2")
    >>> hidden = T.tanh(w1 * x)
    >>> by_w2, by_hidden = subgraph_grad([w2], [hidden], cost=(w2 * hidden) ** 2)
    >>> (by_w1,), _ = subgraph_grad([w1], [x], start={hidden: by_hidden[0]})
    >>> by_w1.eval({x: 0.0, w1: 1.0, w2: 1.0})
    array(0.)
    """
    if start is None and cost is None:
        raise ValueError("subgraph_grad takes a start, or a cost, or both; got neither")
    for name, variables in (("wrt", wrt), ("end", end)):
        if not isinstance(variables, (list, tuple)):
            raise TypeError(f"subgraph_grad: {name} must be a list of variables; got {variables!r}")
    asked = list(dict.fromkeys([*wrt, *end]))

    def of(cost: Variable | None, given: Mapping[Variable, Any] | None) -> list[Variable]:
        return list(grad(cost, asked, end, "ignore", known_grads=given))

    of_start = None if start is None else of(None, start)
    of_cost = None if cost is None else of(cost, None)
    parts = [grads for grads in (of_start, of_cost) if grads is not None]
    total = dict(
        zip(asked, [reduce(add, terms) for terms in zip(*parts, strict=True)], strict=True)
    )
    results = [total[w] for w in wrt], [total[v] for v in end]
    return (*results, of_start, of_cost) if details else results


def Lop(
    f: Any,
    wrt: Any,
    eval_points: Any,
    consider_constant: Iterable[Variable] | None = None,
    disconnected_inputs: Disconnected = "raise",
) -> Any:
    """The product of a row vector with the Jacobian, vᵀ · ∂f/∂w for each w.

    Parameters
    ----------
    f : variable, or list of variables
        They have a float type, and any shape.
    wrt : variable, or list or tuple of variables
    eval_points : variable or array, or list of them
        The v for each f, of its shape.
    consider_constant, disconnected_inputs
        As in `grad`.

    Returns
    -------
    variable, or list or tuple of variables, as `wrt`
        Each of the type of its `wrt`.

    Raises
    ------
    TypeError, ValueError, DisconnectedInputError
        As in `grad`; also if the numbers of `eval_points` and of f differ, or a point and its f
        have different dimensions.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> x = T.vector("x")
    >>> Lop(x**2, x, [1.0, 10.0]).eval({x: [1.0, 2.0]})
    array([ 2., 40.])
    """
    # A cost, and not known_grads, because one f may depend on another.
    cost = _weighted_sum(_pairs("Lop", f, eval_points))
    return grad(cost, wrt, consider_constant, disconnected_inputs)


def Rop(f: Any, wrt: Any, eval_points: Any) -> Any:
    """The product of the Jacobian with a column vector, Σ ∂f/∂w · v for each f.

    No op has a rule for it: vᵀ · J is linear in v, so its own derivative by v, applied to another
    vector, is the product from the other side.

    Parameters
    ----------
    f : variable, or list or tuple of variables
        They have a float type, and any shape.
    wrt : variable, or list of variables
    eval_points : variable or array, or list of them
        The v for each w, of its shape.

    Returns
    -------
    variable, or list or tuple of variables, as f
        Each of the type of its f; zero for one that depends on no w.

    Raises
    ------
    TypeError, ValueError
        As in `grad`; also if the numbers of `eval_points` and of `wrt` differ, or a point
        and its w have different dimensions.

    References
    ----------
    Jamie Townsend, "A new trick for calculating Jacobian vector products" (2017).

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> x = T.vector("x")
    >>> Rop((x**2).sum(), x, [1.0, 10.0]).eval({x: [1.0, 2.0]})
    array(42.)
    """
    points = _pairs("Rop", wrt, eval_points)
    outputs = as_list(f)
    for output in outputs:
        _check_float("Rop", output)
    products = [_product(output, points) for output in outputs]
    return arranged_as(f, products)


@without_test_values
def _product(output: Variable, points: Sequence[tuple[Variable, Any]]) -> Variable:
    """The product of the output's Jacobian with the points."""
    row = output.type()
    wrt = [variable for variable, _ in points]
    from_the_left = grad((output * row).sum(), wrt, disconnected_inputs="ignore")
    cost = _weighted_sum(zip(from_the_left, [point for _, point in points], strict=True))
    product = grad(cost, row, disconnected_inputs="ignore")
    # It no longer depends on the row, but may still ask for its shape.
    return clone_replace([product], {row: zeros_like(output)})[0]


def _weighted_sum(pairs: Iterable[tuple[Variable, Any]]) -> Variable:
    """The sum of all elements of all variables, each with its weight."""
    first, *others = [(x * weight).sum() for x, weight in pairs]
    return sum(others, start=first)


def _pairs(name: str, variables: Any, points: Any) -> list[tuple[Variable, Variable]]:
    """The variables, each with its point, which has its type."""
    several = isinstance(variables, (list, tuple)) or (
        isinstance(points, (list, tuple)) and len(points) == 1 and isinstance(points[0], Variable)
    )
    left, right = as_list(variables), list(points) if several else [points]
    if len(left) != len(right) or not left:
        raise ValueError(f"{name}: {len(left)} variables, but {len(right)} eval_points")
    pairs = []
    for variable, value in zip(left, right, strict=True):
        _check_float(name, variable)
        point = as_tensor_variable(value)
        if not variable.type.accepts_shape(point.type):
            raise ValueError(
                f"{name}: the point {point} is {point.type}, but must be of the shape of "
                f"{variable}, {variable.type}"
            )
        pairs.append((variable, as_type(point, variable.type)))
    return pairs


def _check_float(name: str, variable: Any) -> None:
    if not isinstance(variable, Variable):
        raise TypeError(f"{name}: f and wrt must be variables; got {variable!r}")
    if not variable.type.is_float:
        raise TypeError(
            f"{name}: f and wrt must be of float type; {variable} is {variable.type.dtype}, which has "
            "no derivative; make it a float variable, or cast where it is used"
        )


def _from_stable_form(
    cost: Variable | None, given: Mapping[Variable, Variable], kept: Collection[Variable]
) -> dict[Variable, Variable]:
    """The derivatives to start from, with the cost in a form in which they are finite.

    The derivative of log(sigmoid(x)) has the factors 1/s and s, which may be infinite and 0. The
    derivative of -softplus(-x), which is equal, has no such factors.
    """
    if cost is None:
        return dict(given)
    others = {variable: value for variable, value in given.items() if variable is not cost}
    (stable,) = stabilized([cost], kept={v for v in (*kept, *others) if v.owner is not None})
    return {**others, stable: given[cost]}


def _starting_grads(
    cost: Variable | None, known_grads: Mapping[Variable, Any]
) -> dict[Variable, Variable]:
    """The derivatives to start from."""
    given: dict[Variable, Variable] = {}
    if not isinstance(known_grads, Mapping):
        raise TypeError(f"known_grads: a dict of derivatives by variable; got {known_grads!r}")
    for variable, value in known_grads.items():
        if not isinstance(variable, Variable):
            raise TypeError(f"known_grads: a dict of derivatives by variable; got {variable!r}")
        gradient = as_tensor_variable(value)
        if not variable.type.accepts_shape(gradient.type):
            raise TypeError(
                f"known_grads: {variable} is {variable.type}, but the derivative given by it is "
                f"{gradient.type}"
            )
        given[variable] = as_type(gradient, variable.type)
    if cost is None:
        if not given:
            raise TypeError("grad takes a cost, or known_grads to start from; got neither")
        return given
    if not isinstance(cost, Variable):
        raise TypeError(f"the cost must be an expression; got {cost!r}")
    if cost.type.ndim:
        raise TypeError(
            f"the cost must be a scalar; {cost} has {cost.type.ndim} dimensions; "
            "take its sum or mean"
        )
    one = partial(ones_like, cost, None if cost.type.is_float else "floatX")
    given.setdefault(cost, credited_to(derived(current_line()), one))
    return given


def _as_stops(consider_constant: Any) -> set[Variable]:
    entries = [] if consider_constant is None else consider_constant
    if isinstance(entries, Variable) or not all(isinstance(v, Variable) for v in entries):
        raise TypeError(f"grad: consider_constant must be a list of variables; got {entries!r}")
    return set(entries)


def _report_disconnected(variable: Variable, cost: Variable | None, how: Disconnected) -> None:
    message = (
        f"grad: {'the cost' if cost is None else cost} does not depend on {variable}, or only "
        "through its shape, an index, or a variable considered constant; say "
        "disconnected_inputs='ignore' for a derivative of zero"
    )
    if how == "raise":
        raise DisconnectedInputError(message)
    if how == "warn":
        warnings.warn(message, stacklevel=3)
