"""`Function`: a compiled function, which computes outputs and stores updates when called."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from itertools import repeat
from operator import attrgetter
from time import perf_counter
from typing import TYPE_CHECKING, Any

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
from .containers import Lookup
from .inputs import In, binder
from .inspect.watching import WatchingMode
from .pickling import Flat, flattened
from .program import Program
from .updates import as_pairs

if TYPE_CHECKING:
    from .inspect.profile import Calls, Profile

_DATA = attrgetter("data")
Mode = str | WatchingMode


class Function(Lookup):
    """A compiled function; made by `function`.

    Calling it computes the outputs, then stores the updates. Both are computed from the old
    values; if anything fails, nothing is stored.

    It can be pickled, with its expressions, inputs, updates, mode and name, and the values of its
    shared variables. Functions that are pickled together, ``pickle.dumps([f, g])``, still share
    these variables when loaded, but share nothing with other functions. A loaded function is
    compiled anew. Loading a pickle can run any code: load only those of people you trust.

    Attributes
    ----------
    name : str
    source : str
        The NumPy program that it runs: one statement for each operation, with a comment that
        tells the expression it computes and your line that wrote it.
    outputs : list of Variable
        The variables that the program computes, after the rewrites: the outputs, then the updates.
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
        for_known_sizes: bool = True,
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
            (i, v) for i, v in enumerate(kept) if not set(v.type.shape) <= {None}
        ]
        self._n_outputs = len(outputs) - len(targets)
        self._inputs = inputs
        self._bind = binder(name, inputs)
        # Also those that only a check needs, which the rewrites have removed.
        self._shared = _shared_in([*self.outputs, *outputs])
        # A watcher sees the rewritten expressions, so the general program runs, which computes these.
        if mode == "FAST_COMPILE" or isinstance(mode, WatchingMode) or not for_known_sizes:
            programs_class = programs.Programs
        else:
            programs_class = programs.in_c() if mode == "C" else programs.for_known_sizes()
        graph = ClosedGraph([*variables, *self._shared], self.outputs)
        is_checked = mode == "DebugMode"
        filled = config.fill_buffers or is_checked
        self._programs = programs_class(
            name, graph, lost, targets, filled=filled, strict=is_checked
        )
        self._in_c = None
        if is_checked and config.DebugMode.check_c:
            in_c = programs.in_c()
            self._in_c = in_c(f"{name} in C", graph, lost, [], filled=filled, strict=is_checked)

    @property
    def inputs(self) -> list[Variable]:
        """The input variables."""
        return [entry.variable for entry in self._inputs]

    @property
    def expressions(self) -> list[Variable]:
        """The expressions that it returns, as they were written, without the updates."""
        return self._asked[: self._n_outputs]

    @property
    def new_values(self) -> list[Variable]:
        """The expressions of the updates, as they were written."""
        return self._asked[self._n_outputs :]

    @property
    def graph(self) -> ClosedGraph:
        """The graph that the program of `source` computes: the outputs, then the new values."""
        return self._programs.latest.printed.plan.graph

    @property
    def updates(self) -> list[tuple[Variable, Variable]]:
        """The variables that a call updates, and their new values, both as in `graph`."""
        graph, variables = self.graph, [*self.inputs, *self._shared]
        inputs = dict(zip(variables, graph.inputs, strict=False))
        targets = [t.variable if isinstance(t, In) else t for t in self._targets]
        new_values = graph.outputs[self._n_outputs :]
        return [(inputs.get(t, t), new) for t, new in zip(targets, new_values, strict=False)]

    @property
    def source(self) -> str:
        """The NumPy program that it runs; if there are several, the one that was planned last."""
        return self._programs.latest.printed.source

    @property
    def c_source(self) -> str:
        """The loops in C of that program, in mode "C": one function for each part of it.

        It is empty before the first call, and if there is no compiler.
        """
        sources = [getattr(node.op, "c_source", "") for node in self.graph.nodes]
        return "\n".join(filter(None, sources))

    @property
    def source_lines(self) -> list[tuple[str, Apply | None]]:
        """The lines of `source`, each with its node in `graph` or in an inner graph."""
        return self._programs.latest.printed.source_lines

    def __call__(self, /, *args: Any, output_subset: Any = None, **kwargs: Any) -> Any:
        """Compute the outputs, then store the updates.

        Parameters
        ----------
        *args, **kwargs
            The inputs; an input named output_subset is passed by position.
        output_subset : list of int or str, optional
            The numbers of the outputs to return, or their names, if outputs are a dict. All
            are computed, and all updates stored.

        Raises
        ------
        ValueError
            If there is no output with that number or name; then nothing is stored.

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

        No updates are stored.

        Parameters
        ----------
        *args, **kwargs
            As in a call; an input named n_calls is passed by position.
        n_calls : int
            The number of times to run the program; medians are returned.

        Returns
        -------
        Profile
            Print it to see a table: time, share, statement, and your line that wrote it.

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
        """The number of bytes that the program takes at its peak, beside inputs and parameters.

        It counts the arrays that are kept between calls and the results, with the sizes that were
        known when the program was planned. If there are several plans, it is that of the latest;
        before any call it is 0.

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
        """Another function with the same expressions, compiled anew.

        It uses and updates the same shared variables, except those that are swapped. It has its
        own defaults of inputs, which begin with their present values.

        Parameters
        ----------
        share_memory : bool
            Theano's; ignored: each function has its own memory.
        swap : dict or list of pairs, optional
            Shared variables of this function, and replacements of the same types for the copy.
        delete_updates : bool
            Whether to leave out all updates, also those of inputs.
        name : str, optional
            By default this function's name with " copy" added.
        profile : bool, optional
            As in `function`; by default as in this function.

        Raises
        ------
        TypeError
            If a swapped variable or its replacement is not a shared variable, or
            their types differ.
        ValueError
            If this function does not use a swapped variable, or the copy would update a variable
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
        function_class = type(self) if profile is None else class_of_function(profile)
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
        return function_class(name, list(inputs.values()), asked, replaced, self._pack, self.mode)

    def free(self) -> None:
        """Free the memory that is kept between calls; the next call allocates it anew."""
        self._programs.free()

    def _some(self, wanted: Sequence[Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Some of the outputs of a call."""
        numbers = _by_key(self._pack(range(self._n_outputs)))
        for key in wanted:
            if key not in numbers:
                there = ", ".join(map(repr, numbers))
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
            self.mode.check(self.name, self.outputs, self._by_variable(values))
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
            from .inspect.debug import compare_with_interpreter  # other modes do not need it

            given = self._by_variable(values)
            compare_with_interpreter(self.name, self._asked, given, results)
            if self._in_c:
                others = self._in_c.program_for(values).run(*values)
                compare_with_interpreter(f"{self.name} in C", self._asked, given, others)
        return results

    def _by_variable(self, values: Sequence[np.ndarray]) -> dict[Variable, np.ndarray]:
        """The values by variable, also those of shared ones, which other threads may change."""
        return dict(zip([*self.inputs, *self._shared], values, strict=True))

    def _store(self, new_values: Sequence[np.ndarray]) -> None:
        for i, variable in self._of_fixed_sizes:
            try:
                variable.type.filter(new_values[i])
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

    ``f.profile.summary()`` prints how long they took, and the time of each statement of the last
    call. When Python ends, it is printed to stderr, too.

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
        from .inspect.profile import Calls  # only profiles need it

        self._calls = Calls(self.name, super().profile)

    @property
    def profile(self) -> Calls:
        """The calls so far; calling it profiles one call, like the method of other functions."""
        return self._calls

    def __call__(self, /, *args: Any, output_subset: Any = None, **kwargs: Any) -> Any:
        """Compute the outputs, then store the updates, and note how long that took."""
        start = perf_counter()
        result = super().__call__(*args, output_subset=output_subset, **kwargs)
        self._calls.add(perf_counter() - start, args, kwargs)
        return result


def _by_key(outputs: Any) -> dict[Any, Any]:
    """The outputs of a call, by name or else by number."""
    if isinstance(outputs, dict):
        return outputs
    return dict(enumerate(outputs if isinstance(outputs, list) else [outputs]))


def _shared_in(outputs: Sequence[Variable]) -> list[SharedVariable]:
    """The shared variables that the outputs depend on."""
    return [v for v in graph_inputs(outputs) if isinstance(v, SharedVariable)]


def _check_nothing_is_destroyed(name: str, outputs: Sequence[Variable]) -> None:
    """Raise a TypeError if an operation writes to its inputs, which callers or others may need."""
    for node in all_nodes(outputs):
        if node.op.destroy_map:
            where = f" (made at {quoted(node.made_at)})" if node.made_at else ""
            raise TypeError(
                f"{name}: {node.op}{where} writes to its inputs, as its destroy_map says; let it "
                "compute with a copy, and remove destroy_map"
            )


def _restored(expressions: Flat, name: str, inputs: Sequence[In], *more: Any) -> Function:
    return Function(name, inputs, expressions.variables(), *more)


def _as_swaps(swap: Any, used: Collection[Any]) -> dict[Any, Any]:
    """The swapped shared variables, with their replacements."""
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


def class_of_function(profile: Any) -> type[Function]:
    """The class of functions that are made so."""
    profile = config.profile if profile is None else profile
    return ProfiledFunction if profile else Function
