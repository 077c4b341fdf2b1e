"""`Function`: computes, when it is called, what expressions were compiled for, and stores updates."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from itertools import repeat
from operator import attrgetter
from time import perf_counter
from typing import Any

import numpy as np

from ..core.configuration import config
from ..core.graph import Apply, Variable
from ..core.sharing import SharedVariable
from ..core.types import checked_name, describe
from ..protocol.closed import ClosedGraph, all_nodes
from ..protocol.errors import quoted
from ..protocol.test_values import without_test_values
from ..protocol.walks import clone_replace, graph_inputs
from ..rewrite import with_lazy_branches
from . import locks, programs
from .checks import LostChecks, improve_and_check
from .inputs import In, binder
from .inspect.debug import compare_with_interpreter
from .inspect.profile import Calls, Profile
from .inspect.watching import WatchingMode
from .looking import Lookup
from .pickling import Flat, flattened
from .program import Program
from .updates import as_pairs

_DATA = attrgetter("data")
Mode = str | WatchingMode


class Function(Lookup):
    """A compiled function; made by `function`.

    Calling it computes the outputs, then stores the updates: outputs and updates are all computed
    from the old values, and if anything fails nothing is stored.

    It can be pickled: its expressions, inputs, updates, mode and name, and the values of the shared
    variables that it uses. Functions that are pickled together, ``pickle.dumps([f, g])``, go on
    sharing these; a function that is loaded shares nothing with those that there are. It is
    compiled anew. To load a pickle is to run a program: load only those of people you trust.

    Attributes
    ----------
    name : str
    source : str
        The NumPy program that it runs: one statement for each operation, with the expression it
        computes and the line of yours that asked for it as a comment.
    outputs : list of Variable
        What the program computes, after the rewrites: the outputs, then the updates.
    """

    @without_test_values
    def __init__(
        self,
        name: str,
        inputs: Sequence[In],
        outputs: Sequence[Variable],
        targets: Sequence[SharedVariable | In],
        pack: Callable[[Sequence[Any]], Any],
        mode: Mode,
        plans: bool = True,
    ) -> None:
        _check_nothing_is_destroyed(name, outputs)
        self.name = name
        self.mode = mode
        # Two flat lists run through all that follows. What is computed: first what the call returns,
        # then the new values of the targets. What it is computed from: the inputs, then the shared
        # variables, then arrays that a plan lends for new values.
        variables = [entry.variable for entry in inputs]
        if mode == "FAST_COMPILE":
            self.outputs, lost = with_lazy_branches(outputs), LostChecks()
        else:
            self.outputs, lost = improve_and_check([*variables, *_shared_in(outputs)], outputs)
        self._asked = list(outputs)
        self._pack = pack
        self._targets = list(targets)
        kept = [t.variable if isinstance(t, In) else t for t in targets]
        self._of_fixed_sizes = [
            (place, v) for place, v in enumerate(kept) if not set(v.type.shape) <= {None}
        ]
        self._n_outputs = len(outputs) - len(targets)
        self._inputs = inputs
        self._bind = binder(name, inputs)
        # Also those that only a check needs, which the rewrites have removed.
        self._shared = _shared_in([*self.outputs, *outputs])
        # Guarded is what the expressions compute as they stand, not what a plan makes of them.
        unplanned = not plans or mode == "FAST_COMPILE" or isinstance(mode, WatchingMode)
        planned = programs.in_c() if mode == "C" else programs.planned
        kind = programs.Programs if unplanned else planned
        graph = ClosedGraph([*variables, *self._shared], self.outputs)
        is_checked = mode == "DebugMode"
        filled = config.fill_buffers or is_checked
        self._programs = kind(name, graph, lost, targets, filled=filled, strict=is_checked)
        self._in_c = None
        if is_checked and config.DebugMode.check_c:
            in_c = programs.in_c()
            self._in_c = in_c(f"{name} in C", graph, lost, [], filled=filled, strict=is_checked)

    @property
    def inputs(self) -> list[Variable]:
        """The variables whose values it takes."""
        return [entry.variable for entry in self._inputs]

    @property
    def expressions(self) -> list[Variable]:
        """What it computes and returns, as it was written, without the updates."""
        return self._asked[: self._n_outputs]

    @property
    def new_values(self) -> list[Variable]:
        """The new values of what a call updates, as they were written."""
        return self._asked[self._n_outputs :]

    @property
    def graph(self) -> ClosedGraph:
        """What the program of `source` computes: what a call returns, then the new values."""
        return self._programs.latest.printed.plan.graph

    @property
    def updates(self) -> list[tuple[Variable, Variable]]:
        """Which variables get which new values by a call, both as they are in `graph`."""
        graph, known = self.graph, [*self.inputs, *self._shared]
        inputs = dict(zip(known, graph.inputs, strict=False))
        targets = [t.variable if isinstance(t, In) else t for t in self._targets]
        new_values = graph.outputs[self._n_outputs :]
        return [(inputs.get(t, t), new) for t, new in zip(targets, new_values, strict=False)]

    @property
    def source(self) -> str:
        """The NumPy program that it runs; of several, the one that was planned last."""
        return self._programs.latest.printed.source

    @property
    def c_source(self) -> str:
        """The loops in C of that program, in mode "C": a function for each part of it.

        Empty before the first call, and where there is no compiler.
        """
        sources = [getattr(node.op, "c_source", "") for node in self.graph.nodes]
        return "\n".join(filter(None, sources))

    @property
    def source_lines(self) -> list[tuple[str, Apply | None]]:
        """The lines of `source`, and the node of `graph`, or of one in it, that each is about."""
        return self._programs.latest.printed.source_lines

    def __call__(self, /, *args: Any, output_subset: Any = None, **kwargs: Any) -> Any:
        """Compute the outputs, then store the updates.

        Parameters
        ----------
        *args, **kwargs
            The inputs; one of the name output_subset is passed by its position.
        output_subset : list of int or str, optional
            Which outputs to return, by their numbers, or by their names from a dict. All are
            computed, and all updates stored.

        Raises
        ------
        ValueError
            If there is no output of that number or name; then nothing is stored.

        Examples
        --------
        >>> import minigrad, minigrad.tensor as T
        >>> x = T.dscalar("x")
        >>> minigrad.function([x], [x, 2 * x, 3 * x])(1.0, output_subset=[2])
        [array(3.)]
        """
        if output_subset is not None:
            return self._some(list(output_subset), args, kwargs)
        if not self._targets:
            values = self._values(args, kwargs)
            return self._pack(self._results(self._programs.program_for(values), values))
        with locks.UPDATING:
            values = self._values(args, kwargs)
            program = self._programs.program_for(values)
            recycler = program.recycler
            lent = recycler.take() if recycler else ()
            results = self._results(program, values, lent)
            self._store(results[self._n_outputs :])
            if recycler:
                recycler.keep(values)
        return self._pack(results)

    def profile(self, /, *args: Any, n_calls: int = 100, **kwargs: Any) -> Profile:
        """Measure how long each statement of the program takes on these arguments.

        Nothing is stored: shared variables stay as they are.

        Parameters
        ----------
        *args, **kwargs
            As in a call; an input of the name n_calls is passed by its position.
        n_calls : int
            How many times to run the program; the medians are taken.

        Returns
        -------
        Profile
            Print it to see a table: time, share, statement, and the line of yours that made it.

        Examples
        --------
        >>> import numpy as np, minigrad, minigrad.tensor as T
        >>> x = T.dvector("x")
        >>> profile = minigrad.function([x], T.exp(x).sum()).profile(np.zeros(1000))
        >>> [row.statement.split(" = ")[0] for row in profile.rows]
        ['exp_1', 'sum_1']
        """
        values = self._values(args, kwargs)
        return self._programs.program_for(values).profile(values, n_calls)

    def memory(self) -> int:
        """How many bytes the program takes at its peak, beside inputs, constants and parameters.

        Those of the arrays that outlive a call and of the results, as far as their sizes were
        known when the program was planned: for the shapes of the first call. If there are several
        plans it is the latest; before any call there is none, and the answer 0.

        Examples
        --------
        >>> import numpy as np, minigrad, minigrad.tensor as T
        >>> x = T.dvector("x")
        >>> f = minigrad.function([x], (T.exp(x) + T.sin(x)).sum())
        >>> f(np.zeros(1000)), f.memory()
        (array(1000.), 16008)
        """
        return self._programs.latest.printed.plan.memory

    @without_test_values
    def copy(
        self,
        share_memory: bool = False,
        swap: Any = None,
        delete_updates: bool = False,
        name: str | None = None,
        profile: bool | None = None,
    ) -> Function:
        """Another function of the same expressions, compiled anew.

        It uses and updates the same shared variables, but for those that are swapped. Defaults of
        inputs begin as they are now, and then are its own.

        Parameters
        ----------
        share_memory : bool
            Theano's; ignored: each function has memory of its own.
        swap : dict or list of pairs, optional
            Shared variables that this function uses, and those of the same types that the copy
            uses in their place.
        delete_updates : bool
            Leave out all updates, those of inputs too.
        name : str, optional
            By default this function's, with " copy".
        profile : bool, optional
            As in `function`; by default as this one.

        Raises
        ------
        TypeError
            If what is swapped is not a shared variable, or not of the same type.
        ValueError
            If this function does not use a variable that is swapped, or the copy would update one
            twice.

        Examples
        --------
        >>> import minigrad, minigrad.tensor as T
        >>> x, total = T.dscalar("x"), minigrad.shared(0.0, name="total")
        >>> add_up = minigrad.function([x], total + x, updates=[(total, total + x)])
        >>> other = minigrad.shared(10.0, name="other")
        >>> add_up(1.0), add_up.copy(swap={total: other})(1.0)
        (array(1.), array(11.))
        >>> add_up.copy(delete_updates=True)(1.0), total.get_value(), other.get_value()
        (array(2.), array(1.), array(11.))
        """
        kind = type(self) if profile is None else kind_of_function(profile)
        name = checked_name(name, "a function") or f"{self.name} copy"
        inputs = {entry: copy(entry) for entry in self._inputs}
        targets = [] if delete_updates else self._targets
        swapped = _as_swaps(swap, {*_shared_in(self._asked), *self._targets})
        replaced: list[SharedVariable | In] = [
            inputs[t] if isinstance(t, In) else swapped.get(t, t) for t in targets
        ]
        for target in replaced:
            if replaced.count(target) > 1:
                raise ValueError(f"{name}: with these swaps, {target} would be updated twice")
        asked = clone_replace(self._asked[: self._n_outputs + len(targets)], swapped)
        return kind(name, list(inputs.values()), asked, replaced, self._pack, self.mode)

    def free(self) -> None:
        """Give back the memory that lasts from call to call; the next call makes it anew."""
        self._programs.free()

    def _some(self, wanted: Sequence[Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Some of the outputs of a call."""
        known = _by_key(self._pack(range(self._n_outputs)))
        for key in wanted:
            if key not in known:
                there = ", ".join(map(repr, known))
                raise ValueError(f"{self.name} has no output {key!r}; output_subset is of {there}")
        outputs = Function.__call__(self, *args, **kwargs)
        some = {key: _by_key(outputs)[key] for key in wanted}
        return some if isinstance(outputs, dict) else [some[key] for key in wanted]

    def _values(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[np.ndarray]:
        """The values of the inputs, as given, and of the shared variables."""
        values = self._bind(args, kwargs)
        values += map(_DATA, self._shared)  # at once: no other thread can store in between
        return values

    def _results(
        self, program: Program, values: list[np.ndarray], lent: Sequence[np.ndarray] = ()
    ) -> Sequence[np.ndarray]:
        """The outputs, then the new values."""
        if isinstance(self.mode, WatchingMode):
            self.mode.check(self.name, self.outputs, self._known(values))
        try:
            results = program.run(*values, *lent)
        except Exception as error:
            explained = program.explain(error)
            try:
                if explained is error:
                    raise
                raise explained from None
            finally:
                del explained  # its traceback keeps this frame, which would keep it
        if self.mode == "DebugMode":
            known = self._known(values)
            compare_with_interpreter(self.name, self._asked, known, results)
            if self._in_c:
                others = self._in_c.program_for(values).run(*values)
                compare_with_interpreter(f"{self.name} in C", self._asked, known, others)
        return results

    def _known(self, values: Sequence[np.ndarray]) -> dict[Variable, np.ndarray]:
        """The values by variable; the shared ones too, which other threads may store to."""
        return dict(zip([*self.inputs, *self._shared], values, strict=True))

    def _store(self, new_values: Sequence[np.ndarray]) -> None:
        for place, variable in self._of_fixed_sizes:
            try:
                variable.type.filter(new_values[place])
            except TypeError as error:
                raise TypeError(f"the update of {variable}: {error}") from None
        # One call, so that nothing comes in between: neither another thread nor Ctrl-C. It goes
        # through all of them, because `setattr` returns None.
        any(map(setattr, self._targets, repeat("data"), new_values))

    def __repr__(self) -> str:
        labels = ", ".join(entry.label for entry in self._inputs)
        return f"<minigrad function {self.name}({labels})>"

    def __reduce__(self) -> Any:
        asked = flattened(self._asked)
        return _restored, (asked, self.name, self._inputs, self._targets, self._pack, self.mode)


class ProfiledFunction(Function):
    """A function that measures its calls: ``function(..., profile=True)`` makes one.

    ``f.profile.summary()`` tells how long they took, and each statement of the last; at the end of
    the program that is written to stderr.

    Examples
    --------
    >>> import numpy as np, minigrad, minigrad.tensor as T
    >>> x = T.dvector("x")
    >>> f = minigrad.function([x], T.exp(x).sum(), name="f", profile=True)
    >>> f(np.zeros(3)), f.profile.count
    (array(3.), 1)
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._calls = Calls(self.name, super().profile)

    @property
    def profile(self) -> Calls:
        """The calls until now; called itself, it is the method of other functions."""
        return self._calls

    def __call__(self, /, *args: Any, output_subset: Any = None, **kwargs: Any) -> Any:
        """Compute the outputs, then store the updates, and note how long that took."""
        start = perf_counter()
        result = super().__call__(*args, output_subset=output_subset, **kwargs)
        self._calls.add(perf_counter() - start, args, kwargs)
        return result


def _by_key(outputs: Any) -> dict[Any, Any]:
    """What a call returns, each output by its name or else its number."""
    if isinstance(outputs, dict):
        return outputs
    return dict(enumerate(outputs if isinstance(outputs, list) else [outputs]))


def _shared_in(outputs: Sequence[Variable]) -> list[SharedVariable]:
    """The shared variables that the outputs depend on."""
    return [v for v in graph_inputs(outputs) if isinstance(v, SharedVariable)]


def _check_nothing_is_destroyed(name: str, outputs: Sequence[Variable]) -> None:
    """No operation may write to its inputs: they are callers' arrays, or what others need."""
    for node in all_nodes(outputs):
        if node.op.destroy_map:
            place = f" (made at {quoted(node.made_at)})" if node.made_at else ""
            raise TypeError(
                f"{name}: {node.op}{place} writes to its inputs, says its destroy_map; let it work on "
                "a copy, and leave that out"
            )


def _restored(expressions: Flat, name: str, inputs: Sequence[In], *more: Any) -> Function:
    return Function(name, inputs, expressions.variables(), *more)


def _as_swaps(swap: Any, used: Collection[Any]) -> dict[Any, Any]:
    """Which shared variables to put in the place of which."""
    result: dict[Any, Any] = {}
    for old, new in as_pairs(swap or (), "swap"):
        if not isinstance(old, SharedVariable) or not isinstance(new, SharedVariable):
            wrong = new if isinstance(old, SharedVariable) else old
            raise TypeError(f"swap: shared variables are swapped; got {describe(wrong)}")
        if old not in used:
            raise ValueError(f"swap: the function does not use the shared variable {old}")
        if old.type != new.type:
            raise TypeError(f"swap: {old} is {old.type}, but {new}, in its place, is {new.type}")
        result[old] = new
    return result


def kind_of_function(profile: Any) -> type[Function]:
    """The class of functions that are made so."""
    profile = config.profile if profile is None else profile
    return ProfiledFunction if profile else Function
