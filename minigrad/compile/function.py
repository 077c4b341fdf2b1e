"""`function`: from expressions to something you can call."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, Literal

import numpy as np

from ..core.axes import as_tensor_variable
from ..core.configuration import config
from ..core.graph import Variable
from ..core.sharing import SharedVariable
from ..core.types import checked_name
from ..protocol.test_values import without_test_values
from ..protocol.values import check_choice
from ..protocol.walks import clone_replace, graph_inputs, mentioned
from .compiled import Function, Mode, class_of_function
from .inputs import In, Out, UnusedInputError, as_inputs
from .inspect.nanguardmode import NanGuardMode
from .inspect.watching import WatchingMode
from .missing import without_missing
from .settings import MODES, OTHER_MODES
from .updates import as_pairs, as_updates, default_updates, of_same_type


@without_test_values
def function(
    inputs: Sequence[Variable | In],
    outputs: Any = None,
    mode: Mode | None = None,
    updates: Any = None,
    givens: Any = None,
    no_default_updates: bool | list[Any] = False,
    accept_inplace: bool = False,
    name: str | None = None,
    rebuild_strict: bool = True,
    allow_input_downcast: bool | None = None,
    profile: bool | None = None,
    on_unused_input: Literal["raise", "warn", "ignore"] | None = None,
) -> Function:
    """Compile expressions into a function of their inputs.

    Parameters
    ----------
    inputs : list of variables or `In`
        Values are passed in this order, or by the variables' names. An array must have the
        input's number of dimensions, and a dtype that converts to the input's without loss.
    outputs : variable, list of variables, dict of str to variable, or None
        A call returns an array, or a list or dict of arrays, accordingly; without outputs, an
        empty list. Variables may be wrapped in `Out`.
    mode : {'FAST_RUN', 'C', 'FAST_COMPILE', 'DebugMode', 'NanGuardMode'} or NanGuardMode, optional
        ``FAST_RUN`` rewrites the expressions first. ``C`` is ``FAST_RUN`` with loops in C if there
        is a compiler. ``FAST_COMPILE`` computes the expressions as they are written. ``DebugMode``
        is ``FAST_RUN``, and checks every result against the reference interpreter; with
        ``config.DebugMode.check_c`` it checks that of ``C``, too. ``NanGuardMode`` is
        ``FAST_RUN``, and stops at NaN, infinities and huge numbers. The default is
        ``config.mode``.
    updates : list of pairs or dict, optional
        Shared variables and their new values, all computed from the old values and stored
        together after the call.
    givens : list of pairs or dict, optional
        Variables, and their replacements in this function.
    no_default_updates : bool or list of shared variables
        The shared variables whose ``default_update`` to leave out, or True for all. A random draw
        stands for its state.
    accept_inplace : bool
        Theano's; ignored.
    name : str, optional
        The name in messages and in the program.
    rebuild_strict : bool
        Whether a replacement in givens must have the type of its variable. If not, the operations
        that use it must accept it.
    allow_input_downcast : bool, optional
        Whether values of inputs may lose precision when they are converted. None:
        only Python floats may.
    profile : bool, optional
        Whether to measure each call: ``f.profile.summary()`` prints the times, and so does the end
        of the Python program. (Without it, ``print(f.profile(X))`` measures one call.)
    on_unused_input : {'raise', 'warn', 'ignore'}
        What to do about an input that no expression uses; by default
        ``config.on_unused_input``, which is 'raise'. An input counts as used if an
        expression was written with it, even if its value does not matter, as in the
        derivative of a linear function.

    Returns
    -------
    Function

    Raises
    ------
    TypeError
        If an argument has the wrong kind, or an update does not have its variable's type.
    MissingInputError
        If the outputs or updates, even after the rewrites, depend on a variable without a value.
    UnusedInputError
        If an input is not used.
    ValueError
        If an input or update is given twice, or an option has an invalid value.
    RuntimeError
        If givens replace an input.

    Examples
    --------
    >>> import minigrad, minigrad.tensor as T
    >>> x, total = T.dscalar("x"), minigrad.shared(0.0, name="total")
    >>> add_up = function([x], total, updates=[(total, total + x)])
    >>> add_up(2.0), add_up(3.0), total.get_value()
    (array(0.), array(2.), array(5.))
    """
    on_unused_input = on_unused_input or config.on_unused_input
    check_choice("function: on_unused_input", on_unused_input, ("raise", "warn", "ignore"))
    mode = as_mode(mode)
    name = checked_name(name, "a function") or "program"
    entries = as_inputs(inputs, allow_input_downcast)
    results, pack = _as_outputs(outputs)
    stored = as_updates(updates)
    expressions = [*results, *stored.values()]
    targets: list[SharedVariable | In] = list(stored)
    for entry in entries:
        if entry.update is not None:
            what = f"the update of the input {entry.label}"
            expressions.append(of_same_type(entry.update, entry.variable, what))
            targets.append(entry)
    replacements = _as_replacements(givens, rebuild_strict)
    for entry in entries:
        if entry.variable in replacements:
            raise RuntimeError(
                f"{name}: givens replace {entry.label}, which is an input, so its argument "
                "would have no effect; leave it out of the givens, or out of the inputs"
            )
    cut_off = _cut_off(entries)
    values = clone_replace([*replacements.values()], cut_off)
    replacements = {**dict(zip(replacements, values, strict=True)), **cut_off}
    expressions = clone_replace(expressions, replacements)
    defaults = default_updates(expressions, stored, no_default_updates, replacements)
    expressions += defaults.values()
    targets += defaults
    _check_used(name, entries, replacements, expressions, on_unused_input)
    given = {entry.variable for entry in entries}
    advice = "add it to the inputs, or give it a value by givens"
    expressions = without_missing(name, given, expressions, advice)
    return class_of_function(profile)(name, entries, expressions, targets, pack, mode)


def as_mode(mode: Any) -> Mode:
    """The mode, by default that of the configuration, with its options if it has some."""
    if isinstance(mode, WatchingMode):
        return mode
    mode = OTHER_MODES.get(mode, mode) if isinstance(mode, str) else mode
    check_choice("function: mode", mode, (None, *MODES))
    mode = mode or config.mode
    return NanGuardMode() if mode == "NanGuardMode" else mode


def _as_outputs(outputs: Any) -> tuple[list[Variable], Callable[[Sequence[np.ndarray]], Any]]:
    """The outputs as a list, and a function that packs their values as the outputs were given."""
    if outputs is None:
        outputs = []
    if isinstance(outputs, Mapping):
        wrong = [key for key in outputs if not isinstance(key, str)]
        if wrong:
            raise TypeError(f"the keys of a dict of outputs must be names; got {wrong[0]!r}")
        return [*map(_as_output, outputs.values())], partial(_as_dict, list(outputs))
    if isinstance(outputs, (list, tuple)):
        return [*map(_as_output, outputs)], partial(_as_list, len(outputs))
    return [_as_output(outputs)], itemgetter(0)


def _as_list(count: int, values: Sequence[np.ndarray]) -> list[np.ndarray]:
    return list(values[:count])


def _as_dict(keys: Sequence[str], values: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    return dict(zip(keys, values, strict=False))


def _as_output(output: Any) -> Variable:
    output = output.variable if isinstance(output, Out) else output
    try:
        return as_tensor_variable(output)
    except TypeError as error:
        raise TypeError(f"an output must be a variable; got {output!r}") from error


def _as_replacements(givens: Any, of_same_types: bool) -> dict[Variable, Variable]:
    replacements: dict[Variable, Variable] = {}
    for variable, value in as_pairs(givens or (), "givens"):
        if not isinstance(variable, Variable):
            raise TypeError(f"givens replace variables; got {variable!r}")
        if variable in replacements:
            raise ValueError(f"givens replace {variable} twice")
        if of_same_types or not isinstance(value, Variable):
            what = f"what givens put for {variable}"
            value = of_same_type(value, variable, what, called="value")
        replacements[variable] = value
    return replacements


def _cut_off(inputs: Sequence[In]) -> dict[Variable, Variable]:
    """Replace inputs that are computed by variables that are not; return {old: new}."""
    replacements = {}
    for entry in inputs:
        if entry.variable.owner is not None:
            replacements[entry.variable] = entry.variable.type(entry.variable.name)
            entry.variable = replacements[entry.variable]
    return replacements


def _check_used(
    name: str,
    inputs: Sequence[In],
    replacements: Mapping[Variable, Variable],
    expressions: Sequence[Variable],
    on_unused_input: str,
) -> None:
    """Check that the expressions were written with every input, even if rewrites removed it."""
    unused = {entry.variable: entry.label for entry in inputs}
    for variable in graph_inputs(expressions, unused):
        unused.pop(variable, None)
    if not unused or on_unused_input == "ignore":
        return
    for variable in mentioned(expressions, replacements):
        unused.pop(variable, None)
    if not unused:
        return
    message = (
        f"{name}: nothing depends on the input {', '.join(unused.values())}; leave it out, or say "
        "on_unused_input='ignore'"
    )
    if on_unused_input == "raise":
        raise UnusedInputError(message)
    warnings.warn(message, stacklevel=4)
